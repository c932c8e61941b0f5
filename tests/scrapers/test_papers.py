"""Papers, models and series: payloads to landing lines, and whole crawls on loopback."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.archive import Archive
from scrapers.landing import (
    BoardObservation,
    Line,
    Model,
    Page,
    Paper,
    PaperLink,
    Posting,
    Refusal,
    SeriesPoint,
)
from scrapers.market import arxiv as market_arxiv
from scrapers.market import (
    downloads,
    preprints,
    repositories,
)
from scrapers.market import hf_models as market_models
from scrapers.market import hf_papers as market_papers
from scrapers.market import pwc as market_pwc
from scrapers.market import reference as market_reference
from scrapers.market.world import MarketSpec, World, simulate
from scrapers.spiders import arxiv, hf_papers, pwc, pwc_archive, reference
from scrapers.spiders.arxiv import ArxivSpider, repository_in, since_of
from scrapers.spiders.base import (
    FAULTS,
    Board,
    BoardSpider,
    ShapeError,
    Step,
    TruncatedError,
)
from scrapers.spiders.hf_models import HfModelsSpider
from scrapers.spiders.hf_papers import HfPapersSpider, days_to_ask, text_of
from scrapers.spiders.pwc import PwcSpider, papers_address
from scrapers.spiders.pwc_archive import PwcArchiveSpider
from scrapers.spiders.reference import ReferenceSpider
from tests.scrapers.crawling import crawled, origins_file, words_of
from tests.scrapers.ranges import ranged
from tests.scrapers.server import Answer, Site, as_json

AT = datetime(2026, 10, 31, 6, tzinfo=UTC)
HUB = "https://huggingface.co"
RAW = "https://raw.githubusercontent.com"
SPIDERS: tuple[type[BoardSpider], ...] = (
    ArxivSpider,
    HfModelsSpider,
    HfPapersSpider,
    PwcArchiveSpider,
    PwcSpider,
    ReferenceSpider,
)


def board(spider: type[BoardSpider], name: str = "") -> Board:
    return Board(spider.name, name or next(iter(spider.fixed_boards), "2026-10-30"), "", None, AT)


def read(spider: type[BoardSpider], payload: Any, step: Step, name: str = "") -> list[Any]:
    """What a spider yields for a payload; the message of what it raises last."""
    items: list[Any] = []
    try:
        items.extend(spider.read(payload, step, board(spider, name)))
    except (ShapeError, TruncatedError) as error:
        items.append(f"{type(error).__name__}: {error}")
    return items


def first(spider: type[BoardSpider], name: str = "") -> Step:
    return Step(spider.address(board(spider, name).name))


@pytest.mark.parametrize("spider", SPIDERS, ids=lambda spider: spider.name)
def test_a_board_is_known_by_its_address(spider: type[BoardSpider]) -> None:
    names = spider.fixed_boards or ("2026-10-30",)
    for name in names:
        for address in spider.addresses(name):
            assert spider.board_of(address) == name
    assert spider.board_of("https://elsewhere.example/") is None


@given(payload=st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(["paper", "id", "title", "tags", "results", "domains", "rows"]),
        inner,
        max_size=3,
    ),
    max_leaves=12,
))  # fmt: skip
def test_an_odd_payload_is_refused_and_no_crash(payload: Any) -> None:
    papers = Step(papers_address({"framework": "PyTorch", "page": "1"}), kind="papers")
    for spider, step, given_payload in (
        (HfPapersSpider, first(HfPapersSpider), payload),
        (HfModelsSpider, first(HfModelsSpider), {"rows": payload, "next": None}),
        (PwcSpider, first(PwcSpider), payload),
        (PwcSpider, papers, payload),
        (ReferenceSpider, first(ReferenceSpider), payload),
    ):
        try:
            for item in spider.read(given_payload, step, board(spider)):
                assert isinstance(item, Paper | Model | SeriesPoint | Refusal | Step)
        except FAULTS:
            pass  # the walk says so of the board


# --- Hugging Face's daily papers ------------------------------------------------------------------


def daily(arxiv_id: str = "2610.01234", **changes: Any) -> dict[str, Any]:
    paper = {
        "id": arxiv_id,
        "title": "Apples\n by sound",
        "publishedAt": "2026-10-29T00:00:00.000Z",
        "githubRepo": "https://github.com/orchard/apples",
    }
    return {"paper": paper | changes, "title": "Apples by sound", "numComments": 2}


def test_daily_papers() -> None:
    items = read(HfPapersSpider, [daily(), {"title": "x"}, None], first(HfPapersSpider))
    paper, *refused = [item for item in items if not isinstance(item, Step)]
    assert paper == Paper(
        source="hf_papers",
        board="2026-10-30",
        observed_at=AT,
        paper_url="https://huggingface.co/papers/2610.01234",
        title="Apples by sound",
        arxiv_id="2610.01234",
        published_on=date(2026, 10, 29),
        repo_url="https://github.com/orchard/apples",
    )
    assert [type(line) for line in refused] == [Refusal, Refusal]
    steps = [item for item in items if isinstance(item, Step)]
    assert [step.url.removeprefix(f"{RAW}/orchard/apples/HEAD/") for step in steps] == [
        "requirements.txt",
        "pyproject.toml",
        "environment.yml",
        "setup.py",
    ]
    assert {step.source_id for step in steps} == {None}  # no advert


@pytest.mark.parametrize(
    "changes",
    [
        {"githubRepo": None},
        {"githubRepo": "https://gitlab.com/orchard/apples"},
        {"githubRepo": "https://github.com/orchard"},
        {"publishedAt": "2025-07-28T23:59:59.000Z"},  # the archive has it
        {"publishedAt": "2019-01-01T00:00:00.000Z"},
    ],
)
def test_no_repository_is_asked_for_a_paper(changes: dict[str, Any]) -> None:
    [paper] = read(HfPapersSpider, [daily(**changes)], first(HfPapersSpider))
    assert isinstance(paper, Paper)


def test_a_full_page_leads_to_the_next_one() -> None:
    rows = [daily(f"2610.{n:05}", githubRepo=None) for n in range(50)]
    *_, step = read(HfPapersSpider, rows, first(HfPapersSpider))
    assert step.url == f"{HUB}/api/daily_papers?date=2026-10-30&p=1"
    *_, after = read(HfPapersSpider, rows, step)
    assert after.url == f"{HUB}/api/daily_papers?date=2026-10-30&p=2"
    assert not any(isinstance(item, Step) for item in read(HfPapersSpider, rows[:49], step))
    assert read(HfPapersSpider, [], after) == []


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"error": "Invalid date"}', "ShapeError: no list of papers"),
        (b"<html>Sign in</html>", "ShapeError: not JSON"),
        (b"", "ShapeError: the body is empty"),
        (b'[{"paper": {"id": "2610.0', "TruncatedError: JSON cut short"),
    ],
)
def test_another_answer_is_no_empty_day(body: bytes, said: str) -> None:
    items = read(HfPapersSpider, HfPapersSpider.decode(body), first(HfPapersSpider))
    assert str(items[-1]).startswith(said)


@pytest.mark.parametrize(
    ("file", "body", "found"),
    [
        ("requirements.txt", b"torch\njax\n", ["jax", "pytorch"]),
        ("requirements.txt", "torch\n".encode("utf-16"), ["pytorch"]),
        ("requirements.txt", b"numpy\n", ["none"]),
        ("requirements.txt", b"", []),
        ("requirements.txt", b"[1]", []),  # JSON by chance
        ("pyproject.toml", b'[build-system]\nrequires = ["torch"]\n', ["pytorch"]),
        ("setup.py", b"\xff\xfe\xfa", []),
    ],
)
def test_the_links_of_a_repositorys_file(file: str, body: bytes, found: list[str]) -> None:
    *_, step = (s for s in hf_papers.repository_steps(daily(), board(HfPapersSpider)))
    step = step._replace(url=f"{RAW}/orchard/apples/HEAD/{file}")
    links = read(HfPapersSpider, HfPapersSpider.decode(body), Step.load(step.dump()))
    assert [link.framework for link in links] == found
    for link in links:
        assert (link.basis, link.arxiv_id) == ("dependencies", "2610.01234")
        assert link.published_on == date(2026, 10, 29)
        assert link.repo_url == "https://github.com/orchard/apples"


def test_days_that_have_settled_are_not_asked_again() -> None:
    today = date(2026, 10, 31)
    every = days_to_ask(today, {})
    assert (every[0], every[-1], len(every)) == (date(2026, 10, 17), today, 15)
    read_on = {
        date(2026, 10, 20): date(2026, 10, 23),  # settled
        date(2026, 10, 29): date(2026, 10, 30),  # may have changed since
        date(2026, 9, 1): date(2026, 9, 2),  # long ago
    }
    assert days_to_ask(today, read_on) == [on for on in every if on != date(2026, 10, 20)]


@pytest.mark.parametrize(
    ("body", "charset"),
    [
        ("naïve", None),
        ("naïve", "utf-8"),
        ("naïve", "no-such-charset"),
    ],
)
def test_text_of_a_file(body: str, charset: str | None) -> None:
    assert text_of(body.encode(), charset) == body
    assert text_of(body.encode("utf-8-sig"), charset) == body
    assert text_of(body.encode("utf-16"), charset) == body
    assert text_of(body.encode("latin-1"), "latin-1") == body
    assert text_of(body.encode("latin-1"), charset) == "na�ve"


# --- models ---------------------------------------------------------------------------------------


def test_models_are_ranked_over_pages() -> None:
    rows = [{"id": f"a/{n}", "tags": ["pytorch", None], "downloads": n} for n in range(3)]
    *models, step = read(
        HfModelsSpider, {"rows": rows, "next": "https://h/2"}, first(HfModelsSpider)
    )
    assert [(m.model_id, m.rank, m.tags) for m in models] == [
        ("a/0", 0, ("pytorch",)),
        ("a/1", 1, ("pytorch",)),
        ("a/2", 2, ("pytorch",)),
    ]
    refused, model = read(HfModelsSpider, {"rows": [{}, {"id": "b"}], "next": None}, step)
    assert isinstance(refused, Refusal)
    assert model.rank == 4


def test_a_ranking_is_read_to_a_limit() -> None:
    step, pages = first(HfModelsSpider), 0
    while True:
        items = read(HfModelsSpider, {"rows": [{"id": "a"}], "next": "https://h/n"}, step)
        pages += 1
        if not isinstance(items[-1], Step):
            break
        step = items[-1]
    assert pages == 5
    error = read(HfModelsSpider, {"rows": {"error": "x"}, "next": None}, first(HfModelsSpider))
    assert str(error[-1]).startswith("ShapeError")


# --- Papers with Code, the archive ----------------------------------------------------------------


def parquet(rows: dict[str, list[Any]], **options: Any) -> bytes:
    file = BytesIO()
    pq.write_table(pa.table(rows), file, **options)
    return file.getvalue()


@pytest.mark.parametrize(
    "dates",
    [
        ["2021-05-17", None],
        [date(2021, 5, 17), None],
        [datetime(2021, 5, 17), None],  # noqa: DTZ001 - as Parquet holds them
        ["2021-05-17T00:00:00", None],
    ],
)
def test_abstracts_give_dates_and_tasks(dates: list[Any]) -> None:
    body = parquet(
        {
            "paper_url": ["https://p/a", "https://p/b"],
            "arxiv_id": ["2105.00001", None],
            "title": ["A", None],
            "abstract": ["long", "long"],
            "tasks": [["Tracking", "Detection"], None],
            "date": dates,
            "authors": [["x"], []],
        },
        row_group_size=1,
    )
    payload = PwcArchiveSpider.decode(body)
    one, two = PwcArchiveSpider.postings(
        payload, board(PwcArchiveSpider, "papers-with-abstracts-0")
    )
    assert isinstance(one, Paper)
    assert isinstance(two, Paper)
    assert (one.published_on, one.tasks) == (date(2021, 5, 17), ("Tracking", "Detection"))
    assert (two.published_on, two.tasks, two.title) == (None, (), None)


def test_the_archive_is_read_a_batch_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pwc_archive, "BATCH_ROWS", 10)
    rows = {name: [f"{name}{n}" for n in range(1000)] for name in pwc_archive.COLUMNS}
    body = parquet(rows | {"is_official": [True] * 1000}, row_group_size=100)
    payload = PwcArchiveSpider.decode(body)
    asked: list[int] = []
    whole = payload.iter_batches

    def counted(**options: Any) -> Iterator[pa.RecordBatch]:
        for batch in whole(**options):
            asked.append(batch.num_rows)
            yield batch

    monkeypatch.setattr(payload, "iter_batches", counted)
    lines = PwcArchiveSpider.postings(payload, board(PwcArchiveSpider))
    assert isinstance(next(lines), PaperLink)
    assert asked == [10]
    assert sum(1 for _ in lines) == 999


def test_a_cut_or_damaged_archive_is_truncated() -> None:
    rows = {name: ["x" * 50] * 5000 for name in pwc_archive.COLUMNS}
    body = parquet(rows | {"is_official": [True] * 5000}, use_dictionary=False, compression="none")
    with pytest.raises(TruncatedError):
        PwcArchiveSpider.decode(body[:-100])
    with pytest.raises(ShapeError):
        PwcArchiveSpider.decode(b"<html>")


@pytest.mark.shared
def test_every_column_of_the_archive_is_mapped_or_ignored(shared: Path) -> None:
    body = Archive(shared / "captures").fetch(PwcArchiveSpider.address(pwc_archive.LINKS)).body
    names = set(PwcArchiveSpider.decode(body).schema_arrow.names)
    assert names <= {*pwc_archive.COLUMNS, *pwc_archive.IGNORED}


def links_file(count: int = 3, **options: Any) -> bytes:
    rows: dict[str, list[Any]] = {
        name: [f"https://p/{name}/{n}" for n in range(count)] for name in pwc_archive.COLUMNS
    }
    return parquet(rows | {"is_official": [True] * count}, **options)


LINKS_PATH = f"/datasets/pwc-archive/{pwc_archive.FILES[pwc_archive.LINKS]}"


def of_archive(lines: list[Line]) -> BoardObservation:
    [seen] = [line for line in lines if isinstance(line, BoardObservation)]
    return seen


def known_of(seen: BoardObservation) -> str:
    """What the warehouse would say of a file in the next run."""
    said = {"etag": seen.etag, "digest": seen.payload_digest, "observed_at": AT.isoformat()}
    return json.dumps({"boards": {seen.url: said}, "pages": {}})


def test_a_file_of_the_archive_is_fetched_in_ranges_and_an_unchanged_one_is_not(
    site: Site, tmp_path: Path
) -> None:
    body, captures = links_file(), tmp_path / "captures"
    site.routes[LINKS_PATH] = ranged(site, body)
    options = {"boards": pwc_archive.LINKS, "RECORD_DIR": captures}
    lines = crawl(tmp_path, "pwc_archive", site, **options)
    seen = of_archive(lines)
    assert [line.kind for line in lines] == ["paper_link"] * 3 + ["board"]
    assert (seen.state, seen.rows_seen, seen.is_listing) == ("ok", 3, False)
    assert (seen.etag, seen.http_status) == ('"v1"', 206)
    assert seen.payload_digest == f"sha256:{hashlib.sha256(body).hexdigest()}"
    assert site.asked[-1].headers["Range"].startswith("bytes=0-")
    kept = captures / "pwc_archive" / f"{pwc_archive.LINKS}.parquet"
    assert kept.read_bytes() == body
    known = tmp_path / "known.json"
    known.write_text(known_of(seen))
    # With the file of the last run, and without: nothing is sent again.
    for again in (options, options | {"RECORD_DIR": tmp_path / "elsewhere"}):
        seen = of_archive(crawl(tmp_path, "pwc_archive", site, **again, KNOWN_FILE=known))
        assert (seen.state, seen.http_status, seen.rows_seen) == ("unchanged", 304, 0)
        assert site.asked[-1].headers["If-None-Match"] == '"v1"'
    # Whose rows the warehouse has lost are read of the file that lies here.
    lines = crawl(tmp_path, "pwc_archive", site, **options)
    assert (of_archive(lines).state, len(lines)) == ("ok", 4)
    site.routes[LINKS_PATH] = ranged(site, links_file(5), '"v2"')
    seen = of_archive(crawl(tmp_path, "pwc_archive", site, **options, KNOWN_FILE=known))
    assert (seen.state, seen.rows_seen, seen.etag) == ("ok", 5, '"v2"')
    # What was recorded is replayed from the file beside the archive.
    asked = len(site.asked)
    lines = crawl(tmp_path, "pwc_archive", REPLAY_DIR=captures)
    assert (of_archive(lines).state, of_archive(lines).rows_seen) == ("ok", 5)
    assert len(site.asked) == asked


def test_a_file_of_the_archive_is_taken_up_where_it_broke_off(site: Site, tmp_path: Path) -> None:
    body = links_file(200)
    site.routes[LINKS_PATH] = ranged(site, body)
    folder = tmp_path / "captures" / "pwc_archive"
    folder.mkdir(parents=True)
    name = f"{pwc_archive.LINKS}.parquet"
    about = {"url": f"{HUB}{LINKS_PATH}", "wanted": None, "etag": '"v1"'}
    (folder / f"{name}.part").write_bytes(body[:1000])
    (folder / f"{name}.json").write_text(json.dumps(about))
    options = {"boards": pwc_archive.LINKS, "RECORD_DIR": tmp_path / "captures"}
    assert of_archive(crawl(tmp_path, "pwc_archive", site, **options)).rows_seen == 200
    [asked] = [a for a in site.asked if a.path == LINKS_PATH]
    assert asked.headers["Range"].startswith("bytes=1000-")
    assert asked.headers["If-Range"] == '"v1"'
    assert {path.name for path in folder.iterdir()} == {name, f"{name}.json"}


@pytest.mark.parametrize(
    ("answer", "state", "said"),
    [
        (Answer(b"", 404), "unknown", "HTTP 404"),
        (Answer(b"", 403), "forbidden", "HTTP 403"),
        (Answer(b"<html>Sign in</html>"), "failed", "not Parquet"),
        (Answer(links_file()[:-40]), "truncated", "Parquet cut short"),
        (Answer(parquet({"paper_url": ["x"]})), "failed", "column 'paper_title' is missing"),
        (Answer(links_file(0)), "failed", "no row that can be read"),
        (Answer(links_file()[:50], promised=5000), "failed", "connection closed"),
    ],
)
def test_another_answer_is_no_file_of_the_archive(
    site: Site, tmp_path: Path, answer: Answer, state: str, said: str
) -> None:
    site.routes[LINKS_PATH] = answer
    options = {"boards": pwc_archive.LINKS, "RECORD_DIR": tmp_path / "captures"}
    [seen] = crawl(tmp_path, "pwc_archive", site, **options)
    assert isinstance(seen, BoardObservation)
    assert (seen.state, said in (seen.reason or "")) == (state, True), seen.reason
    # What can't be read is not kept: it might be our copy that is damaged.
    assert not list(tmp_path.glob("captures/pwc_archive/*.parquet"))


def test_damaged_rows_leave_those_before_them(site: Site, tmp_path: Path) -> None:
    body = bytearray(
        links_file(30_000, row_group_size=10_000, compression="none", use_dictionary=False)
    )
    middle = len(body) // 2
    body[middle : middle + 4000] = b"\xff" * 4000
    site.routes[LINKS_PATH] = ranged(site, bytes(body))
    seen = of_archive(crawl(tmp_path, "pwc_archive", site, boards=pwc_archive.LINKS))
    assert seen.state == "truncated"
    assert 10_000 <= seen.rows_seen < 30_000


# --- Papers with Code, the new site ---------------------------------------------------------------

ASKED = {
    "framework": "PyTorch",
    "start_date": "2026-10-01",
    "end_date": "2026-10-31",
    "page": "1",
    "page_size": "100",
}
PAGE = Step(papers_address(ASKED), kind="papers")


def page_of(*rows: Any, **changes: Any) -> dict[str, Any]:
    applied = {name: ASKED[name] for name in ("framework", "start_date", "end_date")}
    return {"results": list(rows), "next_page": None, "applied_filters": applied} | changes


def filed(**changes: Any) -> dict[str, Any]:
    return {
        "id": "9",
        "arxiv_id": "2610.00009v2",
        "title": "Pears",
        "published": "2026-10-12",
        "tasks": [{"id": "1", "name": "Tracking", "slug": "tracking"}],
        "has_official_implementation": True,
        "code_repository_count": 2,
        "repositories": [
            {"url": "https://github.com/other/pears", "is_official": False},
            {"url": "https://github.com/orchard/pears", "is_official": True},
        ],
    } | changes


def test_papers_filed_under_a_framework() -> None:
    paper, link = read(PwcSpider, page_of(filed()), PAGE)
    assert paper.tasks == ("Tracking",)
    for line in (paper, link):
        assert line.paper_url == "https://paperswithcode.co/paper/2610.00009"
        assert line.arxiv_id == "2610.00009"
        assert line.published_on == date(2026, 10, 12)
        assert line.repo_url == "https://github.com/orchard/pears"
    assert (link.framework, link.is_official, link.basis) == ("pytorch", True, "label")


@pytest.mark.parametrize(
    ("changes", "kinds"),
    [
        ({"repositories": None}, [Paper, PaperLink]),
        ({"repositories": [], "code_repository_count": 0}, [Paper]),
        ({"arxiv_id": None, "tasks": None, "published": None}, [Paper, PaperLink]),
        ({"tasks": ["Tracking"]}, [Paper, PaperLink]),
        ({"published": "soon"}, [Refusal]),
        ({"repositories": ["x"]}, [Refusal]),
    ],
)
def test_rows_of_the_new_site(changes: dict[str, Any], kinds: list[type]) -> None:
    assert [type(line) for line in read(PwcSpider, page_of(filed(**changes)), PAGE)] == kinds


@pytest.mark.parametrize(
    ("applied", "said"),
    [
        (None, "does not say which filters"),
        ({}, "framework=PyTorch was not applied"),
        ({"framework": "JAX"}, "framework=PyTorch was not applied"),
        ({"framework": "pytorch"}, "start_date=2026-10-01 was not applied"),
        ({"framework": "PyTorch", "start_date": "2026-10-01"}, "end_date=2026-10-31 was not"),
    ],
)
def test_an_answer_to_another_question_is_no_data(applied: Any, said: str) -> None:
    [error] = read(PwcSpider, page_of(filed(), applied_filters=applied), PAGE)
    assert error.startswith("ShapeError")
    assert said in error


@pytest.mark.parametrize(
    ("changes", "page", "following"),
    [
        ({"next_page": 2}, "1", "2"),
        ({"next_page": None, "count": 900}, "1", None),
        ({"count": 150}, "1", "2"),
        ({"count": 150}, "2", None),
        ({"total": 900}, "3", "4"),
        ({}, "1", None),  # fewer rows than a page takes
        ({"next_page": 2}, "2", "TruncatedError: page 2 says that page 2 comes next"),
        ({"next_page": 101}, "100", "TruncatedError: PyTorch: cap of 100 pages reached"),
        ({"results": [], "next_page": 2}, "1", None),
    ],
)
def test_pages_of_the_new_site(changes: dict[str, Any], page: str, following: str | None) -> None:
    payload = page_of(filed(), **changes)
    if "next_page" not in changes:
        del payload["next_page"]
    items = read(PwcSpider, payload, Step(papers_address({**ASKED, "page": page}), kind="papers"))
    after = [item for item in items if isinstance(item, Step | str)]
    said = [a if isinstance(a, str) else a.url for a in after]
    if following is not None and following.isdigit():
        following = papers_address({**ASKED, "page": following})
    assert said == ([] if following is None else [following])


@pytest.mark.parametrize(
    "catalogue",
    [
        {"domains": [{"name": "D", "categories": [{"name": "PyTorch", "frameworks": [
            {"name": "PyTorch"}, {"name": "vLLM"}, {"slug": "jax"}]}]}]},
        {"results": [{"name": "PyTorch", "slug": "pytorch"}, {"name": "vLLM"}, {"name": "jax"}]},
        [{"name": "PyTorch"}, {"name": "jax"}, {"name": "jax"}],
    ],
)  # fmt: skip
def test_the_catalogue_says_which_frameworks_to_ask_for(catalogue: Any) -> None:
    steps = read(PwcSpider, catalogue, first(PwcSpider))
    until = {"start_date": "2025-07-29", "end_date": "2026-10-31", "page": "1", "page_size": "100"}
    assert [step.url for step in steps] == [
        papers_address({"framework": name} | until) for name in ("PyTorch", "jax")
    ]
    later = first(PwcSpider)._replace(extra=(("since", "2026-09-01"),))
    assert "start_date=2026-09-01" in read(PwcSpider, catalogue, later)[0].url
    assert "ShapeError" in read(PwcSpider, {"domains": []}, first(PwcSpider))[0]


# --- arXiv ----------------------------------------------------------------------------------------

ATOM = "http://www.w3.org/2005/Atom"
SEARCH = "http://a9.com/-/spec/opensearch/1.1/"


def feed(*entries: str, total: int = 1, start: int = 0) -> bytes:
    return (
        f"<?xml version='1.0' encoding='UTF-8'?><feed xmlns='{ATOM}' xmlns:o='{SEARCH}' "
        f"xmlns:arxiv='http://arxiv.org/schemas/atom'><title>arXiv Query</title>"
        f"<o:totalResults>{total}</o:totalResults><o:startIndex>{start}</o:startIndex>"
        f"{''.join(entries)}</feed>"
    ).encode()


def entry(
    arxiv_id: str = "2610.00001v1", on: str = "2026-10-30", abstract: str = "", comment: str = ""
) -> str:
    return (
        f"<entry><id>http://arxiv.org/abs/{arxiv_id}</id><title>Plums\n  at night</title>"
        f"<published>{on}T17:59:59Z</published><summary>{abstract}</summary>"
        f"<arxiv:comment>{comment}</arxiv:comment></entry>"
    )


def xml(body: bytes) -> Any:
    return ArxivSpider.decode(body)


def test_papers_of_a_query() -> None:
    body = feed(
        entry(abstract="See https://gitlab.com/orchard/plums.", comment="9 pages"),
        entry("hep-th/0408048v2", comment="code: \\url{https://github.com/a/b_c.git}"),
        entry("nothing"),
        total=3,
    )
    one, two, refused = read(ArxivSpider, xml(body), first(ArxivSpider))
    assert one == Paper(
        source="arxiv",
        board="cat:cs.LG",
        observed_at=AT,
        paper_url="https://arxiv.org/abs/2610.00001",
        title="Plums at night",
        arxiv_id="2610.00001",
        published_on=date(2026, 10, 30),
        repo_url="https://gitlab.com/orchard/plums",
    )
    assert (two.arxiv_id, two.repo_url) == ("hep-th/0408048", "https://github.com/a/b_c")
    assert isinstance(refused, Refusal)


def test_a_query_is_followed_as_long_as_papers_are_of_late() -> None:
    ours = first(ArxivSpider)
    *_, step = read(ArxivSpider, xml(feed(entry(), total=900)), ours)
    assert step.url == ours.url.replace("start=0", "start=1")
    *_, after = read(ArxivSpider, xml(feed(entry(), total=900, start=1)), step)
    assert after.url == ours.url.replace("start=0", "start=2")
    old = entry(on="2026-10-01")
    assert len(read(ArxivSpider, xml(feed(entry(), old, total=900)), ours)) == 2
    assert len(read(ArxivSpider, xml(feed(entry(), total=1)), ours)) == 1
    *_, capped = read(ArxivSpider, xml(feed(entry(), total=10**6, start=4999)), step)
    assert capped.startswith("TruncatedError: the newest 5000 papers reach back to 2026-10-30")
    elsewhere = Step(f"{arxiv.QUERY}?search_query=cat:cs.LG&start=0&max_results=1")
    assert len(read(ArxivSpider, xml(feed(entry(), total=900)), elsewhere)) == 1


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (feed(total=900), "TruncatedError: a page without entries"),
        (
            feed("<entry><id>http://arxiv.org/api/errors#x</id><summary>bad id</summary></entry>"),
            "ShapeError: arXiv says: bad id",
        ),
        (b"<html><body>Rate exceeded.</body></html>", "ShapeError: XML of another kind: html"),
    ],
)
def test_another_answer_is_no_empty_query(body: bytes, said: str) -> None:
    assert read(ArxivSpider, xml(body), first(ArxivSpider))[-1].startswith(said)


def test_a_query_without_results_is_empty() -> None:
    assert read(ArxivSpider, xml(feed(total=0)), first(ArxivSpider)) == []


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"", ShapeError),
        (b"Rate exceeded.", ShapeError),
        (b"{}", ShapeError),
        (feed(entry())[:-30], TruncatedError),
        (feed(entry())[:90], TruncatedError),
        (b'<!DOCTYPE x [<!ENTITY a "b">]><feed>&a;</feed>', ShapeError),
        (b"<feed><a></b></feed>", ShapeError),
    ],
)
def test_what_is_no_xml(body: bytes, error: type[Exception]) -> None:
    with pytest.raises(error):
        xml(body)


OAI = "http://www.openarchives.org/OAI/2.0/"


def records(*inner: str, token: str = "") -> bytes:
    return (
        f"<OAI-PMH xmlns='{OAI}'><responseDate>2026-10-31T00:00:00Z</responseDate>"
        f"<ListRecords>{''.join(inner)}{token}</ListRecords></OAI-PMH>"
    ).encode()


def record(data: str, status: str = "") -> str:
    return (
        f"<record><header{status}><identifier>oai:arXiv.org:2610.00003</identifier>"
        f"<datestamp>2026-10-30</datestamp></header><metadata>{data}</metadata></record>"
    )


ARXIV = (
    "<arXiv xmlns='http://arxiv.org/OAI/arXiv/'><id>2610.00003</id><created>2026-09-30</created>"
    "<updated>2026-10-30</updated><authors><author><keyname>Grower</keyname></author></authors>"
    "<title>Figs</title><categories>cs.LG</categories><comments>github.com/orchard/figs</comments>"
    "<abstract>  We dry figs.\n</abstract></arXiv>"
)
ARXIV_RAW = (
    "<arXivRaw xmlns='http://arxiv.org/OAI/arXivRaw/'><id>2610.00003</id>"
    "<version version='v1'><date>Wed, 30 Sep 2026 09:00:00 GMT</date></version>"
    "<version version='v2'><date>Fri, 30 Oct 2026 09:00:00 GMT</date></version>"
    "<title>Figs</title><abstract>See http://www.github.com/orchard/figs/.</abstract></arXivRaw>"
)
DUBLIN_CORE = (
    "<dc xmlns='http://www.openarchives.org/OAI/2.0/oai_dc/' "
    "xmlns:d='http://purl.org/dc/elements/1.1/'><d:title>Figs</d:title>"
    "<d:description>We dry figs.</d:description>"
    "<d:description>Comment: see https://github.com/orchard/figs</d:description>"
    "<d:date>2026-10-30</d:date><d:date>2026-09-30</d:date></dc>"
)


@pytest.mark.parametrize("data", [ARXIV, ARXIV_RAW, DUBLIN_CORE])
def test_papers_of_a_set_in_every_format(data: str) -> None:
    body = records(record(data), record("", " status='deleted'"), record(""))
    paper, refused = read(ArxivSpider, xml(body), first(ArxivSpider, "oai:cs"), "oai:cs")
    assert (paper.arxiv_id, paper.title) == ("2610.00003", "Figs")
    assert paper.published_on == date(2026, 9, 30)
    assert paper.repo_url == "https://github.com/orchard/figs"
    assert isinstance(refused, Refusal)


def test_a_set_is_followed_by_its_token() -> None:
    step = first(ArxivSpider, "oai:cs")
    body = records(record(ARXIV), token="<resumptionToken cursor='0'> a|b c </resumptionToken>")
    *_, after = read(ArxivSpider, xml(body), step, "oai:cs")
    assert after.url == f"{arxiv.RECORDS}?verb=ListRecords&resumptionToken=a%7Cb%20c"
    last = records(record(ARXIV), token="<resumptionToken completeListSize='{}'/>")
    whole, short = (xml(last.replace(b"{}", n)) for n in (b"2", b"3"))
    assert [type(item) for item in read(ArxivSpider, whole, after)] == [Paper]
    said = read(ArxivSpider, short, after)[-1]
    assert said == "TruncatedError: the set has 3 papers and gives 2"
    endless = after
    for _ in range(arxiv.MOST_PAGES - 2):
        *_, endless = read(ArxivSpider, xml(body), endless)
    assert "25 pages read" in read(ArxivSpider, xml(body), endless)[-1]


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("noRecordsMatch", []),
        ("badResumptionToken", ["TruncatedError: the list broke off: why"]),
        ("badArgument", ["ShapeError: arXiv says: badArgument why"]),
    ],
)
def test_errors_of_a_set(code: str, said: list[str]) -> None:
    body = f"<OAI-PMH xmlns='{OAI}'><error code='{code}'>why</error></OAI-PMH>".encode()
    assert read(ArxivSpider, xml(body), first(ArxivSpider, "oai:cs")) == said


@pytest.mark.parametrize(
    ("url", "name"),
    [
        (f"{arxiv.QUERY}?search_query=all:transformer&start=0&max_results=5", "all:transformer"),
        (f"{arxiv.QUERY}?search_query=cat:cs.LG+AND+ti:x&max_results=5", "cat:cs.LG AND ti:x"),
        (f"{arxiv.QUERY}?search_query=all:transformer&start=5&max_results=5", None),
        (f"{arxiv.QUERY}?id_list=2610.00001", None),
        (f"{arxiv.RECORDS}?verb=ListRecords&metadataPrefix=arXiv&set=cs", "oai:cs"),
        (
            f"{arxiv.RECORDS}?verb=ListRecords&metadataPrefix=oai_dc&set=cs&from=2026-10-01",
            "oai:cs@2026-10-01",
        ),
        (f"{arxiv.RECORDS}?verb=ListRecords&resumptionToken=x", None),
        (f"{arxiv.RECORDS}?verb=Identify", None),
    ],
)
def test_boards_of_arxiv(url: str, name: str | None) -> None:
    assert ArxivSpider.board_of(url) == name


def test_a_set_is_asked_from_the_day_before_it_was_read() -> None:
    today = date(2026, 10, 31)
    assert since_of(today, []) == date(2026, 10, 23)
    assert since_of(today, [date(2026, 10, 20), date(2026, 10, 29)]) == date(2026, 10, 28)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("Code: https://github.com/a/b.", "https://github.com/a/b"),
        ("(https://www.github.com/a/b)", "https://github.com/a/b"),
        ("github.com/a/b_c-d.e, and more", "https://github.com/a/b_c-d.e"),
        (r"\url{https://github.com/a/b\_c}", "https://github.com/a/b_c"),
        (r"\href{https://github.com/a/b}{here}", "https://github.com/a/b"),
        ("https://github.com/a/b/tree/main", "https://github.com/a/b"),
        ("HTTPS://GitHub.com/A/B", "https://github.com/A/B"),
        ("https://codeberg.org/a/b", "https://codeberg.org/a/b"),
        ("https://a.github.io/b", None),
        ("https://gist.github.com/a/b", None),
        ("https://notgithub.com/a/b", None),
        ("https://github.com/a", None),
        ("https://github.com/orgs/a", None),
        ("first https://github.com/topics/x then https://github.com/a/b", "https://github.com/a/b"),
        ("", None),
        (None, None),
    ],
)
def test_the_repository_in_a_text(text: str | None, address: str | None) -> None:
    later = "https://github.com/later/one"
    assert repository_in(text) == address
    assert repository_in(None, text, later) == (address or later)


# --- reference series -----------------------------------------------------------------------------


def test_series_of_the_hiring_lab() -> None:
    body = b"date,jobcountry,AI_share_postings\n2019-01-01,DE,1.5\n2019-01-02,DE,NA\n2019-x,DE,1\n"
    lines = read(ReferenceSpider, ReferenceSpider.decode(body), Step("x"), reference.AI_SHARE)
    assert [type(line) for line in lines] == [SeriesPoint, Refusal]
    point = lines[0]
    assert (point.series, point.value, point.unit) == (
        "ai_share_of_postings_de",
        1.5,
        "percent of postings",
    )
    body = (
        b"date,jobcountry,indeed_job_postings_index_SA,indeed_job_postings_index_NSA,variable\n"
        b"2020-02-01,US,100,99.5,new postings\n"
    )
    lines = read(ReferenceSpider, ReferenceSpider.decode(body), Step("x"), reference.POSTINGS)
    assert [(line.series, line.value) for line in lines] == [
        ("new_postings_us_adjusted", 100.0),
        ("new_postings_us_unadjusted", 99.5),
    ]


def test_downloads_of_packages() -> None:
    rows = [
        {"download_count": 9, "project": "boto3"},
        {"download_count": 5, "project": "torch"},
        {"download_count": "x", "project": "jax"},
        {"project": "keras"},
    ]
    payload = {"last_update": "2026-10-01 07:04:16", "rows": rows}
    lines = read(ReferenceSpider, payload, Step("x"), reference.DOWNLOADS)
    assert [type(line) for line in lines] == [SeriesPoint, Refusal, Refusal]
    assert (lines[0].series, lines[0].period_start) == ("downloads_torch", date(2026, 10, 1))


@pytest.mark.parametrize(
    ("name", "body"),
    [
        (reference.AI_SHARE, b"404: Not Found"),
        (reference.AI_SHARE, b"<html></html>"),
        (reference.AI_SHARE, b""),
        (reference.AI_SHARE, b"date,jobcountry,AI_share_postings\n2019-01-01,DE"),
        (reference.DOWNLOADS, b'{"rows": []}'),
        (reference.DOWNLOADS, b'{"last_update": null, "rows": [{}]}'),
        (reference.DOWNLOADS, b"a,b\n1,2\n"),
    ],
)
def test_another_file_is_no_series(name: str, body: bytes) -> None:
    with pytest.raises((ShapeError, TruncatedError)):
        list(
            ReferenceSpider.read(
                ReferenceSpider.decode(body), Step("x"), board(ReferenceSpider, name)
            )
        )


# --- whole crawls ---------------------------------------------------------------------------------


def crawl(folder: Path, spider: str, site: Site | None = None, **options: Any) -> list[Line]:
    """Run `scrapy crawl` as a person would; keyword arguments are settings, `boards` aside."""
    boards = options.pop("boards", None)
    settings = {"DOWNLOAD_DELAY": 0, "AUTOTHROTTLE_ENABLED": False, "RETRY_TIMES": 0} | options
    if site is not None:
        hosts = ["huggingface.co", "raw.githubusercontent.com", "export.arxiv.org"]
        hosts += ["paperswithcode.co", "hugovk.github.io"]
        origins = {f"https://{host}": site.origin for host in hosts}
        settings["ORIGINS_FILE"] = origins_file(folder, origins)
    out = folder / "out.jsonl"
    return crawled(words_of(spider, out, boards, settings), out)


def observed(lines: list[Line]) -> dict[str, tuple[str, str | None]]:
    return {
        line.board: (line.state, line.reason)
        for line in lines
        if isinstance(line, BoardObservation)
    }


def target(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def test_a_day_of_papers_and_their_repositories(site: Site, tmp_path: Path) -> None:
    site.routes |= {
        "/api/daily_papers?date=2026-10-30": as_json(
            [
                daily(),
                daily("2610.00002", githubRepo="https://github.com/orchard/empty"),
                daily("2610.00003", githubRepo=None),
            ]
        ),
        "/orchard/apples/HEAD/requirements.txt": Answer(b"numpy\n"),
        "/orchard/apples/HEAD/setup.py": Answer(b"setup(install_requires=['torch'])"),
    }
    lines = crawl(tmp_path, "hf_papers", site, boards="2026-10-30")
    assert observed(lines) == {"2026-10-30": ("ok", None)}
    links = {line.framework for line in lines if isinstance(line, PaperLink)}
    assert links == {"none", "pytorch"}
    assert sum(isinstance(line, Paper) for line in lines) == 3
    assert len(site.paths()) == 1 + 2 * 4


def test_a_repository_that_fails_leaves_its_day_open(site: Site, tmp_path: Path) -> None:
    site.routes |= {
        "/api/daily_papers?date=2026-10-30": as_json([daily()]),
        "/orchard/apples/HEAD/requirements.txt": Answer(b"", 500),
    }
    lines = crawl(tmp_path, "hf_papers", site, boards="2026-10-30")
    state, reason = observed(lines)["2026-10-30"]
    assert state == "truncated"
    assert "HTTP 500" in (reason or "")
    assert any(isinstance(line, Paper) for line in lines)


def test_a_later_page_that_is_gone_is_no_end(site: Site, tmp_path: Path) -> None:
    rows = [daily(f"2610.{n:05}", githubRepo=None) for n in range(50)]
    site.routes["/api/daily_papers?date=2026-10-30"] = as_json(rows)
    lines = crawl(tmp_path, "hf_papers", site, boards="2026-10-30")
    state, reason = observed(lines)["2026-10-30"]
    assert (state, "HTTP 404" in (reason or "")) == ("truncated", True)


def test_models_by_cursor(site: Site, tmp_path: Path) -> None:
    start = target(HfModelsSpider.address("downloads"))
    following = f"{start}&cursor=abc"
    link = f'<{HUB}{following}>; rel="next"'
    site.routes |= {
        start: as_json([{"id": f"a/{n}"} for n in range(3)], Link=link),
        following: as_json([{"id": "b/0"}, {"id": "b/1"}]),
    }
    lines = crawl(tmp_path, "hf_models", site)
    models = [line for line in lines if isinstance(line, Model)]
    assert [(m.board, m.rank) for m in models] == [("downloads", n) for n in range(5)]
    assert observed(lines)["downloads"] == ("ok", None)
    assert observed(lines)["newest"][0] == "unknown"


def test_a_ranking_that_goes_on_is_whole_as_meant(site: Site, tmp_path: Path) -> None:
    start = target(HfModelsSpider.address("newest"))
    for page in range(6):
        path = f"{start}&cursor={page}" if page else start
        link = f'<{HUB}{start}&cursor={page + 1}>; rel="next"'
        rows = [{"id": f"a/{page}-{n}"} for n in range(1000)]
        site.routes[path] = as_json(rows, Link=link)
    lines = crawl(tmp_path, "hf_models", site, boards="newest")
    assert observed(lines)["newest"] == ("ok", "the first 5000 of the ranking, as meant")
    assert len(site.paths()) == 5


def test_a_ranking_that_shows_the_same_page_for_ever_is_truncated(
    site: Site, tmp_path: Path
) -> None:
    start = target(HfModelsSpider.address("downloads"))
    link = f'<{HUB}{start}&cursor=abc>; rel="next"'
    rows = as_json([{"id": f"a/{n}"} for n in range(3)], Link=link)
    site.routes |= {start: rows, f"{start}&cursor=abc": rows}
    lines = crawl(tmp_path, "hf_models", site, boards="downloads")
    state, reason = observed(lines)["downloads"]
    assert (state, "page 2 shows only" in (reason or "")) == ("truncated", True)
    assert len(site.paths()) == 2


def test_the_new_site_is_walked_by_framework(site: Site, tmp_path: Path) -> None:
    today = datetime.now(UTC).date().isoformat()
    asked = ASKED | {"start_date": "2025-07-29", "end_date": today}
    applied = {name: asked[name] for name in ("framework", "start_date", "end_date")}
    site.routes |= {
        target(pwc.CATALOGUE): as_json({"frameworks": [{"name": "PyTorch"}, {"name": "JAX"}]}),
        target(papers_address(asked)): as_json(
            page_of(filed(), next_page=2, applied_filters=applied)
        ),
        target(papers_address({**asked, "page": "2"})): as_json(
            page_of(filed(arxiv_id="2610.00010"), applied_filters=applied)
        ),
        target(papers_address({**asked, "framework": "JAX"})): as_json(
            page_of(filed(), applied_filters=applied)
        ),
    }
    lines = crawl(tmp_path, "pwc", site)
    links = {(line.arxiv_id, line.framework) for line in lines if isinstance(line, PaperLink)}
    assert links == {("2610.00009", "pytorch"), ("2610.00010", "pytorch")}
    [(state, reason)] = observed(lines).values()
    assert state == "truncated"
    assert "framework=JAX was not applied" in (reason or "")


def test_a_page_of_the_new_site_that_is_gone_is_a_loss(site: Site, tmp_path: Path) -> None:
    site.routes[target(pwc.CATALOGUE)] = as_json({"frameworks": [{"name": "PyTorch"}]})
    [(state, reason)] = observed(crawl(tmp_path, "pwc", site)).values()
    assert (state, "HTTP 404" in (reason or "")) == ("truncated", True)


def test_an_unchanged_day_costs_one_answer_and_a_changed_one_all(
    site: Site, tmp_path: Path
) -> None:
    rows = [daily(f"2610.{n:05}", githubRepo=None) for n in range(50)]
    first_page = "/api/daily_papers?date=2026-10-30"
    tagged = {"ETag": '"p"', "Content-Type": "application/json"}
    site.routes |= {
        first_page: as_json(rows),
        f"{first_page}&p=1": Answer(as_json([daily()]).body, headers=tagged),
    }
    lines = crawl(tmp_path, "hf_papers", site, boards="2026-10-30")
    [seen] = [line for line in lines if isinstance(line, BoardObservation)]
    known = tmp_path / "known.json"
    said = {"digest": seen.payload_digest, "observed_at": AT.isoformat()}
    known.write_text(json.dumps({"boards": {seen.url: said}}))
    before = len(site.paths())
    lines = crawl(tmp_path, "hf_papers", site, boards="2026-10-30", KNOWN_FILE=known)
    assert observed(lines) == {"2026-10-30": ("unchanged", None)}
    assert site.paths()[before:] == [first_page]
    site.routes[first_page] = as_json([*rows[1:], daily("2610.77777", githubRepo=None)])
    lines = crawl(tmp_path, "hf_papers", site, boards="2026-10-30", KNOWN_FILE=known)
    assert sum(isinstance(line, Paper) for line in lines) == 51
    assert "If-None-Match" not in site.asked[-1].headers


def test_a_query_and_a_set_of_arxiv(site: Site, tmp_path: Path) -> None:
    query = target(ArxivSpider.address("cat:cs.LG"))
    recent = datetime.now(UTC).date().isoformat()
    site.routes |= {
        query: Answer(feed(entry(on=recent), total=2)),
        query.replace("start=0", "start=1"): Answer(feed(entry("2610.00002v1"), total=2, start=1)),
        "/oai2?verb=ListRecords&metadataPrefix=arXiv&set=cs&from=2026-10-01": Answer(
            records(record(ARXIV), token="<resumptionToken>t</resumptionToken>")
        ),
        "/oai2?verb=ListRecords&resumptionToken=t": Answer(
            records(record(ARXIV.replace("2610.00003", "2610.00004")))
        ),
    }
    lines = crawl(tmp_path, "arxiv", site, boards="cat:cs.LG,oai:cs@2026-10-01")
    assert observed(lines) == {"cat:cs.LG": ("ok", None), "oai:cs@2026-10-01": ("ok", None)}
    assert Counter(line.board for line in lines if isinstance(line, Paper)) == {
        "cat:cs.LG": 2,
        "oai:cs@2026-10-01": 2,
    }
    # Nothing is remembered of later pages: they are read anew or not at all.
    assert not [line for line in lines if isinstance(line, Page)]


def test_a_set_without_a_day_is_asked_from_one(site: Site, tmp_path: Path) -> None:
    lines = crawl(tmp_path, "arxiv", site, boards="oai:cs")
    since = since_of(datetime.now(UTC).date(), [])
    assert site.paths() == [
        f"/oai2?verb=ListRecords&metadataPrefix=arXiv&set=cs&from={since.isoformat()}"
    ]
    assert observed(lines)["oai:cs"][0] == "unknown"


def test_arxiv_is_asked_once_in_three_seconds() -> None:
    assert ArxivSpider.custom_settings == {"DOWNLOAD_DELAY": 3.0}


def test_series_are_read_and_counts_ship_with_the_project(site: Site, tmp_path: Path) -> None:
    site.routes |= {
        target(reference.ADDRESSES[reference.AI_SHARE]): Answer(
            b"date,jobcountry,AI_share_postings\n2019-01-01,DE,1.5\n"
        ),
        target(reference.ADDRESSES[reference.DOWNLOADS]): as_json(
            {"last_update": "2026-10-01", "rows": [{"project": "torch", "download_count": 5}]}
        ),
    }
    lines = crawl(tmp_path, "reference", site)
    states = {name: state for name, (state, _) in observed(lines).items()}
    assert states == {
        "hiring_lab_ai_share": "ok",
        "hiring_lab_postings_us": "unknown",
        "pypi_downloads": "ok",
        "conference_papers": "ok",
    }
    points = [line for line in lines if isinstance(line, SeriesPoint)]
    assert Counter(point.board for point in points) == {
        "hiring_lab_ai_share": 1,
        "pypi_downloads": 1,
        "conference_papers": 105,
    }
    lines = crawl(tmp_path, "reference", site, boards="conference_papers,pypi_downloads")
    assert set(observed(lines)) == {"conference_papers", "pypi_downloads"}


@pytest.fixture(scope="module")
def world() -> World:
    return simulate(MarketSpec.scaled(7, 0.01))


@pytest.fixture
def market(site: Site, world: World) -> Site:
    """The simulated market's papers, models and series, served today."""
    today = datetime.now(UTC).date()
    modules = (market_arxiv, market_models, market_papers, market_pwc, market_reference)
    for module in (*modules, downloads, repositories):
        for path, (body, _, *headers) in module.answers(world, today).items():
            site.routes[path] = Answer(body, headers=dict(*headers))
    return site


