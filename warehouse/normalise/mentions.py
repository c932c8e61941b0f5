"""Frameworks, skills and topics named in a posting, with where and how they are named.

Belongs here: finding the aliases of `vocabulary/technologies.csv`, deciding by
`vocabulary/gates.csv` whether a doubtful one means the technology, and reading its stance (negated,
one of alternatives). Does not belong here: HTML (`text`), headings (`sections`), or what recurs
over a company's postings.

A topic is wording that tells what sort of work an advert is for ("from scratch"). It vouches for no
technology and is no member of a list, so that technologies are read as if topics were not there.

In an alias a space stands for an optional space, hyphen or underscore, a leading or trailing `*`
for a side that may be glued to other letters, and "~word" for the word with up to one slip of
typing; everything else is RE2 syntax. An alias without gate is taken wherever it stands. A gate's
rows are alternatives; one that asks for evidence (`vouchers` or `words` within `reach` characters,
0 for anywhere in text or title) makes the alias weak: it needs a strong alias or a word beside it
and vouches for no other. `form` is the spelling with its case, `refuse_before` and `refuse_after`
are the homonyms' surroundings (not where `unless_before` holds), and `era` limits a row to postings
from before or since a bare "Torch" meant PyTorch. A gate's pattern may name another ("<persons>")
that stands in `gate_phrases.csv`.
"""

from __future__ import annotations

import csv
import re
import string
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from importlib import resources
from typing import Literal, NamedTuple, cast

import re2

from warehouse.normalise.sections import (
    SECTION_CUES,
    find_sections,
    section_at,
    section_said,
)
from warehouse.normalise.spans import (
    compile_pattern,
    decode,
    encode,
    find_spans,
    first_match,
    in_characters,
    is_any_within,
    make_options,
)
from warehouse.normalise.types import Mention, MentionKind, Section

_OPTIONAL_SPACE = r"[\s_\-\x{a0}\x{2010}-\x{2013}]?"
# The first month in which a bare "Torch" means PyTorch (labelling guide of the gold set)
_TORCH_IS_PYTORCH_SINCE = "2018-01"
_SLIPS = re.compile(r"~([a-z]+)")
_PHRASE = re.compile(r"<(\w+)>")
_CONTEXT = 160  # bytes of context that a gate's refusals see
_ZERO_WIDTH = re.compile("[\u200b-\u200f\u2060-\u2064\ufeff\u00ad]")

_ADDRESS = re.compile(
    r"[^\s@]+@[^\s@]+\.\w|[\w-]+(?:\.[\w-]+)*\.(?:com|org|io|ai|co|net|dev|app|gg|xyz|ly|me|us|uk"
    r"|de|fr|eu|jobs|careers|tech|so|sh|cloud)(?:[/:?]|$)",
    re.IGNORECASE,
)
_ADDRESS_MARKS = frozenset(b"/.@-_=?&:")
_TOKEN_EDGES = frozenset(b"()[]<>\"',;| \t\n\r\f\v")
_TOKEN_EDGE = re.compile(rb"[\s()\[\]<>\"',;|]|\xc2\xa0|\xe3\x80\x80")  # U+00A0, U+3000
_LETTERS = string.ascii_letters.encode()

# Between two members of one list: "PyTorch, TensorFlow (or JAX)", "PyTorch / TensorFlow"
_LIST_GAP = re.compile(
    r"[ \t,/&+|()*·•、，・-]*(?:\n[ \t]*)?(?:(?:and/or|and|or|nor|und|oder|et|ou|y|o|e|en|with"
    r"|w/|或|或者|和|または|や|및|또는|혹은)(?!\w))?[ \t,/&(*]*",
    re.IGNORECASE,
)
_OR = re.compile(r"\b(?:or|oder|ou|o)\b|and/or|或|または|또는|혹은", re.IGNORECASE)
_OR_SIMILAR = re.compile(
    r"[\s,()/]*(?:or|oder|ou)\s+(?:similar|equivalent|comparable|other|another|any|some|vergleichbar"
    r"|ähnlich|équivalent|autre)",
    re.IGNORECASE,
)
_ONE_OF = re.compile(r"\b(?:one|any) of(?: \w+){0,3}[:(\s]*$|\beither\s+$", re.IGNORECASE)
_LONGEST_GAP = 16  # bytes
_LONGEST_OFFER = 50  # bytes before a list of names
_LONGEST_ALTERNATIVE = 40  # bytes after it
_RIVALS = frozenset({"pytorch", "tensorflow", "jax"})
_SLASHED_WITH_RIVALS = _RIVALS | {"keras", "caffe", "theano", "mxnet", "torch7"}

