"""The claims under test: one YAML file per claim, and the code that judges them.

Belongs here: what each claim says, how it is measured, and when it holds. Does not belong here:
statistics that know nothing of claims (`warehouse.statistics`).
"""
