"""The served market: its protocols, HTTP's own rules, and each fault, over real sockets."""

from __future__ import annotations

import gzip
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from email.message import Message
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from pipelines.market import app as market_command
from scrapers.landing import BoardObservation, Line, Posting, Refusal, Seen
from scrapers.market import repositories, workday
from scrapers.market.faults import CAP, FAULTS, Answer, FaultError, Planted, gzip_bomb, read_fault
from scrapers.market.serve import (
    LEAST_BOARDS,
    SHARES,
    Market,
    Served,
    served_spec,
    serving,
    simulated,
)
from scrapers.market.sources import Source, Table, is_first, target_of
from scrapers.market.wire import Ask, prepared, reply
from scrapers.market.world import Advert, World
from scrapers.spiders.ashby import AshbySpider
from scrapers.spiders.bamboohr import BamboohrSpider
from scrapers.spiders.base import Board, BoardSpider, Step, Total
from scrapers.spiders.greenhouse import GreenhouseSpider
from scrapers.spiders.lever import LeverSpider
from scrapers.spiders.personio import PersonioSpider
from scrapers.spiders.pinpoint import PinpointSpider
from scrapers.spiders.recruitee import RecruiteeSpider
from scrapers.spiders.teamtailor import TeamtailorSpider
from scrapers.spiders.workable import WorkableSpider
from scrapers.spiders.workday import WorkdaySpider
from tests.scrapers.crawling import crawled, words_of

SPIDERS: dict[str, type[BoardSpider]] = {
    spider.name: spider
    for spider in (
        AshbySpider,
        BamboohrSpider,
        GreenhouseSpider,
        LeverSpider,
        PersonioSpider,
        PinpointSpider,
        RecruiteeSpider,
        TeamtailorSpider,
        WorkableSpider,
        WorkdaySpider,
    )
}
TIMEOUT_S = 10


class Got(NamedTuple):
    """An answer as a client sees it."""

    status: int
    headers: Message
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


@pytest.fixture(scope="module")
def world() -> World:
    return simulated(60)


@pytest.fixture(scope="module")
def shared_market(world: World) -> Iterator[Served]:
    with serving(Market(world)) as served:
        yield served


@pytest.fixture
def served(shared_market: Served) -> Iterator[Served]:
    """The market, as it is when it is begun."""
    market = shared_market.market
    yield shared_market
    market.faults, market.day, market.crawl_delay_s = [], market.world.spec.as_of, None
    market.forget_stats()


def ask(
    served: Served, url: str, method: str = "GET", body: bytes | None = None, **headers: str
) -> Got:
    """Ask for an address at the port that serves it; `if_none_match` for `If-None-Match`."""
    there = urlsplit(served.at(url))
    connection = http.client.HTTPConnection("127.0.0.1", there.port or 0, timeout=TIMEOUT_S)
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        connection.request(
            method, target_of(url), body, {"X-Forwarded-Host": urlsplit(url).netloc, **sent}
        )
        response = connection.getresponse()
        return Got(response.status, response.headers, response.read())
    finally:
        connection.close()


def source(served: Served, name: str) -> Source:
    return next(s for s in served.market.sources if s.name == name)


def first(served: Served, name: str) -> tuple[str, str]:
    """The largest board of a source and its address."""
    world = served.market.world
    sizes = {board: len(adverts) for board, adverts in world.boards[name].items()}
    board = max(sizes, key=lambda b: (sizes[b], b))
    listed = workday.name_of(board) if name == "workday" else board
    return listed, source(served, name).first(listed)


def plant(served: Served, *faults: str) -> None:
    served.market.faults = [read_fault(text) for text in faults]


# ------------------------------------------------------------------------------------- protocols


def open_on(adverts: tuple[Advert, ...], day: date) -> list[Advert]:
    return [a for a in adverts if a.is_open(day) and a.is_listed]


def walk(served: Served, spider: type[BoardSpider], name: str) -> tuple[list[Posting], list[int]]:
    """What a spider reads of a board, asking as it says; the totals that the board states."""
    postings: list[Posting] = []
    totals: list[int] = []
    board = Board(spider.name, name, name, None, datetime(2026, 11, 1, tzinfo=UTC))
    waiting = [_first_step(spider, name)]
    while waiting:
        step = waiting.pop(0)
        body = json.dumps(step.form).encode() if step.form is not None else None
        got = ask(served, step.url, "GET" if body is None else "POST", body)
        if got.status == 404 and spider is LeverSpider:
            got = ask(served, step.url.replace("api.lever.co", "api.eu.lever.co"))
        assert got.status == 200, step.url
        for item in spider.read(spider.decode(got.body, "utf-8"), step, board):
            assert not isinstance(item, Refusal), item.reason
            if isinstance(item, Step):
                waiting.append(item)
            elif isinstance(item, Total):
                totals.append(item.rows)
            elif isinstance(item, Posting):
                postings.append(item)
    return postings, totals


def _first_step(spider: type[BoardSpider], name: str) -> Step:
    url = spider.address(name)
    if spider is not WorkdaySpider:
        return Step(url, kind=spider.first_kind)
    form = {"appliedFacets": {}, "limit": 20, "offset": 0, "searchText": ""}
    return Step(url, form=form)


