"""Scores on the real captures, by labels that come with the project.

Belongs here: labels that hold ids of adverts and no texts (`labels/`), and comparing a publication
made from the captures with them. Does not belong here: labelled texts (`report`), or what counts as
right (one module per kind of fact).

The adverts were drawn at random from those that may name a framework, state pay, or any; of longer
ones only the beginning was read for role and place, and the place is left out. One person labelled
each by reading, without seeing what the program reads; pairs of adverts were labelled by two. Rules
and thresholds were written with the half "tuned" in view; the half "kept" was not looked at.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import duckdb

from warehouse.normalise.employer import company_key
from warehouse.normalise.types import PayBand
from warehouse.score import role_pairs
from warehouse.score.agreement import agreement
from warehouse.score.employers import labelled_names, score_employers
from warehouse.score.mentions import score_mentions
from warehouse.score.pay import compare
from warehouse.score.report import (
    Mistake,
    Report,
    Scores,
    accuracy,
    micro,
    mistaken_bands,
    mistaken_mentions,
    mistaken_roles,
    share,
)
from warehouse.score.roles import FIELDS, score_roles

_HALVES = {"tuned": "read while rules were written", "kept": "not looked at before"}


def score_publication(con: duckdb.DuckDBPyConnection) -> Report:
    """Score a publication made from the captures that the labels speak of.

    Args:
        con: A published warehouse.

    Returns:
        Parts for which the publication has the adverts: facts of single adverts, and which adverts
        are for one role.
    """
    report = Report({}, [])
    for half, words in _HALVES.items():
        for score in (_mentions, _pay, _roles):
            report = report.joined(score(con, half, f"captures, {words}"))
    return report.joined(_pairs(con)).joined(_agreement(con))


def score_names() -> Report:
    """Score the keys of employers' names, for which no captures are needed."""
    scored = score_employers(labelled_names(), company_key)
    return Report(
        {"employers' names": micro([counts for _, counts in scored])},
        [
            Mistake(
                "employers' names",
                f"{pair.name_a} = {pair.name_b}",
                "one employer" if pair.is_same else "two employers",
                "one key" if counts.fp else "two keys",
            )
            for pair, counts in scored
            if counts.fp or counts.fn
        ],
    )


def _labels(kind: str, half: str) -> Iterator[dict[str, Any]]:
    with (files("warehouse.score") / "labels" / f"{kind}.jsonl").open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            if row["half"] == half:
                yield row | {"id": row["posting_id"]}


def _published(
    con: duckdb.DuckDBPyConnection, kind: str, half: str, query: str
) -> tuple[list[dict[str, Any]], dict[str, list[tuple[Any, ...]]]]:
    """Labels of adverts that the publication has, and what it says of them."""
    labels = list(_labels(kind, half))
    ids = [row["id"] for row in labels]
    known = con.execute(
        "SELECT posting_id FROM out.postings WHERE posting_id IN (SELECT unnest($1))", [ids]
    ).fetchall()
    found: dict[str, list[tuple[Any, ...]]] = {posting_id: [] for (posting_id,) in known}
    for posting_id, *said in con.execute(
        f"{query} WHERE posting_id IN (SELECT unnest($1)) ORDER BY ALL", [ids]
    ).fetchall():
        found[posting_id].append(tuple(said))
    return [row for row in labels if row["id"] in found], found


def published_frameworks(
    con: duckdb.DuckDBPyConnection, half: str
) -> tuple[list[dict[str, Any]], dict[str, set[str]]]:
    """Read what a publication says of the adverts labelled with frameworks.

    Args:
        con: A published warehouse.
        half: "tuned" or "kept".

    Returns:
        Labels of the adverts that the publication has ("id", "labels", "optional"), and the leaf
        ids of the frameworks found, by posting id.
    """
    rows, found = _published(
        con, "frameworks", half, "SELECT posting_id, framework, kind FROM out.mentions"
    )
    return rows, {
        posting_id: {framework for framework, kind in said if kind == "framework"}
        for posting_id, said in found.items()
    }


