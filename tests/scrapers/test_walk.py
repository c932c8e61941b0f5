"""Every way in which asking a board can go, over real HTTP.

Belongs here: states, reasons, what is asked and what is not. Does not belong here: payloads of
platforms (`test_platforms`, `test_feeds`, …).
"""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from scrapers.archive import STAMP, Archive, Recorder, address_of, finish_open
from scrapers.landing import BoardObservation, Line, Page, Posting, Seen
from scrapers.politeness import site_of
from scrapers.spiders.base import Step
from tests.scrapers.crawling import by_board as seen_of
from tests.scrapers.crawling import crawled as run
from tests.scrapers.crawling import origins_file, words_of
from tests.scrapers.server import Answer, Site, as_json, serve

TOY = "https://toy.example"
QUICK = {
    "DOWNLOAD_DELAY": "0",
    "AUTOTHROTTLE_ENABLED": "False",
    "RETRY_TIMES": "1",
    "RETRY_BACK_OFF_S": "0",
    "SPIDER_MODULES": "tests.scrapers.toy_spiders",
}


def command(
    folder: Path, spider: str, origins: dict[str, str], boards: str, **settings: Any
) -> tuple[list[str], Path]:
    out = folder / f"out-{time.monotonic_ns()}.jsonl"
    given = {"ORIGINS_FILE": origins_file(folder, origins), **QUICK, **settings}
    return words_of(spider, out, boards, given), out


def crawl(folder: Path, spider: str, site: Site, boards: str, **settings: Any) -> list[Line]:
    origins = {TOY: site.origin, "https://*.toy.example": site.origin}
    return run(*command(folder, spider, origins, boards, **settings))


def ids(lines: list[Line], kind: type[Posting | Seen] = Posting) -> list[str]:
    return [line.source_id for line in lines if isinstance(line, kind)]


def jobs(*numbers: int, **more: Any) -> Answer:
    return as_json({"jobs": [{"id": n, "text": f"Work {n}."} for n in numbers], **more})


def endless() -> Iterator[bytes]:
    yield b'{"jobs": ['
    while True:
        yield b" " * 65_536


def drip() -> Iterator[bytes]:
    while True:
        yield b" "
        time.sleep(0.1)


def login(site: Site) -> Answer:
    return Answer(status=302, headers={"Location": f"{site.origin}/login?next=jobs"})


HTML = {"Content-Type": "text/html"}
BOMB = gzip.compress(b'{"jobs": [' + b" " * 8_000_000)
FAULTS: dict[str, tuple[Callable[[Site], Answer], str, str]] = {
    "no-login": (lambda _: Answer(status=401), "forbidden", "HTTP 401"),
    "no-entry": (lambda _: Answer(status=403), "forbidden", "HTTP 403"),
    "nowhere": (lambda _: Answer(status=404), "unknown", "HTTP 404"),
    "gone": (lambda _: Answer(status=410), "unknown", "HTTP 410"),
    "too-often": (lambda _: Answer(status=429), "failed", "HTTP 429"),
    "broken": (lambda _: Answer(status=500), "failed", "HTTP 500"),
    "bad-gateway": (lambda _: Answer(status=502), "failed", "HTTP 502"),
    "down": (lambda _: Answer(status=503), "failed", "HTTP 503"),
    "html": (lambda _: Answer(b"<html>Back soon</html>", headers=HTML), "failed", "not JSON"),
    "cut": (lambda _: Answer(b'{"jobs": [{"id": 1, "te'), "truncated", "cut short"),
    "dropped": (lambda _: Answer(b'{"jobs": [', promised=999), "truncated", "connection closed"),
    "empty-body": (lambda _: Answer(), "failed", "empty"),
    "bomb": (
        lambda _: Answer(BOMB, headers={"Content-Encoding": "gzip"}),
        "failed",
        "exceeded DOWNLOAD_MAXSIZE",
    ),
    "endless": (lambda _: Answer(stream=endless), "failed", "too large"),
    "slow": (lambda _: Answer(stream=drip), "failed", "no whole answer in time"),
    "charset": (
        lambda _: Answer(
            '{"jobs": [{"id": 1, "text": "Café"}]}'.encode("latin-1"),
            headers={"Content-Type": "application/json; charset=utf-8"},
        ),
        "ok",
        "wrong charset",
    ),
    "elsewhere": (
        lambda site: Answer(status=301, headers={"Location": f"{site.origin}/other/jobs"}),
        "failed",
        "redirected to https://toy.example/other/jobs",
    ),
    "login": (login, "failed", "redirected to https://toy.example/login?next=jobs"),
    "loop": (
        lambda site: Answer(status=302, headers={"Location": f"{site.origin}/loop/jobs"}),
        "failed",
        "max redirections reached",
    ),
    "fewer": (lambda _: jobs(1, 2, total=3), "truncated", "says 3 adverts and gives 2"),
    "other-shape": (lambda _: as_json({"vacancies": []}), "failed", "jobs"),
}


