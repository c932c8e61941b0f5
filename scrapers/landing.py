"""The landing contract: the one typed shape of what spiders yield and the warehouse loads.

Belongs here: the kinds of landing line and how a line is read. Does not belong here: how a
platform's payload becomes such lines (`scrapers.spiders`), or what becomes of them
(`warehouse.load`). Imports nothing of Scrapy, so that the warehouse can share it.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal, NamedTuple, Self

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, field_validator, model_validator

BoardState = Literal["ok", "unchanged", "unknown", "failed", "truncated", "suspect", "forbidden"]
"""What became of one request for a board; only `ok` and `unchanged` are complete observations."""

SAMPLE_CHARS = 200
"""Length that a sample of a refused row is cut to."""

Count = Annotated[int, Field(ge=0, le=2**31 - 1)]
"""What the warehouse keeps in an INTEGER."""
BigCount = Annotated[int, Field(ge=0, le=2**63 - 1)]
"""What the warehouse keeps in a BIGINT."""


class _Line(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    source: str = Field(min_length=1)
    board: str = Field(min_length=1)
    observed_at: datetime

    @field_validator("observed_at")
    @classmethod
    def _must_be_utc(cls, value: datetime) -> datetime:
        if value.utcoffset() is None or value.utcoffset():
            raise ValueError("must be an instant in UTC")
        return value


class PayComponent(BaseModel):
    """One component of a board's own structured pay, as served."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    type: str | None = None
    min: float | int | str | None = None
    max: float | int | str | None = None
    currency: str | None = None
    interval: str | None = None
    zone: str | None = None
    is_estimated: bool = False
    """Somebody's guess (a board's prediction, a data set's own parser), not the employer's word."""


class Address(BaseModel):
    """A structured address, in the terms of schema.org's PostalAddress."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    locality: str | None = None
    region: str | None = None
    country: str | None = None


class Posting(_Line):
    """One advert as its source shows it; nothing in it is interpreted."""

    kind: Literal["posting"] = "posting"
    source_id: str = Field(min_length=1)
    url: str | None = None
    company: str | None = None
    title: str | None = None
    body: str = ""
    """The text of the advert, HTML or plain, all sections in reading order."""
    is_excerpt: bool = False
    """Whether the source gives a part of the text only, or none: what the text does not name, the
    advert may well name."""
    location: str | None = None
    secondary_locations: tuple[str, ...] = ()
    address: Address | None = None
    is_remote: bool | None = None
    workplace: str | None = None
    department: str | None = None
    team: str | None = None
    employment_type: str | None = None
    posted_on: date | None = None
    posted_basis: Literal["stated", "relative", "inferred"] | None = None
    pay_text: str | None = None
    pay_components: tuple[PayComponent, ...] = ()
    estimated_pay_text: str | None = None
    """Pay that somebody guessed, in words."""
    requisition_id: str | None = None
    poster: str | None = None
    """Who posted it: the name inside the spider, a keyed hash of it from there on."""
    expires_on: date | None = None
    origin_source: str | None = None
    """Where an advert that is passed on comes from: the source of the employer's own board."""
    origin_id: str | None = None
    """Its id there; with `origin_source` the same advert is recognised on both."""
    forgotten: str | None = None
    """Version whose text stood here until it was deleted on request (`scrapers.forgotten`)."""

    @field_validator("company", "title", "location", "department", "team", mode="after")
    @classmethod
    def _blank_is_none(cls, value: str | None) -> str | None:
        return value.strip() or None if value else None

    @model_validator(mode="after")
    def _must_say_something(self) -> Self:
        if not self.title and not self.body.strip():
            raise ValueError("the advert has neither a title nor a text")
        return self


class Seen(_Line):
    """An advert that is still there, in the version that was read before."""

    kind: Literal["seen"] = "seen"
    source_id: str = Field(min_length=1)


class Page(_Line):
    """One answer of a board that takes several: what to know of it the next time."""

    kind: Literal["page"] = "page"
    url: str
    http_status: Count
    payload_digest: str
    etag: str | None = None
    last_modified: str | None = None
    source_ids: tuple[str, ...] = ()
    """Adverts that it showed."""
    steps: tuple[str, ...] = ()
    """What it said to ask next, as the spider wrote it."""


class Paper(_Line):
    """One paper, whether or not a repository of it is known."""

    kind: Literal["paper"] = "paper"
    paper_url: str = Field(min_length=1)
    title: str | None = None
    arxiv_id: str | None = None
    published_on: date | None = None
    tasks: tuple[str, ...] = ()
    repo_url: str | None = None


class PaperLink(_Line):
    """One link of a paper to a code repository; `board` is the file it came in."""

    kind: Literal["paper_link"] = "paper_link"
    paper_url: str = Field(min_length=1)
    title: str | None = None
    arxiv_id: str | None = None
    published_on: date | None = None
    repo_url: str | None = None
    is_official: bool | None = None
    framework: str = Field(min_length=1)
    basis: Literal["label", "dependencies"] | None = None
    """Whether the source says which framework it is, or we read it in the repository's files."""


class Model(_Line):
    """One model of a model hub, as a ranking of the hub shows it; `board` is the ranking."""

    kind: Literal["model"] = "model"
    model_id: str = Field(min_length=1)
    library: str | None = None
    tags: tuple[str, ...] = ()
    downloads: BigCount | None = None
    likes: BigCount | None = None
    created_on: date | None = None
    rank: BigCount


class SeriesPoint(_Line):
    """One value of an outside series; `board` is the file it came in."""

    kind: Literal["series"] = "series"
    series: str = Field(min_length=1)
    period_start: date
    value: float
    unit: str


class BoardObservation(_Line):
    """What came of asking one board (or thread, feed, file), yielded after its rows."""

    kind: Literal["board"] = "board"
    state: BoardState
    is_listing: bool = True
    """Whether it shows all that is open, so that what is absent has closed."""
    url: str
    http_status: Count | None = None
    reason: str | None = None
    rows_seen: Count = 0
    payload_digest: str | None = None
    etag: str | None = None
    last_modified: str | None = None


class Refusal(_Line):
    """A row of a payload that does not fit its shape."""

    kind: Literal["refusal"] = "refusal"
    source_id: str | None = None
    stage: Literal["parse", "load", "normalise"] = "parse"
    reason: str
    sample: str = ""


Row = Posting | Seen | Paper | PaperLink | Model | SeriesPoint
"""What a payload holds."""
Line = Annotated[Row | Page | BoardObservation | Refusal, Field(discriminator="kind")]
_LINE: TypeAdapter[Line] = TypeAdapter(Line)


class Batch(NamedTuple):
    """Landing lines that travel together."""

    lines: list[Line]
    text: bytes = b""
    """More of them, as they are written."""


def read_line(line: bytes | str) -> Line:
    """Read one landing line.

    Args:
        line: One JSON object of a landing file.

    Returns:
        The posting, paper link, board observation or refusal that it holds.

    Raises:
        pydantic.ValidationError: The line does not fit the contract.
    """
    return _LINE.validate_json(line)


def sample_of(row: Any) -> str:
    """The names of a row's fields, for a refusal: enough to recognise its shape, no personal data.

    Args:
        row: A row of a payload, of any type.

    Returns:
        At most `SAMPLE_CHARS` characters.
    """
    shape = f"fields: {', '.join(map(str, row))}" if isinstance(row, dict) else type(row).__name__
    return encodable(shape)[:SAMPLE_CHARS]


def encodable(text: str) -> str:
    """A text without the lone halves of surrogate pairs, which JSON lets through and UTF-8 not."""
    return text.encode("utf-8", "replace").decode()