_LONGEST_DENIAL = 90  # bytes before a list of names
_LONGEST_PREDICATE = 60  # bytes after it
_CLAUSE_START = re.compile(
    r"[.;:!?\n,()–—]|\b(?:but|however|we (?:do )?use|only|(?:our|the) stack|aber|sondern|mais)\b",
    re.IGNORECASE,
)
_NEGATION = re.compile(
    r"\b(?:(?:no|not|never|without|neither|nor|cannot|\w+n['’]t|instead of|rather than|in place of"
    r"|kein\w*|nicht|ohne|statt|anstatt|pas|sans|jamais|sin)\b(?!-)(?![ ]*(?:only|just|limited"
    r"|merely|necessarily|matter|nur|seulement|afraid|required|sure|yet|to mention|be surprised)\b)"
    r"|(?:prefer|chose|choose|picked|favou?r)\b.{0,30}\bover\b)(?: using\b)?"
    r"(?:\W++(?!(?:using|via|through|by|because|while|when|unless)\b)\w[\w'’-]*+){0,5}\W*$",
    re.IGNORECASE,
)
_UNNEGATED = re.compile(
    r"\b(?:if|whether|unless|even)\b.{0,30}(?:n['’]t|\bno|\bnot)\b"
    r"|\bno (?:fear|problem|stranger|doubt|denying|slouch)|why not\b"
    r"|(?:n['’]t|not) (?:be afraid|hesitate|worry|forget|mind|wait|hide|care if)\b"
    r"|\bwithout (?:being|hand-?holding)\b",
    re.IGNORECASE,
)
_NEGATED_AFTER = re.compile(
    r"(?:[ \t]+\w+){0,3}?[ \t]+(?:(?:is|are|was|were|will be)\s+(?:not|never)"
    r"|(?:is|are|was|were)n['’]t|not)\s+(?:\w+\s+)?"
    r"(?:used?|welcome|part of|supported|allowed|something we|what we|our)\b",
    re.IGNORECASE,
)


# What is looked for together with the names, since one pass over a text costs more than what it
# finds: a piece of every wording that some names' context is then read for.
_CUES = SECTION_CUES | {
    "denial": r"(?:n['’]t|\b(?:no|not|never|without|neither|nor|cannot|instead of|over|rather than"
    r"|in place of|kein\pL*|nicht|ohne|statt|anstatt|pas|sans|jamais|sin))\b",
    "choice": r"\b(?:or|oder|ou)\s+(?:similar|equivalent|comparable|other|another|any|some"
    r"|vergleichbar|ähnlich|équivalent|autre)|\b(?:one|any|or\s+any) of\b|\beither\b",
    "invisible": r"[\x{200b}-\x{200f}\x{2060}-\x{2064}\x{feff}\x{ad}]",
}
_CUE_NAMES = tuple(_CUES)


class _Gate(NamedTuple):
    form: re.Pattern[str] | None  # the spelling, case counted
    vouchers: frozenset[str]  # technologies, or the kinds "framework" and "any"
    reach: int
    words: re2._Regexp | None
    refuse_before: re2._Regexp | None
    unless_before: re2._Regexp | None
    refuse_after: re.Pattern[bytes] | None
    era: str

    @property
    def wants_evidence(self) -> bool:
        return bool(self.vouchers or self.words)


