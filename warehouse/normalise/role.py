"""What kind of work a posting is for: an ML job or not, job family, level.

Belongs here: reading titles, departments and the duties that a text names. Does not belong here:
frameworks. Their names must not decide what counts as an ML job, or their shares among ML jobs
would be circular: no table that this module reads holds one. Words live in `vocabulary`:
`role_terms.csv` (title to family), `ml_topics.csv` (what turns an engineer's title into an ML one),
`ml_duties.csv` (what a text says of ML work), `level_terms.csv`.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from importlib.resources import files
from itertools import islice
from typing import Final, NamedTuple, cast

import re2

from warehouse.normalise.types import Family, Level, Role


class _Term(NamedTuple):
    group: str
    family: Family
    evidence: int | None  # ML duties the text must name for an ML job; None: never one


class _TitleRole(NamedTuple):
    """What a title (with department and team) alone says."""

    family: Family
    evidence: int | None
    family_if_ml: Family
    level: Level | None


class _Part(NamedTuple):
    """What one part of a title says: the words between two separators."""

    words: str
    term: _Term | None  # the kind of work it names
    topic: _Term | None  # what it says of ML: the topic that needs the fewest duties
    level: int | None  # position in `_LEVELS`
    is_whole_role: bool  # "senior backend engineer", not "backend" or "remote"
    is_any_staff: bool  # "member of technical staff", who may do any technical work


# RE2 builds its automaton as texts ask for it, and starts anew when this is full.
_MAX_MEMORY_BYTES: Final = 64 * 2**20
# Titles repeat, and their parts ("remote", "backend engineer") repeat across titles.
_TITLES_KEPT: Final = 32_768
_PARTS_KEPT: Final = 32_768
# The first decides where a title has several: "Senior Director", "Staff Engineering Manager".
_LEVELS: Final[tuple[Level, ...]] = (
    "intern", "executive", "manager", "staff", "senior", "junior", "mid",
)  # fmt: skip
_MAX_TITLE_CHARS: Final = 1_000  # of a post with many jobs; the caches keep whole titles
_MAX_UNIT_CHARS: Final = 200
_LEADERS: Final = frozenset({"manager", "executive"})
_ML_FAMILIES: Final = frozenset({"research", "ml_engineer", "ml_platform", "data_scientist"})
_TECHNICAL: Final = _ML_FAMILIES | {"software_engineer", "data_engineer", "hardware"}
_IF_ML: Final[dict[Family, Family]] = {"software_engineer": "ml_engineer", "operations": "research"}
# The department of people who make models; engineers in it need fewer duties in their text.
_ML_DEPARTMENT = re.compile(
    r"^(?:(?:applied )?(?:ml|machine learning|ai|ai/ml|ml/ai|deep learning)"
    r"(?: (?:engineering|research|team|science))?|modell?ing|models?"
    r"|research(?: (?:&|and) \w+)?|(?:core|applied) research"
    r"|technical staff - ml|machine perception|computer vision|perception|nlp|data science"
    r"|applied-ml)$"
)
_ML_DEPARTMENT_EVIDENCE: Final = 4
# Topics that make work ML which is told with them: a researcher's, a compiler engineer's.
_TOPIC_EVIDENCE: Final[dict[Family, int]] = {"research": 3, "ml_platform": 0}


def classify_role(title: str, text: str, *, department: str = "", team: str = "") -> Role:
    """Say what kind of work a posting is for.

    The title decides first, then department and team, then the number of distinct ML duties
    (training, serving, evaluating, … models) that the text names. Names of frameworks have no
    influence.

    Args:
        title: Title as the board says it, several roles in one string included.
        text: The posting as plain text.
        department: The employer's department.
        team: The employer's team.

    Returns:
        Whether it is an ML job, its family and level.
    """
    said = _read_title(
        title[:_MAX_TITLE_CHARS], department[:_MAX_UNIT_CHARS], team[:_MAX_UNIT_CHARS]
    ) or _read_opening(text)
    family, evidence, family_if_ml, level = said
    found = _find_in_text(text) if evidence or level is None else ()
    is_ml = evidence == 0 or (
        evidence is not None
        and len(found) > 0
        and _weigh(found) >= evidence
        # A researcher's subject is often told with the employer's
        and (family == "research" or count_ml_duties(text) >= evidence)
    )
    if is_ml:
        family = family_if_ml
    if level is None:
        level = (found and _asks_for_level(found) and _level_in_text(title, text)) or "mid"
    return _role(is_ml, family, level)


@lru_cache(maxsize=256)  # there are fewer
def _role(is_ml: bool, family: Family, level: Level) -> Role:
    if level in _LEADERS and family in _TECHNICAL:
        family = "management"
    return Role(is_ml=is_ml, family=family, level=level)


# --- tables --------------------------------------------------------------------------------------


def _bytewise() -> re2.Options:
    """Options for patterns over bytes, which are built several times faster than over UTF-8.

    Letters outside ASCII separate words there, and `_fold` leaves no Latin ones.
    """
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    options.log_errors = False
    return options


class _TermSet:
    """Patterns matched together in one pass over the bytes of a text."""

    def __init__(self, patterns: Iterable[str]) -> None:
        options = _bytewise()
        options.max_mem = _MAX_MEMORY_BYTES
        self._set = re2.Set.SearchSet(options)
        for pattern in patterns:
            self._set.Add(pattern)
        self._set.Compile()

    def matches(self, text: bytes) -> list[int]:
        """Positions of the patterns found, from the first."""
        found = self._set.Match(text)
        return sorted(found) if found else []


class _TermFilter:
    """Patterns of which those are tried whose literal pieces a text holds.

    For hundreds of patterns and texts that differ: the automaton of a `_TermSet` is fast where it
    has been, but growing it costs more than trying some twenty patterns.
    """

    def __init__(self, patterns: Iterable[str]) -> None:
        self._filter = re2.Filter()
        for pattern in patterns:
            self._filter.Add(pattern, _bytewise())
        self._filter.Compile()

    def matches(self, text: bytes) -> list[int]:
        """Positions of the patterns found, from the first."""
        return sorted(self._filter.Match(text) or ())


def _rows(table: str) -> list[dict[str, str]]:
    path = files("warehouse.normalise").joinpath("vocabulary", table)
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


def _linear(expression: str) -> re.Pattern[str]:
    """Compile a pattern that is run over whole texts: RE2's time is linear in their length."""
    pattern: re.Pattern[str] = re2.compile(expression)
    return pattern


