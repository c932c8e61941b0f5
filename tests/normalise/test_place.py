"""Where a job can be done: location strings, addresses, titles, texts, workplaces."""

from __future__ import annotations

import csv
from importlib.resources import files
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse.normalise.gazetteer import Kind
from warehouse.normalise.place import is_place, locate, metro_of, names_place
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
    # words, abbreviations and job terms that are codes or towns elsewhere
    ("Austin, TX | FULL-TIME", ["US"]),
    ("REMOTE, PART TIME", []),
    ("Leeds, UK | Full-Time, ON-SITE", ["GB"]),
    ("BOSTON, MA OR REMOTE", ["US"]),
    ("San Jose, Belfast, OR Remote", ["GB", "US"]),
    ("Denver | ML, NLP", ["US"]),
    ("SE | ONSITE | Oakland", ["US"]),
    ("Enterprise AE | London", ["GB"]),
    ("Remote (CET to PT)", []),
    ("Remote, US ET/CT hours", ["US"]),
    ("Head of HR, Berlin", ["DE"]),
    ("Perm, Onsite, Chicago", ["US"]),
    ("San Francisco (Mission)", ["US"]),
    ("Mobile | Oslo", ["NO"]),
    ("Mobile, AL", ["US"]),
    ("Reading, UK", ["GB"]),
    ("Reading", ["GB"]),
    ("Nice", ["FR"]),
    ("NA", []),
    ("Remote, NA", ["CA", "US"]),
    ("11 Holland Avenue, Ottawa", ["CA"]),
    ("Acme.io, Lyon", ["FR"]),
    ("remote, us", ["US"]),
    ("nyc, remote", ["US"]),
    ("Remote (worldwide) or onsite (nyc)", ["US"]),
    # codes of countries and of their parts
    ("JP", ["JP"]),
    ("IN", ["IN"]),
    ("Remote (DE)", ["DE"]),
    ("Lyon, FR / Turin, IT", ["FR", "IT"]),
    ("Onsite/Remote (IT,NL,UK,IE,DE,PT, ES)", ["DE", "ES", "GB", "IE", "IT", "NL", "PT"]),
    ("DE, FR, ES, US", ["DE", "ES", "FR", "US"]),
    ("BR, AR, DE, FR, IN, SG, RO, US", ["AR", "BR", "DE", "FR", "IN", "RO", "SG", "US"]),
    ("CA, NY, WA", ["US"]),
    ("US/CA Remote", ["CA", "US"]),
    ("US or CA", ["CA", "US"]),
    ("US-CA", ["US"]),
    ("CA-ON", ["CA"]),
    ("DE-BY", ["DE"]),
    ("GB-LND", ["GB"]),
    ("MX- Mexico City", ["MX"]),
    ("Kitchener, ON, CA", ["CA"]),
    ("TORONTO, CA", ["CA"]),
    ("Ridgemont PA | REMOTE", ["US"]),
    ("Remote or local in CO", ["US"]),
    ("Boise, Id", ["US"]),
    # a country or a state
    ("Armenia, Georgia, Kazakhstan", ["AM", "GE", "KZ"]),
    ("Florida, Georgia, Ohio", ["US"]),
    ("Santiago de los Caballeros, Santiago, Dominican Republic", ["DO"]),
    ("Seattle, DC", ["US"]),
    # spellings
    ("Varsovie", ["PL"]),
    ("Den Haag", ["NL"]),
    ("Londres, Royaume-Uni", ["GB"]),
    ("Alemania", ["DE"]),
    ("Saksa", ["DE"]),
    ("東京都港区", ["JP"]),
    ("서울", ["KR"]),
    ("Москва", ["RU"]),
    ("תל אביב", ["IL"]),
    ("Ελλάδα", ["GR"]),
    ("Türkiye", ["TR"]),
    ("Republic of Ireland", ["IE"]),
    ("KSA", ["SA"]),
    ("Trinidad and Tobago", ["TT"]),
    ("San Fransisco", ["US"]),
    ("Greater Toronto", ["CA"]),
    ("Cambridge, MA / Cambridge, UK", ["GB", "US"]),
    ("EU/UK remote", ["GB"]),
    ("100% remote - open to the USA, CANADA & MEXICO", ["CA", "MX", "US"]),
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


def test_georgia_is_a_country_in_a_list_of_countries():
    assert locate("Armenia", "", secondary=["Georgia", "Moldova"]).countries == ("AM", "GE", "MD")
    assert locate("Armenia", "", secondary=["Georgia", "USA"]).countries == ("AM", "US")
    assert locate("", "", address={"addressCountry": "Georgia"}).countries == ("GE",)


