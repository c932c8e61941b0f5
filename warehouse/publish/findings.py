"""The page of findings: what each article got right and wrong, and what can't be told, in words.

Belongs here: choosing the rows of a publication that the page shows and putting them in sentences.
Does not belong here: any figure that is not in a table of `out`, how the page is laid out
(`templates`), or any text of an advert or paper, or a company's name: it shows figures only.

Everything that goes into the page is escaped, so that no value is read as Markdown or HTML.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

import duckdb
import jinja2
from markupsafe import Markup

from warehouse.publish.compared import compared_said
from warehouse.publish.rows import Publication, Row
from warehouse.publish.terms import articles, articles_named, source_terms
from warehouse.publish.wording import REASONS, TOPICS, VERDICTS, counted, figure, interval, topic_of
from warehouse.statistics.multiplicity import by_chance

BEGIN, END = "<!-- findings -->", "<!-- /findings -->"
"""Between them the README says the findings in short."""

_BRIEF = 6
_SECTIONS = {
    "supported": ("Right", "These data bear out no statement of this article."),
    "contradicted": ("Wrong", "These data refute no statement of this article."),
    "undetermined": ("Can't be told", "Every statement of this article was decided."),
}
"""By verdict the heading of its list, and what an empty list says."""
_TIME_BASIS = {
    "archive": "Threads and archives, whose old entries stay readable: they speak for the past",
    "open": (
        "Boards and feeds that show what is open on the day they are read: of earlier months only "
        "what stayed open is left"
    ),
    "window": "Feeds that show only what is new: they speak for the days around their reading",
    "ranking": "Rankings of one day: they speak for that day",
    "table": "Tables that were given to the tool: their time basis is their own",
}
"""What a source can say of time, in the order of the page; `reference` is never evidence."""


class NoVerdictsError(LookupError):
    """The publication holds no verdict to write of."""


class _Facts(NamedTuple):
    """What the page says of all claims together."""

    is_sample: bool
    as_of: date
    method_version: str
    judged: list[Row]
    counts: Counter[str]


def findings_page(con: duckdb.DuckDBPyConnection) -> str:
    """The whole page as Markdown.

    Args:
        con: A published warehouse; it is only read.

    Returns:
        The page, which depends on the publication alone.

    Raises:
        NoVerdictsError: There is no table of verdicts, or nothing in it.
        KeyError: The table of verdicts lacks a column of the contract.
        duckdb.Error: A table cannot be read.
    """
    publication = Publication(con)
    facts, verdicts = _facts(publication)
    return (
        _environment()
        .get_template("findings.md.j2")
        .render(
            **_common(facts),
            n_all=len(verdicts),
            out_of_scope=[row for row in verdicts if row["verdict"] == "out_of_scope"],
            bears=_bears(publication, facts),
            articles=_articles(facts.judged),
            compared=_compared(publication),
            sources=_sources(publication),
        )
    )


def findings_brief(con: duckdb.DuckDBPyConnection) -> str:
    """The findings in short, between the marks that the README has them between.

    Args:
        con: A published warehouse; it is only read.

    Returns:
        Markdown that begins with `BEGIN` and ends with `END` and a line break.

    Raises:
        NoVerdictsError: There is no table of verdicts, or nothing in it.
        KeyError: The table of verdicts lacks a column of the contract.
        duckdb.Error: A table cannot be read.
    """
    facts, _ = _facts(Publication(con))
    said = (
        _environment()
        .get_template("findings_brief.md.j2")
        .render(
            **_common(facts), firmest=[_in_brief(row) for row in _firmest(facts.judged)[:_BRIEF]]
        )
    )
    return f"{BEGIN}\n{said.strip()}\n{END}\n"


def with_brief(text: str, brief: str) -> str:
    """A text with the findings between its marks replaced.

    Args:
        text: The text, which has both marks once.
        brief: What `findings_brief` gives.

    Raises:
        ValueError: The marks are not there once each, in order.
    """
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end) or BEGIN in rest or END in after:
        raise ValueError(f"the text must have {BEGIN} and {END} once, in this order")
    return before + brief.rstrip("\n") + after


def _facts(publication: Publication) -> tuple[_Facts, list[Row]]:
    if not publication.has("out.claim_verdicts"):
        raise NoVerdictsError("the publication holds no verdicts")
    verdicts = publication.rows('SELECT * FROM "out".claim_verdicts ORDER BY claim_id')
    if not verdicts:
        raise NoVerdictsError("the publication holds no verdicts")
    judged = _in_order(_in_words(row) for row in verdicts if row["verdict"] != "out_of_scope")
    facts = _Facts(
        is_sample=any(row.get("is_sample") for row in verdicts),
        as_of=max(row["as_of"] for row in verdicts),
        method_version=", ".join(sorted({row["method_version"] for row in verdicts})),
        judged=judged,
        counts=Counter(row["verdict"] for row in judged),
    )
    return facts, verdicts


def _common(facts: _Facts) -> dict[str, Any]:
    """What page and brief both say."""
    decided = [row for row in facts.judged if row["verdict"] in ("supported", "contradicted")]
    after_holm = [row.get("holds_after_holm") for row in decided]
    chance = by_chance(sum(row.get("p_value", 0.0) is not None for row in facts.judged))
    return {
        "is_sample": facts.is_sample,
        "as_of": _day(facts.as_of),
        "method_version": facts.method_version,
        "n_judged": len(facts.judged),
        "counts": {verdict: facts.counts[verdict] for verdict in _SECTIONS},
        "n_decided": len(decided),
        "n_with_data": chance.judged,
        "by_chance": f"{chance.expected:.1f}",
        "n_after_holm": None if None in after_holm else sum(map(bool, after_holm)),
        "n_fragile": sum(row["fragile_said"] != "" for row in decided),
        "n_proxy": sum(bool(row["proxy"]) for row in facts.judged),
    }


def _in_order(rows: Iterable[Row]) -> list[Row]:
    """By topic in the order of the report, then by id."""
    order = {topic: place for place, topic in enumerate(TOPICS)}
    return sorted(
        rows,
        key=lambda row: (order.get(topic_of(row), len(order)), row["claim_id"]),
    )


def _in_words(row: Row) -> Row:
    """A verdict's row with its sentences; columns beyond the contract may lack."""
    row["based_said"] = _based_on(row)
    row["found_said"] = _found(row)
    row["corrected_said"] = _corrected(row)
    row["window_said"] = _span(row.get("window_start"), row.get("window_end"))
    for column in ("fragile_under", "unsettled_under", "article"):
        row[f"{column.removesuffix('_under')}_said"] = _listed(row.get(column))
    for column in ("reason", "caveats", "would_decide", "silent_sources", "sources"):
        row[column] = _listed(row.get(column))
    row["sentences"] = list(_sentences(row))
    return row


