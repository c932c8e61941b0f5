"""Frameworks and skills named in a posting, with where and how they are named.

Belongs here: finding the aliases of `vocabulary/technologies.csv`, deciding by
`vocabulary/gates.csv` whether a doubtful one means the technology, and reading its stance (negated,
one of alternatives). Does not belong here: HTML (`text`), headings (`sections`), or what recurs
over a company's postings.

In an alias a space stands for an optional space, hyphen or underscore, and a leading or trailing
`*` for a side that may be glued to other letters; everything else is RE2 syntax. An alias without
gate is taken wherever it stands. A gate's rows are alternatives; one that asks for evidence
(`vouchers` or `words` within `reach` characters, 0 for anywhere in text or title) makes the alias
weak: it needs a strong alias or a word beside it and vouches for no other. `form` is the spelling
with its case, `refuse_before` and `refuse_after` are the homonyms' surroundings, and `era` limits a
row to postings from before or since a bare "Torch" meant PyTorch.
"""

from __future__ import annotations

import csv
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from importlib import resources
from typing import Literal, NamedTuple, cast

import re2

from warehouse.normalise.sections import find_sections, find_welcomes, section_at
from warehouse.normalise.types import Mention

Kind = Literal["framework", "skill"]

_OPTIONAL_SPACE = r"[\s_\-\x{a0}\x{2010}-\x{2013}]?"
_DFA_MEMORY = 64 << 20  # bytes; the default of 8 MiB makes RE2 rebuild its states all the time
# The first month in which a bare "Torch" means PyTorch (labelling guide of the gold set)
_TORCH_IS_PYTORCH_SINCE = "2018-01"
_LONGEST_ALIAS = 80  # characters
_CONTEXT = 160  # characters of context that a gate's refusals see
_ZERO_WIDTH = re.compile("[\u200b-\u200f\u2060-\u2064\ufeff\u00ad]")

_ADDRESS = re.compile(
    r"\S+@\S+\.\w|[\w-]+(?:\.[\w-]+)*\.(?:com|org|io|ai|co|net|dev|app|gg|xyz|ly|me|us|uk"
    r"|de|fr|eu|jobs|careers|tech|so|sh|cloud)(?:[/:?]|$)",
    re.IGNORECASE,
)
_SCHEME = re.compile(r"[A-Za-z]+://|www\.")
_ADDRESS_MARKS = frozenset("/.@-_=?&:")
_TOKEN_EDGE = re.compile(r"[\s()\[\]<>\"',;|]")

# Between two members of one list: "PyTorch, TensorFlow (or JAX)", "PyTorch / TensorFlow"
_LIST_GAP = re.compile(
    r"[ \t,/&+|()*·•-]*(?:\n[ \t]*)?(?:(?:and/or|and|or|nor|und|oder|et|ou|with|w/)\b)?[ \t,/&(*]*",
    re.IGNORECASE,
)
_OR = re.compile(r"\b(?:or|oder|ou)\b|and/or", re.IGNORECASE)
_OR_SIMILAR = re.compile(
    r"[\s,()/]*(?:or|oder|ou)\s+(?:similar|equivalent|comparable|other|another|any|some|vergleichbar"
    r"|ähnlich|équivalent|autre)",
    re.IGNORECASE,
)
_ONE_OF = re.compile(r"\b(?:one|any) of(?: \w+){0,3}[:(\s]*$|\beither\s+$", re.IGNORECASE)
_RIVALS = frozenset({"pytorch", "tensorflow", "jax"})

