"""What was shown on which day is the same whatever the order in which answers are loaded."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
from hypothesis import given, settings
from hypothesis import strategies as st

from warehouse import models
from warehouse.load import load_file

RANK = {"ok": 3, "unchanged": 2, "truncated": 1, "failed": 0}
WINDOWS = "windows"


class Answer(NamedTuple):
    """What a board said at one hour of one day; of adverts the number and the version."""

    board: str
    day: int
    hour: int
    state: str
    shown: frozenset[tuple[int, int]]

    @property
    def digest(self) -> str:
        return f"sha256:{sorted(self.shown)}"

    def lines(self) -> list[dict[str, Any]]:
        envelope = {
            "source": "lever",
            "board": self.board,
            "observed_at": f"2026-10-{self.day:02}T{self.hour:02}:00:00Z",
        }
        asked = {
            **envelope,
            "kind": "board",
            "state": self.state,
            "is_listing": self.board != WINDOWS,
            "url": "https://api.example/",
            "payload_digest": self.digest,
        }
        if self.state not in ("ok", "truncated"):
            return [asked]
        adverts = [
            {**envelope, "kind": "posting", "source_id": str(number), "body": f"text {version}"}
            for number, version in sorted(self.shown)
        ]
        return [*adverts, asked]


shown = st.dictionaries(st.integers(1, 4), st.integers(1, 2), max_size=4).map(
    lambda versions: frozenset(versions.items())
)
answers = st.lists(
    st.builds(
        Answer,
        board=st.sampled_from(["acme", "other", WINDOWS]),
        day=st.integers(1, 6),
        hour=st.integers(1, 3),
        state=st.sampled_from(sorted(RANK)),
        shown=shown,
    ),
    max_size=9,
    unique_by=lambda answer: (answer.board, answer.day, answer.hour),
)


def ledger(said: list[Answer]) -> set[tuple[str, int, str, str]]:
    """Each advert on each day on which it was seen, counted plainly."""
    best: dict[tuple[str, int], Answer] = {}
    for answer in sorted(said, key=lambda a: (RANK[a.state], a.hour)):
        best[answer.board, answer.day] = answer
    rows: set[tuple[str, int, str, str]] = set()
    for (board, day), answer in best.items():
        shows = answer.shown if answer.state in ("ok", "truncated") else frozenset()
        if answer.state == "unchanged" and any(
            other.state == "ok" and other.board == board and other.digest == answer.digest
            for other in best.values()
        ):
            shows = answer.shown
        rows |= {(board, day, str(number), f"text {version}") for number, version in shows}
    return rows


def is_plain(answer: Answer) -> bool:
    """A window only adds, which needs no choice between answers; tested in `test_load`."""
    return answer.board != WINDOWS or (answer.state == "ok" and answer.hour == 1)


@settings(max_examples=40, deadline=None)
@given(answers.map(lambda said: [a for a in said if is_plain(a)]), st.randoms())
def test_the_ledger_does_not_depend_on_the_order_of_loading(said: list[Answer], order: Any) -> None:
    order.shuffle(said)
    cut = order.randint(0, len(said))
    with duckdb.connect() as con, tempfile.TemporaryDirectory() as folder:
        models.create_schemas(con)
        # One answer a file, but for the last ones, which come together.
        for number, group in enumerate([*([answer] for answer in said[:cut]), said[cut:]]):
            path = Path(folder) / f"{number}.jsonl"
            lines = [line for answer in group for line in answer.lines()]
            path.write_text("".join(json.dumps(line) + "\n" for line in lines))
            load_file(con, path, f"lever/{path.name}")
        found = con.execute(
            "SELECT seen.board, day(observed_on), seen.source_id, body FROM raw.observations AS "
            "seen JOIN raw.bodies USING (content_hash)"
        ).fetchall()
        assert len(found) == len(set(found))
        assert set(found) == ledger(said)
        assert overlaps(con) == []
        assert con.execute(
            "FROM raw.accounts WHERE rows_in <> rows_kept + rows_refused + rows_set_aside"
        ).fetchall() == []  # fmt: skip


def overlaps(con: duckdb.DuckDBPyConnection) -> list[Any]:
    """Sightings of one version that could be one, and adverts in two versions at once."""
    return con.execute(
        """
        SELECT one.*, two.* FROM raw.sightings AS one, raw.sightings AS two
        WHERE (one.board, one.source_id) = (two.board, two.source_id) AND one.rowid < two.rowid
            AND CASE WHEN one.content_hash = two.content_hash
                THEN one.from_on <= coalesce(two.until_on, 'infinity')
                    AND two.from_on <= coalesce(one.until_on, 'infinity')
                ELSE one.from_on < coalesce(two.until_on, 'infinity')
                    AND two.from_on < coalesce(one.until_on, 'infinity')
            END
        UNION ALL SELECT s.*, s.* FROM raw.sightings AS s WHERE from_on >= until_on
        """
    ).fetchall()
