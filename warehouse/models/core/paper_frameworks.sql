/*
description: A link of a paper to a repository and the framework that was found there.
key: [paper_id, repo_url, framework]
columns:
  paper_id: VARCHAR | Paper (core.papers)
  framework: VARCHAR | pytorch, tf, jax, mxnet, paddle, mindspore, caffe2, torch (Lua); "none" where none was found
  is_official: BOOLEAN | Whether the source calls the repository the authors' own
  repo_url: VARCHAR | Address of the repository, NULL where the source does not say which
  basis: VARCHAR | label where the source says so, dependencies where the repository's files do
values:
  framework: paper framework
  basis: [label, dependencies]
*/
WITH newest AS (
    SELECT *
    FROM raw.paper_links
    WHERE observed_on <= getvariable('as_of')
    QUALIFY observed_on = max(observed_on) OVER (PARTITION BY source, board, paper_url)
),

links AS (
    SELECT
        source || ':' || paper_url AS paper_id,
        lower(framework) AS framework,
        coalesce(bool_or(is_official), false) AS is_official,
        repo_url,
        min(coalesce(basis, 'label')) AS basis
    FROM newest
    GROUP BY ALL
)

-- One file of a repository may name no framework where another does.
SELECT
    paper_id,
    framework,
    is_official,
    repo_url,
    basis
FROM links
QUALIFY
    basis = 'label'
    OR framework <> 'none'
    OR count(*) FILTER (WHERE framework <> 'none') OVER (PARTITION BY paper_id, repo_url) = 0
