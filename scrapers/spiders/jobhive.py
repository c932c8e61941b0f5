"""JobHive: an open data set of the adverts of many platforms, as files that a manifest names.

Belongs here: the manifest, which of its files are asked for, and their rows. Does not belong here:
fetching large files (`scrapers.download`), or whose adverts ours are the same as (`core.postings`).

A board is a file: `all` (every advert), `ats/<platform>` or `date/<day>` (what that day changed).
Only the first two are listings: a day's file does not say what has closed.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import math
import re
import shutil
import tempfile
import zlib
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, NamedTuple
from urllib.parse import urljoin, urlsplit

import pyarrow as pa
import pyarrow.parquet as pq
from scrapy import Request
from scrapy.http import Response
from twisted.python.failure import Failure

from scrapers.archive import Archive
from scrapers.boards import BoardRow
from scrapers.download import NO_SUCH_FILE, Download, Fetched, Wanted
from scrapers.landing import (
    Address,
    BoardObservation,
    BoardState,
    Page,
    PayComponent,
    Posting,
    Refusal,
    encodable,
    sample_of,
)
from scrapers.spiders.base import (
    FAULTS,
    Board,
    BoardSpider,
    ShapeError,
    TruncatedError,
    Walk,
    day,
    explain,
    judge_exception,
    judge_status,
)

MANIFEST = "https://storage.stapply.ai/jobhive/v1/manifest.json"
WHOLE = "all"
WHOLE_EVERY = timedelta(days=14)
"""A day's file does not say what has closed, so the whole is read again now and then; it has some
gigabytes, which is too much for every day."""
COLUMNS = (
    "global_id",
    "url",
    "title",
    "company",
    "ats_type",
    "ats_id",
    "location",
    "country_iso",
    "region",
    "is_remote",
    "salary_currency",
    "salary_period",
    "salary_summary",
    "salary_min",
    "salary_max",
    "employment_type",
    "department",
    "team",
    "requisition_id",
    "apply_url",
    "commitment",
    "description",
    "posted_at",
    "application_deadline",
)
"""What is read of a row; other columns, `raw` above all, stay in the file."""
REQUIRED = ("title", "description")
BATCH_ROWS = 512
READ_BUFFER_BYTES = 1024 * 1024
CELL_CHARS = 16 * 1024 * 1024
"""Longest cell of a CSV file: a quote that is never closed must not take in the rest of it."""
CONTINENTS = frozenset(
    ("africa", "antarctica", "asia", "europe", "north america", "oceania", "south america")
)
"""What `region` holds; it is no part of an address."""
SAME_IDS = frozenset(
    (
        "ashby",
        "bamboohr",
        "greenhouse",
        "lever",
        "personio",
        "pinpoint",
        "recruitee",
        "remoteok",
        "smartrecruiters",
        "themuse",
        "weworkremotely",
        "workable",
        "workday",
    )
)
"""Platforms whose adverts have the same id here as on our own boards. Teamtailor's have not: its
address holds a number, and its feed a UUID."""

_DATE = "date/"
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_RANDOM_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_SUFFIXES = (".parquet", ".csv.gz", ".csv")
_UNREADABLE = (*FAULTS, pa.ArrowException, EOFError, csv.Error, zlib.error)


class File(NamedTuple):
    """One form of a file that the manifest names."""

    url: str
    sha256: str | None
    size: int | None
    rows: int | None
    is_sum_shared: bool = False
    """Whether the entry has one checksum for several forms, so that it may be another's."""


@dataclass(slots=True)
class Reading:
    """A board whose file is being fetched and read."""

    board: Board
    files: list[File]
    """Its forms, the best first."""
    manifest: str
    """Digest of the manifest that named them."""
    covered: set[str]
    """Days' files that need not be asked for any more; all boards of a crawl share it."""
    covers: set[str]
    """Days' files that this one adds to them."""
    named: set[str]
    """Days' files that the manifest names."""
    meta: dict[str, Any]
    reasons: list[str] = field(default_factory=list)

    def page(self) -> Page:
        """What to know of the manifest now that the file is read."""
        self.covered |= self.covers
        newest = max(self.covered, default="")
        return Page(
            **self.board.envelope(),
            url=MANIFEST,
            http_status=200,
            payload_digest=self.manifest,
            steps=tuple(sorted(d for d in self.covered if d in self.named or d == newest)),
        )