@pytest.mark.parametrize("name", SHARES)
def test_the_platforms_spider_reads_every_advert_that_is_open_and_no_other(
    served: Served, name: str
) -> None:
    adverts = served.market.world.boards[name]
    day = served.market.day
    listed = {row.board for row in source(served, name).listed()}
    assert len(listed) == len(adverts)
    for own, rows in adverts.items():
        postings, totals = walk(
            served, SPIDERS[name], workday.name_of(own) if name == "workday" else own
        )
        expected = open_on(rows, day)
        assert len({p.source_id for p in postings}) == len(postings) == len(expected)
        assert sorted(p.title or "" for p in postings) == sorted(
            a.role.title.strip() for a in expected
        )
        assert all(len(p.body) > 300 for p in postings)
        assert set(totals) <= {len(expected)}
        if name != "pinpoint":
            assert sorted(p.posted_on for p in postings if p.posted_on) == sorted(
                a.posted_at.date() for a in expected
            )


def test_a_board_that_states_pay_in_a_field_is_read_with_it(served: Served) -> None:
    world, day = served.market.world, served.market.day
    found = dict.fromkeys(SHARES, 0)
    for name in SHARES:
        for own, rows in world.boards[name].items():
            if any(a.role.pay and a.role.pay.in_field for a in open_on(rows, day)):
                postings, _ = walk(
                    served, SPIDERS[name], workday.name_of(own) if name == "workday" else own
                )
                found[name] += sum(bool(p.pay_components or p.pay_text) for p in postings)
    assert {name for name, count in found.items() if not count} <= {"workable", "workday"}


def test_workday_pages_state_their_total_and_end(served: Served) -> None:
    _, url = first(served, "workday")
    shown: list[str] = []
    total = offset = 0
    while True:
        body = json.dumps({"limit": 20, "offset": offset}).encode()
        page = ask(served, url, "POST", body).json()
        total = total or page["total"]
        shown += [row["externalPath"] for row in page["jobPostings"]]
        offset += 20
        if not page["jobPostings"]:
            break
    assert len(shown) == len(set(shown)) == total > 0
    info = ask(served, f"{url.removesuffix('/jobs')}{shown[0]}").json()["jobPostingInfo"]
    assert info["jobReqId"] == shown[0].rsplit("_", 1)[1]
    assert ask(served, url, "POST", b'{"limit": 50}').json()["total"] == total
    assert ask(served, url).status == 404  # only a POST lists


