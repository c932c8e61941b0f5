"""SVG made smaller without a change to be seen.

Belongs here: taking out of a drawing what no browser needs. Does not belong here: what is drawn
(`charts`).

Vega writes for machines that change a drawing later: groups of groups, class names, empty frames,
fifteen decimals. A page that holds dozens of finished charts is a third of the size without them.
"""

from __future__ import annotations

import re
from collections import Counter
from xml.etree import ElementTree as ET

_NAMESPACE = "http://www.w3.org/2000/svg"
_DROPPED = ("class", "role", "pointer-events", "aria-hidden", "aria-roledescription", "aria-label")
_DEFAULTS = {"opacity": "1", "stroke-width": "1", "y2": "0", "x2": "0", "font-weight": "normal"}
_INHERITED = (
    "fill",
    "stroke",
    "stroke-width",
    "stroke-dasharray",
    "text-anchor",
    "font-family",
    "font-size",
    "font-weight",
)
"""Properties that a group may hold for its children; `opacity` is none of them."""

_NUMBER = re.compile(r"-?\d*\.\d+(?:e-?\d+)?")
_CIRCLE = re.compile(r"M([\d.]+),0A\1,\1,0,1,1,-\1,0A\1,\1,0,1,1,\1,0")
_SHIFT = re.compile(r"translate\((-?[\d.]+),(-?[\d.]+)\)")


def lean(svg: str) -> str:
    """The same drawing in fewer bytes.

    Numbers are rounded to a tenth of a pixel; attributes that say what holds anyway, empty frames
    and groups that do nothing go; what all children of a group share is said once. The label that
    Vega gives to a mark (`description`) becomes its title, which browsers show on hovering.

    Args:
        svg: A drawing of Vega's.

    Returns:
        An SVG element for a page or a file of its own.

    Raises:
        xml.etree.ElementTree.ParseError: `svg` is no XML.
    """
    root = ET.fromstring(svg)
    for element in root.iter():
        element.tag = element.tag.removeprefix(f"{{{_NAMESPACE}}}")
        element.tail = None
    kept = {name: root.attrib[name] for name in ("width", "height", "viewBox")}
    fonts = {name: _said_once(root, name) for name in ("font-family", "font-size")}
    _clean(root)
    root.attrib.clear()
    root.attrib.update({"xmlns": _NAMESPACE, **kept})
    _share(root, least=1)
    root.attrib.update({name: value for name, value in fonts.items() if value})
    # an unescaped ">" stands in tags alone
    return ET.tostring(root, encoding="unicode").replace(" />", "/>")


def _said_once(root: ET.Element, name: str) -> str | None:
    """Takes the commonest value of a text's property from all texts, for the root to hold."""
    texts = [text for text in root.iter("text") if name in text.attrib]
    if not texts:
        return None
    [(commonest, _)] = Counter(text.attrib[name] for text in texts).most_common(1)
    for text in texts:
        if text.attrib[name] == commonest:
            del text.attrib[name]
    return commonest


def _clean(element: ET.Element) -> None:
    """Cleans what is below an element, then joins groups that only hold one another."""
    children: list[ET.Element] = []
    for child in element:
        if child.tag in ("defs", "clipPath"):
            children.append(child)
            continue
        said = child.get("aria-label") if child.tag != "g" and _is_mark(element) else None
        if child.tag == "path" and not _is_seen(child):
            continue
        _clean(child)
        _trim(child)
        if said:
            ET.SubElement(child, "title").text = said
            child.attrib.setdefault("fill", "transparent")  # what has none can't be hovered
        if child.tag == "g" and len(child) == 0:
            continue
        if child.tag == "g" and not child.attrib:
            children.extend(child)
        else:
            children.append(child)
    element[:] = children
    if element.tag == "g":
        _join(element)
        _share(element, least=2)


def _is_mark(group: ET.Element) -> bool:
    return "role-mark" in (group.get("class") or "")


def _is_seen(path: ET.Element) -> bool:
    """Whether a path draws anything: Vega's frames of groups have neither line nor filling."""
    return bool(path.get("d")) and path.get("class") not in ("background", "foreground")


def _trim(element: ET.Element) -> None:
    for name in _DROPPED:
        element.attrib.pop(name, None)
    for name, value in element.attrib.items():
        if name in ("d", "transform", "x", "y", "x2", "y2", "width", "height"):
            element.attrib[name] = _NUMBER.sub(_rounded, value)
    for name, value in _DEFAULTS.items():
        if element.get(name) == value:
            del element.attrib[name]
    if element.get("transform") == "translate(0,0)":
        del element.attrib["transform"]
    _as_circle(element)


def _as_circle(element: ET.Element) -> None:
    """Writes a dot as a circle, which Vega draws as a path of two arcs."""
    dot = _CIRCLE.fullmatch(element.get("d", ""))
    place = _SHIFT.fullmatch(element.get("transform", "translate(0,0)"))
    if dot and place:
        element.tag = "circle"
        del element.attrib["d"]
        element.attrib.pop("transform", None)
        element.attrib.update({"cx": place[1], "cy": place[2], "r": dot[1]})


def _join(group: ET.Element) -> None:
    """Takes the only child of a group into it, if that is a group too."""
    while len(group) == 1 and group[0].tag == "g":
        [child] = group
        outer, inner = (
            _SHIFT.fullmatch(g.get("transform", "translate(0,0)")) for g in (group, child)
        )
        if outer is None or inner is None or "opacity" in group.attrib:
            return
        shift = [
            _tenth(float(one) + float(other))
            for one, other in zip(outer.groups(), inner.groups(), strict=True)
        ]
        group.attrib.update(child.attrib)
        group.attrib["transform"] = f"translate({','.join(shift)})"
        if shift == ["0", "0"]:
            del group.attrib["transform"]
        group[:] = list(child)


def _share(group: ET.Element, *, least: int) -> None:
    """Says once, at the group, what all its children say."""
    if len(group) < least:
        return
    for name in _INHERITED:
        values = {child.get(name) for child in group}
        if len(values) == 1 and None not in values:
            group.attrib[name] = str(values.pop())
            for child in group:
                del child.attrib[name]


def _rounded(number: re.Match[str]) -> str:
    return _tenth(float(number[0]))


def _tenth(number: float) -> str:
    said = f"{number:.1f}".removesuffix(".0")
    return "0" if said == "-0" else said
