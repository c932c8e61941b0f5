"""The interactive prompt of `hiring-signal sql`: commands, completion, history.

Belongs here: what a person types and what is shown for it. Does not belong here: running a query
(`query`), its limits, or what answers look like (`answers`).
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple, TextIO

import duckdb
from prompt_toolkit import PromptSession
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.history import FileHistory, History, InMemoryHistory
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent

from warehouse.answers import FORMATS, Result, format_of, printable, write_table
from warehouse.examples import Example, examples
from warehouse.publish.snapshot import SAMPLE_MARK, Relation, identifier, relations
from warehouse.query import TIMEOUT_S, OutOfRoomError, QueryError, run_query, whole_file

_WORD = re.compile(r"[\w.]+$")
_AFTER_FROM = re.compile(
    r"\b(?:from|join|describe|summarize|into)\s+(?:[\w.\"]+(?:\s+(?:as\s+)?\w+)?\s*,\s*)*[\w.]*$",
    re.IGNORECASE,
)
_NAMED = re.compile(
    r"(?:\b(?:from|join)\s+|,\s*)([a-z_][\w.]*)(?:\s+(?:as\s+)?([a-z_]\w*))?", re.IGNORECASE
)
_WELCOME = (
    "Read-only SQL on the published warehouse. A query ends with a semicolon; "
    "\\? for help, \\q to leave.\n"
)
_HELP = {
    "\\d": "tables, views and macros",
    "\\d NAME": "columns of a table, parameters of a macro",
    "\\d+ NAME": "the same with rows, shares of NULL, range and definition",
    "\\examples": "documented queries; with a word, those about it",
    "\\examples N": "runs the Nth",
    "\\format NAME": f"{', '.join(FORMATS)}",
    "\\x": "rows as records: on, off or, at first, where the terminal is too narrow",
    "\\o FILE": "the next answer goes to FILE, as csv or json by its ending",
    "\\q": "leave",
}
_ENDING = "A query ends with a semicolon. Tab completes names, Ctrl-C stops a query."
_OTHERS_WORDS = {
    "help": "\\?", "?": "\\?", "\\h": "\\?", ".help": "\\?", "\\dt": "\\d", "\\dv": "\\d",
    "\\df": "\\d", "\\l": "\\d", ".tables": "\\d", ".schema": "\\d", ".exit": "\\q",
    ".quit": "\\q", "exit": "\\q", "quit": "\\q",
}  # fmt: skip


class Macro(NamedTuple):
    """A macro of the published file."""

    label: str
    parameters: tuple[str, ...]
    comment: str | None
    definition: str
    is_table: bool

    @property
    def call(self) -> str:
        """How it is written in a query."""
        return f"{self.label}({', '.join(self.parameters)})"


def macros(con: duckdb.DuckDBPyConnection) -> list[Macro]:
    """The macros of the current database, in order of their names."""
    rows = con.execute(
        """SELECT schema_name || '.' || function_name, parameters, comment, macro_definition,
            function_type = 'table_macro'
        FROM duckdb_functions()
        WHERE database_name = current_database() AND NOT internal
            AND function_type IN ('macro', 'table_macro')
        ORDER BY 1"""
    ).fetchall()
    return [Macro(name, tuple(of), said, sql, is_table) for name, of, said, sql, is_table in rows]


def prompt(
    con: duckdb.DuckDBPyConnection,
    *,
    stream: TextIO | None = None,
    history: Path | None = None,
    timeout_s: float = TIMEOUT_S,
    when_stuck: Callable[[], None] | None = None,
    reopen: Callable[[], duckdb.DuckDBPyConnection] | None = None,
) -> None:
    r"""Reads and answers queries until the user leaves; errors are shown, and it goes on.

    A statement ends with a semicolon and may span lines; `\?` lists the commands.

    Args:
        con: A connection of `open_published`.
        stream: Where answers go; standard output by default.
        history: File of past queries; `hiring-signal/sql_history` in the user's state directory
            by default.
        timeout_s: Time limit of each query, seconds.
        when_stuck: As for `run_query`.
        reopen: Gives a new connection after a query was over a limit; `con` goes on without it.
    """
    stream = stream or sys.stdout
    session: PromptSession[str] = PromptSession(
        "sql> ",
        prompt_continuation="...> ",
        history=_history(history or history_path()),
        completer=SqlCompleter(con),
        complete_while_typing=False,
        multiline=True,
        key_bindings=_keys(),
        enable_history_search=True,
    )
    shell = _Shell(con, stream, timeout_s, when_stuck)
    stream.write(_WELCOME)
    with suppress(EOFError):
        _converse(session, shell, reopen)
    if shell.con is not con:
        shell.con.close()


def _converse(
    session: PromptSession[str],
    shell: _Shell,
    reopen: Callable[[], duckdb.DuckDBPyConnection] | None,
) -> None:
    while not shell.is_done:
        try:
            line = session.prompt()
            shell.answer(line.strip())
        except KeyboardInterrupt:
            continue  # drops the line, or stops the query
        except QueryError as error:
            shell.say(str(error))
            if reopen is not None and isinstance(error, OutOfRoomError):
                shell.con.close()
                shell.con = reopen()


def history_path() -> Path:
    """The default file for past queries, after the XDG base directory specification."""
    state = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(state) / "hiring-signal" / "sql_history"


def _history(path: Path) -> History:
    """Past queries in a file that only the user reads; in memory where none can be written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        with path.open("a"):
            return FileHistory(str(path))
    except OSError:
        return InMemoryHistory()


