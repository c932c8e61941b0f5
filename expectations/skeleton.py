"""What follows from a table's header: the checks that every table has, without a line of work.

Belongs here: rules by which a header (key, types, names, words, references) becomes checks. Does
not belong here: what only one table must meet (`expectations.suites`), or the SQL of a rule
(`expectations.vocabulary`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, get_args

from expectations.check import KEYS, ROWS, WHOLE, Check, Frame, Severity, Suite, keys
from warehouse.models import Column, Model
from warehouse.normalise.types import Level, Period, Provenance, Section, Workplace

SHOWN = "shown"
"""Name of the frame that sets a published table's rows against those of the table it shows."""
CARRIED = "carried"
"""Name of the frame that gives each row of a series of stocks the stock of the row before it."""

MAY_BE_EMPTY = {
    "core.fact_mentions": "a small market may name no technology",
    "core.fact_pay_bands": "a small market may state no pay",
    "core.role_spells": "no board may list all that is open",
    "core.spells": "no board may list all that is open",
    "core.boilerplate": "employers may say nothing twice",
    "out.claim_evidence": "no unit may be in any claim's population",
    "out.claim_sensitivity": "variants are judged of decided claims alone",
    "out.claim_sets": "no unit may be in any claim's population",
    "out.claim_units": "no unit may be in any claim's population",
    "out.comention_by_year": "a small market has no pair that is named often enough",
    "out.company_framework_use": "a small market may name no framework",
    "out.market_flow_by_day": "no board may list all that is open",
    "out.market_flow_by_month": "no board may list all that is open",
    "out.mentions": "a small market may name no technology",
    "out.newest_postings": "a small market may name no framework",
    "out.open_ml_roles": "no machine-learning role may be open",
    "out.pay_bands": "a small market may state no pay",
    "out.pay_bands_by_employer": "a small market may state no pay",
    "out.pay_by_framework_level": "a small market has no cell that is large enough",
    "out.role_spells": "no board may list all that is open",
    "out.skill_by_framework": "a small market has no pair that is named often enough",
}
"""Tables that are seldom empty, and why an empty one is a warning only."""

OFTEN_EMPTY = {
    "core.fact_refusals": "that nothing is refused is what we hope for",
    "out.figure_changes": "before the second publication, nothing can have moved",
    "out.forgotten": "nobody may have asked for a text to be deleted",
    "out.refused_rows": "that nothing is refused is what we hope for",
}
"""Tables whose emptiness says nothing."""

EXEMPT = {
    ("out.refused_rows", "board_was_asked"): "an unreadable line may name any board",
    ("out.refused_rows", "observed_on_is_within_data"): "an unreadable line may name any day",
    ("core.fact_refusals", "board_was_asked"): "a version outlives the board that showed it",
    ("out.pay_by_framework_level", "country_is_iso"): "the margin is called all",
    ("out.skill_by_framework", "share_is_within_interval"): "the interval is that of the lift",
    ("out.figure_changes", "as_of_before_is_within_data"): "the log outlives the data",
    ("out.figure_changes", "as_of_after_is_within_data"): "the log outlives the data",
    ("out.forgotten", "forgotten_on_is_within_data"): "a request comes when it comes",
    ("out.claim_verdicts", "window_start_is_within_data"): "a claim may be of any time",
    ("out.claim_verdicts", "window_end_is_within_data"): "a claim may be of any time",
    ("out.claim_verdicts", "registered_on_is_within_data"): "rules are not observed",
    ("out.cross_checks", "source_is_known"): "it is who counted elsewhere",
    ("out.claim_versions", "registered_on_is_within_data"): "rules are not observed",
    ("out.claim_versions", "superseded_on_is_within_data"): "rules are not observed",
}
"""Checks that the rules would give and that would be wrong, with the reason."""

OWNERS = {
    "posting_id": "postings",
    "role_id": "roles",
    "paper_id": "papers",
    "claim_id": "claim_verdicts",
    "content_hash": "bodies",
}
"""Which table owns a key: that of this name in the same schema, or else in core, out or raw.

A description that names a table in brackets, "Advert (core.adverts)", goes before.
"""

EXCERPT = "posting_id IN (SELECT posting_id FROM core.adverts WHERE is_excerpt)"
"""An advert of which only an excerpt is known: for a role that has no row of its own."""

