"""Our series against others: shipped figures, what is read of ours, and what agrees."""

from __future__ import annotations

import csv
import math
from collections import defaultdict
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest

import warehouse.claims
from tests.claims.small_warehouse import add_roles, empty, fill
from warehouse.crosschecks import compare, outside
from warehouse.crosschecks.compare import cross_checks
from warehouse.crosschecks.ours import our_series
from warehouse.crosschecks.outside import Figure, OutsideSeries, outside_series, shipped_series

AS_OF = date(2026, 6, 30)
PROJECT = Path(__file__).parents[2]
REFERENCE = """
CREATE SCHEMA out;
CREATE TABLE out.reference_series (
    series VARCHAR, period_start DATE, value DOUBLE, unit VARCHAR, source VARCHAR, observed_on DATE
);
"""


def warehouse_of(
    shares: dict[int, float], *, n: int = 200, companies: int = 60, papers: bool = True
) -> duckdb.DuckDBPyConnection:
    """Hiring posts and papers by year, of which a share names PyTorch and the rest TensorFlow."""
    con = empty()
    con.execute(REFERENCE)
    rows = [
        {
            "company_id": f"c{i % companies:03}",
            "entered_on": date(year, 1 + i % 12, 10),
            "has_pytorch": i < share * n,
            "has_tensorflow": i >= share * n,
            "is_ml_role": i % 4 == 0,
        }
        for year, share in shares.items()
        for i in np.random.default_rng(year).permutation(n).tolist()
    ]
    add_roles(con, rows)
    if papers:
        frame = pd.DataFrame(rows)
        frame["paper_id"] = [f"p{i}" for i in range(len(frame))]
        frame["source"] = "pwc_archive"
        frame["published_on"] = frame["entered_on"]
        frame["framework"] = np.where(frame["has_pytorch"], "pytorch", "tf")
        frame["is_official"] = np.arange(len(frame)) % 2 == 0
        fill(con, "papers", frame[["paper_id", "source", "published_on"]])
        fill(con, "paper_frameworks", frame[["paper_id", "framework", "is_official"]])
    return con


def compared(con: duckdb.DuckDBPyConnection, as_of: date = AS_OF) -> dict[tuple[str, ...], Any]:
    frame = cross_checks(con, as_of=as_of, is_sample=False)
    return {
        (row["our_series"], row["outside_series"], row["measure"]): row
        for row in frame.to_dict("records")
        if row["measure"] != "level"
    }


RISING = {2018: 0.16, 2019: 0.25, 2020: 0.35, 2021: 0.48, 2022: 0.66, 2023: 0.8, 2024: 0.8}
FALLING = {year: 1 - share for year, share in RISING.items()}


def test_what_rises_as_others_do_agrees() -> None:
    found = compared(warehouse_of(RISING))
    row = found["hackernews roles", "hackernews_counts", "direction"]
    assert row["agrees"] is True
    assert row["ours"] == pytest.approx(0.66 - 0.16, abs=0.01)
    assert (row["theirs_low"], row["theirs_high"]) == pytest.approx((0.44, 0.57))
    assert (row["period_start"], row["period_end"]) == (date(2018, 1, 1), date(2022, 12, 31))
    assert row["ci_low"] < row["ours"] < row["ci_high"]
    assert row["n_companies"] == 60
    crossing = found["hackernews roles", "hackernews_counts", "crossing_date"]
    assert crossing["agrees"] is True
    assert 2020.9 < crossing["ours"] < 2022.2
    downloads = found["hackernews roles", "pypi_downloads", "crossing_date"]
    assert downloads["agrees"] is False
    assert downloads["note"] == "Ours earlier than theirs."


def test_what_falls_while_others_rise_differs() -> None:
    found = compared(warehouse_of(FALLING))
    row = found["hackernews roles", "hackernews_counts", "direction"]
    assert row["agrees"] is False
    assert row["note"] == "From 2018 to 2022: ours down, theirs up."