class _Alias(NamedTuple):
    technology: str
    family: str
    kind: MentionKind
    gates: tuple[_Gate, ...]


class _Vocabulary(NamedTuple):
    scan: re2._Regexp  # every alias and cue, for its span
    tell: re2.Set  # every alias by number, for what a span's text means
    tell_cue: re2.Set
    aliases: tuple[_Alias, ...]


class _Reading(NamedTuple):
    """What a spelling may mean: only the gates that this spelling can pass are left."""

    alias: _Alias
    is_certain: bool
    by_itself: tuple[_Gate, ...]  # gates that ask for no evidence
    by_evidence: tuple[_Gate, ...]


class _Meaning(NamedTuple):
    """What one spelling means: technologies for certain, or in doubt, or cues."""

    certain: tuple[_Alias, ...]
    doubtful: tuple[_Reading, ...]  # the certain ones too
    cues: tuple[str, ...]


_Hit = tuple[int, int, _Alias]  # a technology and where it stands


def find_mentions(text: str, *, title: str = "", month: str | None = None) -> list[Mention]:
    """Find the technologies that a posting names, and its topics.

    Args:
        text: Plain text (`warehouse.normalise.text.to_text`); spans are offsets in it.
        title: The posting's title, as context only: what it alone names is no mention.
        month: "YYYY-MM" of the posting, which decides what a bare "Torch" means.

    Returns:
        Mentions by start; a spelling that means two technologies ("tf.keras") gives two.
    """
    data = encode(text)
    spans = find_spans(_vocabulary().scan, data)
    strong: list[_Hit] = []
    weak: list[tuple[int, int, list[_Reading]]] = []
    found_cues: dict[str, list[int]] = {}
    addresses = _Addresses(data)
    size, read, marks = len(data), _read, _ADDRESS_MARKS
    for start, end in spans:
        certain, doubtful, cues = read(data[start:end])
        if cues:
            for cue in cues:
                found_cues.setdefault(cue, []).append(start)
            continue
        if (data[start - 1] in marks or (end < size and data[end] in marks)) and addresses.hold(
            start, end
        ):
            continue
        if certain:
            strong += [(start, end, alias) for alias in certain]
        if doubtful:
            unsettled = []
            for reading in doubtful:
                if reading.is_certain or _passes(reading.by_itself, data, start, end):
                    strong.append((start, end, reading.alias))
                elif reading.by_evidence:
                    unsettled.append(reading)
            if unsettled:
                weak.append((start, end, unsettled))
    if "invisible" in found_cues:
        return _without_invisible(text, title, month)
    hits = strong
    if weak:
        evidence = _Evidence(data, title, strong, lambda: _is_before_pytorch(month, spans, data))
        vouched: list[_Hit] = []
        for start, end, readings in weak:
            is_sole = len(readings) == 1
            nearest = [
                (distance, reading.alias.kind, number)  # of two as near, the framework
                for number, reading in enumerate(readings)
                if (distance := evidence.distance(reading, start, end, is_sole=is_sole)) is not None
            ]
            if nearest:
                vouched.append((start, end, readings[min(nearest)[2]].alias))
        if vouched:
            hits = sorted(strong + vouched, key=_start)
    return _with_context(text, data, hits, found_cues) if hits else []


def _without_invisible(text: str, title: str, month: str | None) -> list[Mention]:
    """Find the mentions of a text that has zero-width characters, which may stand within names."""
    offsets = [i for i, character in enumerate(text) if not _ZERO_WIDTH.match(character)]
    bare = "".join([text[i] for i in offsets])
    mentions = []
    for mention in find_mentions(bare, title=title, month=month):
        start, end = offsets[mention.start], offsets[mention.end - 1] + 1
        mentions.append(mention._replace(surface=text[start:end], start=start, end=end))
    return mentions


