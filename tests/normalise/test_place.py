"""Where a job can be done: location strings, addresses, titles, texts, workplaces."""

from __future__ import annotations

import csv
from importlib.resources import files
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse.normalise.gazetteer import Kind
from warehouse.normalise.place import is_place, locate, names_place
from warehouse.normalise.types import Place, Workplace

COUNTRIES = [
    ("", []),
    ("N/A", []),
    ("Remote", []),
    ("Hybrid", []),
    ("Anywhere", []),
    ("Europe", []),
    ("Remote - EMEA", []),
    ("Remote (EMEA)", []),
    ("Latin America", []),
    ("Remote (UTC+2 ±4 hours)", []),
    ("San Diego-Hybrid", ["US"]),
    ("Remote - US", ["US"]),
    ("remote, us", ["US"]),
    ("Remote U.S.", ["US"]),
    ("Remote-USA", ["US"]),
    ("London, UK", ["GB"]),
    ("NYC / SF / Remote", ["US"]),
    ("Bengaluru", ["IN"]),
    ("India-Karnataka", ["IN"]),
    ("Remote – US or Canada", ["CA", "US"]),
    ("Remote (Canada | United States)", ["CA", "US"]),
    ("US/CAN", ["CA", "US"]),
    ("North America", ["CA", "US"]),
    ("DACH", ["AT", "CH", "DE"]),
    ("Toronto, ON", ["CA"]),
    ("London, ON", ["CA"]),
    ("London, Ontario", ["CA"]),
    ("Vancouver, BC", ["CA"]),
    ("Vancouver, WA", ["US"]),
    ("Mexicali, BC", ["MX"]),
    ("Paris", ["FR"]),
    ("Paris, TX", ["US"]),
    ("Paris, Texas", ["US"]),
    ("Berlin, DE", ["DE"]),
    ("Dover, DE", ["US"]),
    ("Wilmington, DE, USA", ["US"]),
    ("Tel Aviv - IL", ["IL"]),
    ("Springfield, IL", ["US"]),
    ("Georgia", ["US"]),
    ("Tbilisi, Georgia", ["GE"]),
    ("Lebanon, NH", ["US"]),
    ("Beirut, Lebanon", ["LB"]),
    ("Ontario, Ohio", ["US"]),
    ("Ontario, California", ["US"]),
    ("Toronto, Ontario", ["CA"]),
    ("Portland, OR", ["US"]),
    ("Boston OR Remote", ["US"]),
    ("Abita Springs, LA", ["US"]),
    ("SF, LA, NYC", ["US"]),
    ("Zug", ["CH"]),
    ("Santa Clara", ["US"]),
    ("San Mateo", ["US"]),
    ("Waterloo", ["CA"]),
    ("Valencia", ["ES"]),
    ("München", ["DE"]),
    ("Köln oder Remote", ["DE"]),
    ("Deutschland", ["DE"]),
    ("Royaume-Uni", ["GB"]),
    ("Genève, Suisse", ["CH"]),
    ("Île-de-France", ["FR"]),
    ("São Paulo", ["BR"]),
    ("Ciudad de México", ["MX"]),
    ("Washington, D.C.", ["US"]),
    ("*HQ - Portland, OR", ["US"]),
    ("DenverHQ", ["US"]),
    ("Brisbane, Australia HQ", ["AU"]),
    ("Perth HQ or Hobart", ["AU"]),
    ("Tacoma, WA - US", ["US"]),
    ("Mumbai (Hybrid)", ["IN"]),
    ("Las Vegas, San Diego, Seattle", ["US"]),
    ("Berlin; Lisbon; Tallinn", ["DE", "EE", "PT"]),
    ("United Kingdom or Malta", ["GB", "MT"]),
    ("Remote-India/Nepal", ["IN", "NP"]),
    ("Mexico, Monterrey", ["MX"]),
    ("Maple Ridge Mall", []),
    ("Boston/Metro Area", ["US"]),
    ("Join us in the office", []),
]


@pytest.mark.parametrize(("location", "countries"), COUNTRIES)
def test_countries_of_a_location(location, countries):
    assert list(locate(location, "").countries) == countries


@pytest.mark.parametrize(
    ("location", "region"),
    [
        ("San Francisco", "CA"),
        ("SF Bay Area", "CA"),
        ("NYC", "NY"),
        ("Austin TX", "TX"),
        ("USA - Ogden UT", "UT"),
        ("Columbus, Georgia", "GA"),
        ("Lafayette, Georgia", "GA"),
        ("Washington, DC", "DC"),
        ("Washington", "WA"),
        ("SF / NY", None),
        ("United States", None),
        ("Toronto, ON", None),
    ],
)
def test_us_state(location, region):
    assert locate(location, "").region == region


def test_the_state_of_the_main_location_is_kept_beside_others():
    place = locate("Denver, CO", "", secondary=["Seattle, WA"])
    assert place.region == "CO"
    assert locate("United States", "", secondary=["Denver", "Boston"]).region is None


def test_secondary_locations_and_address_add_countries():
    place = locate("Remote", "", secondary=["Brazil"], address={"addressCountry": "Singapore"})
    assert place.countries == ("BR", "SG")
    assert place.is_us is False


@pytest.mark.parametrize(
    ("address", "countries"),
    [
        ({"addressCountry": "USA"}, ("US",)),
        ({"addressRegion": "California ", "addressCountry": "United States"}, ("US",)),
        ({"addressLocality": "Berlin"}, ("DE",)),
        ({"addressCountry": ""}, ()),
        ({"addressCountry": "European Union"}, ()),
    ],
)
def test_address(address, countries):
    assert locate("Remote", "", address=address).countries == countries


