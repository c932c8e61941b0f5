/*
description: PyTorch to TensorFlow among the roles that entered the market, by year and source.
key: [period_start, sources, population]
made_by: warehouse.statistics
reads: [core.roles, core.postings, core.boards]
like: out.framework_ratio_by_month
*/
