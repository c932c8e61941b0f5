/*
description: Papers as their sources list them, one row per paper and day of observation.
key: [source, board, observed_on, line]
made_by: warehouse.load
columns:
  source: VARCHAR | Source of the paper
  board: VARCHAR | File, day or query that listed it
  observed_on: DATE | Day of the observation, UTC
  line: BIGINT | Position in the landing file, from 0
  paper_url: VARCHAR | The source's own address of the paper
  title: VARCHAR | Title of the paper
  arxiv_id: VARCHAR | arXiv id, NULL where there is none
  published_on: DATE | Day of publication where the source states one
  tasks: VARCHAR[] | Tasks that the source files it under
  repo_url: VARCHAR | Repository that the source names, NULL where none
*/
