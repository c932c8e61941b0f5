"""Origins files, board lists and pauses: what others write must not stop a crawl.

Belongs here: values that look right and are not. Does not belong here: whole walks (`test_walk`).
"""

from __future__ import annotations

import asyncio
import csv
import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from scrapy import Request
from scrapy.http import Response
from scrapy.utils.test import get_crawler

from scrapers import politeness
from scrapers.boards import BoardListError, read_boards
from scrapers.landing import BoardObservation, read_line
from scrapers.origins import OriginsError, OriginsMiddleware, read_origins
from scrapers.politeness import (
    PaceMiddleware,
    RobotsMiddleware,
    RobotsUnreachableError,
    retry_after_s,
)
from tests.scrapers.server import Answer, as_json, serve

HERE = "http://127.0.0.1:8001"
URL = "https://api.toy.example/jobs"
NO_PAUSES = [
    "\u00b2".encode("latin-1"),
    b"1\xb3",
    b"Fri, 31 Dec 9999 23:59:59 -2359",
    b"Fri, 99 Dec 2026 23:59:59 GMT",
    b"-5",
    b"\xff\xfe",
]


@pytest.mark.parametrize("value", NO_PAUSES)
def test_a_pause_that_can_not_be_understood_is_none(value: bytes) -> None:
    assert retry_after_s(value, datetime(2026, 10, 31, 6, tzinfo=UTC)) is None


@pytest.mark.parametrize("value", NO_PAUSES)
def test_the_next_request_gets_its_turn_whatever_the_server_says(value: bytes) -> None:
    async def ask_twice() -> None:
        pace = PaceMiddleware(back_off_s=0.0)
        for _ in range(2):
            request = Request(URL)
            await asyncio.wait_for(pace.process_request(request), timeout=5)
            answer = Response(URL, status=429, headers={"Retry-After": value})
            assert pace.process_response(request, answer) is answer

    asyncio.run(ask_twice())


