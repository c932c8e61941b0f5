"""Takes forgotten adverts out of files: landing files, WARC files, and kept bulk tables.

Belongs here: rewriting such files so that all else in them stays byte for byte. Does not belong
here: which adverts are forgotten (`scrapers.forgotten`), or when files are rewritten
(`pipelines.forget`).

A file is replaced by its new self with one rename, and keeps its time: landing files are loaded in
its order. An answer that names an advert keeps its shape: the advert's id, dates, numbers and flags
stay, its texts become `MARK`, so that a replay still finds it. Where an answer can't be taken apart
(a Parquet file, a page of several adverts), all of its payload goes.
"""

from __future__ import annotations

import csv
import gzip
import json
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from io import BytesIO, StringIO
from pathlib import Path
from typing import IO, Any, NamedTuple
from urllib.parse import unquote

import pyarrow as pa
import pyarrow.parquet as pq
from lxml import etree
from pydantic import ValidationError
from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from scrapers.archive import DamagedArchiveError
from scrapers.forgotten import MARK, Forgotten
from scrapers.jobposting import read_page
from scrapers.landing import Posting, Refusal, read_line
from scrapers.mappings.model import TableMapping
from scrapers.spiders.base import FAULTS, Board
from scrapers.tables import Table, unpacked

Ids = Mapping[str, set[str]]
"""By source, ids of forgotten adverts."""

_SOURCE_ID = re.compile(rb'"source_id": ?"((?:[^"\\]|\\.)*)"')
_COMPANY = re.compile(rb'"company": ?"((?:[^"\\]|\\.)*)"')
_PAGE = re.compile(rb'"kind": ?"page"')
_DATE = re.compile(
    r"\d{4}-\d\d-\d\d(?:[T ][\d:.]+ ?(?:Z|UTC|[+-]\d\d:?\d\d)?)?"
    r"|(?:[A-Z][a-z]{2}, )?\d{1,2} [A-Z][a-z]{2} \d{4}[ \d:]*(?:GMT|UTC|[+-]\d{4})?"
)
_PARTS = re.compile(r"[^/?&=#_]+")
_GZIP_START = b"\x1f\x8b"
_CODINGS = frozenset(("", "identity", "gzip", "x-gzip", "deflate", "br"))
_STATES = frozenset(("status",))
"""Fields that say whether a row is an advert at all."""
_ID_CHARS = 64
_OPAQUE = frozenset(("jobhive",))
"""Sources whose files can't be taken apart: ids are put together, tables are packed."""
_COPY_BYTES = 1 << 20


class Scrubbed(NamedTuple):
    """What was done to one file."""

    emptied: int
    """Lines, answers or rows that were emptied or taken out."""
    dropped: int = 0
    """Of those, answers that lost their whole payload."""


# --- landing files -------------------------------------------------------------------------------


def scrub_landing(
    path: Path, forgotten: Forgotten, *, is_trial: bool = False
) -> tuple[int, dict[str, set[str]]]:
    """Empty the lines of forgotten adverts in a landing file.

    Args:
        path: The file.
        forgotten: What is forgotten.
        is_trial: Only count.

    Returns:
        How many lines were emptied, and by source the ids of their adverts.

    Raises:
        OSError: It can't be read or written.
    """
    emptied = 0
    ids: dict[str, set[str]] = {}
    with path.open("rb") as file, _new_file(path, is_trial=is_trial) as new:
        for line in file:
            left = _landing_line(line, forgotten, ids)
            emptied += left is not line
            new.write(left)
        new.is_wanted = bool(emptied)
    return emptied, ids


def _landing_line(line: bytes, forgotten: Forgotten, ids: dict[str, set[str]]) -> bytes:
    if not _may_concern(line, forgotten):
        return line
    try:
        read = read_line(line)
    except ValidationError:
        # A line that broke off still has the text up to there.
        match = _SOURCE_ID.search(line)
        kept = {"source_id": _unescaped(match[1]), "forgotten": True} if match else {}
        return json.dumps(kept).encode() + b"\n"
    left = forgotten.of(read)
    if left is read:
        return line
    if isinstance(left, Posting):
        ids.setdefault(left.source, set()).add(left.source_id)
    return left.model_dump_json(exclude_none=True).encode() + b"\n"


