"""A mapping file: for each field of a posting, the column of a table that it is in.

Belongs here: the shape of such a file, what is wrong with one, and the value that it picks out of a
row. Does not belong here: how cells are spelt (`scrapers.mappings.cells`), or reading tables
(`scrapers.tables`).

A value is a column's name, or a mapping with exactly one of

- `column`: a column; in JSON and Parquet also a field inside one, `employer.name`;
- `constant`: the same in all rows;
- `template`: "{City}, {State}"; nothing where one of the columns says nothing;
- `first_of`: values of which the first that says something counts (a plain list is the same);
- `join`: values joined by `join_with`, those that say nothing left out,

and, where needed, what to take of it, in this order: `list_as` or `split` (the items of a cell that
holds several), `find` (a regular expression; its first group, or all that matches), `remove`
(regular expressions), `only_if` and `not_if` (regular expressions on the text as it came: the value
says nothing unless, or if, they match).
"""

from __future__ import annotations

import codecs
import hashlib
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any, ClassVar, Self

import yaml
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from scrapers.mappings.cells import (
    NULLS,
    Day,
    ListCoding,
    as_day,
    as_flag,
    as_items,
    as_text,
    is_null,
)

SHIPPED = Path(__file__).parent
SUFFIX = ".yaml"

Row = Mapping[str, Any]
Pattern = re.Pattern[str]
_SLOT = re.compile(r"\{([^{}]*)\}")


class MappingError(ValueError):
    """A mapping that can't be used; the message names the file and the key."""


def _spelt_out(value: Any) -> Any:
    """The short forms of a value: a column's name, or a list of candidates."""
    if isinstance(value, str):
        return {"column": value}
    return {"first_of": value} if isinstance(value, list) else value


def _flag_spelt_out(value: Any) -> Any:
    return {"constant": value} if isinstance(value, bool) else _spelt_out(value)


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str | dict) else value


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Value(_Entry):
    """Where one value of a row is."""

    sources: ClassVar[tuple[str, ...]] = ("column", "constant", "template", "first_of", "join")

    column: str | None = None
    constant: str | int | float | bool | None = None
    template: str | None = None
    first_of: Annotated[tuple[AnyValue, ...], Field(min_length=1)] | None = None
    join: Annotated[tuple[AnyValue, ...], Field(min_length=1)] | None = None
    join_with: str = "\n"
    """What stands between values that are joined, and between the items of a list."""
    list_as: ListCoding | None = None
    """How a text writes its list: `json`, or `python` (['a', 'b'])."""
    split: Annotated[str, Field(min_length=1)] | None = None
    """What stands between the items of a text."""
    find: Pattern | None = None
    remove: Annotated[tuple[Pattern, ...], BeforeValidator(_listed)] = ()
    only_if: Pattern | None = None
    not_if: Pattern | None = None

    @model_validator(mode="after")
    def _has_one_source(self) -> Self:
        if sum(getattr(self, name) is not None for name in self.sources) != 1:
            raise ValueError(f"give one of {', '.join(self.sources)}")
        if self.template is not None and not _SLOT.search(self.template):
            raise ValueError("a template names columns in braces: '{City}, {State}'")
        return self

    def columns(self) -> Iterator[str]:
        """The columns that it reads."""
        if self.column is not None:
            yield self.column
        if self.template is not None:
            yield from _SLOT.findall(self.template)
        for part in (*(self.first_of or ()), *(self.join or ())):
            yield from part.columns()

    def cell(self, row: Row, nulls: Collection[str]) -> Any:
        """The cell as it is, and None where it says nothing: for days, flags and figures."""
        if self.constant is not None:
            return self.constant
        if self.first_of is not None:
            cells = (part.cell(row, nulls) for part in self.first_of)
            return next((cell for cell in cells if cell is not None), None)
        if self.column is not None:
            cell = lookup(row, self.column)
            if is_null(cell, nulls):
                return None
            if not (self.find or self.remove or self.only_if or self.not_if):
                return cell
        return self.text(row, nulls)

    def text(self, row: Row, nulls: Collection[str] = NULLS) -> str | None:
        """The value of a row as text; None where it says nothing.

        Raises:
            ValueError: The cell is not what the mapping says.
        """
        return self._cut(self.join_with.join(self._whole_items(row, nulls)), nulls) or None

    def items(self, row: Row, nulls: Collection[str] = NULLS) -> list[str]:
        """The values of a row where it holds several; empty where it says nothing.

        Raises:
            ValueError: The cell is not what the mapping says.
        """
        cut = (self._cut(text, nulls) for text in self._whole_items(row, nulls))
        return [text for text in cut if text]

    def _whole_items(self, row: Row, nulls: Collection[str]) -> list[str]:
        if self.constant is not None:
            return [as_text(self.constant)]
        if self.column is not None:
            cell = lookup(row, self.column)
            return [] if is_null(cell, nulls) else as_items(cell, self.list_as, self.split, nulls)
        if self.template is not None:
            cells = {name: lookup(row, name) for name in _SLOT.findall(self.template)}
            if any(is_null(cell, nulls) for cell in cells.values()):
                return []
            return [_SLOT.sub(lambda slot: as_text(cells[slot[1]]), self.template)]
        if self.first_of is not None:
            return next((found for part in self.first_of if (found := part.items(row, nulls))), [])
        return [text for part in self.join or () if (text := part.text(row, nulls))]

    def _cut(self, text: str, nulls: Collection[str]) -> str:
        if self.only_if and not self.only_if.search(text):
            return ""
        if self.not_if and self.not_if.search(text):
            return ""
        if self.find:
            found = self.find.search(text)
            text = (found[1] if found and self.find.groups else found[0] if found else "") or ""
        for pattern in self.remove:
            text = pattern.sub("", text)
        text = text.strip()
        return "" if text.casefold() in nulls else text


