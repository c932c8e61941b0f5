"""A card for each claim: what the article says, what we find, and all that the finding rests on.

Belongs here: reading the rows of a claim's card and putting them in words. Does not belong here:
places on a strip (`strips`), how a card looks (`templates`), or any figure that is not in a table
of `out`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from warehouse.publish.rows import Publication, Row
from warehouse.publish.strips import Measured, Panel, panel_of
from warehouse.publish.terms import articles, articles_named
from warehouse.publish.wording import (
    NAME_CHARS,
    TOPICS,
    counted,
    day_said,
    figure,
    interval,
    is_number,
    listed,
    shortened,
    topic_of,
)

EVIDENCE = 2
"""Units of each cell that a card shows; all are in `out.claim_evidence`."""

_CELLS = {
    "pytorch_only": "PyTorch only",
    "tensorflow_only": "TensorFlow only",
    "both": "both",
    "neither": "neither",
}
_UNITS = ("roles", "papers", "models")
_TITLE_CHARS = 120


class Cell(NamedTuple):
    """Units that were counted alike: how many, and the newest to look at."""

    name: str
    n: int
    newest: list[Row]


class Card(NamedTuple):
    """All that the page says of a claim."""

    row: Row
    articles: list[str]
    brief: Panel | None
    parts: list[Panel]
    sensitivity: Panel | None
    held: str
    cells: list[Cell]
    unit: str
    versions: list[Row]


def cards(publication: Publication, verdicts: Sequence[Row]) -> list[tuple[str, list[Card]]]:
    """The cards of judged claims, by topic in the order of the page.

    Args:
        publication: The published warehouse; tables of parts, variants and evidence may lack.
        verdicts: Rows of `out.claim_verdicts` in words (`in_words`).
    """
    read = _Read(publication)
    groups: dict[str, list[Card]] = {heading: [] for heading in (*TOPICS.values(), "Other")}
    for row in verdicts:
        groups[TOPICS.get(topic_of(row), "Other")].append(read.card(row))
    return [(heading, found) for heading, found in groups.items() if found]


def in_words(row: Row) -> Row:
    """A row of `out.claim_verdicts` with its figures said; columns beyond the contract may lack."""
    unit = row.get("unit")
    later = {name: row.get(name) for name in ("claim_version", "registered_on", "holds_after_holm")}
    return (
        row
        | later
        | {
            "estimate_said": figure(row["estimate"], unit),
            "interval_said": interval(row["ci_low"], row["ci_high"], unit),
            "based_said": _based_on(row),
            "article_said": listed(row["article"]),
            "fragile_said": listed(row["fragile_under"]),
            "unsettled_said": listed(row.get("unsettled_under")),
            "corrected_said": _corrected(row),
            "silent_said": row.get("silent_sources") or "",
            "would_decide_said": row.get("would_decide") or "",
            "finding": (row.get("finding") or "").replace(" %", "\N{NO-BREAK SPACE}%"),
            "caveats": row.get("caveats"),
            "window_said": _window(row),
            "sources_said": row.get("sources") or "",
            "rule_said": row.get("rule") or "",
            "estimand_said": row.get("estimand") or "",
            "sql": row.get("redo_sql") or "",
        }
    )


def articles_said(judged: Sequence[Row]) -> list[tuple[str, str, str]]:
    """What became of each article's statements; one that several make counts for each.

    Args:
        judged: Rows of `out.claim_verdicts` in words (`in_words`), without those out of scope.

    Returns:
        Title, kind and day, and a sentence for each known article that makes any, in the order of
        `articles.csv`.
    """
    said = []
    for name, article in articles().items():
        verdicts = Counter(
            row["verdict"] for row in judged if name in articles_named(row["article_said"])
        )
        if verdicts:
            parts = [
                f"{verdicts[verdict] or 'none'} {verdict}"
                for verdict in ("supported", "contradicted", "undetermined")
            ]
            said.append(
                (
                    article["title"],
                    f"{article['kind']}, {article['published']}",
                    f"Of {counted(verdicts.total(), 'statements')}: {', '.join(parts)}.",
                )
            )
    return said


def _window(row: Row) -> str:
    if row.get("window_start") is None:
        return ""
    return f"{day_said(row['window_start'])} to {day_said(row['window_end'])}"


def _corrected(row: Row) -> str:
    """The estimate with the extractor's error taken out, where that can be done."""
    estimate, unit = row.get("estimate_corrected"), row.get("unit")
    if not is_number(estimate):
        return ""
    ends = interval(row["ci_low_corrected"], row["ci_high_corrected"], unit)
    return f"{figure(estimate, unit)} ({ends})" if ends else figure(estimate, unit)


