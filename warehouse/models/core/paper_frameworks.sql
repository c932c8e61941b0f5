/*
description: A link of a paper to a repository and the framework that the source found there.
key: [paper_id, repo_url, framework]
columns:
  paper_id: VARCHAR | Paper (core.papers)
  framework: VARCHAR | The source's own label in lower case; "none" where it found no framework
  is_official: BOOLEAN | Whether the source calls the repository the authors' own
  repo_url: VARCHAR | Address of the repository
*/
WITH newest AS (
    SELECT *
    FROM raw.paper_links
    WHERE observed_on <= getvariable('as_of')
    QUALIFY observed_on = max(observed_on) OVER (PARTITION BY source, board)
)

SELECT
    source || ':' || paper_url AS paper_id,
    lower(framework) AS framework,
    coalesce(is_official, false) AS is_official,
    repo_url
FROM newest
