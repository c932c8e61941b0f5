"""Employer, titles and place in the first lines of a hiring comment."""

from __future__ import annotations

import json
import re

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
        "asked for by other words",
        "Acme | Austin, TX\n\nWe are in search of people who are seeking designers.",
        ("Acme", ("designers",), "Austin, TX", None),
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
    (
        "commas",
        "Acme, REMOTE or ONSITE, $85-125K, Fullstack/Backend Developer",
        ("Acme", ("Fullstack/Backend Developer",), "REMOTE or ONSITE", True),
    ),
    (
        "commas and a town with its country",
        "Acme, Bergen, Norway, Data Engineer",
        ("Acme", ("Data Engineer",), "Bergen, Norway", None),
    ),
    (
        "slashes",
        "ACME GMBH / BERLIN, GERMANY / Software Architect / ONSITE",
        ("ACME GMBH", ("Software Architect",), "BERLIN, GERMANY | ONSITE", False),
    ),
    (
        "tildes",
        "Acme ~ Data Engineer ~ Oslo ~ FULL TIME ~ ONSITE",
        ("Acme", ("Data Engineer",), "Oslo | ONSITE", False),
    ),
    (
        "colon behind the name",
        "Acme: Sr. Data Engineer - Oslo - permanent",
        ("Acme", ("Sr. Data Engineer",), "Oslo", None),
    ),
    (
        "link between name and town",
        "Acme https://acme.example Oslo, Norway",
        ("Acme", (), "Oslo, Norway", None),
    ),
    (
        "link in brackets between name and town",
        "Acme Mills (http://acme.example) Oslo, Norway\n\nWe are hiring data engineers.",
        ("Acme Mills", ("data engineers",), "Oslo, Norway", None),
    ),
    (
        "text behind a link is no place",
        "Acme | Data Engineer | Oslo | ONSITE https://acme.example Acme mends clocks in Rome",
        ("Acme", ("Data Engineer",), "Oslo | ONSITE", False),
    ),
    (
        "name above the header",
        "Acme Simulation, inc. (ACME)\n\nOslo, Norway | Multiple Positions | ONSITE",
        ("Acme Simulation, inc", ("Multiple Positions",), "Oslo, Norway | ONSITE", False),
    ),
    (
        "name on the line below a place",
        "Oslo, Norway | Web Developer\n\nAcme Clocks\n\nAll clocks tick.",
        ("Acme Clocks", ("Web Developer",), "Oslo, Norway", None),
    ),
    (
        "address of the site where no field is a name",
        "Senior Data Engineer | Remote (EU) | Full-time | https://www.acmeclocks.com/jobs",
        ("acmeclocks", ("Senior Data Engineer",), "Remote (EU)", True),
    ),
    (
        "labels",
        "Role: Data Engineer\nLocation: Oslo (ONSITE)\nCompany: Acme Mills. We grind.",
        ("Acme Mills", ("Data Engineer",), "Oslo (ONSITE)", False),
    ),
    (
        "is hiring, in capitals",
        "ACME IS HIRING: DATA ENGINEERS in Oslo",
        ("ACME", ("DATA ENGINEERS",), "Oslo", None),
    ),
    (
        "is hiring without a title",
        "Acme is hiring for several engineering positions, come along!",
        ("Acme", (), "", None),
    ),
    (
        "name in lower case",
        "acmeworks is hiring a data engineer in Oslo.",
        ("acmeworks", ("data engineer",), "Oslo", None),
    ),
    (
        "name of two employers",
        "Acme Mills / Other Mills | Data Engineer | Oslo",
        ("Acme Mills", ("Data Engineer",), "Oslo", None),
    ),
    (
        "tagline",
        "Acme: tools for clocks | Data Engineer | Oslo",
        ("Acme", ("Data Engineer",), "Oslo", None),
    ),
    (
        "team named after people",
        "Acme Developer Tools | Oslo | Data Engineer, Designer",
        ("Acme Developer Tools", ("Data Engineer", "Designer"), "Oslo", None),
    ),
    (
        "university of a town",
        "University of Oslo | Data Engineer | REMOTE (Norway)",
        ("University of Oslo", ("Data Engineer",), "REMOTE (Norway)", True),
    ),
    (
        "towns first",
        "Oslo & Bergen | Norway | Data Engineer | Acme",
        ("Acme", ("Data Engineer",), "Oslo & Bergen | Norway", None),
    ),
    (
        "name that opens with The",
        "The Acme Company (Oslo, Bergen) Full time - http://acme.example/careers",
        ("The Acme Company", (), "Oslo, Bergen", None),
    ),
    (
        "pay in the field of the title",
        "Acme | Data Engineer ($150k-$180k), Designer | Oslo",
        ("Acme", ("Data Engineer", "Designer"), "Oslo", None),
    ),
    (
        "town behind the title",
        "Acme | Data Engineer - Oslo | Full-time",
        ("Acme", ("Data Engineer",), "Oslo", None),
    ),
    (
        "one title of two sides",
        "Acme | Backend and Ops Engineer, Designer | Oslo",
        ("Acme", ("Backend and Ops Engineer", "Designer"), "Oslo", None),
    ),
    (
        "remote, no visa",
        "Acme | Fully Remote/no visa | Data Engineer",
        ("Acme", ("Data Engineer",), "Fully Remote/no visa", True),
    ),
    (
        "remote first is the place, not the name",
        "REMOTE (or Oslo) - Acme Mills | https://acme.example | Data Engineer",
        ("Acme Mills", ("Data Engineer",), "REMOTE (or Oslo)", True),
    ),
    (
        "name with the word remote in it",
        "RemoteDoor | Data Engineer | Oslo or REMOTE",
        ("RemoteDoor", ("Data Engineer",), "Oslo or REMOTE", True),
    ),
    (
        "titles that lean on a stack are kept whole",
        "Acme | .NET Engineers | Oslo",
        ("Acme", (".NET Engineers",), "Oslo", None),
    ),
    (
        "told by its first words",
        "Acme bridges the gap between clocks and calendars.\n\nWe are looking for engineers.",
        ("Acme", ("engineers",), "", None),
    ),
    (
        "long line with a name before its dash",
        f"Acme - We mend clocks. {'They tick. ' * 20}\n\nSenior Clock Engineer",
        ("Acme", ("Senior Clock Engineer",), "", None),
    ),
    (
        "dash glued to the name",
        "Acme America- Oslo- Full time roles",
        ("Acme America", (), "Oslo", None),
    ),
    (
        "rule around the name",
        "---- About Acme ----\n\nWe are hiring a clock designer.",
        ("Acme", ("clock designer",), "", None),
    ),
    (
        "town before commas is no name",
        "Oslo, Norway, Senior Clock Engineer\n\nAcme is looking for a Senior Clock Engineer.",
        ("Acme", ("Senior Clock Engineer",), "", None),
    ),
    (
        "batch in brackets is no place",
        "Acme (Techstars Oslo '17) | Data Engineer | Bergen",
        ("Acme", ("Data Engineer",), "Bergen", None),
    ),
    (
        "side behind a comma",
        "Acme | Software Engineer, Full Stack, Lead Engineer | Oslo",
        ("Acme", ("Software Engineer, Full Stack", "Lead Engineer"), "Oslo", None),
    ),
    (
        "sides of which one leans on the next",
        "Acme | Sysadmin, frontend and backend developers | Oslo",
        ("Acme", ("Sysadmin", "frontend", "backend developers"), "Oslo", None),
    ),
    (
        "no recruiters",
        "Acme | Clock Evangelist | Oslo | NO RECRUITERS PLEASE",
        ("Acme", ("Clock Evangelist",), "Oslo", None),
    ),
    (
        "internship is a term",
        "Acme | Data Engineer | Full-time / Internship | Oslo",
        ("Acme", ("Data Engineer",), "Oslo", None),
    ),
    (
        "article",
        "Acme | Oslo\n\nWe are hiring data engineers and a clock designer.",
        ("Acme", ("data engineers", "clock designer"), "Oslo", None),
    ),
    (
        "title at employer, between slashes",
        "Senior Clock Designer @ Acme Inc // Oslo, Norway",
        ("Acme Inc", ("Senior Clock Designer",), "Oslo, Norway", None),
    ),
]


