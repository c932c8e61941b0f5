/*
description: Roles open on boards that list all that they have, and how many came and went, by day. stock is that of the day before, and found, and inflow, less closures and lost. A role counts for the source and board of its first advert there.
key: [day, sources, population, framework]
columns:
  day: DATE | Day, UTC
  sources: VARCHAR | all, panel (boards listed throughout the newest 365 days, core.boards), or the one source that is counted
  population: VARCHAR | ml (machine-learning roles) or all
  framework: VARCHAR | any (whatever the role names), pytorch, tensorflow or jax (roles that name the family)
  stock: INTEGER | Roles open at the end of the day; one that the newest listing alone lacks is not closed yet
  found: INTEGER | Roles that were there already when their board was first listed in whole
  inflow: INTEGER | Roles that opened, the three kinds below together
  n_new: INTEGER | Roles seen for the first time
  n_reopened: INTEGER | Roles of which an advert came back after it had closed
  n_reposted: INTEGER | Closed roles that came back under another id
  closures: INTEGER | Roles that closed
  lost: INTEGER | Roles whose boards have not been read for 45 days
  is_listed: BOOLEAN | Whether a board of the set was listed in whole on the day
  is_partial: BOOLEAN | Whether closures of the day can still become known, with the next listing, or no board was listed in the 45 days before
values:
  population: [all, ml]
  framework: [any, pytorch, tensorflow, jax]
*/
WITH moves AS (
    SELECT
        role_id,
        source,
        board,
        opened_on AS day,
        entry AS what
    FROM core.role_spells
    UNION ALL
    SELECT
        role_id,
        source,
        board,
        closed_on AS day,
        exit AS what
    FROM core.role_spells
    WHERE closed_on IS NOT NULL
),

counted AS (
    SELECT
        moves.day,
        moves.source,
        coalesce(board.is_panel, FALSE) AS is_panel,
        role.is_ml_role,
        role.has_pytorch,
        role.has_tensorflow,
        role.has_jax,
        count(*) FILTER (WHERE moves.what = 'found') AS found,
        count(*) FILTER (WHERE moves.what = 'new') AS n_new,
        count(*) FILTER (WHERE moves.what = 'reopened') AS n_reopened,
        count(*) FILTER (WHERE moves.what = 'reposted') AS n_reposted,
        count(*) FILTER (WHERE moves.what = 'closed') AS closures,
        count(*) FILTER (WHERE moves.what = 'lost') AS lost
    FROM moves
    INNER JOIN core.role_rows AS role ON moves.role_id = role.role_id
    LEFT JOIN core.boards AS board ON moves.source = board.source AND moves.board = board.board
    GROUP BY ALL
),

by_set AS (
    SELECT
        *,
        unnest(list_concat(['all', source], CASE WHEN is_panel THEN ['panel'] ELSE [] END))
            AS sources
    FROM counted
),

by_population AS (
    SELECT
        *,
        unnest(CASE WHEN is_ml_role THEN ['all', 'ml'] ELSE ['all'] END) AS population
    FROM by_set
),

by_framework AS (
    SELECT
        *,
        unnest(list_concat(
            ['any'],
            CASE WHEN has_pytorch THEN ['pytorch'] ELSE [] END,
            CASE WHEN has_tensorflow THEN ['tensorflow'] ELSE [] END,
            CASE WHEN has_jax THEN ['jax'] ELSE [] END
        )) AS framework
    FROM by_population
),

-- Listings of each source set: its days begin with the first, and the last two are not final.
listed AS (
    SELECT
        unnest(list_concat(
            ['all', listing.source], CASE WHEN board.is_panel THEN ['panel'] ELSE [] END
        )) AS sources,
        listing.observed_on
    FROM core.listings AS listing
    INNER JOIN core.boards AS board
        ON listing.source = board.source AND listing.board = board.board
    WHERE listing.is_complete AND NOT board.is_archive
),

days_listed AS (
    SELECT
        sources,
        list(DISTINCT observed_on ORDER BY observed_on) AS days
    FROM listed
    GROUP BY sources
),

each_day AS (
    SELECT
        sources,
        days,
        unnest(generate_series(days[1], getvariable('as_of')::DATE, INTERVAL 1 DAY))::DATE AS day
    FROM days_listed
),

calendar AS (
    SELECT
        sources,
        day,
        list_contains(days, day) AS is_listed,
        coalesce(day >= days[-2], TRUE)
        OR day - max(CASE WHEN list_contains(days, day) THEN day END) OVER (
            PARTITION BY sources
            ORDER BY day
        ) > 45 AS is_partial
    FROM each_day
),

dimensions AS (
    SELECT
        population.name AS population,
        framework.name AS framework
    FROM (SELECT unnest(['all', 'ml']) AS name) AS population
    CROSS JOIN (SELECT unnest(['any', 'pytorch', 'tensorflow', 'jax']) AS name) AS framework
),

flows AS (
    SELECT
        calendar.day,
        calendar.sources,
        dimensions.population,
        dimensions.framework,
        calendar.is_listed,
        calendar.is_partial,
        coalesce(sum(moved.found), 0)::INTEGER AS found,
        coalesce(sum(moved.n_new), 0)::INTEGER AS n_new,
        coalesce(sum(moved.n_reopened), 0)::INTEGER AS n_reopened,
        coalesce(sum(moved.n_reposted), 0)::INTEGER AS n_reposted,
        coalesce(sum(moved.closures), 0)::INTEGER AS closures,
        coalesce(sum(moved.lost), 0)::INTEGER AS lost
    FROM calendar
    CROSS JOIN dimensions
    LEFT JOIN by_framework AS moved
        ON
            calendar.day = moved.day
            AND calendar.sources = moved.sources
            AND dimensions.population = moved.population
            AND dimensions.framework = moved.framework
    GROUP BY ALL
)

SELECT
    day,
    sources,
    population,
    framework,
    sum(found + n_new + n_reopened + n_reposted - closures - lost) OVER (
        PARTITION BY sources, population, framework
        ORDER BY day
    )::INTEGER AS stock,
    found,
    n_new + n_reopened + n_reposted AS inflow,
    n_new,
    n_reopened,
    n_reposted,
    closures,
    lost,
    is_listed,
    is_partial
FROM flows