_CLAUSE_START = re.compile(
    r"[.;:!?\n,()–—]|\b(?:but|however|we (?:do )?use|only|(?:our|the) stack|aber|sondern|mais)\b",
    re.IGNORECASE,
)
# Cheap to look for, and most clauses have none of them
_NEGATION_CUES = (
    *("no", "n't", "n’t", "ever", "either", "without", "instead", "rather", "place of", " over "),
    *("kein", "nicht", "ohne", "statt", "pas ", "sans ", "jamais"),
)
_NEGATION = re.compile(
    r"\b(?:(?:no|not|never|without|neither|nor|cannot|\w+n['’]t|instead of|rather than|in place of"
    r"|kein\w*|nicht|ohne|statt|anstatt|pas|sans|jamais)\b(?!-)(?![ ]*(?:only|just|limited|merely"
    r"|necessarily|matter|nur|seulement|afraid|required|sure|yet|to mention|be surprised)\b)"
    r"|(?:prefer|chose|choose|picked|favou?r)\b.{0,30}\bover\b)(?: using\b)?"
    r"(?:\W+(?!(?:using|via|through)\b)[\w'’-]+){0,5}\W*$",
    re.IGNORECASE,
)
_UNNEGATED = re.compile(
    r"\b(?:if|whether|unless|even)\b.{0,30}(?:n['’]t|\bno|\bnot)\b"
    r"|\bno (?:fear|problem|stranger|doubt)|why not\b"
    r"|(?:n['’]t|not) (?:be afraid|hesitate|worry|forget|mind|wait)\b",
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
    words: re.Pattern[str] | None
    refuse_before: re.Pattern[str] | None
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
    spans = list(_scan(text))
    if not spans:
        return []
    strong: list[_Hit] = []
    weak: list[tuple[int, int, list[_Alias]]] = []
    for start, end in spans:
        surface = text[start:end]
        unsettled = []
        for alias in _read(surface):
            if not alias.gates or _stands_alone(alias, text, start, end):
                strong.append(_Hit(alias, start, end))
            elif any(gate.wants_evidence for gate in alias.gates):
                unsettled.append(alias)
        if unsettled:
            weak.append((start, end, unsettled))
    hits = strong
    if weak:
        is_old = _is_before_pytorch(month, spans, text)
        vouched = []
        for start, end, aliases in weak:
            distances = [_evidence(a, text, title, start, end, strong, is_old) for a in aliases]
            nearest = min((d for d in distances if d is not None), default=None)
            if nearest is not None:
                vouched.append(_Hit(aliases[distances.index(nearest)], start, end))
        hits = sorted(strong + vouched, key=lambda hit: hit.start)
    return _with_context(text, hits)


def _scan(text: str) -> Iterator[tuple[int, int]]:
    """Yield the spans of all aliases, addresses left out."""
    if text.isascii():
        folded, offsets = text, None
    else:
        folded, offsets = _fold(text)
    encoded = folded.encode()
    is_ascii = len(encoded) == len(folded)
    done_bytes = done = 0
    for match in _vocabulary().scan.finditer(encoded):
        start, end = match.span()
        if not is_ascii:
            first = done + len(encoded[done_bytes:start].decode())
            done_bytes, done = end, first + len(encoded[start:end].decode())
            start, end = first, done
        if offsets:
            start, end = offsets[start], offsets[end - 1] + 1
        if not _in_address(text, start, end):
            yield start, end


def _fold(text: str) -> tuple[str, list[int] | None]:
    """Drop zero-width characters; the offsets lead back, None where nothing was dropped."""
    if not _ZERO_WIDTH.search(text):
        return text, None
    offsets = [i for i, character in enumerate(text) if not _ZERO_WIDTH.match(character)]
    return "".join([text[i] for i in offsets]), offsets


def _in_address(text: str, start: int, end: int) -> bool:
    before, after = text[start - 1 : start], text[end : end + 1]
    if (not before or before not in _ADDRESS_MARKS) and (not after or after not in _ADDRESS_MARKS):
        return False
    first = start
    while first > 0 and not _TOKEN_EDGE.match(text[first - 1]):
        first -= 1
    edge = _TOKEN_EDGE.search(text, end)
    token = text[first : edge.start() if edge else len(text)]
    if scheme := _SCHEME.search(token):
        return start - first >= scheme.start()
    address = _ADDRESS.match(token)
    if not address:
        return False
    if first == start and "@" not in address[0]:
        return "/" in token  # "spaCy.io" and "fast.ai" are names
    return True


@lru_cache(maxsize=8192)
def _read(surface: str) -> tuple[_Alias, ...]:
    """Return what a matched spelling may mean, each technology once, gateless readings first."""
    vocabulary = _vocabulary()
    bare = _ZERO_WIDTH.sub("", surface)
    found: dict[str, _Alias] = {}
    for number in vocabulary.tell.Match(bare):
        alias = vocabulary.aliases[number]
        if alias.technology not in found or not alias.gates:
            found[alias.technology] = alias
    return tuple(found.values())


def _stands_alone(alias: _Alias, text: str, start: int, end: int) -> bool:
    return any(
        not gate.wants_evidence and not _is_refused(gate, text, start, end) for gate in alias.gates
    )


def _is_refused(gate: _Gate, text: str, start: int, end: int) -> bool:
    if gate.form and not gate.form.fullmatch(text, start, end):
        return True
    if gate.refuse_before and gate.refuse_before.search(text[max(0, start - _CONTEXT) : start]):
        return True
    return bool(gate.refuse_after and gate.refuse_after.match(text, end, end + _CONTEXT))


def _evidence(
    alias: _Alias,
    text: str,
    title: str,
    start: int,
    end: int,
    strong: Sequence[_Hit],
    is_old: bool,
) -> int | None:
    """Distance in characters of the nearest thing that vouches for a weak alias, None without."""
    nearest: int | None = None
    for gate in alias.gates:
        if gate.era and (gate.era == "before pytorch") != is_old:
            continue
        if not gate.wants_evidence or _is_refused(gate, text, start, end):
            continue
        reach = gate.reach or len(text)
        # Spans are short: a hit that reaches into the window begins little before it
        nearby = slice(
            bisect_left(strong, start - reach - _LONGEST_ALIAS, key=_start),
            bisect_right(strong, end + reach, key=_start),
        )
        for hit in strong[nearby]:
            distance = max(hit.start - end, start - hit.end, 0)
            if (
                distance <= reach
                and (nearest is None or distance < nearest)
                and _vouches(hit.alias, gate.vouchers)
            ):
                nearest = distance
        if gate.words:
            first = max(0, start - reach)
            for word in gate.words.finditer(text, first, end + reach):
                distance = max(word.start() - end, start - word.end(), 0)
                is_itself = word.start() < end and word.end() > start
                if not is_itself and (nearest is None or distance < nearest):
                    nearest = distance
            if nearest is None and not gate.reach and gate.words.search(title):
                nearest = len(text)
    return nearest


def _start(hit: _Hit) -> int:
    return hit.start


def _vouches(alias: _Alias, vouchers: frozenset[str]) -> bool:
    return alias.technology in vouchers or alias.kind in vouchers or "any" in vouchers


def _is_before_pytorch(month: str | None, spans: Iterable[tuple[int, int]], text: str) -> bool:
    if month:
        return month < _TORCH_IS_PYTORCH_SINCE
    named = {alias.technology for start, end in spans for alias in _read(text[start:end])}
    return bool({"theano", "caffe"} & named) and not {"jax", "onnx", "huggingface"} & named


def _with_context(text: str, hits: Sequence[_Hit]) -> list[Mention]:
    mentions: list[Mention] = []
    if not hits:
        return mentions
    sections = find_sections(text)
    welcomes = find_welcomes(text)
    for members, is_alternative in _lists(text, hits):
        is_negated = _is_negated(text, members[0].start, members[-1].end)
        for alias, start, end in members:
            section = section_at(sections, start)
            if section in ("requirements", "other") and any(
                first <= start < last for first, last in welcomes
            ):
                section = "preferred"
            mentions.append(
                Mention(
                    technology=alias.technology,
                    family=alias.family,
                    kind=alias.kind,
                    surface=text[start:end],
                    start=start,
                    end=end,
                    section=section,
                    is_negated=is_negated,
                    is_alternative=is_alternative,
                )
            )
    return mentions


def _lists(text: str, hits: Sequence[_Hit]) -> Iterator[tuple[list[_Hit], bool]]:
    """Yield runs of mentions that stand in one list, and whether it offers a choice."""
    members: list[_Hit] = []
    is_choice = False
    for hit in hits:
        if members:
            last = members[-1]
            gap = text[last.end : hit.start]
            if len(gap) <= 16 and _LIST_GAP.fullmatch(gap):
                slashed = gap.strip() == "/" and hit.alias.family != last.alias.family
                is_choice |= bool(_OR.search(gap)) or (
                    slashed and {hit.alias.family, last.alias.family} <= _RIVALS
                )
                members.append(hit)
                continue
            yield members, is_choice or _offers_choice(text, members)
        members, is_choice = [hit], False
    if members:
        yield members, is_choice or _offers_choice(text, members)


def _offers_choice(text: str, members: Sequence[_Hit]) -> bool:
    start, end = members[0].start, members[-1].end
    before = text[max(0, start - 50) : start]
    return bool(
        _OR_SIMILAR.match(text, end, end + 40)
        or ((" of" in before or "ither" in before) and _ONE_OF.search(before))
    )


def _is_negated(text: str, start: int, end: int) -> bool:
    """Say whether the clause before or the predicate after a list of names denies it."""
    clause = text[max(0, start - 90) : start]
    lowered = clause.lower()
    if any(cue in lowered for cue in _NEGATION_CUES):
        for boundary in list(_CLAUSE_START.finditer(clause))[-1:]:
            clause = clause[boundary.end() :]
        if _NEGATION.search(clause) and not _UNNEGATED.search(clause):
            return True
    predicate = text[end : end + 60]
    has_cue = "not" in predicate or "n't" in predicate or "n’t" in predicate or "never" in predicate
    return bool(has_cue and _NEGATED_AFTER.match(predicate))


@cache
def _vocabulary() -> _Vocabulary:
    gates: dict[str, list[_Gate]] = {}
    for row in _rows("gates.csv"):
        gates.setdefault(row["gate"], []).append(
            _Gate(
                form=re.compile(row["form"]) if row["form"] else None,
                vouchers=frozenset(row["vouchers"].split()),
                reach=int(row["reach"] or 0),
                words=_compiled(row["words"]),
                refuse_before=_compiled(row["refuse_before"], end="$"),
                refuse_after=_compiled(row["refuse_after"]),
                era=row["era"],
            )
        )
    options = re2.Options()
    options.case_sensitive = False
    options.longest_match = True
    options.never_capture = True
    options.max_mem = _DFA_MEMORY
    tell = re2.Set.FullMatchSet(options)
    bounded, glued, aliases = [], [], []
    for row in _rows("technologies.csv"):
        alias = row["alias"]
        body = re.sub(r" (?![^\[]*\])", lambda _: _OPTIONAL_SPACE, alias.strip("*"))
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
    scan = re2.compile(rf"\b(?:{'|'.join(bounded)})\b|{'|'.join(glued)}", options)
    return _Vocabulary(scan, tell, tuple(aliases))


def _rows(name: str) -> list[dict[str, str]]:
    path = resources.files("warehouse.normalise") / "vocabulary" / name
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


def _compiled(pattern: str, *, end: str = "") -> re.Pattern[str] | None:
    return re.compile(f"(?:{pattern}){end}", re.IGNORECASE) if pattern else None
