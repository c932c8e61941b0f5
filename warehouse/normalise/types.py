"""The facts that the normalisers find in a posting: one small type per kind of fact.

Belongs here: the shapes that normalisers return and the warehouse stores. Does not belong here:
how a fact is found (one module per kind beside this one), or how it is stored (`warehouse.models`).
"""

from __future__ import annotations

from decimal import Decimal
from typing import Literal, NamedTuple

MentionKind = Literal["framework", "skill", "topic"]
Section = Literal["requirements", "preferred", "about", "other"]
Period = Literal["YEAR", "MONTH", "WEEK", "DAY", "HOUR"]
PayKind = Literal["base", "total", "contract"]
Provenance = Literal["structured", "parsed", "estimated"]
Workplace = Literal["onsite", "hybrid", "remote", "unspecified"]
Family = Literal[
    "research",
    "ml_engineer",
    "ml_platform",
    "data_scientist",
    "data_engineer",
    "software_engineer",
    "hardware",
    "product_design",
    "management",
    "go_to_market",
    "operations",
]
Level = Literal["intern", "junior", "mid", "senior", "staff", "manager", "executive"]


class Mention(NamedTuple):
    """A framework, a skill or a topic (what sort of work it is for) named in a text.

    `start` and `end` are offsets in the text as the reader sees it (after `to_text`), so that
    `text[start:end] == surface`.
    """

    technology: str  # leaf id of the vocabulary, e.g. "tflite"
    family: str  # e.g. "tensorflow"; the leaf itself where it has no family
    kind: MentionKind
    surface: str
    start: int
    end: int
    section: Section
    is_negated: bool
    is_alternative: bool  # "PyTorch or TensorFlow"


class PayBand(NamedTuple):
    """A pay band as an advert states it; an open end is None, a single figure has both ends."""

    pay_min: Decimal | None
    pay_max: Decimal | None
    currency: str  # ISO 4217
    period: Period
    kind: PayKind
    zone: str | None  # the place or level that this band is for, as the text says it
    evidence: str  # the piece of text that states it
    provenance: Provenance
    is_plausible: bool
    reason: str | None = None  # why it is not plausible
    is_currency_ambiguous: bool = False  # a bare "$" outside the US
    is_period_inferred: bool = False
    role: int | None = None  # which of the posting's roles it is for, None where it is for all
    start: int | None = None  # of `evidence` in the text that was read; None outside texts


class Role(NamedTuple):
    """What kind of work a posting is for."""

    is_ml: bool  # decided without framework names, or framework shares would be circular
    family: Family
    level: Level


class PostedRole(NamedTuple):
    """A role that a posting offers: its only one, or one of several that it tells apart.

    `start` and `end` bound the stretch of the text that speaks of this role alone: all of the text
    where there is only one.
    """

    title: str | None  # as written
    role: Role
    start: int
    end: int


class Place(NamedTuple):
    """Where the work can be done."""

    countries: tuple[str, ...]  # ISO 3166 alpha-2, sorted; empty where it can't be told
    is_us: bool | None  # None where it can't be told
    region: str | None  # US state ("CA"), where one is stated
    workplace: Workplace
    metro: str | None = None  # US metropolitan area, where one is stated
