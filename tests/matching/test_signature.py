"""What of an advert is compared: words of texts and titles, addresses."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from warehouse.matching.signature import apply_address, title_words, words_of


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Sr. Back-End Dev", "Senior Backend Developer"),
        ("Software Engineer II", "Software Engineer 2"),
        ("ML Engineer (m/f/d)", "Machine Learning Engineer"),
        ("Data Engineers", "Data Engineering"),
        ("Account Executive - Munich", "Account Executive - Berlin"),
        ("Account Executive (Remote, Canada)", "Account Executive (Remote, USA)"),
        ("Nurse, Houston, Texas", "Nurse"),
        ("Analyst in Porto", "Analyst in Lisbon"),
        ("Werkstudent:in Daten", "Werkstudent Daten"),
        ("Fullstack Engineer", "Full-Stack Engineer - Remote"),
        ("Ingénieur données", "INGENIEUR DONNEES"),
    ],
)
def test_titles_of_one_role_have_the_same_words(one: str, other: str) -> None:
    assert title_words([one], is_thread=False) == title_words([other], is_thread=False)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Software Engineer", "Senior Software Engineer"),
        ("Software Engineer I", "Software Engineer II"),
        ("Frontend Engineer", "Backend Engineer"),
        ("Account Executive", "Enterprise Account Executive"),
        ("Engineer, Mobile", "Engineer, Web"),
        ("Engineer (Americas)", "Engineer (EMEA)"),
        ("C Developer", "C++ Developer"),
        ("Platform Engineer", "Platform Engineer, Intern"),
    ],
)
def test_titles_of_two_roles_differ(one: str, other: str) -> None:
    assert title_words([one], is_thread=False) != title_words([other], is_thread=False)


def test_a_comment_has_the_words_of_all_its_roles() -> None:
    assert title_words(["ML Engineer", "Designers"], is_thread=True) == {
        "machine", "learning", "engineer", "designer",
    }  # fmt: skip
    assert title_words([], is_thread=True) == frozenset()


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://www.Example.com/jobs/12/?utm_source=x", "example.com/jobs/12"),
        ("https://example.com/jobs/12/apply#top", "example.com/jobs/12"),
        ("https://example.com/job?id=7&gh_src=abc", "example.com/job?id=7"),
        ("https://example.com/job?b=2&id=7", "example.com/job?b=2&id=7"),
        ("https://example.com/careers", None),
        ("https://example.com/", None),
        ("not an address", None),
        ("http://[broken", None),
        ("", None),
        (None, None),
    ],
)
def test_an_address_without_what_varies(url: str | None, expected: str | None) -> None:
    assert apply_address(url) == expected


def test_words_are_those_between_marks_whatever_the_typography() -> None:
    assert words_of("We’re hiring—apply “now”…") == words_of("we re HIRING, apply (now)!")
    assert words_of("Büro in Köln") == {b"b\xc3\xbcro", b"in", b"k\xc3\xb6ln"}
    assert words_of("") == frozenset()


@settings(max_examples=60, deadline=None)
@given(st.text())
def test_any_text_has_words_and_any_title_too(text: str) -> None:
    assert words_of(text) == words_of(text.lower())
    assert isinstance(title_words([text], is_thread=False), frozenset)
    assert isinstance(apply_address(text), str | None)
