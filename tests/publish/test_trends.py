"""Which series over time the page shows, and what it says of them."""

from __future__ import annotations

from datetime import date
from typing import Any, NamedTuple

import duckdb
import pytest

from warehouse.publish import charts
from warehouse.publish.models import models_section
from warehouse.publish.papers import papers_section
from warehouse.publish.rows import Publication, Row
from warehouse.publish.trends import trends_section

HOSTILE = "<script>alert(1)</script>"


class Series(NamedTuple):
    """Years of one source from `first` on, each with so many roles that name either."""

    sources: str
    named: list[int]
    first: int = 2015
    partial: tuple[int, ...] = ()
    ratio: float = 1.5
    low: float | None = 1.2
    high: float | None = 2.0


TABLES = """
CREATE SCHEMA out;
CREATE TABLE out.framework_ratio_by_year (
    period_start DATE, sources VARCHAR, population VARCHAR, pytorch_only INTEGER,
    tensorflow_only INTEGER, "both" INTEGER, neither INTEGER, ratio DOUBLE, ci_low DOUBLE,
    ci_high DOUBLE, n_roles INTEGER, n_companies INTEGER, is_partial BOOLEAN);
CREATE TABLE out.framework_share_by_year (
    period_start DATE, sources VARCHAR, population VARCHAR, framework VARCHAR, n_roles INTEGER,
    n_companies INTEGER, n_roles_all INTEGER, share DOUBLE, ci_low DOUBLE, ci_high DOUBLE,
    is_partial BOOLEAN);
CREATE TABLE out.boards (
    source VARCHAR, board VARCHAR, first_on DATE, newest_on DATE, first_listing_on DATE,
    newest_listing_on DATE, is_archive BOOLEAN, n_listings INTEGER, is_panel BOOLEAN);
"""