def test_what_does_not_move_can_t_be_told() -> None:
    found = compared(warehouse_of(dict.fromkeys(RISING, 0.5)))
    row = found["hackernews roles", "hackernews_counts", "direction"]
    assert row["agrees"] is None or pd.isna(row["agrees"])
    assert "either sign" in row["note"]


@pytest.mark.parametrize(
    ("n", "companies"), [(20, 20), (100, 9)], ids=["too few roles", "too few companies"]
)
def test_too_few_say_nothing(n: int, companies: int) -> None:
    con = warehouse_of({2018: 0.5, 2022: 0.5}, n=n, companies=companies, papers=False)
    found = compared(con)
    for key, row in found.items():
        assert pd.isna(row["agrees"]), key
        assert pd.isna(row["ours"]), key
    said = found["hackernews roles", "hackernews_counts", "crossing_date"]["note"]
    assert "30 roles at 10 companies" in said
    assert "30 papers" in found["papers", "conference_papers", "direction"]["note"]


def test_a_crossing_of_which_one_end_is_open_is_told_only_against_what_it_excludes() -> None:
    found = compared(warehouse_of({2018: 0.9, 2019: 0.9, 2020: 0.9, 2021: 0.9, 2022: 0.9}))
    early = found["papers", "conference_papers", "crossing_date"]
    assert pd.isna(early["ours"])
    assert pd.isna(early["ci_low"])
    # ours led before mid-2018, their span begins there
    assert early["agrees"] is False
    counts = found["papers", "papers_with_code_trends", "crossing_date"]
    assert pd.isna(counts["agrees"])
    assert "open at its lower end" in counts["note"]


def test_shares_of_papers_and_roles_are_recomputed_by_plain_sql() -> None:
    con = warehouse_of(RISING)
    expected = {
        ("hackernews roles", "pypi_downloads"): (
            "SELECT year(entered_on), avg(has_pytorch::INT), count(*) FROM core.roles GROUP BY 1"
        ),
        ("papers", "conference_papers"): (
            "SELECT year(published_on), avg((framework = 'pytorch')::INT), count(*) "
            "FROM core.papers JOIN core.paper_frameworks USING (paper_id) GROUP BY 1"
        ),
        ("papers with the authors' own code", "conference_papers"): (
            "SELECT year(published_on), avg((framework = 'pytorch')::INT), count(*) "
            "FROM core.papers JOIN core.paper_frameworks USING (paper_id) "
            "WHERE is_official GROUP BY 1"
        ),
    }
    frame = cross_checks(con, as_of=AS_OF, is_sample=True)
    assert frame["is_sample"].all()
    for (ours, theirs), sql in expected.items():
        plain = {year: (share, n) for year, share, n in con.execute(sql).fetchall()}
        rows = frame[
            (frame["our_series"] == ours)
            & (frame["outside_series"] == theirs)
            & (frame["measure"] == "level")
        ]
        assert len(rows) >= 4
        for row in rows.to_dict("records"):
            share, n = plain[row["period_start"].year]
            assert row["ours"] == pytest.approx(share)
            assert row["n_units"] == n
            assert pd.isna(row["agrees"])


def test_kinds_of_papers_are_drawn_like_papers_one_by_one() -> None:
    """Share of independent units: the interval is that of the normal approximation."""
    con = warehouse_of({2020: 0.3, 2021: 0.3}, n=400)
    series = next(one for one in our_series(con, AS_OF) if one.name == "papers")
    found = series.share(2020)
    error = 1.96 * math.sqrt(0.3 * 0.7 / 400)
    assert found.ends.low == pytest.approx(0.3 - error, abs=0.012)
    assert found.ends.high == pytest.approx(0.3 + error, abs=0.012)


@pytest.mark.parametrize(("share", "open_end"), [(0.0, "low"), (1.0, "high")])
def test_a_share_without_contrast_has_an_interval(share: float, open_end: str) -> None:
    con = warehouse_of({2020: share, 2021: 0.5})
    for series in our_series(con, AS_OF):
        if series.measures == "framework_share":
            ends = series.share(2020).ends
            assert getattr(ends, open_end) == share
            assert 0.01 < ends.high - ends.low < 0.1


