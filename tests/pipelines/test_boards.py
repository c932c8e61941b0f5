"""The commands on the board lists: adding, listing and asking."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from pipelines.boards import add_board, app, check_boards, platforms
from scrapers.boards import BoardListError, BoardRow
from scrapers.market.faults import Planted
from scrapers.market.serve import Market, serving, simulated
from tests.scrapers.server import Answer, Site, as_json

ORIGINS = (
    "https://api.lever.co",
    "https://api.eu.lever.co",
    "https://acme.wd5.myworkdayjobs.com",
    "https://careers.acme.example",
)
QUICK: dict[str, object] = {
    "DOWNLOAD_DELAY": "0",
    "AUTOTHROTTLE_ENABLED": "False",
    "RETRY_TIMES": "1",
    "RETRY_BACK_OFF_S": "0",
}
runner = CliRunner()


# --- adding and listing --------------------------------------------------------------------------


def test_a_board_is_added_where_the_order_has_it_and_only_once(tmp_path: Path) -> None:
    for board in ("beta", "Alpha", "gamma"):
        add_board("lever", BoardRow(board, board.title(), None), tmp_path)
    text = (tmp_path / "lever.csv").read_text(encoding="utf-8")
    assert text == "board,company,country\nAlpha,Alpha,\nbeta,Beta,\ngamma,Gamma,\n"
    with pytest.raises(BoardListError, match="there already"):
        add_board("lever", BoardRow("ALPHA", "Alpha", None), tmp_path)
    with pytest.raises(BoardListError, match="country"):
        add_board("lever", BoardRow("delta", "Delta", "XYZ"), tmp_path)
    assert (tmp_path / "lever.csv").read_text(encoding="utf-8") == text


def test_the_commands_add_and_list(tmp_path: Path) -> None:
    added = runner.invoke(
        app,
        ["add", "lever", "acme", "--company", "Acme", "--country", "DE", "--boards", str(tmp_path)],
    )
    assert added.exit_code == 0, added.output
    words = ["list", "--boards", str(tmp_path), "--format", "json"]
    listed = runner.invoke(app, [*words, "--source", "lever"])
    assert json.loads(listed.stdout) == [
        {"source": "lever", "board": "acme", "company": "Acme", "country": "DE"}
    ]
    counted = runner.invoke(app, words)
    assert {row["source"]: row["boards"] for row in json.loads(counted.stdout)} == {
        name: int(name == "lever") for name in platforms()
    }
    table = runner.invoke(app, ["list", "--boards", str(tmp_path)])
    assert f"1 boards of {len(platforms())} platforms" in table.stdout


@pytest.mark.parametrize(
    "words",
    [
        ["check", "--source", "hackernews"],
        ["list", "--source", "nosuch"],
        ["add", "nosuch", "acme", "--company", "Acme"],
        ["add", "workday", "acme", "--company", "Acme"],
        ["add", "lever", "acme"],
    ],
)
def test_wrong_usage_exits_with_2(words: list[str], tmp_path: Path) -> None:
    assert runner.invoke(app, [*words, "--boards", str(tmp_path)]).exit_code == 2
    assert list(tmp_path.iterdir()) == []


# --- asking --------------------------------------------------------------------------------------


def folder_of(tmp_path: Path, site: Site, **lists: str) -> tuple[Path, Path]:
    """The folder of board lists, names separated by blanks, and the origins file."""
    boards = tmp_path / "boards"
    boards.mkdir()
    for source, names in lists.items():
        rows = "".join(f"{name},{name.title()},\n" for name in names.split())
        (boards / f"{source}.csv").write_text(f"board,company,country\n{rows}", encoding="utf-8")
    origins = tmp_path / "origins.yaml"
    origins.write_text("".join(f"{origin}: {site.origin}\n" for origin in ORIGINS))
    return boards, origins


def lever(board: str) -> str:
    return f"/v0/postings/{board}?mode=json"


def jobs(count: int) -> Answer:
    rows: list[dict[str, Any]] = [
        {"id": str(number), "text": "Engineer", "description": "Work."} for number in range(count)
    ]
    return as_json(rows)


def test_each_board_is_asked_once_and_its_answer_says_what_became_of_it(
    site: Site, tmp_path: Path
) -> None:
    site.routes |= {
        lever("good"): jobs(2),
        lever("bare"): jobs(0),
        lever("away"): Answer(status=302, headers={"Location": f"{site.origin}/sign-in"}),
        "/sign-in": Answer(b"<html>Sign in</html>", headers={"Content-Type": "text/html"}),
        lever("shut"): Answer(status=403),
        lever("odd"): as_json({"jobs": []}),
    }
    boards, origins = folder_of(tmp_path, site, lever="good bare gone away shut odd")
    found = {row.board: row for row in check_boards(boards=boards, origins=origins, settings=QUICK)}
    assert {name: row.state for name, row in found.items()} == {
        "good": "alive",
        "bare": "empty",
        "gone": "dead",
        "away": "moved",
        "shut": "unclear",
        "odd": "unclear",
    }
    assert (found["good"].rows, found["good"].company) == (2, "Good")
    assert "/sign-in" in (found["away"].reason or "")
    assert all(found[name].reason for name in ("gone", "shut", "odd"))
    # The second time for what the one region does not know is the other region.
    assert [site.paths().count(lever(name)) for name in ("good", "bare", "gone")] == [1, 1, 2]


def test_platforms_of_several_requests_are_asked_for_the_first_alone(
    site: Site, tmp_path: Path
) -> None:
    rows = [{"title": "Engineer", "externalPath": f"/job/X/Engineer_R-{n}"} for n in range(20)]
    site.forms["/wday/cxs/acme/Acme/jobs"] = lambda _form: as_json(
        {"total": 60, "jobPostings": rows}
    )
    site.routes["/robots.txt"] = Answer(f"Sitemap: {ORIGINS[3]}/jobs.xml\n".encode())
    boards, origins = folder_of(
        tmp_path, site, workday="acme/wd5/Acme", jobposting="careers.acme.example"
    )
    found = check_boards(("workday", "jobposting"), boards=boards, origins=origins, settings=QUICK)
    assert [(row.source, row.state) for row in found] == [
        ("workday", "alive"),
        ("jobposting", "alive"),
    ]
    assert found[0].rows == 20
    assert site.paths() == ["/wday/cxs/acme/Acme/jobs"]


def test_a_spider_that_breaks_off_leaves_its_boards_unclear(site: Site, tmp_path: Path) -> None:
    boards, origins = folder_of(tmp_path, site, lever="acme")
    [row] = check_boards(
        ("lever",), boards=boards, origins=origins, settings={"DOWNLOAD_DELAY": "soon"}
    )
    assert (row.state, row.rows) == ("unclear", 0)
    assert "broke off" in (row.reason or "")


def test_the_command_prints_a_row_a_board(site: Site, tmp_path: Path) -> None:
    site.routes[lever("good")] = jobs(1)
    boards, origins = folder_of(tmp_path, site, lever="good")
    words = ["check", "--boards", str(boards), "--origins", str(origins)]
    as_csv = runner.invoke(app, [*words, "--format", "csv"])
    assert as_csv.exit_code == 0, as_csv.output
    [row] = csv.DictReader(io.StringIO(as_csv.stdout))
    assert (row["source"], row["board"], row["state"], row["rows"]) == (
        "lever",
        "good",
        "alive",
        "1",
    )
    table = runner.invoke(app, words)
    assert table.exit_code == 0
    assert "1 alive" in table.stdout


def test_a_broken_list_is_wrong_usage(site: Site, tmp_path: Path) -> None:
    boards, origins = folder_of(tmp_path, site, lever="acme acme")
    done = runner.invoke(app, ["check", "--boards", str(boards), "--origins", str(origins)])
    assert done.exit_code == 2
    assert site.asked == []


def test_boards_of_platforms_that_speak_otherwise_are_told_apart(tmp_path: Path) -> None:
    market = Market(simulated(60))
    names = ("bamboohr", "personio", "recruitee", "workday")
    listed = {s.name: [row.board for row in s.listed()] for s in market.sources if s.name in names}
    faults = {
        # Where such a redirect is how the platform says that it knows no such board.
        "bamboohr": ("login", "dead"),
        "personio": ("404", "dead"),
        "recruitee": ("moved", "moved"),
        "workday": ("410", "dead"),
    }
    struck = {name: listed[name][0] for name in names}
    market.faults = [Planted(faults[name][0], name, struck[name]) for name in names]
    with serving(market) as served:
        served.write_boards(tmp_path / "boards")
        served.write_origins(tmp_path / "origins.yaml")
        found = check_boards(
            names, boards=tmp_path / "boards", origins=tmp_path / "origins.yaml", settings=QUICK
        )
    assert {name: [row.board for row in found if row.source == name] for name in names} == listed
    assert {row.source: row.state for row in found if row.board == struck[row.source]} == {
        name: state for name, (_, state) in faults.items()
    }
    assert {row.state for row in found if row.board != struck[row.source]} <= {"alive", "empty"}
    assert sum(row.rows for row in found) > 0
    assert market.trespasses == []
