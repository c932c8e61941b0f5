/*
description: When a role was open on boards that list all that they have, its adverts taken together. A role whose next advert comes on the day on which the last one goes stays open.
key: [role_id, spell_no]
columns:
  role_id: VARCHAR | Role (core.roles)
  spell_no: INTEGER | Number of the spell, from 1
  source: VARCHAR | Source of the role's first advert on such a board
  board: VARCHAR | Board of that advert
  opened_on: DATE | First day on which one of its adverts was seen
  closed_on: DATE | First complete listing without the last of them, or the day on which the role counts as lost; NULL while open
  entry: VARCHAR | found (there already when its board was first listed in whole), new, reopened (an advert came back) or reposted (under another id)
  exit: VARCHAR | open, closed, or lost (its boards have not been read for 45 days)
  days_open: INTEGER | Days from opening to closing, NULL where it is open or lost
  is_whole: BOOLEAN | Whether both its opening and its closing were seen, so that days_open is its lifetime
values:
  entry: [found, new, reopened, reposted]
  exit: [open, closed, lost]
*/
WITH adverts AS (
    SELECT
        posting.role_id,
        spell.source,
        spell.board,
        spell.source_id,
        spell.spell_no,
        spell.opened_on,
        spell.is_found,
        spell.closed_on,
        -- Seen last on that day; a day after 45 without an answer it is lost from sight.
        coalesce(spell.ended_on, greatest(board.newest_on, spell.opened_on)) + 46 AS lost_on
    FROM core.spells AS spell
    INNER JOIN core.boards AS board
        ON spell.source = board.source AND spell.board = board.board
    INNER JOIN core.posting_rows AS posting
        ON
            spell.source = posting.source
            AND spell.board = posting.board
            AND spell.source_id = posting.source_id
    WHERE board.n_listings > 0 AND NOT board.is_archive AND NOT posting.is_excerpt
),

limited AS (
    SELECT
        *,
        coalesce(
            closed_on,
            CASE WHEN lost_on <= getvariable('as_of') THEN lost_on END
        ) AS gone_on,
        closed_on IS NOT NULL AS is_closed
    FROM adverts
),

chained AS (
    SELECT
        *,
        max(coalesce(gone_on, 'infinity'::DATE)) OVER (
            PARTITION BY role_id
            ORDER BY opened_on, source, board, source_id, spell_no
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS open_until
    FROM limited
),

islands AS (
    SELECT
        *,
        sum(coalesce(opened_on > open_until, TRUE)::INTEGER) OVER (
            PARTITION BY role_id
            ORDER BY opened_on, source, board, source_id, spell_no
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        )::INTEGER AS role_spell_no
    FROM chained
),

gathered AS (
    SELECT
        role_id,
        role_spell_no,
        min(opened_on) AS opened_on,
        CASE WHEN bool_and(gone_on IS NOT NULL) THEN max(gone_on) END AS gone_on,
        -- What is true of the advert that opens it, and of the one that goes last.
        arg_min(
            { 'source': source, 'board': board, 'is_found': is_found, 'spell_no': spell_no },
            (opened_on, source, board, source_id)
        ) AS opener,
        arg_max(is_closed, (gone_on, is_closed)) AS is_closed
    FROM islands
    GROUP BY role_id, role_spell_no
)

SELECT
    gathered.role_id,
    gathered.role_spell_no AS spell_no,
    first_value(opener.source) OVER spells AS source,
    first_value(opener.board) OVER spells AS board,
    gathered.opened_on,
    gathered.gone_on AS closed_on,
    CASE
        WHEN opener.is_found THEN 'found'
        WHEN gathered.role_spell_no = 1 THEN 'new'
        WHEN opener.spell_no > 1 THEN 'reopened'
        ELSE 'reposted'
    END AS entry,
    CASE
        WHEN gathered.gone_on IS NULL THEN 'open' WHEN gathered.is_closed THEN 'closed' ELSE 'lost'
    END AS exit,
    CASE
        WHEN
            gathered.gone_on IS NOT NULL AND gathered.is_closed
            THEN (gathered.gone_on - gathered.opened_on)::INTEGER
    END
        AS days_open,
    gathered.gone_on IS NOT NULL AND gathered.is_closed AND NOT opener.is_found AS is_whole
FROM gathered
WINDOW spells AS (
    PARTITION BY role_id
    ORDER BY role_spell_no
    ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
)
