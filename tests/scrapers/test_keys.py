"""No field of a payload is lost silently: each is mapped, or ignored for a reason that is said.

Belongs here: the checks that hold for every source. Does not belong here: a source's own keys
(`keys/<source>.yaml` beside this file) or what its values mean (the tests of its spider).

To add a source, write `keys/<source>.yaml`; nothing here needs a change. It has one entry for each
kind of answer, named as in `Step.kind` ("listing", "detail", …), the first one first:

    board: acme/wd5/Careers       # optional: how a board of this source is written
    listing:
      keys:
        jobs[].title: title                       # fields of the landing line, commas between
        jobs[].published_on: posted_on
        jobs[].meta.total: total                  # the number that the source states
        jobs[].isListed: rows                     # whether the row is an advert at all
        jobs[].externalPath: step                 # what is asked next
        jobs[].country: "ignored: the location says it"
        facets: "ignored: counts for its filters" # an ignored key stands for all below it
      sample:                                     # a payload with all of these keys, in own words
        jobs: [{title: Engineer, …}]
      seen_in:                                    # optional: real payloads, under the shared folder
        - fixtures/acme/acme.json                 # a file
        - https://api.acme.example/boards/        # or captures whose address begins so

A sample in JSON's shape is written as YAML. One in XML or HTML is written as text: the keys of XML
are its tags ("position.additionalOffices.office", "rss.channel.item.@id" for an attribute); of HTML
those of what the spider's `decode` makes of it. Where one key stands in for another that is missing
(`url` or `shortlink`), the sample needs a second row that lacks the other; an answer of one row has
`samples`, a list, in place of `sample`. A kind that is not the first is read with the first step of
that kind that the samples before it lead to.
"""

from __future__ import annotations

import copy
import importlib
import inspect
import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree import ElementTree as ET

import pytest
import yaml

from scrapers.archive import Archive
from scrapers.landing import Model, Paper, PaperLink, Posting, Refusal, SeriesPoint
from scrapers.spiders.base import (
    FAULTS,
    Board,
    BoardSpider,
    Step,
    Total,
    TruncatedError,
)

KEYS = Path(__file__).parent / "keys"
AT = datetime(2026, 10, 31, 6, tzinfo=UTC)
FIELDS = {"rows", "refused", "total", "step"}.union(
    *(line.model_fields for line in (Posting, Paper, PaperLink, Model, SeriesPoint))
)
DAY_S = 86_400


class _Loader(yaml.SafeLoader):
    """YAML in which "2026-10-31" is a text, as it is in JSON."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in found if not tag.endswith(":timestamp")]
    for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


class Table(NamedTuple):
    """What is said of one kind of answer of one source."""

    source: str
    kind: str
    keys: dict[str, str]
    samples: list[Any]
    seen_in: list[str]
    board: str | None

    def reason(self, path: str) -> str | None:
        """What is said of a path, or of one above it that is ignored with all below."""
        if path in self.keys:
            return self.keys[path]
        above = (p for p, said in self.keys.items() if said.startswith("ignored:"))
        return next((self.keys[p] for p in above if _is_above(p, path)), None)


class Leaf(NamedTuple):
    """One value of a document, and how to put another in its place."""

    path: str
    value: Any
    put: Callable[[Any], None]


def _is_above(path: str, other: str) -> bool:
    return other.startswith((f"{path}.", f"{path}[]"))


def tables() -> list[Table]:
    """All that is said of all sources."""
    found = []
    for file in sorted(KEYS.glob("*.yaml")):
        with file.open(encoding="utf-8") as stream:
            said = yaml.load(stream, _Loader)
        board = said.pop("board", None)
        for kind, entry in said.items():
            samples = entry["samples"] if "samples" in entry else [entry["sample"]]
            seen_in = entry.get("seen_in") or []
            found.append(Table(file.stem, kind, entry["keys"], samples, seen_in, board))
    return found


TABLES = tables()
each_table = pytest.mark.parametrize(
    "table", TABLES, ids=[f"{table.source}-{table.kind}" for table in TABLES]
)


def spider_of(source: str) -> type[BoardSpider]:
    """The spider whose module has the name of a source."""
    module = importlib.import_module(f"scrapers.spiders.{source}")
    [spider] = [
        member
        for _, member in inspect.getmembers(module, inspect.isclass)
        if issubclass(member, BoardSpider) and getattr(member, "name", None) == source
    ]
    return spider


def leaves(document: Any, path: str = "") -> Iterator[Leaf]:
    """The values of a document with their paths; what is empty counts as a value.

    Args:
        document: What JSON can hold, or an XML element (its own tag is not part of the paths).
        path: Where it stands.
    """
    if isinstance(document, ET.Element):
        yield from _leaves_of_xml(document, path)
        return
    entries: list[tuple[str, Any]] = (
        [(f"{path}.{key}" if path else key, key) for key in document]
        if isinstance(document, dict)
        else [(f"{path}[]", index) for index in range(len(document))]
    )
    for where, key in entries:
        value = document[key]
        if isinstance(value, dict | list) and value:
            yield from leaves(value, where)
        else:
            yield Leaf(where, value, partial(document.__setitem__, key))


def _leaves_of_xml(element: ET.Element, path: str) -> Iterator[Leaf]:
    prefix = f"{path}." if path else ""
    for name, value in element.attrib.items():
        yield Leaf(f"{prefix}@{_local(name)}", value, partial(element.set, name))
    for child in element:
        where = prefix + _local(child.tag)
        if not len(child):
            yield Leaf(where, child.text, partial(setattr, child, "text"))
        yield from _leaves_of_xml(child, where)


def _local(name: str) -> str:
    return name.rpartition("}")[2]


def document_of(spider: type[BoardSpider], body: bytes) -> Any:
    """What the paths of a body are read from: its XML, else what the spider makes of it."""
    if body.lstrip().startswith(b"<"):
        try:
            return ET.fromstring(body)
        except ET.ParseError:
            pass
    return spider.decode(body)


def payload_of(spider: type[BoardSpider], document: Any) -> Any:
    """What a spider reads, of a document that may have been changed."""
    if isinstance(document, ET.Element):
        return spider.decode(ET.tostring(document, encoding="utf-8", xml_declaration=True))
    return {"rows": document, "next": None} if spider.uses_link_header else document


def samples_of(table: Table) -> list[Any]:
    """The documents of a table's samples."""
    return [
        document_of(
            spider_of(table.source),
            (sample if isinstance(sample, str) else json.dumps(sample)).encode(),
        )
        for sample in table.samples
    ]