def _sentences(row: Row) -> Iterator[str]:
    """All that is said of a claim, the result first."""
    if row["verdict"] == "undetermined":
        if row["reason"]:
            yield _sentence(row["reason"])
        if row["would_decide"]:
            yield _sentence(f"would decide it: {row['would_decide']}")
        yield f"What there is: {row['found_said']}"
    else:
        yield row["found_said"]
        _, _, proxy = row["reason"].partition("proxy: ")
        if proxy:
            yield _sentence(f"a proxy: {proxy}")
    if row["corrected_said"]:
        yield f"With the error of reading taken out: {row['corrected_said']}."
    if row["fragile_said"]:
        yield f"Fragile: turns round under {row['fragile_said']}."
    if row["unsettled_said"]:
        yield f"No longer decided under {row['unsettled_said']}."
    if row.get("holds_after_holm") is False:
        yield "Does not stand when all claims are taken together."
    if row["caveats"]:
        yield _sentence(row["caveats"])
    if row["window_said"]:
        yield f"Window: {row['window_said']}."
    if row["sources"]:
        yield f"Sources: {row['sources']}."


def _sentence(text: str) -> str:
    """With a capital and a full stop."""
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."


def _based_on(row: Row) -> str:
    """What a figure rests on; a row without any count rests on nothing."""
    companies = _number(row, "n_companies")
    for name in ("papers", "models", "roles"):
        n = _number(row, f"n_{name}")
        if n is not None:
            has_companies = name == "roles" and companies is not None
            at = f" at {counted(companies, 'companies')}" if has_companies else ""
            return f"{counted(n, name)}{at}"
    return "no observation"


def _found(row: Row) -> str:
    """What was found, always with how much it rests on."""
    finding = _listed(row.get("finding")).strip()
    if finding:
        # the registry's sentence ends with its counts; one that has none gets them
        has_count = re.search(r"\d[\d,]* (roles?|papers?|models?|companies|company)\b", finding)
        return finding if has_count else f"{finding.rstrip('.')}; from {row['based_said']}."
    ends = interval(row["ci_low"], row["ci_high"], row["unit"])
    said = f" (95 % interval {ends})" if ends else ", without an interval"
    return f"{figure(row['estimate'], row['unit'])}{said}; from {row['based_said']}."


