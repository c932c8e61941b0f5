"""One key for one employer, and different keys for different ones."""

from __future__ import annotations

import csv
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse.normalise.employer import company_key, is_agency_name

SAME = [
    ("legal form", "Stripe", "Stripe, Inc."),
    ("case", "Stripe", "stripe"),
    ("domain", "Stripe", "stripe.com"),
    ("link", "Acme Robotics", "https://www.acmerobotics.io"),
    ("two legal forms", "Müller Optik", "Müller Optik GmbH & Co. KG"),
    ("accents", "Société Démo", "Societe Demo SAS"),
    ("escaped board", "Acme Lending", "Acme%20Lending"),
    ("glued board", "Acme Lending", "AcmeLending"),
    ("glued legal form", "Acme Robotics, Inc.", "acmeroboticsinc"),
    ("second board", "Acme Robotics", "acmerobotics2"),
    ("careers board", "Acme Robotics", "Acme Robotics Careers"),
    ("article", "The Trade Desk", "tradedesk"),
    ("ai word", "Scale AI", "scale.ai"),
    ("glued ai", "Scale AI", "scaleai"),
    ("ampersand", "Salt & Pepper Labs", "Salt and Pepper Labs"),
    ("office", "Acme (Berlin)", "Acme"),
    ("mark", "Acme™", "Acme"),
    ("alias", "Weights & Biases", "wandb"),
    ("alias with a space", "Open AI", "OpenAI"),
    ("batch", "Stripe", "Stripe (YC S09)"),
    ("team", "Stripe", "Stripe – Payments"),
    ("link behind", "Stripe", "Stripe | https://stripe.com/jobs"),
    ("remark", "Acmerol", "Acmerol: the better rollers"),
    ("two names", "Acmerol", "Acmerol / Bolterol"),
    ("owner", "Acmerol", "Acmerol by Bolterol"),
    ("town", "Acmerol", "Acmerol, Berlin"),
    ("office", "Acmerol", "Acmerol NYC"),
    ("listed company", "Acmerol", "ACMEROL S.p.A."),
    ("german company", "Acmerol", "Acmerol GmbH"),
    ("comma without a space", "Acmerol", "Acmerol,Inc"),
    ("apostrophe", "Dora's Bakery Lab", "Doras Bakery Lab"),
    ("careers site", "Acmerol", "careers.acmerol.com"),
    ("workday", "Acmerol", "acmerol/wd3/External_Careers"),
    ("hyphens", "Acmerol Rockets", "acmerol-rockets"),
    ("numbered board", "Acmerol", "acmerol-2"),
    ("account of a platform", "Acmerol", "acmerol-1700000000"),
    ("headquarters", "Ashby", "ashby-hq"),
    ("article", "The Browser Company", "thebrowsercompany"),
    ("industries", "Anduril", "andurilindustries"),
    ("technologies", "Acmerol Technologies", "Acmerol"),
    ("ai domain", "Acmerol.ai", "Acmerol"),
    ("former name", "X (formerly Twitter)", "Twitter"),
    ("other name in brackets", "Meta (Facebook)", "Meta"),
    ("part of a company", "Google DeepMind", "DeepMind"),
    ("unit", "Amazon", "Amazon Lab126"),
    ("unit by the short name", "AWS", "Amazon Web Services"),
    ("full-width letters", "ＡＣＭＥＲＯＬ", "Acmerol"),
]
DIFFERENT = [
    ("ai is the name", "OpenAI", "Open"),
    ("ai is part of a word", "Hyundai", "Hyund"),
    ("the is part of a word", "Thermo Fisher", "rmo Fisher"),
    ("number is the name", "Mark43", "Mark"),
    ("other word", "Acme Robotics", "Acme Logistics"),
    ("longer name", "Square", "Square Enix"),
    ("laboratory of another name", "Acmerol Labs", "Acmerol"),
    ("common word and ai", "Frame", "Frame AI"),
    ("common word and glued ai", "Block", "blockai"),
    ("common word and a description", "Applied", "Applied Systems"),
    ("number of a common word", "Terminal 49", "Terminal 1"),
    ("domains of two", "ask.fm", "ask.com"),
    ("near spellings", "Ouster", "Oyster"),
    ("prefix", "Squad", "Squadcast"),
    ("campus", "University of California, Irvine", "University of California, Davis"),
    ("name like a unit's", "Intel 471", "Intel"),
]


