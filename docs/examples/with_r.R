# PyTorch to TensorFlow by year, with R: Rscript docs/examples/with_r.R data/published
# install.packages("duckdb") brings DBI along.
library(DBI)

given <- commandArgs(trailingOnly = TRUE)
published <- if (length(given)) given[1] else "data/published"
con <- dbConnect(
  duckdb::duckdb(), file.path(normalizePath(published), "warehouse.duckdb"), read_only = TRUE
)
ratios <- dbGetQuery(con, "
  SELECT year(period_start) AS year, ratio, ci_low, ci_high, n_roles, n_companies
  FROM out.framework_ratio_by_year
  WHERE sources = 'all' AND population = 'ml' AND NOT is_partial
  ORDER BY year
")
if (dbGetQuery(con, "SELECT bool_or(is_sample) FROM out.claim_verdicts")[1, 1]) {
  cat("SAMPLE: generated, not the world\n")
}
print(ratios, digits = 3)
dbDisconnect(con, shutdown = TRUE)