# A pattern that begins with words of two letters
_SHORT = re.compile(r"(?:\(\?:)?\w\w(?:\|\w\w){0,3}\b")


def _in_part(pattern: str, *, beside: str = "") -> str:
    """A pattern between line ends or characters that are no word's.

    A word boundary fails beside "+" and "#" ("C++ developer"). Anchors become the line ends around
    a part: a set with anchors in it is thirty times slower to build. RE2's filter looks for pieces
    of three letters, so that the edges of shorter words are few enough to be told one by one.
    """
    edge = r"[ \n/-]" if _SHORT.match(pattern) else ""
    before = "\n" if pattern.startswith("^") else edge or rf"[^\w{beside}]"
    after = "\n" if pattern.endswith("$") else edge or rf"[^\w+#{beside}]"
    return f"{before}(?:{_without_accents(pattern.removeprefix('^').removesuffix('$'))}){after}"


@lru_cache(maxsize=1)
def _role_terms() -> tuple[_TermFilter, tuple[_Term, ...]]:
    rows = _rows("role_terms.csv")
    terms = tuple(_term(row["group"], row) for row in rows)
    return _TermFilter(_in_part(row["pattern"]) for row in rows), terms


def _term(group: str, row: dict[str, str]) -> _Term:
    evidence = row["ml_evidence"]
    return _Term(group, cast("Family", row["family"]), int(evidence) if evidence else None)


class _Modifiers(NamedTuple):
    """What titles say beside the kind of work: topics of ML and levels."""

    terms: _TermSet
    meanings: tuple[_Term | int | None, ...]  # topic; position in `_LEVELS`; a word of no level
    no_levels: re.Pattern[str]


@lru_cache(maxsize=1)
def _modifiers() -> _Modifiers:
    topics, levels = _rows("ml_topics.csv"), _rows("level_terms.csv")
    no_levels = "|".join(row["pattern"] for row in levels if row["level"] == "none")
    return _Modifiers(
        _TermSet(
            [_in_part(row["pattern"]) for row in topics]
            + [_in_part(row["pattern"], beside="'") for row in levels]
        ),
        tuple(
            [_term("topic", row) for row in topics]
            + [
                None if row["level"] == "none" else _LEVELS.index(cast("Level", row["level"]))
                for row in levels
            ]
        ),
        re.compile(rf"(?<![\w'])(?:{no_levels})(?![\w'])", re.ASCII),
    )


