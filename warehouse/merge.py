"""Makes the rows of a landing file part of raw: one answer per board and day, sightings, accounts.

Belongs here: the steps of that, in SQL, whatever the order in which days are loaded. Does not
belong here: reading landing lines (`warehouse.load`).

A sighting is open until an answer of its board lacks the version. So a day on which nothing changed
writes nothing, and a day that is loaded late cuts, prolongs or joins the sightings around it.
"""

from __future__ import annotations

import duckdb

_KEY = "source, board, observed_on"
# Rows that are kept as they were listed, day by day; adverts are kept by version.
_LISTED = ("papers", "paper_links", "models", "series")
_ROWS = ("observations", "seen", *_LISTED)
# How much an answer tells: rows and that they are all, that nothing changed, some rows, nothing.
_RANK = "CASE state WHEN 'ok' THEN 3 WHEN 'unchanged' THEN 2 WHEN 'truncated' THEN 1 ELSE 0 END"


def _same(table: str, other: str, columns: str = _KEY) -> str:
    return " AND ".join(f"{table}.{name} = {other}.{name}" for name in columns.split(", "))


# What the incoming rows are, before any of them becomes part of raw.
_SORT: tuple[str, ...] = (
    # One answer per board and day: the best, before a window a listing, of equally good ones the
    # latest, whatever order they are loaded in.
    f"""
    CREATE OR REPLACE TEMP TABLE accepted AS
    WITH answers AS (
        SELECT *, {_RANK} AS rank FROM incoming_boards
        QUALIFY row_number() OVER (
            PARTITION BY {_KEY}
            ORDER BY rank DESC, is_listing DESC, observed_at DESC, line DESC) = 1
    ),
    old AS (SELECT {_KEY}, observed_at, is_listing, {_RANK} AS rank, is_read FROM raw.boards)
    SELECT answers.* EXCLUDE (rank, line), coalesce(old.is_read, false) AS was_read
    FROM answers LEFT JOIN old USING ({_KEY})
    WHERE old.rank IS NULL
        OR (answers.rank, answers.is_listing, answers.observed_at)
        >= (old.rank, old.is_listing, old.observed_at)
    """,
    # Adverts of two windows of one day, or of two archives of one site, are more together, whatever
    # came of the other; papers and models are listed anew by each answer.
    f"""
    CREATE OR REPLACE TEMP TABLE kept AS
    SELECT DISTINCT {_KEY}, observed_at FROM accepted
    UNION SELECT {_KEY}, observed_at FROM incoming_boards WHERE NOT is_listing
    """,
    # Rows whose board says nothing: the crawl broke off before it was through with it.
    f"""
    INSERT INTO incoming_refused BY NAME
    SELECT {_KEY}, any_value(rows.observed_at) AS observed_at, min(rows.line) AS line,
        'load' AS stage,
        count(*) || ' rows, but no observation of their board: the crawl broke off' AS reason,
        '' AS sample, count(*) AS n_rows
    FROM (
        {" UNION ALL ".join(f"SELECT {_KEY}, observed_at, line FROM incoming_{k}" for k in _ROWS)}
    ) AS rows
    ANTI JOIN incoming_boards USING ({_KEY})
    GROUP BY ALL
    """,
    # The same id twice in one listing: rows that moved between its pages.
    f"""
    INSERT INTO incoming_refused BY NAME
    SELECT {_KEY}, observed_at, line, source_id, 'load' AS stage,
        'the same id again in one listing' AS reason, '' AS sample, 1 AS n_rows
    FROM incoming_observations
    SEMI JOIN kept USING ({_KEY}, observed_at)
    QUALIFY row_number() OVER (PARTITION BY {_KEY}, observed_at, source_id ORDER BY line) > 1
    """,
    # Boards and days at work. A board's own days come one after the other; an unchanged answer
    # whose bytes were not known so far may be now.
    f"""
    CREATE OR REPLACE TEMP TABLE work AS
    WITH asked AS (
        SELECT {_KEY}, state, is_listing, payload_digest, was_read, true AS is_accepted
        FROM accepted
        UNION ALL
        SELECT {_KEY}, state, is_listing, payload_digest, is_read, false FROM raw.boards
        WHERE state = 'unchanged' AND NOT is_read
        UNION ALL
        SELECT {_KEY}, state, is_listing, payload_digest, is_read, false FROM raw.boards
        SEMI JOIN kept USING ({_KEY})
        WHERE NOT is_listing
    )
    SELECT DISTINCT ON ({_KEY}) *,
        dense_rank() OVER (
            PARTITION BY source, board ORDER BY state = 'unchanged', observed_on) AS round
    FROM asked ORDER BY {_KEY}, is_accepted DESC
    """,
)
# What each board shows on one day, and what of that differs from the day before and after it.
_ROUND: tuple[str, ...] = (
    # The answers beside it in time. Where the bytes are those of the answer before, so are the
    # rows, and nothing is to be written.
    """
    CREATE OR REPLACE TEMP TABLE today AS
    WITH now AS (FROM work WHERE round = getvariable('round')),
    beside AS (
        SELECT now.source, now.board,
            max(old.observed_on) FILTER (old.observed_on < now.observed_on) AS before_on,
            min(old.observed_on) FILTER (old.observed_on > now.observed_on) AS after_on
        FROM now INNER JOIN raw.boards AS old USING (source, board)
        WHERE old.is_read
        GROUP BY now.source, now.board
    )
    SELECT now.*, beside.after_on,
        now.state = 'unchanged' AND NOT now.was_read AND coalesce(
            old.payload_digest = now.payload_digest AND old.state IN ('ok', 'unchanged'), false
        ) AS is_same
    FROM now
    LEFT JOIN beside USING (source, board)
    LEFT JOIN raw.boards AS old
        ON now.source = old.source AND now.board = old.board AND beside.before_on = old.observed_on
    """,
    # What raw says of the day so far.
    """
    CREATE OR REPLACE TEMP TABLE covered AS
    SELECT shown.*, today.observed_on, today.after_on
    FROM raw.sightings AS shown INNER JOIN today USING (source, board)
    WHERE NOT today.is_same AND shown.from_on <= today.observed_on
        AND coalesce(shown.until_on > today.observed_on, true)
    """,
    # A window adds to what others of the day showed; a failure takes nothing away.
    "DELETE FROM shown_now",
    f"""
    INSERT INTO shown_now BY NAME
    SELECT {_KEY}, source_id, content_hash FROM covered
    INNER JOIN today USING ({_KEY})
    WHERE today.was_read
        AND (NOT today.is_accepted OR NOT today.is_listing
            OR today.state NOT IN ('ok', 'unchanged', 'truncated'))
    """,
    f"""
    INSERT INTO shown_now BY NAME
    SELECT {_KEY}, source_id, content_hash
    FROM incoming_observations
    SEMI JOIN kept USING ({_KEY}, observed_at)
    SEMI JOIN today USING ({_KEY})
    ANTI JOIN shown_now USING ({_KEY}, source_id)
    QUALIFY row_number() OVER (PARTITION BY {_KEY}, source_id ORDER BY line) = 1
    """,
    # An unchanged board shows what the same bytes showed, on the nearest day that has them; also
    # where those are loaded after it.
    f"""
    CREATE OR REPLACE TEMP TABLE copied AS
    SELECT today.source, today.board, today.observed_on,
        arg_min(old.observed_on, abs(old.observed_on - today.observed_on)) AS shown_on
    FROM today
    ANTI JOIN shown_now USING ({_KEY})
    INNER JOIN raw.boards AS old
        ON today.source = old.source AND today.board = old.board
        AND today.payload_digest = old.payload_digest AND old.state = 'ok'
    WHERE today.state = 'unchanged' AND NOT today.is_same
    GROUP BY ALL
    """,
    f"""
    INSERT INTO shown_now BY NAME
    SELECT {_KEY}, source_id, content_hash
    FROM copied INNER JOIN raw.sightings AS shown USING (source, board)
    WHERE shown.from_on <= copied.shown_on AND coalesce(shown.until_on > copied.shown_on, true)
    """,
    # Still there, in the version that was read on the nearest day; an advert that can't be read
    # today is also still there.
    f"""
    INSERT INTO shown_now BY NAME
    SELECT now.source, now.board, now.observed_on, now.source_id, arg_min(
        old.content_hash,
        CASE
            WHEN now.observed_on < old.from_on THEN old.from_on - now.observed_on
            WHEN now.observed_on >= old.until_on THEN now.observed_on - old.until_on + 1
            ELSE 0
        END
    ) AS content_hash
    FROM (
        SELECT {_KEY}, observed_at, source_id FROM incoming_seen
        UNION SELECT {_KEY}, observed_at, source_id FROM incoming_refused
        WHERE stage = 'parse' AND source_id IS NOT NULL
    ) AS now
    SEMI JOIN kept USING ({_KEY}, observed_at)
    SEMI JOIN today USING ({_KEY})
    ANTI JOIN shown_now AS there USING ({_KEY}, source_id)
    INNER JOIN raw.sightings AS old USING (source, board, source_id)
    GROUP BY ALL
    """,
    f"""
    CREATE OR REPLACE TEMP TABLE unknown AS
    SELECT {_KEY}, observed_at, line, source_id
    FROM incoming_seen
    SEMI JOIN kept USING ({_KEY}, observed_at)
    SEMI JOIN today USING ({_KEY})
    ANTI JOIN shown_now USING ({_KEY}, source_id)
    """,
    """
    INSERT INTO incoming_refused BY NAME
    SELECT *, 'load' AS stage, '' AS sample, 1 AS n_rows,
        'said to be unchanged, but no earlier version of it is known' AS reason
    FROM unknown
    """,
    f"""
    CREATE OR REPLACE TEMP TABLE answered AS
    SELECT {_KEY}, is_accepted, after_on, is_same,
        was_read,
        was_read AND NOT (is_accepted AND is_listing AND state = 'unchanged')
        OR is_same OR state IN ('ok', 'truncated')
        OR copied.shown_on IS NOT NULL OR showing.source IS NOT NULL AS is_read
    FROM today
    LEFT JOIN copied USING ({_KEY})
    LEFT JOIN (SELECT DISTINCT {_KEY} FROM shown_now) AS showing USING ({_KEY})
    """,
    f"DELETE FROM raw.boards USING accepted, answered WHERE {_same('raw.boards', 'accepted')} "
    f"AND {_same('accepted', 'answered')}",
    # A listing with an advert that is not known is not whole: it closes nothing, and is read again.
    f"""
    INSERT INTO raw.boards BY NAME
    SELECT accepted.* EXCLUDE (was_read, state, reason), answered.is_read,
        CASE WHEN accepted.state = 'ok' AND lost.source IS NOT NULL THEN 'truncated'
            ELSE accepted.state END AS state,
        CASE WHEN accepted.state = 'ok' AND lost.source IS NOT NULL
            THEN concat_ws('; ', reason, 'adverts said to be unchanged are not known')
            ELSE accepted.reason END AS reason
    FROM accepted
    INNER JOIN answered USING ({_KEY})
    LEFT JOIN (SELECT DISTINCT {_KEY} FROM unknown) AS lost USING ({_KEY})
    """,
    f"""
    UPDATE raw.boards SET is_read = true FROM answered
    WHERE {_same("raw.boards", "answered")} AND answered.is_read
        AND NOT answered.is_accepted AND NOT raw.boards.is_read
    """,
    # Where a sighting ends on this day, it may go on at the next answer.
    f"""
    CREATE OR REPLACE TEMP TABLE ended AS
    SELECT covered.* FROM covered
    SEMI JOIN (SELECT {_KEY} FROM answered WHERE is_read OR was_read) AS judged USING ({_KEY})
    ANTI JOIN shown_now USING ({_KEY}, source_id, content_hash)
    """,
    # Where one begins, it may be the end of an earlier or the beginning of a later one.
    f"""
    CREATE OR REPLACE TEMP TABLE begun AS
    SELECT now.source, now.board, now.source_id, now.content_hash, now.observed_on,
        before.from_on AS goes_on_from, after.from_on AS joins_on,
        CASE WHEN after.from_on IS NULL THEN answered.after_on ELSE after.until_on END AS until_on
    FROM shown_now AS now
    INNER JOIN answered USING ({_KEY})
    LEFT JOIN raw.sightings AS before
        ON {_same("now", "before", "source, board, source_id, content_hash")}
        AND before.until_on = now.observed_on
    LEFT JOIN raw.sightings AS after
        ON {_same("now", "after", "source, board, source_id, content_hash")}
        AND after.from_on = answered.after_on
    ANTI JOIN covered
        ON {_same("now", "covered", "source, board, source_id, content_hash, observed_on")}
    """,
    f"""
    DELETE FROM raw.sightings AS old USING (
        SELECT source, board, source_id, content_hash, from_on FROM ended
        UNION ALL
        SELECT source, board, source_id, content_hash, unnest([goes_on_from, joins_on]) FROM begun
    ) AS gone (source, board, source_id, content_hash, from_on)
    WHERE {_same("old", "gone", "source, board, source_id, content_hash, from_on")}
    """,
    """
    INSERT INTO raw.sightings BY NAME
    SELECT source, board, source_id, content_hash, from_on, observed_on AS until_on
    FROM ended WHERE from_on < observed_on
    UNION ALL
    SELECT source, board, source_id, content_hash, after_on, until_on
    FROM ended WHERE after_on IS NOT NULL AND coalesce(until_on > after_on, true)
    UNION ALL
    SELECT source, board, source_id, content_hash, coalesce(goes_on_from, observed_on), until_on
    FROM begun
    """,
    f"""
    INSERT INTO kept_adverts
    SELECT count(*) FROM (
        SELECT {_KEY}, observed_at, source_id FROM incoming_observations
        QUALIFY row_number() OVER (PARTITION BY {_KEY}, observed_at, source_id ORDER BY line) = 1
        UNION ALL SELECT {_KEY}, observed_at, source_id FROM incoming_seen
    ) SEMI JOIN kept USING ({_KEY}, observed_at) SEMI JOIN shown_now USING ({_KEY}, source_id)
    """,
)
_STORE: tuple[str, ...] = (
    """
    INSERT INTO raw.bodies BY NAME
    SELECT DISTINCT ON (content_hash) * FROM incoming_bodies
    ANTI JOIN raw.bodies USING (content_hash)
    """,
    *(
        f"DELETE FROM raw.{table} USING accepted WHERE {_same(f'raw.{table}', 'accepted')}"
        for table in (*_LISTED, "refused")
    ),
    *(
        f"INSERT INTO raw.{table} BY NAME SELECT * EXCLUDE (observed_at) FROM incoming_{table} "
        f"SEMI JOIN accepted USING ({_KEY}, observed_at)"
        for table in _LISTED
    ),
    # Only of what was kept: a page that is remembered stands for its adverts.
    f"DELETE FROM incoming_pages WHERE ({_KEY}, observed_at) NOT IN "
    f"(SELECT ({_KEY}, observed_at) FROM kept)",
    "DELETE FROM raw.pages USING incoming_pages AS new WHERE raw.pages.source = new.source "
    "AND raw.pages.board = new.board AND raw.pages.url = new.url "
    "AND raw.pages.observed_at <= new.observed_at",
    """
    INSERT INTO raw.pages BY NAME
    SELECT * EXCLUDE (observed_on, line) FROM incoming_pages
    ANTI JOIN raw.pages USING (source, board, url)
    QUALIFY row_number() OVER (
        PARTITION BY source, board, url ORDER BY observed_at DESC, line DESC) = 1
    """,
    f"""
    INSERT INTO raw.refused BY NAME
    SELECT * EXCLUDE (observed_at, line),
        row_number() OVER (PARTITION BY {_KEY} ORDER BY line) - 1 AS line
    FROM incoming_refused
    WHERE (source, board, observed_on) NOT IN (SELECT (source, board, observed_on)
        FROM incoming_boards ANTI JOIN accepted USING (source, board, observed_on))
    """,
)
# Every row of the file is in one of three places, and each of them is counted by itself.
_ACCOUNT = f"""
    INSERT INTO raw.accounts BY NAME
    WITH adverts AS (
        SELECT {_KEY}, observed_at FROM incoming_observations
        UNION ALL SELECT {_KEY}, observed_at FROM incoming_seen
    ),
    listed AS (
        {" UNION ALL ".join(f"SELECT {_KEY}, observed_at FROM incoming_{k}" for k in _LISTED)}
    ),
    beside AS (
        SELECT * FROM (FROM adverts ANTI JOIN kept USING ({_KEY}, observed_at))
        UNION ALL SELECT * FROM (FROM listed ANTI JOIN accepted USING ({_KEY}, observed_at))
    )
    SELECT $file AS file, $source AS source, $rows AS rows_in,
        (SELECT coalesce(sum(n), 0) FROM kept_adverts)
        + (SELECT count(*) FROM listed SEMI JOIN accepted USING ({_KEY}, observed_at)) AS rows_kept,
        (SELECT coalesce(sum(n_rows), 0) FROM incoming_refused) AS rows_refused,
        (SELECT count(*) FROM beside SEMI JOIN incoming_boards USING ({_KEY})) AS rows_set_aside
"""