WORDS: Mapping[str, tuple[str, ...]] = {
    "level": get_args(Level),
    "section": get_args(Section),
    "workplace": get_args(Workplace),
    "period": get_args(Period),
    "provenance": get_args(Provenance),
    "posted_basis": ("stated", "relative", "inferred"),
}
"""Words of columns that mean the same in every table; `values` of a header go before."""

VOCABULARIES = {
    "technology": "ExpectTechnologyToBeKnown",
    "technology family": "ExpectTechnologyFamilyToBeKnown",
    "role family": "ExpectRoleFamilyToBeKnown",
    "paper framework": "ExpectPaperFrameworkToBeKnown",
}
"""What a header may name in `values` instead of words."""

ALWAYS_STATED = frozenset({
    "as_of", "entry", "exit", "family", "kind", "level", "method_version", "population",
    "provenance", "stage", "state", "technology", "verdict",
})  # fmt: skip
"""Columns that have a value in every row of any table, beside keys and booleans."""

SAID_BY_OTHERS = frozenset({
    "posted_on", "posted_or_seen_on", "entered_on", "published_on", "created_on", "expires_on",
})  # fmt: skip
"""Days that a source states, of which one in a hundred may be nonsense."""

ORDERED = (
    ("first_seen_on", "last_seen_on"),
    ("first_seen_on", "closed_on"),
    ("opened_on", "closed_on"),
    ("from_on", "until_on"),
    ("window_start", "window_end"),
    ("span_start", "span_end"),
    ("pay_min", "pay_max"),
    ("pay_min_usd_year", "pay_max_usd_year"),
    ("n_companies", "n_roles"),
    ("boards_answered", "boards_asked"),
)
"""Columns of one row of which the first is never above the second."""

SUMS: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "n_roles": (("pytorch_only", "tensorflow_only", "both", "neither"),),
    "rows_in": (("rows_kept", "rows_refused", "rows_set_aside"),),
    "inflow": (("n_new", "n_reopened", "n_reposted"),),
}
"""Totals and the parts that add up to them, where a table has all of them."""

POINTS = ("estimate", "ratio", "share", "lift")
"""Names of what an interval (`ci_low`, `ci_high`) is about."""

FLOW = frozenset({"stock", "found", "inflow", "closures", "lost"})
FIRST_PAPER = "1986-01-01"  # the archives hold scans that are older than arXiv
FIRST_ADVERT = "2005-01-01"


class _Table(NamedTuple):
    """A model and what is around it."""

    model: Model
    models: Mapping[str, Model]
    columns: Mapping[str, Column]

    @property
    def name(self) -> str:
        return self.model.table

    @property
    def maker(self) -> str:
        """Where to look when a value is wrong."""
        return self.model.made_by or f"the query of {self.name}"


def skeleton(table: str, models: Mapping[str, Model]) -> Suite:
    """The suite of a table that follows from its header alone.

    Args:
        table: Its name, with schema.
        models: All tables, by name.

    Returns:
        Its checks, the table as a whole first, then column by column, with the frames they judge.
    """
    model = models[table]
    this = _Table(model, models, {column.name: column for column in model.columns})
    frames = {
        ROWS: Frame(table, model.key),
        KEYS: keys(table, model.key),
        **_whole(this),
        **_shown(this),
        **_carried(this),
    }
    checks = {
        check.name: check
        for check in (*_of_table(this, frames), *_of_columns(this))
        if (table, check.name) not in EXEMPT
    }
    used = {check.frame for check in checks.values()}
    return Suite(
        table,
        {name: frame for name, frame in frames.items() if name in used},
        tuple(checks.values()),
    )


def merge(derived: Suite, written: Suite | None) -> Suite:
    """A suite that was written by hand, and what follows from the header beside it.

    Args:
        derived: The suite of the header.
        written: The suite by hand; its checks stand for derived ones of the same name, and for
            those that it says it covers.
    """
    if written is None:
        return derived
    names = {check.name for check in written.checks} | written.covers
    more = tuple(check for check in derived.checks if check.name not in names)
    used = {check.frame for check in more}
    frames = {name: frame for name, frame in derived.frames.items() if name in used}
    return Suite(written.table, {**frames, **written.frames}, written.checks + more, written.covers)


# The table as a whole.