# Names of frameworks that hold a word of the tables ("Core ML" names ML, "Triton Inference Server"
# inference): taken for a word without meaning, or they would count.
_FRAMEWORK_NAME: Final = (
    r"(?i)\b(?:"
    r"(?:py)?torch[ .-]?(?:vision|audio|text|rec|rl|cuda|nn|optim|lightning|geometric|video)"
    r"|tf[.](?:\w+[.]?)+|tensor ?flow[ -](?:serving|recommenders|agents|datasets|data|model \w+)"
    r"|keras[ -]?(?:core|cv|nlp|hub|tuner|rl)|paddle ?(?:ocr|nlp|detection|seg|serving|rec)"
    r"|core[ -]?ml|create ml|ml[ .]?net|ml kit|open neural network exchange|deep ?learning ?4 ?j"
    r"|tensor ?rt(?:[ -]llm)?|trt[ -]llm|mlx[ -](?:lm|vlm)|fast[.]ai|chainer(?:rl|cv|mn)"
    r"|(?:hugging ?face|hf)(?:['’]s)?[ /-](?:transformers|diffusers|datasets|trl|peft|models)"
    r"|(?:sentence|simple|spacy)[ -]?transformers|transformers[ -](?:library|package)"
    r"|triton[ -]+(?:inference|serving|gpu|kernels?|compiler)(?:[ -]+servers?)?"
    r"|open ?ai(?:['’]s)? triton|ray[ -](?:serve|tune|train|data|rllib|llm)"
    r")\b"
)
_FRAMEWORK_NAMES = _linear(_FRAMEWORK_NAME)


def _without_frameworks(text: str) -> str:
    masked: str = _FRAMEWORK_NAMES.sub("x", _well_formed(text))
    return masked


# --- the title -----------------------------------------------------------------------------------

