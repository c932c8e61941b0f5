"""The log of published figures that moved, from one publication to the next, and why.

Belongs here: which figures are followed, when one counts as moved, and what made it move. Does not
belong here: how a move is told to people (`changed`), or the figures themselves (`statistics`,
`claims`).

The log is that of the last publication and what differs between it and the working warehouse. So it
survives the loss of the working warehouse, and running again with the same input adds nothing.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import duckdb

from warehouse import models
from warehouse.digest import digest_of_code
from warehouse.publish.snapshot import identifier, literal
from warehouse.publish.wording import period_namer

TABLE = "out.figure_changes"
MOST_ROWS = 50
"""Rows of one table for figures beyond their interval; a row more sums up the rest."""
ROUNDING = 0.0005
"""Share of a figure below which a move is rounding: figures are read to three digits."""
_HALF_A_MONTH = 1 / 24
_DUST = 1e-9
_ATTACHED = "publication_before"
_PUBLICATION = re.compile(r"(\d{6,})-[0-9a-f]{16}")
_MAKING_FIGURES = ("matching", "models", "statistics", "claims")
_CODE = (".py", ".sql", ".csv")  # a claim's own file is its version's business

Key = tuple[Any, ...]


class Made(NamedTuple):
    """What figures were made from, as far as it is known; it tells new data from a new method.

    Attributes:
        as_of: Newest day of observation that counts.
        is_sample: Whether they are of the sample market.
        method_version: Version of the normalisers.
        by_method: Adverts by the version that read them.
        landed: Digest of all that was landed, None where it was not noted.
        code: Digest of the code that counts and judges, None where it was not noted.
    """

    as_of: date
    is_sample: bool
    method_version: str | None = None
    by_method: Mapping[str, int] = {}
    landed: str | None = None
    code: str | None = None

    @classmethod
    def of_run(cls, run: Mapping[str, Any]) -> Made:
        """What `run.json` says of it.

        Args:
            run: Its content; `as_of` and `is_sample` are required.
        """
        noted = run.get("made_from") or {}
        return cls(
            date.fromisoformat(str(run["as_of"])),
            bool(run["is_sample"]),
            run.get("method_version"),
            run.get("adverts_by_method") or {},
            noted.get("landed"),
            noted.get("code"),
        )


class Published(NamedTuple):
    """A publication that can be read: its id, its folder, and its `run.json`."""

    publication_id: str
    path: Path
    run: Mapping[str, Any]


class Series(NamedTuple):
    """A table of figures that are followed: where each stands, and what it rests on."""

    table: str
    key: tuple[str, ...]
    measure: str
    low: str | None
    high: str | None
    n: str
    unit: str | None = None
    only: str = "true"  # SQL
    also: tuple[str, ...] = ()  # columns that `only` needs


class Figure(NamedTuple):
    """One published figure; NaN reads as None, and an open end likewise."""

    value: float | None
    low: float | None = None
    high: float | None = None
    n: int | None = None
    unit: str | None = None
    said: str | None = None
    version: int | None = None
    rule: str | None = None


class Move(NamedTuple):
    """What happened to one figure, or to several of which this one moved most."""

    kind: str
    key: Key
    before: Figure
    after: Figure
    n_figures: int = 1


_NOTHING = Figure(None)
_BY_PERIOD = ("period_start", "sources", "population")
_RATIO = ("ratio", "ci_low", "ci_high", "n_roles", "ratio")
SERIES = (
    *(
        Series(f"framework_ratio_by_{period}", _BY_PERIOD, *_RATIO)
        for period in ("month", "quarter", "year")
    ),
    Series(
        "framework_share_by_month",
        ("month", "sources", "population", "framework"),
        "share",
        "ci_low",
        "ci_high",
        "n_roles",
        "share",
    ),
    *(
        Series(
            f"framework_share_by_{period}",
            (*_BY_PERIOD, "framework"),
            "share",
            "ci_low",
            "ci_high",
            "n_roles",
            "share",
        )
        for period in ("quarter", "year")
    ),
    Series(
        "pay_by_framework_level",
        ("framework", "level", "family", "country"),
        "p50",
        "p50_ci_low",
        "p50_ci_high",
        "n_roles_paid",
        "USD a year",
    ),
    *(
        Series(
            f"paper_share_by_{period}",
            ("period_start", "framework", "scope"),
            "share",
            "ci_low",
            "ci_high",
            "n_papers",
            "share",
        )
        for period in ("quarter", "year")
    ),
    Series(
        "model_share",
        ("framework", "group"),
        "share",
        None,
        None,
        "n_models",
        "share",
        "snapshot = (SELECT max(snapshot) FROM {table})",
        ("snapshot",),
    ),
    Series(
        "skill_by_framework",
        ("framework", "skill", "population"),
        "lift",
        "ci_low",
        "ci_high",
        "n_roles",
        # a pair of frameworks stands there twice, with one lift
        only="kind <> 'framework' OR framework < skill",
        also=("kind",),
    ),
    Series(
        "comention_by_year",
        ("year", "population", "technology_a", "technology_b"),
        "lift",
        "ci_low",
        "ci_high",
        "n_roles",
    ),
)
"""Figures that are followed beside the claims' and the sources' states."""
_CLAIMS = "claim_verdicts"
_SOURCES = "source_health"
_ANSWERED = ("ok", "partial")


@cache
def figures_code() -> str:
    """Digest of the code that counts and judges; that which reads adverts has a version."""
    home = Path(__file__).parents[1]
    return digest_of_code(*(home / name for name in _MAKING_FIGURES), only=_CODE)[:16]


def landed_digest(con: duckdb.DuckDBPyConnection) -> str:
    """Digest of all landing files that were loaded.

    Args:
        con: The working warehouse.
    """
    rows = con.execute("SELECT file, digest FROM raw.landings ORDER BY file").fetchall()
    return hashlib.sha256(repr(rows).encode()).hexdigest()[:16]


def newest_published(data: Path) -> Published | None:
    """The publication that readers see; where that can't be read, the newest one that can.

    Args:
        data: The DATA folder.
    """
    link = data / "published"
    folders = sorted(
        (path for path in (data / "publications").glob("[0-9]*-*") if _number(path)),
        key=_number,
        reverse=True,
    )
    current = [data / os.readlink(link)] if link.is_symlink() else []
    for path in (*current, *folders):
        try:
            run = json.loads((path / "run.json").read_text(encoding="utf-8"))
            Made.of_run(run)
        except (FileNotFoundError, ValueError, KeyError, TypeError, AttributeError):
            continue
        if (path / "warehouse.duckdb").is_file():
            return Published(path.name, path, run)
    return None


def _number(path: Path) -> int:
    match = _PUBLICATION.fullmatch(path.name)
    return int(match[1]) if match else 0


def renew_log(con: duckdb.DuckDBPyConnection, data: Path, made: Made) -> int:
    """Make `out.figure_changes`: the log of the last publication, and what moved since.

    Without a publication, or where the last one is of the other market, it is empty.

    Args:
        con: The working warehouse, with all tables of figures made.
        data: The DATA folder.
        made: What its figures were made from.

    Returns:
        Rows that are new.

    Raises:
        duckdb.Error: The last publication can't be read.
    """
    last = newest_published(data)
    names = [column.name for column in models.models()[TABLE].columns]
    moved: list[dict[str, Any]] = []
    if last is not None and bool(last.run["is_sample"]) == made.is_sample:
        path = literal(str(last.path / "warehouse.duckdb"))
        con.execute(f"ATTACH {path} AS {_ATTACHED} (READ_ONLY)")
    else:
        last = None
    try:
        con.execute("BEGIN")
        con.execute(f"DELETE FROM {TABLE}")
        if last is not None:
            kept = [name for name in names if name in _columns(con, "figure_changes", _ATTACHED)]
            if kept:
                listed = ", ".join(map(identifier, kept))
                con.execute(
                    f"INSERT INTO {TABLE} ({listed}) SELECT {listed} FROM {_ATTACHED}.{TABLE}"
                )
            moved = list(_rows(con, last, made))
        if moved:
            con.executemany(
                f"INSERT INTO {TABLE} VALUES ({', '.join('?' * len(names))})",
                [[row[name] for name in names] for row in moved],
            )
        con.execute("COMMIT")
    except BaseException:
        con.execute("ROLLBACK")
        raise
    finally:
        if last is not None:
            con.execute(f"DETACH {_ATTACHED}")
    return len(moved)


def _rows(con: duckdb.DuckDBPyConnection, last: Published, made: Made) -> Iterator[dict[str, Any]]:
    """The new rows of the log, as mappings from column to value."""
    made_before = Made.of_run(last.run)
    for table, key, measure, moves in _all_moves(con):
        for move in moves:
            before, after = move.before, move.after
            yield {
                "as_of_before": made_before.as_of,
                "as_of_after": made.as_of,
                "publication_before": last.publication_id,
                "table_name": table,
                "kind": move.kind,
                "figure": in_words(table, key, move.key),
                "figure_key": json.dumps(
                    dict(zip(key, move.key, strict=True)), ensure_ascii=False, default=str
                ),
                "measure": measure,
                "unit": after.unit or before.unit,
                "value_before": before.value,
                "ci_low_before": before.low,
                "ci_high_before": before.high,
                "value_after": after.value,
                "ci_low_after": after.low,
                "ci_high_after": after.high,
                "n_before": before.n,
                "n_after": after.n,
                "said_before": before.said,
                "said_after": after.said,
                "why": why(made_before, made, before, after),
                "method_version_before": made_before.method_version,
                "method_version_after": made.method_version,
                "claim_version_before": before.version,
                "claim_version_after": after.version,
                "n_figures": move.n_figures,
                "is_sample": made.is_sample,
            }


def _all_moves(
    con: duckdb.DuckDBPyConnection,
) -> Iterator[tuple[str, tuple[str, ...], str, list[Move]]]:
    before, after = (_claims(con, database) for database in (_ATTACHED, None))
    if before is not None and after is not None:
        yield _CLAIMS, ("claim_id",), "estimate", moves(before, after, is_each=True)
    for series in SERIES:
        before, after = (_series(con, series, database) for database in (_ATTACHED, None))
        if before is not None and after is not None:
            yield series.table, series.key, series.measure, moves(before, after)
    before, after = (_states(con, database) for database in (_ATTACHED, None))
    if before is not None and after is not None:
        yield _SOURCES, ("source",), "state", sources_moved(before, after)


# --- reading -------------------------------------------------------------------------------------


def _columns(con: duckdb.DuckDBPyConnection, table: str, database: str | None) -> set[str]:
    rows = con.execute(
        "SELECT column_name FROM duckdb_columns() WHERE schema_name = 'out' AND table_name = $1 "
        "AND database_name = coalesce($2, current_database())",
        [table, database],
    ).fetchall()
    return {name for (name,) in rows}


def _named(table: str, database: str | None) -> str:
    return f"{database}.out.{table}" if database else f"out.{table}"


def _series(
    con: duckdb.DuckDBPyConnection, series: Series, database: str | None
) -> dict[Key, Figure] | None:
    """The figures of a series that are there; None where the table or a column of it is not."""
    ends = [name for name in (series.low, series.high) if name]
    wanted = {*series.key, series.measure, *ends, series.n, *series.also}
    if not wanted <= _columns(con, series.table, database):
        return None
    table = _named(series.table, database)
    low, high = (identifier(name) if name else "NULL" for name in (series.low, series.high))
    rows = con.execute(
        f"SELECT {identifier(series.measure)}, {low}, {high}, {series.n}, "
        f"{', '.join(map(identifier, series.key))} FROM {table} "
        f"WHERE {series.only.format(table=table)}"
    ).fetchall()
    return {
        key: Figure(_number_or_none(value), _end(low), _end(high), n, series.unit)
        for value, low, high, n, *rest in rows
        if _number_or_none(value) is not None and (key := tuple(rest))
    }


def _claims(con: duckdb.DuckDBPyConnection, database: str | None) -> dict[Key, Figure] | None:
    """Every claim with its verdict; columns that an older publication lacks read as None."""
    there = _columns(con, _CLAIMS, database)
    if not {"claim_id", "verdict", "estimate", "ci_low", "ci_high"} <= there:
        return None
    counted = [name for name in ("n_papers", "n_models", "n_roles") if name in there]
    more = [name if name in there else "NULL" for name in ("unit", "claim_version", "rule")]
    rows = con.execute(
        f"SELECT claim_id, estimate, ci_low, ci_high, "
        f"coalesce({', '.join([*counted, 'NULL', 'NULL'])}), "
        f"{', '.join(more)}, verdict FROM {_named(_CLAIMS, database)}"
    ).fetchall()
    return {
        (claim,): Figure(
            _number_or_none(value), _end(low), _end(high), n, unit, verdict, version, rule
        )
        for claim, value, low, high, n, unit, version, rule, verdict in rows
    }


def _states(con: duckdb.DuckDBPyConnection, database: str | None) -> dict[Key, Figure] | None:
    """The newest state of each source."""
    if not {"source", "observed_on", "state"} <= _columns(con, _SOURCES, database):
        return None
    rows = con.execute(
        f"SELECT source, state FROM {_named(_SOURCES, database)} "
        "QUALIFY row_number() OVER (PARTITION BY source ORDER BY observed_on DESC) = 1"
    ).fetchall()
    return {(source,): Figure(None, said=state) for source, state in rows}


def _number_or_none(value: float | None) -> float | None:
    return None if value is None or math.isnan(value) else float(value)


def _end(value: float | None) -> float | None:
    """An end of an interval; what is open reads as None, however it was written."""
    return None if value is None or not math.isfinite(value) else float(value)


# --- comparing -----------------------------------------------------------------------------------


def moves(
    before: Mapping[Key, Figure],
    after: Mapping[Key, Figure],
    *,
    is_each: bool = False,
    most: int = MOST_ROWS,
) -> list[Move]:
    """What happened between two states of one table.

    Args:
        before: Its figures by key.
        after: Likewise.
        is_each: Whether figures that are new or gone have a row each.
        most: Rows of figures beyond their interval; a row more sums up the rest.

    Returns:
        Flipped verdicts, figures beyond their interval of before (the farthest first), one row for
        all smaller moves, and what is new or gone.
    """
    found: dict[str, list[Move]] = {}
    for key in {**before, **after}:
        was, is_now = before.get(key, _NOTHING), after.get(key, _NOTHING)
        kind = _kind(was, is_now, is_there=(key in before, key in after))
        if kind:
            found.setdefault(kind, []).append(Move(kind, key, was, is_now))
    told: list[Move] = []
    for kind, each in found.items():
        each.sort(key=_order)
        is_row = kind == "verdict flipped" or (is_each and kind in ("new", "gone"))
        n = len(each) if is_row else most if kind == "moved beyond its interval" else 0
        told += each[:n]
        rest = each[n:]
        if rest:
            told.append(rest[0]._replace(n_figures=len(rest)))
    return told


def _kind(before: Figure, after: Figure, *, is_there: tuple[bool, bool]) -> str | None:
    if is_there != (True, True):
        return "gone" if is_there[0] else "new"
    if before.said != after.said:
        return "verdict flipped"
    if before.value is None and after.value is None:
        return None
    if before.value is None:
        return "new"
    if after.value is None:
        return "gone"
    if is_rounding(before.value, after.value, after.unit):
        return None
    return "moved beyond its interval" if is_beyond(before, after.value) else "moved"


def is_rounding(before: float, after: float, unit: str | None) -> bool:
    """Whether two values read alike.

    Args:
        before: In its unit.
        after: In the same unit.
        unit: As in `out.claim_verdicts`; a year is told by its month.
    """
    if before == after:
        return True
    if not (math.isfinite(before) and math.isfinite(after)):
        return False
    allowed = _HALF_A_MONTH if unit == "year" else ROUNDING * max(abs(before), abs(after))
    return abs(after - before) <= max(allowed, _DUST)


def is_beyond(before: Figure, value: float) -> bool:
    """Whether a value lies outside the interval that a figure had.

    Args:
        before: The figure; without an interval, nothing lies outside of it.
        value: In the same unit.
    """
    is_below = before.low is not None and value < before.low
    is_above = before.high is not None and value > before.high
    return is_below or is_above


def _order(move: Move) -> tuple[float, int, str]:
    """The largest move first, then what rests on most."""
    was, is_now = move.before.value, move.after.value
    size = 0.0
    if was is not None and is_now is not None and was != is_now:
        size = abs(is_now - was) / max(abs(is_now), abs(was))
        size = math.inf if math.isnan(size) else size
    return -size, -max(move.before.n or 0, move.after.n or 0), str(move.key)


def sources_moved(before: Mapping[Key, Figure], after: Mapping[Key, Figure]) -> list[Move]:
    """Sources that answered and don't any more, or do again.

    Args:
        before: States by source.
        after: Likewise; a source that is not there has gone.
    """
    told = []
    for key in sorted({**before, **after}):
        was, is_now = before.get(key, _NOTHING), after.get(key, _NOTHING)
        answered, answers = (one.said in _ANSWERED for one in (was, is_now))
        if answered and not answers:
            told.append(Move("source lost", key, was, is_now))
        elif answers and not answered:
            kind = "source recovered" if key in before else "new"
            told.append(Move(kind, key, was, is_now))
    return told


def why(made_before: Made, made: Made, before: Figure, after: Figure) -> str:
    """What made a figure move.

    What was landed and the code are compared where both sides noted them. Else other counts behind
    a figure stand for new data, unless a new method may have counted otherwise. Where nothing
    differs, the libraries do: a new method.

    Args:
        made_before: What the earlier figure was made from.
        made: What the later one was.
        before: The earlier figure.
        after: The later one.

    Returns:
        `new data`, `new method`, `both` or `claim re-registered`.
    """
    is_claim = before.version is not None and after.version is not None
    if is_claim and (before.version, before.rule) != (after.version, after.rule):
        return "claim re-registered"
    if (before.version is None) != (after.version is None) and None in (before.said, after.said):
        return "claim re-registered"  # one that is new, or was taken out
    if before.said in (*_ANSWERED, "failed") or after.said in (*_ANSWERED, "failed"):
        return "new data"
    is_method = (
        made_before.method_version != made.method_version
        or _read_otherwise(made_before, made)
        or bool(made_before.code and made.code and made_before.code != made.code)
    )
    is_data = made_before.as_of != made.as_of
    if made_before.landed and made.landed:
        is_data = is_data or made_before.landed != made.landed
    elif not is_method:
        is_data = is_data or before.n != after.n
    if is_data:
        return "both" if is_method else "new data"
    return "new method"


def _read_otherwise(before: Made, after: Made) -> bool:
    """Whether adverts that an older method had read were read anew: that takes several runs."""
    older = {*before.by_method, *after.by_method} - {after.method_version}
    return any(before.by_method.get(name, 0) > after.by_method.get(name, 0) for name in older)


# --- in words ------------------------------------------------------------------------------------

_ANY = {
    "sources": {"all": "all sources", "panel": "fixed panel of boards"},
    "population": {"ml": "machine-learning roles", "all": "all roles"},
    "scope": {"all": "all repositories", "official": "official repositories"},
    "framework": {"all": "any framework"},
    "level": {"all": "any level"},
    "family": {"all": "any kind of work"},
    "country": {"all": "any country"},
}


def in_words(table: str, names: Sequence[str], key: Iterable[Any]) -> str:
    """The key of a figure as a person says it: 2026 Q1, all sources, machine-learning roles.

    Args:
        table: Its table.
        names: Columns of the key.
        key: Their values.
    """
    return ", ".join(_said(table, name, value) for name, value in zip(names, key, strict=True))


def _said(table: str, name: str, value: Any) -> str:
    if isinstance(value, date):
        period = re.search(r"_by_(month|quarter|year)$", table)
        return period_namer(period[1])(value) if period else value.isoformat()
    return _ANY.get(name, {}).get(value, str(value))
