"""Employer, titles and place in the first lines of a hiring comment."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator

from warehouse.normalise.hn_header import Header, parse_header
from warehouse.normalise.text import to_text

CASES = [
    (
        "pipes",
        "Acme (YC S21) | Data Engineer | Oslo, Norway | ONSITE | $120k-$150k\n\nWe build rockets.",
        ("Acme", ("Data Engineer",), "Oslo, Norway | ONSITE", False),
    ),
    (
        "several titles",
        "Acme | Backend Engineer, Data Scientist & Designer | Remote (EU) | Full-time",
        ("Acme", ("Backend Engineer", "Data Scientist", "Designer"), "Remote (EU)", True),
    ),
    (
        "qualifier stays with its title",
        "Acme | Software Engineer, Platform | NYC | Full-time",
        ("Acme", ("Software Engineer, Platform",), "NYC", None),
    ),
    (
        "link and pay are no facts of the header",
        "Acme (https://acme.example) | ML Engineer | Berlin | 80k-100k EUR | https://acme.example/x",
        ("Acme", ("ML Engineer",), "Berlin", None),
    ),
    (
        "place first",
        "Lisbon, Portugal | Acme Robotics | Frontend Developer | Full time",
        ("Acme Robotics", ("Frontend Developer",), "Lisbon, Portugal", None),
    ),
    (
        "employer named like a town",
        "Arlington | Billing Engineer | Oslo, Norway | ONSITE",
        ("Arlington", ("Billing Engineer",), "Oslo, Norway | ONSITE", False),
    ),
    (
        "title first",
        "Staff Engineer | Acme Schools Inc. | Remote | Full-time",
        ("Acme Schools Inc", ("Staff Engineer",), "Remote", True),
    ),
    (
        "dashes",
        "Acme, Inc. - Denver, CO - Full Stack Engineer\n\nWe are a team of ten.",
        ("Acme, Inc", ("Full Stack Engineer",), "Denver, CO", None),
    ),
    (
        "title at employer",
        "Django Developer at Acme Studios | London | Full-time",
        ("Acme Studios", ("Django Developer",), "London", None),
    ),
    (
        "lines",
        "Acme\n\nSenior Ruby Engineer, Madrid, Onsite\n\nAt Acme we care about shops.",
        ("Acme", ("Senior Ruby Engineer",), "Madrid, Onsite", False),
    ),
    (
        "titles below",
        "Acme | Paris | Onsite\n\nOpen positions:\n- Data Engineer\n- Product Designer\n",
        ("Acme", ("Data Engineer", "Product Designer"), "Paris | Onsite", False),
    ),
    (
        "asked for below",
        "Acme | Austin, TX | REMOTE\n\nWe are looking for a senior backend engineer to help us.",
        ("Acme", ("senior backend engineer",), "Austin, TX | REMOTE", True),
    ),
    (
        "no remote",
        "Acme | Data Engineer | Warsaw | no remote",
        ("Acme", ("Data Engineer",), "Warsaw | no remote", False),
    ),
    (
        "distributed systems are no distributed team",
        "Acme | Distributed Systems Engineer | Warsaw",
        ("Acme", ("Distributed Systems Engineer",), "Warsaw", None),
    ),
    (
        "prose: we at",
        "We at Acme are hiring a senior engineer in Berlin.",
        ("Acme", ("senior engineer",), "Berlin", None),
    ),
    (
        "prose: is looking for",
        "Acme Labs (acme.example) is looking for data scientists in Oslo.\n\nWrite to us.",
        ("Acme Labs", ("data scientists",), "Oslo", None),
    ),
    (
        "prose: greeting",
        "Hi! I'm the CTO of Acme Foods. We are looking for a mobile developer.",
        ("Acme Foods", ("mobile developer",), "", None),
    ),
]


@pytest.mark.parametrize(("why", "text", "expected"), CASES)
def test_headers(why, text, expected):
    company, titles, location, is_remote = expected
    header = parse_header(text)
    assert header == Header(company, titles, ", ".join(titles), location, is_remote)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   \n\n",
        "great!!",
        "> Acme is hiring\n\nThey never answered me.",
        "Why do so few of these posts state a salary?",
        "Location: Spain\nRemote: Yes\nWilling to relocate: No\nTechnologies: Go",
        "https://acme.example",
        "jobs@acme.example",
    ],
)
def test_what_is_no_advert_has_no_employer_and_no_titles(text):
    header = parse_header(text)
    assert (header.company, header.titles, header.title) == (None, (), "")


@given(st.text(alphabet="Ab1 |-–,.()@:/\n>&$•é", max_size=200))
def test_any_text_gives_a_consistent_header(text):
    header = parse_header(text)
    assert header.title == ", ".join(header.titles)
    assert header.company is None or header.company.strip() == header.company != ""
    assert all(header.titles)


@given(st.sampled_from([case[1] for case in CASES]), st.integers(0, 3))
def test_rules_and_empty_lines_above_change_nothing(text, count):
    assert parse_header("----\n\n" * count + text) == parse_header(text)


@pytest.mark.shared
def test_real_threads_mostly_have_headers(shared):
    comments: list[str] = []
    with (shared / "captures" / "hackernews-2015-2024.warc.gz").open("rb") as stream:
        responses = (r for r in ArchiveIterator(stream) if r.rec_type == "response")
        for number, response in enumerate(responses):
            if number % 20 == 0:
                thread = response.content_stream().read()
                comments += _texts(thread)
    headers = [parse_header(to_text(comment)) for comment in comments[::7]]
    assert len(headers) > 300
    assert sum(header.company is not None for header in headers) / len(headers) > 0.85
    assert sum(bool(header.titles) for header in headers) / len(headers) > 0.8


def _texts(thread: bytes) -> list[str]:
    return [child["text"] for child in json.loads(thread).get("children", ()) if child.get("text")]