def _whole(this: _Table) -> dict[str, Frame]:
    """Rows of the table, and the fewest rows of any of the stored tables that it is made from."""
    inputs = sorted(_stored(this.model, this.models))
    if not inputs or this.name in OFTEN_EMPTY:
        return {}
    counted = ", ".join(
        f"(SELECT count(*) FROM {name}{_until_as_of(this.models[name])})" for name in inputs
    )
    before = f"least({counted})" if len(inputs) > 1 else counted
    return {
        WHOLE: Frame(
            f"(SELECT {before} AS n_rows_before, (SELECT count(*) FROM {this.name}) AS n_rows)",
            ("n_rows_before", "n_rows"),
        )
    }


def _stored(model: Model, models: Mapping[str, Model]) -> set[str]:
    """The tables that a table is made from; in the place of a view, those that the view reads."""
    reads = ("raw.bodies",) if model.made_by == "warehouse.facts" else model.reads
    found: set[str] = set()
    for name in reads:
        read = models[name]
        is_view = read.materialized == "view" and read.sql
        found |= _stored(read, models) if is_view else {name}
    return found - OFTEN_EMPTY.keys()


def _until_as_of(model: Model) -> str:
    """Rows of raw after the as-of day are there and do not count."""
    days = [column.name for column in model.columns if column.name in ("observed_on", "from_on")]
    if not days or not model.table.startswith("raw."):
        return ""
    return f" WHERE {days[0]} <= coalesce(getvariable('as_of'), 'infinity'::DATE)"


def _shown(this: _Table) -> dict[str, Frame]:
    """A published table that shows one of core, row by row."""
    schema, name = this.name.split(".")
    if schema != "out" or len(this.model.reads) != 1:
        return {}
    shown = this.models[this.model.reads[0]]
    is_like = shown.table == f"core.{name}" or (
        shown.table.startswith("core.") and shown.key == this.model.key
    )
    if not is_like or re.search(r"\b(where|join|group by|qualify|union)\b", this.model.sql, re.I):
        return {}
    return {
        SHOWN: Frame(
            f"(SELECT (SELECT count(*) FROM {shown.table}) AS n_rows_before, "
            f"(SELECT count(*) FROM {this.name}) AS n_rows)",
            ("n_rows_before", "n_rows"),
        )
    }


def _carried(this: _Table) -> dict[str, Frame]:
    """A series of stocks with the stock of the row before."""
    time = next((name for name in this.model.key if name in ("day", "month")), None)
    if not this.columns.keys() >= FLOW or not time:
        return {}
    rest = ", ".join(f'"{name}"' for name in this.model.key if name != time)
    return {
        CARRIED: Frame(
            f"(SELECT *, lag(stock, 1, 0) OVER (PARTITION BY {rest} ORDER BY {time}) "
            f"AS stock_before FROM {this.name})",
            this.model.key,
        )
    }


def _of_table(this: _Table, frames: Mapping[str, Frame]) -> Iterator[Check]:
    table = this.name
    if WHOLE in frames:
        yield Check(
            table,
            "table_is_not_empty",
            "ExpectRowsToBeThere",
            {},
            "warning" if table in MAY_BE_EMPTY else "critical",
            f"Rows went in and none came out. Look at {this.maker}.",
            frame=WHOLE,
        )
    if SHOWN in frames:
        yield Check(
            table,
            "table_rows_are_those_shown",
            "ExpectAsManyRowsAsShown",
            {},
            "critical",
            f"{table} shows {this.model.reads[0]} row by row; another number of rows means that "
            "they come from different runs. Build both again.",
            frame=SHOWN,
        )
    yield Check(
        table,
        f"{this.model.key[0]}_is_unique" if len(this.model.key) == 1 else "table_key_is_unique",
        "ExpectKeyToBeUnique",
        {},
        "critical",
        f"A key that is there twice counts twice. Look at how {this.maker} takes one row of each "
        f"{_list(this.model.key)}.",
        frame=KEYS,
    )
    if CARRIED in frames:
        yield Check(
            table,
            "stock_carries_over",
            "ExpectStockToCarryOver",
            {},
            "critical",
            "Stock is that of before, with what was found and came in, less what closed and was "
            f"lost; else one of the series is wrong. Look at {this.maker}.",
            frame=CARRIED,
        )


# Its columns.