def test_frameworks_of_the_market_are_found_in_its_repositories(
    market: Site, world: World, tmp_path: Path
) -> None:
    lines = crawl(tmp_path, "hf_papers", market)
    assert {state for state, _ in observed(lines).values()} == {"ok"}
    assert len(observed(lines)) == hf_papers.LOOK_BACK_DAYS + 1
    asked = {line.arxiv_id for line in lines if isinstance(line, Paper)}
    seed = world.spec.seed
    planted = {
        (paper.arxiv_id, paper.framework)
        for on in preprints.days(datetime.now(UTC).date())
        for paper in preprints.of_day(seed, on)
        if paper.arxiv_id in asked and preprints.files(seed, paper)
    }
    assert {
        (line.arxiv_id, line.framework) for line in lines if isinstance(line, PaperLink)
    } == planted
    assert len({framework for _, framework in planted}) > 2


@pytest.mark.parametrize(
    ("spider", "kind", "boards"),
    [
        ("arxiv", Paper, 4),
        ("hf_models", Model, 2),
        ("pwc", PaperLink, 1),
        ("reference", SeriesPoint, 4),
    ],
)
def test_the_market_is_read_whole(
    market: Site, tmp_path: Path, spider: str, kind: type, boards: int
) -> None:
    lines = crawl(tmp_path, spider, market)
    assert [state for state, _ in observed(lines).values()] == ["ok"] * boards
    assert sum(isinstance(line, kind) for line in lines) > 50
    assert not [line for line in lines if isinstance(line, Refusal)]


