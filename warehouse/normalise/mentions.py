"""Frameworks and skills named in a posting, with where and how they are named.

Belongs here: finding the aliases of `vocabulary/technologies.csv`, deciding by
`vocabulary/gates.csv` whether a doubtful one means the technology, and reading its stance (negated,
one of alternatives). Does not belong here: HTML (`text`), headings (`sections`), or what recurs
over a company's postings.

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
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from importlib import resources
from typing import Literal, NamedTuple, cast

import re2

from warehouse.normalise.sections import Sentence, find_sections, section_said, sentence_around
from warehouse.normalise.spans import compile_pattern, encode, find_spans, make_options, word_set
from warehouse.normalise.types import Mention

Kind = Literal["framework", "skill"]

_OPTIONAL_SPACE = r"[\s_\-\x{a0}\x{2010}-\x{2013}]?"
# The first month in which a bare "Torch" means PyTorch (labelling guide of the gold set)
_TORCH_IS_PYTORCH_SINCE = "2018-01"
_SLIPS = re.compile(r"~([a-z]+)")
_PHRASE = re.compile(r"<(\w+)>")
_LONGEST_ALIAS = 80  # characters
_CONTEXT = 160  # characters of context that a gate's refusals see
_ZERO_WIDTH = re.compile("[\u200b-\u200f\u2060-\u2064\ufeff\u00ad]")

_ADDRESS = re.compile(
    r"[^\s@]+@[^\s@]+\.\w|[\w-]+(?:\.[\w-]+)*\.(?:com|org|io|ai|co|net|dev|app|gg|xyz|ly|me|us|uk"
    r"|de|fr|eu|jobs|careers|tech|so|sh|cloud)(?:[/:?]|$)",
    re.IGNORECASE,
)
_SCHEME = re.compile(r"[A-Za-z]+://|www\.")
_ADDRESS_MARKS = frozenset("/.@-_=?&:")
_TOKEN_EDGES = frozenset("()[]<>\"',;| \t\n\r\f\v\u00a0\u3000")
_TOKEN_EDGE = re.compile(r"[\s()\[\]<>\"',;|]")
_LETTERS = string.ascii_letters

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
_OR_WORDS = word_set("or oder ou")
_ONE_OF = re.compile(r"\b(?:one|any) of(?: \w+){0,3}[:(\s]*$|\beither\s+$", re.IGNORECASE)
_LONGEST_GAP = 16  # characters
_RIVALS = frozenset({"pytorch", "tensorflow", "jax"})
_SLASHED_WITH_RIVALS = _RIVALS | {"keras", "caffe", "theano", "mxnet", "torch7"}

_LONGEST_DENIAL = 90  # characters before a list of names
_LONGEST_PREDICATE = 60  # characters after it
_CLAUSE_START = re.compile(
    r"[.;:!?\n,()–—]|\b(?:but|however|we (?:do )?use|only|(?:our|the) stack|aber|sondern|mais)\b",
    re.IGNORECASE,
)
# A word of every way of denying below; "t" is what is left of "n't"
_NEGATION_WORDS = word_set(
    "no not never without neither nor cannot instead rather place t kein keine keinen keiner keinem"
    " keinerlei nicht ohne statt anstatt pas sans jamais sin over"
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


class _Gate(NamedTuple):
    form: re.Pattern[str] | None  # the spelling, case counted
    vouchers: frozenset[str]  # technologies, or the kinds "framework" and "any"
    reach: int
    words: re2._Regexp | None
    refuse_before: re2._Regexp | None
    unless_before: re2._Regexp | None
    refuse_after: re.Pattern[str] | None
    era: str

    @property
    def wants_evidence(self) -> bool:
        return bool(self.vouchers or self.words)


class _Alias(NamedTuple):
    technology: str
    family: str
    kind: Kind
    gates: tuple[_Gate, ...]


class _Vocabulary(NamedTuple):
    scan: re2._Regexp  # every alias, for its span
    tell: re2.Set  # every alias by number, for what a span's text means
    aliases: tuple[_Alias, ...]


class _Reading(NamedTuple):
    """What one spelling may mean: only the gates that this spelling can pass are left."""

    alias: _Alias
    is_certain: bool
    by_itself: tuple[_Gate, ...]  # gates that ask for no evidence
    by_evidence: tuple[_Gate, ...]


class _Hit(NamedTuple):
    alias: _Alias
    start: int
    end: int


def find_mentions(text: str, *, title: str = "", month: str | None = None) -> list[Mention]:
    """Find the technologies that a posting names.

    Args:
        text: Plain text (`warehouse.normalise.text.to_text`); spans are offsets in it.
        title: The posting's title, as context only: what it alone names is no mention.
        month: "YYYY-MM" of the posting, which decides what a bare "Torch" means.

    Returns:
        Mentions by start; a spelling that means two technologies ("tf.keras") gives two.
    """
    data = encode(text)
    spans = _scan(text, data)
    if not spans:
        return []
    strong: list[_Hit] = []
    weak: list[tuple[int, int, list[_Reading]]] = []
    addresses = _Addresses(text)
    for start, end in spans:
        if (
            text[end : end + 1] in _ADDRESS_MARKS or text[start - 1 : start] in _ADDRESS_MARKS
        ) and addresses.hold(start, end):
            continue
        unsettled = []
        for reading in _read(text[start:end]):
            if reading.is_certain or (
                reading.by_itself
                and not all(_is_refused(gate, text, start, end) for gate in reading.by_itself)
            ):
                strong.append(_Hit(reading.alias, start, end))
            elif reading.by_evidence:
                unsettled.append(reading)
        if unsettled:
            weak.append((start, end, unsettled))
    hits = strong
    if weak:
        is_old = _is_before_pytorch(month, spans, text)
        evidence = _Evidence(text, title, strong, is_old=is_old)
        vouched = []
        for start, end, readings in weak:
            nearest = [
                (distance, reading.alias.kind, number)  # of two as near, the framework
                for number, reading in enumerate(readings)
                if (distance := evidence.distance(reading, start, end)) is not None
            ]
            if nearest:
                vouched.append(_Hit(readings[min(nearest)[2]].alias, start, end))
        if vouched:
            hits = sorted(strong + vouched, key=_start)
    return _with_context(text, data, hits) if hits else []


def _scan(text: str, data: bytes) -> list[tuple[int, int]]:
    """Return the spans of all aliases."""
    scan = _vocabulary().scan
    if len(data) == len(text):
        return find_spans(scan, data, is_ascii=True)
    if not _zero_width().search(data):
        return find_spans(scan, data, is_ascii=False)
    offsets = [i for i, character in enumerate(text) if not _ZERO_WIDTH.match(character)]
    bare = encode("".join([text[i] for i in offsets]))
    spans = find_spans(scan, bare, is_ascii=len(bare) == len(offsets))
    return [(offsets[start], offsets[end - 1] + 1) for start, end in spans]


class _Addresses:
    """Web and mail addresses of a text: what they hold is no mention.

    To be asked about spans in the order of the text; each token is then read once.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._first = self._last = 0  # the token that was read last
        self._begins: int | None = None  # where in it an address begins

    def hold(self, start: int, end: int) -> bool:
        """Say whether a span is part of an address."""
        text = self._text
        is_after_mark = start > 0 and text[start - 1] in _ADDRESS_MARKS
        is_before_mark = end < len(text) and text[end] in _ADDRESS_MARKS
        if not is_after_mark:
            if not is_before_mark:
                return False
            if end + 1 == len(text) or text[end + 1] in _TOKEN_EDGES:
                return False  # a full stop
        if end > self._last:
            self._read_token(start, end)
        return self._begins is not None and start >= self._begins

    def _read_token(self, start: int, end: int) -> None:
        text, first = self._text, start
        while first > self._last and text[first - 1] not in _TOKEN_EDGES:
            first -= 1
        edge = _TOKEN_EDGE.search(text, end)
        self._last = edge.start() if edge else len(text)
        token = text[first : self._last]
        self._begins = None
        scheme = min((i for i in (token.find("://"), token.find("www.")) if i >= 0), default=None)
        if scheme is not None:
            self._begins = first + len(token[:scheme].rstrip(_LETTERS))
        elif ("." in token) and (address := _ADDRESS.match(token)):
            # "spaCy.io" and "fast.ai" are names
            is_name = "@" not in address[0] and "/" not in token
            self._begins = first + is_name


