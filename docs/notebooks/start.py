# /// script
# requires-python = ">=3.11"
# dependencies = ["altair>=6", "duckdb>=2.0,<2.1", "marimo>=0.25", "pandas>=3"]
# ///
"""A notebook that starts from the published file: `marimo edit docs/notebooks/start.py`.

Belongs here: the first questions that an analyst asks, with the file alone. Does not belong here:
figures that the report owns, or anything that writes to the data.
"""

import marimo

__generated_with = "0.25.2"
app = marimo.App(width="medium", app_title="Hiring Signal")

with app.setup:
    import os
    from pathlib import Path

    import altair as alt
    import duckdb
    import marimo as mo


@app.cell(hide_code=True)
def _():
    mo.md(
        """
        # Hiring Signal, from the published file

        What job adverts and papers say about PyTorch, TensorFlow and JAX. The file is only read:
        nothing here can harm it, and runs may go on meanwhile. To see a newer publication, run the
        next cell again. Tables and columns: `docs/data-dictionary.md`; more queries, with their
        traps: `docs/queries.md`.
        """
    )
    return


@app.cell
def _():
    data = Path(os.environ.get("HIRING_SIGNAL_DATA", "data"))
    con = duckdb.connect(str((data / "published" / "warehouse.duckdb").resolve()), read_only=True)
    return (con,)


@app.cell
def _(con):
    tables = con.sql(
        """
        SELECT schema_name || '.' || table_name AS name, estimated_size AS n_rows, comment
        FROM duckdb_tables()
        UNION ALL
        SELECT schema_name || '.' || view_name, NULL, comment FROM duckdb_views() WHERE NOT internal
        ORDER BY name DESC
        """
    ).df()
    is_sample = tables["comment"].fillna("").str.startswith("SAMPLE").any()
    return is_sample, tables


@app.cell(hide_code=True)
def _(is_sample):
    warning = "**This is the sample market: generated, and not the world.**" if is_sample else ""
    mo.md(f"## What is in it\n{warning}")
    return


@app.cell
def _(tables):
    tables
    return


@app.cell(hide_code=True)
def _():
    mo.md(
        """
        ## A series with its uncertainty

        Machine-learning roles that name PyTorch for each one that names TensorFlow, among the roles
        that entered the market in a quarter. The band is the 95 % interval, by a bootstrap over
        employers: where it holds 1, the data do not say who leads. Quarters that are not over are
        left out.
        """
    )
    return


@app.cell
def _(con):
    ratio = con.sql(
        """
        SELECT period_start, ratio, ci_low, ci_high, n_roles, n_companies
        FROM out.framework_ratio_by_quarter
        WHERE sources = 'all' AND population = 'ml' AND NOT is_partial AND ratio > 0 AND ci_low > 0
        ORDER BY period_start
        """
    ).df()
    return (ratio,)


@app.cell
def _(ratio):
    by_quarter = alt.Chart(ratio).encode(x=alt.X("period_start:T", title=None))
    scale = alt.Scale(type="log", nice=False)
    interval = by_quarter.mark_area(opacity=0.25).encode(
        y=alt.Y("ci_low:Q", scale=scale, title="PyTorch to TensorFlow (log scale)"), y2="ci_high:Q"
    )
    line = by_quarter.mark_line(point=True).encode(
        y=alt.Y("ratio:Q", scale=scale), tooltip=["period_start:T", "ratio", "n_roles"]
    )
    one = alt.Chart(alt.InlineData([{"ratio": 1}]))
    even = one.mark_rule(strokeDash=[4, 4]).encode(y="ratio:Q")
    chart = (interval + line + even).properties(width=640, height=280)
    chart
    return (chart,)


@app.cell(hide_code=True)
def _():
    mo.md(
        """
        ## Does PyTorch pay more?

        Median midpoint of the base pay that roles in the United States state, by level. Compare
        within a level, and look at how many employers stand behind a row: this is no adjusted
        comparison, `out.claim_verdicts` has that one.
        """
    )
    return


@app.cell
def _(con):
    pay = con.sql(
        """
        SELECT
            level,
            CASE
                WHEN has_pytorch AND has_tensorflow THEN 'both'
                WHEN has_pytorch THEN 'PyTorch'
                WHEN has_tensorflow THEN 'TensorFlow'
                ELSE 'neither'
            END AS names,
            median(pay_mid_usd_year)::INTEGER AS median_usd_year,
            count(*) AS n_roles,
            count(DISTINCT company_id) AS n_companies
        FROM core.roles
        WHERE is_ml_role AND is_us AND pay_mid_usd_year IS NOT NULL
        GROUP BY ALL
        HAVING n_companies >= 5
        ORDER BY level, names
        """
    ).df()
    pay
    return (pay,)


@app.cell(hide_code=True)
def _():
    mo.md(
        """
        ## As of a day

        What was open half a year before the newest observation: adverts that had been seen by that
        day and were not yet closed, by what is known today. What was known *then* is
        `FROM out.postings_as_of(DATE '2026-06-30')`.
        """
    )
    return


@app.cell
def _(con):
    [(day,)] = con.sql(
        "SELECT (max(last_seen_on) - INTERVAL 6 MONTH)::DATE FROM out.postings"
    ).fetchall()
    as_of = con.execute(
        """
        SELECT
            source,
            count(*) AS n_open_then,
            count(*) FILTER (is_ml_role) AS n_ml_then
        FROM out.postings
        WHERE
            first_seen_on <= $day AND last_seen_on >= $day
            AND (closed_on IS NULL OR closed_on > $day) AND NOT is_duplicate
        GROUP BY source
        ORDER BY n_open_then DESC
        """,
        {"day": day},
    ).df()
    as_of
    return as_of, day


if __name__ == "__main__":
    app.run()
