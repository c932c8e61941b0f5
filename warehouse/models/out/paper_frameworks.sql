/*
description: A link of a paper to a repository and the framework that the source found there.
key: [paper_id, repo_url, framework]
like: core.paper_frameworks
columns:
  paper_id: VARCHAR | Paper (out.papers)
  framework:
  is_official:
  repo_url:
*/
SELECT
    paper_id,
    framework,
    is_official,
    repo_url
FROM core.paper_frameworks