class _Addresses:
    """Web and mail addresses of a text: what they hold is no mention.

    To be asked about spans in the order of the text; each token is then read once.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._last = 0  # where the token ends that was read last
        self._begins: int | None = None  # where in it an address begins

    def hold(self, start: int, end: int) -> bool:
        """Say whether a span is part of an address."""
        data = self._data
        if not (start > 0 and data[start - 1] in _ADDRESS_MARKS):
            if end == len(data) or data[end] not in _ADDRESS_MARKS:
                return False
            if end + 1 == len(data) or data[end + 1] in _TOKEN_EDGES:
                return False  # a full stop
        if end > self._last:
            self._read_token(start, end)
        return self._begins is not None and start >= self._begins

    def _read_token(self, start: int, end: int) -> None:
        data = self._data
        first = max(
            self._last, data.rfind(b" ", self._last, start), data.rfind(b"\n", self._last, start)
        )
        edge = _TOKEN_EDGE.search(data, end)
        self._last = edge.start() if edge else len(data)
        self._begins = None
        if data.find(b".", first, self._last) < 0 and data.find(b"://", first, self._last) < 0:
            return
        for edge in _TOKEN_EDGE.finditer(data, first, start):
            first = edge.end()
        token = data[first : self._last]
        schemes = [i for i in (token.find(b"://"), token.find(b"www.")) if i >= 0]
        if schemes:
            self._begins = first + len(token[: min(schemes)].rstrip(_LETTERS))
        elif b"." in token and (address := _ADDRESS.match(decode(token))):
            # "spaCy.io" and "fast.ai" are names
            is_name = "@" not in address[0] and b"/" not in token
            self._begins = first + is_name


@lru_cache(maxsize=8192)
def _read(surface: bytes) -> _Meaning:
    """Return what a matched spelling means, each technology once."""
    vocabulary = _vocabulary()
    found: dict[str, _Alias] = {}
    for number in vocabulary.tell.Match(surface) or ():
        alias = vocabulary.aliases[number]
        if alias.technology not in found or not alias.gates:
            found[alias.technology] = alias
    if not found:
        numbers = vocabulary.tell_cue.Match(surface) or ()
        return _Meaning((), (), tuple(_CUE_NAMES[number] for number in numbers))
    if not any(alias.gates for alias in found.values()):
        return _Meaning(tuple(found.values()), (), ())
    readings = []
    spelling = decode(surface)
    for alias in found.values():
        gates = [gate for gate in alias.gates if not gate.form or gate.form.fullmatch(spelling)]
        if gates or not alias.gates:
            readings.append(
                _Reading(
                    alias=alias,
                    is_certain=not alias.gates,
                    by_itself=tuple(gate for gate in gates if not gate.wants_evidence),
                    by_evidence=tuple(gate for gate in gates if gate.wants_evidence),
                )
            )
    return _Meaning((), tuple(readings), ())


def _passes(gates: Sequence[_Gate], data: bytes, start: int, end: int) -> bool:
    for gate in gates:  # noqa: SIM110 (three times the speed of `any`)
        if not _is_refused(gate, data, start, end):
            return True
    return False


def _is_refused(gate: _Gate, data: bytes, start: int, end: int) -> bool:
    # What stands after is looked at in one place, what stands before is searched for
    if gate.refuse_after and gate.refuse_after.match(data, end, end + _CONTEXT):
        return True
    if not gate.refuse_before:
        return False
    before = data[max(0, start - _CONTEXT) : start]
    return first_match(gate.refuse_before, before) >= 0 and not (
        gate.unless_before and first_match(gate.unless_before, before) >= 0
    )


class _Evidence:
    """What vouches for weak aliases: the strong hits of a text, and words near them."""

    def __init__(
        self, data: bytes, title: str, strong: Sequence[_Hit], is_old: Callable[[], bool]
    ) -> None:
        self._data = data
        self._title = title
        self._is_old = is_old
        self._named: dict[str, list[_Hit]] = {}
        for hit in strong:
            self._named.setdefault(hit[2].technology, []).append(hit)
        self._named["any"] = [hit for hit in strong if hit[2].kind != "topic"]
        self._named["framework"] = [hit for hit in strong if hit[2].kind == "framework"]

    def distance(self, reading: _Reading, start: int, end: int, *, is_sole: bool) -> int | None:
        """Return how many bytes away the nearest voucher of a weak alias is, None without.

        Where it is the sole reading of its spelling, any voucher will do, the nearest or not.
        """
        nearest: int | None = None
        for gate in reading.by_evidence:
            if gate.era and (gate.era == "before pytorch") != self._is_old():
                continue
            distance = self._of_hits(gate, start, end)
            if gate.words and (distance is None or not is_sole):
                distance = _least(distance, self._of_words(gate, gate.words, start, end))
            if distance is not None and not _is_refused(gate, self._data, start, end):
                nearest = _least(nearest, distance)
                if is_sole:
                    break
        return nearest

    def _of_hits(self, gate: _Gate, start: int, end: int) -> int | None:
        reach = gate.reach or len(self._data)
        nearest: int | None = None
        for name in gate.vouchers:
            if hits := self._named.get(name):
                following = bisect_right(hits, start, key=_start)
                if following and (distance := max(0, start - hits[following - 1][1])) <= reach:
                    nearest = _least(nearest, distance)
                if (
                    following < len(hits)
                    and (distance := max(0, hits[following][0] - end)) <= reach
                ):
                    nearest = _least(nearest, distance)
        return nearest

    def _of_words(self, gate: _Gate, words: re2._Regexp, start: int, end: int) -> int | None:
        reach = gate.reach or len(self._data)
        after = first_match(words, self._data[end : end + reach])
        nearest = after if after >= 0 else None
        before = self._data[max(0, start - reach) : start]
        for _, last in find_spans(words, before)[-1:]:
            nearest = _least(nearest, len(before) - last)
        if nearest is None and not gate.reach and first_match(words, encode(self._title)) >= 0:
            return len(self._data)
        return nearest


def _least(distance: int | None, other: int | None) -> int | None:
    if distance is None or other is None:
        return other if distance is None else distance
    return min(distance, other)


def _start(hit: _Hit) -> int:
    return hit[0]


def _is_before_pytorch(month: str | None, spans: Iterable[tuple[int, int]], data: bytes) -> bool:
    if month:
        return month < _TORCH_IS_PYTORCH_SINCE
    named = set()
    for start, end in spans:
        meaning = _read(data[start:end])
        named.update([alias.technology for alias in meaning.certain])
        named.update([reading.alias.technology for reading in meaning.doubtful])
    return bool({"theano", "caffe"} & named) and not {"jax", "onnx", "huggingface"} & named


def _with_context(
    text: str, data: bytes, hits: Sequence[_Hit], cues: Mapping[str, Sequence[int]]
) -> list[Mention]:
    sections = find_sections(data, cues.get("notice", ()))
    denials, choices = cues.get("denial", ()), cues.get("choice", ())
    is_said = "welcome" in cues or "need" in cues or "needed" in cues
    in_text: dict[tuple[int, int], tuple[int, int]] = {}
    if len(data) != len(text):
        places = [(start, end) for start, end, _ in hits]
        in_text = dict(zip(places, in_characters(places, data), strict=True))
    topics = [hit for hit in hits if hit[2].kind == "topic"]
    if topics:
        hits = [hit for hit in hits if hit[2].kind != "topic"]
    mentions = []
    for members, joints in _lists(data, hits):
        first, last = members[0][0], members[-1][1]
        is_alternative = bool(joints) and _is_choice(data, members, joints)
        if choices and not is_alternative:
            is_alternative = is_any_within(
                choices, first - _LONGEST_OFFER, last + _LONGEST_ALTERNATIVE
            ) and _offers_choice(data, first, last)
        is_negated = bool(denials) and (
            is_any_within(denials, first - _LONGEST_DENIAL, last + _LONGEST_PREDICATE)
            and _is_negated(data, first, last)
        )
        # What is said of a list in one line is said of all in it
        is_one_line = not joints or data.find(b"\n", first, last) < 0
        section: Section | None = None
        for start, end, alias in members:
            if not section:
                section = section_at(sections, start)
                if is_said and (section == "other" or section == "requirements"):
                    said = section_said(data, start, last if is_one_line else end, cues)
                    if said == "preferred" or (said and section == "other"):
                        section = said
            if in_text:
                start, end = in_text[start, end]
            mentions.append(
                Mention(
                    alias.technology,
                    alias.family,
                    alias.kind,
                    text[start:end],
                    start,
                    end,
                    section,
                    is_negated,
                    is_alternative,
                )
            )
            if not is_one_line:
                section = None
    if topics:
        mentions += _topics_with_context(text, data, topics, sections, denials, in_text)
        mentions.sort(key=_place)
    return mentions


def _topics_with_context(
    text: str,
    data: bytes,
    topics: Sequence[_Hit],
    sections: Sequence[tuple[int, Section]],
    denials: Sequence[int],
    in_text: Mapping[tuple[int, int], tuple[int, int]],
) -> Iterator[Mention]:
    """Yield topics, which stand in no list and are no one's need or wish."""
    for start, end, alias in topics:
        section = section_at(sections, start)
        is_negated = bool(denials) and (
            is_any_within(denials, start - _LONGEST_DENIAL, end + _LONGEST_PREDICATE)
            and _is_negated(data, start, end)
        )
        first, last = in_text[start, end] if in_text else (start, end)
        yield Mention(
            alias.technology,
            alias.family,
            alias.kind,
            text[first:last],
            first,
            last,
            section,
            is_negated,
            is_alternative=False,
        )


