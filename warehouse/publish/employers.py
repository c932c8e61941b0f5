"""Employers: which framework they name, who names it most, and who went from one to the other.

Belongs here: choosing and counting the rows of `company_framework_use` that the page shows, and
their words. Does not belong here: how the chart is drawn (`charts_employers`), or who counts as an
agency (`core.companies`).
"""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from warehouse.publish.charts_employers import employers_chart
from warehouse.publish.rows import Figure, Publication, Row
from warehouse.publish.wording import (
    NAME_CHARS,
    count,
    counted,
    figure,
    interval,
    is_number,
    shortened,
)
from warehouse.statistics.intervals import wilson

_ENOUGH_EMPLOYERS = 10  # that name either, for a year to be drawn or told of
_LARGEST = 5  # employers whose share of all roles is told
_MOST_EMPLOYERS = 15
_MOST_MOVES = 12
_NAMES = {"pytorch": "PyTorch", "tensorflow": "TensorFlow"}

# roles that name either: those that name both are counted once
_NAMED = "n_roles_pytorch + n_roles_tensorflow - n_roles_both"


def employers_section(publication: Publication, *, is_sample: bool) -> Row | None:
    """Employers by year, the largest of the newest years, and those that went over.

    Args:
        publication: Reads `out.company_framework_use`, and `out.companies` for agencies.
        is_sample: Marks the chart.

    Returns:
        `sentences`, `figure` (None where no year has enough employers), `panels` of the largest
        employers by year, and `moves`. None where no employer names either framework.
    """
    if not publication.has("out.company_framework_use"):
        return None
    years = _years(publication)
    if not any(row["n_named"] for row in years):
        return None
    agencies = _agencies(publication)
    whole = [row for row in years if not row["is_partial"] and row["n_named"] >= _ENOUGH_EMPLOYERS]
    return {
        "sentences": _sentences(whole),
        "figure": _figure(years, is_sample=is_sample),
        "panels": _largest(publication, years, agencies),
        "moves": _moves(publication, agencies),
    }


def _years(publication: Publication) -> list[Row]:
    """Employers and roles by year, and how much of the roles the largest employers hold."""
    return publication.rows(
        f"""WITH used AS (
            SELECT *, {_NAMED} AS n_roles_named FROM "out".company_framework_use
        ), ranked AS (
            SELECT
                *,
                row_number() OVER (PARTITION BY year ORDER BY n_roles_named DESC, company_id)
                    AS place,
                sum(n_roles_named) OVER (
                    PARTITION BY year ORDER BY n_roles_named DESC, company_id
                ) AS n_so_far,
                sum(n_roles_named) OVER (PARTITION BY year) AS n_all
            FROM used
        )
        SELECT
            year,
            bool_or(is_partial) AS is_partial,
            count(*) AS n_companies,
            count(*) FILTER (uses_pytorch OR uses_tensorflow) AS n_named,
            count(*) FILTER (uses_pytorch AND NOT uses_tensorflow) AS n_pytorch_only,
            count(*) FILTER (uses_pytorch AND uses_tensorflow) AS n_both,
            count(*) FILTER (uses_tensorflow AND NOT uses_pytorch) AS n_tensorflow_only,
            count(*) FILTER (uses_jax) AS n_jax,
            sum(n_roles_named)::BIGINT AS n_roles_named,
            coalesce(sum(n_roles_named) FILTER (place <= {_LARGEST}), 0)::BIGINT AS n_roles_largest,
            count(*) FILTER (2 * (n_so_far - n_roles_named) < n_all AND n_roles_named > 0) AS n_half
        FROM ranked GROUP BY year ORDER BY year"""
    )


def _agencies(publication: Publication) -> frozenset[str]:
    if not publication.has("out.companies"):
        return frozenset()
    rows = publication.rows('SELECT company_id FROM "out".companies WHERE is_agency')
    return frozenset(row["company_id"] for row in rows)


