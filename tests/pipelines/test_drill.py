"""A drill: ten defects, each planted where it arises, and the check that must catch it.

Belongs here: defects of a market whose earlier runs are remembered. Does not belong here: every way
to break a check (`tests.expectations.failing_cases`, `tests.expectations.test_history`).
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pytest

from expectations.catalogue import JUDGED, OVER_TIME, SUITES, all_checks
from expectations.history import judge_over_time, measure, remember
from expectations.runner import CheckOutcome, run_suite
from tests.pipelines.conftest import ON_SAMPLE, Command, published
from warehouse import models
from warehouse.database import FILE
from warehouse.matching.grouping import TABLE as LINKS
from warehouse.matching.grouping import link_roles

pytestmark = ON_SAMPLE

MONTHS = [date(2026, 7, 31), date(2026, 8, 31), date(2026, 9, 30)]
NOW = date(2026, 10, 31)


class Defect(NamedTuple):
    """What is planted, what follows from it, and who must say so."""

    planted: str  # the table that it is planted in; what is made from it is made anew
    plant: tuple[str, ...]
    table: str  # the table whose check must say so
    check: str
    severity: str


ASHBY = "content_hash IN (SELECT content_hash FROM raw.bodies WHERE source = 'ashby')"

DEFECTS = {
    "units: months are taken for years": Defect(
        "core.fact_pay_bands",
        (
            "UPDATE core.fact_pay_bands SET pay_min_usd_year = 12 * pay_min_usd_year, "
            f"pay_max_usd_year = 12 * pay_max_usd_year WHERE {ASHBY}",
        ),
        "core.roles",
        "pay_mid_usd_year_has_not_jumped",
        "critical",
    ),
    "units: cents are taken for dollars": Defect(
        "core.fact_pay_bands",
        (
            "UPDATE core.fact_pay_bands SET pay_min_usd_year = 100 * pay_min_usd_year, "
            f"pay_max_usd_year = 100 * pay_max_usd_year WHERE {ASHBY}",
        ),
        "core.roles",
        "pay_mid_usd_year_is_plausible",
        "critical",
    ),
    "nulls: a source's field of the place was renamed": Defect(
        "core.facts",
        (f"UPDATE core.facts SET countries = NULL, is_us = NULL, region = NULL WHERE {ASHBY}",),
        "core.postings",
        "sources_keep_their_columns",
        "critical",
    ),
    "duplicates: adverts were written twice": Defect(
        "core.postings",
        ("INSERT INTO core.postings SELECT * FROM core.postings WHERE source = 'lever'",),
        "core.postings",
        "posting_id_is_unique",
        "critical",
    ),
    "stale source: a platform answers no more": Defect(
        "raw.boards",
        (
            "UPDATE raw.boards SET state = 'failed', reason = 'HTTP 403' "
            "WHERE source = 'lever' AND observed_on > DATE '2026-09-30'",
        ),
        "core.listings",
        "newest_answer_is_recent",
        "warning",
    ),
    "halved volume: payloads are cut off": Defect(
        "core.listings",
        (
            "UPDATE core.listings SET n_rows = n_rows // 3 "
            "WHERE source = 'ashby' AND observed_on = DATE '2026-10-31'",
        ),
        "core.listings",
        "volume_is_not_halved",
        "critical",
    ),
    "shifted dates: adverts are dated a month late": Defect(
        "raw.bodies",
        (
            "UPDATE raw.bodies SET posted_on = posted_on + 30 "
            "WHERE source = 'greenhouse' AND posted_on > DATE '2026-08-01'",
        ),
        "core.postings",
        "posted_on_is_not_after_first_seen_on",
        "critical",
    ),
    "wrong currency: euros are taken for dollars": Defect(
        "core.fact_pay_bands",
        (f"UPDATE core.fact_pay_bands SET currency = 'USD' WHERE currency = 'EUR' AND {ASHBY}",),
        "core.pay_bands",
        "currency_share_is_steady",
        "critical",
    ),
    "wrong currency, in the first run": Defect(
        "core.fact_pay_bands",
        (
            f"UPDATE core.fact_pay_bands SET currency = 'USD' WHERE currency = 'EUR' AND {ASHBY}",
            "DELETE FROM meta.run_metrics",
        ),
        "core.pay_bands",
        "currency_fits_country",
        "critical",
    ),
    "broken reference: papers are gone, their links stay": Defect(
        "core.papers",
        ("DELETE FROM core.papers WHERE hash(paper_id) % 20 = 0",),
        "core.paper_frameworks",
        "paper_id_has_paper",
        "critical",
    ),
    "vocabulary: a leaf is written as in the text": Defect(
        "core.fact_mentions",
        ("UPDATE core.fact_mentions SET technology = 'PyTorch' WHERE technology = 'pytorch'",),
        "core.mentions",
        "technology_is_known",
        "critical",
    ),
    "drift: a third of the mentions are no longer found": Defect(
        "core.fact_mentions",
        (f"DELETE FROM core.fact_mentions WHERE family = 'pytorch' AND {ASHBY} "
         "AND hash(content_hash) % 3 = 0",),
        "core.roles",
        "mention_share_is_steady",
        "warning",
    ),
    "drift: a framework is no longer found at all": Defect(
        "core.fact_mentions",
        (f"DELETE FROM core.fact_mentions WHERE family = 'pytorch' AND {ASHBY}",),
        "core.roles",
        "mention_share_has_not_jumped",
        "critical",
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def good(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample market, with what its runs of the months before would have remembered."""
    file = tmp_path_factory.mktemp("drill") / FILE
    shutil.copy(sample / FILE, file)
    with duckdb.connect(str(file)) as con:
        con.execute("DELETE FROM meta.run_metrics")
        for day in [*MONTHS, NOW]:
            _build(con, day)
            for table in OVER_TIME:
                measure(con, table, day)
                remember(con, table, day)
    return file


