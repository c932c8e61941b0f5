"""Names assets, checks, jobs and schedules and calls the others; Dagster is known here alone.

Belongs here: orchestration and the command line. Does not belong here: anything that could be said
without Dagster.
"""
