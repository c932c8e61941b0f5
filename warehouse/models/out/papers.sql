/*
description: A paper of one source.
key: [paper_id]
like: core.papers
*/
SELECT
    paper_id,
    source,
    arxiv_id,
    title,
    published_on,
    published_basis
FROM core.papers
