"""Benchmarks: how fast the warehouse works, and how that compares with the plain way to do it.

Belongs here: measuring, the plain ways (`baselines`) and the parts of the suite. Does not belong
here: accuracy (`warehouse.score`), or where texts come from (`pipelines.bench`).
"""
