"""The roles that one post offers, and the stretch of its text for each."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse.normalise.hn_header import parse_header
from warehouse.normalise.several import StatedRole, find_roles

# Why, text, and of each role its title and the stretch that speaks of it alone.
CASES = [
    (
        "titles in one field",
        "Acme | Data Engineer, Designer | Oslo | $100k-$120k",
        [("Data Engineer", "Data Engineer"), ("Designer", "Designer")],
    ),
    (
        "brackets with pay are the title's",
        "Acme | Oslo | Data Engineer ($120k), Designer ($65k)",
        [("Data Engineer", "Data Engineer ($120k)"), ("Designer", "Designer ($65k)")],
    ),
    (
        "sentence",
        "Acme | Oslo | Onsite\n\nWe are hiring data engineers and designers.",
        [("data engineers", "data engineers"), ("designers", "designers")],
    ),
    (
        "bullets",
        "Acme | Oslo\n\nWe are hiring:\n\n- Senior Data Engineer ($150k-$180k): pipes\n\n"
        "- Product Designer (Oslo): shapes\n\nApply at acme.example",
        [
            ("Senior Data Engineer", "- Senior Data Engineer ($150k-$180k): pipes"),
            ("Product Designer", "- Product Designer (Oslo): shapes"),
        ],
    ),
    (
        "numbers",
        "Acme | Oslo | Multiple roles\n\n1) Data Engineer | ONSITE | €50k - €65k\n"
        "2) Sr. Clock Engineer (Ruby) | ONSITE | €60k - €80k\n\nQuestions? Ask.",
        [
            ("Data Engineer", "1) Data Engineer | ONSITE | €50k - €65k"),
            ("Sr. Clock Engineer (Ruby)", "2) Sr. Clock Engineer (Ruby) | ONSITE | €60k - €80k"),
        ],
    ),
    (
        "titles with links beneath",
        "Acme | Oslo\n\nOpen roles\n\nData Engineer\nhttps://acme.example/1\n\n"
        "Clock Designer\nhttps://acme.example/2\n\nWe like clocks.",
        [
            ("Data Engineer", "Data Engineer\nhttps://acme.example/1"),
            ("Clock Designer", "Clock Designer\nhttps://acme.example/2"),
        ],
    ),
    (
        "paragraphs below titles",
        "Acme | Oslo\n\nTwo roles:\n\nData Engineer\n\nYou build pipes. $100k-$120k.\n\n"
        "Clock Designer\n\nYou draw clocks. $70k-$90k.\n\nWe offer cake worth $5k.",
        [
            ("Data Engineer", "Data Engineer\n\nYou build pipes. $100k-$120k."),
            ("Clock Designer", "Clock Designer\n\nYou draw clocks. $70k-$90k."),
        ],
    ),
    (
        "items below titles",
        "Acme | Oslo | Multiple roles\n\nSenior Data Engineer, $120-140K/yr:\n- pipes\n- SQL\n\n"
        "Clock Engineer, $100-110K/yr:\n- springs\n- oil\n\nWhat we offer:\n\n- cake",
        [
            ("Senior Data Engineer", "Senior Data Engineer, $120-140K/yr:\n- pipes\n- SQL"),
            ("Clock Engineer", "Clock Engineer, $100-110K/yr:\n- springs\n- oil"),
        ],
    ),
    (
        "other kinds of work beside their pay",
        "Acme | Oslo\n\nData Engineers | $120k - $220k\n\nClock Sales | $70k - $120k + Commission",
        [
            ("Data Engineers", "Data Engineers | $120k - $220k"),
            ("Clock Sales", "Clock Sales | $70k - $120k + Commission"),
        ],
    ),
    (
        "items of the same list that name no known occupation",
        "Acme | Oslo\n\nOpen positions:\n- Data Engineer: £50k\n- People and Clocks: £30k\n"
        "- Designer: £40k",
        [
            ("Data Engineer", "- Data Engineer: £50k"),
            ("People and Clocks", "- People and Clocks: £30k"),
            ("Designer", "- Designer: £40k"),
        ],
    ),
    (
        "pay below the list is common",
        "Acme | Oslo\n\nOpen positions:\n* Data Engineer\n* Designer\n\nSalary range: $90k-$120k",
        [("Data Engineer", "* Data Engineer"), ("Designer", "* Designer")],
    ),
    (
        "two lists",
        "Acme | Oslo\n\nOpen roles in Oslo:\n- Data Engineer\n- Designer\n\nAll roles: $100k.\n\n"
        "Open roles in Bergen:\n- Clock Engineer",
        [
            ("Data Engineer", "- Data Engineer"),
            ("Designer", "- Designer"),
            ("Clock Engineer", "- Clock Engineer"),
        ],
    ),
    (
        "a header for each",
        "Acme | Data Engineer | Oslo | $100K – $140K\n\n"
        "Acme | Clock Designer | Oslo | $90K – $120K\n\nWe mend clocks.",
        [
            ("Data Engineer", "Acme | Data Engineer | Oslo | $100K – $140K"),
            ("Clock Designer", "Acme | Clock Designer | Oslo | $90K – $120K"),
        ],
    ),
    (
        "qualifier behind a dash",
        "Acme | Oslo\n\nWe are hiring:\n- Engineer - Big Clocks: https://acme.example/1\n"
        "- Engineer - Small Clocks: https://acme.example/2",
        [
            ("Engineer - Big Clocks", "- Engineer - Big Clocks: https://acme.example/1"),
            ("Engineer - Small Clocks", "- Engineer - Small Clocks: https://acme.example/2"),
        ],
    ),
    (
        "overview, then details",
        "Acme | Oslo\n\nData Engineer: $130-180K\n\nDesigner: $100-120K\n\nWe mend.\n\n"
        "Data Engineer: you build pipes for us.\n\nDesigner: you draw for us.",
        [
            ("Data Engineer", "Data Engineer: $130-180K"),
            ("Designer", "Designer: $100-120K"),
        ],
    ),
    (
        "bare titles, one of no known people",
        "Acme | Oslo\n\nOpenings:\n\nData Engineer\n\nClock Development Lead\n\nDesigner\n\nAsk!",
        [
            ("Data Engineer", "Data Engineer"),
            ("Clock Development Lead", "Clock Development Lead"),
            ("Designer", "Designer"),
        ],
    ),
    (
        "titles that trail off",
        "Acme | Oslo\n\nWe are hiring:\n- Clock Engineer… https://acme.example/1\n"
        "- Designer… https://acme.example/2",
        [
            ("Clock Engineer…", "- Clock Engineer… https://acme.example/1"),
            ("Designer…", "- Designer… https://acme.example/2"),
        ],
    ),
    (
        "item with an article",
        "Acme | Oslo\n\nWe need\n- Data Engineers\n- A Clock Engineer / Designer",
        [
            ("Data Engineers", "- Data Engineers"),
            ("Clock Engineer / Designer", "- A Clock Engineer / Designer"),
        ],
    ),
    (
        "town behind a comma is no part of the title",
        "Acme\n\nPositions:\n- Data Engineer, Oslo\n- Designer, Bergen",
        [("Data Engineer", "- Data Engineer, Oslo"), ("Designer", "- Designer, Bergen")],
    ),
]


@pytest.mark.parametrize(("why", "text", "expected"), CASES)
def test_roles_and_their_stretches(why, text, expected):
    assert [(role.title, text[role.start : role.end]) for role in find_roles(text)] == expected


@pytest.mark.parametrize(
    ("why", "text"),
    [
        ("nothing", ""),
        ("one role", "Acme | Data Engineer | Oslo | $100k-$120k\n\nWe mend clocks."),
        ("one role of two names", "Acme | Senior Clock Developer / Engineer | Oslo"),
        ("no title", "Acme | Oslo\n\nWe mend clocks."),
        ("various roles", "Acme | Various roles | Oslo"),
        ("sides of one role", "Acme | Frontend / Backend Engineer | Oslo"),
        ("one role of two sides", "Acme | Full stack Rails & React Engineer | Oslo"),
        (
            "colleagues",
            "Acme | Data Engineer | Oslo\n\nYou will work closely with:\n- Product managers\n"
            "- Designers\n- Other engineers",
        ),
        (
            "a team",
            "Acme | Clock Mender | Oslo\n\nOur team consists of:\n\n- Engineers\n\n- Designers",
        ),
        (
            "duties",
            "Acme | Data Engineer | Oslo\n\nYou will:\n- Work with designers\n"
            "- Mentor junior engineers\n- Help our analysts",
        ),
        (
            "sentences",
            "Acme | Data Engineer | Oslo\n\nEngineers at Acme like clocks.\n\n"
            "Designers at Acme like them, too.",
        ),
    ],
)
def test_posts_of_one_role_and_lists_of_other_things_have_none(why, text):
    assert find_roles(text) == ()


def test_a_known_header_saves_reading_it_again():
    text = "Acme | Data Engineer, Designer | Oslo"
    assert find_roles(text, header=parse_header(text)) == find_roles(text)
    assert find_roles(text, header=parse_header("Acme | Oslo")) == ()


def test_an_advert_with_a_title_is_for_one_role():
    text = "Acme | Data Engineer, Designer | Oslo"
    assert len(find_roles(text)) == 2
    assert find_roles(text, title="Data Engineer") == ()


_LINES = st.sampled_from(
    ["Acme | Oslo", "Acme | Data Engineer, Designer | Oslo", "- Data Engineer ($100k)",
     "* Designer",
     "Clock Engineer: springs", "We are hiring:", "All positions pay $90k", "https://acme.example",
     "1) Analyst", "  - Sales | £40k", "", "You will work with designers", "Data Engineer (",
     "É–Designer"]
)  # fmt: skip


@given(st.text(max_size=200) | st.lists(_LINES, max_size=12).map("\n".join))
def test_stretches_are_in_order_apart_and_hold_their_titles(text):
    roles = find_roles(text)
    assert len(roles) != 1
    assert all(isinstance(role, StatedRole) for role in roles)
    position = 0
    for role in roles:
        assert position <= role.start < role.end <= len(text)
        assert role.title in text[role.start : role.end]
        assert role.title.strip() == role.title != ""
        position = role.end
