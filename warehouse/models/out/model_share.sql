/*
description: Share of the models of a ranking that are for a framework, by day of observation. A model may be for several.
key: [snapshot, framework, group]
columns:
  snapshot: DATE | Day of the observation, UTC
  framework: VARCHAR | As in core.models
  group: VARCHAR | newest or most downloaded models
  n_models: INTEGER | Models for it
  share: DOUBLE | Of the models of the ranking that were read
values:
  group: [newest, most downloaded]
*/
WITH sizes AS (
    SELECT
        snapshot,
        ranking,
        count(*) AS n_all
    FROM core.models
    GROUP BY ALL
),

each_framework AS (
    SELECT
        snapshot,
        ranking,
        unnest(frameworks) AS framework
    FROM core.models
),

counted AS (
    SELECT
        snapshot,
        ranking,
        framework,
        count(*)::INTEGER AS n_models
    FROM each_framework
    GROUP BY ALL
)

SELECT
    counted.snapshot,
    counted.framework,
    counted.ranking AS "group",
    counted.n_models,
    counted.n_models / sizes.n_all AS share
FROM counted
INNER JOIN sizes ON counted.snapshot = sizes.snapshot AND counted.ranking = sizes.ranking
