"""One module per suite: what is expected of a table, as rows.

Belongs here: checks and the frames they judge. Does not belong here: code; a rule that needs some
is an expectation of `expectations.vocabulary`.
"""