@pytest.mark.parametrize(
    ("location", "metro"),
    [
        ("Oakland, CA", "San Francisco Bay Area"),
        ("SF Bay Area or Palo Alto", "San Francisco Bay Area"),
        ("Brooklyn", "New York"),
        ("Jersey City, NJ", "New York"),
        ("Cambridge, MA", "Boston"),
        ("Cambridge, UK", None),
        ("Vancouver, WA", "Portland"),
        ("Vancouver, BC", None),
        ("NYC or SF", None),
        ("Texas", None),
    ],
)
def test_metropolitan_area(location, metro):
    assert metro_of(location) == metro
    assert metro_of("Remote", secondary=[location]) == metro
    assert locate(location, "").metro == metro
    assert locate("Remote", "", secondary=[location]).metro == metro


def test_the_metropolitan_area_comes_from_where_the_country_does():
    assert locate("", "", title="Engineer (Oakland)").metro == "San Francisco Bay Area"
    assert locate("", "This job is based in Seattle, WA.").metro == "Seattle"
    assert locate("Berlin", "This job is based in Seattle, WA.").metro is None


def test_the_area_of_the_main_location_is_kept_beside_others():
    assert metro_of("Bellevue, WA", secondary=["Boston"]) == "Seattle"
    assert metro_of("", address={"addressLocality": "Austin", "addressRegion": "TX"}) == "Austin"


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
        ({"addressLocality": "Delft", "addressCountry": "NL"}, ("NL",)),
        ({"addressLocality": "Dublin", "addressRegion": "OH", "addressCountry": "US"}, ("US",)),
        ({"addressLocality": "Porto", "addressCountry": "PT"}, ("PT",)),
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
        ("Engineer", "Anywhere in the US is fine with us.", ("US",)),
        ("Engineer", "Location: Vienna, Austria\nStart: now", ("AT",)),
        ("Engineer", "Benefits: health insurance and a 401(k) plan.", ("US",)),
        ("Engineer", "U.S. citizenship is a must: only US citizens may apply.", ("US",)),
        ("Engineer", "We move fast and care about each other.", ()),
        ("Engineer, Nice Things", "Work in person with great people.", ()),
        ("Support Engineer (EMEA)", "We are based in the US.", ()),
        ("Engineer", "We want onsite engineers in Seattle for our robots.", ("US",)),
    ],
)
def test_title_and_text_speak_where_the_fields_say_nothing(title, text, countries):
    assert locate("Remote", text, title=title).countries == countries


@pytest.mark.parametrize(
    ("text", "countries"),
    [
        ("Acme Robots, Graz, Austria - full time\nWe build robots.", ("AT",)),
        ("Engineers - Montreal (ONSITE)\nAcme sells adverts.", ("CA",)),
        ("MILAN, ITALY ~ FULL TIME ~ ONSITE", ("IT",)),
        ("REMOTE (Worldwide) - Developer\nAcme is incorporated in Berlin.", ()),
        ("We want a developer who likes trains.", ()),
    ],
)
def test_the_first_lines_stand_in_for_a_missing_location(text, countries):
    assert locate("", text).countries == countries


