"""Whole crawls, each a process of its own, against a server on loopback."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from scrapers.archive import Archive, DamagedArchiveError, NotArchivedError
from scrapers.boards import BoardListError, read_boards
from scrapers.landing import BoardObservation, Line, Posting, Refusal
from scrapers.origins import OriginsError, read_origins
from scrapers.politeness import retry_after_s
from tests.scrapers.crawling import by_board as observations
from tests.scrapers.crawling import crawled, origins_file, words_of
from tests.scrapers.server import Answer, Site, as_json, serve

LEVER, EU = "https://api.lever.co", "https://api.eu.lever.co"
QUICK = {
    "DOWNLOAD_DELAY": "0",
    "AUTOTHROTTLE_ENABLED": "False",
    "RETRY_TIMES": "1",
    "RETRY_BACK_OFF_S": "0",
}


def crawl(folder: Path, spider: str, site: Site | None = None, **options: Any) -> list[Line]:
    """Run `scrapy crawl` as a person would; keyword arguments are settings, `boards` aside."""
    boards = options.pop("boards", None)
    settings = QUICK | {name: str(value) for name, value in options.items()}
    if site is not None:
        hosts = (LEVER, EU, "https://api.ashbyhq.com", "https://hn.algolia.com")
        settings["ORIGINS_FILE"] = str(origins_file(folder, dict.fromkeys(hosts, site.origin)))
    out = folder / "out.jsonl"
    return crawled(words_of(spider, out, boards, settings), out)


def lever(board: str) -> str:
    return f"/v0/postings/{board}?mode=json"


def job(number: int, **changes: Any) -> dict[str, Any]:
    return {"id": str(number), "text": f"Job {number}", "description": "Work.", **changes}


def test_every_way_to_fail_is_a_state_with_a_reason_and_none_is_an_empty_board(
    site: Site, tmp_path: Path
) -> None:
    html = Answer(b"<html>Please sign in</html>", headers={"Content-Type": "text/html"})
    whole = json.dumps([job(1), job(2)]).encode()
    site.routes |= {
        lever("good"): as_json([job(1), job(2), {"id": "3"}], ETag='"v1"'),
        lever("empty"): as_json([]),
        lever("html"): html,
        lever("cut"): Answer(whole[:-20]),
        lever("dropped"): Answer(whole[:-20], promised=len(whole)),
        lever("broken"): Answer(b"", 500),
        lever("closed"): Answer(b"", 403),
        lever("blank"): Answer(b""),
        lever("changed"): as_json([{"uuid": 1}, {"uuid": 2}]),
    }
    names = "good,empty,html,cut,dropped,broken,closed,blank,changed,gone"
    lines = crawl(tmp_path, "lever", site, boards=names)
    states = {name: line.state for name, line in observations(lines).items()}
    assert states == {
        "good": "ok",
        "empty": "ok",
        "html": "failed",
        "cut": "truncated",
        "dropped": "truncated",
        "broken": "failed",
        "closed": "forbidden",
        "blank": "failed",
        "changed": "failed",
        "gone": "unknown",
    }
    good = observations(lines)["good"]
    assert (good.rows_seen, good.etag, good.reason) == (2, '"v1"', "1 of 3 rows refused")
    assert observations(lines)["empty"].rows_seen == 0
    assert all(line.reason for name, line in observations(lines).items() if states[name] != "ok")
    assert sum(isinstance(line, Posting) for line in lines) == 2
    assert sum(isinstance(line, Refusal) for line in lines) == 3


def test_a_refused_connection_is_a_failed_observation(tmp_path: Path) -> None:
    with serve() as site:
        pass
    lines = crawl(tmp_path, "lever", site, boards="acme", ROBOTSTXT_OBEY=False)
    assert observations(lines)["acme"].state == "failed"
    assert "refused" in (observations(lines)["acme"].reason or "").lower()


def test_robots_rules_hold_for_requests_that_wait_for_them_together(
    site: Site, tmp_path: Path
) -> None:
    names = [f"b{number}" for number in range(12)]
    site.routes["/robots.txt"] = Answer(b"User-agent: hiring-signal\nDisallow: /v0/\n")
    site.routes |= {lever(name): as_json([]) for name in names}
    lines = crawl(
        tmp_path,
        "lever",
        site,
        boards=",".join(names),
        CONCURRENT_REQUESTS=16,
        CONCURRENT_REQUESTS_PER_DOMAIN=16,
    )
    assert site.paths() == []
    assert {line.state for line in observations(lines).values()} == {"forbidden"}
    assert len(observations(lines)) == 12


def test_validators_are_sent_and_an_unchanged_board_costs_no_body(
    site: Site, tmp_path: Path
) -> None:
    known = tmp_path / "known.json"
    url = f"{LEVER}{lever('acme')}"
    known.write_text(json.dumps({"boards": {url: {"etag": '"v1"', "digest": "sha256:0"}}}))
    site.routes[lever("acme")] = Answer(b"", 304)
    lines = crawl(tmp_path, "lever", site, boards="acme", KNOWN_FILE=known)
    assert observations(lines)["acme"].state == "unchanged"
    [asked] = [asked for asked in site.asked if asked.path == lever("acme")]
    assert asked.headers["If-None-Match"] == '"v1"'
    assert "hiring-signal" in asked.headers["User-Agent"]


def test_retry_after_is_waited_for(site: Site, tmp_path: Path) -> None:
    busy = Answer(b"", 429, {"Retry-After": "2"})
    site.routes[lever("acme")] = lambda times: busy if times == 1 else as_json([job(1)])
    lines = crawl(tmp_path, "lever", site, boards="acme")
    assert observations(lines)["acme"].state == "ok"
    first, second = [asked.at for asked in site.asked if asked.path == lever("acme")]
    assert second - first >= 1.9


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (b"120", 120.0),
        (b"Sat, 31 Oct 2026 06:00:30 GMT", 30.0),
        (b"Sat, 31 Oct 2026 05:00:00 GMT", 0.0),
        (b"soon", None),
        (None, None),
    ],
)
def test_retry_after_is_seconds_or_a_date(value: bytes | None, seconds: float | None) -> None:
    assert retry_after_s(value, datetime(2026, 10, 31, 6, tzinfo=UTC)) == seconds


def test_what_is_recorded_can_be_replayed(site: Site, tmp_path: Path) -> None:
    payload = json.dumps([job(1), job(2)]).encode()
    zipped = Answer(gzip.compress(payload), headers={"Content-Encoding": "gzip"})
    site.routes |= {lever("acme"): zipped, lever("moved"): Answer(b"", 404)}
    record = tmp_path / "captures"
    live = crawl(tmp_path, "lever", site, boards="acme,moved", RECORD_DIR=record)
    asked = len(site.asked)

    archive = Archive(record)
    assert f"{LEVER}{lever('acme')}" in archive.urls(), "kept under the platform's own address"
    again = crawl(tmp_path, "lever", REPLAY_DIR=record)
    assert len(site.asked) == asked, "a replay asks nobody"
    assert sorted(line.model_dump_json() for line in again) == sorted(
        line.model_dump_json() for line in live
    )
    assert not list(record.glob("*.open"))


def test_a_replay_that_lacks_a_board_is_a_failed_observation(site: Site, tmp_path: Path) -> None:
    site.routes[lever("acme")] = as_json([job(1)])
    record = tmp_path / "captures"
    crawl(tmp_path, "lever", site, boards="acme", RECORD_DIR=record)
    lines = crawl(tmp_path, "lever", REPLAY_DIR=record, boards="acme,other")
    assert observations(lines)["acme"].state == "ok"
    assert observations(lines)["other"].state == "failed"
    assert "archive holds no response" in (observations(lines)["other"].reason or "")


def test_a_replay_observes_every_capture_and_knows_an_unchanged_one(
    site: Site, tmp_path: Path
) -> None:
    record = tmp_path / "captures"
    for rows in ([job(1)], [job(1)], [job(1), job(2)]):
        site.routes[lever("acme")] = as_json(rows)
        crawl(tmp_path, "lever", site, boards="acme", RECORD_DIR=record)
    lines = crawl(tmp_path, "lever", REPLAY_DIR=record)
    states = [line.state for line in lines if isinstance(line, BoardObservation)]
    assert states == ["ok", "unchanged", "ok"]


def test_hacker_news_asks_for_hiring_threads_that_can_still_change(
    site: Site, tmp_path: Path
) -> None:
    def hit(number: str, title: str, day: str) -> dict[str, str]:
        return {"objectID": number, "title": title, "created_at": f"{day}T15:00:00.000Z"}

    hiring = "Ask HN: Who is hiring? (October 2026)"
    listing = "/api/v1/search_by_date?tags=story,author_whoishiring&hitsPerPage=1000"
    site.routes[listing] = as_json(
        {
            "hits": [
                hit("30", hiring, "2026-10-01"),
                hit("31", "Ask HN: Who wants to be hired? (October 2026)", "2026-10-01"),
                hit("10", "Ask HN: Who is hiring? (January 2020)", "2020-01-01"),
            ],
            "nbPages": 1,
        }
    )
    comment = {"id": 32, "created_at": "2026-10-02T15:00:00.000Z", "text": "Acme | ML"}
    site.routes["/api/v1/items/30"] = as_json({"title": hiring, "children": [comment]})
    known = tmp_path / "known.json"
    thread = "https://hn.algolia.com/api/v1/items/10"
    seen = {"boards": {thread: {"observed_at": "2020-03-01T00:00:00+00:00"}}}
    known.write_text(json.dumps(seen))
    lines = crawl(tmp_path, "hackernews", site, KNOWN_FILE=known)
    assert site.paths() == [listing, "/api/v1/items/30"]
    assert [line.source_id for line in lines if isinstance(line, Posting)] == ["32"]


def test_a_listing_that_fails_is_an_observation_too(site: Site, tmp_path: Path) -> None:
    [line] = crawl(tmp_path, "hackernews", site)
    assert isinstance(line, BoardObservation)
    assert (line.board, line.state) == ("listing", "unknown")


def test_whatever_a_server_sends_the_board_has_an_observation(site: Site, tmp_path: Path) -> None:
    site.routes |= {
        lever("date"): as_json([job(1, createdAt=10**20), job(2)]),
        lever("digits"): Answer(b"[" + b"9" * 5_000 + b"]"),
        lever("deep"): Answer(b"[" * 200_000),
        lever("pair"): Answer(b'[{"id": "\\ud83d", "\\ud83d": 1}]'),
        lever("mark"): Answer(b"\xef\xbb\xbf" + json.dumps([job(3)]).encode()),
    }
    lines = crawl(tmp_path, "lever", site, boards="date,digits,deep,pair,mark")
    states = {name: line.state for name, line in observations(lines).items()}
    assert states == {
        "date": "ok",
        "digits": "failed",
        "deep": "failed",
        "pair": "failed",
        "mark": "ok",
    }


def test_a_server_that_asks_for_an_hour_is_left_alone(site: Site, tmp_path: Path) -> None:
    names = [f"b{number}" for number in range(5)]
    site.routes |= {lever(name): Answer(b"", 429, {"Retry-After": "3600"}) for name in names}
    lines = crawl(tmp_path, "lever", site, boards=",".join(names))
    assert len(site.paths()) == 1
    assert {line.state for line in observations(lines).values()} == {"failed"}
    assert sum("3600 s" in (line.reason or "") for line in observations(lines).values()) == 4


@pytest.mark.parametrize("coding", ["chunked", "gzip", "mislabelled"])
def test_archives_of_others_keep_codings_in_their_own_way(coding: str, tmp_path: Path) -> None:
    body = json.dumps([job(1)]).encode()
    stored = {
        "chunked": f"{len(body):x}\r\n".encode() + body + b"\r\n0\r\n\r\n",
        "gzip": gzip.compress(body),
        "mislabelled": body,
    }[coding]
    header = "Transfer-Encoding: chunked" if coding == "chunked" else "Content-Encoding: gzip"
    http = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n{header}\r\n\r\n".encode()
    warc = (
        "WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:1>\r\n"
        f"WARC-Date: 2026-10-31T06:00:00\r\nWARC-Target-URI: {LEVER}{lever('acme')}\r\n"
        "Content-Type: application/http; msgtype=response\r\n"
        f"Content-Length: {len(http + stored)}\r\n\r\n"
    ).encode()
    captures = tmp_path / "captures"
    captures.mkdir()
    (captures / "others.warc").write_bytes(warc + http + stored + b"\r\n\r\n")
    lines = crawl(tmp_path, "lever", REPLAY_DIR=captures)
    assert observations(lines)["acme"].state == "ok"
    assert observations(lines)["acme"].observed_at == datetime(2026, 10, 31, 6, tzinfo=UTC)


def test_an_archive_that_was_not_wholly_fetched_is_named(site: Site, tmp_path: Path) -> None:
    site.routes[lever("acme")] = as_json([job(number) for number in range(300)])
    record = tmp_path / "captures"
    crawl(tmp_path, "lever", site, boards="acme", RECORD_DIR=record)
    [path] = record.iterdir()
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(DamagedArchiveError, match=path.name):
        Archive(record)


def test_an_archive_names_the_file_that_is_damaged(tmp_path: Path) -> None:
    (tmp_path / "bad.warc.gz").write_bytes(b"this is no archive")
    with pytest.raises(DamagedArchiveError, match=r"bad\.warc\.gz"):
        Archive(tmp_path)
    with pytest.raises(NotADirectoryError):
        Archive(tmp_path / "nowhere")


def test_an_empty_archive_holds_nothing(tmp_path: Path) -> None:
    with pytest.raises(NotArchivedError):
        Archive(tmp_path).fetch("https://api.example/")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("board,company\na,A\n", "country"),
        ("board,company,country\na,A,US\na,A,US\n", "line 3: 'a' is there twice"),
        ("board,company,country\n ,A,US\n", "line 2: the board is empty"),
    ],
)
def test_a_board_list_that_can_not_be_used_says_where(
    text: str, complaint: str, tmp_path: Path
) -> None:
    (tmp_path / "lever.csv").write_text(text)
    with pytest.raises(BoardListError, match=complaint):
        read_boards("lever", tmp_path)


@pytest.mark.parametrize("text", ["- a\n", "https://a.example: nowhere\n", "a: [\n"])
def test_an_origins_file_that_can_not_be_used_is_named(text: str, tmp_path: Path) -> None:
    path = tmp_path / "origins.yaml"
    path.write_text(text)
    with pytest.raises(OriginsError, match=r"origins\.yaml"):
        read_origins(path)


def test_who_posted_is_a_keyed_hash_and_nobody_without_a_key(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    title = "Ask HN: Who is hiring? (October 2026)"
    said = {"created_at": "2026-10-02T15:00:00.000Z", "text": "Acme | ML", "author": "jane_doe"}
    children = [{**said, "id": 32}, {**said, "id": 33}, {**said, "id": 34, "author": "other"}]
    site.routes["/api/v1/items/30"] = as_json({"title": title, "children": children})

    def posters() -> list[str | None]:
        lines = crawl(tmp_path, "hackernews", site, boards="30")
        return [line.poster for line in lines if isinstance(line, Posting)]

    monkeypatch.delenv("HIRING_SIGNAL_KEY", raising=False)
    assert posters() == [None, None, None]
    monkeypatch.setenv("HIRING_SIGNAL_KEY", "a secret of enough bytes")
    first, second, other = posters()
    assert first == second != other
    assert first
    assert "jane" not in (tmp_path / "out.jsonl").read_text()
    monkeypatch.setenv("HIRING_SIGNAL_KEY", "another secret, also long")
    assert posters()[0] != first
