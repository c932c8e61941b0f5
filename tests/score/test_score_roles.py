"""What counts as right for role, level and place."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from warehouse.normalise.place import locate
from warehouse.normalise.role import classify_role
from warehouse.normalise.types import Place, Role
from warehouse.score.roles import FIELDS, answers_of, score_roles

ROLE = Role(is_ml=True, family="research", level="senior")
PLACE = Place(countries=("CA", "US"), is_us=True, region=None, workplace="remote")
LABEL = {
    "ml_role": True,
    "family": "research",
    "level": "senior",
    "countries": ["US", "CA"],
    "us": True,
    "workplace": "remote",
}


def row(identifier: str = "a", *, disputed: tuple[str, ...] = (), **changes: object) -> dict:
    return {"id": identifier, "label": LABEL | changes, "disputed": list(disputed)}


def test_the_same_answers_are_right_whatever_the_order_of_countries():
    score = score_roles([row()], {"a": answers_of(ROLE, PLACE)})
    assert score.by_document == {"a": dict.fromkeys(FIELDS, True)}


@pytest.mark.parametrize(
    ("field", "label"),
    [
        ("ml_role", False),
        ("family", "ml_engineer"),
        ("level", "staff"),
        ("countries", ["US"]),
        ("us", None),
        ("workplace", "hybrid"),
    ],
)
def test_a_different_answer_is_wrong_in_its_field_alone(field, label):
    score = score_roles([row(**{field: label})], {"a": answers_of(ROLE, PLACE)})
    wrong = [name for name, is_right in score.by_document["a"].items() if not is_right]
    assert wrong == [field]


def test_disputed_fields_count_neither_way():
    score = score_roles(
        [row(family="hardware", disputed=("family",))], {"a": answers_of(ROLE, PLACE)}
    )
    assert "family" not in score.by_document["a"]
    assert score.accuracy("family").low == 0.0
    assert score.accuracy("level").estimate == 1.0


def test_a_posting_without_an_answer_is_wrong():
    score = score_roles([row("a"), row("b")], {"a": answers_of(ROLE, PLACE)})
    assert score.accuracy("us").estimate == 0.5


def test_an_unknown_field_is_refused():
    with pytest.raises(ValueError, match="no such field"):
        score_roles([], {}).accuracy("salary")


# Below what the normalisers reach, so that a change that breaks a class of postings shows.
FLOORS = {
    "ml_role": 0.93,
    "family": 0.85,
    "level": 0.93,
    "countries": 0.93,
    "us": 0.97,
    "workplace": 0.90,
}


@pytest.mark.shared
@pytest.mark.parametrize("field", FIELDS)
def test_accuracy_on_labelled_postings(field, shared: Path):
    lines = (shared / "gold" / "roles.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    predicted = {}
    for posting in rows:
        role = classify_role(
            posting["title"],
            posting["text"],
            department=posting["department"] or "",
            team=posting["team"] or "",
        )
        place = locate(
            posting["location"],
            posting["text"],
            secondary=posting["secondaryLocations"],
            address=posting["address"],
            is_remote=posting["isRemote"],
            title=posting["title"],
        )
        predicted[posting["id"]] = answers_of(role, place)
    assert score_roles(rows, predicted).accuracy(field).estimate >= FLOORS[field]
