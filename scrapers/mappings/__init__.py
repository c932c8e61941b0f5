"""Mappings: which column of a bulk table is which field of a posting.

Belongs here: one YAML file per shape of table, how such a file is read (`model`), and how cells are
(`cells`). Does not belong here: reading tables (`scrapers.tables`).
"""
