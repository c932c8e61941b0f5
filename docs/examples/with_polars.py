"""Median stated US pay by framework and level, with polars: `with_polars.py data/published`."""

import json
import sys
from pathlib import Path

import polars as pl

published = Path(sys.argv[1] if len(sys.argv) > 1 else "data/published")
if json.loads((published / "run.json").read_text(encoding="utf-8"))["is_sample"]:
    print("SAMPLE: generated, not the world")

# Each column in its own type: some are empty for many rows, and no guess from the first will do.
described = json.loads((published / "reports" / "datapackage.json").read_text(encoding="utf-8"))
[table] = [one for one in described["resources"] if one["name"] == "pay_by_framework_level"]
types = {"string": pl.String, "integer": pl.Int64, "number": pl.Float64}
types |= {"boolean": pl.Boolean, "date": pl.Date}
columns = {field["name"]: types[field["type"]] for field in table["schema"]["fields"]}

pay = pl.read_csv(published / "reports" / table["path"], schema=columns)
rows = pay.filter(
    pl.col("country") == "US",
    pl.col("family") == "all",
    pl.col("framework").is_in(["pytorch", "tensorflow"]),
    pl.col("p50").is_not_null(),
).sort("level", "framework")
shown = [
    "level",
    "framework",
    "p50",
    "p50_ci_low",
    "p50_ci_high",
    "n_roles_paid",
    "n_companies_paid",
]
with pl.Config(tbl_rows=-1, tbl_cols=-1):
    print(rows.select(shown))