def test_every_fault_is_a_state_with_a_reason_and_none_is_an_empty_board(
    site: Site, tmp_path: Path
) -> None:
    site.routes["/fine/jobs"] = jobs(1, 2)
    site.routes["/none/jobs"] = jobs()
    site.routes["/other/jobs"] = jobs(7)
    site.routes["/login?next=jobs"] = Answer(b"<html>Log in</html>", headers=HTML)
    for name, (answer, _, _) in FAULTS.items():
        site.routes[f"/{name}/jobs"] = answer(site)
    lines = crawl(
        tmp_path,
        "plain",
        site,
        ",".join(["fine", "none", *FAULTS]),
        DOWNLOAD_MAXSIZE=1_000_000,
        DOWNLOAD_TIMEOUT=2,
        CONCURRENT_REQUESTS=30,
    )
    found = seen_of(lines)
    assert (found["fine"].state, found["fine"].rows_seen) == ("ok", 2)
    assert (found["none"].state, found["none"].rows_seen) == ("ok", 0)
    assert {name: found[name].state for name in FAULTS} == {
        name: state for name, (_, state, _) in FAULTS.items()
    }
    for name, (_, _, reason) in FAULTS.items():
        assert reason in (found[name].reason or ""), name


def test_a_host_that_is_not_there_is_a_failed_observation(site: Site, tmp_path: Path) -> None:
    site.routes["/jobs"] = jobs(1)
    origins = {
        "https://fine.toy-jobs.com": site.origin,
        "https://nowhere.toy-jobs.com": "http://no-such-host.invalid",
        "https://closed.toy-jobs.com": "http://127.0.0.1:9",
    }
    found = seen_of(run(*command(tmp_path, "host", origins, "fine,nowhere,closed")))
    assert {name: line.state for name, line in found.items()} == {
        "fine": "ok",
        "nowhere": "failed",
        "closed": "failed",
    }
    assert "DNS" in (found["nowhere"].reason or "")
    assert "refused" in (found["closed"].reason or "")


def test_the_second_address_is_asked_where_the_first_knows_no_such_board(tmp_path: Path) -> None:
    with serve() as us, serve() as eu:
        us.routes["/american/jobs"] = jobs(1)
        eu.routes["/european/jobs"] = jobs(2)
        origins = {TOY: us.origin, "https://eu.toy.example": eu.origin}
        boards = "american,european,neither"
        found = seen_of(run(*command(tmp_path, "plain", origins, boards)))
        assert {name: line.state for name, line in found.items()} == {
            "american": "ok",
            "european": "ok",
            "neither": "unknown",
        }
        assert found["european"].url == "https://eu.toy.example/european/jobs"
        assert "/american/jobs" not in eu.paths()
        assert eu.asked[0].headers["X-Forwarded-Host"] == "eu.toy.example"