@lru_cache(maxsize=8192)
def _read(surface: str) -> tuple[_Reading, ...]:
    """Return what a matched spelling may mean, each technology once, gateless readings first."""
    vocabulary = _vocabulary()
    bare = _ZERO_WIDTH.sub("", surface)
    found: dict[str, _Alias] = {}
    for number in vocabulary.tell.Match(encode(bare)):
        alias = vocabulary.aliases[number]
        if alias.technology not in found or not alias.gates:
            found[alias.technology] = alias
    readings = []
    for alias in found.values():
        gates = [gate for gate in alias.gates if not gate.form or gate.form.fullmatch(bare)]
        if gates or not alias.gates:
            readings.append(
                _Reading(
                    alias=alias,
                    is_certain=not alias.gates,
                    by_itself=tuple(gate for gate in gates if not gate.wants_evidence),
                    by_evidence=tuple(gate for gate in gates if gate.wants_evidence),
                )
            )
    return tuple(readings)


def _is_refused(gate: _Gate, text: str, start: int, end: int) -> bool:
    if gate.refuse_before:
        before = encode(text[max(0, start - _CONTEXT) : start])
        if gate.refuse_before.search(before) and not (
            gate.unless_before and gate.unless_before.search(before)
        ):
            return True
    return bool(gate.refuse_after and gate.refuse_after.match(text, end, end + _CONTEXT))