def _build(con: duckdb.DuckDBPyConnection, day: date) -> None:
    con.execute("SET VARIABLE as_of = $day", {"day": day})
    for table, model in models.models().items():
        if model.sql:
            models.build(con, table, as_of=day)
        elif table == LINKS:
            link_roles(con)


@pytest.fixture
def market(good: Path, tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A copy of the good market, as a run would open it."""
    with duckdb.connect(shutil.copy(good, tmp_path / FILE)) as con:
        con.execute("SET VARIABLE as_of = $day", {"day": NOW})
        yield con


def _materialize(con: duckdb.DuckDBPyConnection, table: str) -> None:
    """Make rows of a view, so that some of them can be damaged."""
    if models.models()[table].materialized == "view":
        con.execute(f"CREATE TABLE rows_of_view AS FROM {table}")
        con.execute(f"DROP VIEW {table}")
        con.execute(f"CREATE TABLE {table} AS FROM rows_of_view")


def _made_from(planted: str, judged: str) -> list[str]:
    """The tables that a defect goes through on its way to the one that is judged."""
    needed = {judged}
    for table in reversed(models.models()):
        if table in needed:
            needed |= set(models.models()[table].reads)
    spoiled, way = {planted}, []
    for table, model in models.models().items():
        if model.sql and table in needed - {planted} and spoiled & set(model.reads):
            spoiled.add(table)
            way.append(table)
    return way


def _judge(con: duckdb.DuckDBPyConnection, table: str) -> list[CheckOutcome]:
    outcomes = run_suite(con, table) if table in SUITES else []
    return outcomes + (judge_over_time(con, table, NOW) if table in OVER_TIME else [])


def test_the_undamaged_market_passes_every_check(market: duckdb.DuckDBPyConnection) -> None:
    outcomes = [outcome for table in JUDGED for outcome in _judge(market, table)]
    assert len(outcomes) == sum(len(all_checks(table)) for table in JUDGED)
    assert [outcome for outcome in outcomes if not outcome.passed] == []
    compared = {outcome.observed.get("compared_with") for outcome in outcomes} - {None}
    assert compared == {"3 earlier runs, of 2026-07-31 to 2026-09-30"}


@pytest.mark.parametrize("defect", DEFECTS.values(), ids=DEFECTS)
def test_a_planted_defect_is_caught_by_the_check_that_should(
    market: duckdb.DuckDBPyConnection, defect: Defect
) -> None:
    _materialize(market, defect.planted)
    for statement in defect.plant:
        changed = market.execute(statement).fetchall()
        assert changed[0][0] > 0, "nothing was planted"
    for table in _made_from(defect.planted, defect.table):
        models.build(market, table, as_of=NOW)
    failed = {
        outcome.name: outcome for outcome in _judge(market, defect.table) if not outcome.passed
    }
    assert defect.check in failed
    assert failed[defect.check].severity == defect.severity
    assert failed[defect.check].observed["samples"]


def _cut(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Every payload breaks off after its first third."""
    kept: dict[str, int] = {}
    boards = {line["board"]: line["rows_seen"] for line in lines if line["kind"] == "board"}
    found = []
    for line in lines:
        if line["kind"] == "board":
            found.append({**line, "rows_seen": line["rows_seen"] // 3})
        else:
            kept[line["board"]] = kept.get(line["board"], 0) + 1
            if kept[line["board"]] <= boards[line["board"]] // 3:
                found.append(line)
    return found


def _shift(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Every date of posting is a month late."""
    return [
        {**line, "posted_on": "2026-12-05", "source_id": f"{line['source_id']}-new"}
        if line["kind"] == "posting"
        else line
        for line in lines
    ]


@pytest.mark.parametrize(
    ("damage", "check"),
    [(_cut, "volume_is_not_halved"), (_shift, "posted_on_is_within_data")],
)
def test_a_critical_defect_of_the_next_day_keeps_the_run_from_publishing(
    sample: Path,
    tmp_path: Path,
    command: Command,
    damage: Callable[[list[dict[str, Any]]], list[dict[str, Any]]],
    check: str,
) -> None:
    data = tmp_path / "data"
    shutil.copytree(sample, data, symlinks=True)
    before = published(data)
    [landed] = (data / "landing" / "ashby").glob("*.jsonl")
    lines = [json.loads(line) for line in landed.read_text().splitlines()]
    newest = [line for line in lines if line["observed_at"].startswith(NOW.isoformat())]
    next_day = [
        {**line, "observed_at": line["observed_at"].replace("10-31", "11-01")} for line in newest
    ]
    (data / "landing" / "ashby" / "next-day.jsonl").write_text(
        "".join(json.dumps(line) + "\n" for line in damage(next_day))
    )
    done = command("run", "--sample", "--data", data)
    assert done.returncode == 1
    assert check in done.stderr
    assert "Nothing was published" in done.stderr
    assert published(data) == before
