"""The data dictionary says what the comments say, inertly."""

from __future__ import annotations

from pathlib import Path

import duckdb

from warehouse.publish.dictionary import data_dictionary


def test_dictionary(published: Path) -> None:
    path = published / "published" / "warehouse.duckdb"
    with duckdb.connect(str(path), read_only=True) as con:
        text = data_dictionary(con)
    headings = [line[3:] for line in text.splitlines() if line.startswith("## ")]
    assert "out.open_postings (view)" in headings
    assert headings.index("out.postings") < headings.index("core.mentions")
    assert "raw.postings" not in headings
    assert "A band \\| of a posting." in text
    assert "| `pay_min` | DECIMAL(18,2) | Lower end, as stated |" in text
    assert "| `countries` | VARCHAR\\[\\] | — |" in text


def test_comments_stay_inert() -> None:
    with duckdb.connect() as con:
        con.execute("CREATE SCHEMA out; CREATE TABLE out.t AS SELECT 1 AS a")
        con.execute("COMMENT ON COLUMN out.t.a IS '<img src=x>" + chr(10) + "| b `c`'")
        text = data_dictionary(con)
    assert "| `a` | INTEGER | \\<img src=x\\> \\| b \\`c\\` |" in text
