/*
description: PyTorch to TensorFlow among the roles that entered the market, by month and source.
key: [period_start, sources, population]
made_by: warehouse.statistics
reads: [core.roles, core.postings, core.boards]
columns:
  period_start: DATE | First day of the period
  sources: VARCHAR | all, panel (boards listed throughout the newest 365 days, core.boards), or the one source that is counted
  population: VARCHAR | ml (machine-learning roles) or all
  pytorch_only: INTEGER | Roles that name the PyTorch family and not TensorFlow
  tensorflow_only: INTEGER | Roles that name the TensorFlow family and not PyTorch
  both: INTEGER | Roles that name both
  neither: INTEGER | Roles that name neither
  ratio: DOUBLE | (pytorch_only + both) / (tensorflow_only + both), NULL where the denominator is 0
  ci_low: DOUBLE | Lower end of the 95 % interval, company-clustered bootstrap
  ci_high: DOUBLE | Upper end of the 95 % interval
  n_roles: INTEGER | Roles that entered the market in the period
  n_companies: INTEGER | Companies behind them
  is_partial: BOOLEAN | Whether the period is not over, or most of its roles come from sources that did not see all of it
values:
  population: [ml, all]
*/
