"""What spiders of large files share: where a file is kept, and what came of it.

Belongs here: from a file that was fetched to its landing lines and its observation. Does not belong
here: fetching it (`scrapers.download`), or which files there are and what they hold (one module per
source).

Such a file is no response in a WARC file: it lies beside them, in a folder named after its source.
"""

from __future__ import annotations

import csv
import re
import shutil
import tempfile
import zlib
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa

from scrapers.download import Fetched, forget
from scrapers.landing import BoardObservation, BoardState, Line, Refusal, encodable
from scrapers.spiders.base import (
    FAULTS,
    Board,
    BoardSpider,
    ShapeError,
    TruncatedError,
    explain,
)

UNREADABLE = (*FAULTS, pa.ArrowException, EOFError, csv.Error, zlib.error)
"""What reading a damaged file can raise."""


class FileSpider(BoardSpider):
    """Reads files that are too large for a response; a board is a file."""

    takes_boards = False

    def __init__(self, boards: str | None = None, **kwargs: Any) -> None:
        super().__init__(boards, **kwargs)
        self._scratch: Path | None = None

    def lines_of(self, path: Path, board: Board) -> Iterator[Line]:
        """The landing lines of a file, with flat memory.

        Args:
            path: Where it lies.
            board: Which one it is.

        Raises:
            ShapeError: It is another file than the source has.
            TruncatedError: Rows are missing from it; those before it are kept.
        """
        raise NotImplementedError

    def shows_all(self, board: Board) -> bool:  # noqa: ARG002
        """Whether a file shows all that is open."""
        return self.is_listing

    def place_of(self, name: str) -> Path:
        """Where a file lies, or shall lie.

        Args:
            name: Its name, without a folder.

        Returns:
            A path beside what is replayed, if it is there; else beside what is recorded; in a
            folder for this crawl alone where nothing is.
        """
        kept, record = self.kept(name), self.settings["RECORD_DIR"]
        if kept is not None:
            return kept
        if record:
            return Path(record) / self.name / name
        if self._scratch is None:
            self._scratch = Path(tempfile.mkdtemp(prefix=f"{self.name}-"))
        return self._scratch / name

    def kept(self, name: str) -> Path | None:
        """A file that lies beside the archive of a replay; None where there is none."""
        replay = self.settings["REPLAY_DIR"]
        path = Path(replay) / self.name / name if replay else None
        return path if path is not None and path.exists() else None

    def closed(self, reason: str) -> None:  # noqa: ARG002 - what Scrapy calls it with
        """Leave no scratch folder behind."""
        if self._scratch is not None:
            shutil.rmtree(self._scratch, ignore_errors=True)

    def land(
        self,
        board: Board,
        url: str,
        fetched: Fetched,
        *,
        rows_said: int | None = None,
        is_proven: bool = False,
        may_be_empty: bool = False,
    ) -> Generator[Line, None, BoardState]:
        """Yield the rows of a file that was asked for, then what came of it.

        Args:
            board: Which file it is.
            url: Its address.
            fetched: What came of fetching it.
            rows_said: Rows that whoever named it says it has.
            is_proven: Whether a checksum proves that it is the file that is meant.
            may_be_empty: Whether it is a whole file without rows, too.

        Returns:
            The state of the observation.
        """
        if fetched.path is not None and self._is_known(url, fetched):
            fetched = fetched._replace(state="unchanged", path=None)
        if fetched.path is None:
            yield self.said(board, url, fetched)
            return fetched.state
        landed = refused = 0
        trouble: tuple[BoardState, str] | None = None
        notes: list[str] = []
        try:
            for line in self.lines_of(fetched.path, board):
                is_refused = isinstance(line, Refusal)
                refused += is_refused
                landed += not is_refused
                yield line
        except TruncatedError as error:
            trouble = ("truncated", str(error))
        except UNREADABLE as error:
            why = str(error) if isinstance(error, ShapeError) else explain(error)
            trouble = ("truncated" if landed else "failed", f"the file can't be read: {why}")
        rows = landed + refused
        if trouble is None and rows_said not in (None, rows):
            counts = f"the manifest says {rows_said} rows, and the file has {rows}"
            if is_proven:
                notes.append(counts)  # it is the file that they meant, whatever they say of it
            else:
                trouble = ("truncated", counts)
        if trouble is None and not landed and (refused or not may_be_empty):
            trouble = ("failed", "the file holds no row that can be read")
        if refused:
            notes.append(f"{refused} of {rows} rows refused")
        state, reason = trouble or ("ok", "")
        if state == "ok":
            self.known_boards[url] = {"digest": fetched.digest}
        elif self.archive is None and not is_proven:
            # Nothing says whether the server's file is damaged or ours: it is fetched anew.
            forget(fetched.path)
        reasons = encodable("; ".join(filter(None, (reason, *notes)))) or None
        yield self.said(board, url, fetched._replace(state=state, reason=reasons), landed)
        return state

    def _is_known(self, url: str, fetched: Fetched) -> bool:
        return fetched.digest == self.known_boards.get(url, {}).get("digest")

    def said(self, board: Board, url: str, fetched: Fetched, rows: int = 0) -> BoardObservation:
        """The observation of a file.

        Args:
            board: Which file it is.
            url: What was asked last.
            fetched: What came of it.
            rows: Rows that were landed.
        """
        return BoardObservation(
            **board.envelope(),
            url=url,
            state=fetched.state,
            is_listing=self.shows_all(board),
            http_status=fetched.status,
            reason=fetched.reason,
            rows_seen=rows,
            payload_digest=fetched.digest,
            etag=fetched.etag,
            last_modified=fetched.last_modified,
        )


def stem_of(board: str) -> str:
    """The name of a board as part of a file's name."""
    return re.sub(r"[^\w-]+", "-", board)