@pytest.mark.parametrize(
    ("title", "text", "countries"),
    [
        ("Account Executive (USA)", "", ("US",)),
        ("Machine Learning Engineer - India", "", ("IN",)),
        ("Engineer", "You must be based in Portugal or Spain.", ("ES", "PT")),
        ("Engineer", "Work from anywhere in the US, if you like.", ("US",)),
        ("Engineer", "Location: Vienna, Austria\nStart: now", ("AT",)),
        ("Engineer", "Benefits: health insurance and a 401(k) plan.", ("US",)),
        ("Engineer", "U.S. citizenship is a must: only US citizens may apply.", ("US",)),
        ("Engineer", "We move fast and care about each other.", ()),
        ("Engineer, Nice Things", "Work in person with great people.", ()),
        ("Support Engineer (EMEA)", "We are based in the US.", ()),
    ],
)
def test_title_and_text_speak_where_the_fields_say_nothing(title, text, countries):
    assert locate("Remote", text, title=title).countries == countries


def test_a_field_outranks_the_text():
    assert locate("Oslo", "We are headquartered in Canada.").countries == ("NO",)
    assert locate("EMEA", "We are headquartered in Canada.").countries == ()


def test_is_us_is_unknown_without_countries():
    assert locate("Remote", "") == Place((), None, None, "remote")


WORKPLACES = [
    # location, title, text, is_remote, workplace
    ("San Francisco", "", "", None, "unspecified"),
    ("San Francisco", "", "", False, "unspecified"),
    ("San Francisco", "", "", True, "remote"),
    ("San Diego-Hybrid", "", "", True, "hybrid"),
    ("Leeds, UK (hybrid)", "", "", False, "hybrid"),
    ("Reno, NV (Onsite)", "", "", None, "onsite"),
    ("Remote - US", "", "", None, "remote"),
    ("Chicago Office (or Remote)", "", "", None, "remote"),
    ("NYC, REMOTE or ONSITE", "", "", None, "remote"),
    ("Köln / Homeoffice", "", "", None, "remote"),
    ("Paris (télétravail)", "", "", None, "remote"),
    ("Berlin", "Engineer (Remote)", "", None, "remote"),
    ("Berlin", "Remote Sensing Engineer", "", None, "unspecified"),
    ("Berlin", "", "Be in our Berlin office three days a week.", True, "hybrid"),
    ("Berlin", "", "This is a hybrid role.", None, "hybrid"),
    ("Berlin", "", "We work from the office 2-3 days per week.", None, "hybrid"),
    ("Berlin", "", "You will run our hybrid cloud and a hybrid search.", None, "unspecified"),
    ("Berlin", "", "All of us come to the office 5 days a week.", True, "onsite"),
    ("Berlin", "", "This is an on-site role.", False, "onsite"),
    ("Berlin", "", "Robots that automate on-site construction.", False, "unspecified"),
    ("Berlin", "", "This position is fully remote.", False, "remote"),
    ("Berlin", "", "We are a remote-first company.", None, "remote"),
    ("Berlin", "", "We are a remote-first company.", False, "unspecified"),
    ("Berlin", "", "Join our yearly offsite.", False, "unspecified"),
    ("Maple Mall", "Store Manager", "", False, "onsite"),
]


@pytest.mark.parametrize(("location", "title", "text", "is_remote", "workplace"), WORKPLACES)
def test_workplace(location, title, text, is_remote, workplace):
    assert locate(location, text, title=title, is_remote=is_remote).workplace == workplace


@pytest.mark.parametrize(
    ("raw", "workplace"),
    [("Hybrid", "hybrid"), ("ON_SITE", "onsite"), ("on-site", "onsite"), ("remote", "remote")],
)
def test_the_workplace_field_of_a_board_comes_first(raw, workplace):
    assert locate("Oslo", "", is_remote=True, workplace_raw=raw).workplace == workplace


@pytest.mark.parametrize(
    ("text", "names", "only"),
    [
        ("Oslo, Norway", True, True),
        ("Berlin (remote)", True, True),
        ("Aurora Instruments", True, False),
        ("Acme", False, False),
        ("EMEA", True, True),
        ("", False, False),
    ],
)
def test_names_of_places(text, names, only):
    assert names_place(text) is names
    assert is_place(text) is only


@given(st.text(), st.text(max_size=300), st.sampled_from([True, False, None]))
def test_any_text_gives_a_consistent_place(location, text, is_remote):
    place = locate(location, text, is_remote=is_remote)
    assert list(place.countries) == sorted(set(place.countries))
    assert all(len(code) == 2 and code.isupper() for code in place.countries)
    assert place.is_us is (("US" in place.countries) if place.countries else None)
    assert place.region is None or place.is_us
    assert place.workplace in get_args(Workplace)


@given(st.sampled_from([row[0] for row in COUNTRIES]))
def test_space_around_a_location_changes_nothing(location):
    assert locate(f"  {location} ", "") == locate(location, "")


def test_rows_of_places_are_well_formed():
    path = files("warehouse.normalise").joinpath("vocabulary", "places.csv")
    rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
    kinds = {*get_args(Kind), "filler", "word"}
    assert {row["kind"] for row in rows} == kinds
    for row in rows:
        needs_country = row["kind"] in {"country", "state", "subdivision", "city"}
        assert bool(row["country"]) or not needs_country, row
        assert row["kind"] != "state" or row["region"], row