def _of_columns(this: _Table) -> Iterator[Check]:
    for column in this.model.columns:
        for rule in (_stated, _reference, _words, _range, _day, _address):
            yield from rule(this, column)
    for low, high in ORDERED:
        if {low, high} <= this.columns.keys():
            yield _ordered(this, low, high)
    for total, sums in SUMS.items():
        for parts in sums:
            if {total, *parts} <= this.columns.keys():
                yield _check(
                    this,
                    f"{total}_is_sum_of_parts",
                    "ExpectCountsToAddUp",
                    {"column": total, "parts": list(parts)},
                    f"{total} is {_list(parts)} together; else rows are counted twice or nowhere.",
                )
    yield from _interval(this)


def _check(
    this: _Table,
    name: str,
    expectation: str,
    kwargs: Mapping[str, Any],
    guards: str,
    severity: Severity = "critical",
) -> Check:
    return Check(this.name, name, expectation, kwargs, severity, f"{guards} Look at {this.maker}.")


def _stated(this: _Table, column: Column) -> Iterator[Check]:
    """Keys, booleans and a few more; not a column of which the header says when it is NULL."""
    is_key = column.name in this.model.key
    is_boolean = column.type == "BOOLEAN"
    if "NULL" in column.description or not (is_key or is_boolean or column.name in ALWAYS_STATED):
        return
    why = (
        f"{column.name} is part of the key: without it a row can't be told from others."
        if is_key
        else f"Rows are chosen by {column.name}: one without it is in or out by chance."
    )
    yield _check(this, f"{column.name}_is_stated", "ExpectToBeStated", {"column": column.name}, why)


def _reference(this: _Table, column: Column) -> Iterator[Check]:
    if column.name == "board" and "source" in this.columns:
        yield _check(
            this,
            "board_was_asked",
            "ExpectBoardToBeAsked",
            {},
            "Every row comes from a board that was asked, or nobody can say what it rests on.",
        )
    owner = _owner(this, column)
    if owner is None:
        return
    key = column.name if column.name in {c.name for c in owner.columns} else owner.key[0]
    stem = column.name.removesuffix("_id").split("_")[-1]
    may_be_excerpt = owner.table == "core.roles" and "posting_id" in this.columns
    exempt = {"exempt": EXCERPT} if may_be_excerpt and "core.adverts" in this.models else {}
    yield _check(
        this,
        f"{column.name}_has_{'body' if stem == 'hash' else stem}",
        "ExpectReferenceToExist",
        {"column": column.name, "table": owner.table, "key": key, **exempt},
        f"{column.name} points to a row of {owner.table}; one that does not is left over from "
        "another run. Build both again.",
    )


def _owner(this: _Table, column: Column) -> Model | None:
    """The table that a column points to, unless that one is made from this one."""
    if column.type.endswith("[]"):
        return None
    named = re.search(r"\(((?:raw|core|out)\.\w+)\)", column.description)
    if named and named[1] in this.models:
        owner = this.models[named[1]]
    else:
        schema = this.name.split(".")[0]
        name = OWNERS.get(column.name)
        found = [f"{place}.{name}" for place in (schema, "core", "out", "raw")]
        there = [place for place in found if place in this.models]
        if not name or not there:
            return None
        owner = this.models[there[0]]
    is_made_from_this = owner.table == this.name or this.name in _upstream(owner, this.models)
    return None if is_made_from_this else owner


def _upstream(model: Model, models: Mapping[str, Model]) -> set[str]:
    found = set(model.reads)
    for read in model.reads:
        found |= _upstream(models[read], models)
    return found


def _words(this: _Table, column: Column) -> Iterator[Check]:
    name = column.name
    words = this.model.values.get(name) or WORDS.get(name, ())
    if isinstance(words, str):
        yield _check(
            this,
            f"{name}_is_known",
            VOCABULARIES[words],
            {"column": name},
            f"A {name} outside the vocabulary is counted for nobody: it is misspelt, or of an "
            "older method.",
        )
    elif words:
        yield _check(
            this,
            f"{name}_is_known",
            "ExpectWordToBeKnown",
            {"column": name, "words": list(words)},
            f"A {name} outside the vocabulary falls out of every figure. Name a new word in the "
            "header.",
        )
    elif name == "country":
        yield _check(
            this,
            "country_is_iso",
            "ExpectIsoCountry",
            {"mostly": 0.99},
            "Countries are ISO 3166 codes: UK for GB would lose a country.",
        )
    elif name == "countries" and column.type == "VARCHAR[]":
        yield _check(
            this,
            "countries_are_iso",
            "ExpectIsoCountries",
            {"mostly": 0.99},
            "Countries are ISO 3166 codes: UK for GB would lose a country.",
        )
    elif name == "currency":
        yield _check(
            this,
            "currency_is_iso",
            "ExpectIsoCurrency",
            {},
            "Currencies are ISO 4217 codes, or no exchange rate is found.",
        )
    elif name == "source" or (name == "sources" and name in this.model.key):
        yield _check(
            this,
            f"{name}_is_known",
            "ExpectSourceName",
            {"column": name},
            "A source is written in small letters, digits and underscores; another spelling would "
            "split it in two.",
            "warning",
        )