def _place(mention: Mention) -> int:
    return mention.start


def _lists(data: bytes, hits: Sequence[_Hit]) -> Iterator[tuple[list[_Hit], list[str]]]:
    """Yield runs of mentions that stand in one list, and what joins them."""
    if not hits:
        return
    members = [hits[0]]
    joints: list[str] = []
    last = hits[0][1]
    for hit in hits[1:]:
        start = hit[0]
        if start - last <= _LONGEST_GAP and (joint := _joint(data[last:start])):
            members.append(hit)
            joints.append(joint)
        else:
            yield members, joints
            members, joints = [hit], []
        last = hit[1]
    yield members, joints


def _is_choice(data: bytes, members: Sequence[_Hit], joints: Sequence[str]) -> bool:
    """Say whether a list has an "or", or is "PyTorch/TensorFlow" rather than "Go / React / JAX"."""
    if "or" in joints:
        return True
    if "slash" not in joints:
        return False
    first, last = members[0][0], members[-1][1]
    if data[max(0, first - 2) : first].strip() == b"/" or data[last : last + 2].strip() == b"/":
        return False
    run = {members[0][2].family}
    for member, joint in zip(members[1:], joints, strict=True):
        if joint != "slash":
            if _is_rivalry(run):
                return True
            run = set()
        run.add(member[2].family)
    return _is_rivalry(run)