@pytest.mark.parametrize(("why", "one", "other"), SAME)
def test_spellings_meet(why, one, other):
    assert company_key(one) == company_key(other)


@pytest.mark.parametrize(("why", "one", "other"), DIFFERENT)
def test_names_stay_apart(why, one, other):
    assert company_key(one) != company_key(other)


@pytest.mark.parametrize(
    "name", ["Inc.", "GmbH", "AI", "!!!", "株式会社", "Co", "The", ".io", "(x)"]
)
def test_a_name_of_nothing_but_forms_still_has_a_key(name):
    assert company_key(name)


@given(st.text(min_size=1).filter(str.strip))
def test_the_key_is_never_empty(name):
    assert company_key(name)


@given(st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=126), min_size=1))
def test_case_has_no_influence_on_ascii_names(name):
    assert company_key(name.upper()) == company_key(name.lower())


@pytest.mark.parametrize(
    ("name", "is_agency"),
    [
        ("Oakwell Staffing Ltd", True),
        ("Quarnolyn Recruiting", True),
        ("Brik Recruitment", True),
        ("OAKWELL HEADHUNTERS", True),
        ("Oakwell Executive Search", True),
        ("Oakwell Talent Solutions", True),
        ("Oakwell Personnel, Inc.", True),
        ("Oakwell Personaldienstleistungen GmbH", True),
        ("Oakwell Recrutement", True),
        ("Oakwell Recruiting Software", False),
        ("Recruiter.com", False),
        ("SmartRecruiters", False),
        ("Oakwell Talent", False),
        ("Oakwell Research Group", False),
        ("Personnel Decisions", False),
        ("Oakwell", False),
        ("", False),
    ],
)
def test_a_name_says_that_it_is_an_agency(name, is_agency):
    assert is_agency_name(name) is is_agency


@given(st.text(max_size=60))
def test_no_name_breaks_the_question_for_an_agency(name):
    assert is_agency_name(name) in (True, False)


def test_agency_words_mean_one_thing_each():
    path = files("warehouse.normalise").joinpath("vocabulary", "agency_words.csv")
    rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
    assert {row["means"] for row in rows} == {"agency", "other"}
    assert len({row["pattern"] for row in rows}) == len(rows)


@given(st.text(max_size=60))
def test_the_key_of_a_key_is_the_key(name):
    key = company_key(name)
    assert company_key(key) == key


@given(st.text(alphabet="aceimnt -.,&'()/AI", max_size=30))
def test_the_key_of_a_key_of_forms_is_the_key(name):
    key = company_key(name)
    assert company_key(key) == key


@pytest.mark.parametrize("piece", ["a, ", "inc ", ", inc", "ai", ".ai", "the ", "(", " ", "-", "é"])
def test_hostile_names_have_a_key(piece):
    assert isinstance(company_key(piece * 200_000), str)


def test_words_are_single_and_small():
    path = files("warehouse.normalise").joinpath("vocabulary", "employer_words.csv")
    words = [row["word"] for row in csv.DictReader(path.read_text(encoding="utf-8").splitlines())]
    assert len(set(words)) == len(words) > 1000
    assert all(word.islower() and word.isalpha() for word in words)


def test_aliases_lead_to_keys_that_their_own_spelling_has():
    path = files("warehouse.normalise").joinpath("vocabulary", "employer_aliases.csv")
    rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
    assert rows
    assert {row["name"]: company_key(row["name"]) for row in rows} == {
        row["name"]: row["key"] for row in rows
    }
    assert [row["key"] for row in rows] == [company_key(row["key"]) for row in rows]


@pytest.mark.shared
def test_most_boards_meet_the_name_of_their_employer(shared):
    text = (shared / "boards_known.tsv").read_text(encoding="utf-8")
    rows = [row for row in csv.DictReader(text.splitlines(), delimiter="\t") if row["company"]]
    met = sum(company_key(row["board"]) == company_key(row["company"]) for row in rows)
    assert met / len(rows) > 0.75  # the rest are boards named after something else