@pytest.mark.shared
@pytest.mark.parametrize(
    ("spider", "kind", "rows", "state"),
    [
        ("hf_papers", Paper, 30, "ok"),
        ("arxiv", Paper, 5, "ok"),
        ("pwc_archive", PaperLink, 1374, "ok"),
    ],
)
def test_the_captures_are_read(
    shared: Path, tmp_path: Path, spider: str, kind: type, rows: int, state: str
) -> None:
    lines = crawl(tmp_path, spider, REPLAY_DIR=shared / "captures")
    assert sum(isinstance(line, kind) for line in lines) == rows
    assert not [line for line in lines if isinstance(line, Refusal | Posting)]
    assert [said for said, _ in observed(lines).values()] == [state]


@pytest.mark.shared
def test_sources_without_captures_say_nothing(shared: Path, tmp_path: Path) -> None:
    for spider in ("pwc", "hf_models", "reference"):
        assert crawl(tmp_path, spider, REPLAY_DIR=shared / "captures") == []


@pytest.mark.shared
def test_real_records_are_read(shared: Path) -> None:
    found = {}
    for path in sorted((shared / "fixtures" / "arxiv_oai").glob("*.xml")):
        items = read(ArxivSpider, xml(path.read_bytes()), first(ArxivSpider, "oai:cs"))
        assert [type(item) for item in items] == [Paper]
        found[items[0].arxiv_id] = items[0]
    assert len(found) == 7
    assert all(paper.title and paper.published_on for paper in found.values())
    assert found["hep-th/0408048"].published_on == date(2004, 8, 5)


TAGS = {"date", "dc", "description", "header", "identifier", "metadata", "record", "title"}
IGNORED_TAGS = {
    "creator": "persons",
    "datestamp": "of the record",
    "setSpec": "fields of research are no tasks",
    "subject": "fields of research are no tasks",
    "type": "always a text",
}


@pytest.mark.shared
def test_every_tag_of_real_records_is_mapped_or_ignored(shared: Path) -> None:
    for path in (shared / "fixtures" / "arxiv_oai").glob("*.xml"):
        names = {e.tag.rpartition("}")[2] for e in ET.fromstring(path.read_bytes()).iter()}
        assert names <= TAGS | set(IGNORED_TAGS)
