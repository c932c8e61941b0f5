"""What is true once the bytes are here: load, normalise, model, judge, publish.

Belongs here: plain Python and SQL over landing files and the warehouse. Does not belong here: the
network (`scrapers`), the judging of tables (`expectations`), or Dagster (`pipelines`).
"""
