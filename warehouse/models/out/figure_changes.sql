/*
description: "One published figure that moved between one publication and the next, and why; the log of all publications, oldest first. Flipped verdicts, figures beyond their interval of before and sources lost or recovered have rows of their own; the many small moves of a table are one row, which names the largest and counts all."
key: [publication_before, table_name, kind, figure, measure]
made_by: warehouse.publish
reads: [out.claim_verdicts, out.framework_ratio_by_month, out.framework_ratio_by_quarter, out.framework_ratio_by_year, out.framework_share_by_month, out.framework_share_by_quarter, out.framework_share_by_year, out.pay_by_framework_level, out.paper_share_by_quarter, out.paper_share_by_year, out.model_share, out.skill_by_framework, out.comention_by_year, out.source_health]
columns:
  as_of_before: DATE | As-of day of the publication of before
  as_of_after: DATE | As-of day of the publication in which the figure moved
  publication_before: VARCHAR | Id of the publication that the figure is compared with
  table_name: VARCHAR | Table of the figure, in schema out
  kind: VARCHAR | What happened to it; moved means within its interval of before, or it has none
  figure: VARCHAR | The figure in words; of a row for several, the one that moved most (new and gone ones, the one that rests on most)
  figure_key: VARCHAR | Key of the figure in its table, as a JSON object
  measure: VARCHAR | Column of the figure in its table
  unit: VARCHAR | Unit of the figure, NULL where the table says none
  value_before: DOUBLE | The figure before, NULL where there was none
  ci_low_before: DOUBLE | Lower end of its 95 % interval, NULL where open or where there is none
  ci_high_before: DOUBLE | Upper end of it, NULL where open or where there is none
  value_after: DOUBLE | The figure after, NULL where there is none any more
  ci_low_after: DOUBLE | Lower end of its 95 % interval, NULL where open or where there is none
  ci_high_after: DOUBLE | Upper end of it, NULL where open or where there is none
  n_before: BIGINT | Roles, papers or models that it rested on, NULL where they are not counted
  n_after: BIGINT | Those that it rests on now, NULL where they are not counted
  said_before: VARCHAR | Verdict or state of the source before, NULL of other figures
  said_after: VARCHAR | Verdict or state of the source after, NULL of other figures
  why: VARCHAR | new data (a later day, or more was read), new method (of reading adverts or of counting), both, or claim re-registered where the rule of the claim is another, or the claim is new or gone
  method_version_before: VARCHAR | Version of the normalisers before
  method_version_after: VARCHAR | Version of the normalisers after
  claim_version_before: INTEGER | Version of the claim's rule before, NULL of other figures
  claim_version_after: INTEGER | Version of the claim's rule after, NULL of other figures
  n_figures: INTEGER | Figures that the row stands for, itself included
  is_sample: BOOLEAN | Whether this is about the sample market and not about the world
values:
  kind: [verdict flipped, moved beyond its interval, moved, new, gone, source lost, source recovered]
  why: [new data, new method, both, claim re-registered]
*/
