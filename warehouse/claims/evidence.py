"""What each verdict rests on, unit by unit, kept narrow enough for millions of them.

Belongs here: the tables `claim_units` and `claim_sets`, from the units that were counted. Does not
belong here: selecting or counting them (`population`, `estimators`), or what is shown of them (the
view `out.claim_evidence`).

A role counts in a dozen claims, and most roles count in the same ones as many others. So a unit is
stored once, with the number of the set of claims that it counts in, and the sets apart.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from warehouse.claims.population import Evidence, Kind, Mask, Rows, Store, Units

UNIT_COLUMNS = (
    "claim_set",
    "unit",
    "unit_id",
    "is_official",
    "entered_on",
    "cell",
    "has_jax",
)
SET_COLUMNS = ("claim_set", "claim_id")
_CELLS = np.array(["neither", "pytorch_only", "tensorflow_only", "both"], dtype=object)
_BITS = 32  # claims whose membership is told in one number before numbers are made small again


class Counted(NamedTuple):
    """The units that a claim counted."""

    kind: Kind
    rows: npt.NDArray[np.intp]  # of the store in `Evidence`


def counted(units: Units) -> Counted:
    """Remember which units a claim counted, without their columns."""
    return Counted(units.kind, units.rows)


def evidence_tables(
    evidence: Evidence, claims: Mapping[str, Counted]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Tell of each unit which claims counted it.

    Args:
        evidence: The units that claims were judged on.
        claims: What each claim counted.

    Returns:
        The table of units, a row per role or paper that any claim counted (columns
        `UNIT_COLUMNS`), and the table of sets, a row per set of claims and claim in it
        (`SET_COLUMNS`). A set's number depends on its claims alone.
    """
    units, sets = [], []
    kinds: tuple[Kind, ...] = ("roles", "papers", "models")
    for kind in kinds:
        store = evidence.store(kind)
        ids = sorted(claim for claim, of in claims.items() if of.kind == kind)
        members = np.zeros((len(ids), len(store)), np.bool_)
        for row, claim in zip(members, ids, strict=True):
            row[claims[claim].rows] = True
        in_any = np.flatnonzero(members.any(axis=0))
        numbers, examples = _numbered(members[:, in_any])
        named = [[ids[i] for i in np.flatnonzero(members[:, in_any[e]])] for e in examples]
        keys = np.array([_key(names) for names in named], np.int64)
        units.append(_units(store, in_any, keys[numbers]))
        sets += [(int(key), name) for key, names in zip(keys, named, strict=True) for name in names]
    return pd.concat(units, ignore_index=True), pd.DataFrame(sets, columns=list(SET_COLUMNS))


def _numbered(members: Mask) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Number the distinct columns; gives the number of each column, and a column of each number."""
    numbers = np.zeros(members.shape[1], np.int64)
    examples = np.zeros(min(1, members.shape[1]), np.intp)
    for start in range(0, len(members), _BITS):
        for row in members[start : start + _BITS]:
            numbers = 2 * numbers + row
        _, examples, numbers = np.unique(numbers, return_index=True, return_inverse=True)
    return numbers, examples


def _key(claims: list[str]) -> int:
    """Number a set by its claims, so that new sets don't renumber the old ones."""
    digest = hashlib.sha256(",".join(claims).encode()).digest()
    return int.from_bytes(digest[:7], "big")


def _units(store: Store, rows: Rows, keys: npt.NDArray[np.int64]) -> pd.DataFrame:
    """Write the rows of one kind of unit."""
    units = Units(store, rows, date.min, date.max)
    cell = units.has("pytorch") + 2 * units.has("tensorflow")
    is_paper = store.kind == "papers"
    official = pd.Series(units.column("is_official") if is_paper else pd.NA, range(len(rows)))
    assert store.unit_ids is not None
    return pd.DataFrame(
        {
            "claim_set": keys,
            "unit": store.kind.removesuffix("s"),
            "unit_id": store.unit_ids.take(pa.array(rows)).to_pandas(),
            "is_official": official.astype("boolean"),
            "entered_on": units.column("day").astype("datetime64[D]").astype("datetime64[s]"),
            "cell": _CELLS[cell],
            "has_jax": units.has("jax"),
        }
    )
