/*
description: Share of papers with code that have a repository in a framework, by year.
key: [period_start, framework, scope]
made_by: warehouse.statistics
reads: [core.papers, core.paper_frameworks]
like: out.paper_share_by_quarter
*/
