/*
description: A board, thread or file, and how long it has been watched as of the as-of day.
key: [source, board]
materialized: view
like: core.boards
*/
SELECT *
FROM core.boards
