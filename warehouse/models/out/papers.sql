/*
description: A paper of one source.
key: [paper_id]
columns:
  paper_id: VARCHAR | source:address of the paper there
  source: VARCHAR | Source of the paper
  arxiv_id: VARCHAR | arXiv id without version, NULL where there is none
  title: VARCHAR | Title
  published_on: DATE | Day of publication; where only the arXiv id tells, the first of its month
  published_basis: VARCHAR | stated or arxiv_id, NULL where nothing tells
*/
SELECT
    paper_id,
    source,
    arxiv_id,
    title,
    published_on,
    published_basis
FROM core.papers
