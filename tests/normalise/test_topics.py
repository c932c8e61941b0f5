"""Wording that tells what sort of work an advert is for: hits, near misses, and stance."""

from __future__ import annotations

import csv
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse.normalise.mentions import find_mentions
from warehouse.normalise.types import Mention

TOPICS = {
    *("startup", "production", "legacy", "greenfield", "mobile", "embedded", "in-browser"),
    *("research", "applied-ai", "enterprise-ai", "for-a-client"),
}

# text, the topics that it has
HITS = [
    ("Oakwell is a startup in Lisbon", "startup"),
    ("we are a small, profitable start-up of nine", "startup"),
    ("a fast-paced startup environment", "startup"),
    ("a young start up company", "startup"),
    ("a seed-stage company", "startup"),
    ("we closed our Series A in May", "startup"),
    ("Oakwell (Series B) | Platform engineer", "startup"),
    ("we raised a seed round in spring", "startup"),
    ("pre-seed funded, four people", "startup"),
    ("an early-stage company with paying users", "startup"),
    ("Founding Machine Learning Engineer", "startup"),
    ("join the founding team", "startup"),
    ("our first engineering hire; you would be employee #4", "startup"),
    ("put models into production", "production"),
    ("ship ML systems to production", "production"),
    ("you run our production systems", "production"),
    ("production-grade pipelines and production-ready services", "production"),
    ("experience with production ML", "production"),
    ("productionise research prototypes", "production"),
    ("Productionizing recommendations", "production"),
    ("maintain our existing models", "legacy"),
    ("support and improve existing services", "legacy"),
    ("extend the existing code base", "legacy"),
    ("refactor our legacy code", "legacy"),
    ("comfortable working with legacy systems", "legacy"),
    ("we are migrating our services to Rust", "legacy"),
    ("help with a cloud migration of the platform", "legacy"),
    ("modernise our ageing data platform", "legacy"),
    ("half of the work is brownfield", "legacy"),
    ("a greenfield project", "greenfield"),
    ("green-field work", "greenfield"),
    ("build the platform from scratch", "greenfield"),
    ("design our data stack from the ground up", "greenfield"),
    ("you take products from zero to one", "greenfield"),
    ("a 0→1 role", "greenfield"),
    ("a brand new product", "greenfield"),
    ("build the first version of the assistant", "greenfield"),
    ("we start with a clean slate", "greenfield"),
    ("models in our mobile apps", "mobile"),
    ("runs on mobile devices and smartphones", "mobile"),
    ("Senior Mobile Engineer", "mobile"),
    ("a mobile SDK", "mobile"),
    ("embedded systems", "embedded"),
    ("embedded Linux on our cameras", "embedded"),
    ("embedded C++ and RTOS", "embedded"),
    ("neural networks on microcontrollers", "embedded"),
    ("firmware for an STM32", "embedded"),
    ("Cortex-M4 targets, other MCUs", "embedded"),
    ("embedded ML for hearing aids", "embedded"),
    ("models that run in the browser", "in-browser"),
    ("in-browser speech recognition", "in-browser"),
    ("client-side ML with WebGPU", "in-browser"),
    ("browser-based inference", "in-browser"),
    ("papers at NeurIPS, ICML or ICLR", "research"),
    ("a talk at EMNLP or ACL", "research"),
    ("a strong publication record", "research"),
    ("publish your research", "research"),
    ("peer-reviewed publications", "research"),
    ("shape our research agenda", "research"),
    ("novel research in perception", "research"),
    ("our applied AI team", "applied-ai"),
    ("Applied Machine Learning Engineer", "applied-ai"),
    ("Applied Scientist", "applied-ai"),
    ("ship AI features", "applied-ai"),
    ("AI-powered products for nurses", "applied-ai"),
    ("you build LLM applications", "applied-ai"),
    ("generative AI features", "applied-ai"),
    ("an enterprise AI company", "enterprise-ai"),
    ("AI for the enterprise", "enterprise-ai"),
    ("we roll out to enterprise customers", "enterprise-ai"),
    ("Our client is a bank in Zurich", "for-a-client"),
    ("Our client, a maker of pumps, needs you", "for-a-client"),
    ("Our Client\n\nA maker of pumps", "for-a-client"),
    ("we are hiring on behalf of our client", "for-a-client"),
    ("looking for a developer for one of our clients", "for-a-client"),
    ("Direct client requirement: data engineer", "for-a-client"),
    ("We are a recruitment agency for robotics", "for-a-client"),
]