def _is_rivalry(families: set[str]) -> bool:
    """Say whether what slashes join are frameworks that one would choose from."""
    return len(families & _RIVALS) > 1 and families <= _SLASHED_WITH_RIVALS


@lru_cache(maxsize=16384)
def _joint(gap_data: bytes) -> Literal["list", "or", "slash"] | None:
    """Say how two names stand in one list, None where they don't."""
    gap = decode(gap_data)
    if not _LIST_GAP.fullmatch(gap):
        return None
    if _OR.search(gap):
        return "or"
    return "slash" if gap.strip() == "/" else "list"


def _offers_choice(data: bytes, start: int, end: int) -> bool:
    return bool(
        _OR_SIMILAR.match(decode(data[end : end + _LONGEST_ALTERNATIVE]))
        or _ONE_OF.search(decode(data[max(0, start - _LONGEST_OFFER) : start]))
    )


def _is_negated(data: bytes, start: int, end: int) -> bool:
    """Say whether the clause before or the predicate after a list of names denies it."""
    clause = decode(data[max(0, start - _LONGEST_DENIAL) : start])
    for boundary in list(_CLAUSE_START.finditer(clause))[-1:]:
        clause = clause[boundary.end() :]
    if _NEGATION.search(clause) and not _UNNEGATED.search(clause):
        return True
    return bool(_NEGATED_AFTER.match(decode(data[end : end + _LONGEST_PREDICATE])))


