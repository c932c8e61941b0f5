"""Suite of `core.mentions`: the frameworks, skills and topics that adverts name.

Belongs here: that a mention belongs to an advert, uses the vocabulary and lies in the text. Does
not belong here: whether the text really says so; that is measured on labelled adverts.
"""

from __future__ import annotations

from functools import partial
from typing import get_args

from expectations.check import ROWS, WHOLE, Check, Frame, Suite, whole
from warehouse.normalise.types import MentionKind, Section

TABLE = "core.mentions"
check = partial(Check, TABLE)

FRAMES = {
    ROWS: Frame(TABLE, ("posting_id",)),
    WHOLE: whole(TABLE, "core.postings", day=""),
    "words": Frame(
        """(
        SELECT technology, family, kind, section, is_negated,
            count(*) AS n_rows,
            min(posting_id) AS example
        FROM core.mentions
        GROUP BY technology, family, kind, section, is_negated
        )""",
        ("technology", "n_rows", "example"),
    ),
    "technologies": Frame(
        """(
        SELECT technology,
            count(DISTINCT family) AS n_families,
            count(*) AS n_rows
        FROM core.mentions
        WHERE technology IS NOT NULL
        GROUP BY technology
        )""",
        ("technology", "n_rows"),
    ),
    "repeats": Frame(
        """(
        SELECT posting_id, technology, span_start, count(*) AS n_rows
        FROM core.mentions
        GROUP BY ALL
        HAVING count(*) > 1
        )""",
        ("posting_id", "technology", "span_start"),
    ),
}

CHECKS = (
    check(
        "table_is_not_empty",
        "ExpectRowsToBeThere",
        {},
        "warning",
        "No advert names any technology: every share would be nought. Look at the mention "
        "normaliser and its vocabulary.",
        frame=WHOLE,
    ),
    check(
        "posting_id_is_stated",
        "ExpectToBeStated",
        {"column": "posting_id"},
        "critical",
        "A mention without its advert is counted nowhere. Look at the normalising step.",
    ),
    check(
        "posting_id_has_posting",
        "ExpectReferenceToExist",
        {"column": "posting_id", "table": "core.postings", "key": "posting_id"},
        "critical",
        "Mentions are left over from adverts that are gone. The two tables come from different "
        "runs: build both again.",
    ),
    check(
        "technology_is_stated",
        "ExpectToBeStated",
        {"column": "technology"},
        "critical",
        "A mention of nothing. Look at the mention normaliser.",
        frame="words",
    ),
    check(
        "technology_is_known",
        "ExpectTechnologyToBeKnown",
        {},
        "critical",
        "A technology outside the vocabulary is counted for nobody. Mentions are of an older "
        "method, or a leaf was renamed: normalise again, or mend the vocabulary.",
        frame="words",
    ),
    check(
        "family_is_stated",
        "ExpectToBeStated",
        {"column": "family"},
        "critical",
        "Claims count families. Look at the row of the technology in the vocabulary.",
        frame="words",
    ),
    check(
        "family_is_one_per_technology",
        "ExpectNumberWithin",
        {"column": "n_families", "min_value": 0, "max_value": 1},
        "critical",
        "A technology rolls up to one family, or a role is counted for two. Mentions of two "
        "methods are mixed: normalise again.",
        frame="technologies",
    ),
    check(
        "kind_is_known",
        "ExpectWordToBeKnown",
        {"column": "kind", "words": list(get_args(MentionKind))},
        "critical",
        "A mention is a framework, a skill or a topic. Look at the row of the technology in the "
        "vocabulary.",
        frame="words",
    ),
    check(
        "section_is_known",
        "ExpectWordToBeKnown",
        {"column": "section", "words": list(get_args(Section))},
        "warning",
        "A mention lies in the requirements, the preferences, the words about the employer, or "
        "elsewhere. Look at the split into sections.",
        frame="words",
    ),
    check(
        "is_negated_is_stated",
        "ExpectToBeStated",
        {"column": "is_negated"},
        "critical",
        "Negated mentions do not count; without the mark nobody knows. Look at the mention "
        "normaliser.",
        frame="words",
    ),
    check(
        "span_start_is_unique_per_technology",
        "ExpectNoOffender",
        {},
        "critical",
        "The same mention is there twice: the normalising step was not idempotent. Normalise "
        "these adverts again.",
        frame="repeats",
        offender="n_rows",
    ),
    check(
        "span_end_fits_surface",
        "ExpectNoOffender",
        {},
        "warning",
        "The span is as long as the words found, and starts in the text; otherwise nobody can "
        "find them again. Look at the offsets after the conversion to text.",
        offender="CASE WHEN span_start < 0 OR span_end - span_start <> length(surface) "
        "THEN span_end END",
    ),
)

SUITE = Suite(TABLE, FRAMES, CHECKS, covers=frozenset({"table_key_is_unique"}))