def test_nothing_of_later_days_counts() -> None:
    con = warehouse_of(RISING)
    frame = cross_checks(con, as_of=date(2020, 12, 31), is_sample=False)
    assert frame["period_end"].max() <= date(2020, 12, 31)
    assert frame["newest_figure_on"].max() <= date(2020, 12, 31)
    years = {day.year for day in frame[frame["measure"] == "level"]["period_start"]}
    assert years <= {2017, 2018, 2019, 2020}


def _series(*figures: tuple[str, str, float, float]) -> OutsideSeries:
    read = [
        Figure(date.fromisoformat(a), date.fromisoformat(b), lo, hi) for a, b, lo, hi in figures
    ]
    return shipped_series()[0]._replace(
        figures=tuple(sorted(read, key=lambda figure: figure.middle))
    )


@pytest.mark.parametrize(
    ("figures", "span"),
    [
        ([(2018, 0.4, 0.4), (2019, 0.6, 0.6)], (2018.5, 2019.5)),
        ([(2018, 0.4, 0.6), (2019, 0.6, 0.6)], (-math.inf, 2019.5)),
        ([(2018, 0.3, 0.4), (2019, 0.45, 0.55), (2020, 0.6, 0.7)], (2018.5, 2020.5)),
        ([(2018, 0.6, 0.6), (2019, 0.7, 0.7)], (-math.inf, 2018.5)),
        ([(2018, 0.3, 0.3), (2019, 0.4, 0.5)], (2019.5, math.inf)),
        ([(2017, 0.6, 0.6), (2018, 0.4, 0.4), (2019, 0.6, 0.6)], (2018.5, 2019.5)),
    ],
)
def test_the_lead_changes_between_the_last_that_trails_and_the_first_that_leads(
    figures: list[tuple[int, float, float]], span: tuple[float, float]
) -> None:
    series = _series(*((f"{y}-01-01", f"{y}-12-31", low, high) for y, low, high in figures))
    assert series.crossing() == pytest.approx(span)


def test_a_month_inside_a_year_is_not_counted_twice() -> None:
    series = _series(
        ("2024-01-01", "2024-12-31", 0.5, 0.6),
        ("2024-03-01", "2024-03-31", 0.9, 0.9),
        ("2025-01-01", "2025-01-10", 0.2, 0.2),
        ("2025-01-11", "2025-01-30", 0.5, 0.5),
    )
    assert series.years() == {2024: (0.5, 0.6), 2025: (pytest.approx(0.4), pytest.approx(0.4))}


def test_newer_figures_of_a_run_stand_beside_those_shipped() -> None:
    con = empty()
    con.execute(REFERENCE)
    con.execute(
        """INSERT INTO out.reference_series VALUES
        ('downloads_torch', DATE '2026-06-01', 90, 'd', 'pypi_downloads', DATE '2026-06-02'),
        ('downloads_tensorflow', DATE '2026-06-01', 10, 'd', 'pypi_downloads', DATE '2026-06-02'),
        ('downloads_tf-nightly', DATE '2026-06-01', 20, 'd', 'pypi_downloads', DATE '2026-06-02'),
        ('downloads_torch', DATE '2026-06-08', 90, 'd', 'pypi_downloads', DATE '2026-06-09'),
        ('downloads_torch', DATE '2024-06-01', 1, 'd', 'pypi_downloads', DATE '2026-06-02'),
        ('downloads_tensorflow', DATE '2024-06-01', 9, 'd', 'pypi_downloads', DATE '2026-06-02'),
        ('iclr_pytorch', DATE '2023-05-01', 60, 'papers', 'conference_papers', DATE '2026-06-02'),
        ('acl_pytorch', DATE '2023-07-01', 30, 'papers', 'conference_papers', DATE '2026-06-02'),
        ('iclr_tensorflow', DATE '2023-05-01', 10, 'papers', 'conference_papers', '2026-06-02'),
        ('iclr_papers', DATE '2023-05-01', 900, 'papers', 'conference_papers', DATE '2026-06-02'),
        ('ai_share_of_postings_us', DATE '2026-08-01', 6, '%', 'hiring_lab_ai_share', '2026-09-30'),
        ('ai_share_of_postings_us', DATE '2026-08-02', 8, '%', 'hiring_lab_ai_share', '2026-09-30')
        """
    )
    found = {series.series: series for series in outside_series(con, date(2026, 9, 30))}
    observed = {
        name: [(*figure[:2], *map(float, figure[2:4])) for figure in one.figures if figure[4]]
        for name, one in found.items()
    }
    assert observed["pypi_downloads"] == [(date(2026, 5, 2), date(2026, 5, 31), 0.75, 0.9)]
    assert observed["conference_papers"] == [(date(2023, 5, 1), date(2023, 7, 1), 0.9, 0.9)]
    assert observed["indeed_ai_share"] == [
        (date(2026, 8, 1), date(2026, 8, 2), pytest.approx(0.07), pytest.approx(0.07))
    ]
    assert observed["hackernews_counts"] == []