AnyValue = Annotated[Value, BeforeValidator(_spelt_out)]
Value.model_rebuild()


class Identity(Value):
    """The id of a row: a value, or a hash of columns that together name the advert."""

    sources: ClassVar[tuple[str, ...]] = (*Value.sources, "hash")

    hash: Annotated[tuple[str, ...], Field(min_length=1)] | None = None

    def columns(self) -> Iterator[str]:
        """The columns that it reads."""
        yield from super().columns()
        yield from self.hash or ()

    def text(self, row: Row, nulls: Collection[str] = NULLS) -> str | None:
        """The id; None where its columns say nothing."""
        if self.hash is None:
            return super().text(row, nulls)
        cells = [lookup(row, name) for name in self.hash]
        said = ["" if is_null(c, nulls) else " ".join(as_text(c).split()) for c in cells]
        if not any(said):
            return None
        return hashlib.blake2b("\x1f".join(said).encode(), digest_size=16).hexdigest()


class DayValue(Value):
    """A day, with how the table writes days."""

    formats: Annotated[tuple[str, ...], BeforeValidator(_listed)] = ()
    """As `datetime.strptime` names them ("%d/%m/%Y"); ISO 8601 and counts back need none."""

    def day(self, row: Row, seen_on: date | None, nulls: Collection[str] = NULLS) -> Day | None:
        """The day of a row; None where it says none.

        Raises:
            ValueError: The cell tells no day.
        """
        cell = self.cell(row, nulls)
        return None if cell is None else as_day(cell, seen_on, self.formats)


class ObservedDay(DayValue):
    """The day of observation."""

    newest: bool = False
    """All rows were seen on one day, and the column's newest is the nearest that is known of it:
    for a snapshot that tells when its adverts were posted and not when it was taken."""


class Flag(Value):
    """Yes or no."""

    means_yes: Annotated[tuple[str, ...], BeforeValidator(_listed)] = ()
    means_no: Annotated[tuple[str, ...], BeforeValidator(_listed)] = ()

    def flag(self, row: Row, nulls: Collection[str] = NULLS) -> bool | None:
        """Yes or no; None where the row says nothing.

        Raises:
            ValueError: It says neither.
        """
        cell = self.cell(row, nulls)
        return None if cell is None else as_flag(cell, self.means_yes, self.means_no)


AnyIdentity = Annotated[Identity, BeforeValidator(_spelt_out)]
AnyObservedDay = Annotated[ObservedDay, BeforeValidator(_spelt_out)]
AnyDay = Annotated[DayValue, BeforeValidator(_spelt_out)]
AnyFlag = Annotated[Flag, BeforeValidator(_flag_spelt_out)]