@pytest.mark.parametrize(("why", "text", "expected"), CASES)
def test_headers(why, text, expected):
    company, titles, location, is_remote = expected
    header = parse_header(text)
    assert header == Header(company, titles, ", ".join(titles), location, is_remote)


@pytest.mark.parametrize(
    ("text", "company"),
    [
        pytest.param(
            "Acme Works Oslo, Norway (ONSITE)",
            "Acme Works",
            marks=pytest.mark.xfail(strict=True, reason="nothing stands between name and town"),
        ),
        pytest.param(
            "class Acme(Startup):\n    'We are hiring data engineers.'",
            "Acme",
            marks=pytest.mark.xfail(strict=True, reason="an advert dressed up as source code"),
        ),
        pytest.param(
            "Data Engineer - Acme, Oslo, Norway",
            "Acme",
            marks=pytest.mark.xfail(strict=True, reason="title before a name with its town"),
        ),
    ],
)
def test_employers_that_are_not_found_yet(text, company):
    assert parse_header(text).company == company


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


_PIECES = st.sampled_from(
    ["Acme", "Oslo, Norway", "Data Engineer", "Designers", "REMOTE", "ONSITE", "Full-time",
     "(YC S21)", "https://acme.example/x", "$100k-120k", "is hiring", "Various roles", "at",
     "in", " | ", " - ", ", ", "\n", "\n\n", ": ", " / ", "We are looking for a", ".", "É", "\0"]
)  # fmt: skip


@given(st.text(max_size=200) | st.lists(_PIECES, max_size=14).map(" ".join))
def test_any_text_gives_a_consistent_header(text):
    header = parse_header(text)
    assert header.title == ", ".join(header.titles)
    assert header.company is None or header.company.strip() == header.company != ""
    assert all(header.titles)
    bare = _without_blanks(text)
    stated = [header.company or "", *header.titles, *re.split(" [|] |, ", header.location)]
    assert all(_without_blanks(part) in bare for part in stated)


def _without_blanks(text: str) -> str:
    return "".join(text.split())


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