class JobhiveSpider(BoardSpider):
    """Asks the manifest, then for files that it names."""

    name = "jobhive"
    takes_boards = False
    fixed_boards: ClassVar[tuple[str, ...]] = (WHOLE,)
    on_request = True
    templates = (MANIFEST,)

    def __init__(self, boards: str | None = None, **kwargs: Any) -> None:
        super().__init__(boards, **kwargs)
        self._scratch: Path | None = None

    @classmethod
    def board_of(cls, url: str) -> str | None:
        """The manifest's address alone says nothing of a file; it stands for the whole."""
        return WHOLE if url == MANIFEST else None

    @classmethod
    def boards_in(cls, archive: Archive) -> list[str]:
        """What a manifest in the archive names is known when it is read."""
        return [WHOLE] if archive.entries(MANIFEST) else []

    @staticmethod
    def postings(payload: Iterable[dict[str, Any]], board: Board) -> Iterator[Posting | Refusal]:
        """The landing lines of rows, one each."""
        return (read_row(row, board) for row in payload)

    async def start(self) -> AsyncIterator[Request]:
        """The manifest; in a replay each capture of it."""
        captures = self.archive.entries(MANIFEST) if self.archive is not None else []
        for number, captured_at in enumerate([e.captured_at for e in captures] or [None]):
            request = self.begin(BoardRow(WHOLE, None, None), [MANIFEST], captured_at)
            yield request.replace(
                callback=self.parse_manifest, errback=self.no_manifest, priority=-number
            )

    # --- which files ----------------------------------------------------------------------------

    def parse_manifest(self, response: Response, walk: Walk, step: Any) -> Iterator[Any]:  # noqa: ARG002
        """Ask for the files that are due."""
        assert response.request is not None
        observed_at = response.request.meta.get("observed_at") or datetime.now(UTC)
        failure = judge_status(response.status)
        try:
            manifest = {} if failure else self.decode(response.body)
            files = {} if failure else files_of(manifest)
        except FAULTS as error:
            is_ours = isinstance(error, ShapeError | TruncatedError)
            said = str(error) if is_ours else f"it can't be read: {explain(error)}"
            failure = ("failed", encodable(said))
        if failure:
            state: BoardState = "forbidden" if failure[0] == "forbidden" else "failed"
            yield from self._fail_all(observed_at, state, f"the manifest: {failure[1]}", response)
            return
        days = {name for name in files if name.startswith(_DATE)}
        covered = self._covered(files)
        for name in self._asked or self._due(files, observed_at):
            board = self.board(BoardRow(name, None, None), observed_at)
            if not files.get(name):
                some = ", ".join([*files][:5])
                reason = f"the manifest names no such file, but {some}"
                yield self._observation(board, MANIFEST, "unknown", reason)
                continue
            reading = Reading(
                board=board,
                files=list(files[name]),
                manifest=f"sha256:{hashlib.sha256(response.body).hexdigest()}",
                covered=covered,
                covers=days if name == WHOLE else days & {name},
                named=days,
                meta={"capture_at": walk.capture_at} if walk.capture_at else {},
            )
            yield from self._fetch(reading)

    def no_manifest(self, failure: Failure) -> Iterator[Any]:
        """Without a manifest nothing is known of any file."""
        # Scrapy puts the request on the failure of an errback.
        request: Request = failure.request  # type: ignore[attr-defined]
        near = request.meta.get("capture_at") or self.newest_capture() or datetime.now(UTC)
        state, reason = judge_exception(failure.value or RuntimeError("no reason given"))
        state = "forbidden" if state == "forbidden" else "failed"
        yield from self._fail_all(near, state, f"the manifest: {reason}")

    def _fail_all(
        self, at: datetime, state: BoardState, reason: str, response: Response | None = None
    ) -> Iterator[BoardObservation]:
        for name in self._asked or self.fixed_boards:
            board = self.board(BoardRow(name, None, None), at)
            status = response.status if response is not None else None
            yield self._observation(board, MANIFEST, state, reason, status=status)

    def _due(self, files: Mapping[str, list[File]], now: datetime) -> list[str]:
        """The whole, where it was not read lately, else the days that came since."""
        if self.archive is not None:
            held = [n for n, fs in files.items() if any(self._is_held(n, f) for f in fs)]
            return held or [WHOLE]
        read_at, covered = self._read_at(files), self._covered(files)
        days = sorted(name for name in files if name.startswith(_DATE) and name not in covered)
        if read_at is None or now - read_at >= WHOLE_EVERY or _is_gap(covered, days):
            return [WHOLE]
        return days

    def _covered(self, files: Mapping[str, list[File]]) -> set[str]:
        """The days' files that are known, or came before the whole that is known."""
        page, read_at = self.known["pages"].get(MANIFEST), self._read_at(files)
        if page is not None:
            return set(page.get("steps") or ())
        if read_at is None:
            return set()
        since = f"{_DATE}{read_at.date()}"
        return {since, *(name for name in files if name.startswith(_DATE) and name <= since)}

    def _read_at(self, files: Mapping[str, list[File]]) -> datetime | None:
        found = [
            datetime.fromisoformat(known["observed_at"])
            for file in files.get(WHOLE, ())
            if (known := self.known_boards.get(file.url, {})).get("observed_at")
        ]
        return max(found, default=None)

    # --- one file -------------------------------------------------------------------------------

    def _fetch(self, reading: Reading) -> Iterator[Any]:
        file = reading.files[0]
        if file.sha256 and self.known_boards.get(file.url, {}).get("digest") == _digest(file):
            yield self._observation(reading.board, file.url, "unchanged", digest=_digest(file))
            return
        path = self._path(reading.board.name, file)
        _forget_others(reading.board.name, path)
        is_settled = self.archive is not None
        wanted = Wanted(file.url, path, file.sha256, file.size, is_settled=is_settled)
        download = Download(wanted, partial(self._land, reading), meta=reading.meta)
        yield from download.begin()

    def _land(self, reading: Reading, fetched: Fetched) -> Iterator[Any]:
        """The rows of a file that was fetched, then what came of it."""
        board, file = reading.board, reading.files[0]
        said = partial(
            self._observation, board, file.url, status=fetched.status, digest=fetched.digest
        )
        if fetched.path is None:
            reading.reasons.append(f"{_name(file)}: {fetched.reason}")
            is_other = fetched.has_wrong_sum and file.is_sum_shared
            if (is_other or fetched.status in NO_SUCH_FILE) and reading.files[1:]:
                reading.files.pop(0)
                yield from self._fetch(reading)
                return
            yield said(fetched.state, "; ".join(reading.reasons))
            return
        if fetched.digest == self.known_boards.get(file.url, {}).get("digest"):
            yield said("unchanged", etag=fetched.etag, last_modified=fetched.last_modified)
            return
        landed = refused = 0
        trouble: tuple[BoardState, str] | None = None
        notes: list[str] = []
        try:
            for line in self.postings(rows_of(fetched.path), board):
                landed += isinstance(line, Posting)
                refused += isinstance(line, Refusal)
                yield line
        except _UNREADABLE as error:
            why = str(error) if isinstance(error, ShapeError) else explain(error)
            trouble = ("truncated" if landed else "failed", f"the file can't be read: {why}")
        rows = landed + refused
        if trouble is None and file.rows is not None and rows != file.rows:
            counts = f"the manifest says {file.rows} rows, and the file has {rows}"
            if file.sha256:
                notes.append(counts)  # it is the file that they meant, whatever they say of it
            else:
                trouble = ("truncated", counts)
        if trouble is None and not landed and (refused or self._is_listing(board.name)):
            trouble = ("failed", "the file holds no advert")
        if refused:
            notes.append(f"{refused} of {rows} rows refused")
        state, reason = trouble or ("ok", "")
        if state == "ok":
            self.known_boards[file.url] = {"digest": fetched.digest}
        yield said(
            state,
            encodable("; ".join(filter(None, (reason, *notes)))) or None,
            rows=landed,
            etag=fetched.etag,
            last_modified=fetched.last_modified,
        )
        if state == "ok" and reading.covers:
            yield reading.page()

    def _observation(
        self,
        board: Board,
        url: str,
        state: BoardState,
        reason: str | None = None,
        *,
        status: int | None = None,
        rows: int = 0,
        **more: str | None,
    ) -> BoardObservation:
        return BoardObservation(
            **board.envelope(),
            url=url,
            state=state,
            is_listing=self._is_listing(board.name),
            http_status=status,
            reason=reason,
            rows_seen=rows,
            payload_digest=more.get("digest"),
            etag=more.get("etag"),
            last_modified=more.get("last_modified"),
        )

    @staticmethod
    def _is_listing(name: str) -> bool:
        return not name.startswith(_DATE)

    # --- where files lie ------------------------------------------------------------------------

    def _path(self, name: str, file: File) -> Path:
        suffix = next((s for s in _SUFFIXES if urlsplit(file.url).path.endswith(s)), "")
        mark = f"-{file.sha256[:12]}" if file.sha256 else ""
        full = f"{_stem(name)}{mark}{suffix}"
        replay, record = self.settings["REPLAY_DIR"], self.settings["RECORD_DIR"]
        if replay and (Path(replay) / self.name / full).exists():
            return Path(replay) / self.name / full
        if record:
            return Path(record) / self.name / full
        if self._scratch is None:
            self._scratch = Path(tempfile.mkdtemp(prefix="jobhive-"))
        return self._scratch / full

    def _is_held(self, name: str, file: File) -> bool:
        """Whether a replay can give the file."""
        assert self.archive is not None
        kept = Path(self.settings["REPLAY_DIR"]) / self.name
        return self._path(name, file).parent == kept or bool(self.archive.entries(file.url))

    def closed(self, reason: str) -> None:  # noqa: ARG002 - what Scrapy calls it with
        """Leave no scratch folder behind."""
        if self._scratch is not None:
            shutil.rmtree(self._scratch, ignore_errors=True)


