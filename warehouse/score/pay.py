"""How well pay bands are found, against labelled postings and cases.

Belongs here: the strict comparison of found and labelled bands, one outcome for each document.
Does not belong here: precision, recall and their intervals over documents.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from warehouse.normalise.types import PayBand
from warehouse.score.intervals import Counts

FIELDS = ("min", "max", "currency", "period")

Label = Mapping[str, Any]
Key = tuple[Decimal | None, Decimal | None, str, str]
"""Lower end, upper end, currency, period."""


class Outcome(NamedTuple):
    """What was right, surplus and missed in one document; bands are written as figures."""

    document: str
    right: int
    surplus: tuple[str, ...]
    missed: tuple[str, ...]

    @property
    def counts(self) -> Counts:
        """How many of each."""
        return Counts(self.right, len(self.surplus), len(self.missed))


def score_pay(rows: Iterable[Label], find: Callable[[Label], Sequence[PayBand]]) -> list[Outcome]:
    """Strict band match (min, max, currency, period) on labelled postings.

    Bands that annotators differed on (`optional`) or could not decide (`unsure`) count neither
    way, nor do `disputed` fields of a band; where the label says that the currency is ambiguous,
    any currency is right.

    Args:
        rows: Rows of `pay.jsonl`: `id`, `bands` and perhaps `optional`, `unsure`.
        find: Gives the bands found for a row.

    Returns:
        The outcome of each row.
    """
    return [
        compare(
            str(row["id"]),
            map(_key, find(row)),
            list(row["bands"]),
            [*(row.get("optional") or ()), *(row.get("unsure") or ())],
            FIELDS,
        )
        for row in rows
    ]


def score_peer_pay(
    rows: Iterable[Label], find: Callable[[Label], Sequence[PayBand]]
) -> list[Outcome]:
    """Match on the cases of other extractors' test suites, in the fields that `check` names.

    Args:
        rows: Rows of `peer_pay.jsonl`: `id`, `bands`, `check`, `kind`, `negative`.
        find: Gives the bands found for a row, by its `kind`.

    Returns:
        The outcome of each row; every band found in a negative row is surplus.
    """
    return [
        compare(
            str(row["id"]),
            map(_key, find(row)),
            list(row["bands"]),
            [],
            tuple(row["check"]) or FIELDS,
        )
        for row in rows
    ]


def compare(
    document: str,
    found: Iterable[Key],
    expected: Sequence[Label],
    neutral: Sequence[Label],
    fields: Sequence[str] = FIELDS,
) -> Outcome:
    """Match the bands found in a document with the labelled ones.

    Args:
        document: Its id.
        found: Lower end, upper end, currency and period of each band; repeats count once.
        expected: Labelled bands.
        neutral: Bands that count neither way.
        fields: What must agree.
    """
    left = list(dict.fromkeys(found))
    missed = []
    for label in expected:
        match = next((key for key in left if _agrees(key, label, fields)), None)
        if match is None:
            missed.append(" ".join(str(label.get(field)) for field in FIELDS))
        else:
            left.remove(match)
    surplus = [key for key in left if not any(_agrees(key, other, fields) for other in neutral)]
    return Outcome(
        document,
        len(expected) - len(missed),
        tuple(" ".join(map(str, key)) for key in surplus),
        tuple(missed),
    )


def _key(band: PayBand) -> Key:
    return band.pay_min, band.pay_max, band.currency, band.period


def _agrees(key: Key, label: Label, fields: Sequence[str]) -> bool:
    disputed = label.get("disputed") or ()
    for field, value in zip(FIELDS, key, strict=True):
        if field not in fields or field in disputed:
            continue
        if field == "currency" and label.get("currency_ambiguous"):
            continue
        wanted = label.get(field)
        if field in {"min", "max"}:
            wanted = None if wanted is None else Decimal(str(wanted))
        if value != wanted:
            return False
    return True
