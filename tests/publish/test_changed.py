"""The summary of what changed: short, plain, and inert wherever it is pasted."""

from __future__ import annotations

import json
import re
import unicodedata
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.publish.logged import build_logged, publish_logged
from tests.publish.tables import FORMULA_COMPANY, RIGHT_TO_LEFT, SCRIPT_TITLE, change, plain_page
from warehouse.publish import report
from warehouse.publish.changed import LONGEST, inert, summary

HOSTILE = "<!here> @channel [x](http://evil.example) `code` **b** _i_ |\n# h <@U1> &lt; www.evil.io"


@pytest.fixture
def working_log(tmp_path: Path) -> Path:
    return build_logged(tmp_path / "working.duckdb")


def text_of(data: Path) -> str:
    return (data / "published" / "changes.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "text", [HOSTILE, SCRIPT_TITLE, FORMULA_COMPANY, RIGHT_TO_LEFT, "a\u200bb\x00c\ud7ff"]
)
def test_nothing_in_a_text_acts(text: str) -> None:
    said = inert(text)
    assert not set(said) & set("<>`*[]|\\@&~#\n\u202e\u202c\u200b\x00")
    assert "://" not in said
    assert "evil.example" not in said
    assert "evil.io" not in said
    assert inert(said) == said


@given(st.text(max_size=40))
def test_no_text_acts(text: str) -> None:
    said = inert(text)
    assert not set(said) & set("<>`*[]|\\@&~#\n\r\t")
    assert not re.search(r"://|\w\.[^\W\d_]{2}", said)
    assert not re.search(r"(?<![^\W_])_|_(?![^\W_])", said)
    assert not any(unicodedata.category(sign)[0] == "C" for sign in said)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("hire_more_pytorch", "hire_more_pytorch"),
        ("About 60 % of papers use it.", "About 60 % of papers use it."),
        ("from 1.5 to 2.5 (95 %)", "from 1.5 to 2.5 (95 %)"),
    ],
)
def test_plain_texts_stay(text: str, said: str) -> None:
    assert inert(text) == said


def test_first_publication(
    working_log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report, "render_report", plain_page)
    publish_logged(working_log, tmp_path, is_sample=True)
    assert text_of(tmp_path) == (
        "# Hiring Signal, as of 1 March 2026: first publication, nothing to compare with yet\n\n"
        "SAMPLE DATA, generated, not the world.\n\n"
        "Data: 1 adverts.\n\n"
        "Report: [index.html](index.html)\n"
    )


def test_nothing_moved(working_log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report, "render_report", plain_page)
    publish_logged(working_log, tmp_path)
    publish_logged(working_log, tmp_path, as_of="2026-03-02")
    first_line, *_ = text_of(tmp_path).splitlines()
    assert first_line == (
        "# Hiring Signal, as of 2 March 2026: nothing moved since publication 000001 "
        "(as of 1 March 2026)"
    )
    assert "Data: 1 adverts (as before)." in text_of(tmp_path)


def test_what_moved_is_told(working_log: Path, tmp_path: Path) -> None:
    publish_logged(working_log, tmp_path)
    change(
        working_log,
        """UPDATE out.claim_verdicts SET verdict = 'undetermined', estimate = 1.1, ci_low = 0.8
        WHERE claim_id = 'hire_more';
        UPDATE out.source_health SET state = 'failed' WHERE source = 'ashby';
        UPDATE out.source_health SET state = 'ok' WHERE source = 'lever';
        INSERT INTO out.source_health (source, observed_on, state)
        VALUES ('arxiv', DATE '2026-03-02', 'ok');
        UPDATE out.framework_ratio_by_month SET ratio = ratio * 1.01
        WHERE period_start > DATE '2025-01-01';
        UPDATE out.framework_ratio_by_month SET ratio = 3
        WHERE period_start = DATE '2025-01-01';
        INSERT INTO core.postings (posting_id) VALUES ('a:b:2')""",
    )
    publish_logged(working_log, tmp_path, as_of="2026-03-02")
    assert text_of(tmp_path) == (
        "# Hiring Signal, as of 2 March 2026: 1 verdict flipped, 1 figure beyond its interval, "
        "1 source lost, 1 source recovered\n\n"
        "Verdicts that flipped:\n\n"
        "- supported → undetermined: More roles name PyTorch than TensorFlow (hire_more); "
        "2.00 (1.50 to 2.60) → 1.10 (0.80 to 2.60); new data\n\n"
        "Figures that moved beyond their interval of before:\n\n"
        "- framework ratio by month, 2025-01, all sources, machine-learning roles: "
        "1.50 (1.20 to 1.90) → 3.00 (1.20 to 1.90); new data\n\n"
        "Sources lost:\n\n- ashby: ok → failed\n\n"
        "Sources that answer again:\n\n- lever: failed → ok\n\n"
        "Sources that are new:\n\n- arxiv: not there → ok\n\n"
        "Of other figures 11 moved within their intervals.\n\n"
        "Data: 2 adverts (+1).\n\n"
        "Report: [index.html](index.html)\n"
    )
    said = json.loads((tmp_path / "published" / "run.json").read_text())["changes"]
    assert said["since"].startswith("000001-")
    assert said["figures"] == {
        "verdict flipped": 1, "moved beyond its interval": 1, "moved": 11, "new": 1,
    }  # fmt: skip
    assert (said["sources_lost"], said["sources_recovered"]) == (["ashby"], ["lever"])
    page = (tmp_path / "published" / "index.html").read_text(encoding="utf-8")
    section = page.partition('<h2 id="changes">')[2].partition("</section>")[0]
    assert "Since publication 000001 (as of 1 March 2026): 1 verdict flipped" in section
    assert "More roles name PyTorch than TensorFlow." in section
    assert "0.80 to 2.60" in section
    assert 'href="archive/2026-03-02-000002.zip"' in page