def _may_concern(line: bytes, forgotten: Forgotten) -> bool:
    if _PAGE.search(line):
        return b"source_id" in line
    if b'"forgotten":' in line:
        return False
    match = _SOURCE_ID.search(line)
    if match is None:
        return False
    if forgotten.names_id(_unescaped(match[1])):
        return True
    company = _COMPANY.search(line)
    return company is not None and forgotten.names_company(_unescaped(company[1]))


def _unescaped(raw: bytes) -> str:
    return str(json.loads(b'"' + raw + b'"'))


# --- WARC files ----------------------------------------------------------------------------------


def scrub_warc(
    path: Path,
    ids: Ids,
    source: str | None,
    is_whole: Callable[[str], bool] = lambda _: False,
    *,
    is_trial: bool = False,
) -> Scrubbed:
    """Empty forgotten adverts in the answers of a WARC file; all other records keep their bytes.

    Args:
        path: The file, compressed record by record, or not at all.
        ids: By source, the forgotten adverts.
        source: The source that its answers are of; None where it may be any.
        is_whole: Whether all adverts that an address answers with are forgotten, also those that
            were never landed.
        is_trial: Only count.

    Returns:
        How many answers were emptied, and how many of them lost their whole payload.

    Raises:
        scrapers.archive.DamagedArchiveError: It is no such file; it was left as it is.
        OSError: It can't be read or written.
    """
    wanted = frozenset(ids.get(source, ())) if source else frozenset().union(*ids.values())
    if not wanted:
        return Scrubbed(0)
    emptied = dropped = 0
    with path.open("rb") as file, path.open("rb") as raw, _new_file(path, is_trial=is_trial) as new:
        is_gzip = raw.read(2) == _GZIP_START
        iterator = ArchiveIterator(file)
        begin = 0
        try:
            for record in iterator:
                left, is_dropped = _record(record, wanted, source, is_whole, is_gzip=is_gzip)
                iterator.read_to_end(record)
                # Only now: asking for it reads a record to its end.
                if begin != iterator.get_record_offset():
                    raise ValueError(f"a gap before byte {iterator.get_record_offset():,}")
                length = iterator.get_record_length()
                if record.raw_stream.limit > 0:
                    raise EOFError("a record is cut short")
                emptied += left is not None
                dropped += is_dropped
                if left is None:
                    _copy(raw, begin, length, new)
                else:
                    new.write(left)
                begin += length
            if begin != path.stat().st_size:
                raise EOFError("the last record is cut short")
        except (ArchiveLoadFailed, EOFError, ValueError, TypeError, AttributeError) as error:
            new.is_wanted = False
            raise DamagedArchiveError(
                f"{path}: damaged after byte {begin:,}: {str(error).strip() or 'cut short'}; "
                "what it may hold of forgotten texts could not be taken out"
            ) from error
        new.is_wanted = bool(emptied)
    return Scrubbed(emptied, dropped)


def _copy(raw: IO[bytes], begin: int, length: int, new: _New) -> None:
    raw.seek(begin)
    while length > 0 and (block := raw.read(min(length, _COPY_BYTES))):
        new.write(block)
        length -= len(block)


def _record(
    record: ArcWarcRecord,
    ids: frozenset[str],
    source: str | None,
    is_whole: Callable[[str], bool],
    *,
    is_gzip: bool,
) -> tuple[bytes | None, bool]:
    """The record without the adverts, None where it has none; and whether its payload is gone."""
    if record.rec_type not in ("response", "resource"):
        return None, False
    headers = record.http_headers
    coding = (headers.get_header("Content-Encoding") or "").lower() if headers else ""
    body = record.content_stream().read()
    url = record.rec_headers.get_header("WARC-Target-URI") or ""
    kind = (headers.get_header("Content-Type") or "").lower() if headers else ""
    is_json = body.lstrip().startswith((b"{", b"["))
    if coding not in _CODINGS or body.startswith((b"PAR1", _GZIP_START)):
        left = b"" if source and body else None  # it can't be seen whether it names them
    elif source in _OPAQUE and not is_json:
        left = b"" if body else None
    else:
        left = scrub_payload(body, url, kind, ids, is_whole=is_whole(url))
        left = None if left == body else left
    if left is None:
        return None, False
    return _as_bytes(record, body, left, is_gzip=is_gzip), not left