class PayColumns(_Entry):
    """Pay in figures. Nought is no pay."""

    min: AnyValue | None = None
    max: AnyValue | None = None
    currency: AnyValue | None = None
    interval: AnyValue | None = None
    """The period: year, month, week, day or hour, in any wording."""
    type: AnyValue | None = None
    """Salary, bonus, equity …; what is no salary is no band."""
    zone: AnyValue | None = None
    is_estimated: AnyFlag = Flag(constant=False)
    """Yes for figures that somebody guessed, not the employer's word: true, or a column."""

    @model_validator(mode="after")
    def _has_a_figure(self) -> Self:
        if self.min is None and self.max is None:
            raise ValueError("give min or max")
        return self


class AddressColumns(_Entry):
    """A structured address."""

    locality: AnyValue | None = None
    region: AnyValue | None = None
    country: AnyValue | None = None


class Fields(_Entry):
    """The fields of a posting (`scrapers.landing.Posting`), and the day of observation."""

    source_id: AnyIdentity
    """The source's own id, or a hash of the columns that name the advert."""
    body: AnyValue
    observed_on: AnyObservedDay | None = None
    """Day on which the row was read off its site; none where one day is given for all rows."""
    url: AnyValue | None = None
    company: AnyValue | None = None
    title: AnyValue | None = None
    location: AnyValue | None = None
    secondary_locations: AnyValue | None = None
    address: AddressColumns | None = None
    is_remote: AnyFlag | None = None
    workplace: AnyValue | None = None
    department: AnyValue | None = None
    team: AnyValue | None = None
    employment_type: AnyValue | None = None
    posted_on: AnyDay | None = None
    pay_text: AnyValue | None = None
    """Pay in words, as the employer states it."""
    pay_components: Annotated[tuple[PayColumns, ...], BeforeValidator(_listed)] = ()
    estimated_pay_text: AnyValue | None = None
    """Pay in words, as somebody guessed it ("Glassdoor est.")."""
    requisition_id: AnyValue | None = None
    expires_on: AnyDay | None = None
    origin_source: AnyValue | None = None
    origin_id: AnyValue | None = None


class TableMapping(_Entry):
    """A whole mapping file."""

    description: str = ""
    encoding: str | None = None
    """Of a CSV or JSON file that is not UTF-8, in Python's name for it: cp1252, utf-16 …"""
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] | None = None
    """Of a CSV file; a comma, or a tab in a .tsv."""
    escape: Annotated[str, Field(min_length=1, max_length=1)] | None = None
    """Of a CSV file that writes \\" and not "" for a quote inside quotes."""
    nulls: tuple[str | int | float, ...] = ()
    """Spellings of "nothing" beside the usual ones (`cells.NULLS`)."""
    is_listing: bool = False
    """Whether each day shows all adverts there were, so that one absent from later days is gone;
    else no advert of the table counts as closed."""
    fields: Fields
    ignored: dict[str, str] = {}
    """Columns that are left out knowingly, each with the reason."""

    @field_validator("encoding")
    @classmethod
    def _is_known(cls, value: str | None) -> str | None:
        try:
            return value and codecs.lookup(value).name
        except LookupError as error:
            raise ValueError(f"{value!r} is no encoding that Python knows") from error

    def null_spellings(self) -> frozenset[str]:
        """All spellings of "nothing", in lower case."""
        return NULLS | {as_text(spelling).casefold() for spelling in self.nulls}

    def named(self) -> Iterator[tuple[str, str]]:
        """The columns that the fields name, each with the key that names it."""
        for name in Fields.model_fields:
            for key, value in _values(f"fields.{name}", getattr(self.fields, name)):
                yield from ((key, column) for column in value.columns())

    def check_columns(self, where: str, columns: Collection[str], table: str) -> None:
        """Make sure that a table has all columns that the mapping names.

        Args:
            where: The mapping, for the message.
            columns: The columns there are.
            table: Name of the table's file, for the message.

        Raises:
            MappingError: One is missing.
        """
        there = set(columns) | {name[:end] for name in columns for end in _dots(name)}
        for key, column in self.named():
            if column not in there:
                raise MappingError(
                    f"{where}: {key}: {table} has no column {column!r}; there are: "
                    f"{', '.join(map(repr, columns))} (the same value for all rows is written "
                    f"{{constant: {column}}})"
                )

    def unmapped(self, columns: Iterable[str]) -> tuple[str, ...]:
        """The columns of a table that the mapping neither uses nor leaves out knowingly."""
        known = {column for _, column in self.named()} | set(self.ignored)
        return tuple(
            name
            for name in columns
            if name not in known and not any(name[:end] in known for end in _dots(name))
        )


