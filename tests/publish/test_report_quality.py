"""The part of the report that says how far its figures can be trusted."""

from __future__ import annotations

from typing import Any

import duckdb
from selectolax.lexbor import LexborHTMLParser

from tests.publish.tables import RUN, SCRIPT_TITLE
from warehouse.publish.report import render_report

TABLES = """
CREATE TABLE out.board_health AS
SELECT * FROM (VALUES
    ('ashby', 'a', DATE '2026-03-01', 'ok', 200, NULL, 40),
    ('lever', 'b', DATE '2026-02-19', 'failed', 500, 'HTTP 500', 3)
) AS health (source, board, observed_on, state, http_status, reason, postings_seen);
CREATE TABLE out.postings AS SELECT 'ashby' AS source, DATE '2026-02-27' AS posted_on;
CREATE TABLE out.row_accounts AS
SELECT * FROM (VALUES
    ('normalise', 'ashby', 39, 39, 0, 0, NULL),
    ('load', 'lever', 10, 9, 0, 1, 'rows said before'),
    ('load', 'ashby', 40, 38, 1, 1, 'rows said before'),
    ('another', 'ashby', 1, 1, 0, 0, NULL)
) AS accounts (stage, source, rows_in, rows_kept, rows_refused, rows_set_aside, set_aside);
"""
DRIFT: dict[str, Any] = {
    "table": "core.roles",
    "check": "mention_share_is_steady",
    "severity": "warning",
    "guards": "The share of roles that name a framework moved.",
    "observed": {
        "unexpected_count": 1,
        "element_count": 24,
        "samples": ["measured=open ashby/jax, mention_share_is_steady=1.0 % after 9.0 %, n 400"],
        "compared_with": "4 earlier runs, of 2026-02-25 to 2026-02-28",
    },
}
FAILED: dict[str, Any] = {
    "table": "core.papers",
    "check": "table_is_not_empty",
    "severity": "critical",
    "observed": {"observed_value": 0},
}


def _page(checks: dict[str, Any] | None, script: str = TABLES) -> LexborHTMLParser:
    with duckdb.connect() as con:
        con.execute("CREATE SCHEMA core; CREATE SCHEMA out;" + script)
        run = {**RUN, "as_of": "2026-03-01"} | ({"checks": checks} if checks else {})
        return LexborHTMLParser(render_report(con, run, annexes={"data_docs": "Data Docs"}))


def _quality(page: LexborHTMLParser) -> str:
    return " ".join(page.css_first("section[aria-labelledby=quality]").text(separator=" ").split())


def _rows(page: LexborHTMLParser, caption: str) -> list[list[str]]:
    for table in page.css("section[aria-labelledby=quality] table"):
        if caption in table.css_first("caption").text():
            return [
                [" ".join(cell.text(separator=" ").split()) for cell in row.css("th, td")]
                for row in table.css("tbody tr")
            ]
    raise AssertionError(f"no table {caption}")


def test_every_warning_is_told_with_what_it_guards_and_what_was_seen() -> None:
    page = _page({"passed": 597, "failed": [DRIFT, FAILED]})
    said = _quality(page)
    assert "599 checks were made of the tables: 597 passed, 2 did not." in said
    assert page.css_first("a[href='data_docs/index.html']").text() == "Data Docs"
    first, second = page.css("ul.warnings li")
    assert "Failed: table is not empty core.papers" in " ".join(first.text().split())
    assert "Seen: 0" in first.text()
    words = " ".join(second.text(separator=" ").split())
    assert "Warning: mention share is steady core.roles" in words
    assert "The share of roles that name a framework moved." in words
    assert "Seen: 1 of 24, compared with 4 earlier runs, of 2026-02-25 to 2026-02-28" in words
    assert "open ashby/jax: 1.0 % after 9.0 %, n 400" in words


def test_no_warning_no_list_and_no_checks_no_sentence() -> None:
    assert _page({"passed": 600, "failed": []}).css("ul.warnings") == []
    assert "checks were made" not in _quality(_page(None))


def test_sources_say_how_fresh_they_are() -> None:
    ashby, lever = _rows(_page(None), "by source")
    assert ashby[:4] == ["ashby", "ok", "2026-03-01", "2026-02-27"]
    assert lever[:4] == ["lever", "failed", "2026-02-19 10 days ago", "–"]


def test_rows_in_are_shown_with_what_became_of_them() -> None:
    assert _rows(_page(None), "Rows in are") == [
        ["load", "50", "47", "1", "2", "rows said before"],
        ["normalise", "39", "39", "0", "0", ""],
        ["another", "1", "1", "0", "0", ""],
    ]
    assert "What became of every row" not in _quality(_page(None, script=""))


def test_samples_from_outside_stay_text() -> None:
    hostile = {**DRIFT, "observed": {"samples": [SCRIPT_TITLE], "observed_value": SCRIPT_TITLE}}
    page = _page({"passed": 1, "failed": [hostile]})
    assert page.css("script, img") == []
    assert SCRIPT_TITLE in page.css_first("ul.warnings").text()
