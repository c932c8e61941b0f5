"""Papers, their frameworks, models and outside series, from raw to out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import duckdb
import pytest

from warehouse import models

AS_OF = date(2026, 10, 31)
FIRST, SECOND = date(2026, 10, 1), date(2026, 10, 2)


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        models.create_schemas(connection)
        yield connection


def add(con: duckdb.DuckDBPyConnection, table: str, *rows: dict[str, Any]) -> None:
    """Insert rows of a source's first observation; fields say what is otherwise."""
    usual = {"source": "hf_papers", "board": "2026-09-30", "observed_on": FIRST}
    for line, row in enumerate(rows):
        said = usual | {"line": line} | row
        places = ", ".join("?" for _ in said)
        con.execute(
            f"INSERT INTO {table} ({', '.join(said)}) VALUES ({places})", list(said.values())
        )


def built(con: duckdb.DuckDBPyConnection, table: str, columns: str = "*") -> list[tuple[Any, ...]]:
    """The rows of a table of `out`, built with all that it reads."""
    for name in models.models():
        if models.models()[name].sql and name.startswith(("core.paper", "core.models", table)):
            models.build(con, name, as_of=AS_OF)
    return con.execute(f"SELECT {columns} FROM {table} ORDER BY ALL").fetchall()


def test_dates_and_tasks_come_from_the_abstracts_and_links_keep_their_papers(
    con: duckdb.DuckDBPyConnection,
) -> None:
    archive = {"source": "pwc_archive"}
    add(
        con,
        "raw.papers",
        archive
        | {
            "board": "papers-with-abstracts-0",
            "paper_url": "p/one",
            "title": "One",
            "published_on": date(2021, 5, 17),
            "tasks": ["Tracking", "Detection", "Tracking"],
        },
        archive | {"board": "papers-with-abstracts-1", "paper_url": "p/three", "title": "Three"},
    )
    add(
        con,
        "raw.paper_links",
        archive | {"board": "links", "paper_url": "p/one", "arxiv_id": "2106.00001v2"},
        archive | {"board": "links", "paper_url": "p/two", "arxiv_id": "2107.00002"},
    )
    con.execute("UPDATE raw.paper_links SET framework = 'PyTorch', repo_url = 'https://h/r'")
    columns = "paper_id, arxiv_id, published_on, published_basis, tasks"
    assert built(con, "out.papers", columns) == [
        (
            "pwc_archive:p/one",
            "2106.00001",
            date(2021, 5, 17),
            "stated",
            ["Detection", "Tracking"],
        ),
        ("pwc_archive:p/three", None, None, None, []),
        ("pwc_archive:p/two", "2107.00002", date(2021, 7, 1), "arxiv_id", []),
    ]
    assert built(con, "out.paper_frameworks", "paper_id, framework, is_official, basis") == [
        ("pwc_archive:p/one", "pytorch", False, "label"),
        ("pwc_archive:p/two", "pytorch", False, "label"),
    ]


def test_a_paper_is_not_lost_when_a_later_list_is_shorter(con: duckdb.DuckDBPyConnection) -> None:
    add(
        con,
        "raw.papers",
        {"paper_url": "a", "title": "A"},
        {"paper_url": "b", "title": "B", "published_on": date(2026, 9, 1)},
        {"paper_url": "b", "title": "B, revised", "observed_on": SECOND},
        {"paper_url": "c", "title": "not yet", "observed_on": date(2026, 11, 1)},
    )
    assert built(con, "out.papers", "paper_id, title, published_on") == [
        ("hf_papers:a", "A", None),
        ("hf_papers:b", "B, revised", None),
    ]


@pytest.mark.parametrize(
    ("links", "kept"),
    [
        # of one repository, file by file
        ([("r", "none"), ("r", "pytorch"), ("r", "pytorch")], [("pytorch", "r")]),
        ([("r", "none"), ("r", "none")], [("none", "r")]),
        ([("r", "jax"), ("r", "tf"), ("r", "none")], [("jax", "r"), ("tf", "r")]),
        # another repository of the same paper
        ([("r", "none"), ("s", "jax")], [("jax", "s"), ("none", "r")]),
    ],
)
def test_a_repository_without_framework_is_one_of_which_no_file_names_any(
    con: duckdb.DuckDBPyConnection, links: list[tuple[str, str]], kept: list[tuple[str, str]]
) -> None:
    add(
        con,
        "raw.paper_links",
        *(
            {"paper_url": "a", "repo_url": url, "framework": name, "basis": "dependencies"}
            for url, name in links
        ),
    )
    assert built(con, "out.paper_frameworks", "framework, repo_url") == kept


