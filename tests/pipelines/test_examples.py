"""The examples for other tools, each run on the published sample market as its reader runs it.

Belongs here: that they run, say SAMPLE and give the published figures. Does not belong here: the
queries of the cookbook (`tests.pipelines.test_queries`).
"""

from __future__ import annotations

import csv
import re
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
import yaml

from tests.pipelines.conftest import ON_SAMPLE
from warehouse.query import open_published, run_query

DOCS = Path(__file__).parents[2] / "docs"
EXAMPLES = DOCS / "examples"
EVIDENCE = EXAMPLES / "evidence"
PAGE = (DOCS / "other-tools.md").read_text(encoding="utf-8")
RATIO = """
    SELECT year(period_start), ratio, ci_low, ci_high FROM out.framework_ratio_by_year
    WHERE sources = 'all' AND population = 'ml' AND NOT is_partial ORDER BY period_start
"""
PAY = """
    SELECT level, p50, p50_ci_low, p50_ci_high FROM out.pay_by_framework_level
    WHERE country = 'US' AND family = 'all' AND framework = 'pytorch' AND p50_ci_low IS NOT NULL
"""
PAPERS = """
    SELECT year(period_start), share, ci_low, ci_high FROM out.paper_share_by_year
    WHERE framework = 'pytorch' AND scope = 'official' AND NOT is_partial AND share IS NOT NULL
"""


def ask(sample: Path, sql: str) -> list[tuple[object, ...]]:
    """The rows of a query on the published sample."""
    with duckdb.connect(
        str((sample / "published/warehouse.duckdb").resolve()), read_only=True
    ) as con:
        return con.execute(sql).fetchall()


def run(*words: str | Path) -> str:
    """What a program prints; it must end well."""
    done = subprocess.run(
        list(map(str, words)), capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@ON_SAMPLE
@pytest.mark.parametrize(
    ("name", "truth", "digits"),
    [
        ("with_duckdb.py", RATIO, 2),
        ("with_pandas.py", RATIO, 2),
        ("with_polars.py", PAY, 0),
        ("with_pyarrow.py", PAPERS, 2),
    ],
)
def test_a_program_gives_the_published_figures(
    sample: Path, name: str, truth: str, digits: int
) -> None:
    said = run(sys.executable, EXAMPLES / name, sample / "published")
    assert re.search(r"SAMPLE|is_sample(?s:.*)true", said)
    rows = ask(sample, truth)
    assert rows
    lines = said.splitlines()
    for label, *figures in rows:
        of_label = [line for line in lines if str(label) in line]
        near = [
            line
            for line in of_label
            if all(
                any(
                    abs(number - float(str(value))) <= 0.51 * 10**-digits
                    for number in _numbers(line)
                )
                for value in figures
            )
        ]
        assert near, (label, figures, of_label)


def _numbers(line: str) -> list[float]:
    return [float(number) for number in re.findall(r"-?\d+(?:\.\d+)?", line)]


@ON_SAMPLE
@pytest.mark.skipif(shutil.which("Rscript") is None, reason="R is not installed")
def test_the_program_in_r_gives_the_published_figures(sample: Path) -> None:
    has = subprocess.run(
        ["Rscript", "-e", 'quit(status = !requireNamespace("duckdb", quietly = TRUE))'], check=False
    )
    if has.returncode:
        pytest.skip("R is here, its package duckdb is not")
    said = run("Rscript", EXAMPLES / "with_r.R", sample / "published")
    assert said.startswith("SAMPLE")
    for year, *figures in ask(sample, RATIO):
        [line] = [line for line in said.splitlines() if str(year) in line]
        for figure in map(float, map(str, figures)):
            assert any(abs(number - figure) <= 0.01 * figure for number in _numbers(line)), line


@ON_SAMPLE
def test_a_spreadsheet_can_read_the_tables(sample: Path, tmp_path: Path) -> None:
    path = sample / "published" / "reports" / "framework_ratio_by_year.csv"
    with path.open(encoding="utf-8", newline="") as lines:
        rows = [
            row
            for row in csv.DictReader(lines)
            if (row["sources"], row["population"], row["is_partial"]) == ("all", "ml", "false")
        ]
    assert [(int(row["period_start"][:4]), float(row["ratio"])) for row in rows] == [
        (year, ratio) for year, ratio, *_ in ask(sample, RATIO)
    ]
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if office is None:
        pytest.skip("read as CSV; LibreOffice is not installed")
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    run(office, profile, "--headless", "--convert-to", "ods", "--outdir", tmp_path, path)
    assert (tmp_path / "framework_ratio_by_year.ods").stat().st_size > 1_000


@ON_SAMPLE
def test_datasette_serves_the_tables(sample: Path) -> None:
    pytest.importorskip("datasette", reason="datasette is not installed")
    path = sample / "published" / "reports.sqlite"
    if not path.exists():
        pytest.skip("this publication has no reports.sqlite")
    where = "sources=all&population=ml&_shape=array"
    address = f"/reports/framework_ratio_by_year.json?{where}"
    said = run(sys.executable, "-m", "datasette", "--immutable", path, "--get", address)
    assert '"ci_low"' in said


@ON_SAMPLE
@pytest.mark.parametrize("path", sorted(EVIDENCE.rglob("*.sql")), ids=lambda path: path.stem)
def test_a_source_of_evidence_has_rows(sample: Path, path: Path) -> None:
    with open_published(sample) as con:
        assert list(run_query(con, path.read_text(encoding="utf-8")).rows)


def test_the_page_of_evidence_asks_for_sources_that_there_are() -> None:
    [connection] = EVIDENCE.rglob("connection.yaml")
    said = yaml.safe_load(connection.read_text(encoding="utf-8"))
    assert said == {
        "name": connection.parent.name,
        "type": "duckdb",
        "options": {"filename": "warehouse.duckdb"},
    }
    page = (EVIDENCE / "pages" / "index.md").read_text(encoding="utf-8")
    named = set(re.findall(rf"\b{said['name']}\.(\w+)", page))
    assert named == {path.stem for path in connection.parent.glob("*.sql")}
    assert "SAMPLE" in page


def test_the_page_shows_each_file_as_it_is() -> None:
    shown = dict(re.findall(r"`examples/([^`]+)`\]?[^\n]*:\n```\w+\n(.*?)```\n", PAGE, re.DOTALL))
    files = {
        path.relative_to(EXAMPLES).as_posix()
        for path in EXAMPLES.rglob("*.*")
        if path.is_file() and path.suffix in (".py", ".sql", ".R", ".yaml")
    } - {"evidence/sources/market/claim_verdicts.sql"}
    assert set(shown) == files
    for name, text in shown.items():
        assert text == (EXAMPLES / name).read_text(encoding="utf-8"), name