def test_pages_are_turned_to_the_end_and_a_row_that_moved_counts_once(
    site: Site, tmp_path: Path
) -> None:
    site.routes["/all/jobs?page=1"] = jobs(1, 2, next=2)
    site.routes["/all/jobs?page=2"] = jobs(2, 3, next=3)
    site.routes["/all/jobs?page=3"] = jobs(4)
    lines = crawl(tmp_path, "paged", site, "all")
    assert ids(lines) == ["1", "2", "3", "4"]
    assert seen_of(lines)["all"].state == "ok"
    assert seen_of(lines)["all"].rows_seen == 4


def test_pages_that_repeat_for_ever_and_caps_end_as_truncated(site: Site, tmp_path: Path) -> None:
    for page in range(1, 9):
        following = page + 1
        site.routes[f"/same/jobs?page={page}"] = jobs(1, 2, next=following)
        site.routes[f"/capped/jobs?page={page}"] = jobs(page, next=following)
        site.routes[f"/blank/jobs?page={page}"] = jobs(*([1] if page == 1 else []), next=following)
    site.routes["/half/jobs?page=1"] = jobs(1, next=2)
    site.routes["/half/jobs?page=2"] = Answer(status=500)
    lines = crawl(tmp_path, "paged", site, "same,capped,half,blank")
    found = seen_of(lines)
    assert {name: line.state for name, line in found.items()} == {
        "same": "truncated",
        "capped": "truncated",
        "half": "truncated",
        "blank": "truncated",
    }
    assert "page 2 shows only adverts that came before" in (found["same"].reason or "")
    assert "cap of 6 pages reached" in (found["capped"].reason or "")
    assert "page 2: HTTP 500" in (found["half"].reason or "")
    assert "page 2 is empty and names a next one" in (found["blank"].reason or "")
    assert found["capped"].rows_seen == 6
    assert "/same/jobs?page=3" not in site.paths()
    assert "/blank/jobs?page=3" not in site.paths()


def test_details_are_read_and_one_that_fails_truncates_while_one_that_is_gone_does_not(
    site: Site, tmp_path: Path
) -> None:
    for board in ("whole", "gone", "lost"):
        site.routes[f"/{board}/jobs"] = jobs(1, 2, total=2)
        site.routes[f"/{board}/jobs/1"] = as_json({"id": 1, "text": "Work."})
    site.routes["/whole/jobs/2"] = as_json({"id": 2, "text": "More work."})
    site.routes["/gone/jobs/2"] = Answer(status=404)
    site.routes["/lost/jobs/2"] = Answer(status=500)
    lines = crawl(tmp_path, "detail", site, "whole,gone,lost")
    found = seen_of(lines)
    assert {name: line.state for name, line in found.items()} == {
        "whole": "ok",
        "gone": "ok",
        "lost": "truncated",
    }
    assert "1 of its pages can't be read: HTTP 500" in (found["lost"].reason or "")
    assert found["whole"].rows_seen == 2


def known_file(folder: Path, lines: list[Line], *, days_ago: int = 1) -> Path:
    """What the warehouse would say of these lines, seen some days ago."""
    at = (datetime.now(UTC) - timedelta(days=days_ago)).isoformat()
    known: dict[str, dict[str, Any]] = {"boards": {}, "pages": {}}
    for line in lines:
        if isinstance(line, BoardObservation | Page):
            kind = "boards" if isinstance(line, BoardObservation) else "pages"
            known[kind][line.url] = {
                "etag": line.etag,
                "last_modified": line.last_modified,
                "digest": line.payload_digest,
                "observed_at": at,
            }
            if isinstance(line, Page):
                known[kind][line.url] |= {"ids": line.source_ids, "steps": line.steps}
    path = folder / "known.json"
    path.write_text(json.dumps(known))
    return path


def conditional(answer: Answer, tag: str, site: Site) -> Callable[[int], Answer]:
    """An answer with a validator, and 304 to whoever has it."""

    def give(_times: int) -> Answer:
        if site.asked[-1].headers.get("If-None-Match") == tag:
            return Answer(status=304, headers={"ETag": tag})
        return answer._replace(headers={**answer.headers, "ETag": tag})

    return give


