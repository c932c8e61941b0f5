/*
description: An employer that adverts name, how many roles it has on show, and whether it staffs or recruits for others.
key: [company_id]
materialized: view
like: core.companies
*/
SELECT *
FROM core.companies
