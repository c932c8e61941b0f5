"""Scores of all normalisers over a folder of labelled postings.

Belongs here: which files are labelled with what, running the normalisers as the pipeline does, and
what was wrong. Does not belong here: what counts as right (one module per kind of fact), what is
measured without labelled texts (`corpus`), or how it is shown (`show`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from warehouse.extract import LineError, advert_of
from warehouse.normalise.pay import find_pay, parse_pay_field
from warehouse.normalise.posting import Advert, read_facts
from warehouse.normalise.text import to_text
from warehouse.normalise.types import PayBand
from warehouse.score.intervals import Counts, Interval, bootstrap_f1, total, wilson
from warehouse.score.mentions import MentionScore, score_mentions
from warehouse.score.pay import Outcome, score_pay, score_peer_pay
from warehouse.score.roles import FIELDS, RoleScore, answers_of, score_roles

BIG_FOUR = ("pytorch", "tensorflow", "jax", "keras")

Row = dict[str, Any]
Scores = dict[str, dict[str, Any]]


class Mistake(NamedTuple):
    """One answer that is not the labelled one."""

    part: str
    id: str
    due: str  # what the label says; empty where nothing was due
    given: str  # what was read; empty where nothing was


class Report(NamedTuple):
    """What a folder of labelled postings says of the normalisers."""

    scores: Scores
    mistakes: list[Mistake]

    def joined(self, other: Report) -> Report:
        """This report with another's parts behind its own."""
        return Report(self.scores | other.scores, self.mistakes + other.mistakes)


class ScoreError(ValueError):
    """A folder or a row that can't be scored; the message names the file and the line."""


def score_folder(
    directory: Path, tell: Callable[[int, int, str], None] = lambda *_: None
) -> Report:
    """Score what is labelled in a folder; files that are not there are left out.

    Args:
        directory: Holds any of `frameworks.jsonl`, `pay.jsonl`, `roles.jsonl`, `peer_pay.jsonl` and
            `peer_tech.jsonl`.
        tell: Called before each file with how many are done, of how many, and its name.

    Returns:
        By part: `n` labelled rows and, by measure, `estimate`, `low` and `high` (95 %; precision,
        recall and accuracy after Wilson, F1 by a bootstrap over rows). A measure is a fraction. A
        part behind a colon is one label or field, one behind "in" a source. And every mistake.

    Raises:
        ScoreError: No such file is there, or a row of one is not as its guide says.
    """
    report = Report({}, [])
    for done, (name, score) in enumerate(_PARTS.items()):
        path = directory / name
        tell(done, len(_PARTS), name)
        if path.exists():
            rows = _rows(path)
            try:
                report = report.joined(score(rows))
            except (KeyError, TypeError, LineError) as error:
                raise ScoreError(f"{path}: a row is not as its guide says: {error}") from error
    if not report.scores:
        raise ScoreError(f"{directory}: holds none of {', '.join(_PARTS)}")
    return report


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


def _source_of(row: Mapping[str, Any]) -> str:
    """The source of a row, from its field, else from the beginning of its id."""
    said = str(row.get("source") or row["id"].partition("-")[0]).partition(":")[0]
    return "hackernews" if said == "hn" else said


def _by_source(rows: Sequence[Row], documents: Mapping[str, Counts], part: str) -> Scores:
    sources: dict[str, list[Counts]] = {}
    for row in rows:
        sources.setdefault(_source_of(row), []).append(documents[row["id"]])
    if len(sources) == 1:
        return {}
    return {f"{part} in {source}": micro(found) for source, found in sorted(sources.items())}


# --- mentions ------------------------------------------------------------------------------------


def labelled_frameworks(directory: Path) -> tuple[list[Row], dict[str, set[str]]]:
    """Read the postings labelled with frameworks, and what the normalisers find in them.

    Args:
        directory: Holds `frameworks.jsonl`.

    Returns:
        The labelled rows, none without the file; leaf ids of the frameworks found, by posting id.

    Raises:
        ScoreError: A row is not as its guide says.
    """
    path = directory / "frameworks.jsonl"
    rows = _rows(path) if path.exists() else []
    try:
        return rows, _found_frameworks(rows)
    except (KeyError, TypeError, LineError) as error:
        raise ScoreError(f"{path}: a row is not as its guide says: {error}") from error


