/*
description: A paper of one source, as its newest observation lists it.
key: [paper_id]
materialized: view
like: core.papers
*/
SELECT
    paper_id,
    source,
    arxiv_id,
    title,
    published_on,
    published_basis,
    tasks
FROM core.papers
