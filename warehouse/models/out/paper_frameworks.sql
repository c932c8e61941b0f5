/*
description: A link of a paper to a repository and the framework that was found there.
key: [paper_id, repo_url, framework]
materialized: view
like: core.paper_frameworks
columns:
  paper_id: VARCHAR | Paper (out.papers)
  framework:
  is_official:
  repo_url:
  basis:
*/
SELECT
    paper_id,
    framework,
    is_official,
    repo_url,
    basis
FROM core.paper_frameworks
