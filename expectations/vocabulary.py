"""The words of this field as expectations: each says one rule once, with its column and bounds.

Belongs here: subclasses of Great Expectations' own classes. Does not belong here: which table
must meet them (`expectations.suites`). Importing it imports Great Expectations, which takes
seconds: only `expectations.runner` does, when it first runs.
"""

# Great Expectations exports its classes without saying so:
# mypy: disable-error-code="attr-defined, misc, name-defined, untyped-decorator"

from __future__ import annotations

import csv
from importlib.resources import files
from typing import Any, get_args

import great_expectations.expectations as gxe
import pandas as pd
from babel import Locale
from babel.numbers import list_currencies
from great_expectations.compatibility import pydantic
from great_expectations.execution_engine import PandasExecutionEngine
from great_expectations.expectations.expectation import MulticolumnMapExpectation
from great_expectations.expectations.metrics.map_metric_provider import (
    MulticolumnMapMetricProvider,
)
from great_expectations.expectations.metrics.map_metric_provider.multicolumn_condition_partial import (  # noqa: E501
    multicolumn_condition_partial,
)

from warehouse.claims.rules import Verdict

SOURCES = [
    "ashby",
    "greenhouse",
    "lever",
    "workable",
    "recruitee",
    "personio",
    "teamtailor",
    "bamboohr",
    "pinpoint",
    "workday",
    "smartrecruiters",
    "hackernews",
    "arbeitnow",
    "himalayas",
    "remoteok",
    "themuse",
    "jobicy",
    "weworkremotely",
    "jobposting",
    "jobhive",
    "pwc_archive",
    "pwc",
    "hf_papers",
    "hf_models",
    "arxiv",
]
"""The sources this project reads; an imported table has the name it was given."""

PAPER_FRAMEWORKS = [
    "pytorch",
    "tf",
    "jax",
    "mxnet",
    "paddle",
    "mindspore",
    "caffe2",
    "torch",
    "none",
]
"""The labels of the Papers with Code archive."""


VERDICTS = list(get_args(Verdict))

# ISO 3166 alpha-2 and XK (Kosovo); CLDR also has unions, pseudo-locales and "unknown".
_NO_COUNTRIES = {"EU", "EZ", "UN", "QO", "XA", "XB", "ZZ"}
COUNTRIES = sorted(
    code
    for code in map(str, Locale.parse("en").territories)
    if len(code) == 2 and code.isalpha() and code not in _NO_COUNTRIES
)
"""ISO 3166 alpha-2, and XK, by which all but ISO know Kosovo."""

CURRENCIES = sorted(list_currencies())
"""ISO 4217, with the codes that were given up: an advert of 2015 may state kuna."""

INTERVAL = ["ci_low", "estimate", "ci_high"]


def technologies() -> list[str]:
    """The leaf ids of the vocabulary that mentions are found with, sorted."""
    rows = files("warehouse.normalise") / "vocabulary" / "technologies.csv"
    with rows.open(encoding="utf-8") as lines:
        return sorted({row["technology"] for row in csv.DictReader(lines)})


class ExpectNoOffender(gxe.ExpectColumnValuesToBeNull):
    """Judge the `offender` of a check: SQL names what breaks a rule, so nothing may be left."""


class ExpectSteadyMeasure(ExpectNoOffender):
    """No figure moved further than it may; the offender says from what to what it moved."""


class ExpectReferenceToExist(ExpectNoOffender):
    """Every key points to a row that is there; the offender is a key that does not."""


class ExpectSourceToBeKnown(gxe.ExpectColumnValuesToBeInSet):
    """The source is one of those that this project reads."""

    column: str = "source"
    value_set: list[str] = SOURCES


class ExpectTechnologyToBeKnown(gxe.ExpectColumnValuesToBeInSet):
    """The framework or skill is a leaf of the vocabulary; only leaves roll up to families."""

    column: str = "technology"
    value_set: list[str] = pydantic.Field(default_factory=technologies)


class ExpectPaperFrameworkToBeKnown(gxe.ExpectColumnValuesToBeInSet):
    """The framework of a link is a label of the archive, "none" included."""

    column: str = "framework"
    value_set: list[str] = PAPER_FRAMEWORKS


class ExpectVerdictToBeKnown(gxe.ExpectColumnValuesToBeInSet):
    """The verdict is one of the four that the pre-registered rules can give."""

    column: str = "verdict"
    value_set: list[str] = VERDICTS


class ExpectIsoCountry(gxe.ExpectColumnValuesToBeInSet):
    """The country is one of `COUNTRIES`, by code."""

    column: str = "country"
    value_set: list[str] = COUNTRIES


class ExpectIsoCurrency(gxe.ExpectColumnValuesToBeInSet):
    """The currency is one of `CURRENCIES`, by code."""

    column: str = "currency"
    value_set: list[str] = CURRENCIES


class ExpectAddress(gxe.ExpectColumnValuesToMatchRegex):
    """The value is a web address with a host."""

    column: str = "url"
    regex: str = r"^https?://[^\s/]+\.[^\s/]+"


class ExpectArxivId(gxe.ExpectColumnValuesToMatchRegex):
    """The value is an arXiv number of either style: 1706.03762 or cs/0112017, without version."""

    column: str = "arxiv_id"
    regex: str = r"^(?:\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})$"


class ExpectPayToBePlausibleUsd(gxe.ExpectColumnValuesToBeBetween):
    """Stated pay lies where a year's pay in dollars can lie.

    The bounds are wide (interns in low-wage countries, partners of funds): they are there for
    units. Pay in cents or with the period mistaken lands far outside.
    """

    column: str = "pay_min_usd_year"
    min_value: float = 1_000
    max_value: float = 5_000_000
    mostly: float = 0.99


class ExpectShareToBeAtLeast(gxe.ExpectColumnValuesToBeBetween):
    """A share of rows, as a fraction, does not fall below a floor."""

    max_value: float = 1


class ExpectDaysBehindToBeFew(gxe.ExpectColumnValuesToBeBetween):
    """The newest date of a group is not many days older than the newest of all."""

    column: str = "days_behind"


class _Ascending(MulticolumnMapMetricProvider):
    condition_metric_name = "multicolumn_values.ascending"

    @multicolumn_condition_partial(engine=PandasExecutionEngine)
    def _pandas(cls, column_list: pd.DataFrame, **_: Any) -> pd.Series[bool]:  # noqa: N805
        values = column_list.to_numpy(dtype=float)
        # what is missing compares as false: an open end breaks no order
        return pd.Series(~(values[:, :-1] > values[:, 1:]).any(axis=1), index=column_list.index)


class ExpectIntervalToHoldEstimate(MulticolumnMapExpectation):
    """The estimate lies in its interval: ci_low <= estimate <= ci_high; an end may be open."""

    column_list: list[str] = INTERVAL
    map_metric = "multicolumn_values.ascending"