def _mentions(con: duckdb.DuckDBPyConnection, half: str, where: str) -> Report:
    rows, found = published_frameworks(con, half)
    if not rows:
        return Report({}, [])
    score = score_mentions(rows, found)
    part = f"{where}: mentions"
    return Report({part: micro(list(score.by_document.values()))}, mistaken_mentions(part, score))


def _pay(con: duckdb.DuckDBPyConnection, half: str, where: str) -> Report:
    rows, found = _published(
        con,
        "pay",
        half,
        "SELECT posting_id, provenance, pay_min, pay_max, currency, period FROM out.pay_bands",
    )
    if not rows:
        return Report({}, [])
    outcomes = [
        # An employer's own field is no part of the text that was labelled.
        compare(
            row["id"],
            ((low, high, *rest) for of, low, high, *rest in found[row["id"]] if of == "parsed"),
            row["bands"],
            row["unsure"],
        )
        for row in rows
    ]
    part = f"{where}: pay bands"
    return Report(
        {part: micro([outcome.counts for outcome in outcomes])}, mistaken_bands(part, outcomes)
    )


def _roles(con: duckdb.DuckDBPyConnection, half: str, where: str) -> Report:
    rows, found = _published(
        con,
        "roles",
        half,
        "SELECT posting_id, is_ml_role, family, level, countries, is_us, workplace "
        "FROM core.postings",
    )
    if not rows:
        return Report({}, [])
    given = {
        posting_id: dict(zip(FIELDS, said, strict=True)) for posting_id, [said] in found.items()
    }
    score = score_roles(rows, given)
    return Report(
        {f"{where}: {field}": accuracy(score.by_document.values(), field) for field in FIELDS},
        mistaken_roles(where, rows, given, score),
    )


def _pairs(con: duckdb.DuckDBPyConnection) -> Report:
    pairs = role_pairs.labelled_pairs()
    wanted = sorted({pair.posting_a for pair in pairs} | {pair.posting_b for pair in pairs})
    role_of = dict(
        con.execute(
            "SELECT posting_id, role_id FROM out.postings WHERE posting_id IN (SELECT unnest($1))",
            [wanted],
        ).fetchall()
    )
    scored = role_pairs.score_pairs(pairs, role_of)
    if not scored:
        return Report({}, [])
    return Report(
        {name: micro(counts) for name, counts in role_pairs.parts(scored).items() if counts},
        [
            Mistake(
                "same role",
                pair.name,
                pair.type or "one role" if pair.is_same else f"other ({pair.type})",
                "one role" if counts.fp else "two roles",
            )
            for pair, counts in scored
            if counts.fp or counts.fn
        ],
    )


def _agreement(con: duckdb.DuckDBPyConnection) -> Report:
    """How often the pay that texts state is that of the employers' own fields, by source."""
    bands: dict[str, dict[str, list[PayBand]]] = {}
    for source, posting_id, *said in con.execute(
        "SELECT source, posting_id, pay_min, pay_max, currency, period, kind, zone, evidence, "
        "provenance, is_plausible FROM out.pay_bands INNER JOIN out.postings USING (posting_id) "
        "WHERE posting_id IN "
        "(SELECT posting_id FROM out.pay_bands WHERE provenance = 'structured') ORDER BY ALL"
    ).fetchall():
        bands.setdefault(source, {}).setdefault(posting_id, []).append(PayBand(*said))
    scores: Scores = {}
    mistakes: list[Mistake] = []
    for source, found in sorted(bands.items()):
        texts = dict(
            con.execute(
                "SELECT posting_id, text FROM core.texts WHERE posting_id IN (SELECT unnest($1))",
                [list(found)],
            ).fetchall()
        )
        counts = agreement((name, texts[name], stated) for name, stated in found.items())
        agreeing = counts.agree + counts.rounded
        written_too = agreeing + counts.misread + counts.missed
        if not written_too:
            continue
        part = f"pay agrees with field: {source}"
        scores[part] = share(agreeing, written_too)
        scores[f"{part}, other figures too"] = share(agreeing, written_too + counts.other_figures)
        mistakes += [
            Mistake(part, posting_id, "as the field", outcome)
            for outcome in ("misread", "missed")
            for posting_id in counts.ids[outcome]
        ]
    return Report(scores, mistakes)