def _sentences(whole: Sequence[Row]) -> list[str]:
    """The newest whole year beside the first, and how few employers hold the roles."""
    if not whole:
        return [
            f"No year that is over has {_ENOUGH_EMPLOYERS} employers that name PyTorch or "
            "TensorFlow, too few to tell their shares."
        ]
    newest, first = whole[-1], whole[0]
    sentences = [
        f"In {newest['year']}, the newest year that is over and has enough of them, "
        f"{count(newest['n_named'])} employers name PyTorch or TensorFlow: "
        f"{count(newest['n_pytorch_only'])} PyTorch alone, "
        f"{count(newest['n_both'])} both and {count(newest['n_tensorflow_only'])} TensorFlow "
        f"alone. PyTorch is named by {_share_naming(newest, 'pytorch')} of them, TensorFlow by "
        f"{_share_naming(newest, 'tensorflow')}."
    ]
    if first is not newest:
        sentences.append(
            f"In {first['year']}, of {count(first['n_named'])} employers, PyTorch was named by "
            f"{_share_naming(first, 'pytorch')}, TensorFlow by "
            f"{_share_naming(first, 'tensorflow')}."
        )
    largest = newest["n_roles_largest"] / newest["n_roles_named"]
    sentences.append(
        f"Of the {count(newest['n_roles_named'])} roles of {newest['year']} that name either, the "
        f"{_LARGEST} employers with the most hold {figure(largest, 'share')}, and "
        f"{_half_said(newest['n_half'])} half."
    )
    return sentences


def _half_said(n: int) -> str:
    return "one holds" if n == 1 else f"{count(n)} hold"


def _share_naming(row: Row, framework: str) -> str:
    """Share of the employers naming either that name this one, with Wilson's interval."""
    n = row[f"n_{framework}_only"] + row["n_both"]
    low, high = wilson(n, row["n_named"])
    ends = interval(low, high, "share")
    return f"{figure(n / row['n_named'], 'share')} (95 % interval {ends})"


def _figure(years: Sequence[Row], *, is_sample: bool) -> Figure | None:
    """The chart of years that have enough employers; the table holds them all."""
    drawn = [row for row in years if row["n_named"] >= _ENOUGH_EMPLOYERS]
    if not drawn:
        return None
    first, last = drawn[0], drawn[-1]
    return Figure(
        Markup(employers_chart(drawn, "wide", is_sample=is_sample)),
        Markup(employers_chart(drawn, "narrow", is_sample=is_sample)),
        alternative=(
            "Bar chart of the employers that name PyTorch or TensorFlow, by what they name and "
            f"year: {_split(first)}; {_split(last)}. The table below the chart holds every value."
        ),
        note=(
            "Employers whose adverts of the year name PyTorch or TensorFlow; the number above a "
            "bar is how many. An employer names both in one role or in two. Dashed: a year that "
            "is not over. Which employers are seen, and how long their adverts are, changes with "
            "the sources, so a step from one year to the next can be theirs. Years with fewer "
            f"than {_ENOUGH_EMPLOYERS} such employers are in the table only."
        ),
        columns=(
            "year",
            "employers naming either",
            "PyTorch alone",
            "both",
            "TensorFlow alone",
            "naming JAX",
            "naming PyTorch",
            "95 % interval",
            "roles naming either",
            f"at the {_LARGEST} largest",
            "partial",
        ),
        rows=[_told(row) for row in years],
    )


def _split(row: Row) -> str:
    return (
        f"{row['year']} {count(row['n_pytorch_only'])} PyTorch alone, {count(row['n_both'])} both, "
        f"{count(row['n_tensorflow_only'])} TensorFlow alone"
    )


def _told(row: Row) -> tuple[str, ...]:
    naming = row["n_pytorch_only"] + row["n_both"]
    ends = wilson(naming, row["n_named"])
    return (
        str(row["year"]),
        count(row["n_named"]),
        count(row["n_pytorch_only"]),
        count(row["n_both"]),
        count(row["n_tensorflow_only"]),
        count(row["n_jax"]),
        figure(naming / row["n_named"] if row["n_named"] else None, "share"),
        interval(*ends, "share"),
        count(row["n_roles_named"]),
        figure(
            row["n_roles_largest"] / row["n_roles_named"] if row["n_roles_named"] else None, "share"
        ),
        "partial" if row["is_partial"] else "",
    )


def _largest(publication: Publication, years: Sequence[Row], agencies: frozenset[str]) -> list[Row]:
    """Employers with the most roles naming a framework: of the newest year and newest whole one.

    The year with more such roles comes first: a year just begun says little.
    """
    named = [row for row in years if row["n_roles_named"]]
    whole = [row for row in named if not row["is_partial"]]
    chosen = {row["year"]: row for row in (*named[-1:], *whole[-1:])}
    panels = []
    for row in sorted(chosen.values(), key=lambda row: (-row["n_roles_named"], -row["year"])):
        found = publication.rows(
            f"""SELECT *, {_NAMED} AS n_roles_named FROM "out".company_framework_use
            WHERE year = $1 AND {_NAMED} > 0
            ORDER BY n_roles_named DESC, n_roles_pytorch DESC, company_id LIMIT $2""",
            [row["year"], _MOST_EMPLOYERS],
        )
        panels.append(
            {
                "label": f"{row['year']}, not over" if row["is_partial"] else str(row["year"]),
                "n_named": row["n_named"],
                "rows": [_employer(one, agencies) for one in found],
            }
        )
    return panels


