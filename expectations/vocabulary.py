"""The words of this field as expectations: each says one rule once, with its columns and bounds.

Belongs here: classes of Great Expectations that say in SQL what breaks them. Does not belong here:
which table must meet them (`expectations.suites`, `expectations.skeleton`), or the counting
(`expectations.runner`). Importing it imports Great Expectations, which takes seconds: only the
runner does, when it first runs.
"""

# Great Expectations exports its classes without saying so:
# mypy: disable-error-code="attr-defined, misc, name-defined, untyped-decorator"

from __future__ import annotations

import csv
from abc import abstractmethod
from functools import cache
from importlib.resources import files
from typing import Any, ClassVar, get_args

from babel import Locale
from babel.numbers import list_currencies
from great_expectations.compatibility import pydantic
from great_expectations.core.metric_domain_types import MetricDomainTypes
from great_expectations.execution_engine import PandasExecutionEngine
from great_expectations.expectations.expectation import BatchExpectation
from great_expectations.expectations.metrics.metric_provider import metric_value
from great_expectations.expectations.metrics.table_metric_provider import TableMetricProvider

from warehouse.claims.rules import Verdict
from warehouse.normalise.types import Family

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
ROLE_FAMILIES = list(get_args(Family))

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


@cache
def vocabulary(column: str) -> list[str]:
    """A column of the vocabulary that mentions are found with, sorted.

    Args:
        column: "technology" for its leaves, or "family" for what these roll up to.
    """
    rows = files("warehouse.normalise") / "vocabulary" / "technologies.csv"
    with rows.open(encoding="utf-8") as lines:
        return sorted({row[column] for row in csv.DictReader(lines)})


class Counts(TableMetricProvider):
    """What the runner has counted in DuckDB, by check: the frame has one row for each."""

    metric_name = "table.counts"

    @metric_value(engine=PandasExecutionEngine)
    def _pandas(
        cls,  # noqa: N805
        execution_engine: PandasExecutionEngine,
        metric_domain_kwargs: dict[str, Any],
        **_: Any,
    ) -> dict[str, dict[str, Any]]:
        frame, _domain, _accessor = execution_engine.get_compute_domain(
            metric_domain_kwargs, domain_type=MetricDomainTypes.TABLE
        )
        return {row["check"]: row for row in frame.to_dict("records")}


class Rule(BatchExpectation):
    """An expectation that says in SQL what breaks it, and judges how many rows do.

    DuckDB finds the offenders in the rows where they lie; only their number and a few samples come
    to Great Expectations.
    """

    check: str
    """Name of the check, by which its counts are found."""
    mostly: float = 1.0
    """Share of the judged rows that must meet the rule."""

    _known: Any = pydantic.PrivateAttr(None)

    metric_dependencies: ClassVar[tuple[str, ...]] = ("table.counts",)
    success_keys: ClassVar[tuple[str, ...]] = ("check", "mostly")

    @property
    def configuration(self) -> Any:
        """What Great Expectations asks for some thirty times a validation, made once."""
        if self._known is None:
            self._known = super().configuration
        return self._known

    @abstractmethod
    def offending(self) -> str:
        """SQL over a row: the value that breaks the rule, NULL where the rule holds."""

    def judged(self) -> str:
        """SQL over a row: whether it counts towards `mostly`; all rows do, where this is empty."""
        return ""

    def label(self) -> str:
        """What the offending value is called in a sample."""
        return self.check

    def parameters(self) -> dict[str, Any]:
        """Values that the SQL names by `_value`, by that name."""
        return {}

    def _value(self, name: str, kind: str) -> str:
        """A parameter in SQL. Checks of a table share a statement, so each has its own names."""
        return f"${self.check}__{name}::{kind}"

    def _values(self, **values: Any) -> dict[str, Any]:
        return {f"{self.check}__{name}": value for name, value in values.items()}

    def _validate(
        self,
        metrics: dict[Any, Any],
        runtime_configuration: dict[Any, Any] | None = None,  # noqa: ARG002
        execution_engine: Any = None,  # noqa: ARG002
    ) -> dict[str, Any]:
        counts = metrics["table.counts"][self.check]
        judged, broken = int(counts["judged_count"]), int(counts["unexpected_count"])
        return {
            "success": broken == 0 or (judged > 0 and (judged - broken) / judged >= self.mostly),
            "result": {
                "element_count": int(counts["element_count"]),
                "unexpected_count": broken,
                "unexpected_percent": 100 * broken / judged if judged else 0.0,
                "partial_unexpected_list": list(counts["samples"]),
            },
        }


