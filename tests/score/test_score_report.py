"""Scores of a folder: its parts, what counts, what is listed as wrong, what is shown."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from warehouse.score.report import Mistake, ScoreError, score_folder
from warehouse.score.show import as_markdown, sheets

ROLE = {
    "ml_role": True,
    "family": "ml_engineer",
    "level": "senior",
    "countries": ["DE"],
    "us": False,
    "workplace": "unspecified",
}


def write(folder: Path, name: str, *rows: dict[str, Any]) -> None:
    (folder / name).write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def test_every_part_has_figures_per_label_and_source_and_what_was_wrong(tmp_path: Path) -> None:
    write(
        tmp_path,
        "frameworks.jsonl",
        {"id": "hn-1", "text": "We train with PyTorch and JAX.", "labels": ["pytorch"]},
        {"id": "ashby-1", "text": "Nothing of the kind.", "labels": ["keras"]},
    )
    write(
        tmp_path,
        "pay.jsonl",
        {
            "id": "hn-1",
            "text": "Salary: $100k - $120k",
            "bands": [{"min": 100000, "max": 120000, "currency": "USD", "period": "YEAR"}],
        },
        {
            "id": "hn-2",
            "text": "No figure here",
            "bands": [{"min": None, "max": 5, "currency": "EUR", "period": "HOUR"}],
        },
    )
    write(
        tmp_path,
        "roles.jsonl",
        {
            "id": "ashby-1",
            "title": "Senior Machine Learning Engineer",
            "location": "Berlin, Germany",
            "text": "You train models.",
            "label": ROLE | {"countries": ["AT", "DE"]},
            "disputed": ["workplace"],
        },
    )
    report = score_folder(tmp_path)
    assert report.scores["mentions"]["n"] == 2
    assert report.scores["mentions"]["precision"]["estimate"] == 0.5
    assert report.scores["mentions: keras"]["recall"]["estimate"] == 0
    assert report.scores["mentions: the big four"]["recall"]["estimate"] == 0.5
    assert report.scores["mentions in hackernews"]["recall"]["estimate"] == 1
    assert report.scores["pay bands"]["f1"]["estimate"] == pytest.approx(2 / 3, abs=1e-4)
    assert "pay bands in hackernews" not in report.scores  # the only source there is
    assert report.scores["roles: level"]["accuracy"]["estimate"] == 1
    assert report.scores["roles: workplace"]["n"] == 0
    assert report.mistakes == [
        Mistake("mentions", "hn-1", "", "jax"),
        Mistake("mentions", "ashby-1", "keras", ""),
        Mistake("pay bands", "hn-2", "None 5 EUR HOUR", ""),
        Mistake("roles: countries", "ashby-1", "AT, DE", "DE"),
    ]


def test_cases_of_other_extractors_count_what_they_check(tmp_path: Path) -> None:
    band = {"min": 50000, "max": 60000, "currency": "GBP", "period": "YEAR"}
    common = {"check": ["min", "max"], "negative": False}
    write(
        tmp_path,
        "peer_pay.jsonl",
        {"id": "a", "text": "Pay: $50,000 to $60,000", "kind": "prose", "bands": [band], **common},
        {"id": "b", "text": "50000-60000", "kind": "field", "bands": [band], **common},
        {
            "id": "c",
            "text": "Salary: $70k",
            "kind": "prose",
            "bands": [],
            "check": [],
            "negative": True,
        },
    )
    write(
        tmp_path,
        "peer_tech.jsonl",
        {"id": "d", "text": "PyTorch on Kubernetes", "expect": ["PyTorch", "Chapel"], "reject": []},
        {"id": "e", "text": "We use Keras", "expect": [], "reject": ["*", "JAX"]},
    )
    report = score_folder(tmp_path)
    assert report.scores["peers' pay cases: prose"]["f1"]["estimate"] == 1
    assert report.scores["peers' pay cases: field"]["f1"]["estimate"] == 1
    assert report.scores["peers' pay cases: false friends refused"]["accuracy"]["estimate"] == 0
    assert report.scores["peers' technology cases"]["recall"]["estimate"] == 0.5
    refused = report.scores["peers' technology cases: homonyms refused"]
    assert refused["accuracy"]["estimate"] == 0.5
    assert [mistake.id for mistake in report.mistakes] == ["c", "d", "e"]


@pytest.mark.parametrize(
    ("name", "line", "said"),
    [
        ("pay.jsonl", "{", "line 1: not JSON"),
        ("pay.jsonl", '{"id": "a"}', "needs at least 'id' and 'text'"),
        ("roles.jsonl", '{"id": "a", "text": "b"}', "not as its guide says: 'label'"),
        ("other.jsonl", "{}", "holds none of"),
    ],
)
def test_a_folder_that_cannot_be_scored_names_file_and_line(
    tmp_path: Path, name: str, line: str, said: str
) -> None:
    (tmp_path / name).write_text(line + "\n", encoding="utf-8")
    with pytest.raises(ScoreError, match=said):
        score_folder(tmp_path)


def test_sheets_part_labels_sources_and_mistakes(tmp_path: Path) -> None:
    write(
        tmp_path,
        "frameworks.jsonl",
        {"id": "hn-1", "text": "PyTorch", "labels": ["pytorch"]},
        {"id": "ashby-1", "text": "a|b", "labels": ["keras"]},
    )
    report = score_folder(tmp_path)
    found = list(sheets(report.scores, report.mistakes))
    assert [sheet.title for sheet in found] == [
        "Accuracy on labelled postings, with 95 % intervals",
        "Single frameworks",
        "Single sources",
        "What was read otherwise than labelled",
    ]
    page = as_markdown(found)
    assert "| mentions in ashby | 1 |" in page
    assert "| mentions | ashby-1 | keras |  |" in page
