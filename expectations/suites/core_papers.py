"""Suites of `core.papers` and `core.paper_frameworks`: papers and the code they link to.

Belongs here: keys, dates and labels of papers and links. Does not belong here: the shares made
from them.
"""

from __future__ import annotations

from functools import partial

from expectations.check import KEYS, ROWS, WHOLE, Check, Frame, Suite, keys, not_empty, whole

PAPERS_TABLE = "core.papers"
LINKS_TABLE = "core.paper_frameworks"
paper_check = partial(Check, PAPERS_TABLE)
link_check = partial(Check, LINKS_TABLE)

PAPERS = Suite(
    PAPERS_TABLE,
    {
        ROWS: Frame(PAPERS_TABLE, ("paper_id",)),
        KEYS: keys(PAPERS_TABLE, ("paper_id",)),
        WHOLE: whole(
            PAPERS_TABLE,
            "(SELECT observed_on FROM raw.papers "
            "UNION ALL SELECT observed_on FROM raw.paper_links)",
        ),
    },
    (
        not_empty(
            PAPERS_TABLE,
            "No paper was kept. Look at source_health and refused_rows of the paper sources.",
        ),
        paper_check(
            "paper_id_is_stated",
            "ExpectToBeStated",
            {"column": "paper_id"},
            "critical",
            "Links hang on the id. Look at the model that builds it.",
        ),
        paper_check(
            "paper_id_is_unique",
            "ExpectKeyToBeUnique",
            {},
            "critical",
            "A paper that is there twice counts twice. Look at how the model merges its links.",
            frame=KEYS,
        ),
        paper_check(
            "source_is_known",
            "ExpectSourceToBeKnown",
            {},
            "warning",
            "A source outside the list is an imported table or a misspelt name. Rename it, or "
            "add it to the list.",
        ),
        paper_check(
            "title_is_mostly_stated",
            "ExpectToBeStated",
            {"column": "title", "mostly": 0.95},
            "warning",
            "Readers know a paper by its title. Look at the columns of the file that was read.",
        ),
        paper_check(
            "arxiv_id_is_well_formed",
            "ExpectArxivId",
            {"mostly": 0.99},
            "warning",
            "Where no date is stated, the month comes from the arXiv number. Look at the column "
            "that it is taken from.",
        ),
        paper_check(
            "published_on_is_mostly_stated",
            "ExpectToBeStated",
            {"column": "published_on", "mostly": 0.5},
            "warning",
            "More than half of the papers have no date and enter no period. Look at the arXiv "
            "numbers, or load the file of abstracts.",
        ),
        paper_check(
            "published_on_is_within_data",
            "ExpectNoOffender",
            {"mostly": 0.99},
            "critical",
            "Papers are dated from 1986 to a month after the newest observation, or whole years "
            "shift. Look at the century given to arXiv numbers.",
            # arXiv numbers begin in 1991; the archives hold scans that are a little older
            offender="""CASE WHEN published_on NOT BETWEEN DATE '1986-01-01' AND coalesce(
                (SELECT max(observed_on) FROM raw.postings) + 31, DATE '9999-12-31')
                THEN published_on END""",
        ),
        paper_check(
            "published_basis_is_known",
            "ExpectWordToBeKnown",
            {"column": "published_basis", "words": ["stated", "arxiv_id"]},
            "warning",
            "A date was stated, or comes from the arXiv number. Look at the model that dates "
            "papers.",
        ),
        paper_check(
            "tasks_are_stated",
            "ExpectToBeStated",
            {"column": "tasks"},
            "warning",
            "A paper without tasks has an empty list of them. Look at the model that merges them.",
        ),
    ),
)

PAPER_FRAMEWORKS = Suite(
    LINKS_TABLE,
    {
        ROWS: Frame(LINKS_TABLE, ("paper_id", "repo_url")),
        WHOLE: whole(LINKS_TABLE, "raw.paper_links"),
        "repeats": Frame(
            """(
            SELECT paper_id, framework, repo_url, count(*) AS n_rows
            FROM core.paper_frameworks
            GROUP BY ALL
            HAVING count(*) > 1
            )""",
            ("paper_id", "framework", "repo_url"),
        ),
    },
    (
        not_empty(
            LINKS_TABLE,
            "No link to code was kept. Look at source_health and refused_rows of the paper "
            "sources.",
        ),
        link_check(
            "paper_id_is_stated",
            "ExpectToBeStated",
            {"column": "paper_id"},
            "critical",
            "A link without its paper is counted nowhere. Look at the model that builds it.",
        ),
        link_check(
            "paper_id_has_paper",
            "ExpectReferenceToExist",
            {"column": "paper_id", "table": "core.papers", "key": "paper_id"},
            "critical",
            "Links are left over from papers that are gone. The two tables come from different "
            "runs: build both again.",
        ),
        link_check(
            "framework_is_stated",
            "ExpectToBeStated",
            {"column": "framework"},
            "critical",
            "A repository without a framework says none, in words. Look at the model that reads "
            "the labels.",
        ),
        link_check(
            "framework_is_known",
            "ExpectPaperFrameworkToBeKnown",
            {"mostly": 0.99},
            "critical",
            "A label outside the list (tensorflow for tf) would be counted for nobody. Map it "
            "where the source is read.",
        ),
        link_check(
            "framework_is_mostly_found",
            "ExpectNoOffender",
            {"mostly": 0.35},
            "warning",
            "More than 65 % of the links say none; 40 % is usual. Look at the labels of the "
            "source.",
            offender="CASE WHEN framework = 'none' THEN framework END",
        ),
        link_check(
            "is_official_is_stated",
            "ExpectToBeStated",
            {"column": "is_official"},
            "warning",
            "Official code is published beside all code; a link must be one or the other. Look "
            "at the spider of the source.",
        ),
        link_check(
            "repo_url_is_unique_per_paper",
            "ExpectNoOffender",
            {},
            "critical",
            "A repository names a framework once per paper, or a share counts it twice. Look at "
            "how the model merges links.",
            frame="repeats",
            offender="n_rows",
        ),
        link_check(
            "repo_url_is_address",
            "ExpectAddress",
            {"column": "repo_url", "mostly": 0.95},
            "warning",
            "Readers follow the address to the code. Look at the column that it is taken from.",
        ),
        link_check(
            "basis_is_known",
            "ExpectWordToBeKnown",
            {"column": "basis", "words": ["label", "dependencies"]},
            "warning",
            "A framework is a label of the source, or read in a repository's files. Look at the "
            "spider of the source.",
        ),
    ),
    covers=frozenset({"table_key_is_unique"}),
)