def test_a_label_none_of_the_archive_stands_beside_another_label(
    con: duckdb.DuckDBPyConnection,
) -> None:
    add(
        con,
        "raw.paper_links",
        *(
            {"paper_url": "a", "repo_url": "r", "framework": name, "basis": "label"}
            for name in ("none", "tf")
        ),
    )
    assert [name for (name,) in built(con, "out.paper_frameworks", "framework")] == ["none", "tf"]


def test_links_of_a_paper_are_those_of_its_newest_observation(
    con: duckdb.DuckDBPyConnection,
) -> None:
    add(
        con,
        "raw.paper_links",
        {"paper_url": "a", "repo_url": "r", "framework": "tf"},
        {"paper_url": "b", "repo_url": "s", "framework": "tf", "is_official": True},
        {"paper_url": "a", "repo_url": "r", "framework": "jax", "observed_on": SECOND},
    )
    columns = "paper_id, framework, is_official"
    assert built(con, "out.paper_frameworks", columns) == [
        ("hf_papers:a", "jax", False),
        ("hf_papers:b", "tf", True),
    ]


def model(name: str, *tags: str, **more: Any) -> dict[str, Any]:
    return {
        "source": "hf_models",
        "board": "downloads",
        "model_id": name,
        "tags": list(tags),
        "rank": 0,
    } | more


@pytest.mark.parametrize(
    ("library", "tags", "frameworks"),
    [
        ("transformers", ["transformers", "pytorch", "tf", "jax", "safetensors"], "jax pytorch tf"),
        ("transformers", ["transformers", "safetensors", "bert"], "safetensors"),
        ("sentence-transformers", ["safetensors"], "pytorch"),
        ("timm", [], "pytorch"),
        ("keras", ["keras"], "tf"),
        ("transformers", ["PyTorch"], "pytorch"),
        (None, ["gguf", "en"], "gguf"),
        (None, [], "none"),
        (None, None, "none"),
        ("unheard-of", ["en"], "none"),
    ],
)
def test_what_a_model_is_for(
    con: duckdb.DuckDBPyConnection, library: str | None, tags: list[str] | None, frameworks: str
) -> None:
    add(con, "raw.models", model("m") | {"tags": tags, "library": library})
    assert built(con, "core.models", "frameworks") == [(frameworks.split(),)]


def test_shares_of_models_by_ranking_and_day(con: duckdb.DuckDBPyConnection) -> None:
    add(
        con,
        "raw.models",
        model("a", "pytorch"),
        model("b", "pytorch", "tf", rank=1),
        model("b", "pytorch", "tf", rank=2),  # moved while pages were turned
        model("c", rank=3),
        model("d", "jax", rank=4),
        model("a", "pytorch", board="newest"),
        model("a", "jax", observed_on=SECOND),
    )
    assert built(con, "out.model_share", 'snapshot, framework, "group", n_models, share') == [
        (FIRST, "jax", "most downloaded", 1, 0.25),
        (FIRST, "none", "most downloaded", 1, 0.25),
        (FIRST, "pytorch", "most downloaded", 2, 0.5),
        (FIRST, "pytorch", "newest", 1, 1.0),
        (FIRST, "tf", "most downloaded", 1, 0.25),
        (SECOND, "jax", "most downloaded", 1, 1.0),
    ]


def test_a_series_shows_each_value_as_it_was_last_published(
    con: duckdb.DuckDBPyConnection,
) -> None:
    usual = {"source": "reference", "board": "file", "series": "s", "unit": "index"}
    add(
        con,
        "raw.series",
        usual | {"period_start": date(2026, 1, 1), "value": 1.0},
        usual | {"period_start": date(2026, 2, 1), "value": 2.0},
        usual | {"period_start": date(2026, 2, 1), "value": 2.5, "observed_on": SECOND},
        usual | {"period_start": date(2026, 3, 1), "value": 9.0, "observed_on": date(2027, 1, 1)},
    )
    assert built(con, "out.reference_series") == [
        ("s", date(2026, 1, 1), 1.0, "index", "file", FIRST),
        ("s", date(2026, 2, 1), 2.5, "index", "file", SECOND),
    ]