class _Evidence:
    """What vouches for weak aliases: the strong hits of a text, and words near them."""

    def __init__(self, text: str, title: str, strong: Sequence[_Hit], *, is_old: bool) -> None:
        self._text = text
        self._title = title
        self._is_old = is_old
        self._named: dict[str, list[_Hit]] = {"any": list(strong)}
        for hit in strong:
            self._named.setdefault(hit.alias.technology, []).append(hit)
            self._named.setdefault(hit.alias.kind, []).append(hit)

    def distance(self, reading: _Reading, start: int, end: int) -> int | None:
        """Return how many characters away the nearest voucher of a weak alias is, None without."""
        nearest: list[int] = []
        for gate in reading.by_evidence:
            if gate.era and (gate.era == "before pytorch") != self._is_old:
                continue
            reach = gate.reach or len(self._text)
            distances = [d for d in self._of_hits(gate.vouchers, start, end) if d <= reach]
            if gate.words:
                distances += self._of_words(gate.words, reach, start, end)
                if not distances and not gate.reach and gate.words.search(encode(self._title)):
                    distances.append(len(self._text))
            if distances and not _is_refused(gate, self._text, start, end):
                nearest.append(min(distances))
        return min(nearest, default=None)

    def _of_hits(self, vouchers: frozenset[str], start: int, end: int) -> Iterator[int]:
        for name in vouchers:
            hits = self._named.get(name, ())
            following = bisect_right(hits, start, key=_start)
            if following:
                yield max(0, start - hits[following - 1].end)
            if following < len(hits):
                yield max(0, hits[following].start - end)

    def _of_words(self, words: re2._Regexp, reach: int, start: int, end: int) -> Iterator[int]:
        after = encode(self._text[end : end + reach])
        if found := words.search(after):
            yield found.start()
        before = encode(self._text[max(0, start - reach) : start])
        for _, last in find_spans(words, before, is_ascii=True)[-1:]:
            yield len(before) - last


def _start(hit: _Hit) -> int:
    return hit.start


def _is_before_pytorch(month: str | None, spans: Iterable[tuple[int, int]], text: str) -> bool:
    if month:
        return month < _TORCH_IS_PYTORCH_SINCE
    named = {reading.alias.technology for start, end in spans for reading in _read(text[start:end])}
    return bool({"theano", "caffe"} & named) and not {"jax", "onnx", "huggingface"} & named


