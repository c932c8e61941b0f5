"""The small server of the published folder: what it serves, and what it does not."""

from __future__ import annotations

import http.client
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.static import HOST, POLICY, serving

PAGES = {
    "index.html": "<p>first</p>",
    "reports/postings.csv": "a,b\n1,2\n",
    "reports/datapackage.json": "{}",
    "data_docs/index.html": "<p>docs</p>",
    "data_docs/out.postings.html": "<p>checks</p>",
    "warehouse.duckdb": "0123456789",
    ".hidden": "secret",
}


def publish(data: Path, name: str, **more: str) -> Path:
    folder = data / "publications" / name
    for path, text in {**PAGES, **more}.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    new = data / ".new"
    new.symlink_to(f"publications/{name}")
    new.replace(data / "published")
    return folder


class Client:
    """Sends what it is given, without making it proper first."""

    def __init__(self, address: str) -> None:
        self.port = int(address.rstrip("/").rpartition(":")[2])

    def ask(
        self, path: str, method: str = "GET", **headers: str
    ) -> tuple[int, dict[str, str], bytes]:
        connection = http.client.HTTPConnection(HOST, self.port, timeout=10)
        connection.putrequest(method, path, skip_host="Host" in headers)
        for name, value in headers.items():
            connection.putheader(name.replace("_", "-"), value)
        connection.endheaders()
        answer = connection.getresponse()
        said = answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read()
        connection.close()
        return said


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    publish(folder, "000001-aa")
    (folder / "warehouse.duckdb").write_text("working copy")
    (folder / "author.key").write_text("key")
    return folder


@pytest.fixture
def client(data: Path) -> Iterator[Client]:
    with serving(data, 0) as address:
        yield Client(address)


@pytest.mark.parametrize(
    ("path", "text", "kind"),
    [
        ("/", "<p>first</p>", "text/html; charset=utf-8"),
        ("/index.html?x=1#verdicts", "<p>first</p>", "text/html; charset=utf-8"),
        ("/reports/postings.csv", "a,b\n1,2\n", "text/csv; charset=utf-8; header=present"),
        ("/reports/datapackage.json", "{}", "application/json; charset=utf-8"),
        ("/data_docs/", "<p>docs</p>", "text/html; charset=utf-8"),
        ("/data_docs/out%2Epostings.html", "<p>checks</p>", "text/html; charset=utf-8"),
        ("/warehouse.duckdb", "0123456789", "application/octet-stream"),
    ],
)
def test_what_is_published_is_served(client: Client, path: str, text: str, kind: str) -> None:
    status, headers, body = client.ask(path)
    assert (status, body.decode(), headers["content-type"]) == (200, text, kind)
    assert headers["content-security-policy"] == POLICY
    assert "script" not in POLICY
    assert headers["x-content-type-options"] == "nosniff"
    status, headers, body = client.ask(path, "HEAD")
    assert (status, body, int(headers["content-length"])) == (200, b"", len(text))


@pytest.mark.parametrize(
    "path",
    [
        "/../warehouse.duckdb",
        "/../../data/author.key",
        "/reports/../../../author.key",
        "/%2e%2e/author.key",
        "/..%2fauthor.key",
        "/reports/%2e%2e%2f%2e%2e%2f%2e%2e%2fauthor.key",
        "/..%5cauthor.key",
        "//etc/passwd",
        "/%2fetc%2fpasswd",
        "/.hidden",
        "/index.html%00.csv",
        "/%ff",
        "/reports/",
        "/reports//postings.csv",
        "/nothing",
        "/index.html/",
        "/index.html/more",
        "*",
        "http://elsewhere.example/../author.key",
    ],
)
def test_nothing_beyond_it_is_served(client: Client, path: str) -> None:
    status, _, body = client.ask(path)
    assert status in (404, 421)
    assert b"key" not in body
    assert b"working" not in body


def test_no_link_leads_out_of_it(data: Path, client: Client) -> None:
    folder = data / "publications" / "000001-aa"
    (folder / "leak.csv").symlink_to(data / "author.key")
    (folder / "out").symlink_to("/etc")
    (folder / "reports" / "inside.csv").symlink_to("postings.csv")
    for path in ("/leak.csv", "/out/passwd", "/reports/inside.csv"):
        assert client.ask(path)[0] == 404


@pytest.mark.parametrize(
    "method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT"]
)
def test_it_is_only_read(client: Client, method: str) -> None:
    assert client.ask("/", method)[0] in (405, 501)


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example:80", "", "[::1"])
def test_other_names_of_this_machine_are_not_answered(client: Client, host: str) -> None:
    status, _, body = client.ask("/", Host=host)
    assert status in (400, 421)
    assert b"first" not in body
    assert client.ask("/", Host=f"localhost:{client.port}")[0] == 200


def test_a_folder_with_a_page_is_found_without_its_slash(client: Client) -> None:
    status, headers, _ = client.ask("/data_docs")
    assert (status, headers["location"]) == (301, "data_docs/")


def test_parts_of_a_file_are_served(client: Client) -> None:
    for asked, status, body in (
        ("bytes=2-4", 206, b"234"),
        ("bytes=7-", 206, b"789"),
        ("bytes=-3", 206, b"789"),
        ("bytes=0-99", 206, b"0123456789"),
        ("bytes=0-", 206, b"0123456789"),
        ("bytes=9-2", 200, b"0123456789"),
        ("bytes=20-", 416, b""),
        ("lines=1", 200, b"0123456789"),
    ):
        found = client.ask("/warehouse.duckdb", Range=asked)
        assert (found[0], found[2]) == (status, body), asked
    tag = client.ask("/")[1]["etag"]
    assert client.ask("/", If_None_Match=tag)[0] == 304


def test_the_next_publication_is_served_from_then_on(data: Path, client: Client) -> None:
    publish(data, "000002-bb", **{"index.html": "<p>second</p>"})
    assert client.ask("/")[2] == b"<p>second</p>"


def test_before_anything_is_published_it_says_what_to_do(tmp_path: Path) -> None:
    with serving(tmp_path, 0) as address:
        status, _, body = Client(address).ask("/")
    assert status == 503
    assert b"hiring-signal run" in body


def test_a_port_is_given_back(data: Path) -> None:
    with serving(data, 0) as address:
        port = Client(address).port
    with socket.socket() as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        tried.bind((HOST, port))


def test_an_empty_file_is_served(data: Path, client: Client) -> None:
    (data / "published" / "reports" / "none.csv").write_text("")
    assert client.ask("/reports/none.csv")[::2] == (200, b"")