def _corrected(row: Row) -> str:
    value = row.get("estimate_corrected")
    if value is None or figure(value) == "–":
        return ""
    ends = interval(row.get("ci_low_corrected"), row.get("ci_high_corrected"), row["unit"])
    said = f" ({ends})" if ends else ""
    return f"{figure(value, row['unit'])}{said}"


def _firmest(judged: Sequence[Row]) -> list[Row]:
    """The decided claims, those first that nothing speaks against."""
    return sorted(
        (row for row in judged if row["verdict"] in ("supported", "contradicted")),
        key=lambda row: (
            row.get("holds_after_holm") is False,
            row["fragile_said"] != "",
            row["unsettled_said"] != "",
            bool(row["proxy"]),
        ),
    )


def _in_brief(row: Row) -> str:
    said = f"{VERDICTS[row['verdict']]} {row['verdict']}: {row['statement']} {row['found_said']}"
    said += " Fragile." if row["fragile_said"] else ""
    return said + (" By a proxy." if row["proxy"] else "")


def _bears(publication: Publication, facts: _Facts) -> dict[str, Any]:
    """What the data can bear and what they can't."""
    undetermined = [row for row in facts.judged if row["verdict"] == "undetermined"]
    kinds = Counter(_kind_of_reason(row["reason"]) for row in undetermined)
    terms = source_terms()
    by_basis: dict[str, list[str]] = {}
    for row in _observed(publication):
        basis = terms.get(row["source"], {"time_basis": "table"})["time_basis"]
        by_basis.setdefault(basis, []).append(_dated(row, facts.as_of))
    return {
        "reasons": [
            (n, REASONS.get(kind, "another reason, said with the claim"))
            for kind, n in sorted(kinds.items(), key=lambda item: (-item[1], item[0]))
        ],
        "time": [
            (text, by_basis[basis]) for basis, text in _TIME_BASIS.items() if basis in by_basis
        ],
        "silent": _silent(facts.judged),
    }


def _kind_of_reason(reason: str) -> str:
    kind = reason.partition(":")[0].strip()
    return kind if kind in REASONS else "other"


def _observed(publication: Publication) -> list[Row]:
    """Each source with the days on which it was read and those that its entries are of."""
    if not publication.has("out.source_health"):
        return []
    found = {
        row["source"]: row
        for row in publication.rows(
            """SELECT
                source, min(observed_on) AS first_read_on, max(observed_on) AS last_read_on,
                0 AS n, NULL AS oldest_on, NULL AS newest_on, '' AS kind
            FROM "out".source_health GROUP BY source ORDER BY source"""
        )
    }
    for table, kind, day in (
        ("postings", "adverts", "posted_on"),
        ("papers", "papers", "published_on"),
    ):
        if not publication.has(f"out.{table}"):
            continue
        for row in publication.rows(
            f"""SELECT source, count(*) AS n, min({day}) AS oldest_on, max({day}) AS newest_on
            FROM "out".{table} GROUP BY source"""
        ):
            if row["source"] in found:
                found[row["source"]].update(row, kind=kind)
    return list(found.values())


def _dated(row: Row, as_of: date) -> str:
    """A source, how much it holds, of which days, and how far it lags."""
    said = f"{row['source']}: {row['n']:,} {row['kind']}" if row["n"] else f"{row['source']}:"
    if row["oldest_on"] is not None:
        said += f" of {_months(row['oldest_on'], row['newest_on'])}"
    said += f", read {_span(row['first_read_on'], row['last_read_on'], 'on ')}"
    behind = (as_of - row["newest_on"]).days if row["newest_on"] else 0
    return said.replace(":,", ":") + (f", {behind:,} days old" if behind > 45 else "")


def _silent(judged: Sequence[Row]) -> list[tuple[str, int]]:
    """Sources that can't speak to claims, with the reason, and to how many."""
    said: Counter[str] = Counter()
    for row in judged:
        # a reason may hold a semicolon too; a source begins anew with its name and a bracket
        said.update(part for part in re.split(r"; (?=\w+ \()", row["silent_sources"]) if part)
    return sorted(said.items(), key=lambda item: (-item[1], item[0]))