class _Shell:
    """The state of a prompt: format, where the next answer goes, whether the user has left."""

    def __init__(
        self,
        con: duckdb.DuckDBPyConnection,
        stream: TextIO,
        timeout_s: float,
        when_stuck: Callable[[], None] | None,
    ) -> None:
        self.con = con
        self._stream = stream
        self._timeout_s = timeout_s
        self._when_stuck = when_stuck
        self._format = "table"
        self._as_records: bool | None = None
        self._file: Path | None = None
        self.is_done = False

    def answer(self, line: str) -> None:
        """Answers a command or a query.

        Raises:
            QueryError: It can't be answered.
            KeyboardInterrupt: The user stopped it.
        """
        words = line.rstrip(";").split()
        if len(words) == 1:
            words = [_OTHERS_WORDS.get(words[0], words[0])]
        match words:
            case []:
                return
            case ["\\q"]:
                self.is_done = True
            case ["\\?"]:
                self._help()
            case ["\\d" | "\\d+"]:
                self._list()
            case ["\\d", name]:
                self._describe(name, is_full=False)
            case ["\\d+", name]:
                self._describe(name, is_full=True)
            case ["\\examples"]:
                self._examples("")
            case ["\\examples", number] if number.isdecimal():
                self._run_example(int(number))
            case ["\\examples", word]:
                self._examples(word)
            case ["\\format", name]:
                if name not in FORMATS:
                    raise QueryError(f"no format {name}: {', '.join(FORMATS)}")
                self._format = name
            case ["\\x"]:
                self._as_records = not self._as_records
                self.say(f"rows as records: {'on' if self._as_records else 'off'}")
            case ["\\o"]:
                self._file = None
            case ["\\o", *_]:
                self._file = Path(line.removeprefix("\\o").strip()).expanduser()
                self.say(f"the next answer goes to {self._file}")
            case [word, *_] if word.startswith(("\\", ".")):
                raise QueryError(f"no command {line}: \\? lists them")
            case _:
                self._query(line)

    def say(self, text: str) -> None:
        """Shows a line of text that is no answer."""
        self._stream.write(f"{printable(text)}\n")

    def _help(self) -> None:
        width = max(map(len, _HELP))
        for command, meaning in _HELP.items():
            self.say(f"{command:<{width}}  {meaning}")
        self.say(_ENDING)

    def _query(self, sql: str) -> None:
        result = self._run(sql)
        if self._file is None:
            self._write(self._format, result, self._stream)
        else:
            path, self._file = self._file, None
            form = format_of(path.name) if self._format == "table" else self._format
            with whole_file(path) as file:
                self._write(form, result, file)
            self.say(f"written to {path}")
        self._stream.flush()

    def _run(self, sql: str) -> Result:
        return run_query(self.con, sql, self._timeout_s, when_stuck=self._when_stuck)

    def _write(self, form: str, result: Result, stream: TextIO) -> None:
        if form == "table":
            write_table(result, stream, as_records=self._as_records)
        else:
            FORMATS[form](result, stream)

    def _list(self) -> None:
        found = [
            (one.label, "table" if one.view_sql is None else "view", one.comment)
            for one in relations(self.con)
        ]
        found += [(one.call, "macro", one.comment) for one in macros(self.con)]
        mark = SAMPLE_MARK.strip()
        is_sample = any((said or "").startswith(mark) for _, _, said in found)
        rows = iter([(name, kind, (said or "").removeprefix(mark)) for name, kind, said in found])
        write_table(Result(("name", "kind", "meaning"), rows), self._stream)
        if is_sample:
            self.say(mark)

    def _describe(self, name: str, *, is_full: bool) -> None:
        bare = name.lower().partition("(")[0].replace('"', "")
        wanted = (bare,) if "." in bare else (f"out.{bare}", f"core.{bare}")
        for label in wanted:
            for relation in relations(self.con):
                if relation.label == label:
                    self._relation(relation, is_full=is_full)
                    return
            for macro in macros(self.con):
                if macro.label == label:
                    self._macro(macro, is_full=is_full)
                    return
        raise QueryError(f"no table {wanted[0]}: \\d lists them")

    def _relation(self, relation: Relation, *, is_full: bool) -> None:
        self.say(f"{relation.label}: {relation.comment or 'no description'}")
        figures: dict[str, tuple[Any, ...]] = {}
        if is_full:
            figures = {row[0]: row[1:] for row in self._run(_figures_of(relation)).rows}
        rows = (
            (one.name, one.type, *figures.get(one.name, ()), one.comment or "")
            for one in relation.columns
        )
        more = ("NULL %", "least", "greatest") if is_full else ()
        write_table(Result(("column", "type", *more, "meaning"), rows), self._stream)
        if is_full:
            [(count,)] = self._run(f"SELECT count(*) FROM {relation.sql_name()}").rows
            self.say(f"{relation.label} holds {count:,} {'row' if count == 1 else 'rows'}")
            if relation.view_sql is not None:
                self.say(relation.view_sql)

    def _macro(self, macro: Macro, *, is_full: bool) -> None:
        self.say(f"{macro.call}: {macro.comment or 'no description'}")
        if not macro.is_table:
            self.say(f"  used as in: SELECT {macro.call}")
        else:
            self.say(f"  used as in: FROM {macro.call}")
            for nothing in ("NULL", "NULL::DATE", "NULL::VARCHAR"):  # parameters have no types
                values = ", ".join(nothing for _ in macro.parameters)
                with suppress(QueryError):
                    described = self._run(f"DESCRIBE FROM {macro.label}({values})")
                    rows = iter([row[:2] for row in described.rows])
                    write_table(Result(("column", "type"), rows), self._stream)
                    break
        if is_full:
            self.say(macro.definition)

    def _examples(self, word: str) -> None:
        numbered = [
            (number, one.group, one.title)
            for number, one in enumerate(examples(), start=1)
            if word.lower() in f"{one.group} {one.title} {one.note} {one.sql}".lower()
        ]
        if not numbered:
            raise QueryError(f"no example about {word}" if word else "no examples are installed")
        write_table(Result(("N", "about", "question"), iter(numbered)), self._stream)
        self.say("\\examples N runs one")

    def _run_example(self, number: int) -> None:
        found = examples()
        if not 1 <= number <= len(found):
            raise QueryError(f"no example {number}: \\examples lists {len(found)}")
        one: Example = found[number - 1]
        self.say(f"{one.title}. {one.note}\n\n{one.sql}\n")
        self._query(one.sql)


