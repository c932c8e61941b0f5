"""What a claim may ask of a role, a paper or a model: how registry files choose units.

Belongs here: windows, filters and populations as registry files write them. Does not belong here:
reading units from the warehouse (`population`), or measuring anything.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from warehouse.normalise.types import Family, Level, Workplace

Framework = Literal["pytorch", "tensorflow", "jax"]
Term = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]
"""A technology, family or topic of the vocabulary (`technologies.csv`)."""
Terms = Annotated[tuple[Term, ...], Field(min_length=1)]
Employer = Literal["large"]


_SPELLED = {
    "pytorch": "PyTorch",
    "tensorflow": "TensorFlow",
    "jax": "JAX",
    "ml_platform": "ML platform work",
    "ml_engineer": "ML engineering",
}


def _plain(term: str) -> str:
    """A term or a field's value as people write it."""
    return _SPELLED.get(term, term.replace("_", " "))


class Entry(BaseModel):
    """A part of a registry file: unknown fields are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Window(Entry):
    """Days that a claim speaks of: fixed, or the last months before now."""

    first: date | None = None
    last: date | None = None
    last_months: Annotated[int, Field(gt=0)] | None = None
    # A source whose observations span fewer years can't speak of a trend over the window.
    min_source_years: Annotated[float, Field(gt=0)] | None = None

    @model_validator(mode="after")
    def _is_one_kind(self) -> Self:
        if (self.first is None) == (self.last_months is None):
            raise ValueError("give either first (and last, where it ends) or last_months")
        if self.last is not None and (self.first is None or self.last < self.first):
            raise ValueError("last must not come before first")
        return self

    def days(self, as_of: date) -> tuple[date, date]:
        """Give the first and last day, both included.

        The last is not after `as_of`, unless the whole window is.
        """
        if self.first is not None:
            last = min(self.last or as_of, as_of)
            return self.first, last if last >= self.first else self.last or self.first
        month = 12 * as_of.year + as_of.month - 1 - (self.last_months or 0)
        year, month = month // 12, month % 12 + 1
        day = min(as_of.day, calendar.monthrange(year, month)[1])
        return date(year, month, day) + timedelta(days=1), as_of


class RoleFilter(Entry):
    """What roles must have; a field that is left out doesn't restrict."""

    is_ml_role: bool | None = None
    is_us: bool | None = None
    family: tuple[Family, ...] | None = None
    level: tuple[Level, ...] | None = None
    country: tuple[Annotated[str, Field(pattern="^[A-Z]{2}$")], ...] | None = None
    workplace: tuple[Workplace, ...] | None = None
    names_any: Terms | None = None  # at least one of them
    names_all: Terms | None = None
    names_none: Terms | None = None
    employer: Employer | None = None  # large: in the top quarter by roles on show at once
    any_of: Annotated[tuple[RoleFilter, ...], Field(min_length=2)] | None = None

    def terms(self) -> Iterator[str]:
        """Yield the terms that the filter looks for."""
        for names in (self.names_any, self.names_all, self.names_none):
            yield from names or ()
        for part in self.any_of or ():
            yield from part.terms()

    @property
    def words(self) -> str:
        """What is asked, to be said after "roles": naming PyTorch and not naming TensorFlow."""
        said = [f"in {' or '.join(map(_plain, self.family))}"] if self.family else []
        if self.level:
            said.append(f"of level {' or '.join(map(_plain, self.level))}")
        said += [f"in {' or '.join(self.country)}"] if self.country else []
        if self.is_us is not None:
            said.append("in the US" if self.is_us else "outside the US")
        if self.is_ml_role is not None:
            said.append(f"that are {'' if self.is_ml_role else 'not '}for machine learning")
        said += [" or ".join(map(_plain, self.workplace))] if self.workplace else []
        said += ["at large employers"] if self.employer else []
        for names, joint, verb in (
            (self.names_all, " and ", "naming"),
            (self.names_any, " or ", "naming"),
            (self.names_none, " or ", "not naming"),
        ):
            said += [f"{verb} {joint.join(map(_plain, names))}"] if names else []
        if self.any_of:
            either = " or ".join(part.words for part in self.any_of)
            said.append(f"({either})" if said else either)
        return " and ".join(said)


class RolePopulation(RoleFilter):
    """Roles that a claim is about."""

    of: Literal["roles"]
    sources: Annotated[tuple[str, ...], Field(min_length=1)] | None = None
    """Only these can speak to the claim; `sources_because` says why."""
    sources_because: str | None = None

    @model_validator(mode="after")
    def _says_why(self) -> Self:
        if (self.sources is None) != (self.sources_because is None):
            raise ValueError("sources and sources_because go together: say why others can't speak")
        return self


class PaperPopulation(Entry):
    """Papers with code that a claim is about."""

    of: Literal["papers"]
    is_official: Literal[True] | None = None  # count the authors' own repositories only
    is_naming: Literal[True] | None = None  # leave out papers of which no framework is known
    about_any: Annotated[tuple[str, ...], Field(min_length=1)] | None = None
    """Phrases of which a title or task holds one: whole words, `*` ends a beginning."""

    @field_validator("about_any")
    @classmethod
    def _are_phrases(cls, value: tuple[str, ...] | None) -> tuple[str, ...] | None:
        for phrase in value or ():
            if not re.fullmatch(r"[a-z0-9][a-z0-9 -]*\*?", phrase):
                raise ValueError(
                    f"{phrase!r} is no phrase: small letters, figures, spaces, - and a * at the end"
                )
        return value

    @property
    def pattern(self) -> str | None:
        """The phrases as one regular expression over a text in small letters."""
        if self.about_any is None:
            return None
        words = (
            phrase.removesuffix("*").replace(" ", "[ -]")
            + ("" if phrase.endswith("*") else r"s?\b")
            for phrase in self.about_any
        )
        return rf"\b(?:{'|'.join(words)})"


class ModelPopulation(Entry):
    """Models of the newest snapshot of a model hub's ranking."""

    of: Literal["models"]
    ranking: Literal["newest", "most downloaded"] | None = None


Population = Annotated[
    RolePopulation | PaperPopulation | ModelPopulation, Field(discriminator="of")
]