def _dots(name: str) -> list[int]:
    return [at for at, character in enumerate(name) if character == "."]


def _values(key: str, entry: Any) -> Iterator[tuple[str, Value]]:
    match entry:
        case Value():
            yield key, entry
        case tuple():
            for number, part in enumerate(entry):
                yield from _values(f"{key}[{number}]", part)
        case BaseModel():
            for name in type(entry).model_fields:
                yield from _values(f"{key}.{name}", getattr(entry, name))


def lookup(row: Row, column: str) -> Any:
    """A cell, also of a field inside a column ("employer.name"); None where there is none."""
    if column in row or "." not in column:
        return row.get(column)
    head, _, rest = column.partition(".")
    inner = row.get(head)
    return lookup(inner, rest) if isinstance(inner, Mapping) else None


def mapping_file(name: str | Path) -> Path:
    """The file of a mapping.

    Args:
        name: A path, or the bare name of a mapping that the project ships.

    Raises:
        MappingError: There is no such file.
    """
    path = Path(name)
    if path.is_file():
        return path
    shipped = SHIPPED / f"{name}{SUFFIX}"
    if path.name == str(name) and shipped.is_file():
        return shipped
    names = ", ".join(sorted(path.stem for path in SHIPPED.glob(f"*{SUFFIX}")))
    raise MappingError(f"{name}: no such mapping file; the project has: {names}")


def read_mapping(path: Path) -> TableMapping:
    """Read a mapping file.

    Args:
        path: A YAML file.

    Returns:
        The mapping.

    Raises:
        MappingError: It can't be read, or is no mapping; the message names the file and the key.
    """
    try:
        # A loader of our own below SafeLoader: no other tags than its.
        given = yaml.load(path.read_text(encoding="utf-8-sig"), _Loader)
    except (OSError, UnicodeError, yaml.YAMLError) as error:
        raise MappingError(f"{path}: can't be read as YAML: {error}") from error
    if not isinstance(given, dict):
        raise MappingError(f"{path}: must have the keys {', '.join(TableMapping.model_fields)}")
    try:
        return TableMapping.model_validate(given)
    except ValidationError as error:
        raise MappingError(f"{path}: {_explain(error)}") from error


class _Loader(yaml.SafeLoader):
    """A key that is there twice would silently win over the first."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [key.value for key, _ in node.value]
        for position, key in enumerate(keys):
            if key in keys[:position]:
                raise yaml.constructor.ConstructorError(
                    None,
                    None,
                    f"the key {key!r} is there twice",
                    node.value[position][0].start_mark,
                )
        return super().construct_mapping(node, deep)


def _explain(error: ValidationError) -> str:
    first = error.errors(include_url=False)[0]
    steps = list(first["loc"])
    key = ".".join(map(str, steps))
    match first["type"]:
        case "extra_forbidden":
            return f"{key}: no such key; there are: {', '.join(_keys_beside(steps))}"
        case "missing":
            return f"{key}: is missing; it is needed"
    return f"{key}: {first['msg'].removeprefix('Value error, ')}"


def _keys_beside(steps: list[Any]) -> list[str]:
    """The keys that a mapping file may have at a place."""
    model: type[BaseModel] = TableMapping
    for step in steps[:-1]:
        if isinstance(step, str) and step in model.model_fields:
            model = _MODELS.get((model, step), Value)
    return sorted(model.model_fields)


_MODELS: dict[tuple[type[BaseModel], str], type[BaseModel]] = {
    (TableMapping, "fields"): Fields,
    (Fields, "source_id"): Identity,
    (Fields, "address"): AddressColumns,
    (Fields, "pay_components"): PayColumns,
    (Fields, "observed_on"): ObservedDay,
    (Fields, "posted_on"): DayValue,
    (Fields, "expires_on"): DayValue,
    (Fields, "is_remote"): Flag,
    (PayColumns, "is_estimated"): Flag,
}