def _figures_of(relation: Relation) -> str:
    """Share of NULL, least and greatest of each column, in one pass."""
    parts = []
    for column in relation.columns:
        name = identifier(column.name)
        parts.append(f"round(100 * count_if({name} IS NULL) / count(*), 1)")
        parts += [f"left(min({name})::VARCHAR, 40)", f"left(max({name})::VARCHAR, 40)"]
    labels = ", ".join("'" + one.name.replace("'", "''") + "'" for one in relation.columns)
    figures = ", ".join(
        f"{{'s': {parts[3 * place]}, 'a': {parts[3 * place + 1]}, 'b': {parts[3 * place + 2]}}}"
        for place in range(len(relation.columns))
    )
    return f"""
    WITH once AS (SELECT [{labels}] AS labels, [{figures}] AS figures FROM {relation.sql_name()})
    SELECT labels[place], figures[place].s, figures[place].a, figures[place].b
    FROM once, range(1, {len(relation.columns) + 1}) AS places (place)
    """


class SqlCompleter(Completer):
    """Names as they fit: relations after FROM, columns of those named, commands, keywords."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        found = relations(con)
        self._relations = [one.label for one in found]
        self._macros = [f"{one.label}(" for one in macros(con)]
        self._columns = {one.label: [column.name for column in one.columns] for one in found}
        self._keywords = sorted(
            row[0] for row in con.execute("SELECT keyword_name FROM duckdb_keywords()").fetchall()
        )
        self._functions = [
            f"{row[0]}("
            for row in con.execute(
                """SELECT DISTINCT function_name FROM duckdb_functions()
                WHERE function_type IN ('scalar', 'aggregate', 'macro') AND internal
                    AND regexp_full_match(function_name, '[a-z]\\w*') ORDER BY 1"""
            ).fetchall()
        ]

    def get_completions(
        self,
        document: Document,
        complete_event: CompleteEvent,  # noqa: ARG002 - prompt_toolkit's signature
    ) -> Iterator[Completion]:
        """What may stand where the cursor is."""
        text = document.text_before_cursor.lstrip()
        if text.startswith("\\"):
            yield from _commands(text, self._relations, self._macros)
            return
        word = _WORD.search(text)
        begun = word[0] if word else ""
        if _AFTER_FROM.search(text):
            yield from _matching([*self._relations, *self._macros], begun)
            return
        named = self._named(text + document.text_after_cursor)
        alias, dot, _ = begun.rpartition(".")
        if dot and alias.lower() in named:
            of_one = self._columns[named[alias.lower()]]
            yield from _matching((f"{alias}.{name}" for name in of_one), begun)
            return
        if not begun:
            return
        mentioned = set(named.values()) or set(self._columns)
        columns = {name for label in mentioned for name in self._columns[label]}
        words = (*sorted(columns), *self._relations, *self._keywords, *self._functions)
        yield from _matching(words, begun)

    def _named(self, text: str) -> dict[str, str]:
        """Relations that a query names, by each name that stands for one in it."""
        named: dict[str, str] = {}
        for match in _NAMED.finditer(text):
            name = match[1].lower()
            for label in (name, f"out.{name}", f"core.{name}"):
                if label in self._columns:
                    for known in (name, label, label.partition(".")[2], (match[2] or name).lower()):
                        named.setdefault(known, label)
                    break
        return named


def _commands(text: str, tables: list[str], calls: list[str]) -> Iterator[Completion]:
    command, is_complete, begun = text.partition(" ")
    if not is_complete:
        names = dict.fromkeys(known.partition(" ")[0] for known in ("\\?", *_HELP))
        yield from _matching(names, command)
    elif command in ("\\d", "\\d+"):
        yield from _matching([*tables, *(call.removesuffix("(") for call in calls)], begun)
    elif command == "\\format":
        yield from _matching(FORMATS, begun)


def _matching(words: Iterable[str], begun: str) -> Iterator[Completion]:
    low = begun.lower()
    for word in words:
        # a table is found by its bare name too
        if word.lower().startswith((low, f"out.{low}", f"core.{low}")):
            yield Completion(word, start_position=-len(begun))


def _keys() -> KeyBindings:
    """Enter sends what is complete, and begins a new line otherwise."""
    keys = KeyBindings()

    @keys.add("enter")
    def _(event: KeyPressEvent) -> None:
        text = event.current_buffer.text.strip()
        is_command = text.startswith(("\\", ".")) or text in _OTHERS_WORDS
        if not text or text.endswith(";") or is_command:
            event.current_buffer.validate_and_handle()
        else:
            event.current_buffer.insert_text("\n")

    return keys