def board_of(table: Table) -> Board:
    spider = spider_of(table.source)
    name = table.board or (spider.fixed_boards[0] if spider.fixed_boards else "acme")
    # The company is not known from elsewhere, so what the payload says of it shows.
    return Board(table.source, name, name, "US", AT)


def step_of(table: Table) -> Step:
    """What was asked for the answer that a table is of."""
    spider, board = spider_of(table.source), board_of(table)
    kinds = [other for other in TABLES if other.source == table.source]
    first = Step(spider.address(board.name), kind=spider.first_kind)
    if table.kind == spider.first_kind:
        return first
    steps = [first]
    for before in kinds[: kinds.index(table)]:
        asked = next(step for step in steps if step.kind == before.kind)
        for document in samples_of(before):
            payload = payload_of(spider, document)
            steps += [step for step in spider.read(payload, asked, board) if isinstance(step, Step)]
    return next(step for step in steps if step.kind == table.kind)


def outcome(table: Table, document: Any, step: Step) -> dict[str, list[Any]] | None:
    """What a spider yields for a document, by field; None where it can't be read so."""
    spider = spider_of(table.source)
    said: dict[str, list[Any]] = {"rows": [0], "refused": [0], "step": [], "total": []}
    try:
        for item in spider.read(payload_of(spider, document), step, board_of(table)):
            if isinstance(item, Step):
                said["step"].append(item)
            elif isinstance(item, Total):
                said["total"].append(item.rows)
            elif isinstance(item, Refusal):
                said["refused"][0] += 1
            else:
                said["rows"][0] += 1
                for name, value in item.model_dump().items():
                    said.setdefault(name, []).append(value)
    except TruncatedError as error:
        said["total"].append(str(error))
    except FAULTS:
        return None
    return said


def changed(value: Any) -> list[Any]:
    """Other values of the same type: one that means another day, number or word where it can."""
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int | float):
        is_instant = value > 10**9
        shift = 400 * DAY_S * (1000 if value > 10**12 else 1)
        return [value + shift] if is_instant else [value + 1]
    if isinstance(value, str):
        other_day = re.sub(
            r"\b(19|20)(\d\d)(?=-\d\d)", lambda m: f"{m[1]}{int(m[2]) - 1:02}", value
        )
        other_number = re.sub(r"\d+", lambda m: str(int(m[0]) + 1), value, count=1)
        others = (other_day, other_number, f"{value}x", "")
        return [other for other in dict.fromkeys(others) if other != value]
    return []