def test_a_turn_is_given_back_when_reading_the_answer_fails(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(value: bytes | None, now: datetime) -> float:
        raise ArithmeticError

    monkeypatch.setattr(politeness, "retry_after_s", fail)

    async def ask() -> None:
        pace = PaceMiddleware(back_off_s=0.0)
        first, second = Request(URL), Request(URL)
        await pace.process_request(first)
        with pytest.raises(ArithmeticError):
            pace.process_response(first, Response(URL, status=503))
        await asyncio.wait_for(pace.process_request(second), timeout=5)

    asyncio.run(ask())


def test_a_crawl_ends_where_retry_after_is_no_number(tmp_path: Path) -> None:
    with serve() as site:
        busy = Answer(b"", 429, {"Retry-After": "\u00b2"})
        adverts = as_json([{"id": "1", "text": "Job", "description": "Work."}])
        for board in ("one", "two"):
            site.routes[f"/v0/postings/{board}?mode=json"] = lambda n: busy if n == 1 else adverts
        origins = tmp_path / "origins.yaml"
        origins.write_text(f"https://API.lever.co: {site.origin}\n")
        out = tmp_path / "out.jsonl"
        command = [sys.executable, "-m", "scrapy", "crawl", "lever", "-O", str(out)]
        for setting in (
            f"ORIGINS_FILE={origins}",
            "DOWNLOAD_DELAY=0",
            "AUTOTHROTTLE_ENABLED=False",
            "RETRY_BACK_OFF_S=0",
        ):
            command += ["-s", setting]
        subprocess.run(
            [*command, "-a", "boards=one,two"],
            check=True,
            cwd=tmp_path,
            env={**os.environ, "SCRAPY_SETTINGS_MODULE": "scrapers.settings"},
            timeout=60,
            capture_output=True,
        )
    lines = [read_line(line) for line in out.read_bytes().splitlines()]
    states = {line.board: line.state for line in lines if isinstance(line, BoardObservation)}
    assert states == {"one": "ok", "two": "ok"}


def rules(status: int, body: bytes) -> Any:
    """What the middleware makes of one answer to robots.txt."""

    async def answer(request: Request) -> Response:
        return Response(request.url, status=status, body=body)

    async def ask() -> Any:
        crawler: Any = get_crawler(
            settings_dict={"ROBOTSTXT_OBEY": True, "ROBOTSTXT_USER_AGENT": "hiring-signal"}
        )
        crawler.engine = SimpleNamespace(download_async=answer)
        return await RobotsMiddleware(crawler).robot_parser(Request(URL))

    return asyncio.run(ask())


@pytest.mark.parametrize("status", [408, 425, 429, 500, 503])
def test_rules_that_can_not_be_had_now_are_not_no_rules(status: int) -> None:
    with pytest.raises(RobotsUnreachableError, match=f"HTTP {status}"):
        rules(status, b"")


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_rules_that_there_are_none_of_forbid_nothing(status: int) -> None:
    assert rules(status, b"User-agent: *\nDisallow: /\n").allowed(URL, "hiring-signal")


def written(folder: Path, origins: dict[str, str]) -> Path:
    path = folder / "origins.yaml"
    path.write_text(json.dumps(origins))  # JSON is YAML
    return path


@pytest.mark.parametrize(
    "origin",
    [
        "https://[bad",
        "https://api.example:99999",
        "https://api.example:0",
        "https://api.example:http",
        "https://:443",
        "https://me:word@api.example",
        "https://api.example?x=1",
        "https://api.example#x",
        "ftp://api.example",
        "https://*",
        "https://*:443",
        "https://*.",
        "https://*.*.co",
        "https://api.*.co",
        "https://api*.example",
        "https://*api.example",
    ],
)
def test_what_is_no_origin_is_refused_on_both_sides(origin: str, tmp_path: Path) -> None:
    for mapping in ({origin: HERE}, {"https://api.example": origin}):
        with pytest.raises(OriginsError, match=r"origins\.yaml"):
            read_origins(written(tmp_path, mapping))


def test_only_a_key_stands_for_many_hosts(tmp_path: Path) -> None:
    many = "https://*.recruitee.com"
    assert read_origins(written(tmp_path, {many: HERE})) == {many: HERE}
    with pytest.raises(OriginsError, match="one host"):
        read_origins(written(tmp_path, {"https://api.example": many}))


@pytest.mark.parametrize(
    ("key", "url"),
    [
        ("https://API.Example", "https://api.example/jobs"),
        ("https://api.example", "https://API.Example/jobs"),
        ("https://*.Example", "https://API.Example/jobs"),
        ("HTTPS://api.example/", "https://api.example/jobs"),
        ("https://api.example:8443", "https://Api.example:8443/jobs"),
        ("https://*.example:8443", "https://Api.example:8443/jobs"),
    ],
)
def test_hosts_are_the_same_in_upper_and_lower_case(key: str, url: str, tmp_path: Path) -> None:
    request = Request(url)
    # Scrapy may write a host its own way; here it is as somebody wrote it.
    request._url = url
    sent = OriginsMiddleware(read_origins(written(tmp_path, {key: HERE}))).process_request(request)
    assert sent is not None
    assert sent.url == f"{HERE}/jobs"
    assert sent.meta["asked_url"] == url


@pytest.mark.parametrize("row", ["{long},A,US", 'a,"{long}",US'])
def test_a_cell_that_is_too_long_is_named_with_its_line(row: str, tmp_path: Path) -> None:
    cell = "x" * (csv.field_size_limit() + 1)
    (tmp_path / "lever.csv").write_text(
        "board,company,country\nb,B,US\n" + row.format(long=cell) + "\n"
    )
    with pytest.raises(BoardListError, match=r"lever\.csv, line 3: .*field"):
        read_boards("lever", tmp_path)


def test_a_header_that_is_too_long_is_named_too(tmp_path: Path) -> None:
    (tmp_path / "lever.csv").write_text("x" * (csv.field_size_limit() + 1) + "\n")
    with pytest.raises(BoardListError, match=r"lever\.csv, line 1: .*field"):
        read_boards("lever", tmp_path)
