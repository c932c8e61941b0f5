"""What changed since the last publication, in words: for the page, for mails and for chat.

Belongs here: choosing rows of the log (`out.figure_changes`) and putting them in words that are
inert in Markdown and in chat. Does not belong here: what counts as a move (`changes`), sending it
anywhere (`pipelines`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import duckdb

from warehouse.publish.changes import Published
from warehouse.publish.rows import Publication, Row
from warehouse.publish.wording import day_said, figure, interval

LONGEST = 4_000
"""Characters of a summary: what chat programs take in one message."""
TOTALS = {"adverts": "core.postings", "roles": "core.roles", "papers": "core.papers"}
_TABLE = "out.figure_changes"
_LINE = 300
_ROWS = (12, 8, 5, 3, 1)
_SHOWN = 12
_NARROW = "\N{NO-BREAK SPACE}"
_FLIPPED = "verdict flipped"
_BEYOND = "moved beyond its interval"
_LOST, _RECOVERED = "source lost", "source recovered"
_TOLD = (_FLIPPED, _BEYOND, _LOST, _RECOVERED)

# Lookalikes that no renderer of Markdown or chat acts on; backslashes and entities would be read
# by one and shown by another.
_LOOKALIKES = str.maketrans(
    {
        "<": "‹", ">": "›", "`": "'", "*": "∗", "[": "(", "]": ")", "|": "¦", "\\": "∖",
        "@": "＠", "&": "＆", "~": "∼", "#": "＃",
    }
)  # fmt: skip
_LINKED = re.compile(r"(?<=\w)\.(?=[^\W\d_]{2})")
_EDGE = re.compile(r"(?<![^\W_])_|_(?![^\W_])")


def inert(text: str) -> str:
    """A text from outside on one line, without marks, mentions, links or invisible characters.

    Args:
        text: Any text.
    """
    seen = "".join(
        " " if sign.isspace() else "" if unicodedata.category(sign)[0] == "C" else sign
        for sign in text
    )
    seen = _EDGE.sub("＿", " ".join(seen.split()).translate(_LOOKALIKES))
    return _LINKED.sub("․", seen.replace("://", ":∕∕"))


def changes_of(
    con: duckdb.DuckDBPyConnection, last: Published | None, rows: Mapping[str, int]
) -> dict[str, Any]:
    """What `run.json` says of the changes that a publication brings.

    Args:
        con: Connection whose current database is the published copy.
        last: The publication of before, None for the first one.
        rows: Rows per relation of the new publication.

    Returns:
        `since` (id, None for the first one), `as_of_before`, figures by what happened to them,
        `sources_lost` and `sources_recovered`, and `totals`: adverts, roles and papers, each with
        those of before.
    """
    moved = log(Publication(con), since=last.publication_id) if last else []
    before = (last.run.get("rows") or {}) if last else {}
    return {
        "since": last.publication_id if last else None,
        "as_of_before": str(last.run["as_of"]) if last else None,
        "figures": {
            kind: sum(row["n_figures"] for row in moved if row["kind"] == kind)
            for kind in dict.fromkeys(row["kind"] for row in moved)
            if kind not in (_LOST, _RECOVERED)
        },
        "sources_lost": [row["figure"] for row in moved if row["kind"] == _LOST],
        "sources_recovered": [row["figure"] for row in moved if row["kind"] == _RECOVERED],
        "totals": {
            name: {"now": rows[label], "before": before.get(label)}
            for name, label in TOTALS.items()
            if label in rows
        },
    }


def log(
    publication: Publication, *, since: str | None = None, day: date | None = None
) -> list[Row]:
    """Rows of the log with the statements of claims, newest first and the telling ones before.

    Args:
        publication: A published copy.
        since: Only what moved since this publication.
        day: Only what moved in publications as of this day or later.

    Returns:
        Rows of `out.figure_changes`, with `statement` of a claim or None; none where there is no
        log.
    """
    if not publication.has(_TABLE):
        return []
    return publication.rows(
        """
        SELECT changes.*, claims.statement
        FROM "out".figure_changes AS changes
        LEFT JOIN "out".claim_verdicts AS claims
            ON changes.table_name = 'claim_verdicts' AND changes.figure = claims.claim_id
        WHERE ($1::VARCHAR IS NULL OR changes.publication_before = $1)
            AND ($2::DATE IS NULL OR changes.as_of_after >= $2)
        ORDER BY
            changes.publication_before DESC,
            list_position($3, changes.kind) NULLS LAST,
            abs(changes.value_after - changes.value_before)
                / greatest(abs(changes.value_after), abs(changes.value_before)) DESC NULLS LAST,
            changes.table_name, changes.figure, changes.kind
        """,
        [since, day, list(_TOLD)],
    )


def changed_rows(
    con: duckdb.DuckDBPyConnection, run: Mapping[str, Any], *, since: date | None = None
) -> list[Row]:
    """The rows that a publication brought, or those since a day.

    Args:
        con: Connection whose current database is a published copy.
        run: Its `run.json`.
        since: All that moved in publications as of that day or later.
    """
    if since is not None:
        return log(Publication(con), day=since)
    last = (run.get("changes") or {}).get("since")
    return log(Publication(con), since=last) if last else []


# --- the summary ---------------------------------------------------------------------------------


def summary(
    con: duckdb.DuckDBPyConnection,
    run: Mapping[str, Any],
    *,
    since: date | None = None,
    report: str = "[index.html](index.html)",
) -> str:
    """What changed, as Markdown of less than `LONGEST` characters.

    Args:
        con: Connection whose current database is a published copy.
        run: Its `run.json`: `as_of`, `is_sample`, and `changes` as `changes_of` makes them.
        since: All that moved in publications as of that day or later; by default what this
            publication brought.
        report: Where the report is, as it is to be written.

    Returns:
        A heading, a line or a list each for verdicts, figures, sources and amounts of data, and
        the report.
    """
    rows = changed_rows(con, run, since=since)
    for most in _ROWS:
        text = _written(run, rows, since, report, most)
        if len(text) < LONGEST:
            return text
    return text[: LONGEST - 2].rstrip() + "…"


def _written(
    run: Mapping[str, Any], rows: Sequence[Row], since: date | None, report: str, most: int
) -> str:
    changes = run.get("changes") or {}
    kinds = {kind: [row for row in rows if row["kind"] == kind] for kind in _TOLD}
    title = f"# Hiring Signal, as of {day_said(run['as_of'])}: {_headline(rows, changes, since)}"
    parts = ["SAMPLE DATA, generated, not the world."] if run["is_sample"] else []
    parts += [
        _listed("Verdicts that flipped", kinds[_FLIPPED], _verdict_line, most),
        _listed(
            "Figures that moved beyond their interval of before",
            kinds[_BEYOND],
            _figure_line,
            most,
        ),
        _listed("Sources lost", kinds[_LOST], _source_line, most),
        _listed("Sources that answer again", kinds[_RECOVERED], _source_line, most),
        _listed(
            "Sources that are new", [row for row in rows if _is_new_source(row)], _source_line, most
        ),
        _listed(
            "Claims, or their figures, that are new or gone",
            [
                row
                for row in rows
                if row["table_name"] == "claim_verdicts" and row["kind"] in ("new", "gone")
            ],
            _claim_line,
            most,
        ),
        _rest_said(rows),
        _data_said(changes) if since is None else "",
        f"Report: {report}",
    ]
    return "\n\n".join([title, *filter(None, parts)]) + "\n"


def _headline(rows: Sequence[Row], changes: Mapping[str, Any], since: date | None) -> str:
    if since is None and not changes.get("since"):
        return "first publication, nothing to compare with yet"
    counted = [
        (sum(row["n_figures"] for row in rows if row["kind"] == kind), one, several)
        for kind, one, several in (
            (_FLIPPED, "verdict flipped", "verdicts flipped"),
            (_BEYOND, "figure beyond its interval", "figures beyond their interval"),
            (_LOST, "source lost", "sources lost"),
            (_RECOVERED, "source recovered", "sources recovered"),
        )
    ]
    said = [f"{n:,} {one if n == 1 else several}" for n, one, several in counted if n]
    if said:
        return ", ".join(said)
    when = f"since {day_said(since)}" if since else f"since {_before_said(changes)}"
    return f"{'only small moves' if rows else 'nothing moved'} {when}"


def _before_said(changes: Mapping[str, Any]) -> str:
    number = str(changes["since"]).partition("-")[0]
    return f"publication {number} (as of {day_said(changes['as_of_before'])})"


def _listed(heading: str, rows: Sequence[Row], line: Callable[[Row], str], most: int) -> str:
    if not rows:
        return ""
    lines = [f"- {line(row)}" for row in rows[:most]]
    lines = [text if len(text) <= _LINE else text[: _LINE - 1].rstrip() + "…" for text in lines]
    rest = sum(row["n_figures"] for row in rows) - min(len(rows), most)
    if rest > 0:
        lines.append(f"- … and {rest:,} more")
    return "\n".join([f"{heading}:", "", *lines])


def _verdict_line(row: Row) -> str:
    verdicts = " → ".join(
        inert(str(row[f"said_{when}"] or "none")).replace("_", " ") for when in ("before", "after")
    )
    figures = f"; {_both(row)}" if row["value_before"] is not None or row["value_after"] else ""
    return f"{verdicts}: {_statement(row)}{figures}; {inert(row['why'])}"


def _figure_line(row: Row) -> str:
    if row["table_name"] == "claim_verdicts":
        return f"{_statement(row)}: {_both(row)}; {inert(row['why'])}"
    table = inert(row["table_name"]).replace("_", " ")
    return f"{table}, {inert(row['figure'])}: {_both(row)}; {inert(row['why'])}"


def _claim_line(row: Row) -> str:
    said = row["said_after"] if row["kind"] == "new" else row["said_before"]
    return f"{row['kind']}: {_statement(row)} ({inert(str(said)).replace('_', ' ')})"


def _source_line(row: Row) -> str:
    was, is_now = (inert(row[f"said_{when}"] or "not there") for when in ("before", "after"))
    return f"{inert(row['figure'])}: {was} → {is_now}"


def _statement(row: Row) -> str:
    claim = inert(row["figure"])
    if not row["statement"]:
        return claim
    said = inert(row["statement"])
    said = said if len(said) <= _LINE // 2 else said[: _LINE // 2 - 1].rstrip() + "…"
    return f"{said.rstrip('.')} ({claim})"


def _both(row: Row) -> str:
    return " → ".join(_one(row, when) for when in ("before", "after"))


def _one(row: Row, when: str) -> str:
    value, ends = _figure(row, when)
    return f"{value} ({ends})" if ends else value


def _figure(row: Row, when: str) -> tuple[str, str]:
    """A figure and its interval in words."""
    unit = row["unit"]
    said = (
        figure(row[f"value_{when}"], unit),
        interval(row[f"ci_low_{when}"], row[f"ci_high_{when}"], unit),
    )
    return said[0].replace(_NARROW, " "), said[1].replace(_NARROW, " ")


def _is_new_source(row: Row) -> bool:
    return bool(row["table_name"] == "source_health" and row["kind"] == "new")


def _rest_said(rows: Iterable[Row]) -> str:
    """How many figures moved a little, are new, or are gone."""
    counted = dict.fromkeys(("moved", "new", "gone"), 0)
    for row in rows:
        is_claim = row["table_name"] == "claim_verdicts" and row["kind"] != "moved"
        if row["kind"] in counted and not is_claim and not _is_new_source(row):
            counted[row["kind"]] += row["n_figures"]
    words = {"moved": "moved within their intervals", "new": "are new", "gone": "are gone"}
    said = [f"{n:,} {words[kind]}" for kind, n in counted.items() if n]
    return f"Of other figures {', '.join(said)}." if said else ""


def _data_said(changes: Mapping[str, Any]) -> str:
    said = []
    for name, of in (changes.get("totals") or {}).items():
        now, before = of["now"], of["before"]
        more = (
            "" if before is None else " (as before)" if now == before else f" ({now - before:+,})"
        )
        said.append(f"{now:,} {inert(name)}{more}".replace("-", "−"))
    return f"Data: {', '.join(said)}." if said else ""


# --- the page ------------------------------------------------------------------------------------


def changes_section(publication: Publication, run: Mapping[str, Any]) -> Row | None:
    """The newest entries of the log, for the page.

    Args:
        publication: The published copy.
        run: Its `run.json`, with `changes` as `changes_of` makes them.

    Returns:
        `headline`, `told` (newest first: day, what, before, after, why), `n_more` entries like
        them, `rest` in a sentence; None where the publication keeps no log.
    """
    if not publication.has(_TABLE):
        return None
    changes = run.get("changes") or {}
    rows = log(publication)
    newest = [row for row in rows if row["publication_before"] == changes.get("since")]
    telling = [row for row in rows if row["kind"] in _TOLD]
    headline = _headline(newest, changes, None)
    if any(row["kind"] in _TOLD for row in newest):
        headline = f"since {_before_said(changes)}: {headline}"
    return {
        "headline": headline[0].upper() + headline[1:],
        "told": [told(row) for row in telling[:_SHOWN]],
        "n_more": sum(row["n_figures"] for row in telling) - len(telling[:_SHOWN]),
        "rest": _rest_said(newest),
    }


def told(row: Row) -> dict[str, Any]:
    """One row of the log in words, which are not escaped.

    Args:
        row: As `log` gives it.

    Returns:
        `day`, `what`, `kind`, `table`, `is_claim`, `n_figures`, `why`; `value_before`,
        `interval_before`, `value_after` and `interval_after`; `state_before` and `state_after`, of
        verdicts and sources alone. What there is not is empty.
    """
    is_stated = row["said_before"] != row["said_after"]
    words: dict[str, Any] = {
        "day": day_said(row["as_of_after"]),
        "what": row["statement"] or row["figure"],
        "kind": row["kind"],
        "table": row["table_name"].replace("_", " "),
        "is_claim": row["table_name"] == "claim_verdicts",
        "n_figures": row["n_figures"],
        "why": row["why"],
    }
    for when in ("before", "after"):
        state = (row[f"said_{when}"] or "not there").replace("_", " ")
        words[f"state_{when}"] = state if is_stated else ""
        is_figure = row["table_name"] != "source_health" and row[f"value_{when}"] is not None
        value, ends = _figure(row, when) if is_figure else ("", "")
        words |= {f"value_{when}": value, f"interval_{when}": ends}
    return words