def _as_bytes(record: ArcWarcRecord, body: bytes, left: bytes, *, is_gzip: bool) -> bytes:
    """The record with another payload, under its own id and date, digests made anew."""
    stale = {"warc-block-digest", "warc-payload-digest", "content-length", "warc-type"}
    headers = [(n, v) for n, v in record.rec_headers.headers if n.lower() not in stale]
    http = record.http_headers
    if http is not None:
        kept = []
        for name, value in http.headers:
            match name.lower():
                case "content-encoding" | "transfer-encoding":
                    continue
                # A length that was never that of the body says that the answer was cut short.
                case "content-length" if value == str(len(body)) or _is_coded(record):
                    kept.append((name, str(len(left))))
                case _:
                    kept.append((name, value))
        http = StatusAndHeaders(http.statusline, kept, http.protocol)
    buffer = BytesIO()
    writer = WARCWriter(buffer, gzip=is_gzip)
    writer.write_record(
        writer.create_warc_record(
            record.rec_headers.get_header("WARC-Target-URI"),
            record.rec_type,
            payload=BytesIO(left),
            http_headers=http,
            warc_content_type=record.rec_headers.get_header("Content-Type") or "",
            warc_headers_dict=dict(headers),
        )
    )
    return buffer.getvalue()


def _is_coded(record: ArcWarcRecord) -> bool:
    get = record.http_headers.get_header
    return bool(get("Content-Encoding") or get("Transfer-Encoding"))


def scrub_payload(
    body: bytes, url: str, kind: str, ids: frozenset[str], *, is_whole: bool = False
) -> bytes | None:
    """An answer without the texts of some adverts.

    Args:
        body: The payload, without content coding.
        url: The address that was asked.
        kind: Its content type, as far as it is stated.
        ids: The adverts.
        is_whole: Whether all that it says is to go, whatever adverts it names.

    Returns:
        The payload that is left, empty where it can't be taken apart; None where the answer names
        none of the adverts.
    """
    parts = {unquote(part) for part in _PARTS.findall(url)}
    # "744000012-tide-modeller": the id, and the title for people who read addresses.
    is_detail = is_whole or not ids.isdisjoint(parts | {part.partition("-")[0] for part in parts})
    start = body[:200].lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith((b"{", b"[")):
        return _json_payload(body, ids, is_detail=is_detail)
    if "html" in kind or start[:15].lower().startswith((b"<!doctype html", b"<html")):
        return _page(body, url, ids, is_detail=is_detail)
    if start.startswith(b"<"):
        return _xml_payload(body, ids, is_detail=is_detail)
    return b"" if is_detail or _names_any(body, ids) else None


def _names_any(body: bytes, ids: frozenset[str]) -> bool:
    text = body.decode("utf-8", "replace")
    return any(
        source_id in text and re.search(rf"(?<![\w-]){re.escape(source_id)}(?![\w-])", text)
        for source_id in ids
    )


def _json_payload(body: bytes, ids: frozenset[str], *, is_detail: bool) -> bytes | None:
    try:
        payload = json.loads(body)
    except (ValueError, RecursionError):
        # Cut short: it still begins as it did, which is all that is read of it.
        return body.lstrip()[:1] if is_detail or _names_any(body, ids) else None
    if is_detail:
        return json.dumps(_blank(payload, ids), ensure_ascii=False).encode()
    found = [0]
    left = _scrub(payload, ids, found)
    return json.dumps(left, ensure_ascii=False).encode() if found[0] else None