def prepare(con: duckdb.DuckDBPyConnection) -> None:
    """Make the temporary tables that `merge` fills; before its transaction begins.

    DuckDB 2.0 loses rows that are inserted, 122,880 and more at once, into a table which was made
    in the same transaction.

    Args:
        con: The working warehouse.
    """
    con.execute("CREATE OR REPLACE TEMP TABLE kept_adverts (n BIGINT)")
    con.execute(
        "CREATE OR REPLACE TEMP TABLE shown_now AS "
        f"SELECT {_KEY}, source_id, content_hash FROM raw.observations LIMIT 0"
    )


class LostRowsError(RuntimeError):
    """Rows of a landing file are neither kept nor refused: nothing of the file is loaded."""


def merge(con: duckdb.DuckDBPyConnection, name: str, rows: int) -> None:
    """Make the incoming rows part of raw, and note where each of them went.

    Args:
        con: The working warehouse, inside a transaction, with the rows of one landing file in the
            temporary tables `incoming_*`, after `prepare`.
        name: What the file is called in `raw.landings`.
        rows: Rows that were read out of it, refused ones included.

    Raises:
        LostRowsError: Some of these rows are nowhere afterwards.
    """
    for statement in _SORT:
        con.execute(statement)
    [(rounds,)] = con.execute("SELECT coalesce(max(round), 0) FROM work").fetchall()
    for number in range(1, rounds + 1):
        con.execute("SET VARIABLE round = $number", {"number": number})
        for statement in _ROUND:
            con.execute(statement)
    con.execute("DELETE FROM raw.accounts WHERE file = $1", [name])
    con.execute(_ACCOUNT, {"file": name, "source": name.split("/")[0], "rows": rows})
    [(kept, refused, aside)] = con.execute(
        "SELECT rows_kept, rows_refused, rows_set_aside FROM raw.accounts WHERE file = $1", [name]
    ).fetchall()
    if kept + refused + aside != rows:
        raise LostRowsError(
            f"{name}: of {rows:,} rows {kept:,} are kept, {refused:,} refused and {aside:,} set "
            "aside; nothing of the file was loaded"
        )
    for statement in _STORE:
        con.execute(statement)
