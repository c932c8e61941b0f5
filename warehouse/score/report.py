"""Scores of all normalisers over a folder of labelled postings.

Belongs here: which files are labelled with what, running the normalisers as the pipeline does, and
the table for a terminal. Does not belong here: what counts as right (one module per kind of fact).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from rich.table import Table

from warehouse.extract import LineError, advert_of
from warehouse.normalise.pay import find_pay, parse_pay_field
from warehouse.normalise.posting import Advert, read_facts
from warehouse.normalise.text import to_text
from warehouse.normalise.types import PayBand
from warehouse.score.intervals import Counts, Interval, bootstrap_f1, total, wilson
from warehouse.score.mentions import score_mentions
from warehouse.score.pay import Counts as PayCounts
from warehouse.score.pay import score_pay, score_peer_pay
from warehouse.score.roles import FIELDS, answers_of, score_roles

BIG_FOUR = ("pytorch", "tensorflow", "jax", "keras")

Scores = dict[str, dict[str, Any]]
Row = dict[str, Any]


class ScoreError(ValueError):
    """A folder or a row that can't be scored; the message names the file and the line."""


def score_folder(directory: Path) -> Scores:
    """Score what is labelled in a folder; files that are not there are left out.

    Args:
        directory: Holds any of `frameworks.jsonl`, `pay.jsonl`, `roles.jsonl`, `peer_pay.jsonl` and
            `peer_tech.jsonl`.

    Returns:
        By part: `n` labelled rows and, by measure, `estimate`, `low` and `high` (95 %; precision,
        recall and accuracy after Wilson, F1 by a bootstrap over rows). A measure is a fraction.

    Raises:
        ScoreError: No such file is there, or a row of one is not as its guide says.
    """
    found: Scores = {}
    for name, score in _PARTS.items():
        path = directory / name
        if path.exists():
            rows = _rows(path)
            try:
                found |= score(rows)
            except (KeyError, TypeError, LineError) as error:
                raise ScoreError(f"{path}: a row is not as its guide says: {error}") from error
    if not found:
        raise ScoreError(f"{directory}: holds none of {', '.join(_PARTS)}")
    return found


def _rows(path: Path) -> list[Row]:
    rows = []
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            try:
                row = json.loads(line)
            except ValueError as error:
                raise ScoreError(f"{path}, line {number}: not JSON: {error}") from error
            if not isinstance(row, dict) or "id" not in row or "text" not in row:
                raise ScoreError(f"{path}, line {number}: needs at least 'id' and 'text'")
            rows.append(row)
    return rows


def _advert(row: Row) -> Advert:
    return advert_of(row)._replace(team=row.get("team") or "")


def _frameworks(rows: Sequence[Row]) -> Scores:
    predicted = {
        row["id"]: {
            m.technology for m in read_facts(_advert(row)).mentions if m.kind == "framework"
        }
        for row in rows
    }
    score = score_mentions(rows, predicted)
    scores = {"mentions": _micro(list(score.by_document.values()))}
    for label in BIG_FOUR:
        counts = score.by_label.get(label, Counts())
        scores[f"mentions: {label}"] = {
            "n": counts.tp + counts.fn,
            "precision": _shown(wilson(counts.tp, counts.tp + counts.fp)),
            "recall": _shown(wilson(counts.tp, counts.tp + counts.fn)),
        }
    return scores


def _pay(rows: Sequence[Row]) -> Scores:
    counts = score_pay(rows, lambda row: read_facts(_advert(dict(row))).pay_bands)
    return {"pay bands": _micro(_plain(counts))}


def _peer_pay(rows: Sequence[Row]) -> Scores:
    def find(row: Any) -> Sequence[PayBand]:
        if row["kind"] == "field":
            return parse_pay_field(row["text"], country=row.get("country"))
        return find_pay(to_text(row["text"]), country=row.get("country"))

    scores: Scores = {}
    for kind in ("prose", "field"):
        positive = [row for row in rows if row["kind"] == kind and not row["negative"]]
        if positive:
            scores[f"peers' pay cases: {kind}"] = _micro(_plain(score_peer_pay(positive, find)))
    negative = [row for row in rows if row["negative"]]
    if negative:
        refused = sum(not find(row) for row in negative)
        scores["peers' pay cases: false friends refused"] = {
            "n": len(negative),
            "accuracy": _shown(wilson(refused, len(negative))),
        }
    return scores


def _peer_tech(rows: Sequence[Row]) -> Scores:
    expected = found = 0
    for row in rows:
        names = {
            name
            for mention in read_facts(_advert(row)).mentions
            for name in (mention.technology, mention.surface.casefold())
        }
        for name in row["expect"]:
            expected += 1
            found += bool({name.casefold(), name.casefold().replace(" ", "-")} & names)
    return {"peers' technology cases": {"n": expected, "recall": _shown(wilson(found, expected))}}


def _roles(rows: Sequence[Row]) -> Scores:
    predicted = {}
    for row in rows:
        facts = read_facts(_advert(row))
        predicted[row["id"]] = answers_of(facts.role, facts.place)
    score = score_roles(rows, predicted)
    return {
        f"roles: {field}": {
            "n": sum(field in answers for answers in score.by_document.values()),
            "accuracy": _shown(score.accuracy(field)),
        }
        for field in FIELDS
    }


_PARTS: dict[str, Callable[[Sequence[Row]], Scores]] = {
    "frameworks.jsonl": _frameworks,
    "pay.jsonl": _pay,
    "roles.jsonl": _roles,
    "peer_pay.jsonl": _peer_pay,
    "peer_tech.jsonl": _peer_tech,
}


def _plain(counts: Iterable[PayCounts]) -> list[Counts]:
    return [Counts(count.tp, count.fp, count.fn) for count in counts]


def _micro(documents: Sequence[Counts]) -> dict[str, Any]:
    counts = total(documents)
    return {
        "n": len(documents),
        "precision": _shown(wilson(counts.tp, counts.tp + counts.fp)),
        "recall": _shown(wilson(counts.tp, counts.tp + counts.fn)),
        "f1": _shown(bootstrap_f1(documents)),
    }


def _shown(interval: Interval) -> dict[str, float]:
    return {name: round(value, 4) for name, value in interval._asdict().items()}


def table_of(scores: Scores) -> Table:
    """The scores as a table for a terminal.

    Args:
        scores: As `score_folder` gives them.
    """
    table = Table(title="Accuracy on labelled postings, with 95 % intervals")
    table.add_column("what")
    for name in ("rows", "precision", "recall", "F1", "accuracy"):
        table.add_column(name, justify="right")
    for part, score in scores.items():
        cells = [str(score["n"])]
        for measure in ("precision", "recall", "f1", "accuracy"):
            value = score.get(measure)
            cells.append(
                f"{value['estimate']:.3f} \\[{value['low']:.3f}, {value['high']:.3f}]"
                if value
                else ""
            )
        table.add_row(part, *cells)
    return table