# --- the manifest -------------------------------------------------------------------------------


def files_of(manifest: Any) -> dict[str, list[File]]:
    """The files that a manifest names, by board, each in its forms with the best first.

    Args:
        manifest: The manifest's JSON.

    Raises:
        ShapeError: It names no files.
    """
    if not isinstance(manifest, dict):
        raise ShapeError("it is no object")
    entries: dict[str, Any] = {WHOLE: manifest.get("all")}
    for kind, key in (("ats", "by_ats"), ("date", "by_date")):
        named = manifest.get(key)
        for name, entry in named.items() if isinstance(named, dict) else ():
            if kind == "ats" or _DAY.fullmatch(str(name)):
                entries[f"{kind}/{name}"] = entry
    files = {name: found for name, entry in entries.items() if (found := _forms(entry))}
    if not files:
        raise ShapeError("it names no file")
    return files


def _forms(entry: Any) -> list[File]:
    """An entry's Parquet and CSV file, as far as it has them.

    The newer layout has sums of their own for Parquet, and the plain ones are the CSV's; in the
    older one the plain ones are of either.
    """
    if isinstance(entry, str):
        entry = {"parquet" if entry.endswith(".parquet") else "csv": entry}
    if not isinstance(entry, dict):
        return []
    addresses = {form: _address(entry.get(form)) for form in ("parquet", "csv")}
    own_sums = {
        form: form == "parquet"
        and any(entry.get(f"{form}_{key}") for key in ("sha256", "size_bytes"))
        for form in addresses
    }
    is_shared = all(addresses.values()) and not own_sums["parquet"]
    rows = _count(entry.get("rows"))
    found = []
    for form, url in addresses.items():
        if url is None:
            continue
        before = f"{form}_" if own_sums[form] else ""
        sha256 = entry.get(f"{before}sha256")
        found.append(
            File(
                url=url,
                sha256=str(sha256).lower().removeprefix("sha256:") if sha256 else None,
                # Of one of two forms, and nothing says which.
                size=None if is_shared else _count(entry.get(f"{before}size_bytes")),
                rows=rows,
                is_sum_shared=is_shared,
            )
        )
    return found