def test_teamtailor_links_its_pages(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scrapers.market.teamtailor.PAGE_ROWS", 2)
    board, url = first(served, "teamtailor")
    market = Market(served.market.world)
    seen: list[str] = []
    pages: list[str] = []
    following: str | None = url
    while following:
        pages.append(following)
        request = Ask(
            "GET", target_of(following), {"x-forwarded-host": f"{board}.teamtailor.com"}, b""
        )
        feed = json.loads(market.respond("https://*.teamtailor.com", request).body)
        seen += [item["id"] for item in feed["items"]]
        following = feed.get("next_url")
    expected = open_on(market.world.boards["teamtailor"][board], market.day)
    assert len(pages) > 1
    assert len(seen) == len(set(seen)) == len(expected)


def test_greenhouse_gives_texts_and_pay_where_the_query_asks(served: Served) -> None:
    _, url = first(served, "greenhouse")
    plain = url.partition("?")[0]
    assert "content" not in ask(served, plain).json()["jobs"][0]
    assert "pay_input_ranges" not in ask(served, f"{plain}?content=true").json()["jobs"][0]
    rows = ask(served, url).json()["jobs"]
    ranges = [r for row in rows for r in row["pay_input_ranges"]]
    assert all(r["max_cents"] % 100 == 0 and r["currency_type"] for r in ranges)


@pytest.mark.parametrize(
    ("url", "status"),
    [
        ("https://api.ashbyhq.com/posting-api/job-board/no-such-board", 404),
        ("https://boards-api.greenhouse.io/v1/boards/no-such-board/jobs?content=true", 404),
        ("https://api.lever.co/v0/postings/no-such-board?mode=json", 404),
        ("https://apply.workable.com/api/v1/widget/accounts/no-such-board?details=true", 404),
        ("https://no-such-board.recruitee.com/api/offers", 404),
        ("https://no-such-board.jobs.personio.de/xml", 307),
        ("https://no-such-board.teamtailor.com/jobs.json", 404),
        ("https://no-such-board.bamboohr.com/careers/list", 404),
        ("https://no-such-board.pinpointhq.com/postings.json", 404),
        ("https://no-such-board.wd1.myworkdayjobs.com/wday/cxs/no-such-board/jobs/jobs", 404),
        ("https://hn.algolia.com/api/v1/items/1", 404),
    ],
)
def test_what_is_not_there_is_said_the_platforms_way(served: Served, url: str, status: int) -> None:
    got = ask(served, url)
    assert got.status == status
    if status == 307:
        # Where it leads is served here too: nobody is sent out into the world.
        assert served.at(got.headers["Location"])


def test_threads_and_papers_are_served_up_to_the_day(served: Served) -> None:
    listing = "https://hn.algolia.com/api/v1/search_by_date?hitsPerPage=1000&tags=story,author_whoishiring"
    newest = ask(served, listing).json()["hits"]
    served.market.day = date(2026, 4, 15)
    older = ask(served, listing).json()["hits"]
    assert len(older) < len(newest)
    assert max(hit["created_at"] for hit in older) < "2026-04-16"
    thread = ask(served, f"https://hn.algolia.com/api/v1/items/{older[-1]['objectID']}")
    assert thread.status in (200, 404)
    assert any(
        ask(served, f"https://hn.algolia.com/api/v1/items/{hit['objectID']}").json()["children"]
        for hit in older
        if hit["title"].startswith("Ask HN: Who is hiring")
    )
    archive = (
        "https://huggingface.co/datasets/pwc-archive/links-between-paper-and-code/resolve/main/"
        "data/train-00000-of-00001.parquet"
    )
    whole = ask(served, archive, accept_encoding="gzip")
    assert (whole.body[:4], whole.headers["Content-Encoding"]) == (b"PAR1", None)


def test_the_files_of_repositories_are_served(served: Served) -> None:
    market = served.market
    there = repositories.answers(market.world, market.day)
    path, (body, *_) = next(iter(there.items()))
    assert ask(served, f"{repositories.ORIGIN}{path}").body == body
    assert ask(served, f"{repositories.ORIGIN}/nobody/nothing/HEAD/setup.py").status == 404


def test_modules_with_an_origin_join_by_themselves(
    world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def answers(_world: World, day: date) -> dict[str, Any]:
        return {
            "/api/rows?a=1&page=1": (f"[{day.day}]".encode(), "application/json"),
            "/api/rows?a=1&page=2": (b"[]", "application/json", {"Link": '</x>; rel="next"'}),
        }

    def files(_world: World, day: date, folder: Path) -> None:
        (folder / "v1").mkdir()
        (folder / "v1" / "rows.bin").write_bytes(day.isoformat().encode() * 1000)

    made = {
        "toyfeed": SimpleNamespace(ORIGIN="https://toy.example", answers=answers),
        "toyfiles": SimpleNamespace(ORIGIN="https://files.example", files=files),
        "toypages": SimpleNamespace(
            ORIGIN="https://pages.example",
            answers=lambda _world, _day: {"/one": (b"<p>1</p>", "text/html")},
            boards=lambda _world: [("one", "One", "DE")],
        ),
    }
    infos = [SimpleNamespace(name=name) for name in made]
    monkeypatch.setattr("pkgutil.iter_modules", lambda _path: infos)
    monkeypatch.setattr("importlib.import_module", lambda name: made[name.rpartition(".")[2]])
    market = Market(world, day=date(2026, 6, 30))
    with serving(market) as toys:
        assert ask(toys, "https://toy.example/api/rows?page=1&a=1").body == b"[30]"
        second = ask(toys, "https://toy.example/api/rows?a=1&page=2")
        assert second.headers["Link"] == '</x>; rel="next"'
        assert ask(toys, "https://toy.example/api/rows").status == 404
        market.day = date(2026, 6, 29)
        assert ask(toys, "https://toy.example/api/rows?page=1&a=1").body == b"[29]"
        part = ask(toys, "https://files.example/v1/rows.bin", range="bytes=8-12")
        assert (part.status, part.body) == (206, b"29202")
        assert part.headers["Content-Range"] == "bytes 8-12/10000"
        assert ask(toys, "https://files.example/../../etc/passwd").status == 404
        toys.write_boards(tmp_path)
        assert (tmp_path / "toypages.csv").read_text() == "board,company,country\none,One,DE\n"


def test_every_board_is_listed_once_and_the_market_is_as_large_as_asked(
    served: Served, tmp_path: Path
) -> None:
    served.write_boards(tmp_path)
    rows = [
        (path.stem, line)
        for path in tmp_path.glob("*.csv")
        for line in path.read_text(encoding="utf-8").splitlines()[1:]
    ]
    assert len(rows) == len(set(rows))
    # Careers sites and public job pages come on top.
    assert sum(name in SHARES for name, _ in rows) == 60
    assert {name for name, _ in rows} >= set(SHARES)


@pytest.mark.parametrize("boards", [LEAST_BOARDS, 77, 400, 1000])
def test_the_number_of_boards_is_kept(boards: int) -> None:
    spec = served_spec(boards)
    assert sum(spec.boards.values()) == boards
    assert min(spec.boards.values()) >= 3


def test_a_market_that_is_too_small_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 40 boards"):
        served_spec(39)


def test_the_same_seed_gives_the_same_answers(served: Served) -> None:
    again = Market(simulated(60))
    for name in SHARES:
        board, url = first(served, name)
        form = b'{"offset": 0}' if name == "workday" else b""
        request = Ask(
            "POST" if form else "GET",
            target_of(url),
            {"x-forwarded-host": urlsplit(url).netloc},
            form,
        )
        origin = next(o for o in source(served, name).origins if _covers(o, url))
        ours, theirs = served.market.respond(origin, request), again.respond(origin, request)
        assert ours.body == theirs.body, board


def _covers(origin: str, url: str) -> bool:
    return urlsplit(url).netloc.endswith(urlsplit(origin).netloc.removeprefix("*"))


# ----------------------------------------------------------------------------------- HTTP's rules


def test_an_unchanged_answer_costs_a_304_by_tag_and_by_date(served: Served) -> None:
    _, url = first(served, "ashby")
    whole = ask(served, url)
    tag, since = whole.headers["ETag"], whole.headers["Last-Modified"]
    for conditions in (
        {"if_none_match": tag},
        {"if_none_match": f'"other", W/{tag}'},
        {"if_none_match": "*"},
        {"if_modified_since": since},
        {"if_none_match": tag, "if_modified_since": "Mon, 01 Jan 2024 00:00:00 GMT"},
    ):
        got = ask(served, url, **conditions)
        assert (got.status, got.body, got.headers["Content-Length"]) == (304, b"", None)
        assert (got.headers["ETag"], got.headers["Last-Modified"]) == (tag, since)
    for conditions in (
        {"if_none_match": '"other"'},
        {"if_none_match": '"other"', "if_modified_since": since},
        {"if_modified_since": "Mon, 01 Jan 2024 00:00:00 GMT"},
    ):
        assert ask(served, url, **conditions).status == 200


def test_a_board_that_changes_overnight_gets_another_tag_and_the_others_keep_theirs(
    served: Served,
) -> None:
    urls = [source(served, "lever").first(row.board) for row in source(served, "lever").listed()]
    newest = served.market.day
    served.market.day = newest - timedelta(days=3)
    before = {url: ask(served, url).headers["ETag"] for url in urls}
    moved = ask(served, f"https://api.lever.co/__day?date={newest}", "POST", b"")
    assert (moved.status, moved.json()["day"]) == (200, newest.isoformat())
    states = {url: ask(served, url, if_none_match=tag).status for url, tag in before.items()}
    assert set(states.values()) == {200, 304}
    for day in ("soon", "2031-01-01", "2020-01-01"):
        assert ask(served, f"https://api.lever.co/__day?date={day}", "POST", b"").status == 400
    assert served.market.day == newest


def test_bodies_are_compressed_for_who_can_read_it(served: Served) -> None:
    _, url = first(served, "ashby")
    plain = ask(served, url)
    for accepted, coded in (
        ("gzip, deflate", True),
        ("br;q=1.0, gzip;q=0.8", True),
        ("*", True),
        ("gzip;q=0", False),
        ("br", False),
    ):
        got = ask(served, url, accept_encoding=accepted)
        assert (got.headers["Content-Encoding"] == "gzip") is coded, accepted
        assert (gzip.decompress(got.body) if coded else got.body) == plain.body
        assert got.headers["ETag"].removeprefix("W/") == plain.headers["ETag"]
        assert got.headers["Vary"] == "Accept-Encoding"


@pytest.mark.parametrize(
    ("wanted", "status", "part"),
    [
        ("bytes=0-9", 206, slice(0, 10)),
        ("bytes=10-", 206, slice(10, None)),
        ("bytes=-7", 206, slice(-7, None)),
        ("bytes=5-99999999", 206, slice(5, None)),
        ("bytes=99999999-", 416, slice(0, 0)),
        ("bytes=-0", 416, slice(0, 0)),
        ("bytes=0-1,5-6", 200, slice(None)),
        ("rows=0-9", 200, slice(None)),
        ("bytes=-", 200, slice(None)),
    ],
)
def test_a_part_is_sent_where_one_is_asked_for(
    served: Served, wanted: str, status: int, part: slice
) -> None:
    _, url = first(served, "pinpoint")
    whole = ask(served, url)
    got = ask(served, url, range=wanted)
    assert (got.status, got.body) == (status, whole.body[part])
    if status == 206:
        start, stop, _ = part.indices(len(whole.body))
        said = f"bytes {start}-{stop - 1}/{len(whole.body)}"
        assert got.headers["Content-Range"] == said
    if status == 416:
        assert got.headers["Content-Range"] == f"bytes */{len(whole.body)}"


def test_a_part_of_what_has_changed_since_is_the_whole(served: Served) -> None:
    _, url = first(served, "pinpoint")
    tag = ask(served, url).headers["ETag"]
    assert ask(served, url, range="bytes=0-9", if_range=tag).status == 206
    assert ask(served, url, range="bytes=0-9", if_range='"older"').status == 200


def test_head_says_what_get_would(served: Served) -> None:
    _, url = first(served, "recruitee")
    got, head = ask(served, url), ask(served, url, "HEAD")
    assert (head.status, head.body) == (200, b"")
    assert head.headers["Content-Length"] == str(len(got.body)) == got.headers["Content-Length"]
    assert ask(served, url, "DELETE").status == 405


def test_what_is_no_request_is_refused(served: Served) -> None:
    port = served.ports["https://api.ashbyhq.com"]
    for sent, status in (
        (b"hello\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nno colon\r\n\r\n", b"400"),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", b"411"),
        (b"POST / HTTP/1.1\r\nContent-Length: 9999999\r\n\r\n", b"413"),
        (b"GET / HTTP/1.1\r\nX: " + b"x" * 70_000, b"431"),
    ):
        with socket.create_connection(("127.0.0.1", port), TIMEOUT_S) as client:
            client.sendall(sent)
            assert client.recv(4096).split(b" ")[1] == status


def test_requests_in_one_parcel_and_in_crumbs_are_answered_in_order(served: Served) -> None:
    port = served.ports["https://api.ashbyhq.com"]
    one = b"GET /robots.txt HTTP/1.1\r\nHost: x\r\n\r\n"
    last = b"GET /nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    with socket.create_connection(("127.0.0.1", port), TIMEOUT_S) as client:
        client.sendall(one + one)
        for crumb in (last[:9], last[9:30], last[30:]):
            time.sleep(0.01)
            client.sendall(crumb)
        answered = b""
        while data := client.recv(65_536):
            answered += data
    assert re.findall(rb"HTTP/1\.1 (\d+)", answered) == [b"200", b"200", b"404"]


def test_a_second_market_at_the_same_port_says_so(served: Served) -> None:
    taken = served.ports["https://api.ashbyhq.com"]
    with pytest.raises(OSError, match="in use"), serving(served.market, port=taken):
        pass


def test_every_origin_has_a_port_of_its_own_on_loopback(served: Served, tmp_path: Path) -> None:
    path = tmp_path / "made" / "origins.yaml"
    served.write_origins(path)
    lines = yaml.safe_load(path.read_text())
    assert len(set(lines.values())) == len(lines) == len(served.market.origins())
    assert all(value.startswith("http://127.0.0.1:") for value in lines.values())


def test_what_was_asked_is_counted(served: Served) -> None:
    served.market.forget_stats()
    _, url = first(served, "ashby")
    body = ask(served, url).body
    ask(served, url, if_none_match="*")
    ask(served, "https://api.ashbyhq.com/private/notes")
    told = ask(served, "https://api.ashbyhq.com/__stats").json()
    assert told["sources"]["ashby"] == {
        "requests": 2,
        "body_bytes": len(body),
        "status_200": 1,
        "status_304": 1,
    }
    assert ask(served, "https://api.ashbyhq.com/__stats", "POST", b"").json()["sources"] == {}


@given(
    body=st.binary(max_size=600),
    first_byte=st.integers(0, 700) | st.none(),
    last_byte=st.integers(0, 700) | st.none(),
)
def test_parts_are_parts_of_the_whole(
    body: bytes, first_byte: int | None, last_byte: int | None
) -> None:
    made = prepared(Answer(body), "Sat, 31 Oct 2026 06:00:00 GMT")
    said = (
        f"bytes={'' if first_byte is None else first_byte}-{'' if last_byte is None else last_byte}"
    )
    got = reply(Ask("GET", "/", {"range": said}, b""), made)
    head = got.head.decode()
    if head.startswith("HTTP/1.1 206"):
        start, stop = (int(n) for n in head.split("bytes ")[1].split("/")[0].split("-"))
        assert got.body == body[start : stop + 1] != b""
    elif head.startswith("HTTP/1.1 416"):
        assert got.body == b""
    else:
        assert got.body == body
    assert f"Content-Length: {len(got.body)}\r\n" in head


# ---------------------------------------------------------------------------------------- robots


def rules(served: Served, url: str) -> str:
    parts = urlsplit(url)
    return ask(served, f"{parts.scheme}://{parts.netloc}/robots.txt").body.decode()


def test_robots_txt_forbids_a_board_and_who_asks_is_counted(served: Served) -> None:
    board, url = first(served, "ashby")
    assert rules(served, url) == "User-agent: *\nDisallow: /private/\n"
    served.market.crawl_delay_s = 2.5
    plant(served, f"disallow@ashby/{board}")
    assert f"Disallow: /posting-api/job-board/{board}\n" in rules(served, url)
    assert "Crawl-delay: 2.5\n" in rules(served, url)
    assert "job-board" not in rules(served, "https://api.lever.co/")
    served.market.forget_stats()
    ask(served, url)
    assert served.market.trespasses == [url]


def test_where_boards_have_hosts_of_their_own_so_have_the_rules(served: Served) -> None:
    board, url = first(served, "recruitee")
    plant(served, f"disallow@recruitee/{board}")
    assert "Disallow: /api/offers\n" in rules(served, url)
    assert "/api/offers" not in rules(served, "https://another.recruitee.com/")


# ---------------------------------------------------------------------------------------- faults


@contextmanager
def raw(served: Served, url: str) -> Iterator[socket.socket]:
    """A connection on which an address has been asked for."""
    port = urlsplit(served.at(url)).port or 0
    with socket.create_connection(("127.0.0.1", port), TIMEOUT_S) as client:
        head = f"GET {target_of(url)} HTTP/1.1\r\nX-Forwarded-Host: {urlsplit(url).netloc}\r\n\r\n"
        client.sendall(head.encode())
        yield client


@pytest.mark.parametrize("status", ["401", "403", "404", "410", "500", "503"])
def test_a_status_is_given_every_time(served: Served, status: str) -> None:
    _, url = first(served, "greenhouse")
    plant(served, f"{status}@greenhouse")
    for _ in range(2):
        got = ask(served, url)
        assert (got.status, got.headers["ETag"]) == (int(status), None)
        assert "jobs" not in got.json()
    other = first(served, "lever")[1]
    assert ask(served, other).status == 200


@pytest.mark.parametrize(("name", "status"), [("429", 429), ("500-once", 500)])
def test_a_passing_fault_passes_per_address(served: Served, name: str, status: int) -> None:
    urls = [source(served, "pinpoint").first(r.board) for r in source(served, "pinpoint").listed()]
    plant(served, f"{name}@pinpoint")
    served.market._asked.clear()
    firsts = [ask(served, url) for url in urls[:2]]
    assert [got.status for got in firsts] == [status, status]
    assert [got.headers["Retry-After"] for got in firsts] == ["1" if status == 429 else None] * 2
    assert [ask(served, url).status for url in urls[:2]] == [200, 200]


def test_a_long_pause_is_asked_for_every_time(served: Served) -> None:
    _, url = first(served, "ashby")
    plant(served, "429-long")
    for _ in range(2):
        got = ask(served, url)
        assert (got.status, int(got.headers["Retry-After"]) > 3600) == (429, True)


def test_a_maintenance_page_has_status_200(served: Served) -> None:
    _, url = first(served, "bamboohr")
    plant(served, "html@bamboohr")
    got = ask(served, url)
    assert (got.status, got.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert got.body.startswith(b"<!DOCTYPE html>")


def test_a_truncated_body_is_whole_for_http_and_a_cut_one_is_not(served: Served) -> None:
    _, url = first(served, "lever")
    whole = ask(served, url).body
    plant(served, "truncated@lever")
    got = ask(served, url)
    assert whole.startswith(got.body)
    assert 0 < len(got.body) < len(whole)
    with pytest.raises(json.JSONDecodeError):
        got.json()
    plant(served, "cut@lever")
    with pytest.raises(http.client.IncompleteRead):
        ask(served, url)
    plant(served, "empty@lever")
    assert ask(served, url)[::2] == (200, b"")
    plant(served, "reset@lever")
    with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)):
        ask(served, url)


def test_the_bomb_is_small_and_inflates_without_end(served: Served) -> None:
    _, url = first(served, "ashby")
    plant(served, "bomb@ashby")
    got = ask(served, url)
    assert got.headers["Content-Encoding"] == "gzip"
    assert len(got.body) < 2_000_000
    opener = zlib.decompressobj(16 + zlib.MAX_WBITS)
    assert len(opener.decompress(got.body, 50_000_000)) == 50_000_000
    assert gzip.decompress(gzip_bomb(3_000_000)) == b"[" + b" " * (3 << 20)


def test_an_endless_body_does_not_end_and_hinders_nobody(served: Served) -> None:
    _, url = first(served, "ashby")
    plant(served, "endless@ashby")
    with raw(served, url) as client:
        received = 0
        while received < 5_000_000:
            data = client.recv(1 << 20)
            assert data
            received += len(data)
        assert ask(served, first(served, "lever")[1]).status == 200


def test_a_slow_body_comes_a_byte_at_a_time(served: Served) -> None:
    _, url = first(served, "personio")
    plant(served, "slow@personio")
    with raw(served, url) as client:
        begun = time.monotonic()
        received = b""
        while time.monotonic() - begun < 0.4:
            client.settimeout(0.2)
            try:
                received += client.recv(65_536)
            except TimeoutError:
                continue
        body = received.partition(b"\r\n\r\n")[2]
    assert len(body) <= 2


def test_charsets_that_lie(served: Served) -> None:
    _, url = first(served, "ashby")
    good = ask(served, url).json()
    plant(served, "charset@ashby")
    got = ask(served, url)
    assert got.headers["Content-Type"] == "application/json; charset=utf-8"
    with pytest.raises(UnicodeDecodeError):
        got.body.decode()
    assert json.loads(got.body.decode("cp1252"))["jobs"][0]["id"] == good["jobs"][0]["id"]
    plant(served, "mislabelled@ashby")
    got = ask(served, url)
    assert got.headers["Content-Type"] == "application/json; charset=iso-8859-1"
    assert got.json() == good
    assert json.loads(got.body.decode("iso-8859-1")) != good


def test_redirects_lead_to_another_board_or_to_a_login(served: Served) -> None:
    board, url = first(served, "ashby")
    plant(served, f"moved@ashby/{board}")
    got = ask(served, url)
    assert got.status == 302
    assert got.headers["Location"] != url
    assert ask(served, got.headers["Location"]).status == 200
    plant(served, "login@ashby")
    got = ask(served, url)
    page = ask(served, f"https://api.ashbyhq.com{got.headers['Location']}")
    assert (got.status, page.status, b"password" in page.body) == (302, 200, True)


def test_pages_that_repeat_and_totals_that_never_come(served: Served) -> None:
    _, url = first(served, "workday")
    plant(served, "repeats@workday")
    pages = [
        ask(served, url, "POST", json.dumps({"offset": offset}).encode()).json()
        for offset in (0, 20, 400)
    ]
    assert all(a["jobPostings"] == b["jobPostings"] != [] for a, b in pairwise(pages))
    assert all(page["total"] > 10_000 for page in pages)
    _, url = first(served, "teamtailor")
    plant(served, "repeats@teamtailor")
    following = url
    titles = []
    for _ in range(3):
        feed = ask(served, following).json()
        titles.append([item["title"] for item in feed["items"]])
        following = f"{url}?{urlsplit(feed['next_url']).query}"
    assert titles[0] == titles[1] == titles[2] != []


@pytest.mark.parametrize("name", ["greenhouse", "bamboohr", "workday"])
def test_a_total_that_does_not_match(served: Served, name: str) -> None:
    _, url = first(served, name)
    form = b'{"offset": 0}' if name == "workday" else None

    def total() -> int:
        payload = ask(served, url, "POST" if form else "GET", form).json()
        part = payload.get("meta", payload)
        stated: int = part.get("total", part.get("totalCount"))
        return stated

    right = total()
    plant(served, f"total@{name}")
    assert total() == right + 7
    plant(served, f"cap@{name}")
    assert total() == CAP


def test_a_capped_source_refuses_later_pages(served: Served) -> None:
    _, url = first(served, "teamtailor")
    plant(served, "cap@teamtailor")
    assert ask(served, url).status == 200
    assert ask(served, f"{url}?page=1").status == 200
    assert ask(served, f"{url}?page=2").status == 400


def test_a_fault_of_the_rest_spares_the_listing(served: Served) -> None:
    board, url = first(served, "bamboohr")
    number = ask(served, url).json()["result"][0]["id"]
    plant(served, f"500@bamboohr/{board}+")
    assert ask(served, url).status == 200
    assert ask(served, url.replace("list", f"{number}/detail")).status == 500


@pytest.mark.parametrize(
    ("text", "planted"),
    [
        ("429", Planted("429")),
        ("html@lever", Planted("html", "lever")),
        ("slow@workday/acme/wd5/Careers", Planted("slow", "workday", "acme/wd5/Careers")),
        ("500@bamboohr/acme+", Planted("500", "bamboohr", "acme", True)),
        ("500+", Planted("500", None, None, True)),
    ],
)
def test_faults_are_named(text: str, planted: Planted) -> None:
    assert read_fault(text) == planted


@pytest.mark.parametrize("text", ["", "@lever", "430", "HTML@lever"])
def test_a_fault_that_there_is_not_is_refused_with_those_there_are(text: str) -> None:
    with pytest.raises(FaultError, match="there are: 429, "):
        read_fault(text)


def test_every_fault_is_tested_here() -> None:
    tests = Path(__file__).read_text(encoding="utf-8")
    untested = [name for name in FAULTS if f"{name}@" not in tests and f'"{name}"' not in tests]
    assert untested == []


# ------------------------------------------------------------------------------------ a whole crawl


def crawl(folder: Path, served: Served, spider: str, **settings: Any) -> list[Line]:
    """Run `scrapy crawl` against the market, with its boards and origins."""
    served.write_origins(folder / "origins.yaml")
    served.write_boards(folder / "boards")
    given = {
        "DOWNLOAD_DELAY": 0,
        "AUTOTHROTTLE_ENABLED": False,
        "ORIGINS_FILE": folder / "origins.yaml",
        "BOARDS_DIR": folder / "boards",
        **settings,
    }
    out = folder / f"{spider}.jsonl"
    return crawled(words_of(spider, out, None, given), out)


def states(lines: list[Line]) -> dict[str, str]:
    return {line.board: line.state for line in lines if isinstance(line, BoardObservation)}


def test_a_crawl_finds_its_boards_through_a_wildcard_and_a_second_one_costs_little(
    served: Served, tmp_path: Path
) -> None:
    market = served.market
    market.forget_stats()
    lines = crawl(tmp_path, served, "recruitee")
    adverts = market.world.boards["recruitee"]
    assert set(states(lines)) == set(adverts)
    assert set(states(lines).values()) == {"ok"}
    expected = sum(len(open_on(rows, market.day)) for rows in adverts.values())
    assert sum(isinstance(line, Posting) for line in lines) == expected
    assert market.trespasses == []
    paid = market.stats["recruitee"]["body_bytes"]
    known = {
        line.url: {"etag": line.etag, "digest": line.payload_digest}
        for line in lines
        if isinstance(line, BoardObservation)
    }
    (tmp_path / "known.json").write_text(json.dumps({"boards": known}))
    market.forget_stats()
    again = crawl(tmp_path, served, "recruitee", KNOWN_FILE=tmp_path / "known.json")
    assert set(states(again).values()) == {"unchanged"}
    assert not any(isinstance(line, Posting | Seen) for line in again)
    assert market.stats["recruitee"]["body_bytes"] < 0.05 * paid


def test_the_first_address_of_a_table_is_where_a_walk_begins(world: World) -> None:
    table = Table(
        "toy",
        "https://toy.example",
        lambda _world, _day: {"/rows?page=1": (b"[]", "x"), "/rows?page=2": (b"[]", "x")},
        world,
    )
    assert table.board_of("toy.example", "/rows?page=7") == "/rows"
    assert not is_first(table, "/rows", "/rows?page=2", None)
    assert is_first(table, "/rows", "/rows", None)
    assert is_first(table, "/rows", "/rows?sort=newest", None)


@pytest.mark.parametrize(
    ("spider", "expected"),
    [
        (
            "greenhouse",
            {
                "429": "ok",
                "401": "forbidden",
                "404": "unknown",
                "503": "failed",
                "html": "failed",
                "truncated": "truncated",
                "cut": "truncated",
                "bomb": "failed",
                "endless": "failed",
                "total": "truncated",
                "login": "failed",
            },
        ),
        (
            "ashby",
            {
                "500-once": "ok",
                "403": "forbidden",
                "410": "unknown",
                "empty": "failed",
                "reset": "failed",
                "slow": "failed",
                "mislabelled": "ok",
                "disallow": "forbidden",
            },
        ),
        ("pinpoint", {"moved": "failed", "charset": "ok"}),
        ("recruitee", {"disallow": "forbidden"}),
        ("workday", {"cap": "truncated", "repeats": "truncated", "500+": "truncated"}),
    ],
)
def test_each_fault_is_a_state_of_its_board_and_of_no_other(
    served: Served, tmp_path: Path, spider: str, expected: dict[str, str]
) -> None:
    boards = [row.board for row in source(served, spider).listed()]
    sizes = served.market.world.boards[spider]
    # The largest ones: a board of one advert has no second page, and none without adverts a total.
    boards.sort(key=lambda board: -len(sizes[board.split("/")[0]]))
    struck = dict(zip(boards, expected, strict=False))
    assert len(struck) == len(expected)
    plant(
        served,
        *(
            f"{name.removesuffix('+')}@{spider}/{board}{'+' if name.endswith('+') else ''}"
            for board, name in struck.items()
        ),
    )
    lines = crawl(
        tmp_path,
        served,
        spider,
        RETRY_TIMES=1,
        RETRY_BACK_OFF_S=0,
        DOWNLOAD_TIMEOUT=2,
        DOWNLOAD_MAXSIZE=4_000_000,
    )
    found = states(lines)
    assert {struck[board]: found[board] for board in struck} == expected
    assert {found[board] for board in boards if board not in struck} <= {"ok"}
    assert served.market.trespasses == []


# ------------------------------------------------------------------------------------- the command


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--fault", "rain@lever"], "there is no fault 'rain'"),
        (["--day", "2031-01-01"], "the market's days are"),
        (["--day", "soon"], "is no date; write it like"),
        (["--boards", "3"], "at least 40 boards"),
    ],
)
def test_wrong_usage_is_said_in_a_sentence(options: list[str], said: str) -> None:
    result = CliRunner().invoke(market_command, ["serve", *options])
    assert result.exit_code == 2
    assert said in result.output
    assert "Traceback" not in result.output