_GENDER = re.compile(
    r"[(\[|/]?\s*\b(?:[mfwdhxi]|gn|div|all genders?)\s*[/|*,]\s*(?:[mfwdhxi]|nb)\b"
    r"(?:\s*[/|*,]\s*(?:[mfwdhxi]|div|nb|gn|a)\b)*\s*[)\]]?"
    r"|\((?:all genders?|gn|alle geschlechter|fmd|mwd)\)"
    r"|(?<=\w)(?:[:*_]in(?:nen)?|/-?in|\(in\))\b|\bwoman / man / non binary\b"
)
# Copies of an advert and remarks of the employer's own, which say nothing of the role.
_REMARK = re.compile(r"^(?:copy of|archived?|urgent(?:ly)? hiring|(?:we are )?hiring)\b[\s:!-]*")
_ABBREVIATIONS: Final = {
    "sr": "senior",
    "snr": "senior",
    "jr": "junior",
    "jnr": "junior",
    "mgr": "manager",
    "eng": "engineer",
    "engr": "engineer",
    "dev": "developer",
    "devs": "developers",
    "assoc": "associate",
    "dir": "director",
    "engs": "engineers",
}
_ABBREVIATION = re.compile(rf"(?<![.\w])({'|'.join(_ABBREVIATIONS)})\b\.?(?!\w)")
# What must be in a title for one of these to have something to do, in the order of `_repair`.
_NEEDS_REPAIR: Final = (
    _FRAMEWORK_NAME,
    r"\b[mfwdhxi] ?[/|*,]|\b(?:gn|div|all genders?|alle geschlechter|fmd|mwd)\b"
    r"|[:*_(]in(?:nen)?\b|/-?in\b|woman / man",
    r"^(?:copy of|archived?|urgent|we are hiring|hiring)",
    rf"\b(?:{'|'.join(_ABBREVIATIONS)})\b",
)
_SEPARATOR = re.compile(r"[,;|()\[\]–—:•→·]| (?:-|[@+/] |// )|- ")
_OCCUPATIONS: Final = tuple(
    noun + ending
    for ending in ("", "s")
    for noun in (
        "engineer", "developer", "scientist", "programmer", "designer", "architect", "analyst",
        "researcher", "manager",
    )
)  # fmt: skip
# Product and program managers stand beside engineers in titles ("Engineer / Product Manager")
_NO_WHOLE_ROLE: Final = (
    "product manager",
    "product managers",
    "program manager",
    "program managers",
)
# Groups of terms that name a subject as often as an occupation.
_SUBJECTS: Final = frozenset({"finance", "legal", "teaching", "medical", "manual", "other"})
_SUBJECT = re.compile(
    r"(?:(?:enterprise|product|digital|big|customer|business|core|internal|corporate|growth) )?"
    r"(?:marketing|sales|data|products?|growth|design|security|support|customers?|customer success"
    r"|analytics|media|content|brand|events?|commercial|partnerships|community|people|hr|it"
    r"|recruiting|operations|ops|systems|hardware|ux|qa)"
)
# Groups of terms that say little, and the families that a department may make of them: "Operations
# Manager" of the customers, "Analyst" of the data, "Researcher" of the product department.
_LEFT_TO_DEPARTMENT: Final[dict[str, frozenset[Family]]] = {
    "other": frozenset({"go_to_market"}),
    "analyst": frozenset({"go_to_market", "data_engineer", "product_design"}),
    "researcher": frozenset({"product_design"}),
}
_MAKER = re.compile(r"\b(?:engineer|developer|scientist|programmer|designer)s?\b")
# Words before a job's name that say nothing of its kind; parts without them repeat more.
_GRADES: Final = (
    "senior ", "staff ", "principal ", "junior ", "founding ", "experienced ", "full-time ",
    "part-time ", "remote ",
)  # fmt: skip
_GRADE = re.compile(
    rf"\A(?:(?:{'|'.join(_GRADES)})"
    r"(?=\w+ \w|engineer|developer|designer))+"
)
_ANY_STAFF: Final = ("technical staff", " mts")
_PRODUCT_SIDE = re.compile(
    r"\b(?:full[ -]?stack|front[ -]?end|back[ -]?end|mobile|ios|android|react)\b"
)
# "Multiple roles": the text must say which
_ANY_ROLE = re.compile(
    r"(?:hiring )?(?:multiple|various|several|many|all|open|numerous|different|varied)(?: \w+)?"
    r" (?:roles?|positions?|openings?|jobs|opportunities|vacancies|hires)(?: (?:open|available))?"
)
# Letters that no accent makes up, so that decomposing leaves them.
_LETTERS: Final = str.maketrans(
    {"ß": "ss", "ł": "l", "ø": "o", "æ": "ae", "œ": "oe", "đ": "d", "ð": "d", "ı": "i", "’": "'"}
)


def _fold(text: str) -> str:
    lower = text.lower()
    return lower if lower.isascii() else _without_accents(lower.translate(_LETTERS))


