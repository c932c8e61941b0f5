"""Adverts whose texts were deleted on request, and what is left of a landing line of theirs.

Belongs here: recognising such an advert when it is seen again, and emptying its line. Does not
belong here: rewriting files (`scrapers.scrub`), or how a request is kept (`warehouse.forget`).
Imports nothing of Scrapy, so that the warehouse can share it.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any, NamedTuple

from scrapers.landing import Line, Page, Posting, Refusal

MARK = "[deleted]"
"""What stands where a text was."""
PSEUDONYM = "forgotten:"
"""What the names begin with that stand for employers who were forgotten."""

_HASH_BYTES = 16


class Version(NamedTuple):
    """One version of an advert whose text was deleted."""

    source: str
    board: str
    source_id: str
    from_on: date | None
    """Day from which the advert was shown so; None where it is not known."""
    content_hash: str
    company: str | None
    """What the employer is called from now on; None where it was not to be forgotten."""


class Forgotten:
    """What must not come back, and what stands in its place."""

    def __init__(
        self,
        versions: Iterable[Version] = (),
        pseudonym_of: Callable[[str], str | None] = lambda _: None,
    ) -> None:
        """Take the list.

        Args:
            versions: All versions whose texts were deleted.
            pseudonym_of: From an employer's name to what it is called from now on; None where the
                employer was not forgotten.
        """
        self._versions: defaultdict[tuple[str, str], list[Version]] = defaultdict(list)
        for version in versions:
            self._versions[version.source, version.source_id].append(version)
        self._ids = {source_id for _, source_id in self._versions}
        self._pseudonym_of = pseudonym_of

    def __bool__(self) -> bool:
        return bool(self._versions)

    def ids(self) -> dict[str, set[str]]:
        """By source, the ids of the adverts."""
        found: dict[str, set[str]] = {}
        for source, source_id in self._versions:
            found.setdefault(source, set()).add(source_id)
        return found

    def knows(self, source: str, source_id: str) -> bool:
        """Whether an advert of that id was forgotten, on whatever board of the source."""
        return (source, source_id) in self._versions

    def names_id(self, source_id: str) -> bool:
        """Whether an advert of that id was forgotten, of whatever source."""
        return source_id in self._ids

    def names_company(self, name: str) -> bool:
        """Whether the employer of that name was forgotten."""
        return self._pseudonym_of(name) is not None

    def of(self, line: Line) -> Line:
        """A landing line without what was forgotten.

        An advert that was forgotten stands in the version that was known for that day; one that is
        new, of an employer that was forgotten, as an excerpt of which nothing is known.

        Args:
            line: Any landing line.

        Returns:
            The line itself where nothing of it was forgotten.
        """
        if isinstance(line, Page):
            return self._page(line)
        if not isinstance(line, Posting | Refusal) or not line.source_id:
            return line
        if isinstance(line, Posting) and line.forgotten:
            return line
        version = self._version(line)
        if version is not None:
            return _emptied(line, version.content_hash, version.company)
        if isinstance(line, Posting) and line.company:
            pseudonym = self._pseudonym_of(line.company)
            if pseudonym is not None:
                return _emptied(line, _hash_of(line), pseudonym, is_excerpt=True)
        return line

    def _version(self, line: Posting | Refusal) -> Version | None:
        if isinstance(line, Refusal) and line.stage != "parse":
            return None
        known = [
            version
            for version in self._versions.get((line.source, line.source_id or ""), ())
            if version.board == line.board
        ]
        dated = [(version.from_on, version) for version in known if version.from_on is not None]
        day = line.observed_at.date()
        before = [pair for pair in dated if pair[0] <= day]
        if before:
            return max(before, key=lambda pair: pair[0])[1]
        if dated:
            return min(dated, key=lambda pair: pair[0])[1]
        return known[0] if known else None

    def _page(self, page: Page) -> Page:
        steps = tuple(self._step(page.source, step) for step in page.steps)
        return page if steps == page.steps else page.model_copy(update={"steps": steps})

    def _step(self, source: str, text: str) -> str:
        step: dict[str, Any] = json.loads(text)
        if step.get("extra") and self.knows(source, str(step.get("source_id"))):
            step["extra"] = []
            return json.dumps(step)
        return text


def _emptied(
    line: Posting | Refusal, content_hash: str, company: str | None, *, is_excerpt: bool = False
) -> Posting:
    envelope = {"source": line.source, "board": line.board, "observed_at": line.observed_at}
    if isinstance(line, Refusal):
        # What was refused is the emptied row of a capture; its version is known.
        return Posting(**envelope, source_id=line.source_id, body=MARK, forgotten=content_hash)
    said = company or MARK
    return Posting(
        **envelope,
        source_id=line.source_id,
        company=said if line.company else None,
        title=MARK if line.title else None,
        body=MARK if line.body.strip() or not line.title else "",
        is_excerpt=line.is_excerpt or is_excerpt,
        is_remote=line.is_remote,
        posted_on=line.posted_on,
        posted_basis=line.posted_basis,
        requisition_id=line.requisition_id,
        expires_on=line.expires_on,
        origin_source=line.origin_source,
        origin_id=line.origin_id,
        forgotten=content_hash,
    )


def _hash_of(line: Posting) -> str:
    """One version per advert, whatever its text is: not even a fingerprint of it is kept."""
    said = json.dumps([PSEUDONYM, line.source, line.board, line.source_id])
    return hashlib.blake2b(said.encode(), digest_size=_HASH_BYTES).hexdigest()