def _range(this: _Table, column: Column) -> Iterator[Check]:
    name, kind = column.name, column.type
    if kind in ("INTEGER", "BIGINT", "SMALLINT", "HUGEINT"):
        yield _check(
            this,
            f"{name}_is_not_negative",
            "ExpectCount",
            {"column": name},
            f"{name} counts something or gives a place, from 0 on.",
        )
    elif kind not in ("DOUBLE", "FLOAT") and not kind.startswith("DECIMAL"):
        return
    elif re.search(r"(^|_)(share|rate)(_|$)", name):
        yield _check(
            this,
            f"{name}_is_share",
            "ExpectShareOfWhole",
            {"column": name},
            f"{name} is a fraction of 1, or it is read as something else.",
        )
    elif name.endswith("_usd_year"):
        # What can't be a salary is kept, and marked.
        only = {"only": "is_plausible"} if "is_plausible" in this.columns else {}
        yield _check(
            this,
            f"{name}_is_plausible",
            "ExpectPayToBePlausibleUsd",
            {"column": name, **only},
            "Pay in cents, in thousands or of another period would shift every pay figure.",
        )
    elif name in ("ratio", "lift"):
        yield _check(
            this,
            f"{name}_is_not_negative",
            "ExpectNumberWithin",
            {"column": name, "min_value": 0},
            f"{name} is one count over another, so never below 0.",
        )


def _day(this: _Table, column: Column) -> Iterator[Check]:
    if column.name == "expires_on":
        return  # a deadline lies ahead
    name = column.name
    if column.type != "DATE":
        return
    is_paper = name in ("published_on", "period_start")
    yield _check(
        this,
        f"{name}_is_within_data",
        "ExpectDayWithinData",
        {
            "column": name,
            "first": FIRST_PAPER if is_paper else FIRST_ADVERT,
            "mostly": 0.99 if name in SAID_BY_OTHERS else 1.0,
        },
        f"{name} lies in the time that the data are of, or whole series shift.",
    )
    unit = re.search(r"_by_(month|quarter|year)$", this.name)
    if unit and name in ("month", "period_start"):
        yield _check(
            this,
            f"{name}_begins_{unit[1]}",
            "ExpectPeriodToBegin",
            {"column": name, "unit": unit[1]},
            f"A {unit[1]} is named by its first day; another day makes two of it.",
        )


def _address(this: _Table, column: Column) -> Iterator[Check]:
    if column.name == "url" or column.name.endswith("_url"):
        yield _check(
            this,
            f"{column.name}_is_address",
            "ExpectAddress",
            {"column": column.name, "mostly": 0.95},
            "Readers follow the address to what a row rests on.",
            "warning",
        )


def _ordered(this: _Table, low: str, high: str) -> Check:
    is_time = this.columns[high].type in ("DATE", "TIMESTAMP")
    is_pay = low.startswith("pay_") and "is_plausible" in this.columns
    return _check(
        this,
        f"{high}_is_not_{'before' if is_time else 'below'}_{low}",
        "ExpectOrder",
        {"column": high, "low": low, **({"only": "is_plausible"} if is_pay else {})},
        f"{low} comes first: the two were swapped, or belong to two rows.",
    )


def _interval(this: _Table) -> Iterator[Check]:
    points = [name for name in POINTS if name in this.columns]
    if {"ci_low", "ci_high"} <= this.columns.keys() and points:
        yield _check(
            this,
            f"{points[0]}_is_within_interval",
            "ExpectIntervalToHoldEstimate",
            {"column": points[0]},
            "The interval holds what it is about, or one of the two is wrong.",
        )


def _list(names: tuple[str, ...]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
