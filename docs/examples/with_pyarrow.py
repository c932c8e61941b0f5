"""The share of papers with code that use PyTorch, by year: `with_pyarrow.py data/published`."""

import json
import sys
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet

published = Path(sys.argv[1] if len(sys.argv) > 1 else "data/published")
if json.loads((published / "run.json").read_text(encoding="utf-8"))["is_sample"]:
    print("SAMPLE: generated, not the world")

shares = pyarrow.csv.read_csv(published / "reports" / "paper_share_by_year.csv")
is_wanted = (
    (pc.field("framework") == "pytorch")
    & (pc.field("scope") == "official")
    & ~pc.field("is_partial")
    & pc.field("share").is_valid()  # no paper with code, no share
)
for row in shares.filter(is_wanted).sort_by("period_start").to_pylist():
    print(
        f"{row['period_start']:%Y}  {row['share']:.2f}  "
        f"[{row['ci_low']:.2f}, {row['ci_high']:.2f}]  {row['n_papers']:,} papers"
    )

# A Parquet file carries what its columns mean.
schema = pyarrow.parquet.read_schema(published / "parquet" / "papers.parquet")
print("published_on:", json.loads(schema.metadata[b"columns"])["published_on"])