def _articles(judged: Sequence[Row]) -> list[dict[str, Any]]:
    """Per article its claims in three lists; claims of no article are under none."""
    known = articles()
    named = {name for row in judged for name in articles_named(row["article_said"])}
    found = []
    for article in (*known, *sorted(named - known.keys())):
        rows = [row for row in judged if article in articles_named(row["article_said"])]
        if rows:
            found.append(
                {
                    "id": article,
                    "about": known.get(article),
                    "n": len(rows),
                    "sections": [
                        (heading, nothing, [row for row in rows if row["verdict"] == verdict])
                        for verdict, (heading, nothing) in _SECTIONS.items()
                    ],
                }
            )
    return found


def _compared(publication: Publication) -> list[Row]:
    if not publication.has("out.cross_checks"):
        return []
    rows = publication.rows(
        """SELECT * FROM "out".cross_checks WHERE measure <> 'level'
        ORDER BY our_series, outside_series, measure DESC"""
    )
    for row in rows:
        row.update(compared_said(row))
        row["what_said"] = (
            "direction" if row["measure"] == "direction" else "when PyTorch took the lead"
        )
        row["n_said"] = "none" if row["n_units"] is None else f"{row['n_units']:,}"
        row["agrees_said"] = {True: "agree", False: "differ"}.get(row["agrees"], "can't be told")
    return rows


def _sources(publication: Publication) -> list[Row]:
    """Sources with their terms, and whose figures the cross-checks use."""
    terms = source_terms()
    rows = [
        {
            **terms.get(
                row["source"],
                {
                    "name": row["source"],
                    "what": "a table that was given to the tool",
                    "terms": "those of whoever gave it",
                    "url": "",
                },
            ),
            "n_said": f"{row['n']:,} {row['kind']}" if row["n"] else "",
            "read_said": _span(row["first_read_on"], row["last_read_on"], "on "),
        }
        for row in _observed(publication)
        if row["source"] != "reference"
    ]
    if publication.has("out.cross_checks"):
        rows += publication.rows(
            """SELECT DISTINCT
                outside_name AS name, 'cross-check: ' || source AS what, licence AS terms, url,
                '' AS n_said, '' AS read_said
            FROM "out".cross_checks ORDER BY name"""
        )
    return rows


def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("warehouse.publish"),
        # every value goes through `inert`, whose result is markup already; what macros give is too
        autoescape=True,
        finalize=lambda value: value if isinstance(value, Markup) else Markup(inert(value)),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["code"] = _code
    environment.filters["address"] = _address
    return environment


def inert(value: object) -> str:
    """A value as Markdown text of one line that is shown as it is and nothing else.

    Args:
        value: Anything; None is empty.

    Returns:
        Its text without control and direction signs, and with every sign that Markdown, its tables
        or HTML could take for more than text behind a backslash (CommonMark 0.31, section 2.4).
    """
    text = "" if value is None else str(value)
    line = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split(" "))
    escaped = re.sub(r"([\\`*_\[\]<>|~&#$])", r"\\\1", line)
    # addresses would become links even without brackets
    linkless = re.sub(r"://", r"\://", escaped)
    return re.sub(r"(?i)\b(www|mailto)([.:])", r"\1\\\2", linkless)


def _code(value: object) -> Markup:
    """A name as code; a sign that would end it goes."""
    return Markup("`" + re.sub(r"[^\w .:/-]", "", str(value)) + "`")


def _address(value: object) -> Markup:
    """A link to an address of the facts files, which is nothing but an address."""
    address = str(value)
    if not re.fullmatch(r"https://[\w./?=&%:-]+", address):
        return Markup("")
    return Markup(f"<{address}>")


def _listed(value: object) -> str:
    """Text of a column that may be missing, text or a list."""
    if value is None or value != value:
        return ""
    return value if isinstance(value, str) else ", ".join(map(str, _as_list(value)))


def _as_list(value: object) -> list[object]:
    return list(value) if isinstance(value, (list, tuple)) else [value]


def _number(row: Mapping[str, Any], name: str) -> int | None:
    value = row.get(name)
    return None if value is None or value != value else int(value)


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _months(first: date, last: date) -> str:
    ends = f"{first:%B %Y}", f"{last:%B %Y}"
    return ends[0] if ends[0] == ends[1] else f"{ends[0]} to {ends[1]}"


def _span(first: date | None, last: date | None, on: str = "") -> str:
    """Two days in words, one where they are the same."""
    if first is None or last is None:
        return ""
    return f"{on}{_day(first)}" if first == last else f"{_day(first)} to {_day(last)}"