# text that looks like one of the topics and is none
NEAR_MISSES = [
    "startup experience is a plus",
    "we sell to startups and banks",
    "customers from startup to enterprise",
    "write the startup script of the server",
    "start up the pumps each morning",
    "a startup accelerator",
    "sow seeds in March; seed oil",
    "raised a Series C of $80M",
    "we raised Series A, B and C",
    "a fund that invests in Series A companies",
    "at an early stage of the disease",
    "founding principles of our company",
    "founded in 1987",
    "a production line for tyres",
    "film production, post-production",
    "production planning at the plant",
    "production-ready artwork",
    "we deploy code to production several times a day",
    "a legacy of craft since 1902",
    "we replace the legacy industry of removals",
    "the migration of birds to Africa",
    "immigration support; visa migration law",
    "database migrations with a schema migration tool",
    "manage existing customers and accounts",
    "support existing clients",
    "modernise",
    "soup cooked from scratch",
    "train models from scratch",
    "our engine, written from scratch in 2009",
    "Greenfield, MA",
    "0 to 1 years of experience",
    "from 0 to 100 users",
    "brand new office",
    "mobile phone allowance",
    "upward mobile career; social mobility",
    "a mobile home",
    "an analyst embedded in the sales team",
    "embedded finance",
    "Marvel, the MCU films",
    "browser",
    "open the link in your browser",
    "client-side code",
    "browser-based games",
    "a game publisher",
    "published on our web site",
    "access control lists (ACL)",
    "ACL injuries",
    "performance and peer reviews",
    "market research",
    "you have applied before",
    "applied to our systems",
    "AI-powered platform",
    "LLMs",
    "enterprise software",
    "Enterprise Account Executive",
    "our clients love us",
    "we build software for our clients",
    "the best outcome for our client",
    "direct client contact",
    "client-side rendering",
    "no recruitment agencies please",
    "recruiting software",
]


def topics_of(text: str) -> set[str]:
    return {m.technology for m in find_mentions(text) if m.kind == "topic" and not m.is_negated}


@pytest.mark.parametrize(("text", "expected"), HITS)
def test_a_wording_tells_its_topic(text: str, expected: str) -> None:
    assert topics_of(text) == {expected}


@pytest.mark.parametrize("text", NEAR_MISSES)
def test_a_near_miss_tells_none(text: str) -> None:
    assert topics_of(text) == set()


def test_every_topic_has_a_row_and_a_hit() -> None:
    path = resources.files("warehouse.normalise") / "vocabulary" / "technologies.csv"
    rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
    assert {row["technology"] for row in rows if row["kind"] == "topic"} == TOPICS
    assert {expected for _, expected in HITS} == TOPICS


def test_no_wording_of_a_topic_names_a_framework() -> None:
    """Or what a segment shows about frameworks would follow from how it was cut."""
    for text, _ in HITS:
        assert [m for m in find_mentions(text) if m.kind == "framework"] == []


def _technologies(text: str) -> list[Mention]:
    return [m for m in find_mentions(text) if m.kind != "topic"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Founding Machine Learning Engineer", "machine-learning"),
        ("applied deep learning", "deep-learning"),
        ("production LLMs", "llm"),
        ("LLM applications", "llm"),
        ("embedded Linux", "linux"),
        ("embedded C++", "cpp"),
        ("client-side inference of models", "inference"),
        ("enterprise AI agents", "agents"),
        ("publish machine learning research", "machine-learning"),
        ("legacy React code", "react"),
        ("embedded ML", "edge-ai"),
    ],
)
def test_a_technology_within_the_wording_is_read_all_the_same(text: str, expected: str) -> None:
    assert expected in {m.technology for m in _technologies(text)}


def test_topics_are_no_members_of_a_list_and_vouch_for_nothing() -> None:
    [pytorch, jax] = _technologies("PyTorch or JAX in production")
    assert (pytorch.is_alternative, jax.is_alternative) == (True, True)
    assert _technologies("At our startup: Spacey, spacy") == []


def test_a_topic_has_its_section_and_its_negation() -> None:
    text = (
        "About us\n\nWe are a startup.\n\nRequirements:\n- NeurIPS papers\n"
        "- you won't maintain legacy systems"
    )
    found = {m.technology: m for m in find_mentions(text)}
    assert found["startup"].section == "about"
    assert found["research"].section == "requirements"
    assert found["legacy"].is_negated
    assert not found["startup"].is_negated


@given(
    st.lists(
        st.sampled_from(
            [*(text for text, _ in HITS[::4]), "PyTorch", "é", "👩\u200d💻", "\u200b", "\u00a0",
             " ", "not", "\n", ", ", "startup", "LLM", "tf.keras", "production"]
        ),
        max_size=14,
    ).map("".join)
)  # fmt: skip
def test_spans_are_true_and_in_order(text: str) -> None:
    mentions = find_mentions(text)
    assert all(text[m.start : m.end] == m.surface != "" for m in mentions)
    assert [m.start for m in mentions] == sorted(m.start for m in mentions)
    assert len({(m.start, m.technology) for m in mentions}) == len(mentions)