@cache
def _vocabulary() -> _Vocabulary:
    gates: dict[str, list[_Gate]] = {}
    for row in _rows("gates.csv"):
        for column in ("words", "refuse_before", "unless_before", "refuse_after"):
            row[column] = _spelled_out(row[column])
        gates.setdefault(row["gate"], []).append(
            _Gate(
                form=re.compile(row["form"]) if row["form"] else None,
                vouchers=frozenset(row["vouchers"].split()),
                reach=int(row["reach"] or 0),
                words=compile_pattern(row["words"]) if row["words"] else None,
                refuse_before=_ending(row["refuse_before"]),
                unless_before=_ending(row["unless_before"]),
                refuse_after=_compiled(row["refuse_after"]),
                era=row["era"],
            )
        )
    tell = re2.Set.FullMatchSet(make_options(longest=True))
    bounded, glued, aliases = [], [], []
    for row in _rows("technologies.csv"):
        alias = row["alias"]
        body = _SLIPS.sub(lambda match: _with_slips(match[1]), alias.strip("*"))
        body = re.sub(r" (?![^\[]*\])", lambda _: _OPTIONAL_SPACE, body)
        tell.Add(body)
        if alias == alias.strip("*"):
            bounded.append(body)
        else:
            left = "" if alias.startswith("*") else r"\b"
            glued.append(left + f"(?:{body})" + ("" if alias.endswith("*") else r"\b"))
        aliases.append(
            _Alias(
                technology=row["technology"],
                family=row["family"],
                kind=cast("MentionKind", row["kind"]),
                gates=tuple(gates[row["gate"]]) if row["gate"] else (),
            )
        )
    tell.Compile()
    tell_cue = re2.Set.SearchSet(make_options())
    for pattern in _CUES.values():
        tell_cue.Add(pattern)
    tell_cue.Compile()
    patterns = [rf"\b(?:{'|'.join(bounded)})\b", *glued, *_CUES.values()]
    return _Vocabulary(
        compile_pattern("|".join(patterns), longest=True), tell, tell_cue, tuple(aliases)
    )


def _spelled_out(pattern: str) -> str:
    """Put the patterns of `gate_phrases.csv` where a gate names them."""
    while _PHRASE.search(pattern):
        pattern = _PHRASE.sub(lambda match: f"(?:{_phrases()[match[1]]})", pattern)
    return pattern


@cache
def _phrases() -> dict[str, str]:
    return {row["phrase"]: row["pattern"] for row in _rows("gate_phrases.csv")}


def _with_slips(word: str) -> str:
    """Pattern of a word with up to one slip of typing, its first letter never touched."""
    spellings = [word]
    for i in range(1, len(word)):
        before, letter, after = word[:i], word[i], word[i + 1 :]
        spellings += [before + after, f"{before}[a-z]{after}", f"{before}[a-z]{letter}{after}"]
        if after:
            spellings.append(before + after[0] + letter + after[1:])
    return f"(?:{'|'.join(spellings)}|{word}[a-z])"


def _rows(name: str) -> list[dict[str, str]]:
    path = resources.files("warehouse.normalise") / "vocabulary" / name
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


def _compiled(pattern: str) -> re.Pattern[bytes] | None:
    # A character beyond ASCII is several bytes, which no class can hold
    bytewise = re.sub(r"\[([^]\\’]*)’([^]\\]*)\]", r"(?:[\1\2]|’)", pattern)
    return re.compile(encode(f"(?:{bytewise})"), re.IGNORECASE) if pattern else None


def _ending(pattern: str) -> re2._Regexp | None:
    """Compile what must stand right before something; RE2 reads such a pattern from its end."""
    return compile_pattern(f"(?:{pattern})$") if pattern else None
