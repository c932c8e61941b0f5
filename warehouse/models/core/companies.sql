/*
description: An employer that adverts name, how many roles it has on show, and whether it staffs or recruits for others.
key: [company_id]
columns:
  company_id: VARCHAR | Normalised employer
  company: VARCHAR | Its name as most of its adverts write it
  n_sources: INTEGER | Sources that show its adverts
  has_board: BOOLEAN | Whether a board that lists all that it has is its own; a feed of many employers is not
  n_open_most: INTEGER | Most of its roles on show at once on complete listings of its own boards, NULL without such a board
  is_agency: BOOLEAN | Whether it staffs or recruits for others
  agency_basis: VARCHAR | What tells so, name (its name does) or wording (at least two and at least half of its adverts speak of a client whom they hire for), NULL for other employers
values:
  agency_basis: [name, wording]
*/
WITH named AS (
    SELECT
        posting.posting_id,
        posting.company_id,
        posting.company,
        posting.source,
        posting.board,
        posting.content_hash,
        posting.is_excerpt,
        fact.is_agency_name
    FROM core.posting_rows AS posting
    INNER JOIN core.facts AS fact ON posting.content_hash = fact.content_hash
    -- Without a name nobody can tell whose the advert is.
    WHERE posting.company IS NOT NULL
),

spelled AS (
    SELECT
        company_id,
        company,
        count(*) AS n
    FROM named
    GROUP BY ALL
),

spellings AS (
    SELECT
        company_id,
        arg_max(company, (n, company)) AS company
    FROM spelled
    GROUP BY company_id
),

for_clients AS (
    SELECT DISTINCT content_hash
    FROM core.fact_mentions
    WHERE technology = 'for-a-client' AND NOT is_negated
),

employers AS (
    SELECT
        named.company_id,
        count(DISTINCT named.source)::INTEGER AS n_sources,
        bool_or(named.is_agency_name) AS is_agency_name,
        count(*) FILTER (WHERE NOT named.is_excerpt) AS n_adverts,
        count(for_clients.content_hash) FILTER (WHERE NOT named.is_excerpt) AS n_for_clients
    FROM named
    LEFT JOIN for_clients ON named.content_hash = for_clients.content_hash
    GROUP BY named.company_id
),

shown AS (
    SELECT
        source,
        board,
        company_id,
        count(*) AS n
    FROM named
    GROUP BY ALL
),

-- Whose a board is: most of its adverts are its owner's, a subsidiary may stand beside it.
own_boards AS (
    SELECT
        shown.source,
        shown.board,
        shown.company_id
    FROM shown
    INNER JOIN core.boards AS board ON shown.source = board.source AND shown.board = board.board
    WHERE board.n_listings > 0 AND NOT board.is_archive
    QUALIFY 2 * shown.n > sum(shown.n) OVER (PARTITION BY shown.source, shown.board)
),

moves AS (
    SELECT
        own_boards.company_id,
        spell.opened_on AS moved_on,
        1 AS n
    FROM core.role_spells AS spell
    INNER JOIN own_boards ON spell.source = own_boards.source AND spell.board = own_boards.board
    INNER JOIN core.role_rows AS role
        ON spell.role_id = role.role_id AND own_boards.company_id = role.company_id
    UNION ALL
    SELECT
        own_boards.company_id,
        spell.closed_on AS moved_on,
        -1 AS n
    FROM core.role_spells AS spell
    INNER JOIN own_boards ON spell.source = own_boards.source AND spell.board = own_boards.board
    INNER JOIN core.role_rows AS role
        ON spell.role_id = role.role_id AND own_boards.company_id = role.company_id
    WHERE spell.closed_on IS NOT NULL
),

days AS (
    SELECT
        company_id,
        moved_on,
        sum(n) AS n
    FROM moves
    GROUP BY ALL
),

stocks AS (
    SELECT
        company_id,
        sum(n) OVER (PARTITION BY company_id ORDER BY moved_on) AS n_open
    FROM days
),

boards AS (
    SELECT
        owners.company_id,
        coalesce(max(stocks.n_open), 0)::INTEGER AS n_open_most
    FROM (SELECT DISTINCT company_id FROM own_boards) AS owners
    LEFT JOIN stocks ON owners.company_id = stocks.company_id
    GROUP BY owners.company_id
),

told AS (
    SELECT
        *,
        CASE
            WHEN is_agency_name THEN 'name'
            WHEN n_for_clients >= 2 AND 2 * n_for_clients >= n_adverts THEN 'wording'
        END AS agency_basis
    FROM employers
)

SELECT
    told.company_id,
    spellings.company,
    told.n_sources,
    boards.company_id IS NOT NULL AS has_board,
    boards.n_open_most,
    told.agency_basis IS NOT NULL AS is_agency,
    told.agency_basis
FROM told
INNER JOIN spellings ON told.company_id = spellings.company_id
LEFT JOIN boards ON told.company_id = boards.company_id
