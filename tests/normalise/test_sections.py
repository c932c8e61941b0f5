"""Headings in ten languages, and what they govern."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse.normalise import sections as under_test
from warehouse.normalise.sections import SECTION_CUES, section_at, section_said
from warehouse.normalise.spans import compile_pattern, encode, find_spans
from warehouse.normalise.types import Section

HEADINGS = [
    ("Requirements", "requirements"),
    ("MINIMUM QUALIFICATIONS:", "requirements"),
    ("🔎 What we’re looking for", "requirements"),
    ("## Who you are", "requirements"),
    ("You have:", "requirements"),
    ("Dein Profil", "requirements"),
    ("Das bringst du mit:", "requirements"),
    ("Votre profil", "requirements"),
    ("Nice to have", "preferred"),
    ("** Bonus points **", "preferred"),
    ("Preferred qualifications:", "preferred"),
    ("Von Vorteil", "preferred"),
    ("Les atouts", "preferred"),
    ("About us", "about"),
    ("About Example Robotics", "about"),
    ("What we offer", "about"),
    ("Benefits & Perks:", "about"),
    ("Über uns", "about"),
    ("Was wir dir bieten", "about"),
    ("Qui sommes-nous ?", "about"),
    ("About the role", "other"),
    ("What you'll do", "other"),
    ("Key responsibilities:", "other"),
    ("Deine Aufgaben", "other"),
    ("Vos missions", "other"),
    ("Tech stack:", "other"),
    ("Who we are looking for:", "requirements"),
    ("What we will look for", "requirements"),
    ("What makes you a good fit for the programme?", "requirements"),
    ("Additional requirements", "requirements"),
    ("You might be a fit if", "requirements"),
    ("Requisitos", "requirements"),
    ("¿Qué buscamos?", "requirements"),
    ("Requisitos obrigatórios:", "requirements"),
    ("Functie-eisen", "requirements"),
    ("Requisiti", "requirements"),
    ("【応募資格】", "requirements"),
    ("자격 요건", "requirements"),
    ("任职要求：", "requirements"),
    ("Darüber freuen wir uns", "preferred"),
    ("Se valorará", "preferred"),
    ("우대사항", "preferred"),
    ("歓迎スキル", "preferred"),
    ("加分项", "preferred"),
    ("Profil recherché", "requirements"),
    ("Sobre nosotros", "about"),
    ("Wat wij bieden", "about"),
    ("福利厚生", "about"),
    ("Responsabilidades", "other"),
    ("주요 업무", "other"),
    ("What we have to offer:", "about"),
]

NO_HEADINGS = [
    "You have five years of experience with Python and enjoy it",
    "Benefits from our platform reach a million people, and we count on you to keep it running.",
    "We are looking for someone who builds training systems that last and documents them well",
    "Bonus is paid each year in March to everyone who was here in December",
]


@pytest.mark.parametrize(("heading", "section"), HEADINGS)
def test_a_heading_governs_what_follows(heading: str, section: str) -> None:
    before = "Zeta | Berlin | onsite"
    text = f"{before}\n\n{heading}\n\nSomething with Kubernetes in it"
    sections = find_sections(text)
    assert section_at(sections, text.index("Kubernetes")) == section
    assert section_at(sections, 0) == "other"


@pytest.mark.parametrize("line", NO_HEADINGS)
def test_a_sentence_is_no_heading(line: str) -> None:
    assert find_sections(f"Zeta | Berlin\n{line}\nKubernetes") == [(0, "other")]


def test_a_heading_may_stand_before_its_text() -> None:
    text = "Zeta | Berlin\nRequirements: Python, Go\nNice to have: Rust\nPerks: a dog"
    sections = find_sections(text)
    assert [section_at(sections, text.index(word)) for word in ("Python", "Rust", "dog")] == [
        "requirements", "preferred", "about",
    ]  # fmt: skip


def test_a_line_of_requirements_that_looks_like_a_heading_is_one_more() -> None:
    text = "Requirements\nEducation: a degree\nTools: strong command of Docker\nStack: Go\nBerlin"
    sections = find_sections(text)
    assert section_at(sections, text.index("Docker")) == "requirements"
    assert section_at(sections, text.index("Go")) == "other"


def test_the_company_introduces_itself_before_the_first_heading() -> None:
    text = "Zeta is building a map of every tree.\n\nRequirements\nPython"
    assert find_sections(text)[0] == (0, "about")
    text = "Zeta is hiring an engineer who knows PyTorch.\n\nRequirements\nPython"
    assert find_sections(text)[0] == (0, "other")


def test_the_equal_opportunity_notice_is_about_the_company() -> None:
    text = "Requirements\nPython\n" + "More Python\n" * 9 + "Zeta is an equal opportunity employer."
    assert find_sections(text)[-1] == (text.index("Zeta is"), "about")


@pytest.mark.parametrize(
    ("text", "word", "is_welcome"),
    [
        ("Python is a must. PyTorch would be nice to have. We use Go.", "PyTorch", True),
        ("Python is a must. PyTorch would be nice to have. We use Go.", "Python", False),
        ("Python is a must. PyTorch would be nice to have. We use Go.", "Go", False),
        ("Experience with JAX is a plus", "JAX", True),
        ("Kenntnisse in JAX sind von Vorteil", "JAX", True),
        ("La maîtrise de JAX serait un plus", "JAX", True),
        ("C++ surplus", "C++", False),
    ],
)
def test_welcome_is_said_by_the_sentence(text: str, word: str, is_welcome: bool) -> None:
    assert (said_of(word, text) == "preferred") is is_welcome


@pytest.mark.parametrize(
    ("text", "word", "is_needed"),
    [
        ("We are small. Experience with Go and Rust. We use C.", "Rust", True),
        ("We are small. Experience with Go and Rust. We use C.", "small", False),
        ("We are small. Experience with Go and Rust. We use C.", "C.", False),
        ("Go is required", "Go", True),
        ("Go, and we are looking for you", "Go", False),
        ("You have Go", "Go", True),
        ("Gain experience with Go", "Go", False),
        ("Erfahrung mit Go", "Go", True),
        ("Expérience en Go", "Go", True),
        ("Experiencia con Go", "Go", True),
    ],
)
def test_need_is_said_by_the_sentence(text: str, word: str, is_needed: bool) -> None:
    assert (said_of(word, text) == "requirements") is is_needed


def cues_of(data: bytes) -> dict[str, list[int]]:
    return {
        name: [start for start, _ in find_spans(compile_pattern(pattern), data)]
        for name, pattern in SECTION_CUES.items()
    }


def find_sections(text: str) -> list[tuple[int, Section]]:
    data = encode(text)
    return [
        (len(data[:start].decode("utf-8", "surrogatepass")), section)
        for start, section in under_test.find_sections(data, cues_of(data)["notice"])
    ]


def said_of(word: str, text: str) -> str | None:
    data = encode(text)
    start = data.index(encode(word))
    return section_said(data, start, start + len(encode(word)), cues_of(data))


@given(st.text(st.characters(), max_size=60), st.text(st.characters(), max_size=60))
def test_any_text_says_something_or_nothing(before: str, after: str) -> None:
    assert said_of("Go", f"{before}Go{after}") in {None, "preferred", "requirements"}


@given(st.text(max_size=300))
def test_sections_cover_any_text_in_order(text: str) -> None:
    starts = [start for start, _ in find_sections(text)]
    assert starts[0] == 0
    assert starts == sorted(starts)
