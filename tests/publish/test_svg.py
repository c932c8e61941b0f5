"""Drawings made smaller: what stays, what goes."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest

from warehouse.publish.svg import lean

HEAD = (
    '<svg xmlns="http://www.w3.org/2000/svg" class="marks" width="90" height="40" '
    'viewBox="0 0 90 40">'
)


def _lean(drawing: str) -> str:
    return lean(f"{HEAD}{drawing}</svg>")


@pytest.mark.parametrize(
    ("drawing", "left"),
    [
        ('<path d="M0.04,9.96L1.26,-0.01" fill="#111"/>', '<path d="M0,10L1.3,0"/>'),
        (
            '<path class="background" d="M0,0h9v9h-9Z"/><path d="M1,1" opacity="1"/>',
            '<path d="M1,1"/>',
        ),
        ('<g class="a"><g><g></g></g></g><line x2="5" y2="0" stroke-width="1"/>', '<line x2="5"/>'),
        (
            '<g transform="translate(1.5,2)"><g transform="translate(1,0.5)"><path d="M1,1"/></g>'
            "</g>",
            '<g transform="translate(2.5,2.5)"><path d="M1,1"/></g>',
        ),
        (
            '<path transform="translate(7,8)" '
            'd="M2.5,0A2.5,2.5,0,1,1,-2.5,0A2.5,2.5,0,1,1,2.5,0"/>',
            '<circle cx="7" cy="8" r="2.5"/>',
        ),
    ],
)
def test_what_nobody_sees_goes(drawing: str, left: str) -> None:
    found = _lean(drawing)
    assert found.endswith(f">{left}</svg>")


def test_what_all_of_a_group_share_is_said_once() -> None:
    found = _lean(
        '<g opacity="0.5"><line x2="1" stroke="#111" opacity="0.3"/>'
        '<line x2="2" stroke="#111" opacity="0.3"/></g><line x2="3" stroke="#222"/>'
    )
    assert found.count("#111") == 1
    assert found.count('opacity="0.3"') == 2, "a group's opacity is not that of its parts"
    assert 'opacity="0.5"' in found


def test_fonts_of_most_texts_are_those_of_the_drawing() -> None:
    found = _lean(
        '<text font-family="A" font-size="12px">one</text>'
        '<text font-family="A" font-size="12px">two &lt;b&gt; /&gt;</text>'
        '<text font-family="A" font-size="9px">three</text>'
    )
    root = ET.fromstring(found)
    assert root.attrib["font-size"] == "12px"
    assert [text.get("font-size") for text in root] == [None, None, "9px"]
    assert root.attrib["font-family"] == "A"
    assert root[1].text == "two <b> />"


def test_a_labelled_mark_has_a_title_that_can_be_hovered() -> None:
    found = _lean(
        '<g class="mark-rect role-mark layer_0_marks" aria-label="not this">'
        '<path d="M0,0h9" aria-label="2024: 1.5 &lt;&amp;&gt;"/></g>'
        '<g class="role-axis"><text aria-label="nor this">x</text></g>'
    )
    assert re.findall("<title>(.*?)</title>", found) == ["2024: 1.5 &lt;&amp;&gt;"]
    assert 'fill="transparent"' in found
    assert "aria-" not in found


def test_it_must_be_a_drawing() -> None:
    with pytest.raises(ET.ParseError):
        lean("<svg")
