"""JSON lines in, JSON lines out."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from warehouse import extract
from warehouse.extract import extract_batches, lines_by_batch
from warehouse.normalise.posting import Advert, read_batch, read_facts


def answers(*lines: object) -> list[dict[str, Any]]:
    """The answers to objects, or to lines as they are."""
    raw = [line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines]
    return [answer for batch in extract_batches([raw]) for answer in batch]


POST = (
    "Acme | Oslo | ML Engineer, Backend Engineer\n\nWe hire:\n\n"
    "- Machine Learning Engineer (EUR 80,000 - 95,000): PyTorch\n"
    "- Senior Backend Engineer (EUR 100,000 - 120,000): Go\n\nBonus of EUR 500 for friends."
)


def test_a_comment_with_two_roles_keeps_their_pay_apart() -> None:
    [answer] = answers({"id": 1, "text": POST})
    assert [(role["title"], role["level"]) for role in answer["roles"]] == [
        ("Machine Learning Engineer", "mid"),
        ("Senior Backend Engineer", "senior"),
    ]
    assert [(band["min"], band["max"], band["role"]) for band in answer["pay_bands"]] == [
        (80000, 95000, 0),
        (100000, 120000, 1),
    ]
    assert answer["role"] == {"ml_role": True, "family": "ml_engineer", "level": "mid"}
    [framework] = [m for m in answer["mentions"] if m["framework"] == "pytorch"]
    assert POST[framework["start"] : framework["end"]] == framework["surface"] == "PyTorch"
    assert answer["place"]["countries"] == ["NO"]


def test_pay_that_is_common_to_all_roles_is_given_to_none() -> None:
    [answer] = answers({"id": 1, "text": f"{POST}\n\nSalary for all roles: EUR 70,000 - 130,000"})
    assert [band["role"] for band in answer["pay_bands"]] == [0, 1, None]


def test_an_advert_with_a_title_has_one_role() -> None:
    [answer] = answers({"id": "a", "text": "You train models.", "title": "Applied Scientist"})
    [role] = answer["roles"]
    assert (role["title"], role["start"], role["end"]) == ("Applied Scientist", 0, 17)
    assert {name: role[name] for name in answer["role"]} == answer["role"]


def test_topics_are_left_out() -> None:
    [answer] = answers({"id": 1, "text": "A startup that runs PyTorch in production on AWS"})
    assert [mention["framework"] for mention in answer["mentions"]] == ["pytorch", "aws"]


def test_a_salary_field_comes_first() -> None:
    [answer] = answers({"id": 1, "text": "Salary: $90k", "pay_raw": "€50K – €60K"})
    assert [(band["provenance"], band["currency"]) for band in answer["pay_bands"]] == [
        ("structured", "EUR"),
        ("parsed", "USD"),
    ]


@pytest.mark.parametrize(
    ("line", "identity", "said"),
    [
        (b"{", None, "line 2: not JSON"),
        (b"[1]", None, "line 2: not a JSON object"),
        (b"", None, "line 2: not JSON"),
        (b"\xff\xfe", None, "line 2: not JSON"),
        ({"id": 7}, 7, "line 2: 'text' is missing"),
        ({"text": "x"}, None, "line 2: 'id' is missing"),
        ({"id": 7, "text": 5}, 7, "line 2: 'text' must be a string"),
        ({"id": 7, "text": "x", "month": "soon"}, 7, "line 2: 'month' must look like 2017-05"),
        ({"id": 7, "text": "x", "isRemote": "yes"}, 7, "'isRemote' must be true, false or null"),
        ({"id": 7, "text": "x", "secondaryLocations": "Oslo"}, 7, "must be a list"),
    ],
)
def test_a_line_that_is_no_advert_gets_an_error_and_the_others_an_answer(
    line: object, identity: object, said: str
) -> None:
    before, wrong, after = answers({"id": 1, "text": "Keras"}, line, {"id": 3, "text": "JAX"})
    assert wrong["id"] == identity
    assert said in wrong["error"]
    assert [before["mentions"][0]["framework"], after["id"]] == ["keras", 3]


def test_a_text_that_breaks_the_normalisers_spoils_no_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fails_on_boom(adverts: list[Advert]) -> Any:
        if any(advert.body == "boom" for advert in adverts):
            raise IndexError("out of range")
        return read_batch(adverts)

    monkeypatch.setattr(extract, "read_batch", fails_on_boom)
    found = answers({"id": 1, "text": "ok"}, {"id": 2, "text": "boom"}, {"id": 3, "text": "ok"})
    assert [answer.get("error") for answer in found] == [
        None,
        "line 2: IndexError: out of range",
        None,
    ]
    assert [answer["id"] for answer in found] == [1, 2, 3]


class Stream(io.BytesIO):
    """A stream that gives its bytes piece by piece."""

    def __init__(self, *pieces: bytes) -> None:
        super().__init__()
        self.pieces = list(pieces)

    def read1(self, _size: int | None = -1) -> bytes:
        return self.pieces.pop(0) if self.pieces else b""


def test_lines_come_whole_as_soon_as_they_are_there() -> None:
    assert list(lines_by_batch(Stream(b"a\nb\n", b"c", b"", b"not read"))) == [[b"a", b"b"], [b"c"]]
    assert list(lines_by_batch(Stream(b"a", b"b", b"c\nd\n", b"e\n"))) == [[b"abc", b"d"], [b"e"]]
    assert list(lines_by_batch(Stream())) == []


def test_batches_are_bounded() -> None:
    batches = list(lines_by_batch(Stream(b"x\n" * 1000)))
    assert max(map(len, batches)) == extract.BATCH_LINES
    assert sum(map(len, batches)) == 1000


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text(max_size=300), min_size=1, max_size=5))
def test_any_texts_are_read_together_as_they_are_alone(texts: list[str]) -> None:
    adverts = [Advert(text, title="" if n % 2 else "Engineer") for n, text in enumerate(texts)]
    together = read_batch(adverts)
    assert together == [read_facts(advert) for advert in adverts]
    for facts in together:
        for mention in facts.mentions:
            assert facts.text[mention.start : mention.end] == mention.surface
        for band in facts.pay_bands:
            assert band.start is None or facts.text[band.start :].startswith(band.evidence)
        assert facts.role in [posted.role for posted in facts.roles]
