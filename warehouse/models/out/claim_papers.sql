/*
description: "A paper as claims see it: once, whichever sources list it, with the frameworks of its repositories; a second row where the authors' own alone count. The SQL of a claim (out.claim_verdicts.redo_sql) reads it."
key: [unit_id, is_official]
materialized: view
columns:
  unit_id: VARCHAR | arXiv id of the paper, else its paper_id in out.papers
  is_official: BOOLEAN | Whether only the authors' own repositories count
  published_on: DATE | Day of publication, the first that a source states
  is_naming: BOOLEAN | Whether the framework of one of its repositories is known
  names_pytorch: BOOLEAN | Whether PyTorch is one of them
  names_tensorflow: BOOLEAN | Whether TensorFlow is one of them
  names_jax: BOOLEAN | Whether JAX is one of them
  about: VARCHAR | Titles and tasks in small letters
*/
WITH links AS (
    SELECT
        paper_id,
        framework,
        false AS of_official
    FROM core.paper_frameworks
    UNION ALL
    SELECT
        paper_id,
        framework,
        true AS of_official
    FROM core.paper_frameworks
    WHERE is_official
)

SELECT
    coalesce(paper.arxiv_id, paper.paper_id) AS unit_id,
    link.of_official AS is_official,
    min(paper.published_on) AS published_on,
    bool_or(link.framework <> 'none') AS is_naming,
    bool_or(link.framework = 'pytorch') AS names_pytorch,
    bool_or(link.framework = 'tf') AS names_tensorflow,
    bool_or(link.framework = 'jax') AS names_jax,
    lower(
        string_agg(
            DISTINCT concat_ws(' | ', paper.title, array_to_string(paper.tasks, ' | ')), ' | '
            ORDER BY concat_ws(' | ', paper.title, array_to_string(paper.tasks, ' | '))
        )
    ) AS about
FROM core.papers AS paper
INNER JOIN links AS link ON paper.paper_id = link.paper_id
WHERE paper.source <> 'pwc'
GROUP BY coalesce(paper.arxiv_id, paper.paper_id), link.of_official
