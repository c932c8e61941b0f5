"""Suite of `core.role_links`: which adverts are for one role.

Belongs here: that every advert is linked to one first advert, and for a known reason. Does not
belong here: whether two adverts are for one role (labelled pairs measure that, `hiring-signal
score`).
"""

from __future__ import annotations

from functools import partial

from expectations.check import ROWS, WHOLE, Check, Frame, Suite, not_empty

TABLE = "core.role_links"
check = partial(Check, TABLE)

SUITE = Suite(
    TABLE,
    {
        ROWS: Frame(TABLE, ("posting_id",)),
        WHOLE: Frame(
            f"""(
            SELECT
                (SELECT count(*) FROM core.adverts WHERE NOT is_excerpt) AS n_rows_before,
                (SELECT count(*) FROM {TABLE}) AS n_rows
            )""",
            ("n_rows_before", "n_rows"),
        ),
        "repeats": Frame(
            f"(SELECT posting_id, count(*) AS n_rows FROM {TABLE} GROUP BY ALL HAVING n_rows > 1)",
            ("posting_id",),
        ),
        "firsts": Frame(
            f"""(
            SELECT link.posting_id, link.first_posting_id, link.basis,
                first.first_posting_id AS first_of_first
            FROM {TABLE} AS link
            LEFT JOIN (
                SELECT posting_id, min(first_posting_id) AS first_posting_id
                FROM {TABLE} GROUP BY posting_id
            ) AS first ON link.first_posting_id = first.posting_id
            )""",
            ("posting_id", "first_posting_id"),
        ),
        "roles": Frame(
            f"""(
            SELECT first_posting_id, count(*) AS n_adverts
            FROM {TABLE} WHERE basis <> 'copy' GROUP BY ALL
            )""",
            ("first_posting_id",),
        ),
    },
    (
        not_empty(
            TABLE,
            "No advert is linked to a role. Look at the step that puts adverts together.",
        ),
        check(
            "posting_id_is_unique",
            "ExpectNoOffender",
            {},
            "critical",
            "An advert that is in two roles counts twice. Look at how the adverts of an employer "
            "are put together.",
            frame="repeats",
            offender="n_rows",
        ),
        check(
            "first_posting_id_is_its_own_first",
            "ExpectNoOffender",
            {},
            "critical",
            "The first advert of a role is linked to itself; else a role falls into pieces. Look "
            "at how the adverts of an employer are put together.",
            frame="firsts",
            offender="CASE WHEN first_of_first IS DISTINCT FROM first_posting_id "
            "THEN first_posting_id END",
        ),
        check(
            "basis_is_known",
            "ExpectWordToBeKnown",
            {
                "column": "basis",
                "words": ["first", "copy", "apply address", "requisition", "text"],
            },
            "critical",
            "A link says why there is one. Name the new reason here and in the table's header.",
        ),
        check(
            "first_posting_id_is_not_everyones",
            "ExpectNoOffender",
            {},
            "warning",
            "More than 500 adverts that are no copies are held for one role: an employer's name "
            "may stand for many employers, or a text for many roles. Look at them.",
            frame="roles",
            offender="CASE WHEN n_adverts > 500 THEN n_adverts END",
        ),
    ),
)