def _without_accents(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def _encode(text: str) -> bytes:
    return text.encode("utf-8", "replace")  # half a surrogate pair has no encoding


def _well_formed(text: str) -> str:
    return text if text.isascii() else _encode(text).decode()


@lru_cache(maxsize=1)
def _repairs() -> _TermSet:
    return _TermSet(_NEEDS_REPAIR)


def _normalise(title: str) -> str:
    """Lower case, without accents, remarks of the law and frameworks, abbreviations written out."""
    folded = " ".join(_fold(title).split())
    for repair in _repairs().matches(_encode(folded)):
        if repair == 0:
            folded = _without_frameworks(folded)
        elif repair == 1:
            folded = _GENDER.sub(" ", folded)
        elif repair == 2:
            folded = _REMARK.sub("", folded)
        else:
            folded = _ABBREVIATION.sub(lambda match: _ABBREVIATIONS[match[1]], folded)
    return folded


def _split(normalised: str) -> list[_Part]:
    parts = []
    for piece in _SEPARATOR.split(normalised):
        words = " ".join(piece.split())
        if words:
            parts.append(_read_part(words))
    return parts


@lru_cache(maxsize=_PARTS_KEPT)
def _read_part(words: str) -> _Part:
    terms, meanings, no_levels = _modifiers()
    found = [meanings[index] for index in terms.matches(_line(words))]
    if None in found:
        rest = terms.matches(_line(no_levels.sub("x", words)))
        found = [meaning for meaning in found if not isinstance(meaning, int)]
        found += [meanings[index] for index in rest if isinstance(meanings[index], int)]
    topic: _Term | None = None
    level: int | None = None
    for meaning in found:
        if isinstance(meaning, int):
            level = meaning if level is None else min(level, meaning)
        elif meaning and (topic is None or _evidence(meaning) < _evidence(topic)):
            topic = meaning
    return _Part(
        words,
        _kind_of_work(_GRADE.sub("", words) if words.startswith(_GRADES) else words),
        topic,
        level,
        " " in words and words.endswith(_OCCUPATIONS) and not words.endswith(_NO_WHOLE_ROLE),
        words.endswith(_ANY_STAFF) or words == "mts",
    )


@lru_cache(maxsize=_PARTS_KEPT)
def _kind_of_work(words: str) -> _Term | None:
    filtered, terms = _role_terms()
    found = filtered.matches(_line(words))
    return terms[found[0]] if found else None


def _line(words: str) -> bytes:
    return _encode(f"\n{words}\n")


def _evidence(topic: _Term) -> int:
    return topic.evidence or 0


@lru_cache(maxsize=_TITLES_KEPT)
def _read_title(title: str, department: str, team: str) -> _TitleRole | None:
    normalised = _normalise(title)
    parts = _split(normalised)
    roles = [part for part in parts if part.is_whole_role] if len(parts) > 1 else ()
    if len(roles) > 1:
        # "Backend Engineer, Data Scientist": several jobs in one post
        ml_role = next((part for part in roles if _is_ml(part)), None)
        if ml_role or len(roles) > 2 or len(roles) == len(parts):
            parts = [ml_role or roles[0]]
            normalised = parts[0].words
    level = _level_in_title(parts, normalised)
    head = _head_of_title(parts, normalised)
    units = [part for unit in (department, team) if unit for part in _split(_normalise(unit))]
    if head is None or head.group in _LEFT_TO_DEPARTMENT:
        unit = _head(units)
        if unit and (head is None or unit.family in _LEFT_TO_DEPARTMENT[head.group]):
            head = unit
    if head is None:
        is_told = any(not _ANY_ROLE.fullmatch(part.words) for part in parts)
        return _UNKNOWN._replace(level=level) if is_told else None
    return _with_topic(head, parts, level, units)


def _is_ml(part: _Part) -> bool:
    return part.term is not None and part.term.evidence == 0


def _head_of_title(parts: list[_Part], normalised: str) -> _Term | None:
    """Return the term that decides, where the parts of a title name several."""
    if len(parts) == 1:
        return parts[0].term
    telling = [part for part in parts if not part.is_any_staff]
    # "Engineer, Machine Learning": no part alone says it
    head = _head(telling) or (_read_part(normalised).term if normalised else None)
    if head is None or head.family in _ML_FAMILIES:
        return head
    if len(telling) < len(parts) and any(
        part.topic and part.topic.evidence == 0 for part in telling
    ):
        return _kind_of_work("engineer")  # "Member of Technical Staff, Pre-training"
    if head.group in _SUBJECTS or any(_SUBJECT.fullmatch(part.words) for part in telling[:1]):
        # "Acme Finance - Backend Engineer": the first part is the employer's or the team's name
        head = _head(part for part in telling if _MAKER.search(part.words)) or head
    return head


def _head(parts: Iterable[_Part]) -> _Term | None:
    """Return the term of the first part that names a kind of work."""
    for part in parts:
        if part.term:
            return part.term
    return None


def _with_topic(
    head: _Term, parts: list[_Part], level: Level | None, units: Sequence[_Part] = ()
) -> _TitleRole:
    """Let what the title says of machine learning turn an engineer into an ML one."""
    family, evidence = head.family, head.evidence
    if evidence is None:
        return _TitleRole(family, None, family, level)
    if_ml = _IF_ML.get(family, family)
    if family in ("software_engineer", "ml_engineer"):
        best = _best_topic(parts)
        is_ml_unit = any(_ML_DEPARTMENT.search(unit.words) for unit in units)
        if family == "ml_engineer":
            if best and best.family == "ml_platform":
                if_ml = best.family
        elif (best or is_ml_unit) and (
            (best and best.evidence == 0)
            # Engineers of pages, apps and their services at AI employers: a bare "AI" in the title
            # says what the product is, not what the work is.
            or not _is_product_side(head, parts)
        ):
            if best and _evidence(best) < evidence:
                if_ml, evidence = best.family, _evidence(best)
            if is_ml_unit:
                evidence = min(evidence, _ML_DEPARTMENT_EVIDENCE)
    elif family in _TOPIC_EVIDENCE:
        best = _best_topic([*parts, *units] if family == "research" else parts)
        if best and _evidence(best) <= _TOPIC_EVIDENCE[family]:
            evidence = 0
    if family == "ml_engineer":
        family = "software_engineer"  # an "AI Product Engineer" whose text names no ML duties
    return _TitleRole(if_ml if evidence == 0 else family, evidence, if_ml, level)


def _best_topic(parts: list[_Part]) -> _Term | None:
    topics = [part.topic for part in parts if part.topic]
    return min(topics, key=_evidence) if topics else None


def _is_product_side(head: _Term, parts: list[_Part]) -> bool:
    return head.group == "client_side" or any(_PRODUCT_SIDE.search(part.words) for part in parts)


# --- the level -----------------------------------------------------------------------------------

_SENIOR_OR_STAFF = re.compile(
    r"\bsenior\)? ?(?:/|or|,|&|and|to|\+|-) ?\(?(?:staff|lead|principal)\b"
)


def _level_in_title(parts: list[_Part], normalised: str) -> Level | None:
    if "senior" in normalised and _SENIOR_OR_STAFF.search(normalised):
        return "senior"
    first: _Part | None = None
    level: int | None = None
    for part in parts:
        first = first or (part if part.term else None)
        if part.level is not None and not (first and _leads_others(part, first)):
            level = part.level if level is None else min(level, part.level)
    return None if level is None else _LEVELS[level]


def _leads_others(part: _Part, first: _Part) -> bool:
    """Whether a part is another job's leader: "Backend Engineer, VP of Sales"."""
    is_leader = part.level is not None and _LEVELS[part.level] in _LEADERS
    return is_leader and part.term is not None and part is not first and first.is_whole_role


# "We are looking for a Senior …" where the title is bare. The noun of the title must follow, or a
# colleague or a reader would be meant.
_ASKED_LEVEL: Final = (
    r"\b(?:looking for|seeking|hiring|searching for|looking to hire|recruiting|in search of"
    r"|join us as|joining as|role of|position of|as|need) (?:an?|our|the|another|multiple|several) "
    r"((?:[\w/+-]+ ){0,3}?)(senior|sr\.?|staff|principal|lead|junior|entry[- ]level) "
    r"((?:[\w/&+-]+ ){0,4}[\w/+-]+)"
)
_ASKS_FOR = re.compile(_ASKED_LEVEL)
# "a Member of Technical Staff", "an adviser to senior executives", "an engineer to lead the team",
# but "mid to senior"
_NO_LEVEL_BEFORE = re.compile(
    r"(?:technical|(?<!mid )(?<!level )(?<!intermediate )(?<!junior )\b(?:to|with|for|of|by|who)) $"
)
_NO_LEVEL_AFTER = re.compile(r"(?:at|during|for|on|of|in|the|our|an?|to)\b")  # "the lead at events"
_TEXT_LEVELS: Final[dict[str, Level]] = {
    "senior": "senior",
    "sr": "senior",
    "staff": "staff",
    "principal": "staff",
    "lead": "staff",
    "junior": "junior",
}
_OPENING_CHARS: Final = 3_000  # the sentence that introduces the role stands near the top


def _level_in_text(title: str, text: str) -> Level | None:
    no_levels = _modifiers().no_levels
    nouns = {word for word in _fold(title).split() if len(word) > 3}
    for before, word, after in _ASKS_FOR.findall(text[:_OPENING_CHARS].lower()):
        is_level = not (
            _NO_LEVEL_BEFORE.search(before)
            or _NO_LEVEL_AFTER.match(after)
            or no_levels.match(f"{word} {after}")  # "a Lead Generation Manager"
        )
        if is_level and nouns.intersection(after.split()):
            return _TEXT_LEVELS.get(word.rstrip("."), "junior")
    return None


# --- the text ------------------------------------------------------------------------------------

_ABOUT_THE_ROLE = re.compile(
    r"^\W*(?:about (?:the|this|your) (?:role|job|position|opportunity|team)"
    r"|the (?:role|job|position|opportunity)|role overview|role summary|overview"
    r"|job (?:description|summary)|(?:key )?responsibilities"
    r"|what you(?:['’]ll| will|'re going to| get to)"
    r"|your (?:role|mission|tasks|responsibilities|impact)|in this role|as (?:an?|our) )",
    re.IGNORECASE | re.MULTILINE,
)


# An occupation in running text, with what stands before it. A text is seldom of its first words:
# "helps designers …", "our engineers …" are told too.
_OCCUPATION = _linear(
    r"(?i)(?:[\w+#.&/-]+ ){0,3}?(?:[\w+#.&/-]*(?:engineer|developer|scientist|programmer|designer"
    r"|architect|analyst|researcher|manager|recruiter|marketer|technician|administrator)s?"
    r"|(?:devs?|hackers?|sysadmins?|interns?|assistant|representatives?))\b"
)
_MAX_OCCUPATIONS: Final = 3
_OPENING_EVIDENCE: Final = 3
_UNTITLED_CHARS: Final = 600
_TECHNICAL_WORK = _linear(
    r"(?:[Ss]oftware|[Ee]ngineering|[Dd]evelopment|[Pp]rogramming|[Cc]oding|[Mm]achine learning)\b"
)
_UNKNOWN: Final = _TitleRole("operations", None, "operations", None)
_UNTITLED_ENGINEER: Final = _TitleRole("software_engineer", 7, "ml_engineer", None)


class _TextTerms(NamedTuple):
    """What is looked for in texts: the duties, and after them two kinds of phrases."""

    terms: _TermSet
    weights: tuple[int, ...]  # of the duties
    framework: int
    asked_level: int


@lru_cache(maxsize=1)
def _text_terms() -> _TextTerms:
    rows = _rows("ml_duties.csv")
    duties = [rf"(?i)\b(?:{row['pattern']})\b" for row in rows]
    return _TextTerms(
        _TermSet([*duties, _FRAMEWORK_NAME, f"(?i){_ASKED_LEVEL}"]),
        tuple(int(row["weight"]) for row in rows),
        framework=len(rows),
        asked_level=len(rows) + 1,
    )


def _find_in_text(text: str) -> list[int]:
    """Positions of the text terms that a text holds when its names of frameworks are masked."""
    terms, _, framework, _ = _text_terms()
    found = terms.matches(_encode(text))
    if framework in found:
        found = terms.matches(_encode(_without_frameworks(text)))
    return found


def _weigh(found: Sequence[int]) -> int:
    if not found:
        return 0
    weights = _text_terms().weights
    return sum(weights[index] for index in found if index < len(weights))


def _asks_for_level(found: Sequence[int]) -> bool:
    return _text_terms().asked_level in found


def count_ml_duties(text: str, *, with_employer: bool = False) -> int:
    """Count the distinct kinds of machine-learning work that a text names.

    Args:
        text: A posting as plain text.
        with_employer: Whether to count the employer's own story too, which is what stands before
            the first heading of the role.

    Returns:
        The sum of the weights of the rows of `ml_duties.csv` found; nearly all weigh 1.
    """
    start = None if with_employer else _ABOUT_THE_ROLE.search(text)
    return _weigh(_find_in_text(text[start.start() :] if start else text))


def _read_opening(text: str) -> _TitleRole:
    """Read a posting without a title by the occupations that it names first, and by its duties."""
    opening = _well_formed(text[:_UNTITLED_CHARS])
    named = (
        _read_part(_normalise(match[0]))
        for match in islice(_OCCUPATION.finditer(opening), _MAX_OCCUPATIONS)
    )
    said = [
        _with_topic(part.term, [part], None if part.level is None else _LEVELS[part.level])
        for part in named
        if part.term
    ]
    if not said:
        is_technical = _TECHNICAL_WORK.search(opening) is not None
        said = [_UNTITLED_ENGINEER if is_technical else _UNKNOWN]
    first = next((role for role in said if role.evidence == 0), said[0])
    if first.evidence is None:
        return first
    # It may be a colleague's
    evidence = max(first.evidence, _OPENING_EVIDENCE)
    family: Family = "software_engineer" if first.family in _ML_FAMILIES else first.family
    return first._replace(family=family, evidence=evidence)