def test_an_unchanged_board_with_details_costs_one_304(site: Site, tmp_path: Path) -> None:
    site.routes["/acme/jobs"] = conditional(jobs(1, 2), '"v1"', site)
    for n in (1, 2):
        site.routes[f"/acme/jobs/{n}"] = as_json({"id": n, "text": "Work."})
    first = crawl(tmp_path, "detail", site, "acme")
    asked = len(site.paths())
    again = crawl(tmp_path, "detail", site, "acme", KNOWN_FILE=known_file(tmp_path, first))
    assert [line.kind for line in again] == ["board"]
    assert seen_of(again)["acme"].state == "unchanged"
    assert seen_of(again)["acme"].http_status == 304
    assert len(site.paths()) == asked + 1


def test_of_a_changed_listing_only_the_new_details_are_asked(site: Site, tmp_path: Path) -> None:
    site.routes["/acme/jobs"] = jobs(1, 2)
    for n in (1, 2, 3):
        site.routes[f"/acme/jobs/{n}"] = as_json({"id": n, "text": "Work."})
    first = crawl(tmp_path, "detail", site, "acme")
    site.routes["/acme/jobs"] = jobs(2, 3)
    asked = len(site.paths())
    again = crawl(tmp_path, "detail", site, "acme", KNOWN_FILE=known_file(tmp_path, first))
    assert (ids(again), ids(again, Seen)) == (["3"], ["2"])
    assert site.paths()[asked:] == ["/acme/jobs", "/acme/jobs/3"]
    assert seen_of(again)["acme"].rows_seen == 2


def test_an_old_detail_is_asked_again_with_its_validator(site: Site, tmp_path: Path) -> None:
    site.routes["/acme/jobs"] = jobs(1)
    site.routes["/acme/jobs/1"] = conditional(as_json({"id": 1, "text": "Work."}), '"a"', site)
    first = crawl(tmp_path, "detail", site, "acme")
    site.routes["/acme/jobs"] = jobs(1, total=1)
    known = known_file(tmp_path, first, days_ago=30)
    again = crawl(tmp_path, "detail", site, "acme", KNOWN_FILE=known)
    assert ids(again, Seen) == ["1"]
    [page] = [line for line in again if isinstance(line, Page)]
    assert (page.http_status, page.etag, page.source_ids) == (304, '"a"', ("1",))


def test_unchanged_pages_show_what_they_showed_and_the_walk_goes_on(
    site: Site, tmp_path: Path
) -> None:
    site.routes["/acme/jobs?page=1"] = conditional(jobs(1, next=2), '"p1"', site)
    site.routes["/acme/jobs?page=2"] = jobs(2)
    first = crawl(tmp_path, "paged", site, "acme")
    site.routes["/acme/jobs?page=2"] = jobs(2, 3)
    again = crawl(tmp_path, "paged", site, "acme", KNOWN_FILE=known_file(tmp_path, first))
    assert (ids(again, Seen), ids(again)) == (["1"], ["2", "3"])
    assert seen_of(again)["acme"].state == "ok"
    assert seen_of(again)["acme"].rows_seen == 3


def test_forms_are_paged_recorded_and_replayed(site: Site, tmp_path: Path) -> None:
    site.forms["/acme/search"] = lambda form: jobs(
        *range(form["offset"], min(form["offset"] + 2, 5)), total=5
    )
    captures = tmp_path / "captures"
    live = crawl(tmp_path, "form", site, "acme", RECORD_DIR=captures)
    assert ids(live) == ["0", "1", "2", "3", "4"]
    assert seen_of(live)["acme"].state == "ok"
    urls = Archive(captures).urls()
    assert address_of(f"{TOY}/acme/search", {"offset": 4}) in urls
    replayed = crawl(tmp_path, "form", site, "acme", REPLAY_DIR=captures)
    assert [line.model_dump() for line in replayed] == [line.model_dump() for line in live]


