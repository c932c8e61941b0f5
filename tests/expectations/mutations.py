"""What breaks a rule, made from the rule itself: a failing case for every check of a header.

Belongs here: one change per kind of expectation, and which other checks may see it too. Does not
belong here: changes for checks that are written by hand (`failing_cases`).
"""

from __future__ import annotations

import re

from expectations.check import Check, Frame
from warehouse.models import models

NOWHERE = "'nowhere'"

CHANGED = {
    "ExpectToBeStated": "NULL",
    "ExpectReferenceToExist": NOWHERE,
    "ExpectBoardToBeAsked": NOWHERE,
    "ExpectWordToBeKnown": NOWHERE,
    "ExpectTechnologyToBeKnown": NOWHERE,
    "ExpectTechnologyFamilyToBeKnown": NOWHERE,
    "ExpectRoleFamilyToBeKnown": NOWHERE,
    "ExpectPaperFrameworkToBeKnown": NOWHERE,
    "ExpectIsoCountry": "'UK'",
    "ExpectIsoCountries": "['UK']",
    "ExpectIsoCurrency": "'$'",
    "ExpectSourceName": "'No Source'",
    "ExpectAddress": NOWHERE,
    "ExpectCount": "-1",
    "ExpectShareOfWhole": "50",
    "ExpectNumberWithin": "-1",
    "ExpectPayToBePlausibleUsd": "12",
    "ExpectDayWithinData": "DATE '1970-01-01'",
    "ExpectPeriodToBegin": "{column} + 1",
    "ExpectOrder": "{low} - 1",
    "ExpectCountsToAddUp": "{column} + 1",
    "ExpectStockToCarryOver": "{column} + 1",
    "ExpectIntervalToHoldEstimate": "ci_high + 1",
}
"""By expectation, what is put in the place of a value of its column."""

DEFAULTS = {
    "ExpectBoardToBeAsked": "board",
    "ExpectIsoCountry": "country",
    "ExpectIsoCountries": "countries",
    "ExpectIsoCurrency": "currency",
    "ExpectStockToCarryOver": "stock",
}
"""The column of an expectation that has one of its own."""

OF_ROWS = {
    "ExpectRowsToBeThere": "DELETE FROM {table}",
    "ExpectKeyToBeUnique": "INSERT INTO {table} FROM {table} WHERE rowid = 0",
    "ExpectAsManyRowsAsShown": "DELETE FROM {table} WHERE rowid = 0",
}
"""By expectation, the change of rows that breaks it."""


def mutation(check: Check) -> str:
    """A change of a valid warehouse that the check must catch.

    Args:
        check: A check that follows from a header.

    Returns:
        One SQL statement.

    Raises:
        KeyError: There is no change for this expectation yet.
    """
    if check.expectation in OF_ROWS:
        return OF_ROWS[check.expectation].format(table=check.table)
    column = column_of(check)
    low = str(check.kwargs.get("low", ""))
    value = CHANGED[check.expectation].format(column=f'"{column}"', low=f'"{low}"')
    kinds = {one.name: one.type for one in models()[check.table].columns}
    if value == NOWHERE and kinds[column].endswith("INT"):
        value = "-1"
    # A rule that tolerates a few sees them all.
    where = "" if check.kwargs.get("mostly", 1) < 1 else " WHERE rowid = 0"
    return f'UPDATE {check.table} SET "{column}" = {value}{where}'


def column_of(check: Check) -> str:
    """The column that a check of one column is about."""
    return str(check.kwargs.get("column") or DEFAULTS[check.expectation])


def may_see(change: str, other: Check, frame: Frame) -> bool:
    """Whether a check may fail for a change that was made for another one.

    A change of a column is seen by checks whose rule names it, and a change of rows by checks of
    rows; a check that fails for anything else is wrong.

    Args:
        change: The statement.
        other: A check of the table that was changed.
        frame: What it judges.
    """
    if not change.startswith("UPDATE"):
        return other.frame != "rows" or other.expectation in OF_ROWS
    changed = set(re.findall(r'(?:SET|,)\s+"?(\w+)"? =', change))
    said = f"{other.kwargs} {other.offender} {DEFAULTS.get(other.expectation, '')} "
    if other.expectation == "ExpectStockToCarryOver":
        said += "found inflow closures lost"
    if other.expectation == "ExpectBoardToBeAsked":
        said += "source"
    if other.expectation == "ExpectIntervalToHoldEstimate":
        said += "ci_low ci_high"
    if other.frame != "rows":
        said += " ".join((frame.relation, *frame.key))
    return bool(changed & set(re.findall(r"\w+", said)))
