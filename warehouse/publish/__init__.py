"""What readers get: the published warehouse, CSV reports, the report page, the data dictionary.

Belongs here: reading the checked `core` and `out` tables and putting them, unchanged in meaning,
where readers find them. Does not belong here: computing a figure (models, statistics, claims),
judging one (expectations), or answering a reader's own query (`warehouse.query`).
"""