def _scrub(node: Any, ids: frozenset[str], found: list[int]) -> Any:
    """A payload in which the objects that have one of the ids are emptied."""
    if isinstance(node, dict):
        if any(_is_id(key, value, ids) for key, value in node.items()):
            found[0] += 1
            return _blank(node, ids)
        if any(isinstance(value, str) and _links_to(value, ids) for value in node.values()):
            found[0] += 1
            return _blank(node, ids, keep_links=True)
        return {key: _scrub(value, ids, found) for key, value in node.items()}
    if isinstance(node, list):
        return [_scrub(value, ids, found) for value in node]
    return node


def _is_id(key: str, value: Any, ids: frozenset[str]) -> bool:
    if isinstance(value, str):
        return value in ids
    # Other numbers count something.
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return is_number and key.lower().endswith("id") and str(value) in ids


def _links_to(text: str, ids: frozenset[str]) -> bool:
    return len(text) < 2_000 and "/" in text and not ids.isdisjoint(_PARTS.findall(text))


def _blank(node: Any, ids: frozenset[str], *, keep_links: bool = False) -> Any:
    if isinstance(node, dict):
        return {
            key: value if _is_kept(key, value) else _blank(value, ids, keep_links=keep_links)
            for key, value in node.items()
        }
    if isinstance(node, list):
        return [_blank(value, ids, keep_links=keep_links) for value in node]
    return _blank_text(node, ids, keep_links=keep_links) if isinstance(node, str) else node


def _is_kept(key: str, value: Any) -> bool:
    is_word = isinstance(value, str) and len(value) <= _ID_CHARS and " " not in value
    return is_word and (key in _STATES or key.lower().endswith("id"))


def _blank_text(text: str, ids: frozenset[str], *, keep_links: bool = False) -> str:
    is_kept = (
        not text.strip()
        or text in ids
        or _DATE.fullmatch(text.strip())
        or (keep_links and _links_to(text, ids))
    )
    return text if is_kept else MARK


def _xml_payload(body: bytes, ids: frozenset[str], *, is_detail: bool) -> bytes | None:
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, huge_tree=True, strip_cdata=False
    )
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError):
        return b"<" if is_detail or _names_any(body, ids) else None
    rows = [
        parent
        for element in root.iter(etree.Element)
        if (element.text or "").strip() in ids and (parent := element.getparent()) is not None
    ]
    if not rows and is_detail:
        rows = [root]
    if not rows:
        return None
    for row in rows:
        for element in row.iter(etree.Element):
            element.text = element.text and _blank_text(element.text, ids, keep_links=False)
            element.tail = element.tail if not (element.tail or "").strip() else None
            for name, value in element.attrib.items():
                element.attrib[name] = _blank_text(str(value), ids)
    return bytes(etree.tostring(root, encoding="UTF-8", xml_declaration=True))


def _page(body: bytes, url: str, ids: frozenset[str], *, is_detail: bool) -> bytes | None:
    """A page of one advert becomes a page that says its id alone; of several, nothing."""
    shown = _shown(body, url)
    if not is_detail and ids.isdisjoint(shown):
        return None
    if len(shown) != 1:
        return b""
    [source_id] = shown
    advert = {"@context": "https://schema.org", "@type": "JobPosting"}
    advert |= {"title": MARK, "description": MARK}
    name = source_id.rpartition("#")[2]
    for more in ({}, {"identifier": name}, {"url": f"https://{source_id}"}):
        said = json.dumps(advert | more)
        page = f'<html><head><script type="application/ld+json">{said}</script></head></html>'
        if _shown(page.encode(), url) == shown:
            return page.encode()
    return b""


def _shown(body: bytes, url: str) -> set[str]:
    """The ids of the adverts of a page."""
    board = Board("jobposting", "page", "page", None, datetime(2000, 1, 1, tzinfo=UTC))
    try:
        lines = list(read_page(body, url, board))
    except FAULTS:
        return set()
    return {
        line.source_id for line in lines if isinstance(line, Posting | Refusal) and line.source_id
    }


