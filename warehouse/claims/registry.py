"""The registry: one YAML file per claim, read and checked as a whole.

Belongs here: the shape of an entry and what is wrong with one. Does not belong here: measuring or
judging. A claim is added by one file, `<id>.yaml` in this folder, and by nothing else.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Annotated, Literal, Self

import yaml
from pydantic import Field, ValidationError, field_validator, model_validator

from warehouse.claims.estimators import OF_MODELS, OF_PAPERS, ONLY_PAPERS, Measure
from warehouse.claims.filters import (
    Entry,
    PaperPopulation,
    Population,
    RoleFilter,
    RolePopulation,
    Window,
)
from warehouse.claims.rules import Rule
from warehouse.claims.vocabulary import known_terms

REGISTRY = Path(__file__).parent
GROUPS = ("hire", "seg", "emp", "pay", "skill", "paper", "model", "out")  # the order of the table

Text = Annotated[str, Field(min_length=1)]
Article = Literal["careers", "justpick", "experts"]


class Listed(Entry):
    """What every claim has."""

    id: Annotated[str, Field(pattern=rf"^({'|'.join(GROUPS)})_[a-z0-9_]+$")]
    version: Annotated[int, Field(gt=0)]  # a changed rule is a new version
    articles: tuple[Article, ...]
    statement: Text  # what the articles say, in our own words
    caveats: tuple[Text, ...] = ()

    @property
    def order(self) -> tuple[int, str]:
        """Place in the table: by group, then by id."""
        return GROUPS.index(self.id.partition("_")[0]), self.id


class OutOfScope(Listed):
    """A claim that no posting or paper can speak to."""

    out_of_scope: Text  # why

    @field_validator("id")
    @classmethod
    def _is_marked(cls, value: str) -> str:
        if not value.startswith("out_"):
            raise ValueError("the id of a claim out of scope starts with out_")
        return value


class Registered(Entry):
    """When a rule was written down, and a digest of it that a silent change breaks."""

    day: date
    digest: Annotated[str, Field(pattern="^[0-9a-f]{12}$")]


class Rulebook(Entry):
    """What is measured and when it counts as true: written down before the data is looked at."""

    version: Annotated[int, Field(gt=0)]
    registered: Registered
    estimand: Text
    population: Population
    window: Window
    measure: Measure
    rule: Rule

    @property
    def digest(self) -> str:
        """Digest of all that decides the verdict: population, window, measure and rule."""
        decides = self.model_dump(
            mode="json",
            include={"population", "window", "measure", "rule"},
            exclude_defaults=True,
        )
        text = json.dumps(decides, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    def terms(self) -> Iterator[str]:
        """Yield the terms that adverts are looked through for."""
        population = self.population
        if isinstance(population, RolePopulation):
            yield from population.terms()
        for _, value in self.measure:
            for part in value.values() if isinstance(value, dict) else [value]:
                if isinstance(part, RoleFilter):
                    yield from part.terms()
                elif isinstance(part, tuple) and isinstance(value, dict):
                    yield from part

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        allowed = {"papers": OF_PAPERS, "models": OF_MODELS}.get(self.population.of)
        if allowed is not None and not isinstance(self.measure, allowed):
            raise ValueError(
                f"measure: {self.measure.estimator} can't be measured on {self.population.of}"
            )
        for kind, alone in (("models", OF_MODELS), ("papers", ONLY_PAPERS)):
            if self.population.of != kind and isinstance(self.measure, alone):
                raise ValueError(f"measure: {self.measure.estimator} is for {kind} alone")
        names = self.measure.part_names
        for condition in self.rule.conditions:
            if condition.part is not None and condition.part not in names:
                known = ", ".join(names)
                raise ValueError(f"rule: no part {condition.part!r}; the measure has {known}")
        n_judged = sum(self.rule.condition(name) is not None for name in names)
        if self.rule.needs is not None and self.rule.needs > n_judged:
            raise ValueError(f"rule: needs {self.rule.needs} of {n_judged} judged parts")
        unknown = sorted(set(self.terms()) - known_terms())
        if unknown:
            raise ValueError(
                f"no technology, family or topic of the vocabulary: {', '.join(unknown)}"
            )
        if self.registered.digest != self.digest:
            raise ValueError(
                f"registered: version {self.version} is not what was registered (its digest is "
                f"{self.digest}): a rule that changes is a new version, and the old one goes to "
                "superseded"
            )
        return self


class Superseded(Rulebook):
    """An earlier version of a claim's rule, still judged beside the one that counts."""

    until: date
    because: Text