def _with_context(text: str, data: bytes, hits: Sequence[_Hit]) -> list[Mention]:
    sections = find_sections(text, data)
    starts = [start for start, _ in sections]
    mentions: list[Mention] = []
    sentence: Sentence | None = None
    for members, is_choice in _lists(text, hits):
        first, last = members[0].start, members[-1].end
        if not sentence or last > sentence.last:
            sentence = sentence_around(text, first, last)
        words = sentence.words
        is_alternative = is_choice or _offers_choice(text, first, last, words)
        is_negated = not _NEGATION_WORDS.isdisjoint(words) and _is_negated(text, first, last)
        is_one_line = len(members) == 1 or text.find("\n", first, last) < 0
        said = section_said(text, sentence, first, last) if is_one_line else None
        for alias, start, end in members:
            section = sections[bisect_right(starts, start) - 1][1]
            if section in ("requirements", "other"):
                if not is_one_line:
                    said = section_said(text, sentence_around(text, start, end), start, end)
                if said == "preferred" or (said and section == "other"):
                    section = said
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
    return mentions


def _lists(text: str, hits: Sequence[_Hit]) -> Iterator[tuple[list[_Hit], bool]]:
    """Yield runs of mentions that stand in one list, and whether a word in it offers a choice."""
    members = [hits[0]]
    joints: list[str] = []
    for hit in hits[1:]:
        last = members[-1]
        gap = text[last.end : min(hit.start, last.end + _LONGEST_GAP + 1)]
        if len(gap) <= _LONGEST_GAP and (joint := _joint(gap)):
            members.append(hit)
            joints.append(joint)
            continue
        yield members, bool(joints) and _is_choice(text, members, joints)
        members, joints = [hit], []
    yield members, bool(joints) and _is_choice(text, members, joints)


def _is_choice(text: str, members: Sequence[_Hit], joints: Sequence[str]) -> bool:
    """Say whether a list has an "or", or is "PyTorch/TensorFlow" rather than "Go / React / JAX"."""
    if "or" in joints:
        return True
    if "slash" not in joints:
        return False
    first, last = members[0].start, members[-1].end
    if text[max(0, first - 2) : first].strip() == "/" or text[last : last + 2].strip() == "/":
        return False
    run = {members[0].alias.family}
    for member, joint in zip(members[1:], joints, strict=True):
        if joint != "slash":
            if _is_rivalry(run):
                return True
            run = set()
        run.add(member.alias.family)
    return _is_rivalry(run)


def _is_rivalry(families: set[str]) -> bool:
    """Say whether what slashes join are frameworks that one would choose from."""
    return len(families & _RIVALS) > 1 and families <= _SLASHED_WITH_RIVALS


@lru_cache(maxsize=16384)
def _joint(gap: str) -> Literal["list", "or", "slash"] | None:
    """Say how two names stand in one list, None where they don't."""
    if not _LIST_GAP.fullmatch(gap):
        return None
    if _OR.search(gap):
        return "or"
    return "slash" if gap.strip() == "/" else "list"


def _offers_choice(text: str, start: int, end: int, words: Sequence[bytes]) -> bool:
    before = text[max(0, start - 50) : start]
    return bool(
        (not _OR_WORDS.isdisjoint(words) and _OR_SIMILAR.match(text, end, end + 40))
        or ((" of" in before or "ither" in before) and _ONE_OF.search(before))
    )


def _is_negated(text: str, start: int, end: int) -> bool:
    """Say whether the clause before or the predicate after a list of names denies it."""
    clause = text[max(0, start - _LONGEST_DENIAL) : start]
    for boundary in list(_CLAUSE_START.finditer(clause))[-1:]:
        clause = clause[boundary.end() :]
    if _NEGATION.search(clause) and not _UNNEGATED.search(clause):
        return True
    return bool(_NEGATED_AFTER.match(text, end, end + _LONGEST_PREDICATE))


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
                kind=cast("Kind", row["kind"]),
                gates=tuple(gates[row["gate"]]) if row["gate"] else (),
            )
        )
    tell.Compile()
    scan = compile_pattern(rf"\b(?:{'|'.join(bounded)})\b|{'|'.join(glued)}", longest=True)
    return _Vocabulary(scan, tell, tuple(aliases))


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


def _compiled(pattern: str) -> re.Pattern[str] | None:
    return re.compile(f"(?:{pattern})", re.IGNORECASE) if pattern else None


def _ending(pattern: str) -> re2._Regexp | None:
    """Compile what must stand right before something; RE2 reads such a pattern from its end."""
    return compile_pattern(f"(?:{pattern})$") if pattern else None


@cache
def _zero_width() -> re2._Regexp:
    return compile_pattern(_ZERO_WIDTH.pattern)
