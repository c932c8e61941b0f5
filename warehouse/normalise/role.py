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
from functools import lru_cache
from importlib.resources import files
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


# RE2 builds its automaton as texts ask for it, and starts anew when this is full.
_MAX_MEMORY_BYTES: Final = 64 * 2**20
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
    said = _read_title(title.strip(), department.strip(), team.strip())
    if said is None:
        said = _read_opening(text)
    is_ml = said.evidence == 0 or (
        said.evidence is not None
        # A researcher's subject is often told with the employer's
        and count_ml_duties(text, with_employer=said.family == "research") >= said.evidence
    )
    family = said.family_if_ml if is_ml else said.family
    level = said.level or _level_in_text(title, text) or "mid"
    if level in ("manager", "executive") and family in _TECHNICAL:
        family = "management"
    return Role(is_ml=is_ml, family=family, level=level)


# --- tables --------------------------------------------------------------------------------------


def _linear(expression: str) -> re.Pattern[str]:
    """Compile a pattern that is run over whole texts: RE2's time is linear in their length."""
    pattern: re.Pattern[str] = re2.compile(expression)
    return pattern


class _TermSet:
    """Patterns matched together in one pass."""

    def __init__(self, patterns: list[str]) -> None:
        options = re2.Options()
        options.max_mem = _MAX_MEMORY_BYTES
        self._set = re2.Set.SearchSet(options)
        for pattern in patterns:
            self._set.Add(pattern)
        self._set.Compile()

    def matches(self, text: str) -> list[int]:
        return sorted(self._set.Match(text) or ())


def _rows(table: str) -> list[dict[str, str]]:
    path = files("warehouse.normalise").joinpath("vocabulary", table)
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


def _word(pattern: str) -> str:
    # \b fails beside "+" and "#" ("C++ developer"), so that words end at blanks and punctuation
    return rf"(?:^|[^\w])(?:{pattern})(?:$|[^\w+#])"


@lru_cache(maxsize=1)
def _role_terms() -> tuple[_TermSet, tuple[_Term, ...]]:
    rows = _rows("role_terms.csv")
    terms = tuple(_term(row["group"], row) for row in rows)
    return _TermSet([_word(row["pattern"]) for row in rows]), terms


@lru_cache(maxsize=1)
def _topics() -> tuple[_TermSet, tuple[_Term, ...]]:
    rows = _rows("ml_topics.csv")
    return _TermSet([_word(row["pattern"]) for row in rows]), tuple(
        _term("topic", row) for row in rows
    )


def _term(group: str, row: dict[str, str]) -> _Term:
    evidence = row["ml_evidence"]
    return _Term(group, cast("Family", row["family"]), int(evidence) if evidence else None)


@lru_cache(maxsize=1)
def _duties() -> _TermSet:
    return _TermSet([rf"(?i)(?:\b(?:{row['pattern']})\b)" for row in _rows("ml_duties.csv")])


@lru_cache(maxsize=1)
def _level_terms() -> tuple[re.Pattern[str], tuple[tuple[Level, re.Pattern[str]], ...]]:
    by_level: dict[str, list[str]] = {}
    for row in _rows("level_terms.csv"):
        by_level.setdefault(row["level"], []).append(row["pattern"])
    masked = by_level.pop("none")
    return _any_of(masked), tuple(
        (cast("Level", level), _any_of(patterns)) for level, patterns in by_level.items()
    )


def _any_of(patterns: list[str]) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w'])(?:{'|'.join(patterns)})(?![\w'])")