def test_the_budget_ends_a_walk_as_truncated(site: Site, tmp_path: Path) -> None:
    site.routes["/acme/jobs"] = jobs(*range(10))
    for n in range(10):
        site.routes[f"/acme/jobs/{n}"] = as_json({"id": n, "text": "Work."})
    lines = crawl(tmp_path, "detail", site, "acme", REQUEST_BUDGET=5)
    found = seen_of(lines)["acme"]
    assert found.state == "truncated"
    assert "the budget of 5 requests is spent" in (found.reason or "")
    assert len(site.asked) == 5


def test_check_only_asks_each_board_once(site: Site, tmp_path: Path) -> None:
    site.routes["/acme/jobs"] = jobs(1, 2)
    lines = crawl(tmp_path, "detail", site, "acme", CHECK_ONLY=True)
    assert site.paths() == ["/acme/jobs"]
    assert (seen_of(lines)["acme"].state, seen_of(lines)["acme"].rows_seen) == ("ok", 2)


def test_an_interrupted_crawl_goes_on_where_it_was(site: Site, tmp_path: Path) -> None:
    """Killed in the middle of a board: what was recorded answers, only the rest is asked."""
    stuck = {"is": True}

    def last(_times: int) -> Answer:
        if stuck["is"]:
            return Answer(stream=drip)
        return as_json({"id": 3, "text": "Work."})

    site.routes["/acme/jobs"] = jobs(1, 2, 3)
    for n in (1, 2):
        site.routes[f"/acme/jobs/{n}"] = as_json({"id": n, "text": "Work."})
    site.routes["/acme/jobs/3"] = last
    captures = tmp_path / "captures"
    since = datetime.now(UTC).strftime(STAMP)
    origins = {TOY: site.origin}
    words, _ = command(tmp_path, "detail", origins, "acme", RECORD_DIR=captures)
    environment = {**os.environ, "SCRAPY_SETTINGS_MODULE": "scrapers.settings"}
    with subprocess.Popen(words, env=environment, stderr=subprocess.DEVNULL) as process:
        while "/acme/jobs/3" not in site.paths():
            time.sleep(0.05)
        process.kill()
    stuck["is"] = False
    [unfinished] = captures.glob("*.open")
    assert finish_open(unfinished) is not None
    asked = len(site.asked)
    lines = crawl(tmp_path, "detail", site, "acme", RECORD_DIR=captures, RESUME_SINCE=since)
    assert sorted(ids(lines)) == ["1", "2", "3"]
    assert seen_of(lines)["acme"].state == "ok"
    assert [a.path for a in site.asked[asked:] if a.path != "/robots.txt"] == ["/acme/jobs/3"]


@pytest.mark.parametrize("cut", [0, 20, 200])
def test_a_recording_that_was_cut_keeps_its_whole_records(tmp_path: Path, cut: int) -> None:
    from scrapy.http import Response

    path = tmp_path / "toy-x.warc.gz"
    recorder = Recorder(path, description="a test")
    for n in range(3):
        body = bytes(range(256)) * (n + 1)
        recorder.write(f"{TOY}/{n}", Response(f"{TOY}/{n}", body=body), datetime.now(UTC))
    recorder._file.close()  # as a killed process leaves it
    unfinished = path.with_name(path.name + ".open")
    whole = unfinished.read_bytes()
    unfinished.write_bytes(whole[: len(whole) - cut])
    assert finish_open(unfinished) == path
    assert len(Archive([path]).urls()) == (3 if cut == 0 else 2)


def test_crawl_delay_of_robots_is_kept(site: Site, tmp_path: Path) -> None:
    site.routes["/robots.txt"] = Answer(b"User-agent: *\nCrawl-delay: 0.4\n")
    for n in range(4):
        site.routes[f"/b{n}/jobs"] = jobs(n)
    crawl(tmp_path, "plain", site, "b0,b1,b2,b3")
    at = [asked.at for asked in site.asked if asked.path != "/robots.txt"]
    assert min(b - a for a, b in pairwise(at)) >= 0.39


