"""Judges tables: what must hold of raw, core and out before anything is published.

Belongs here: the checks (one suite per table, most of it derived from the table's header), the
vocabulary they are written in, and the one runner that knows Great Expectations. Does not belong
here: building or repairing a table (`warehouse`), or what a failed check stops (`pipelines`).
"""