class ColumnRule(Rule):
    """A rule about the values of one column; a missing value breaks none but `ExpectToBeStated`."""

    column: str

    success_keys: ClassVar[tuple[str, ...]] = ("check", "mostly", "column")

    @abstractmethod
    def broken(self) -> str:
        """SQL over a row: true where the rule is broken, false or NULL where it holds."""

    def offending(self) -> str:
        """The value of the column."""
        return f"CASE WHEN {self.broken()} THEN {self.name} END"

    def judged(self) -> str:
        """Rows that state the column."""
        return f"{self.name} IS NOT NULL" if self.mostly < 1 else ""

    def label(self) -> str:
        """The column."""
        return self.column

    @property
    def name(self) -> str:
        """The column, quoted."""
        return f'"{self.column}"'


class ExpectNoOffender(Rule):
    """No row breaks the rule that is written in the check itself."""

    offender: str

    def offending(self) -> str:
        """What the check says."""
        return self.offender


class ExpectSteadyMeasure(ExpectNoOffender):
    """No figure moved further than it may; the offender says from what to what it moved."""


class ExpectRowsToBeThere(Rule):
    """What is made from rows has rows."""

    def offending(self) -> str:
        """Rows that went in, of which none came out."""
        return "CASE WHEN n_rows_before > 0 AND n_rows = 0 THEN n_rows_before END"


class ExpectAsManyRowsAsShown(Rule):
    """A published table has as many rows as the table that it shows."""

    def offending(self) -> str:
        """Rows of the published table."""
        return "CASE WHEN n_rows <> n_rows_before THEN n_rows END"


class ExpectKeyToBeUnique(Rule):
    """A key stands in one row only; the frame holds those that stand in several."""

    def offending(self) -> str:
        """Rows of the key."""
        return "CASE WHEN n_rows > 1 THEN n_rows END"


class ExpectToBeStated(ColumnRule):
    """Every row has a value."""

    def broken(self) -> str:
        """No value."""
        return f"{self.name} IS NULL"

    def offending(self) -> str:
        """There is no value to show."""
        return f"CASE WHEN {self.broken()} THEN 'NULL' END"

    def judged(self) -> str:
        """All rows."""
        return ""


class ExpectReferenceToExist(ColumnRule):
    """Every reference points to a row that is there."""

    table: str
    """The table that owns the key, and `key` its column; our own names, never data."""
    key: str
    exempt: str = ""
    """SQL, of our own names alone, that is true of rows which may point to nothing."""

    def broken(self) -> str:
        """The key is not among those of the owner."""
        # A missing key of the owner would make every comparison unknown.
        missing = (
            f'{self.name} NOT IN (SELECT "{self.key}" FROM {self.table} '
            f'WHERE "{self.key}" IS NOT NULL)'
        )
        return f"{missing} AND NOT ({self.exempt})" if self.exempt else missing


class ExpectBoardToBeAsked(ColumnRule):
    """The board of a row is one that its source was asked for."""

    column: str = "board"

    def broken(self) -> str:
        """No answer of that board was ever loaded."""
        pair = "concat(source, ' ', board)"
        return f"source IS NOT NULL AND {pair} NOT IN (SELECT {pair} FROM raw.boards)"


class ExpectWordToBeKnown(ColumnRule):
    """The word is one of a closed vocabulary."""

    words: list[str]

    def broken(self) -> str:
        """Not one of the words."""
        return f"{self.name} NOT IN (SELECT unnest({self._value('words', 'VARCHAR[]')}))"

    def parameters(self) -> dict[str, Any]:
        """The words."""
        return self._values(words=self.words)