def test_the_faults_are_listed() -> None:
    result = CliRunner().invoke(market_command, ["serve", "--list-faults"])
    assert result.exit_code == 0
    assert all(name in result.output for name in FAULTS)


def test_the_command_serves_until_it_is_interrupted(tmp_path: Path) -> None:
    code = "from pipelines.market import app; app()"
    options = ["--port", "0", "--boards", "40", "--day", "2026-09-30"]
    options += ["--origins", "made/origins.yaml", "--write-boards", "boards"]
    with subprocess.Popen(
        [sys.executable, "-u", "-c", code, "serve", *options],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "COLUMNS": "200"},
    ) as process:
        assert process.stdout is not None
        said = ""
        while "Ctrl-C" not in said:
            line = process.stdout.readline()
            assert line, said
            said += line
        assert "The market of 30 September 2026" in said
        assert f"--origins {tmp_path / 'made' / 'origins.yaml'}" in said
        origins = yaml.safe_load((tmp_path / "made" / "origins.yaml").read_text())
        port = urlsplit(origins["https://api.ashbyhq.com"]).port
        # A client that stays connected does not hold it up.
        with socket.create_connection(("127.0.0.1", port), TIMEOUT_S) as client:
            client.sendall(b"GET /robots.txt HTTP/1.1\r\nHost: x\r\n\r\n")
            assert client.recv(100).startswith(b"HTTP/1.1 200")
            process.send_signal(signal.SIGINT)
            assert process.wait(TIMEOUT_S) == 0
        assert "1 requests answered" in process.stdout.read()
    assert (tmp_path / "boards" / "workday.csv").is_file()