@pytest.fixture
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leaves out the drawing, which takes most of the time, where a test looks at the words."""

    def nothing(rows: object, size: object, **more: object) -> str:
        return "<svg></svg>"

    for chart in ("ratio_chart", "share_chart"):
        monkeypatch.setattr(charts, chart, nothing)


def _section(*series: Series, is_sample: bool = False, sql: str = "") -> Row | None:
    with duckdb.connect() as con:
        con.execute(TABLES)
        for one in series:
            for n, named in enumerate(one.named):
                start, partial = date(one.first + n, 1, 1), n in one.partial
                con.execute(
                    """INSERT INTO out.framework_ratio_by_year
                    VALUES ($1, $2, 'ml', $3, 0, 0, $4, $5, $6, $7, $8, 9, $9)""",
                    [
                        *(start, one.sources, named, 3 * named),
                        *(one.ratio if named else None, one.low, one.high),
                        *(4 * named, partial),
                    ],
                )
                con.execute(
                    """INSERT INTO out.framework_share_by_year
                    SELECT $1, $2, 'ml', framework, weight * $3, 5, 4 * $3,
                        if($3 = 0, NULL, weight / 4), weight / 5, weight / 3, $4
                    FROM (VALUES ('pytorch', 1.0), ('tensorflow', 0.5), ('jax', 0.0)) f
                        (framework, weight)""",
                    [start, one.sources, named, partial],
                )
        con.execute(sql or "SELECT 1")
        return trends_section(Publication(con), is_sample=is_sample)


def _panels(section: Row | None) -> dict[str, Any]:
    assert section is not None
    return {panel.name: panel for panel in section["panels"]}


THICK = [40] * 8


@pytest.mark.usefixtures("undrawn")
def test_sources_with_a_course_are_shown_in_order_and_the_others_named() -> None:
    section = _section(
        Series("lever", [2, 3, 0, 0]),
        Series("themuse", [0, 0]),
        Series("ashby", [12] * 6),
        Series("hackernews", THICK),
        Series("panel", [30] * 6),
        Series("greenhouse", [12] * 5),
        Series("all", THICK),
    )
    assert list(_panels(section)) == ["All sources", "Fixed panel", "Hacker News", "Ashby"]
    assert section is not None
    assert section["silent"] == (
        "Too few for a course of their own, with the roles that name either framework: "
        "Greenhouse (60), Lever (5). No role that names either: The Muse."
    )


def test_without_a_ratio_there_is_no_section() -> None:
    assert _section() is None
    assert _section(Series("all", [0, 0])) is None


@pytest.mark.usefixtures("undrawn")
def test_all_sources_are_shown_however_little_there_is() -> None:
    assert list(_panels(_section(Series("all", [3])))) == ["All sources"]


@pytest.mark.usefixtures("undrawn")
def test_the_number_of_panels_is_bounded_and_the_rest_is_named() -> None:
    section = _section(*(Series(f"source {n}", [20 + n] * 7) for n in range(12)))
    panels = _panels(section)
    assert len(panels) == 8
    assert next(iter(panels)) == "source 11", "those with most roles come first"
    assert section is not None
    assert "source 0 (140)" in section["silent"]


@pytest.mark.usefixtures("undrawn")
@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (1.2, 2.0, "(95 % interval 1.20 to 2.00), PyTorch leads."),
        (0.3, 0.8, "(95 % interval 0.30 to 0.80), TensorFlow leads."),
        (0.9, 2.0, "(95 % interval 0.90 to 2.00), which of the two leads can’t be told."),
        (1.1, None, "(95 % interval 1.10 or more), PyTorch leads."),
        (None, 1.1, "(95 % interval 1.10 or less), which of the two leads can’t be told."),
        (None, None, "(too few for an interval), which of the two leads can’t be told."),
    ],
)
def test_the_sentence_tells_what_the_interval_allows(
    low: float | None, high: float | None, said: str
) -> None:
    [panel] = _panels(_section(Series("all", THICK, low=low, high=high))).values()
    assert panel.ratio_said.startswith(
        "In 2022, the newest whole year with enough roles, 40 roles named PyTorch and 0 "
        "TensorFlow: 1.50 to 1 "
    )
    assert panel.ratio_said.endswith(said)


@pytest.mark.usefixtures("undrawn")
def test_the_sentence_speaks_of_the_newest_period_that_is_whole_and_thick() -> None:
    series = Series("hackernews", [*THICK, 9, 40], partial=(9,))
    [panel] = _panels(_section(series)).values()
    assert panel.ratio_said.startswith("In 2022, the newest whole year")
    assert panel.share_said == (
        "In 2023, the newest whole year with enough roles, of 36 machine-learning roles "
        "25\u00a0% named PyTorch (95 % interval 20\u00a0% to 33\u00a0%), 12\u00a0% named "
        "TensorFlow (10\u00a0% to 17\u00a0%) and 0.0\u00a0% named JAX (0.0\u00a0% to 0.0\u00a0%)."
    )


def test_where_no_period_is_whole_the_sentence_says_so() -> None:
    series = Series("ashby", [20] * 6, partial=tuple(range(6)))
    [panel] = _panels(_section(series)).values()
    assert panel.ratio_said.startswith("No year was observed in whole; in 2020, the newest one, ")
    assert all(row[-1] == "partial" for row in panel.ratio.rows)
    assert "stroke-dasharray" in panel.ratio.wide


def test_thin_periods_are_in_the_tables_only() -> None:
    [panel] = _panels(_section(Series("all", [5, 9, *THICK]))).values()
    assert panel.ratio.rows[0][0] == panel.share.rows[0][0] == "2015"
    assert ">2015<" not in panel.ratio.wide
    assert ">2017<" in panel.ratio.wide
    assert ">2015<" not in panel.share.wide, "20 roles are too few for a share"
    assert ">2016<" in panel.share.wide, "36 are not"


def test_a_framework_that_no_role_names_has_no_line() -> None:
    [panel] = _panels(_section(Series("all", THICK))).values()
    assert ">TensorFlow<" in panel.share.wide
    assert ">JAX<" not in panel.share.wide


@pytest.mark.usefixtures("undrawn")
def test_a_publication_without_shares_still_has_its_ratios() -> None:
    [panel] = _panels(
        _section(Series("all", THICK), sql="DROP TABLE out.framework_share_by_year")
    ).values()
    assert panel.share is None
    assert panel.share_said == "This publication holds no figures for this chart."


@pytest.mark.usefixtures("undrawn")
def test_too_few_roles_for_a_share_are_told_from_no_shares() -> None:
    [panel] = _panels(
        _section(Series("all", THICK), sql="UPDATE out.framework_ratio_by_year SET n_roles = 29")
    ).values()
    assert panel.share is None
    assert panel.share_said.startswith("No year has 30 machine-learning roles of all sources")


@pytest.mark.usefixtures("undrawn")
def test_one_role_is_told_in_the_singular_and_an_empty_interval_not_at_all() -> None:
    [panel] = _panels(
        _section(
            Series("all", [2]),
            sql="""UPDATE out.framework_ratio_by_year SET pytorch_only = 1, tensorflow_only = 1,
            "both" = 0, ratio = 1, ci_low = 0, ci_high = 'inf', n_roles = 1""",
        )
    ).values()
    assert "1 role named PyTorch and 1 TensorFlow: 1.00 to 1 (too few for" in panel.ratio_said


def test_where_the_roles_come_from_is_told_when_it_changes() -> None:
    panels = _panels(
        _section(
            Series("all", [*THICK, 100], partial=()),
            Series("hackernews", THICK),
            Series("ashby", [100], first=2023, partial=(0,)),
        )
    )
    everyone = panels["All sources"]
    assert "Hacker News from 2015 on, Ashby from 2023 on" in everyone.about
    assert everyone.ratio_said.endswith(
        "Of its 400 machine-learning roles, 400 come from Ashby, which saw only part of that year."
    )
    assert ">from here mostly Ashby<" in everyone.ratio.wide
    assert ">from here mostly Ashby<" in everyone.share.narrow
    assert [row[-2] for row in everyone.ratio.rows][-2:] == ["Hacker News", "Ashby"]
    assert "mostly from" not in panels["Hacker News"].ratio.columns


@pytest.mark.usefixtures("undrawn")
def test_a_mixture_comes_from_no_source() -> None:
    panels = _panels(
        _section(Series("all", THICK), *(Series(name, [19] * 8) for name in ("lever", "ashby")))
    )
    assert "mostly from" not in panels["All sources"].ratio.columns


@pytest.mark.usefixtures("undrawn")
def test_what_a_source_can_speak_of() -> None:
    panels = _panels(
        _section(
            *(Series(name, THICK) for name in ("all", "panel", "hackernews", "ashby", "unknown")),
            sql="""INSERT INTO out.boards VALUES
            ('hackernews', '1', '2015-01-31', '2015-01-31', NULL, NULL, true, 0, false),
            ('hackernews', '2', '2022-12-31', '2022-12-31', NULL, NULL, true, 0, false),
            ('ashby', 'a', '2025-05-01', '2026-03-01', '2025-05-02', '2026-03-01', false, 9, true),
            ('ashby', 'b', '2025-06-01', '2026-03-01', '2025-06-02', '2026-03-01', false, 9, false)
            """,
        )
    )
    assert "an archive" in panels["Hacker News"].about.lower()
    assert "2 threads or files, 31 January 2015 to 31 December 2022" in panels["Hacker News"].about
    assert "2 boards read from 1 May 2025 to 1 March 2026" in panels["Ashby"].about
    assert "There is one such board, watched since 2 May 2025" in panels["Fixed panel"].about
    assert panels["unknown"].about == "", "of a source that nothing is known of nothing is said"


def test_hostile_sources_are_texts_and_in_no_id() -> None:
    panels = _panels(_section(Series(HOSTILE, THICK), Series("all", THICK), is_sample=True))
    hostile = panels[HOSTILE]
    drawn = "".join([*hostile.ratio[:2], *hostile.share[:2], *panels["All sources"].ratio[:2]])
    assert "<script" not in drawn


def test_sample_is_written_across_every_chart() -> None:
    for is_sample in (False, True):
        panels = _panels(
            _section(Series("hackernews", THICK), Series("all", THICK), is_sample=is_sample)
        )
        charts = [
            chart
            for panel in panels.values()
            for figure in (panel.ratio, panel.share)
            for chart in (figure.wide, figure.narrow)
        ]
        assert len(charts) == 8
        assert all((">SAMPLE<" in chart) is is_sample for chart in charts)


PAPERS = """
CREATE SCHEMA out;
CREATE TABLE out.paper_share_by_year AS
SELECT make_date(2016 + y::INTEGER, 1, 1) AS period_start, framework, scope,
    (n * weight)::INTEGER AS n_papers, weight::DOUBLE AS share, weight::DOUBLE AS share_of_named,
    weight * 0.8::DOUBLE AS ci_low, weight * 1.2::DOUBLE AS ci_high, y = 3 AS is_partial
