"""When two adverts are for one role."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from warehouse.matching.rules import basis_of_same, overlap
from warehouse.matching.signature import Signature, title_words

WORDS = [f"word{number}".encode() for number in range(1000)]


def advert(name: str = "a", first: int = 0, last: int = 100, **more: Any) -> Signature:
    """An advert with the words from one number to another."""
    titles = more.pop("titles", ["Platform Engineer"])
    is_thread = more.pop("is_thread", False)
    given = {
        "posting_id": name,
        "is_thread": is_thread,
        "source": "hackernews" if is_thread else "ashby",
        "board": name if is_thread else "acme",
        "on": date(2026, 1, 1),
        "title": title_words(titles, is_thread=is_thread),
        "countries": frozenset({"US"}),
        "words": frozenset(WORDS[first:last]),
        "text_chars": 2000,
        "requisition": None,
        "apply_url": None,
    }
    return Signature(**(given | more))


def test_overlap_is_the_share_of_common_words() -> None:
    assert overlap(advert(), advert(first=50, last=150)) == pytest.approx(1 / 3)
    assert overlap(advert(words=frozenset()), advert(words=frozenset())) == 1


@pytest.mark.parametrize(
    ("what", "other", "expected"),
    [
        ("the same", {}, "text"),
        ("small edits", {"last": 120}, "text"),
        ("half of it new", {"last": 200}, None),
        ("another title", {"titles": ["Data Engineer"]}, None),
        ("another level", {"titles": ["Senior Platform Engineer"]}, None),
        ("another country", {"countries": frozenset({"CA"})}, None),
        ("one country more", {"countries": frozenset({"CA", "US"})}, None),
        ("no country", {"countries": frozenset()}, None),
        ("no country, another source", {"countries": frozenset(), "source": "themuse"}, "text"),
        ("another country and source", {"countries": frozenset({"DE"}), "source": "x"}, None),
        ("a comment", {"is_thread": True}, None),
        ("short and edited", {"last": 120, "text_chars": 300}, None),
        ("short and the same", {"text_chars": 300}, "text"),
    ],
)
def test_adverts_of_a_board(what: str, other: dict[str, Any], expected: str | None) -> None:
    assert basis_of_same(advert(), advert("b", **other)) == expected, what
    assert basis_of_same(advert("b", **other), advert()) == expected, what


def test_address_and_requisition_count_more_than_title_and_text() -> None:
    same = {"requisition": "ashby:acme:R1", "apply_url": "example.com/jobs/1"}
    other = {"titles": ["Something else"], "first": 500, "last": 600}
    assert basis_of_same(advert(**same), advert("b", **same, **other)) == "apply address"
    same.pop("apply_url")
    assert basis_of_same(advert(**same), advert("b", **same, **other)) == "requisition"
    abroad = {"countries": frozenset({"FR"})}
    assert basis_of_same(advert(**same), advert("b", **same, **abroad)) is None


@pytest.mark.parametrize(
    ("what", "one", "other", "expected"),
    [
        ("nearly the same", {}, {"last": 105, "titles": ["Anything"]}, "text"),
        ("edited, titles alike", {}, {"last": 130}, "text"),
        ("edited, none named", {"titles": []}, {"last": 130}, "text"),
        ("edited, other titles", {}, {"last": 130, "titles": ["Designer"]}, None),
        ("edited, one names none", {}, {"last": 130, "titles": []}, "text"),
        ("reworded by half, titles alike", {}, {"last": 200}, "text"),
        ("reworded by half, one names none", {}, {"last": 200, "titles": []}, None),
        ("new words, same title, a month on", {"last": 70}, {"first": 30, "last": 140}, "text"),
        (
            "new words, same title, a year on",
            {"last": 70},
            {"first": 30, "last": 140, "on": date(2027, 1, 1)},
            None,
        ),
        ("nothing in common", {}, {"first": 200, "last": 300}, None),
        ("twice in one thread, edited", {"board": "t"}, {"board": "t", "last": 130}, None),
        ("twice in one thread", {"board": "t"}, {"board": "t", "last": 110}, "text"),
        ("in another country", {}, {"countries": frozenset({"DE"})}, None),
        ("in one more country", {}, {"countries": frozenset({"DE", "US"})}, "text"),
        ("in no country", {}, {"countries": frozenset()}, "text"),
    ],
)
def test_comments_of_threads(
    what: str, one: dict[str, Any], other: dict[str, Any], expected: str | None
) -> None:
    a, b = advert(is_thread=True, **one), advert("b", is_thread=True, **other)
    assert basis_of_same(a, b) == expected, what
    assert basis_of_same(b, a) == expected, what
