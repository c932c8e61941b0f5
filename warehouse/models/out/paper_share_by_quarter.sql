/*
description: Share of papers with code that have a repository in a framework, by quarter.
key: [period_start, framework, scope]
made_by: warehouse.statistics
reads: [core.papers, core.paper_frameworks]
columns:
  period_start: DATE | First day of the period
  framework: VARCHAR | The source's own label, none included
  scope: VARCHAR | all links, or only the authors' own (official)
  n_papers: INTEGER | Papers with such a repository
  share: DOUBLE | Of the papers with code
  share_of_named: DOUBLE | Of the papers whose code names any framework
  ci_low: DOUBLE | Lower end of the 95 % interval of share
  ci_high: DOUBLE | Upper end of the 95 % interval of share
  is_partial: BOOLEAN | Whether the period is not over or not wholly in the source
values:
  framework: paper framework
  scope: [all, official]
*/
