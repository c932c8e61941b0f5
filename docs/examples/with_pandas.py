"""PyTorch to TensorFlow by year, with pandas: `with_pandas.py data/published`."""

import json
import sys
from pathlib import Path

import pandas as pd

published = Path(sys.argv[1] if len(sys.argv) > 1 else "data/published")
if json.loads((published / "run.json").read_text(encoding="utf-8"))["is_sample"]:
    print("SAMPLE: generated, not the world")

ratios = pd.read_csv(published / "reports" / "framework_ratio_by_year.csv")
ratios["year"] = pd.to_datetime(ratios["period_start"]).dt.year
rows = ratios.query("sources == 'all' and population == 'ml' and not is_partial")
print(rows.set_index("year")[["ratio", "ci_low", "ci_high", "n_roles", "n_companies"]].round(2))

# The large tables are Parquet; these types keep dates, decimals and unknown apart.
roles = pd.read_parquet(published / "parquet" / "roles.parquet", dtype_backend="pyarrow")
now = roles[roles["is_open"] & roles["is_ml_role"]]
print("open machine-learning roles:", len(now), "at", now["company_id"].nunique(), "companies")
