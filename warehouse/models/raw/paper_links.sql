/*
description: Links of papers to code repositories as served, one row per link and day of observation.
key: [source, board, observed_on, line]
made_by: warehouse.load
columns:
  source: VARCHAR | Source of the link
  board: VARCHAR | File that held it
  observed_on: DATE | Day of the observation, UTC
  line: BIGINT | Position in the file, from 0
  paper_url: VARCHAR | The source's own address of the paper
  title: VARCHAR | Title of the paper
  arxiv_id: VARCHAR | arXiv id, NULL where there is none
  published_on: DATE | Day of publication where the source states one
  repo_url: VARCHAR | Address of the repository
  is_official: BOOLEAN | Whether the source calls it the authors' own
  framework: VARCHAR | Label of the framework; "none" is one of them
  basis: VARCHAR | label where the source says so, dependencies where the repository's files do
*/