def _address(said: Any) -> str | None:
    """A file's address; it may be relative to the manifest, or a key in its bucket."""
    if not isinstance(said, str) or not said.strip():
        return None
    said = said.strip()
    folder = urlsplit(MANIFEST).path.rpartition("/")[0].lstrip("/") + "/"
    url = urljoin(MANIFEST, f"/{said}" if said.startswith(folder) else said)
    # Scrapy would also open local files.
    return url if urlsplit(url).scheme in ("http", "https") else None


def _count(said: Any) -> int | None:
    return said if isinstance(said, int) and not isinstance(said, bool) and said >= 0 else None


def _digest(file: File) -> str:
    return f"sha256:{file.sha256}"


def _stem(name: str) -> str:
    return re.sub(r"[^\w-]+", "-", name)


def _is_gap(covered: set[str], days: list[str]) -> bool:
    """Whether days are named no more that nothing covers."""
    if not covered or not days:
        return False
    newest, oldest = (date.fromisoformat(d.removeprefix(_DATE)) for d in (max(covered), days[0]))
    return oldest - newest > timedelta(days=1)


def _forget_others(board: str, path: Path) -> None:
    """Remove beginnings of versions of a file that are not served any more."""
    mark = re.compile(rf"{re.escape(_stem(board))}-[0-9a-f]{{12}}(?:\.\w+)*\.part")
    for old in path.parent.glob("*.part"):
        if mark.fullmatch(old.name) and old.name != f"{path.name}.part":
            old.unlink()
            old.with_suffix(".json").unlink(missing_ok=True)


