"""The page about the command line, made from the commands themselves.

Belongs here: `docs/command-line.md`. Does not belong here: the words, which stand in the commands
(`cli`, `boards`, `market`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import typer
from typer.cli import get_docs_for_click

from pipelines.cli import app

NAME = "hiring-signal"
HEAD = f"""# The command line

Made from the commands themselves by `make docs`; `{NAME} COMMAND --help` says the same.

| everywhere | |
|---|---|
| exit status | 0 done, 1 not done (the message says why and what to do), 2 wrong usage |
| standard output | what was asked for, alone: a table, `--format csv` or `--format json` |
| standard error | errors, and progress: bars with counts and time left on a terminal, else lines |
| `--quiet` | no progress |
| colours | on a terminal only; `NO_COLOR=1` or `TERM=dumb` turns them off |
| `--data DATA` | the folder that all of it works on; `HIRING_SIGNAL_DATA`, else `data/` |
| `HIRING_SIGNAL_TRACEBACK=1` | an unforeseen error shows where in the program it arose |

Completion of commands, options, claims, sources and tables: `{NAME} --install-completion` (bash,
zsh, fish), then open a new shell.
"""
_COMMAND = re.compile(r"^\* `([a-z][a-z-]*)`: .*$", re.MULTILINE)


def page() -> str:
    """The page, as Markdown."""
    command = typer.main.get_command(app)
    context = typer.Context(command, info_name=NAME)
    text = get_docs_for_click(obj=command, ctx=context, name=NAME)
    _, _, parts = text.partition("**Commands**:\n")
    return HEAD + "\n" + _with_summaries("**Commands**:\n" + parts).strip() + "\n"


def _with_summaries(text: str) -> str:
    """The text with each command's whole summary where typer cuts it short."""
    summaries = {}
    for section in text.split(f"# `{NAME} ")[1:]:
        name, _, rest = section.partition("`\n")
        summaries[name] = " ".join(rest.strip().partition("\n\n")[0].split())
    first, *sections = text.split("\n## ")
    written = [_listing(first, "", summaries)]
    for section in sections:
        group = section.partition("`\n")[0].removeprefix(f"`{NAME} ")
        written.append(_listing(section, f"{group} ", summaries))
    return "\n## ".join(written)


def _listing(section: str, group: str, summaries: Mapping[str, str]) -> str:
    def listed(match: re.Match[str]) -> str:
        whole = f"{group}{match[1]}"
        anchor = f"{NAME} {whole}".replace(" ", "-")
        return f"* [`{match[1]}`](#{anchor}): {summaries[whole]}"

    return _COMMAND.sub(listed, section)