def _found_frameworks(rows: Sequence[Row]) -> dict[str, set[str]]:
    return {
        row["id"]: {
            m.technology for m in read_facts(_advert(row)).mentions if m.kind == "framework"
        }
        for row in rows
    }


def _frameworks(rows: Sequence[Row]) -> Report:
    score = score_mentions(rows, _found_frameworks(rows))
    labels = [*BIG_FOUR, *(label for label in score.by_label if label not in BIG_FOUR)]
    big = [
        total([found.get(label, Counts()) for label in BIG_FOUR])
        for found in score.by_document_and_label.values()
    ]
    return Report(
        {
            "mentions": micro(list(score.by_document.values())),
            "mentions: the big four": micro(big),
            **{f"mentions: {label}": _of_label(score.by_label.get(label)) for label in labels},
            **_by_source(rows, score.by_document, "mentions"),
        },
        mistaken_mentions("mentions", score),
    )


def mistaken_mentions(part: str, score: MentionScore) -> list[Mistake]:
    """The missed and the surplus frameworks of some documents.

    Args:
        part: What they are listed under.
        score: Of the documents.
    """
    return [
        Mistake(part, document, label * found.fn, label * found.fp)
        for document, by_label in score.by_document_and_label.items()
        for label, found in by_label.items()
        if found.fn or found.fp
    ]


def _of_label(counts: Counts | None) -> dict[str, Any]:
    counts = counts or Counts()
    return {
        "n": counts.tp + counts.fn,
        "precision": _shown(wilson(counts.tp, counts.tp + counts.fp)),
        "recall": _shown(wilson(counts.tp, counts.tp + counts.fn)),
    }


# --- pay -----------------------------------------------------------------------------------------


def _pay(rows: Sequence[Row]) -> Report:
    outcomes = score_pay(rows, lambda row: read_facts(_advert(dict(row))).pay_bands)
    documents = {outcome.document: outcome.counts for outcome in outcomes}
    return Report(
        {
            "pay bands": micro(list(documents.values())),
            **_by_source(rows, documents, "pay bands"),
        },
        mistaken_bands("pay bands", outcomes),
    )


def mistaken_bands(part: str, outcomes: Iterable[Outcome]) -> list[Mistake]:
    """The missed and the surplus bands of some documents.

    Args:
        part: What they are listed under.
        outcomes: Of each document.
    """
    return [
        *(Mistake(part, o.document, band, "") for o in outcomes for band in o.missed),
        *(Mistake(part, o.document, "", band) for o in outcomes for band in o.surplus),
    ]


def _peer_pay(rows: Sequence[Row]) -> Report:
    def find(row: Any) -> Sequence[PayBand]:
        if row["kind"] == "field":
            return parse_pay_field(row["text"], country=row.get("country"))
        return find_pay(to_text(row["text"]), country=row.get("country"))

    report = Report({}, [])
    for kind in ("prose", "field"):
        positive = [row for row in rows if row["kind"] == kind and not row["negative"]]
        if positive:
            part = f"peers' pay cases: {kind}"
            outcomes = score_peer_pay(positive, find)
            report.scores[part] = micro([outcome.counts for outcome in outcomes])
            report.mistakes.extend(mistaken_bands(part, outcomes))
    negative = [row for row in rows if row["negative"]]
    if negative:
        part = "peers' pay cases: false friends refused"
        outcomes = score_peer_pay([{**row, "bands": []} for row in negative], find)
        refused = sum(not outcome.surplus for outcome in outcomes)
        report.scores[part] = share(refused, len(negative))
        report.mistakes.extend(mistaken_bands(part, outcomes))
    return report


# --- technologies of other extractors' tests -----------------------------------------------------