FROM range(4) AS years (y), (VALUES ('all', 100), ('official', 40)) AS scopes (scope, n),
    (VALUES ('pytorch', 0.5), ('tf', 0.25), ('none', 0.25)) AS frameworks (framework, weight);
CREATE TABLE out.paper_share_by_quarter AS
SELECT * REPLACE (period_start + to_months(3 * q::INTEGER)::INTERVAL AS period_start,
    (n_papers / 4)::INTEGER AS n_papers)
FROM out.paper_share_by_year, range(4) AS quarters (q);
ALTER TABLE out.paper_share_by_quarter ALTER period_start TYPE DATE;
CREATE TABLE out.papers AS
SELECT source, DATE '2016-01-01' AS published_on FROM (VALUES ('pwc_archive'), ('pwc')) s (source);
"""


def _papers(sql: str = "", *, is_sample: bool = False) -> Row | None:
    with duckdb.connect() as con:
        con.execute(PAPERS + sql)
        return papers_section(Publication(con), is_sample=is_sample)


def test_papers_by_scope_and_by_quarter_where_there_are_enough() -> None:
    panels = _panels(_papers(is_sample=True))
    assert list(panels) == [
        "All repositories, by year",
        "All repositories, by quarter",
        "The authors’ own, by year",
    ], "10 papers of the authors' own in a quarter are too few"
    assert panels["The authors’ own, by year"].said == (
        "In 2018, the newest whole year with enough papers, 40 papers had a repository of the "
        "authors’ own: 50\u00a0% in PyTorch (95 % interval 40\u00a0% to 60\u00a0%), 25\u00a0% in "
        "TensorFlow (20\u00a0% to 30\u00a0%)."
    )
    drawn = [chart for panel in panels.values() for chart in panel.figure[:2]]
    assert all(">SAMPLE<" in chart for chart in drawn)
    ids = [set(chart.split(' id="')[1:]) for chart in drawn]
    assert all(not one & other for one in ids for other in ids if one is not other)


@pytest.mark.usefixtures("undrawn")
def test_whose_papers_they_are() -> None:
    section = _papers()
    assert section is not None
    assert section["population"].startswith("Papers listed: 1 of Papers with Code archive (papers")
    assert "lists no paper without a framework" in section["population"]
    without = _papers("DELETE FROM out.papers WHERE source = 'pwc'")
    assert without is not None
    assert "without a framework" not in without["population"]


def test_no_papers_are_no_section() -> None:
    assert (
        _papers("DELETE FROM out.paper_share_by_year; DELETE FROM out.paper_share_by_quarter")
        is None
    )


def _models(rows: str, *, is_sample: bool = False) -> list[Any]:
    with duckdb.connect() as con:
        con.execute(
            """CREATE SCHEMA out; CREATE TABLE out.model_share (snapshot DATE, framework VARCHAR,
            "group" VARCHAR, n_models INTEGER, share DOUBLE);"""
            + rows
        )
        return models_section(Publication(con), is_sample=is_sample)


MODELS = """
INSERT INTO out.model_share
SELECT DATE '2026-02-01' + 7 * i::INTEGER, framework, ranking, n, n / 200
FROM range({snapshots}) t (i), (VALUES ('newest'), ('most downloaded')) g (ranking),
    (VALUES ('pytorch', 120), ('tf', 10), ('<script>', 2), ('none', 40)) f (framework, n);
"""


def test_no_model_observed_is_no_chart() -> None:
    assert _models("") == []


@pytest.mark.parametrize(("snapshots", "kind"), [(1, "Bar"), (2, "Bar"), (3, "Line"), (9, "Line")])
def test_models_are_bars_of_the_newest_day_or_lines(snapshots: int, kind: str) -> None:
    panels = _models(MODELS.format(snapshots=snapshots), is_sample=True)
    assert [panel.name for panel in panels] == ["Newest", "Most downloaded"]
    for panel in panels:
        assert panel.figure.alternative.startswith(f"{kind} chart")
        assert len(panel.figure.rows) == 4 * snapshots
        assert all(">SAMPLE<" in chart for chart in panel.figure[:2])
        assert "<script" not in panel.figure.wide
        assert "of the 200" in panel.said
        assert "PyTorch 60\u00a0%, TensorFlow 5.0\u00a0%, <script> 1.0\u00a0%." in panel.said
    days = [row[0] for row in panels[0].figure.rows]
    assert days == sorted(days, reverse=True), "the newest day comes first"
