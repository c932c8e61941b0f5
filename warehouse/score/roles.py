"""How well role, level and place are read: one right or wrong answer a field and posting.

Belongs here: what is right for each field of the labelling guide. Does not belong here: reading the
labelled file, running the normalisers, printing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from warehouse.normalise.types import Place, Role
from warehouse.score.intervals import Interval, wilson

FIELDS = ("ml_role", "family", "level", "countries", "us", "workplace")


class RoleScore(NamedTuple):
    """Which answers of one run over labelled postings are right."""

    by_document: dict[str, dict[str, bool]]  # by id, then by field; disputed fields are left out

    def accuracy(self, field: str) -> Interval:
        """The share of right answers of a field, with Wilson's interval.

        Raises:
            ValueError: If there is no such field.
        """
        if field not in FIELDS:
            raise ValueError(f"no such field: {field!r} (one of {', '.join(FIELDS)})")
        answers = [fields[field] for fields in self.by_document.values() if field in fields]
        return wilson(sum(answers), len(answers))


def answers_of(role: Role, place: Place) -> dict[str, Any]:
    """Return what the normalisers found, under the labels' names."""
    return {
        "ml_role": role.is_ml,
        "family": role.family,
        "level": role.level,
        "countries": list(place.countries),
        "us": place.is_us,
        "workplace": place.workplace,
    }


def score_roles(
    rows: Sequence[Mapping[str, Any]], predicted: Mapping[str, Mapping[str, Any]]
) -> RoleScore:
    """Compare answers with the labels that annotators agreed on.

    Countries count as one set: a superfluous or a missing one makes the answer wrong.

    Args:
        rows: Labelled postings with "id", "label" (a value a field) and "disputed" (fields the
            annotators differed on: neither right nor wrong).
        predicted: Answers as `answers_of` gives them, by posting id. A posting that is missing is
            wrong in every field.
    """
    by_document: dict[str, dict[str, bool]] = {}
    for row in rows:
        answer = predicted.get(row["id"])
        skipped = set(row.get("disputed", ()))
        by_document[row["id"]] = {
            field: answer is not None and _as_set(answer[field]) == _as_set(row["label"][field])
            for field in FIELDS
            if field in row["label"] and field not in skipped
        }
    return RoleScore(by_document)


def _as_set(value: object) -> object:
    return frozenset(value) if isinstance(value, list) else value
