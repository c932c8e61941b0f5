"""Data Docs: whole, inert, and loading nothing from anywhere."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from selectolax.lexbor import LexborHTMLParser

from expectations.catalogue import TABLES, all_checks
from expectations.datadocs import INDEX, write_data_docs
from expectations.runner import run_suite
from tests.expectations.tables import warehouse

SCRIPT = "<script>document.title='owned'</script>"
BROKEN = (
    f"UPDATE core.postings SET family = '{SCRIPT.replace(chr(39), chr(39) * 2)}' "
    "WHERE source_id = 'id3'",
    "UPDATE core.postings SET company = NULL WHERE source = 'ashby'",
)

Outcomes = dict[str, dict[str, dict[str, Any]]]


def outcomes() -> Outcomes:
    """What the suites say of a warehouse with a hostile text and a column that is missing."""
    con = warehouse()
    for change in BROKEN:
        con.execute(change)
    found: Outcomes = {
        table: {
            outcome.name: {
                "passed": outcome.passed,
                "severity": outcome.severity,
                "observed": outcome.observed,
            }
            for outcome in run_suite(con, table)
        }
        for table in TABLES
    }
    found["core.roles"] = {
        "mention_share_is_steady": {
            "passed": False,
            "severity": "warning",
            "observed": {
                "unexpected_count": 1,
                "element_count": 6,
                "samples": ["measured=open ashby/jax, mention_share_is_steady=1.0 % after 9.0 %"],
                "compared_with": "one earlier run, of 2026-07-31",
            },
        }
    }
    found["out.gone"] = {"a_check_of_before": {"passed": True, "severity": "warning"}}
    return found


@pytest.fixture(scope="module")
def docs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("published") / "data_docs"
    files = write_data_docs(folder, outcomes(), as_of="2026-08-01", is_sample=False)
    assert files[0] == folder / INDEX
    assert sorted(files) == sorted(folder.iterdir())
    return folder


def parsed(page: Path) -> LexborHTMLParser:
    return LexborHTMLParser(page.read_text(encoding="utf-8"))


def test_no_page_loads_or_links_to_anything_outside(docs: Path) -> None:
    for file in docs.iterdir():
        page = parsed(file)
        assert page.css("script, iframe, object, embed, form, img, link[rel=stylesheet]") == []
        policy = page.css_first("meta[http-equiv=Content-Security-Policy]").attributes["content"]
        assert policy is not None
        assert policy.startswith("default-src 'none'")
        addresses = {
            value
            for node in page.css("[src], [href]")
            for value in (node.attributes.get("src"), node.attributes.get("href"))
            if value
        }
        local = {value for value in addresses if value != "data:,"}
        assert all(value == "../index.html#quality" or (docs / value).is_file() for value in local)
        text = file.read_text(encoding="utf-8")
        assert not re.search(r"@import|url\(\s*['\"]?(https?:)?//", text)


def test_every_check_is_on_its_page_with_its_guard_and_its_finding(docs: Path) -> None:
    for table in TABLES:
        page = parsed(docs / f"{table}.html")
        names = {node.attributes["id"] for node in page.css("section")}
        expected = {check.name: check for check in all_checks(table)}
        assert names <= set(expected)
        assert names
        for section in page.css("section"):
            text = section.text(separator=" ")
            assert expected[section.attributes["id"] or ""].description in text
            assert [node.text() for node in section.css("dt")][:2] == ["Expected", "Found"]
            assert all(node.text(strip=True) for node in section.css("dd"))


def test_hostile_texts_are_shown_and_never_markup(docs: Path) -> None:
    page = parsed(docs / "core.postings.html")
    failed = page.css_first("section#family_is_known")
    assert "failed" in failed.css_first("h2").text()
    assert "<script>" in failed.text()
    assert page.css("script") == []


def test_what_failed_comes_first_and_says_what_it_saw(docs: Path) -> None:
    sections = parsed(docs / "core.postings.html").css("section")
    assert [section.attributes["id"] for section in sections[:2]] == [
        "family_is_known",  # critical before warning
        "company_is_mostly_stated",
    ]
    words = sections[0].text(separator=" ")
    assert "The word is one of a closed vocabulary." in words
    assert "ml_engineer" in words
    assert re.search(r"\b1 of \d", re.sub(r"\s+", " ", words))
    drift = parsed(docs / "core.roles.html").css_first("section#mention_share_is_steady")
    said = re.sub(r"\s+", " ", drift.text(separator=" "))
    assert "1 of 6" in said
    assert "compared with one earlier run, of 2026-07-31" in said
    assert "1.0 % after 9.0 %" in said


def test_the_index_counts_every_table(docs: Path) -> None:
    rows = {
        row.css_first("th").text(strip=True): [cell.text(strip=True) for cell in row.css("td")]
        for row in parsed(docs / INDEX).css("tbody tr")
    }
    assert set(rows) == {*TABLES, "core.roles"}, "a table that is gone has no page"
    checks, passed, failed = rows["core.postings"]
    assert int(checks) == int(passed) + 2
    assert "family_is_known" in failed
    assert rows["core.papers"][2] == ""


def test_the_sample_is_marked_on_every_page(tmp_path: Path) -> None:
    small = {"core.roles": outcomes()["core.roles"]}
    for file in write_data_docs(tmp_path, small, as_of="2026-08-01", is_sample=True):
        text = file.read_text(encoding="utf-8")
        assert "SAMPLE" in text.split("<title>")[1].split("</title>")[0]
        assert "sample-banner" in text
