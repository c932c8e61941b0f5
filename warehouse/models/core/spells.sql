/*
description: When an advert was on show. It is gone once two complete listings in a row of its board lack it; what comes back after that begins a new spell.
key: [source, board, source_id, spell_no]
columns:
  source: VARCHAR | Source that shows the advert
  board: VARCHAR | Board or thread on that source
  source_id: VARCHAR | The source's own id of the advert
  spell_no: INTEGER | Number of the spell, from 1
  is_newest: BOOLEAN | Whether no later spell of the advert is known
  first_seen_on: DATE | First day on which the advert was seen, in any spell
  opened_on: DATE | First day of the spell
  is_found: BOOLEAN | Whether it was there already when its board was listed in whole for the first time
  ended_on: DATE | Last day on which it was seen, NULL while the newest sound answer of its board shows it
  closed_on: DATE | First complete listing without it, once two in a row lack it
  confirmed_on: DATE | Day of the second listing without it, on which its closing became known
  content_hash: VARCHAR | Newest version in the spell (raw.bodies)
*/
WITH sound AS (
    SELECT
        source,
        board,
        observed_on
    FROM core.listings
    WHERE is_sound
),

complete AS (
    SELECT
        source,
        board,
        observed_on,
        row_number() OVER (PARTITION BY source, board ORDER BY observed_on) AS listing_no
    FROM core.listings
    WHERE is_complete
),

suspect AS (
    SELECT DISTINCT
        source,
        board,
        observed_on
    FROM core.listings
    WHERE state = 'suspect'
),

shown AS (
    SELECT
        source,
        board,
        source_id,
        content_hash,
        from_on,
        CASE WHEN until_on <= getvariable('as_of') THEN until_on END AS until_on
    FROM raw.sightings
    WHERE from_on <= getvariable('as_of')
),

-- Most adverts have been there since they came; only the others need to be looked at closely.
several AS (
    SELECT
        source,
        board,
        source_id
    FROM shown
    GROUP BY ALL
    HAVING count(*) > 1
),

marked AS (
    SELECT
        shown.*,
        -- A day's file of the data set shows what is in the whole one, and only that is a listing.
        CASE WHEN shown.source = 'jobhive' THEN 'all' ELSE shown.board END AS listed_on,
        several.source IS NULL
        AND shown.until_on IS NULL
        AND suspect.source IS NULL
        AND shown.source <> 'jobhive' AS is_plain
    FROM shown
    LEFT JOIN several
        ON
            shown.source = several.source
            AND shown.board = several.board
            AND shown.source_id = several.source_id
    LEFT JOIN suspect
        ON
            shown.source = suspect.source
            AND shown.board = suspect.board
            AND shown.from_on = suspect.observed_on
),

-- The days of a sighting that count.
began AS (
    SELECT
        marked.*,
        sound.observed_on AS first_on
    FROM marked
    ASOF INNER JOIN sound
        ON
            marked.source = sound.source
            AND marked.board = sound.board
            AND marked.from_on <= sound.observed_on
    WHERE NOT marked.is_plain
),

dated AS (
    SELECT
        began.*,
        sound.observed_on AS last_on
    FROM began
    ASOF INNER JOIN sound
        ON
            began.source = sound.source
            AND began.board = sound.board
            AND coalesce(began.until_on, 'infinity'::DATE) > sound.observed_on
),

numbered AS (
    SELECT
        dated.*,
        max(dated.last_on) OVER earlier AS seen_before_on
    FROM dated
    WHERE dated.first_on <= dated.last_on
    WINDOW
        earlier AS (
            PARTITION BY dated.source, dated.listed_on, dated.source_id
            ORDER BY dated.first_on, dated.last_on
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        )
),

-- Complete listings up to the day before it came, and up to the day on which it was last seen.
until_came AS (
    SELECT
        numbered.*,
        coalesce(complete.listing_no, 0) AS listings_until_came
    FROM numbered
    ASOF LEFT JOIN complete
        ON
            numbered.source = complete.source
            AND numbered.listed_on = complete.board
            AND numbered.first_on > complete.observed_on
),

until_seen AS (
    SELECT
        until_came.*,
        coalesce(complete.listing_no, 0) AS listings_until_seen
    FROM until_came
    ASOF LEFT JOIN complete
        ON
            until_came.source = complete.source
            AND until_came.listed_on = complete.board
            AND until_came.seen_before_on >= complete.observed_on
),

spelled AS (
    SELECT
        *,
        (1 + sum(
            (seen_before_on IS NOT NULL AND listings_until_came - listings_until_seen >= 2)::INTEGER
        ) OVER (
            PARTITION BY source, listed_on, source_id
            ORDER BY first_on, last_on
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ))::INTEGER AS spell_no
    FROM until_seen
),

gathered AS (
    SELECT
        source,
        listed_on AS board,
        source_id,
        spell_no,
        min(first_on) AS opened_on,
        max(last_on) AS last_on,
        bool_or(until_on IS NULL) AS is_shown,
        arg_max(content_hash, (last_on, first_on)) AS content_hash
    FROM spelled
    GROUP BY ALL
),

-- The listings that lack it: the first says when it went, the second that it did.
followed AS (
    SELECT
        gathered.*,
        coalesce(complete.listing_no, 0) AS listings_until_last
    FROM gathered
    ASOF LEFT JOIN complete
        ON
            gathered.source = complete.source
            AND gathered.board = complete.board
            AND gathered.last_on >= complete.observed_on
),

told AS (
    SELECT
        followed.source,
        followed.board,
        followed.source_id,
        followed.spell_no,
        followed.opened_on,
        CASE
            WHEN NOT followed.is_shown OR first_without.observed_on IS NOT NULL
                THEN followed.last_on
        END AS ended_on,
        CASE
            WHEN second_without.observed_on IS NOT NULL
                THEN first_without.observed_on
        END AS closed_on,
        second_without.observed_on AS confirmed_on,
        followed.content_hash
    FROM followed
    LEFT JOIN complete AS first_without
        ON
            followed.source = first_without.source
            AND followed.board = first_without.board
            AND followed.listings_until_last + 1 = first_without.listing_no
    LEFT JOIN complete AS second_without
        ON
            followed.source = second_without.source
            AND followed.board = second_without.board
            AND followed.listings_until_last + 2 = second_without.listing_no
),

spells AS (
    SELECT
        source,
        board,
        source_id,
        spell_no,
        spell_no = max(spell_no) OVER advert AS is_newest,
        min(opened_on) OVER advert AS first_seen_on,
        opened_on,
        ended_on,
        closed_on,
        confirmed_on,
        content_hash
    FROM told
    WINDOW advert AS (PARTITION BY source, board, source_id)
    UNION ALL
    SELECT
        source,
        board,
        source_id,
        1 AS spell_no,
        TRUE AS is_newest,
        from_on AS first_seen_on,
        from_on AS opened_on,
        NULL AS ended_on,
        NULL AS closed_on,
        NULL AS confirmed_on,
        content_hash
    FROM marked
    WHERE is_plain
)

SELECT
    spells.source,
    spells.board,
    spells.source_id,
    spells.spell_no,
    spells.is_newest,
    spells.first_seen_on,
    spells.opened_on,
    coalesce(
        spells.opened_on <= coalesce(boards.first_listing_on, boards.newest_on), FALSE
    ) AS is_found,
    spells.ended_on,
    spells.closed_on,
    spells.confirmed_on,
    spells.content_hash
FROM spells
LEFT JOIN core.boards AS boards ON spells.source = boards.source AND spells.board = boards.board