def test_retries_are_bounded_and_wait_longer_each_time(site: Site, tmp_path: Path) -> None:
    site.routes["/acme/jobs"] = Answer(status=503)
    crawl(tmp_path, "plain", site, "acme", RETRY_TIMES=2, RETRY_BACK_OFF_S=0.3)
    at = [asked.at for asked in site.asked if asked.path == "/acme/jobs"]
    assert len(at) == 3
    assert at[1] - at[0] >= 0.29
    assert at[2] - at[1] >= 0.59


def test_steps_survive_being_kept_between_runs() -> None:
    step = Step(
        "https://toy.example/1",
        kind="advert",
        form={"offset": 20},
        source_id="1",
        changed_at=datetime(2026, 1, 2, tzinfo=UTC),
        extra=(("posted", "Posted Today"),),
    )
    assert Step.load(step.dump()) == step
    assert Step.load(Step("https://toy.example/2").dump()) == Step("https://toy.example/2")


@pytest.mark.parametrize(
    ("host", "site"),
    [
        ("acme.recruitee.com", "recruitee.com"),
        ("acme.wd5.myworkdayjobs.com", "myworkdayjobs.com"),
        ("careers.acme.co.uk", "acme.co.uk"),
        ("127.0.0.1:8001", "127.0.0.1:8001"),
        ("localhost", "localhost"),
    ],
)
def test_hosts_of_one_platform_are_one_site(host: str, site: str) -> None:
    assert site_of(host) == site


def test_hosts_of_one_platform_are_asked_one_at_a_time(tmp_path: Path) -> None:
    with serve() as first, serve() as second:
        running = {"now": 0, "most": 0}

        def slow(_times: int) -> Answer:
            running["now"] += 1
            running["most"] = max(running["most"], running["now"])
            time.sleep(0.2)
            running["now"] -= 1
            return jobs(1)

        for site in (first, second):
            site.routes["/jobs"] = slow
        origins = {
            "https://one.toy-jobs.com": first.origin,
            "https://two.toy-jobs.com": second.origin,
        }
        run(*command(tmp_path, "host", origins, "one,two"))
        assert running["most"] == 1


def test_a_304_that_nobody_asked_for_is_a_failure(site: Site, tmp_path: Path) -> None:
    site.routes["/acme/jobs"] = Answer(status=304)
    found = seen_of(crawl(tmp_path, "plain", site, "acme"))["acme"]
    assert (found.state, found.reason) == ("failed", "304 to a request without a condition")


def test_an_address_that_can_not_be_asked_leaves_the_board_its_observation(
    site: Site, tmp_path: Path
) -> None:
    site.routes["/acme/jobs"] = as_json({"jobs": [{"id": "1"}, {"id": "\ud800"}]})
    site.routes["/acme/jobs/1"] = as_json({"id": 1, "text": "Work."})
    lines = crawl(tmp_path, "detail", site, "acme")
    assert ids(lines) == ["1"]
    assert seen_of(lines)["acme"].state == "truncated"
    assert "an address that can't be asked" in (seen_of(lines)["acme"].reason or "")


def test_pages_of_another_board_are_not_taken_for_its_own(site: Site, tmp_path: Path) -> None:
    site.routes["/acme/jobs"] = jobs(1)
    site.routes["/acme/jobs/1"] = as_json({"id": 1, "text": "Work."})
    first = crawl(tmp_path, "detail", site, "acme")
    path = known_file(tmp_path, first)
    known = json.loads(path.read_text())
    known["boards"] = {}
    for page in known["pages"].values():
        page["board"] = "acme-before"
    path.write_text(json.dumps(known))
    again = crawl(tmp_path, "detail", site, "acme", KNOWN_FILE=path)
    assert (ids(again), ids(again, Seen)) == (["1"], [])


@pytest.mark.parametrize("left", [b"", b"\x1f\x8b\x08"])
def test_a_recording_without_a_whole_record_is_removed(tmp_path: Path, left: bytes) -> None:
    unfinished = tmp_path / "toy-x.warc.gz.open"
    unfinished.write_bytes(left)
    assert finish_open(unfinished) is None
    assert list(tmp_path.iterdir()) == []
