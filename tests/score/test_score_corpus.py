"""Scores of a publication by labels of ids."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import duckdb
import pytest

from warehouse.score.corpus import score_names, score_publication
from warehouse.score.role_pairs import labelled_pairs
from warehouse.score.roles import FIELDS


def labels(kind: str) -> list[dict[str, Any]]:
    path = files("warehouse.score") / "labels" / f"{kind}.jsonl"
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    """A publication that says of every labelled advert what the labels say."""
    with duckdb.connect() as connection:
        connection.execute(
            """
            CREATE SCHEMA out;
            CREATE SCHEMA core;
            CREATE TABLE core.postings (posting_id VARCHAR, source VARCHAR, role_id VARCHAR,
                is_ml_role BOOLEAN, family VARCHAR, level VARCHAR, countries VARCHAR[],
                is_us BOOLEAN, workplace VARCHAR, text VARCHAR);
            CREATE VIEW out.postings AS FROM core.postings;
            CREATE VIEW core.texts AS SELECT posting_id, text FROM core.postings;
            CREATE TABLE out.mentions (posting_id VARCHAR, framework VARCHAR, kind VARCHAR);
            CREATE TABLE out.pay_bands (posting_id VARCHAR, provenance VARCHAR, kind VARCHAR,
                pay_min DECIMAL(18, 2), pay_max DECIMAL(18, 2), currency VARCHAR, period VARCHAR,
                zone VARCHAR, evidence VARCHAR, is_plausible BOOLEAN);
            """
        )
        adverts: dict[str, dict[str, Any]] = {}
        for kind in ("frameworks", "pay", "roles"):
            for row in labels(kind):
                adverts.setdefault(row["posting_id"], {}).update(row)
        for posting_id, row in adverts.items():
            label = row.get("label", {})
            connection.execute(
                "INSERT INTO core.postings BY NAME SELECT $1 AS posting_id, 'x' AS source, "
                "'r' AS role_id, $2 AS is_ml_role, $3 AS family, $4 AS level, "
                "$5::VARCHAR[] AS countries, $6 AS is_us, $7 AS workplace",
                [
                    posting_id,
                    *(label.get(name) for name in ("ml_role", "family", "level")),
                    *(label.get(name) for name in ("countries", "us", "workplace")),
                ],
            )
            for framework in row.get("labels", ()):
                connection.execute(
                    "INSERT INTO out.mentions VALUES ($1, $2, 'framework'), ($1, 'x', 'skill')",
                    [posting_id, framework],
                )
            for band in row.get("bands", ()):
                connection.execute(
                    "INSERT INTO out.pay_bands VALUES "
                    "($1, 'parsed', 'base', $2, $3, $4, $5, NULL, '', true)",
                    [posting_id, *(band[name] for name in ("min", "max", "currency", "period"))],
                )
        yield connection


def test_what_agrees_with_all_labels_scores_one(con: duckdb.DuckDBPyConnection) -> None:
    report = score_publication(con)
    assert report.mistakes == []
    captures = [part for part in report.scores if part.startswith("captures")]
    assert len(captures) == 2 * (2 + len(FIELDS))
    for part, score in report.scores.items():
        measured = [value["estimate"] for name, value in score.items() if name != "n"]
        assert set(measured) == {1.0}, part


def test_what_differs_is_listed_by_id(con: duckdb.DuckDBPyConnection) -> None:
    named = next(row for row in labels("frameworks") if row["labels"])
    paid = next(row for row in labels("pay") if row["bands"])
    role = next(row for row in labels("roles") if "level" not in row["disputed"])
    con.execute("DELETE FROM out.mentions WHERE posting_id = $1", [named["posting_id"]])
    con.execute("UPDATE out.pay_bands SET pay_max = 7 WHERE posting_id = $1", [paid["posting_id"]])
    con.execute(
        "UPDATE core.postings SET level = 'intern' WHERE posting_id = $1 AND level IS NOT NULL",
        [role["posting_id"]],
    )
    wrong = {(m.part.rpartition(": ")[2], m.id) for m in score_publication(con).mistakes}
    assert wrong == {
        ("mentions", named["posting_id"]),
        ("pay bands", paid["posting_id"]),
        ("level", role["posting_id"]),
    }


def test_pairs_and_agreement_are_scored_where_the_adverts_are(
    con: duckdb.DuckDBPyConnection,
) -> None:
    pair = next(pair for pair in labelled_pairs() if pair.is_same)
    for posting_id in (pair.posting_a, pair.posting_b):
        con.execute(
            "INSERT INTO core.postings BY NAME SELECT $1 AS posting_id, 'board' AS source, "
            "'own ' || $1 AS role_id, 'Pay: $80,000 to $95,000' AS text",
            [posting_id],
        )
    for provenance in ("parsed", "structured"):
        con.execute(
            "INSERT INTO out.pay_bands VALUES "
            "($1, $2, 'base', 80000, 95000, 'USD', 'YEAR', NULL, '', true)",
            [pair.posting_a, provenance],
        )
    report = score_publication(con)
    assert report.scores["same role"]["recall"]["estimate"] < 1
    assert [mistake.id for mistake in report.mistakes] == [pair.name]
    assert report.scores["pay agrees with field: board"]["accuracy"]["estimate"] == 1


def test_another_publication_has_nothing_to_score() -> None:
    with duckdb.connect() as empty:
        empty.execute(
            "CREATE SCHEMA out; CREATE SCHEMA core;"
            "CREATE TABLE core.postings AS SELECT '' AS posting_id, '' AS role_id, '' AS source;"
            "CREATE VIEW out.postings AS FROM core.postings;"
            "CREATE TABLE out.mentions AS SELECT '' AS posting_id, '' AS framework, '' AS kind;"
            "CREATE TABLE out.pay_bands AS SELECT '' AS posting_id, '' AS provenance, "
            "0 AS pay_min, 0 AS pay_max, '' AS currency, '' AS period, '' AS kind, '' AS zone, "
            "'' AS evidence, true AS is_plausible;"
            "ALTER TABLE core.postings ADD COLUMN is_ml_role BOOLEAN;"
            "ALTER TABLE core.postings ADD COLUMN family VARCHAR;"
            "ALTER TABLE core.postings ADD COLUMN level VARCHAR;"
            "ALTER TABLE core.postings ADD COLUMN countries VARCHAR[];"
            "ALTER TABLE core.postings ADD COLUMN is_us BOOLEAN;"
            "ALTER TABLE core.postings ADD COLUMN workplace VARCHAR"
        )
        assert score_publication(empty).scores == {}


def test_names_are_scored_without_a_publication() -> None:
    report = score_names()
    assert report.scores["employers' names"]["f1"]["estimate"] > 0.95
    assert all(mistake.part == "employers' names" for mistake in report.mistakes)