class ExpectSourceToBeKnown(ExpectWordToBeKnown):
    """The source is one of those that this project reads."""

    column: str = "source"
    words: list[str] = SOURCES


class ExpectTechnologyToBeKnown(ExpectWordToBeKnown):
    """The framework or skill is a leaf of the vocabulary; only leaves roll up to families."""

    column: str = "technology"
    words: list[str] = pydantic.Field(default_factory=lambda: vocabulary("technology"))


class ExpectTechnologyFamilyToBeKnown(ExpectWordToBeKnown):
    """The family is one that leaves of the vocabulary roll up to."""

    column: str = "family"
    words: list[str] = pydantic.Field(default_factory=lambda: vocabulary("family"))


class ExpectRoleFamilyToBeKnown(ExpectWordToBeKnown):
    """The kind of work is one of those that the role normaliser tells apart."""

    column: str = "family"
    words: list[str] = ROLE_FAMILIES


class ExpectPaperFrameworkToBeKnown(ExpectWordToBeKnown):
    """The framework of a link is a label of the archive, "none" included."""

    column: str = "framework"
    words: list[str] = PAPER_FRAMEWORKS


class ExpectVerdictToBeKnown(ExpectWordToBeKnown):
    """The verdict is one of the four that the pre-registered rules can give."""

    column: str = "verdict"
    words: list[str] = VERDICTS


class ExpectIsoCountry(ExpectWordToBeKnown):
    """The country is one of `COUNTRIES`, by code."""

    column: str = "country"
    words: list[str] = COUNTRIES


class ExpectIsoCurrency(ExpectWordToBeKnown):
    """The currency is one of `CURRENCIES`, by code."""

    column: str = "currency"
    words: list[str] = CURRENCIES


class ExpectIsoCountries(ColumnRule):
    """All countries of a list are among `COUNTRIES`, by code."""

    column: str = "countries"
    words: list[str] = COUNTRIES

    def broken(self) -> str:
        """One of the list is no code."""
        # A hundred times as fast as list_has_all, which goes through all codes for every row.
        joined = f"array_to_string({self.name}, ' ')"
        return f"NOT regexp_full_match({joined}, {self._value('regex', 'VARCHAR')})"

    def parameters(self) -> dict[str, Any]:
        """The codes, as a pattern of what they are when joined."""
        return self._values(regex=f"(?:(?:{'|'.join(self.words)})(?: |$))*")


class ExpectPattern(ColumnRule):
    """The value is written as a pattern of RE2 says."""

    regex: str

    def broken(self) -> str:
        """Another spelling."""
        return f"NOT regexp_matches({self.name}, {self._value('regex', 'VARCHAR')})"

    def parameters(self) -> dict[str, Any]:
        """The pattern."""
        return self._values(regex=self.regex)


class ExpectSourceName(ExpectPattern):
    """A source is written in small letters, digits and underscores, imported tables too."""

    column: str = "source"
    regex: str = "^[a-z][a-z0-9_]*$"


class ExpectAddress(ExpectPattern):
    """The value is a web address with a host."""

    column: str = "url"
    regex: str = r"^https?://[^\s/]+\.[^\s/]+"


class ExpectArxivId(ExpectPattern):
    """The value is an arXiv number of either style: 1706.03762 or cs/0112017, without version."""

    column: str = "arxiv_id"
    regex: str = r"^(?:\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})$"


class ExpectNumberWithin(ColumnRule):
    """The number lies between two bounds, or above the one that is given; NaN never does."""

    min_value: float
    max_value: float | None = None
    only: str = ""
    """SQL over a row: whether the rule is for it; for every row, where this is empty."""

    def broken(self) -> str:
        """Below the lower bound or above the upper one."""
        value = f"{self.name}::DOUBLE"
        outside = f"{value} < {self._value('min', 'DOUBLE')} OR isnan({value})"
        if self.max_value is not None:
            outside += f" OR {value} > {self._value('max', 'DOUBLE')}"
        return f"({self.only}) AND ({outside})" if self.only else outside

    def judged(self) -> str:
        """Rows that the rule is for and that state the number."""
        stated = super().judged()
        return f"({self.only}) AND {stated}" if self.only and stated else stated

    def parameters(self) -> dict[str, Any]:
        """The bounds."""
        upper = {} if self.max_value is None else {"max": self.max_value}
        return self._values(min=self.min_value, **upper)


