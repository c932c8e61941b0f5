/*
description: Share of roles that name a framework family, by year and source.
key: [period_start, sources, population, framework]
made_by: warehouse.statistics
reads: [core.roles, core.postings, core.boards]
like: out.framework_share_by_quarter
*/