# --- kept tables ---------------------------------------------------------------------------------


def scrub_table(
    path: Path, mapping: Mapping[str, Any], ids: Iterable[str], *, is_trial: bool = False
) -> Scrubbed:
    """Take the rows of forgotten adverts out of a bulk table that was kept with the captures.

    Args:
        path: CSV, JSON lines or Parquet by its name, also with `.gz`.
        mapping: How it was read.
        ids: The adverts.
        is_trial: Only count.

    Returns:
        How many rows were taken out.

    Raises:
        scrapers.tables.TableError: It can't be read any more; it was left as it is.
    """
    wanted = frozenset(ids)
    read = TableMapping.model_validate(mapping)
    table = Table(path, read, path.name)
    nulls = read.null_spellings()
    rows: list[dict[str, Any]] = []
    kept: list[bool] = []
    for numbered in table.rows():
        row = numbered.row
        kept.append(row is None or read.fields.source_id.text(row, nulls) not in wanted)
        if row is not None and kept[-1] and not path.name.endswith(".parquet"):
            rows.append(dict(row))
    gone = len(kept) - sum(kept)
    if gone and not is_trial:
        mode = path.stat().st_mode
        with _new_file(path, is_trial=False) as new:
            new.write(_table_bytes(path, table, rows, kept))
        path.chmod(mode)
    return Scrubbed(gone)


def _table_bytes(path: Path, table: Table, rows: list[dict[str, Any]], kept: list[bool]) -> bytes:
    name = unpacked(path).lower()
    if name.endswith(".parquet"):
        buffer = BytesIO()
        pq.write_table(pq.read_table(path).filter(pa.array(kept)), buffer)
        return buffer.getvalue()
    if name.endswith((".csv", ".tsv")):
        text = StringIO(newline="")
        writer = csv.DictWriter(
            text,
            list(table.columns),
            delimiter=table.mapping.delimiter or ("\t" if name.endswith(".tsv") else ","),
            escapechar=table.mapping.escape,
            doublequote=table.mapping.escape is None,
            lineterminator="\n",
        )
        writer.writeheader()
        writer.writerows(rows)
        raw = text.getvalue().encode(table.mapping.encoding or "utf-8")
    else:
        raw = b"".join(json.dumps(row, ensure_ascii=False).encode() + b"\n" for row in rows)
    return gzip.compress(raw) if path.name.lower().endswith(".gz") else raw


def scrub_lines(path: Path, ids: Ids, *, is_trial: bool = False) -> Scrubbed:
    """Empty forgotten adverts in a file of JSON lines that is of no kind above.

    Args:
        path: The file.
        ids: By source, the forgotten adverts.
        is_trial: Only count.

    Returns:
        How many lines were emptied.
    """
    wanted = frozenset().union(*ids.values())
    emptied = 0
    with path.open("rb") as file, _new_file(path, is_trial=is_trial) as new:
        for line in file:
            left = _json_payload(line, wanted, is_detail=False)
            emptied += left is not None
            new.write(line if left is None else left + b"\n")
        new.is_wanted = bool(emptied)
    return Scrubbed(emptied)


# --- files ---------------------------------------------------------------------------------------


class _New:
    """What a file is replaced by, if it is wanted."""

    def __init__(self, file: IO[bytes] | None) -> None:
        self._file = file
        self.is_wanted = True

    def write(self, data: bytes) -> None:
        if self._file is not None:
            self._file.write(data)


@contextmanager
def _new_file(path: Path, *, is_trial: bool) -> Iterator[_New]:
    """A file to write that takes the place of another, with its time, once it is whole."""
    if is_trial:
        yield _New(None)
        return
    partial = path.with_name(f".{path.name}.scrubbed")
    was = path.stat()
    try:
        with partial.open("wb") as file:
            new = _New(file)
            yield new
            file.flush()
            os.fsync(file.fileno())
        if new.is_wanted:
            os.utime(partial, ns=(was.st_atime_ns, was.st_mtime_ns))
            partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