def test_a_long_summary_is_cut_and_says_so(
    working_log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report, "render_report", plain_page)
    many = """INSERT INTO out.claim_verdicts (claim_id, statement, estimate, verdict)
        SELECT 'hire_' || i, repeat('Long statement ', 40), 1, getvariable('verdict')
        FROM range(300) AS numbers (i)"""
    change(working_log, f"SET VARIABLE verdict = 'supported'; {many}")
    publish_logged(working_log, tmp_path)
    change(
        working_log,
        "UPDATE out.claim_verdicts SET verdict = 'contradicted' WHERE verdict = 'supported'",
    )
    publish_logged(working_log, tmp_path)
    text = text_of(tmp_path)
    assert len(text) < LONGEST
    assert "301 verdicts flipped" in text
    shown = text.count("supported → contradicted")
    assert f"… and {301 - shown} more" in text


def test_hostile_names_stay_inert(working_log: Path, tmp_path: Path) -> None:
    with duckdb.connect(str(working_log)) as con:
        con.execute("SET VARIABLE bad = $1", [HOSTILE])
        con.execute("UPDATE out.source_health SET source = getvariable('bad') "
                    "WHERE source = 'ashby'")  # fmt: skip
        con.execute("UPDATE out.claim_verdicts SET statement = getvariable('bad')")
    publish_logged(working_log, tmp_path)
    change(
        working_log,
        "UPDATE out.source_health SET state = 'failed'; "
        "UPDATE out.claim_verdicts SET verdict = 'contradicted'",
    )
    publish_logged(working_log, tmp_path)
    text = text_of(tmp_path).replace("Report: [index.html](index.html)", "").removeprefix("# ")
    assert "1 source lost" not in text
    assert "2 sources lost" in text
    assert not set(text) & set("<>`*[]|\\@&~#")
    assert "://" not in text
    page = (tmp_path / "published" / "index.html").read_text(encoding="utf-8")
    assert "<!here>" not in page


def test_since_a_day_tells_of_several_publications(
    working_log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report, "render_report", plain_page)
    publish_logged(working_log, tmp_path)
    for day, verdict in (("02", "undetermined"), ("03", "contradicted")):
        change(
            working_log,
            f"UPDATE out.claim_verdicts SET verdict = '{verdict}' WHERE claim_id = 'hire_more'",
        )
        publish_logged(working_log, tmp_path, as_of=f"2026-03-{day}")
    run: dict[str, Any] = json.loads((tmp_path / "published" / "run.json").read_text())
    path = str(tmp_path / "published" / "warehouse.duckdb")
    with duckdb.connect(path, read_only=True) as con:
        both = summary(con, run, since=date(2026, 3, 2))
        last = summary(con, run)
        none = summary(con, run, since=date(2026, 4, 1))
    assert "2 verdicts flipped" in both
    assert both.index("undetermined → contradicted") < both.index("supported → undetermined")
    assert "1 verdict flipped" in last
    assert "nothing moved since 1 April 2026" in none
    assert "Data:" not in both
