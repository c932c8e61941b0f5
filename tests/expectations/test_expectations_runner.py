"""Broken machinery is an error, never a verdict; and nothing is fetched or sent."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from expectations.catalogue import SUITES
from expectations.check import ROWS, Check, Frame, Suite
from expectations.runner import SAMPLE_CHARS, SAMPLES, ExpectationFault, run_suite
from tests.expectations.tables import warehouse

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("change", "table", "name", "reason"),
    [
        (
            "ALTER TABLE core.postings DROP COLUMN country",
            "core.postings",
            "country_is_iso",
            'Referenced column "country" not found',
        ),
        ("DROP TABLE core.papers", "core.papers", "paper_id_is_stated", "papers does not exist"),
    ],
)
def test_what_is_missing_is_said_of_the_check(
    change: str, table: str, name: str, reason: str
) -> None:
    con = warehouse()
    con.execute(change)
    with pytest.raises(ExpectationFault, match=reason) as raised:
        run_suite(con, table)
    assert (raised.value.table, raised.value.name) == (table, name)
    assert f"{table}: {name} could not be judged" in str(raised.value)


def test_fault_of_the_database_is_said_of_the_check(monkeypatch: pytest.MonkeyPatch) -> None:
    frames = {ROWS: Frame("core.papers", ("paper_id",))}
    good, bad = (
        Check("core.papers", name, "ExpectNoOffender", {}, "critical", "", offender=offender)
        for name, offender in (("title_is_text", "NULL"), ("title_is_number", "title::INTEGER"))
    )
    monkeypatch.setitem(SUITES, "core.papers", Suite("core.papers", frames, (good, bad)))
    with pytest.raises(ExpectationFault, match="Could not convert string") as raised:
        run_suite(warehouse(), "core.papers")
    assert raised.value.name == bad.name


def test_fault_of_great_expectations_is_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    from expectations import vocabulary

    def fail(*_: object, **__: object) -> None:
        raise ValueError("no counts")

    run_suite(warehouse(), "core.papers")  # what Great Expectations makes of its classes is made
    monkeypatch.setattr(vocabulary.Rule, "_validate", fail)
    with pytest.raises(ExpectationFault, match="no counts"):
        run_suite(warehouse(), "core.papers")


def test_observed_counts_and_samples_are_exact() -> None:
    con = warehouse(n_postings=60)
    con.execute("UPDATE core.pay_bands SET currency = repeat('X', 100) WHERE pay_min IS NOT NULL")
    outcome = next(
        outcome for outcome in run_suite(con, "core.pay_bands") if outcome.name == "currency_is_iso"
    )
    assert not outcome.passed
    assert outcome.severity == "critical"
    assert (outcome.observed["unexpected_count"], outcome.observed["element_count"]) == (20, 20)
    assert len(outcome.observed["samples"]) == SAMPLES
    assert all(len(sample) == SAMPLE_CHARS for sample in outcome.observed["samples"])
    assert all(sample.startswith("posting_id=ashby:") for sample in outcome.observed["samples"])


def test_small_share_is_tolerated_but_told() -> None:
    con = warehouse(n_postings=300)
    con.execute("UPDATE core.postings SET text_chars = 0 WHERE source_id = 'id3'")
    outcomes = {outcome.name: outcome for outcome in run_suite(con, "core.postings")}
    assert outcomes["text_chars_is_positive"].passed
    assert outcomes["text_chars_is_positive"].observed == {
        "unexpected_count": 1,
        "element_count": 300,
        "samples": ["posting_id=ashby:board3:id3, text_chars_is_positive=0"],
    }


def test_interval_may_be_open_at_one_end() -> None:
    con = warehouse()
    con.execute("UPDATE out.claim_verdicts SET ci_high = NULL WHERE claim_id = 'hire_one'")
    con.execute("UPDATE out.claim_verdicts SET ci_low = 'nan' WHERE claim_id = 'hire_two'")
    assert [o for o in run_suite(con, "out.claim_verdicts") if not o.passed] == []


def test_great_expectations_is_lazy_and_offline() -> None:
    script = """
import socket, sys

def refuse(*address):
    raise AssertionError(address)

socket.socket.connect = socket.getaddrinfo = refuse
import expectations.catalogue, expectations.runner
from tests.expectations.tables import warehouse
assert "great_expectations" not in sys.modules
expectations.runner.run_suite(warehouse(), "core.papers")
assert "great_expectations" in sys.modules
"""
    ran = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stderr == ""  # no progress bars
