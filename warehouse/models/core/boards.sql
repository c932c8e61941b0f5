/*
description: A board, thread or file, and how long it has been watched as of the as-of day.
key: [source, board]
columns:
  source: VARCHAR | Source that the board belongs to
  board: VARCHAR | Board, thread or file
  first_on: DATE | Day of its first sound answer
  newest_on: DATE | Day of its newest sound answer
  first_listing_on: DATE | Day of its first complete listing, NULL where it never gave one
  newest_listing_on: DATE | Day of its newest complete listing
  is_archive: BOOLEAN | Whether adverts stay on it after the role is filled, as in a thread
  n_listings: INTEGER | Its complete listings
  is_panel: BOOLEAN | Whether it is of the fixed panel, listed in whole from the first week of the newest 365 days to the last two weeks without a gap of over 45 days
*/
WITH complete AS (
    SELECT
        source,
        board,
        observed_on,
        lag(observed_on) OVER (PARTITION BY source, board ORDER BY observed_on) AS before_on
    FROM core.listings
    WHERE is_complete
),

-- The days that the panel is about; the market may be younger than a year.
market AS (
    SELECT
        greatest(min(observed_on), max(observed_on) - 365) AS panel_from_on,
        max(observed_on) AS panel_to_on
    FROM complete
    WHERE source <> 'hackernews'
),

watched AS (
    SELECT
        complete.source,
        complete.board,
        min(complete.observed_on) AS first_listing_on,
        max(complete.observed_on) AS newest_listing_on,
        count(*)::INTEGER AS n_listings,
        any_value(complete.source) <> 'hackernews'
        AND coalesce(
            min(complete.observed_on) FILTER (
                WHERE complete.observed_on >= market.panel_from_on
            ) <= any_value(market.panel_from_on) + 7
            AND max(complete.observed_on) >= any_value(market.panel_to_on) - 14
            AND coalesce(
                max(complete.observed_on - complete.before_on) FILTER (
                    WHERE complete.before_on >= market.panel_from_on
                ), 0
            ) <= 45,
            FALSE
        ) AS is_panel
    FROM complete
    CROSS JOIN market
    GROUP BY ALL
),

sound AS (
    SELECT
        source,
        board,
        min(observed_on) AS first_on,
        max(observed_on) AS newest_on
    FROM core.listings
    WHERE is_sound
    GROUP BY ALL
)

SELECT
    sound.source,
    sound.board,
    sound.first_on,
    sound.newest_on,
    watched.first_listing_on,
    watched.newest_listing_on,
    sound.source = 'hackernews' AS is_archive,
    coalesce(watched.n_listings, 0) AS n_listings,
    coalesce(watched.is_panel, FALSE) AS is_panel
FROM sound
LEFT JOIN watched ON sound.source = watched.source AND sound.board = watched.board