class Claim(Rulebook, Listed):
    """A claim that is measured, and judged by a rule."""

    articles: Annotated[tuple[Article, ...], Field(min_length=1)]
    proxy: Text | None = None  # why it is not the thing itself, and which way the bias runs
    superseded: tuple[Superseded, ...] = ()

    @model_validator(mode="after")
    def _versions_ascend(self) -> Self:
        versions = [*(earlier.version for earlier in self.superseded), self.version]
        if versions != list(range(1, len(versions) + 1)):
            raise ValueError(
                f"versions must run from 1 to the one that counts, not {versions}: the superseded "
                "ones are kept"
            )
        return self

    def at_version(self, earlier: Superseded) -> Claim:
        """Give the claim as it was judged before."""
        fields = {name: getattr(earlier, name) for name in Rulebook.model_fields}
        return self.model_copy(update=fields | {"superseded": ()})

    @property
    def patterns(self) -> Iterator[str]:
        """Yield what titles and tasks of papers are looked through for."""
        for rulebook in (self, *self.superseded):
            population = rulebook.population
            if isinstance(population, PaperPopulation) and population.pattern is not None:
                yield population.pattern


def _read(path: Path) -> tuple[Claim | OutOfScope | None, list[str]]:
    """Read one file; a claim, or what is wrong with it (each with file and field)."""
    try:
        entry = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        return None, [f"{path.name}: not YAML: {' '.join(str(error).split())}"]
    except UnicodeDecodeError as error:
        return None, [f"{path.name}: not UTF-8: {error.reason}"]
    if not isinstance(entry, dict):
        return None, [f"{path.name}: a claim is a mapping of fields, not {type(entry).__name__}"]
    model = OutOfScope if "out_of_scope" in entry else Claim
    try:
        claim = model.model_validate(entry)
    except ValidationError as error:
        return None, [
            f"{path.name}: {'.'.join(map(str, e['loc'])) or 'claim'}: {e['msg']}"
            for e in error.errors()
        ]
    if claim.id != path.stem:
        return None, [f"{path.name}: id: {claim.id!r} is not the name of the file"]
    return claim, []


def _read_all(directory: Path) -> tuple[list[Claim | OutOfScope], list[str]]:
    read = [_read(path) for path in sorted(directory.glob("*.y*ml"))]
    claims = sorted((claim for claim, _ in read if claim), key=lambda claim: claim.order)
    errors = [error for _, errors in read for error in errors]
    if not read:
        errors.append(f"{directory}: no claims")
    return claims, errors


def check_registry(directory: Path = REGISTRY) -> list[str]:
    """Check every entry.

    Args:
        directory: Folder with one YAML file per claim.

    Returns:
        One line per error, with file and field; nothing when all is well.
    """
    return _read_all(directory)[1]


def load_registry(directory: Path = REGISTRY) -> list[Claim | OutOfScope]:
    """Read all claims, in the order of the table.

    Args:
        directory: Folder with one YAML file per claim.

    Returns:
        The claims, by group and id.

    Raises:
        ValueError: If any entry is wrong, with all errors.
    """
    claims, errors = _read_all(directory)
    if errors:
        raise ValueError("the claim registry has errors:\n" + "\n".join(errors))
    return claims