def _name(file: File) -> str:
    return urlsplit(file.url).path.rpartition("/")[2]


# --- rows ---------------------------------------------------------------------------------------


def rows_of(path: Path) -> Iterator[dict[str, Any]]:
    """The rows of a file, a few at a time, with the columns that are read.

    A row of a CSV file that has more or fewer cells than the file has columns comes without them.

    Args:
        path: A Parquet file, or a CSV file, gzipped or not; told apart by how it begins.

    Raises:
        ShapeError: A column that is needed is missing.
        pyarrow.ArrowException, csv.Error, OSError, EOFError, zlib.error: The file is damaged.
    """
    with path.open("rb") as file:
        beginning = file.read(4)
    if beginning == b"PAR1":
        return _parquet_rows(path)
    return _csv_rows(path, gzip.open if beginning.startswith(b"\x1f\x8b") else open)


def _parquet_rows(path: Path) -> Iterator[dict[str, Any]]:
    # Buffered, a row group is read page by page; a file may be a single row group.
    with pq.ParquetFile(path, buffer_size=READ_BUFFER_BYTES, pre_buffer=False) as file:
        there = file.schema_arrow.names
        _check(there)
        columns = [name for name in COLUMNS if name in there]
        for batch in file.iter_batches(BATCH_ROWS, columns=columns, use_threads=False):
            yield from pa.RecordBatch.from_arrays(
                [_plain(column) for column in batch.columns], names=batch.schema.names
            ).to_pylist()


def _plain(column: pa.Array) -> pa.Array:
    if pa.types.is_dictionary(column.type):
        return column.dictionary_decode()
    if pa.types.is_timestamp(column.type):
        # Days of UTC; nanoseconds would need pandas, row by row.
        utc = column.cast(pa.timestamp("us", column.type.tz and "UTC"), safe=False)
        return utc.cast(pa.timestamp("us"), safe=False).cast(pa.date32(), safe=False)
    return column


def _csv_rows(path: Path, opened: Callable[..., Any]) -> Iterator[dict[str, Any]]:
    csv.field_size_limit(CELL_CHARS)
    with opened(path, "rt", encoding="utf-8-sig", errors="replace", newline="") as file:
        reader = csv.reader(file)
        there = next(reader, [])
        _check(there)
        columns = [(there.index(name), name) for name in COLUMNS if name in there]
        for cells in reader:
            if len(cells) == len(there):
                yield {name: cells[place] for place, name in columns}
            elif cells:
                yield {}


