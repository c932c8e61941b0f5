"""Suite of `core.facts`: what the normalisers read out of each version of an advert.

Belongs here: what holds of all facts together. Does not belong here: what follows from the header
(`expectations.skeleton`), or adverts (`core_postings`).
"""

from __future__ import annotations

from expectations.check import Check, Frame, Suite

TABLE = "core.facts"

_METHODS = "methods"

SUITE = Suite(
    TABLE,
    {
        _METHODS: Frame(
            f"""(
            SELECT method_version, count(*) AS n_versions,
                row_number() OVER (ORDER BY n_versions DESC, method_version) AS place
            FROM {TABLE} ANTI JOIN raw.forgotten_versions USING (content_hash)
            GROUP BY method_version
            )""",
            ("method_version", "n_versions"),
        )
    },
    (
        Check(
            TABLE,
            "method_version_is_one",
            "ExpectNoOffender",
            {},
            "warning",
            "Adverts read by two methods are not quite comparable: the older ones are read anew in "
            "the next runs. Give HIRING_SIGNAL_RENEW_SECONDS more time to have it sooner.",
            frame=_METHODS,
            offender="CASE WHEN place > 1 THEN n_versions END",
        ),
    ),
)