def effects(table: Table) -> dict[str, set[str]]:
    """By path, the fields that change with its value, in any row of the samples."""
    step = step_of(table)
    found: dict[str, set[str]] = {}
    for document in samples_of(table):
        before = outcome(table, document, step)
        assert before is not None, "the sample can't be read"
        for number, leaf in enumerate(leaves(document)):
            seen = found.setdefault(leaf.path, set())
            for value in changed(leaf.value):
                other = copy.deepcopy(document)
                list(leaves(other))[number].put(value)
                after = outcome(table, other, step)
                if after is None or after["refused"] != before["refused"]:
                    seen.add("refused")
                    continue
                seen |= {n for n in before.keys() | after.keys() if before.get(n) != after.get(n)}
    return found


def unlisted(table: Table, document: Any) -> list[str]:
    """The paths of a document of which nothing is said; what is empty may have any below it."""
    return [
        leaf.path
        for leaf in leaves(document)
        if table.reason(leaf.path) is None
        and not (
            leaf.value in (None, "", [], {})
            and any(_is_above(leaf.path, path) for path in table.keys)
        )
    ]


@each_table
def test_what_is_said_of_keys_is_well_formed(table: Table) -> None:
    for path, said in table.keys.items():
        ignored, _, reason = said.partition("ignored:")
        if ignored:
            wrong = [name for name in map(str.strip, said.split(",")) if name not in FIELDS]
            assert not wrong, f"{path}: no such field: {wrong}"
        else:
            assert len(reason.split()) >= 2, f"{path}: say why it is ignored"


@each_table
def test_a_sample_has_the_keys_that_are_listed_and_no_others(table: Table) -> None:
    documents = samples_of(table)
    paths = {leaf.path for document in documents for leaf in leaves(document)}
    missing = [p for p in table.keys if p not in paths and not any(_is_above(p, q) for q in paths)]
    assert not missing, f"listed, but not in the sample: {missing}"
    assert not [path for document in documents for path in unlisted(table, document)]


@each_table
def test_a_mapped_key_changes_the_fields_that_are_named(table: Table) -> None:
    found = effects(table)
    unproven = {
        path: f"{said} was said, {sorted(found[path]) or 'nothing'} changes"
        for path, said in table.keys.items()
        if not said.startswith("ignored:")
        and not {name.strip() for name in said.split(",")} <= found.get(path, set())
    }
    assert not unproven


@each_table
def test_an_ignored_key_changes_nothing(table: Table) -> None:
    used = {
        path: sorted(fields)
        for path, fields in effects(table).items()
        if fields and (table.reason(path) or "").startswith("ignored:")
    }
    assert not used


@pytest.mark.shared
@each_table
def test_every_key_of_real_payloads_is_listed(table: Table, shared: Path) -> None:
    if not table.seen_in:
        pytest.skip("no real payload of this kind is at hand")
    spider, unknown, seen = spider_of(table.source), dict[str, str](), 0
    for name, body in _bodies(table, shared):
        seen += 1
        unknown |= dict.fromkeys(unlisted(table, document_of(spider, body)), name)
    assert seen, f"nothing found in {table.seen_in}"
    assert not unknown, f"neither mapped nor ignored: {unknown}"


def _bodies(table: Table, shared: Path) -> Iterator[tuple[str, bytes]]:
    archive: Archive | None = None
    for where in table.seen_in:
        if not where.startswith("https://"):
            yield where, (shared / where).read_bytes()
            continue
        archive = archive or Archive(shared / "captures")
        for url in archive.urls():
            if url.startswith(where):
                answer = archive.fetch(url)
                if answer.status == 200:
                    yield url, answer.body


def test_the_checks_see_what_they_are_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """A key that is mapped falsely, ignored falsely or not listed makes a check fail."""
    [table] = [t for t in TABLES if t.source == "lever" and t.kind == "listing"]
    swapped = table._replace(
        keys={**table.keys, "[].text": "ignored: of no use", "[].applyUrl": "title"}
    )
    with pytest.raises(AssertionError, match="applyUrl"):
        test_a_mapped_key_changes_the_fields_that_are_named(swapped)
    with pytest.raises(AssertionError, match="text"):
        test_an_ignored_key_changes_nothing(swapped)
    short = table._replace(keys={k: v for k, v in table.keys.items() if k != "[].text"})
    with pytest.raises(AssertionError):
        test_a_sample_has_the_keys_that_are_listed_and_no_others(short)


def test_a_document_of_another_shape_has_no_outcome() -> None:
    [table] = [t for t in TABLES if t.source == "lever" and t.kind == "listing"]
    assert outcome(table, {"ok": False}, step_of(table)) is None
