"""What holds for every spider there is, and for every one that is still to be written.

Belongs here: rules over all members, with the exceptions and why. Does not belong here: what one
spider does.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import pytest
from scrapy.utils.project import get_project_settings

import scrapers
from pipelines.observe import SPIDERS
from scrapers import settings as ours
from scrapers.boards import SHIPPED, read_boards
from scrapers.spiders.base import BoardSpider

FOLDER = Path(scrapers.__file__ or "").parent
ROOT = FOLDER.parent
NAMES = sorted(SPIDERS)
# The names that others rely on; `reference` is what the project adds.
CONTRACT = set(
    re.findall(
        r"\w+",
        """ashby greenhouse lever workable recruitee personio teamtailor bamboohr pinpoint workday
        smartrecruiters hackernews arbeitnow himalayas remoteok themuse jobicy weworkremotely
        jobposting jobhive pwc_archive pwc hf_papers hf_models arxiv""",
    )
)
# Hosts that ask crawlers to stay away, or whose terms forbid it.
FORBIDDEN_HOSTS = re.compile(
    r"linkedin\.com/jobs|indeed\.com|glassdoor|remotive|adzuna|api\.smartrecruiters\.com", re.I
)


def test_every_source_of_the_contract_has_a_spider() -> None:
    assert set(NAMES) >= CONTRACT | {"reference"}


@pytest.mark.parametrize(
    ("name", "value"),
    {
        "ROBOTSTXT_OBEY": True,
        "ROBOTSTXT_USER_AGENT": "hiring-signal",
        "AUTOTHROTTLE_ENABLED": True,
        "AUTOTHROTTLE_TARGET_CONCURRENCY": 1.0,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
        "DOWNLOAD_DELAY": 1.0,
        "DOWNLOAD_TIMEOUT": 60,
        "DOWNLOAD_MAXSIZE": 64 * 1024 * 1024,
        "DOWNLOAD_VERIFY_CERTIFICATES": True,
        "RETRY_TIMES": 2,
        "RETRY_BACK_OFF_S": 2.0,
        "REDIRECT_MAX_TIMES": 3,
        "COOKIES_ENABLED": False,
        "TELNETCONSOLE_ENABLED": False,
        "REMOTE_CONTROL_ENABLED": False,
        "REQUEST_BUDGET": 2000,
    }.items(),
)
def test_politeness_is_a_setting_and_stays(name: str, value: Any) -> None:
    assert getattr(ours, name) == value


def test_the_user_agent_names_us_and_a_way_to_reach_us() -> None:
    assert re.fullmatch(r"hiring-signal/[\d.]+ \(\+https://\S+\)", ours.USER_AGENT)


def test_the_middlewares_that_keep_us_polite_are_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCRAPY_SETTINGS_MODULE", "scrapers.settings")
    on = get_project_settings()["DOWNLOADER_MIDDLEWARES"]
    assert on["scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware"] is None
    for name in ("RobotsMiddleware", "PaceMiddleware", "BudgetMiddleware"):
        assert on[f"scrapers.politeness.{name}"]


STRICTER = {
    "DOWNLOAD_DELAY": lambda value: value >= ours.DOWNLOAD_DELAY,
    "AUTOTHROTTLE_START_DELAY": lambda value: value >= ours.AUTOTHROTTLE_START_DELAY,
    "DOWNLOAD_TIMEOUT": lambda value: value <= 180,
    # What is wanted, not who asks.
    "DEFAULT_REQUEST_HEADERS": lambda value: set(value) <= {"Accept", "Accept-Language"},
}


@pytest.mark.parametrize("name", NAMES)
def test_a_spider_may_only_be_more_polite_than_the_settings(name: str) -> None:
    for setting, value in (SPIDERS[name].custom_settings or {}).items():
        assert setting in STRICTER, f"{name} changes {setting}"
        assert STRICTER[setting](value), f"{name}: {setting} = {value}"


@pytest.mark.parametrize("name", NAMES)
def test_file_name_and_class_share_a_stem(name: str) -> None:
    spider = SPIDERS[name]
    assert issubclass(spider, BoardSpider)
    assert spider.__module__ == f"scrapers.spiders.{name}"
    assert spider.__name__.lower() == f"{name.replace('_', '')}spider"
    assert spider.__doc__


@pytest.mark.parametrize("name", NAMES)
def test_addresses_are_https_and_lead_back_to_their_board(name: str) -> None:
    spider = SPIDERS[name]
    boards = list(read_boards(name)) or list(spider.fixed_boards)
    # Threads are found in a list, and days follow from those that are known.
    assert boards or name in ("hackernews", "hf_papers"), "nothing would be asked"
    for board in boards[:5]:
        for url in spider.addresses(board):
            assert url.startswith("https://")
            # Careers sites are pages of any address: only an archive says which.
            if name != "jobposting":
                assert spider.board_of(url) == board


@pytest.mark.parametrize("name", NAMES)
def test_boards_are_listed_where_a_spider_takes_boards(name: str) -> None:
    assert (SHIPPED / f"{name}.csv").exists() == SPIDERS[name].takes_boards


SOURCES = sorted(p for p in FOLDER.rglob("*.py") if "market" not in p.relative_to(FOLDER).parts)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(FOLDER)))
def test_no_code_goes_round_what_keeps_us_polite(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    imported = {
        alias.name.split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
    } | {
        (node.module or "").split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
    }
    assert not imported & {"requests", "httpx", "aiohttp", "urllib3", "http"} - (
        {"http"} if path.name == "archive.py" else set()  # names of status codes
    )
    strings = [n.value for n in ast.walk(tree) if isinstance(n, ast.Constant)]
    names = [value for value in strings if isinstance(value, str)]
    if path.name != "politeness.py":
        assert "dont_obey_robotstxt" not in names
    requested = [s for s in names if s.startswith("https://")]
    assert not [s for s in requested if FORBIDDEN_HOSTS.search(s)]


@pytest.mark.parametrize("name", NAMES)
def test_the_docs_name_every_source(name: str) -> None:
    assert f"`{name}`" in (ROOT / "docs" / "sources.md").read_text(encoding="utf-8")


# Their payloads are columns of a file, listed and tested with their spiders (`test_papers`).
WITHOUT_KEYS = {"pwc_archive", "reference"}


def test_every_source_says_what_becomes_of_each_key() -> None:
    told = {path.stem for path in (ROOT / "tests" / "scrapers" / "keys").glob("*.yaml")}
    assert told == set(NAMES) - WITHOUT_KEYS