# Names of frameworks that hold a word of the tables ("Core ML" names ML, "Triton Inference Server"
# inference): taken for a word without meaning, or they would count.
_FRAMEWORK_NAMES = _linear(
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


def _without_frameworks(text: str) -> str:
    masked: str = _FRAMEWORK_NAMES.sub("x", text)
    return masked


# --- the title -----------------------------------------------------------------------------------

_GENDER = re.compile(
    r"[(\[|/]?\s*\b(?:[mfwdhxi]|gn|div|all genders?)\s*[/|*,]\s*(?:[mfwdhxi]|nb)\b"
    r"(?:\s*[/|*,]\s*(?:[mfwdhxi]|div|nb|gn|a)\b)*\s*[)\]]?"
    r"|\((?:all genders?|gn|alle geschlechter|fmd|mwd)\)"
    r"|(?<=\w)(?:[:*_]in(?:nen)?|/-?in|\(in\))\b|\bwoman / man / non binary\b"
)
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
_ABBREVIATION = re.compile(rf"\b({'|'.join(_ABBREVIATIONS)})\b\.?")
_SEGMENT = re.compile(r"[,;|()\[\]–—:•→\n]|\s[-@/]+\s|\s-|-\s|\s\|\|\s| - ")
_BLANKS = re.compile(r"\s+")
_WHOLE_ROLE = re.compile(
    r"\w .*(?:engineer|developer|scientist|programmer|designer|architect|analyst|researcher"
    r"|(?<!product )(?<!program )manager)s?$"
)
# Groups of terms that name a subject as often as an occupation.
_SUBJECTS: Final = frozenset({"finance", "legal", "teaching", "medical", "manual", "other"})
_MAKER = re.compile(r"\b(?:engineer|developer|scientist|programmer|designer)s?\b")
_ANY_STAFF = re.compile(r"\b(?:technical staff|mts)$")
_CLIENT_SIDE = re.compile(r"\b(?:full[ -]?stack|front[ -]?end|mobile|ios|android|react)\b")
# Copies of an advert and remarks of the employer's own, which say nothing of the role.
_REMARK = re.compile(r"^(?:copy of|archived?|urgent(?:ly)? hiring|(?:we are )?hiring)\b[\s:!-]*")


def _fold(text: str) -> str:
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.lower())
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def _normalise(title: str) -> str:
    folded = _fold(_without_frameworks(title)).replace("’", "'").replace("ß", "ss")
    folded = _GENDER.sub(" ", folded)
    folded = _REMARK.sub("", folded)
    folded = _ABBREVIATION.sub(lambda match: _ABBREVIATIONS[match[1]], folded)
    return _BLANKS.sub(" ", folded).strip()


@lru_cache(maxsize=65_536)
def _read_title(title: str, department: str, team: str) -> _TitleRole | None:
    normalised = _normalise(title)
    segments = [part.strip() for part in _SEGMENT.split(normalised) if part.strip()]
    roles = [part for part in segments if _WHOLE_ROLE.search(part)]
    if len(roles) > 2 or 1 < len(roles) == len(
        segments
    ):  # "Backend Engineer, Data Scientist": several jobs in one post
        normalised = next((part for part in roles if _is_ml_title(part)), roles[0])
        segments = [normalised]
    level = _level_in_title(normalised)
    head = _head_of_title(segments, normalised)
    if head is None or head.group == "other":
        # "Operations Manager" of the customer department
        head = _head([_normalise(department), _normalise(team)]) or head
    if head is None:
        return _TitleRole("operations", None, "operations", level) if segments else None
    is_ml_department = any(
        _ML_DEPARTMENT.search(_normalise(unit)) for unit in (department, team) if unit
    )
    return _with_topic(head, segments, level, is_ml_department=is_ml_department)


def _is_ml_title(part: str) -> bool:
    head = _head([part])
    return head is not None and head.evidence == 0


def _head_of_title(segments: list[str], normalised: str) -> _Term | None:
    """Return the term that decides, where the parts of a title name several."""
    telling = [part for part in segments if not _ANY_STAFF.search(part)]
    head = _head([*telling, normalised])
    if head is None or head.family in _ML_FAMILIES:
        return head
    if len(telling) < len(segments) and any(topic.evidence == 0 for topic in _topics_in(telling)):
        return _head(["engineer"])  # "Member of Technical Staff, Pre-training"
    if head.group in _SUBJECTS:
        # "Acme Finance - Backend Engineer": the first part is the employer's or the team's name
        head = _head([part for part in telling if _MAKER.search(part)]) or head
    return head


def _head(segments: list[str]) -> _Term | None:
    """Return the term of the first segment that names a kind of work."""
    terms, rows = _role_terms()
    for segment in segments:
        found = terms.matches(segment)
        if found:
            return rows[found[0]]
    return None


