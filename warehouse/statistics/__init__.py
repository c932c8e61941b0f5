"""Statistics of our own, where scipy has none that fits: resampled companies, intervals, dates.

Belongs here: numbers in, numbers out, and the series tables that are made of them. Does not
belong here: what a claim says or when it holds (`warehouse.claims`).
"""