def _check(there: list[str]) -> None:
    missing = [name for name in REQUIRED if name not in there]
    if missing:
        raise ShapeError(f"column {missing[0]!r} is missing")


def read_row(row: dict[str, Any], board: Board) -> Posting | Refusal:
    """The landing line of a row; a refusal where it is no advert with a title and a text.

    Args:
        row: A row of a file, by column.
        board: The file.
    """
    try:
        return _build(row, board)
    except FAULTS as error:
        return Refusal(
            **board.envelope(),
            source_id=_identity(row),
            reason=encodable(explain(error)),
            sample=sample_of(row),
        )


def _build(row: dict[str, Any], board: Board) -> Posting:
    if not row:
        raise ShapeError("the row has more or fewer cells than the file has columns")
    get = {name: _text(value) for name, value in row.items()}.get
    for name in REQUIRED:
        if not get(name):
            raise ShapeError(f"{name}: the advert has none")
    platform = (get("ats_type") or "").lower()
    number = _number(row, platform)
    is_same = platform in SAME_IDS and number is not None
    region = get("region")
    country = get("country_iso")
    if region and region.lower() in CONTINENTS:
        region = None
    posted_on = _day(row.get("posted_at"))
    return Posting(
        **board.envelope(),
        source_id=_identity(row) or "",
        url=get("url") or get("apply_url"),
        company=get("company"),
        title=get("title"),
        body=get("description") or "",
        location=get("location"),
        address=Address(region=region, country=country) if region or country else None,
        is_remote=_flag(row.get("is_remote")),
        department=get("department"),
        team=get("team"),
        employment_type=get("employment_type") or get("commitment"),
        posted_on=posted_on,
        posted_basis="stated" if posted_on else None,
        pay_text=get("salary_summary"),
        pay_components=_pay(row, get),
        requisition_id=get("requisition_id"),
        expires_on=_day(row.get("application_deadline")),
        origin_source=platform if is_same else None,
        origin_id=number if is_same else None,
    )


def _identity(row: dict[str, Any]) -> str | None:
    """The data set's id of an advert.

    Where the platform gives it none, the data set draws one anew each time: then the address.
    """
    given = _text(row.get("global_id"))
    number = _text(row.get("ats_id"))
    if given and (number or not _RANDOM_ID.fullmatch(given)):
        return given
    platform = _text(row.get("ats_type"))
    if platform and number:
        return f"{platform}:{number}"
    return _text(row.get("url")) or given


def _number(row: dict[str, Any], platform: str) -> str | None:
    """The platform's id of an advert: as in the global id, where a number is not yet a float."""
    before, _, after = (_text(row.get("global_id")) or "").partition(":")
    return after if after and before.lower() == platform else _text(row.get("ats_id"))


def _pay(row: dict[str, Any], get: Callable[[str], str | None]) -> tuple[PayComponent, ...]:
    """The data set's own reading of the pay: mostly its parser's, so an estimate."""
    low, high = _amount(row.get("salary_min")), _amount(row.get("salary_max"))
    if not low and not high:
        return ()
    return (
        PayComponent(
            type="Salary",
            min=low,
            max=high,
            currency=get("salary_currency"),
            interval=get("salary_period"),
            is_estimated=True,
        ),
    )


def _text(value: Any) -> str | None:
    if type(value) is str:  # nearly always
        return value.strip() or None
    if value is None or value != value:  # NaN
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip() or None


def _amount(value: Any) -> int | float | None:
    try:
        amount = float(value)
    except (TypeError, ValueError):
        return None
    if not math.isfinite(amount):
        return None
    return int(amount) if amount.is_integer() else amount


def _flag(value: Any) -> bool | None:
    said = (_text(value) or "").lower()
    if said in ("true", "1", "1.0", "yes"):
        return True
    return False if said in ("false", "0", "0.0", "no") else None


def _day(value: Any) -> date | None:
    """A day; what is none says nothing, and the advert stays."""
    if isinstance(value, datetime):
        return day(value.isoformat())
    if isinstance(value, date):
        return value
    try:
        return day(_text(value))
    except ValueError:
        return None