def _with_topic(
    head: _Term, segments: list[str], level: Level | None, *, is_ml_department: bool = False
) -> _TitleRole:
    """Let what the title says of machine learning turn an engineer into an ML one."""
    family, evidence = head.family, head.evidence
    if evidence is None:
        return _TitleRole(family, None, family, level)
    if_ml = _IF_ML.get(family, family)
    if family in ("software_engineer", "ml_engineer"):
        topics = _topics_in(segments)
        best = min(topics, key=lambda topic: topic.evidence or 0, default=None)
        needed = (best.evidence or 0) if best else evidence
        # Engineers of pages and apps at AI employers: a bare "AI" in the title says what the
        # product is, not what the work is.
        if family == "software_engineer" and (needed == 0 or not _is_client_side(head, segments)):
            if best and needed < evidence:
                if_ml, evidence = best.family, needed
            if is_ml_department:
                evidence = min(evidence, _ML_DEPARTMENT_EVIDENCE)
        elif best and best.family == "ml_platform" and family == "ml_engineer":
            if_ml = best.family
    if family == "ml_engineer":
        family = "software_engineer"  # an "AI Product Engineer" whose text names no ML duties
    return _TitleRole(if_ml if evidence == 0 else family, evidence, if_ml, level)


def _topics_in(segments: list[str]) -> list[_Term]:
    terms, rows = _topics()
    return [rows[index] for segment in segments for index in terms.matches(segment)]


def _is_client_side(head: _Term, segments: list[str]) -> bool:
    return head.group == "client_side" or any(_CLIENT_SIDE.search(part) for part in segments)


# --- the level -----------------------------------------------------------------------------------

_SENIOR_OR_STAFF = re.compile(
    r"\bsenior\)? ?(?:/|or|,|&|and|to|\+|-) ?\(?(?:staff|lead|principal)\b"
)


def _level_in_title(normalised: str) -> Level | None:
    masked, levels = _level_terms()
    title = masked.sub(" ", normalised)
    segments = [part.strip() for part in _SEGMENT.split(title) if part.strip()]
    if _SENIOR_OR_STAFF.search(title):
        return "senior"
    for level, pattern in levels:
        if any(pattern.search(segment) for segment in segments):
            return level
    return None


# "We are looking for a Senior …" where the title is bare. The noun of the title must follow, or a
# colleague or a reader would be meant.
_ASKS_FOR = _linear(
    r"(?i)\b(?:looking for|seeking|hiring|searching for|looking to hire|recruiting|in search of"
    r"|join us as|joining as|role of|position of|as|need) (?:an?|our|the|another|multiple|several) "
    r"((?:[\w/+-]+ ){0,3}?)(senior|sr\.?|staff|principal|lead|junior|entry[- ]level) "
    r"((?:[\w/&+-]+ ){0,4}[\w/+-]+)"
)
_TEXT_LEVELS: Final[dict[str, Level]] = {
    "senior": "senior",
    "sr": "senior",
    "staff": "staff",
    "principal": "staff",
    "lead": "staff",
    "junior": "junior",
}
_UNTITLED_CHARS: Final = 300
_OPENING_CHARS: Final = 3_000  # the sentence that introduces the role stands near the top


def _level_in_text(title: str, text: str) -> Level | None:
    nouns = {word for word in _fold(title).split() if len(word) > 3}
    for match in _ASKS_FOR.finditer(text[:_OPENING_CHARS]):
        before, word, after = match[1].lower(), match[2].lower().rstrip("."), match[3].lower()
        is_level = not before.endswith("technical ")  # "a Member of Technical Staff, Data"
        if is_level and nouns.intersection(after.split()):
            return _TEXT_LEVELS.get(word, "junior")
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


def count_ml_duties(text: str, *, with_employer: bool = False) -> int:
    """Count the distinct kinds of machine-learning work that a text names.

    Args:
        text: A posting as plain text.
        with_employer: Whether to count the employer's own story too, which is what stands before
            the first heading of the role.

    Returns:
        The number of rows of `ml_duties.csv` found, 0 to the number of rows.
    """
    start = None if with_employer else _ABOUT_THE_ROLE.search(text)
    told = text[start.start() :] if start else text
    return len(_duties().matches(_without_frameworks(told)))


def _read_opening(text: str) -> _TitleRole:
    """Read a posting without a title by its first lines, and by its duties."""
    opening = _normalise(text[:_UNTITLED_CHARS])
    head = _head([opening])
    if head is None:
        return _TitleRole("operations", None, "operations", None)
    said = _with_topic(head, [opening], None)
    if said.evidence is None:
        return said
    # A word of what the employer makes is no title
    family: Family = "software_engineer" if said.family in _ML_FAMILIES else said.family
    return said._replace(family=family, evidence=max(said.evidence, _ML_DEPARTMENT_EVIDENCE))