def _peer_tech(rows: Sequence[Row]) -> Report:
    mistakes: list[Mistake] = []
    expected = rejected = 0
    for row in rows:
        names = {
            name
            for mention in read_facts(_advert(row)).mentions
            if mention.kind != "topic"
            for name in (mention.technology, mention.surface.casefold())
        }
        expected += len(row["expect"])
        rejected += len(row["reject"])
        mistakes += [
            Mistake("peers' technology cases", row["id"], name, "")
            for name in row["expect"]
            if not {name.casefold(), name.casefold().replace(" ", "-")} & names
        ]
        mistakes += [
            Mistake("peers' technology cases", row["id"], "", name)
            for name in row["reject"]
            if (names if name == "*" else name.casefold() in names)
        ]
    missed = sum(bool(mistake.due) for mistake in mistakes)
    return Report(
        {
            "peers' technology cases": {
                "n": expected,
                "recall": _shown(wilson(expected - missed, expected)),
            },
            "peers' technology cases: homonyms refused": share(
                rejected - len(mistakes) + missed, rejected
            ),
        },
        mistakes,
    )


# --- role and place ------------------------------------------------------------------------------


def _roles(rows: Sequence[Row]) -> Report:
    predicted = {}
    for row in rows:
        facts = read_facts(_advert(row))
        predicted[row["id"]] = answers_of(facts.role, facts.place)
    score = score_roles(rows, predicted)
    by_source: dict[str, list[dict[str, bool]]] = {}
    for row in rows:
        by_source.setdefault(_source_of(row), []).append(score.by_document[row["id"]])
    return Report(
        {
            **{f"roles: {field}": accuracy(score.by_document.values(), field) for field in FIELDS},
            **{
                f"roles: {field} in {source}": accuracy(documents, field)
                for source, documents in sorted(by_source.items())
                for field in FIELDS
                if len(by_source) > 1 and any(field in document for document in documents)
            },
        },
        mistaken_roles("roles", rows, predicted, score),
    )


def mistaken_roles(
    part: str,
    rows: Sequence[Mapping[str, Any]],
    given: Mapping[str, Mapping[str, Any]],
    score: RoleScore,
) -> list[Mistake]:
    """The wrong answers to the fields of some documents.

    Args:
        part: What they are listed under, before the field.
        rows: Labelled postings with "id" and "label".
        given: Answers by posting id.
        score: Which of them are right.
    """
    labels = {row["id"]: row["label"] for row in rows}
    return [
        Mistake(
            f"{part}: {field}",
            document,
            _written(labels[document][field]),
            _written(given[document][field]),
        )
        for document, fields in score.by_document.items()
        for field, is_right in fields.items()
        if not is_right
    ]


def accuracy(documents: Iterable[Mapping[str, bool]], field: str) -> dict[str, Any]:
    """The share of documents whose answer in a field is right.

    Args:
        documents: Right or wrong by field; a field that is not there does not count.
        field: Its name.
    """
    answers = [fields[field] for fields in documents if field in fields]
    return share(sum(answers), len(answers))


def _written(value: object) -> str:
    return ", ".join(value) or "none" if isinstance(value, list) else str(value).lower()


_PARTS: dict[str, Callable[[Sequence[Row]], Report]] = {
    "frameworks.jsonl": _frameworks,
    "pay.jsonl": _pay,
    "roles.jsonl": _roles,
    "peer_pay.jsonl": _peer_pay,
    "peer_tech.jsonl": _peer_tech,
}

# --- measures ------------------------------------------------------------------------------------


def micro(documents: Sequence[Counts]) -> dict[str, Any]:
    """Precision, recall and F1 over all answers of some documents.

    Args:
        documents: Counts of each.

    Returns:
        `n` documents and, by measure, estimate and 95 % interval.
    """
    counts = total(documents)
    return {
        "n": len(documents),
        "precision": _shown(wilson(counts.tp, counts.tp + counts.fp)),
        "recall": _shown(wilson(counts.tp, counts.tp + counts.fn)),
        "f1": _shown(bootstrap_f1(documents)),
    }


def share(right: int, cases: int) -> dict[str, Any]:
    """The share of right answers.

    Args:
        right: How many are right.
        cases: Of how many.

    Returns:
        `n` cases, and `accuracy` with its 95 % interval.
    """
    return {"n": cases, "accuracy": _shown(wilson(right, cases))}


def _shown(interval: Interval) -> dict[str, float]:
    return {name: round(value, 4) for name, value in interval._asdict().items()}