def _based_on(row: Row) -> list[str]:
    """How many units a verdict rests on, the larger unit last."""
    numbers = {
        "papers": row.get("n_papers"),
        "models": row.get("n_models"),
        "roles": row["n_roles"],
        "companies": row["n_companies"],
    }
    return [counted(n, name) for name, n in numbers.items() if n is not None]


class _Read:
    """Rows of all claims by claim, each table read once."""

    def __init__(self, publication: Publication) -> None:
        self._parts = _by_claim(publication, "claim_parts", "part_no")
        self._variants = _by_claim(publication, "claim_sensitivity", "")
        self._versions = _by_claim(publication, "claim_versions", "claim_version")
        self._evidence = _evidence(publication)

    def card(self, row: Row) -> Card:
        claim = row["claim_id"]
        parts = self._parts.get(claim) or [_whole(row)]
        evidence = self._evidence.get(claim, [])
        variants = self._variants.get(claim, [])
        return Card(
            row=row,
            articles=[self._article(name) for name in articles_named(row["article_said"])],
            brief=_panel([_deciding(row, parts)], row.get("unit")),
            parts=_panels(parts),
            sensitivity=_sensitivity(row, parts, variants),
            held=_held(row, variants),
            cells=_cells(evidence),
            unit=next((unit for unit in _UNITS if row.get(f"n_{unit}") is not None), "units"),
            versions=[in_words({**row, **old}) for old in self._versions.get(claim, [])],
        )

    def _article(self, name: str) -> str:
        known = articles().get(name)
        return f"{known['title']} ({known['kind']}, {known['published']})" if known else name


def _by_claim(publication: Publication, table: str, order: str) -> dict[str, list[Row]]:
    """Rows of a table of claims; nothing where the publication has no such table."""
    found: dict[str, list[Row]] = defaultdict(list)
    if publication.has(f"out.{table}"):
        rows = publication.rows(f'SELECT * FROM "out".{table}')
        for row in sorted(rows, key=lambda row: row[order]) if order else rows:
            found[row["claim_id"]].append(row)
    return found


def _whole(row: Row) -> Row:
    """A claim of which no parts are published, as one."""
    return {
        "part": "",
        "label": "",
        "unit": row.get("unit"),
        "verdict": row["verdict"],
        "condition": None,
        "sides": None,
        **{name: row[name] for name in ("estimate", "ci_low", "ci_high")},
    }


def _deciding(row: Row, parts: Sequence[Row]) -> Row:
    """The part that the claim's row tells of."""
    same = [
        part
        for part in parts
        if part["unit"] == row.get("unit")
        and all(_same(part[name], row[name]) for name in ("estimate", "ci_low", "ci_high"))
    ]
    return next((part for part in same if part["verdict"]), (same or list(parts))[0])


def _same(one: float | None, other: float | None) -> bool:
    return (
        one == other if is_number(one) and is_number(other) else is_number(one) == is_number(other)
    )


def _claimed(part: Row) -> tuple[float | None, float | None] | None:
    ends = (part.get("claimed_low"), part.get("claimed_high"))
    low, high = (end if is_number(end) else None for end in ends)
    return None if low is None and high is None else (low, high)