# ------------------------------------------------------------------------------------ the manual


def test_the_example_of_the_manual_works(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    manual = (Path(__file__).parents[2] / "docs" / "writing-a-spider.md").read_text("utf-8")
    half, spider = (
        SimpleNamespace(**_run(code)) for code in re.findall(r"```python\n(.*?)```", manual, re.S)
    )
    monkeypatch.setattr("pkgutil.iter_modules", lambda _path: [SimpleNamespace(name="oakboard")])
    monkeypatch.setattr("importlib.import_module", lambda _name: half)
    market = Market(world)
    with serving(market) as served:
        listed = source(served, "oakboard").listed()
        assert listed
        for row in listed:
            postings, totals = walk(served, spider.OakboardSpider, row.board)
            expected = open_on(world.boards["pinpoint"][row.board], market.day)
            assert len(postings) == totals[0] == len(expected)
        spoilt, sound = (row.board for row in listed[:2])
        market.faults = [Planted("403", "oakboard", spoilt)]
        for board, status in ((spoilt, 403), (sound, 200)):
            assert ask(served, half.url(board)).status == status


def test_the_manual_names_faults_that_there_are() -> None:
    manual = (Path(__file__).parents[2] / "docs" / "writing-a-spider.md").read_text("utf-8")
    named = re.findall(r"--fault ([\w-]+)@", manual)
    assert named
    assert set(named) <= {*FAULTS, "NAME"}


def _run(code: str) -> dict[str, Any]:
    names: dict[str, Any] = {}
    exec(compile(code, "writing-a-spider.md", "exec"), names)
    return names