def _employer(row: Row, agencies: frozenset[str]) -> Row:
    return {
        **row,
        "name": shortened(row["company"], NAME_CHARS) or "name not known",
        "is_agency": row["company_id"] in agencies,
    }


def _moves(publication: Publication, agencies: frozenset[str]) -> Row | None:
    """Employers that named one framework and, in a later year for the first time, the other."""
    rows = publication.rows(
        """SELECT
            company_id,
            arg_max(company, year) AS company,
            min(year) FILTER (uses_pytorch) AS first_pytorch,
            max(year) FILTER (uses_pytorch) AS last_pytorch,
            min(year) FILTER (uses_tensorflow) AS first_tensorflow,
            max(year) FILTER (uses_tensorflow) AS last_tensorflow,
            count(*) FILTER (uses_pytorch OR uses_tensorflow) AS n_years,
            sum(n_roles_pytorch)::BIGINT AS n_roles_pytorch,
            sum(n_roles_tensorflow)::BIGINT AS n_roles_tensorflow
        FROM "out".company_framework_use GROUP BY company_id
        HAVING n_years >= 2 ORDER BY company_id"""
    )
    if not rows:
        return None
    moved = [row for row in rows if _former(row)]
    n_moved = {
        (former, has_left): sum(
            _former(row) == former and _has_left(row, former) is has_left for row in moved
        )
        for former in _NAMES
        for has_left in (True, False)
    }
    moved.sort(
        key=lambda row: (
            not _has_left(row, str(_former(row))),
            -row["n_roles_pytorch"] - row["n_roles_tensorflow"],
            row["company_id"],
        )
    )
    return {
        "sentence": (
            f"{counted(len(rows), 'employers')} {'names' if len(rows) == 1 else 'name'} either in "
            "two years or more. "
            + " ".join(
                _moved_said(former, n_moved[former, True], n_moved[former, False], len(rows))
                for former in ("tensorflow", "pytorch")
            )
        ),
        "n_more": len(moved[_MOST_MOVES:]),
        "rows": [_move(row, agencies) for row in moved[:_MOST_MOVES]],
    }


def _former(row: Row) -> str | None:
    """The framework that an employer named first, where the other followed in a later year."""
    first = {name: row[f"first_{name}"] for name in _NAMES}
    if not all(is_number(year) for year in first.values()) or len(set(first.values())) == 1:
        return None
    return min(first, key=lambda name: first[name])


def _later(former: str) -> str:
    return next(name for name in _NAMES if name != former)


def _has_left(row: Row, former: str) -> bool:
    """Whether the former framework is missing in the last year in which either is named."""
    return bool(row[f"last_{former}"] < row[f"last_{_later(former)}"])


def _moved_said(former: str, n_left: int, n_beside: int, n_seen: int) -> str:
    moved = n_left + n_beside
    ends = interval(*wilson(moved, n_seen), "share")
    return (
        f"{count(moved) if moved else 'None'} of them ({figure(moved / n_seen, 'share')}, 95 % "
        f"interval {ends}) named {_NAMES[former]} first and {_NAMES[_later(former)]} in a later "
        f"year{_left_said(n_left, moved, _NAMES[_later(former)])}."
    )


def _left_said(n_left: int, n_moved: int, later: str) -> str:
    if not n_moved:
        return ""
    who = "none" if not n_left else "all" if n_left == n_moved else count(n_left)
    return f"; in the newest year in which they named either, {who} of those named {later} alone"


def _move(row: Row, agencies: frozenset[str]) -> Row:
    former = str(_former(row))
    return {
        **_employer(row, agencies),
        "former": _NAMES[former],
        "later": _NAMES[_later(former)],
        "former_years": _span(row, former),
        "later_years": _span(row, _later(former)),
        "has_left": _has_left(row, former),
        "n_former": row[f"n_roles_{former}"],
        "n_later": row[f"n_roles_{_later(former)}"],
    }


def _span(row: Row, framework: str) -> str:
    first, last = row[f"first_{framework}"], row[f"last_{framework}"]
    return str(first) if first == last else f"{first} to {last}"