def test_shipped_conferences_are_the_counts_that_the_project_has() -> None:
    counts: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    path = PROJECT / "scrapers" / "conference_papers.csv"
    for row in csv.DictReader(path.read_text(encoding="utf-8").splitlines()):
        counts[int(row["held"][:4])][0] += int(row["pytorch"])
        counts[int(row["held"][:4])][1] += int(row["tensorflow"])
    [series] = [one for one in shipped_series() if one.series == "conference_papers"]
    assert series.years() == {
        year: (pytest.approx(p / (p + t), abs=6e-4), pytest.approx(p / (p + t), abs=6e-4))
        for year, (p, t) in counts.items()
        if p + t
    }


def test_shipped_downloads_are_the_yearly_means_of_the_counts(shared: Path) -> None:
    low: dict[int, list[float]] = defaultdict(list)
    high: dict[int, list[float]] = defaultdict(list)
    text = (shared / "series" / "pypi_30day_downloads.csv").read_text(encoding="utf-8")
    for row in csv.DictReader(text.splitlines()):
        torch, tensorflow = float(row["torch"]), float(row["tensorflow"])
        others = sum(
            float(row[name] or 0) for name in ("tensorflow-gpu", "tensorflow-cpu", "tf-nightly")
        )
        year = int(row["last_update"][:4])
        low[year].append(torch / (torch + tensorflow + others))
        high[year].append(torch / (torch + tensorflow))
    [series] = [one for one in shipped_series() if one.series == "pypi_downloads"]
    assert series.years() == {
        year: (
            pytest.approx(np.mean(low[year]), abs=6e-4),
            pytest.approx(np.mean(high[year]), abs=6e-4),
        )
        for year in low
    }


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("outside_figures.csv", "0.34,0.34", "0.34,0.3", "is no share"),
        ("outside_figures.csv", "hackernews_counts", "unheard_of", "no figure of hackernews"),
        ("outside_series.csv", "hackernews_counts,roles", "hackernews_counts,jobs", "subject"),
        ("outside_series.csv", "ml_share", "share", "measures"),
    ],
)
def test_a_shipped_file_that_does_not_fit_is_refused(
    monkeypatch: pytest.MonkeyPatch, name: str, old: str, new: str, said: str
) -> None:
    read = outside._rows

    def changed(asked: str) -> Any:
        folder = PROJECT / "warehouse" / "crosschecks"
        text = (folder / asked).read_text(encoding="utf-8")
        return csv.DictReader(text.replace(old, new).splitlines()) if asked == name else read(asked)

    monkeypatch.setattr(outside, "_rows", changed)
    with pytest.raises(outside.FiguresError, match=said):
        shipped_series()


def test_every_outside_series_is_held_against_one_that_there_is() -> None:
    for series in shipped_series():
        assert set(series.compared_with) <= compare.OF_OURS.keys()
        assert series.url.startswith("https://")
        assert series.licence


def test_no_claim_reads_any_of_this() -> None:
    folder = Path(str(warehouse.claims.__file__)).parent
    for path in folder.glob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert "crosschecks" not in text, path
        assert "cross_checks" not in text, path
        assert "reference_series" not in text, path
