/*
description: "Series of ours held against series of others: whether they move the same way, when PyTorch took the lead, and both levels. No verdict is made from them."
key: [our_series, outside_series, measure, period_start]
made_by: warehouse.crosschecks
reads: [core.roles, core.papers, core.paper_frameworks, out.reference_series]
columns:
  our_series: VARCHAR | Series of ours
  outside_series: VARCHAR | Series of somebody else
  outside_name: VARCHAR | The same in words
  measure: VARCHAR | direction (change of the share from the first to the last year that both hold), crossing_date (when PyTorch took the lead) or level (the share of one year)
  unit: VARCHAR | share as a fraction, or year (decimal)
  ours: DOUBLE | Our figure, NULL where there is none
  ci_low: DOUBLE | Lower end of its 95 % interval, NULL where open or where there is none
  ci_high: DOUBLE | Upper end of its 95 % interval
  n_units: BIGINT | Roles or papers that our figure rests on, NULL where there is none
  n_companies: BIGINT | Companies behind them, NULL for papers
  theirs_low: DOUBLE | Least value that the outside source allows, NULL where open
  theirs_high: DOUBLE | Greatest value that it allows
  period_start: DATE | First day of the years compared
  period_end: DATE | Last day of them, at most the as-of day
  agrees: BOOLEAN | Whether they agree, in the sign of the change or in that our interval meets their span, NULL where it can't be told and of levels, which are shown and not judged
  note: VARCHAR | What was found, or why nothing can be told
  caveats: VARCHAR | What to keep in mind of the two series, NULL where nothing
  newest_figure_on: DATE | Last day that the outside figures are of
  is_observed: BOOLEAN | Whether a run has read some of them; else all ship with the project
  source: VARCHAR | Who counted
  url: VARCHAR | Where it is published
  licence: VARCHAR | Licence or terms
  is_sample: BOOLEAN | Whether ours is the sample market and not the world
values:
  our_series: [hackernews roles, papers, "papers with the authors' own code"]
  measure: [direction, crossing_date, level]
  unit: [share, year]
*/