def test_a_worldwide_job_has_no_country():
    text = "We are a studio based in Lisbon."
    assert locate("Remote (Global)", text).countries == ()
    assert locate("Remote | Anywhere", text).countries == ()


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
    ("Berlin", "", "Meet us 3x in the office.", None, "hybrid"),
    ("Berlin", "", "Remote work, part-remote at least.", None, "hybrid"),
    ("Berlin", "", "We share the office on Mondays and Thursdays.", None, "hybrid"),
    ("Berlin", "", "Zwei Tage im Homeoffice.", None, "hybrid"),
    ("Berlin", "", "This is an on-site role.", False, "onsite"),
    ("Berlin", "", "Robots that automate on-site construction.", False, "unspecified"),
    ("Berlin", "", "This position is fully remote.", False, "remote"),
    ("Berlin", "", "We are a remote-first company.", None, "remote"),
    ("Berlin", "", "We are a remote-first company.", False, "unspecified"),
    ("Berlin", "", "Join our yearly offsite.", False, "unspecified"),
    ("Maple Mall", "Store Manager", "", False, "onsite"),
    # fields that state more than one way
    ("Vienna | ONSITE (with part remote possibility)", "", "", True, "hybrid"),
    ("London | ONSITE + PART REMOTE", "", "", None, "hybrid"),
    ("Perth | Onsite (flexible WFH)", "", "", None, "hybrid"),
    ("Leeds | onsite (WFH 3 days a week is fine)", "", "", None, "hybrid"),
    ("Turin (2 days in-office)", "", "", None, "hybrid"),
    ("Rome | Onsite/Hybrid", "", "", None, "hybrid"),
    ("Reno | Remote/Hybrid", "", "", None, "remote"),
    ("Reno | Onsite (flexible WFH) and Remote (AEST)", "", "", None, "remote"),
    ("Pune | ONSITE (remote during covid)", "", "", True, "onsite"),
    ("Pune | ONSITE (currently WFH)", "", "", True, "onsite"),
    ("Remote due to the pandemic, usually ONSITE", "", "", True, "onsite"),
    ("Graz | ON SITE (post covid) or REMOTE", "", "", True, "remote"),
    ("US (non-remote)", "", "", None, "onsite"),
    ("Graz (no remote)", "", "", None, "onsite"),
    # other senses
    ("Graz", "Hybrid Cloud Architect", "", None, "unspecified"),
    ("Graz", "Remote Monitoring Engineer", "", None, "unspecified"),
    ("Graz", "", "We run hybrid workloads on remote machines.", None, "unspecified"),
    # sentences
    (
        "Graz",
        "",
        "How we work: hybrid, at least 2 office days per week.",
        True,
        "hybrid",
    ),
    ("Graz", "", "You get two remote days a week.", None, "hybrid"),
    ("Graz", "", "Home office: up to 3 days per week.", None, "hybrid"),
    ("Graz", "", "2 jours de télétravail par semaine, 3 jours au bureau.", None, "hybrid"),
    ("Graz", "", "Drei Tage im Office, der Rest von daheim.", None, "hybrid"),
    ("Graz", "", "At home, with hybrid options available.", False, "hybrid"),
    ("Graz", "", "In our office 4-5 days a week.", None, "onsite"),
    ("Graz", "", "You work primarily from our office.", None, "onsite"),
    ("Graz", "", "Be in office or remote, as you like.", None, "remote"),
    ("Graz", "", "The work would be remote.", None, "remote"),
    ("Graz", "", "Remote is an option for someone outstanding.", None, "remote"),
    ("Graz", "", "This is a remote role; others have hybrid work.", True, "remote"),
    ("", "", "Acme | Engineer | REMOTE", None, "remote"),
    ("", "", "Graz, Austria - ONSITE - Acme", None, "onsite"),
    ("", "", "Acme, Graz, ONSITE or REMOTE", None, "remote"),
    ("", "", "Bakers | Onsite | Graz", None, "onsite"),
    ("", "", "Graz - NO REMOTE, sorry", None, "onsite"),
    ("Graz", "", "Hybrid or remote work is not on offer here.", None, "onsite"),
    ("Graz", "", "We do not offer remote work.", None, "onsite"),
    ("Graz", "", "This role is not eligible for remote work.", None, "onsite"),
    ("Graz", "", "We can't support fully remote at the moment.", None, "onsite"),
    ("Graz", "", "The interviews:\n\nPhone\n\nOnsite\n\nOffer", False, "unspecified"),
    ("Graz", "", "Status: full-time\nType: Remote\nStart: now", None, "remote"),
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
        ("FULL-TIME", False, False),
        ("ML Engineer", False, False),
        ("Mobile Developer", False, False),
        ("acme.io", False, False),
        ("Southwest Airlines", False, False),
        ("Clay", False, False),
        ("San Mateo, Ca", True, True),
        ("Trieste, Pisa", True, True),
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


@given(st.text(max_size=200), st.lists(st.text(max_size=30), max_size=4), st.text(max_size=60))
def test_places_are_read_the_same_way_again(location, secondary, title):
    once = locate(location, "", secondary=secondary, title=title)
    assert locate(location, "", secondary=secondary, title=title) == once
    assert metro_of(location, secondary=secondary) == metro_of(location, secondary=secondary)


@pytest.mark.parametrize("piece", [",", "a,", "1", " ", "remote ", "Lima ", "(", "CA, ", "東京"])
def test_hostile_fields_are_answered(piece):
    huge = piece * 200_000
    assert locate(huge, huge, title=huge, secondary=[huge]).workplace
    assert isinstance(names_place(huge), bool)


def test_rows_of_metros_are_places_that_the_gazetteer_knows():
    path = files("warehouse.normalise").joinpath("vocabulary", "metros.csv")
    rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
    assert len({(row["name"], row["region"]) for row in rows}) == len(rows)
    met = sum(metro_of(f"{row['name']}, {row['region']}") == row["metro"] for row in rows)
    assert met / len(rows) > 0.8  # the rest are too small for `cities.csv`


def test_rows_of_places_are_well_formed():
    path = files("warehouse.normalise").joinpath("vocabulary", "places.csv")
    rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
    kinds = {*get_args(Kind), "filler", "word"}
    assert {row["kind"] for row in rows} == kinds
    for row in rows:
        needs_country = row["kind"] in {"country", "state", "subdivision", "city"}
        assert bool(row["country"]) or not needs_country, row
        assert row["kind"] != "state" or row["region"], row
