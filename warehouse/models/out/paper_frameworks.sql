/*
description: A link of a paper to a repository and the framework that the source found there.
key: [paper_id, repo_url, framework]
columns:
  paper_id: VARCHAR | Paper (out.papers)
  framework: VARCHAR | The source's own label in lower case; "none" where it found no framework
  is_official: BOOLEAN | Whether the source calls the repository the authors' own
  repo_url: VARCHAR | Address of the repository
*/
SELECT
    paper_id,
    framework,
    is_official,
    repo_url
FROM core.paper_frameworks