def _panels(parts: Sequence[Row]) -> list[Panel]:
    """The parts drawn, those of one unit on one scale, the judged ones first."""
    by_unit: dict[str | None, list[Row]] = {}
    for part in sorted(parts, key=lambda part: part["verdict"] is None):
        by_unit.setdefault(part["unit"], []).append(part)
    drawn = (_panel(found, unit) for unit, found in by_unit.items())
    return [panel for panel in drawn if panel]


def _panel(parts: Sequence[Row], unit: str | None) -> Panel | None:
    figures = [
        Measured(
            _sentence(part["label"]),
            part["estimate"],
            part["ci_low"],
            part["ci_high"],
            part["verdict"],
            part["sides"] or "",
            _claimed(part),
        )
        for part in parts
    ]
    return panel_of(figures, unit, said=[_interval_of(part, unit) for part in parts])


def _interval_of(row: Row, unit: str | None) -> str:
    return interval(row["ci_low"], row["ci_high"], unit)


def _sensitivity(row: Row, parts: Sequence[Row], variants: Sequence[Row]) -> Panel | None:
    """The verdict as it stands, and under every variant."""
    if not variants:
        return None
    unit = row.get("unit")
    regions = {_claimed(part) for part in parts if part["verdict"]}
    claimed = regions.pop() if len(regions) == 1 else None  # else it is another part's
    rows = [{**row, "variant": "as judged"}, *variants]
    figures = [
        Measured(
            variant["variant"],
            variant["estimate"],
            variant["ci_low"],
            variant["ci_high"],
            variant["verdict"],
            " at ".join(_based_on(variant)),
            claimed,
        )
        for variant in rows
    ]
    return panel_of(figures, unit, said=[_interval_of(variant, unit) for variant in rows])


_UNTOLD = ("too few", "source missing", "not yet")


def _held(row: Row, variants: Sequence[Row]) -> str:
    """How many variants leave the verdict as it is, and how many have too little to tell."""
    same = sum(variant["verdict"] == row["verdict"] for variant in variants)
    untold = sum(
        variant["verdict"] != row["verdict"] and (variant["reason"] or "").startswith(_UNTOLD)
        for variant in variants
    )
    of_how_many = f"{same} of {counted(len(variants), 'variants')}"
    said = f"The verdict is the same under {of_how_many}"
    have = "has" if untold == 1 else "have"
    return f"{said}; {untold} {have} too little to tell." if untold else f"{said}."


_NEWEST = """
SELECT claim_id, cell, entered_on, company, title, url, n
FROM (
    SELECT
        claim_id, cell, entered_on, company, url,
        left(coalesce(title, model_id), $2) AS title,
        count(*) OVER (PARTITION BY claim_id, cell) AS n,
        row_number() OVER (
            PARTITION BY claim_id, cell ORDER BY entered_on DESC, role_id, paper_id, model_id
        ) AS place
    FROM "out".claim_evidence
)
WHERE place <= $1
ORDER BY claim_id, cell = 'neither', cell, place
"""


def _evidence(publication: Publication) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    if publication.has("out.claim_evidence"):
        for row in publication.rows(_NEWEST, [EVIDENCE, _TITLE_CHARS]):
            row["company"] = shortened(row["company"], NAME_CHARS)
            row["href"] = row["url"] if _is_web(row["url"]) else None
            found[row["claim_id"]].append(row)
    return found


def _is_web(url: str | None) -> bool:
    """Whether an address from outside may be a link: nothing but the web's own schemes."""
    return url is not None and url.lower().startswith(("https://", "http://"))


def _cells(evidence: Iterable[Row]) -> list[Cell]:
    cells: dict[str, Cell] = {}
    for row in evidence:
        name = _CELLS.get(row["cell"], row["cell"])
        cells.setdefault(row["cell"], Cell(str(name), row["n"], [])).newest.append(row)
    return list(cells.values())


def _sentence(text: str | None) -> str:
    return f"{text[0].upper()}{text[1:]}" if text else ""
