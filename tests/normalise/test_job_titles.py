"""Titles that open lines."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse.normalise.job_titles import lines_with_titles, title_of_line


@pytest.mark.parametrize(
    ("line", "title"),
    [
        ("Data Engineer", "Data Engineer"),
        ("- Data Engineer: pipes and clocks", "Data Engineer"),
        ("  2) Senior Clock Engineer (Oslo)", "Senior Clock Engineer"),
        ("* An SRE", "SRE"),
        ("CLOCK DESIGNERS | $90k", "CLOCK DESIGNERS"),
        ("[1] full_stack_developer", "full_stack_developer"),
        ("•DÉVELOPPEUR Python", "DÉVELOPPEUR Python"),
        ("Clock Lead/Engineer - https://acme.example", "Clock Lead/Engineer"),
        ("Software Engineer in Test, full-time", "Software Engineer in Test"),
        ("\ud800 Data Engineer", "\ud800 Data Engineer"),
    ],
)
def test_a_title_opens_the_line(line, title):
    found = title_of_line(line.strip())
    assert line.strip()[found.start : found.end] == title
    assert lines_with_titles(f"Acme | Oslo\n\n{line}\n") == [2]


@pytest.mark.parametrize(
    "line",
    [
        "",
        "We are engineers",
        "Work with designers all day",
        "Clocks that our engineers mend",
        "Acme mends clocks",
        "Engineering",
        "If you are a data engineer, write to us",
    ],
)
def test_no_title_opens_the_line(line):
    assert title_of_line(line) is None


def test_sentences_are_passed_over_and_the_first_line_is_not_asked():
    text = "Data Engineer\nWe are engineers\nDesigner\nThe designers\n\nWeb developers wanted"
    assert lines_with_titles(text) == [2, 5]


_WORDS = st.sampled_from(
    "Data Clock Senior Engineer engineers, Designer: (Oslo) - – • & / and in on 1) É …".split()
)


@given(st.lists(_WORDS, min_size=1, max_size=8).map(" ".join))
def test_no_line_with_a_title_is_passed_over(line):
    if title_of_line(line):
        assert lines_with_titles(f"\n{line}") == [1]
