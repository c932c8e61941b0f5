"""The registry: one YAML file per claim, read and checked as a whole.

Belongs here: the shape of an entry and what is wrong with one. Does not belong here: measuring or
judging. A claim is added by one file, `<id>.yaml` in this folder, and by nothing else.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, Self

import yaml
from pydantic import Field, ValidationError, field_validator, model_validator

from warehouse.claims.estimators import OF_PAPERS, Measure
from warehouse.claims.population import Entry, Population, Window
from warehouse.claims.rules import Rule

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


class Claim(Listed):
    """A claim that is measured, and judged by a rule."""

    articles: Annotated[tuple[Article, ...], Field(min_length=1)]
    estimand: Text
    population: Population
    window: Window
    measure: Measure
    rule: Rule
    proxy: Text | None = None  # why it is not the thing itself, and which way the bias runs

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.population.of == "papers" and not isinstance(self.measure, OF_PAPERS):
            raise ValueError(f"measure: {self.measure.estimator} can't be measured on papers")
        names = self.measure.part_names
        for condition in self.rule.conditions:
            if condition.part is not None and condition.part not in names:
                known = ", ".join(names)
                raise ValueError(f"rule: no part {condition.part!r}; the measure has {known}")
        n_judged = sum(self.rule.condition(name) is not None for name in names)
        if self.rule.needs is not None and self.rule.needs > n_judged:
            raise ValueError(f"rule: needs {self.rule.needs} of {n_judged} judged parts")
        return self


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