class ExpectCount(ExpectNumberWithin):
    """The column counts something or gives a place in a row: it is never below nought."""

    min_value: float = 0


class ExpectShareOfWhole(ExpectNumberWithin):
    """The column is a part of a whole, as a fraction: from 0 to 1, never per cent."""

    min_value: float = 0
    max_value: float | None = 1


class ExpectShareToBeAtLeast(ExpectNumberWithin):
    """A share of rows, as a fraction, does not fall below a floor."""

    max_value: float | None = 1


class ExpectPayToBePlausibleUsd(ExpectNumberWithin):
    """Stated pay lies where a year's pay in dollars can lie.

    The bounds are wide (interns in low-wage countries, partners of funds): they are there for
    units. Pay in cents or with the period mistaken lands far outside.
    """

    column: str = "pay_min_usd_year"
    min_value: float = 1_000
    max_value: float | None = 5_000_000
    mostly: float = 0.99


class ExpectDaysBehindToBeFew(ExpectNumberWithin):
    """The newest date of a group is not many days older than the newest of all."""

    column: str = "days_behind"
    min_value: float = float("-inf")


class ExpectDayWithinData(ColumnRule):
    """A day lies between the first that the data can know of and a day after the newest answer.

    The day more is for places where it is tomorrow already.
    """

    first: str
    """ISO 8601 day."""

    def broken(self) -> str:
        """Before the first day, or after the newest."""
        return (
            f"{self.name} < {self._value('first', 'DATE')} "
            f"OR {self.name} > (SELECT max(observed_on) + 1 FROM raw.boards)"
        )

    def parameters(self) -> dict[str, Any]:
        """The first day."""
        return self._values(first=self.first)


class ExpectPeriodToBegin(ColumnRule):
    """A period is named by its first day, so that periods of two tables can be joined."""

    unit: str
    """month, quarter or year."""

    def broken(self) -> str:
        """Another day of the period."""
        return f"{self.name} <> date_trunc({self._value('unit', 'VARCHAR')}, {self.name})"

    def parameters(self) -> dict[str, Any]:
        """The unit."""
        return self._values(unit=self.unit)


class ExpectOrder(ColumnRule):
    """What comes first is not above what comes after: lower and upper end, first and last day."""

    low: str
    """The column that comes first; `column` comes after it."""
    only: str = ""
    """SQL over a row: whether the rule is for it; for every row, where this is empty."""

    def broken(self) -> str:
        """The one is above the other."""
        wrong = f'"{self.low}" > {self.name}'
        return f"({self.only}) AND {wrong}" if self.only else wrong


class ExpectIntervalToHoldEstimate(ColumnRule):
    """The estimate lies in its interval: ci_low <= estimate <= ci_high; an end may be open."""

    column: str = "estimate"
    low: str = "ci_low"
    high: str = "ci_high"

    def broken(self) -> str:
        """Below the lower end or above the upper one, or the ends are swapped."""
        low, value, high = (self._number(name) for name in (self.low, self.column, self.high))
        return f"{low} > {value} OR {value} > {high} OR {low} > {high}"

    @staticmethod
    def _number(name: str) -> str:
        # An open end is NULL or NaN, which DuckDB sorts above every number.
        return f"""nullif("{name}"::DOUBLE, 'nan'::DOUBLE)"""


class ExpectCountsToAddUp(ColumnRule):
    """A total is the sum of its parts."""

    parts: list[str]

    def broken(self) -> str:
        """Another sum."""
        total = " + ".join(f'"{part}"' for part in self.parts)
        return f"{self.name} <> {total}"


class ExpectStockToCarryOver(ColumnRule):
    """Stock is that of the period before, and what was found and came in, less what went.

    The frame gives each row the stock of the row before it as `stock_before`.
    """

    column: str = "stock"

    def broken(self) -> str:
        """The account does not close."""
        return f"{self.name} <> stock_before + found + inflow - closures - lost"
