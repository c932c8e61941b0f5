"""PyTorch to TensorFlow by year, with DuckDB: `with_duckdb.py data/published`."""

import sys
from pathlib import Path

import duckdb

published = Path(sys.argv[1] if len(sys.argv) > 1 else "data/published")
question = Path(__file__).with_name("ratio_by_year.sql").read_text(encoding="utf-8")

with duckdb.connect(str((published / "warehouse.duckdb").resolve()), read_only=True) as con:
    answer = con.sql(question)
    print(answer)
