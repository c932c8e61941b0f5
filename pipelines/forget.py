"""Deletes the texts of adverts on request, everywhere below DATA, and keeps them deleted.

Belongs here: the order of the steps, which files are looked through, and what a run does about
texts that come back. Does not belong here: rewriting a file (`scrapers.scrub`) or the warehouse
(`warehouse.forget`).

The tombstone is written first. Whatever breaks off after it is carried through when the command is
given again, and by every run.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, NamedTuple

import duckdb

from pipelines.observe import SOURCES, SPIDERS
from pipelines.settings import Plan, take_folder
from scrapers.archive import OPEN_SUFFIX, STAMP, WARC_SUFFIXES, DamagedArchiveError, finish_open
from scrapers.forgotten import Forgotten, Version
from scrapers.personal import read_key
from scrapers.scrub import Scrubbed, scrub_landing, scrub_lines, scrub_table, scrub_warc
from scrapers.tables import TableError
from warehouse import database
from warehouse import forget as deleting
from warehouse.facts import normalise_pending
from warehouse.forget import Tombstone
from warehouse.normalise.employer import company_key
from warehouse.publish.swap import RUN

CHECKED = "checked.json"
"""Below `forgotten/`: files that hold nothing of what was forgotten, with size and time."""
SHOWN_IDS = 3
"""Ids that are shown to one who asks for an unknown one."""

Value = Sequence[str] | str | date
Tell = Callable[[str], None]
Progress = Callable[[int, int, str], None]


class ForgetError(RuntimeError):
    """Texts that could not be deleted, or not all; the message says which and what to do."""


class UnknownAdvertError(ForgetError):
    """No advert is what was asked to be forgotten."""


class Found(NamedTuple):
    """What a request is about, or what was done about it."""

    n_adverts: int = 0
    n_versions: int = 0
    n_landing_lines: int = 0
    landing_files: tuple[str, ...] = ()
    n_captures: int = 0
    n_dropped: int = 0
    """Of the captures, answers of which nothing is left."""
    capture_files: tuple[str, ...] = ()
    publications: tuple[str, ...] = ()
    """Publications that hold the texts, the current one among them."""
    damaged: tuple[str, ...] = ()
    """Files that could not be looked through, and why."""


def forget(
    data: Path,
    scope: deleting.Scope,
    value: Value,
    *,
    reason: str = "",
    is_trial: bool = False,
    tell: Tell = lambda _: None,
    progress: Progress = lambda *_: None,
) -> Found:
    """Delete the texts of adverts in landing files, captures and the working warehouse.

    Publications are left to a run, which makes the current one anew, and `drop_publications`.

    Args:
        data: The DATA folder.
        scope: What is asked.
        value: Ids of adverts, the name of an employer, or the day before which adverts were last
            seen.
        reason: Why; it is published.
        is_trial: Only say what would be done.
        tell: Told of each step.
        progress: Told how many files were looked through, of how many, and the name of the next.

    Returns:
        What was deleted, or would be; nothing where it was before.

    Raises:
        UnknownAdvertError: There is no such advert or employer.
        ForgetError: A file can't be looked through; all others were.
        pipelines.settings.FolderError: A run has the DATA folder.
        OSError: A file can't be written; the same request again goes on.
    """
    if not (data / database.FILE).exists():
        raise UnknownAdvertError(
            f"{data} holds no warehouse, so there is nothing to forget in it; "
            "give the folder with --data"
        )
    lock = take_folder(Plan(mode="kept", data=data))
    try:
        key = read_key(data)
        if not is_trial:
            _carry_through(data, tell, progress)
        with database.open_working(data) as con:
            chosen = deleting.choose(con, scope, value, key)
            if not chosen.n_known and not _was_asked(data, scope, value, key):
                raise UnknownAdvertError(_unknown(con, scope, value))
            if is_trial:
                return _trial(con, data, chosen, progress)
            is_new = bool(chosen.n_versions) or (
                scope == "company" and not _was_asked(data, scope, value, key)
            )
            if is_new:
                _read_pending(con)
                # Facts that were pending may be of the same employer.
                chosen = deleting.choose(con, scope, value, key)
                tell("noting what is forgotten")
                _write_tombstone(con, data, scope, value, reason, key)
        return _carry_through(data, tell, progress)._replace(
            n_adverts=chosen.n_adverts, n_versions=chosen.n_versions
        )
    finally:
        lock.close()


def _write_tombstone(
    con: duckdb.DuckDBPyConnection,
    data: Path,
    scope: deleting.Scope,
    value: Value,
    reason: str,
    key: bytes,
) -> None:
    now = datetime.now(UTC)
    [(adverts, versions)] = con.execute(
        "SELECT count(DISTINCT posting_id), count(*) FROM forgetting"
    ).fetchall()
    tombstone = Tombstone(
        request=now.strftime(STAMP),
        forgotten_on=now.date(),
        scope=scope,
        subject=deleting.subject_of(scope, value, key),
        reason=reason,
        n_adverts=adverts,
        n_versions=versions,
    )
    deleting.write_tombstone(con, data, tombstone, key)


def _read_pending(con: duckdb.DuckDBPyConnection) -> None:
    """What was not read out of a text before it goes can never be read out of it."""
    [(unread,)] = con.execute(
        "SELECT count(*) FROM forgetting ANTI JOIN core.facts USING (content_hash) "
        "WHERE content_hash IN (SELECT content_hash FROM raw.observations)"
    ).fetchall()
    if unread:
        normalise_pending(con)


def _was_asked(data: Path, scope: deleting.Scope, value: Value, key: bytes) -> bool:
    subject = deleting.subject_of(scope, value, key)
    return any((t.scope, t.subject) == (scope, subject) for t in deleting.tombstones(data))


def _unknown(con: duckdb.DuckDBPyConnection, scope: deleting.Scope, value: Value) -> str:
    if scope == "before":
        return f"no advert was last seen before {value}"
    if scope == "company":
        return (
            f"no advert is of an employer {value!r} (normalised: {company_key(str(value))}); "
            'hiring-signal sql "SELECT DISTINCT company, company_id FROM out.postings '
            "WHERE company ILIKE '%…%'\" finds the names"
        )
    some = con.execute(
        "SELECT DISTINCT source || ':' || board || ':' || source_id FROM raw.bodies "
        "ORDER BY ALL LIMIT $1",
        [SHOWN_IDS],
    ).fetchall()
    return (
        f"no advert has the id {', '.join(value) if not isinstance(value, str | date) else value}; "
        f"ids are like {', '.join(posting_id for (posting_id,) in some)}; hiring-signal sql "
        "\"SELECT posting_id, title FROM out.postings WHERE url = '…'\" finds them"
    )


def _trial(
    con: duckdb.DuckDBPyConnection, data: Path, chosen: deleting.Chosen, progress: Progress
) -> Found:
    rows = con.execute(
        "SELECT source, board, source_id, NULL, content_hash, company FROM forgetting"
    ).fetchall()
    forgotten = Forgotten(map(Version._make, rows))
    found = _scrub_files(data, forgotten, is_trial=True, progress=progress)
    return found._replace(
        n_adverts=chosen.n_adverts,
        n_versions=chosen.n_versions,
        publications=_publications(data) if chosen.n_versions else (),
    )


# --- carrying through ----------------------------------------------------------------------------


def _carry_through(
    data: Path, tell: Tell = lambda _: None, progress: Progress = lambda *_: None
) -> Found:
    """Carry all requests through that are not done.

    Raises:
        ForgetError: A file can't be looked through; all others were, and the request stays open.
    """
    pending = [t for t in deleting.tombstones(data) if not t.is_done]
    if not pending:
        return Found()
    (data / deleting.FOLDER / CHECKED).unlink(missing_ok=True)
    with database.open_working(data) as con:
        deleting.recall(con, data)
        forgotten = _forgotten(con, data)
        tell("looking through landing files and captures")
        boards = deleting.forgotten_boards(con)
        found = _scrub_files(data, forgotten, boards, progress=progress)
        _note_landings(con, data, found.landing_files)
        tell("emptying the warehouse")
        deleting.empty_tables(con, data)
    tell("writing the warehouse anew")
    deleting.compact(data / database.FILE)
    for path in data.glob(f"{database.FILE}.*"):
        path.unlink()  # what is left of a copy that broke off
    if found.damaged:
        raise ForgetError("not all could be looked through:\n" + "\n".join(found.damaged))
    last = pending[-1].request
    for tombstone in pending:
        figures = (found.n_landing_lines, found.n_captures) if tombstone.request == last else (0, 0)
        deleting.note_done(data, tombstone.request, *figures)
    with database.open_working(data) as con:
        deleting.recall(con, data)
    return found


def _forgotten(con: duckdb.DuckDBPyConnection, data: Path) -> Forgotten:
    employers = deleting.forgotten_employers(data, read_key(data))
    return deleting.known_forgotten(con, employers)


def _scrub_files(
    data: Path,
    forgotten: Forgotten,
    boards: Collection[tuple[str, str]] = (),
    *,
    is_trial: bool = False,
    is_new_only: bool = False,
    progress: Progress = lambda *_: None,
) -> Found:
    checked = _checked(data) if is_new_only else {}
    ids = forgotten.ids()
    lines = 0
    landing_files: list[str] = []
    damaged: list[str] = []
    landing = data / "landing"
    if not is_trial:
        for ending in ("known", "partial", "answers"):
            for left in landing.rglob(f"*.{ending}"):
                left.unlink()  # of a spider that was killed; they are made anew
        for path in (data / "captures").rglob(f"*{OPEN_SUFFIX}"):
            finish_open(path)
    landed, captured = sorted(landing.glob("*/*.jsonl")), [*_captures(data)]
    in_all = len(landed) + len(captured)
    for number, path in enumerate(landed):
        progress(number, in_all, _name(data, path))
        if checked.get(_name(data, path)) == _state(path):
            continue
        emptied, more = scrub_landing(path, forgotten, is_trial=is_trial)
        lines += emptied
        for source, some in more.items():
            ids.setdefault(source, set()).update(some)
        if emptied:
            landing_files.append(path.relative_to(landing).as_posix())
    captures = dropped = 0
    capture_files: list[str] = []
    for number, path in enumerate(captured, len(landed)):
        progress(number, in_all, _name(data, path))
        if checked.get(_name(data, path)) == _state(path):
            continue
        try:
            done = _scrub_capture(data, path, ids, boards, is_trial=is_trial)
        except (DamagedArchiveError, TableError) as error:
            damaged.append(str(error))
            continue
        captures += done.emptied
        dropped += done.dropped
        if done.emptied:
            capture_files.append(_name(data, path))
    if not is_trial and not damaged:
        files = [*landing.glob("*/*.jsonl"), *_captures(data)]
        (data / deleting.FOLDER).mkdir(exist_ok=True)
        deleting.write_json(
            data / deleting.FOLDER / CHECKED, {_name(data, path): _state(path) for path in files}
        )
    return Found(
        n_landing_lines=lines,
        landing_files=tuple(landing_files),
        n_captures=captures,
        n_dropped=dropped,
        capture_files=tuple(capture_files),
        damaged=tuple(damaged),
    )


def _captures(data: Path) -> Iterator[Path]:
    yield from sorted(path for path in (data / "captures").rglob("*") if path.is_file())


def _scrub_capture(
    data: Path,
    path: Path,
    ids: dict[str, set[str]],
    boards: Collection[tuple[str, str]],
    *,
    is_trial: bool,
) -> Scrubbed:
    if path.name.endswith(WARC_SUFFIXES):
        of = _source_of(path)

        def is_whole(url: str) -> bool:
            return of is not None and (of, SPIDERS[of].board_of(url)) in boards

        return scrub_warc(path, ids, of, is_whole, is_trial=is_trial)
    source = path.parent.name
    noted = data / "landing" / source / f"{path.name.partition('.')[0]}.import.json"
    if noted.exists():
        mapping = json.loads(noted.read_text(encoding="utf-8"))["import"]["mapping"]
        return scrub_table(path, mapping, ids.get(source, ()), is_trial=is_trial)
    if path.suffix == ".jsonl":
        return scrub_lines(path, ids, is_trial=is_trial)
    return Scrubbed(0)


def _source_of(path: Path) -> str | None:
    """The source whose answers a WARC file holds, as spiders name their files."""
    stem = path.name.partition(".")[0]
    fitting = [name for name in SOURCES if stem == name or stem.startswith(f"{name}-")]
    return max(fitting, key=len, default=None)


def _name(data: Path, path: Path) -> str:
    return path.relative_to(data).as_posix()


def _state(path: Path) -> list[int]:
    status = path.stat()
    return [status.st_size, status.st_mtime_ns]


def _checked(data: Path) -> dict[str, Any]:
    try:
        found = json.loads((data / deleting.FOLDER / CHECKED).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _note_landings(con: duckdb.DuckDBPyConnection, data: Path, names: Sequence[str]) -> None:
    """Files that were loaded stay loaded, under the digest that they have now."""
    for name in names:
        with (data / "landing" / name).open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        con.execute("UPDATE raw.landings SET digest = $2 WHERE file = $1", [name, digest])


# --- publications --------------------------------------------------------------------------------


def _publications(data: Path) -> tuple[str, ...]:
    return tuple(sorted(path.name for path in (data / "publications").glob("[0-9]*-*")))


def is_published_without(data: Path) -> bool:
    """Whether what readers see, if anything, was published after the newest request."""
    published = data / "published"
    return not published.exists() or _knows_all(published, len(deleting.tombstones(data)))


def drop_publications(data: Path) -> tuple[str, ...]:
    """Remove publications that hold texts which are forgotten; the current one stays.

    They are never changed, so all go that were published before the newest request.

    Args:
        data: The DATA folder.

    Returns:
        Which were removed.
    """
    requests = len(deleting.tombstones(data))
    link = data / "published"
    current = link.resolve().name if link.is_symlink() else None
    folder = data / "publications"
    gone = tuple(
        name
        for name in _publications(data)
        if name != current and not _knows_all(folder / name, requests)
    )
    for name in gone:
        shutil.rmtree(folder / name)
    return gone


def _knows_all(publication: Path, requests: int) -> bool:
    try:
        said = json.loads((publication / RUN).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return not requests
    return bool((said.get("forgotten") or {}).get("requests", 0) >= requests)


# --- what a run does -----------------------------------------------------------------------------


def keep_forgotten(con: duckdb.DuckDBPyConnection, data: Path) -> None:
    """Before landing files are loaded: what was forgotten is taken out of those that are new.

    Args:
        con: The working warehouse.
        data: The DATA folder, held by the run.

    Raises:
        ForgetError: A file can't be looked through.
    """
    if not deleting.tombstones(data):
        return
    deleting.recall(con, data)
    found = _scrub_files(
        data, _forgotten(con, data), deleting.forgotten_boards(con), is_new_only=True
    )
    if found.damaged:
        raise ForgetError("not all could be looked through:\n" + "\n".join(found.damaged))


def forgotten_employers_are_back(con: duckdb.DuckDBPyConnection, data: Path) -> bool:
    """Whether texts name an employer that was forgotten, or a request was not carried through.

    Where only the text names the employer, that shows when it was read.

    Args:
        con: The working warehouse.
        data: The DATA folder.
    """
    if any(not tombstone.is_done for tombstone in deleting.tombstones(data)):
        return True
    pseudonym_of = deleting.forgotten_employers(data, read_key(data))
    if pseudonym_of is None:
        return False
    return bool(_employers_back(con, pseudonym_of))


def _employers_back(
    con: duckdb.DuckDBPyConnection, pseudonym_of: Callable[[str], str | None]
) -> list[str]:
    names = con.execute(
        "SELECT DISTINCT company_id FROM core.facts WHERE company_id IS NOT NULL"
    ).fetchall()
    return [name for (name,) in names if pseudonym_of(name) is not None]


def forget_again(data: Path) -> None:
    """Delete texts of forgotten employers that a run has brought, and carry open requests through.

    Args:
        data: The DATA folder, held by the run; its warehouse is not open.

    Raises:
        ForgetError: A file can't be looked through.
    """
    key = read_key(data)
    pseudonym_of = deleting.forgotten_employers(data, key)
    with database.open_working(data) as con:
        for employer in _employers_back(con, pseudonym_of) if pseudonym_of else ():
            deleting.choose(con, "company", employer, key)
            _write_tombstone(con, data, "company", employer, "seen again", key)
    _carry_through(data)
