"""The units that claims are judged on: roles, adverts, papers and models, read once.

Belongs here: reading units from `core` into columns, and choosing those of a claim. Does not belong
here: the fields of registry files that say which (`filters`), or measuring anything.

A role speaks for the day on which it came only if it was seen soon enough after that day: the older
adverts of a board that is read for the first time are those that nobody filled, and say nothing of
the others that came with them. So roles that were first seen over `SEEN_WITHIN_DAYS` after they
came are left out (a variant takes them in), and roles of unknown age speak of the present alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any, Literal, NamedTuple

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from warehouse.claims.filters import (
    ModelPopulation,
    PaperPopulation,
    RoleFilter,
    RolePopulation,
    Window,
)
from warehouse.claims.vocabulary import families, known_terms
from warehouse.statistics.bootstrap import Counts, Floats, poisson_weights
from warehouse.statistics.misclassification import Rates, corrected
from warehouse.statistics.series import ARCHIVES, FRAMEWORKS

Kind = Literal["roles", "papers", "models"]
Mask = npt.NDArray[np.bool_]
Rows = npt.NDArray[np.intp]
Codes = npt.NDArray[np.int32]

SEEN_WITHIN_DAYS = 92
"""A quarter: about twice the time that half of the adverts of the boards stay open."""
_WORD = 64  # terms in one column of bits
_EPOCH = date(1970, 1, 1).toordinal()


class Text(NamedTuple):
    """A column of few distinct texts: a code per row, -1 where unknown, and what codes say."""

    codes: Codes
    values: tuple[str, ...]

    def among(self, wanted: Iterable[str]) -> Mask:
        """Tell for each code whether its text is wanted; the last place is for unknown ones."""
        wanted = set(wanted)
        return np.array([*(value in wanted for value in self.values), False])


@dataclass(frozen=True, eq=False)
class Store:
    """All units of one kind, by column.

    Columns are those of the queries below: of roles and adverts company is the row in the table of
    weights, of models the owner; day is that on which a unit entered, as days since 1970.
    """

    kind: Kind
    columns: Mapping[str, npt.NDArray[Any]]
    texts: Mapping[str, Text]
    terms: Mapping[str, int]  # number of each term's bit
    named: npt.NDArray[np.uint64]  # units by words of bits
    own: npt.NDArray[np.uint64]  # the same without what recurs in all adverts of a company
    weights: Counts
    unit_ids: pa.ChunkedArray | None = None

    def __len__(self) -> int:
        return len(self.named)

    def without_boilerplate(self) -> Store:
        """Give the same units, of which only what is said of themselves counts."""
        return replace(self, named=self.own)


@dataclass(frozen=True, eq=False)
class Units:
    """Units of a store that a claim is about, as an estimator sees them."""

    store: Store
    rows: Rows
    first: date
    last: date
    has_equal_companies: bool = False  # each company counts as one, however many roles it has
    has_pooled_sources: bool = False  # trends are else measured inside each source, then averaged
    rates: Mapping[str, Rates] = field(default_factory=dict)
    """Error of the extractor by term, for figures that are corrected for it."""

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def kind(self) -> Kind:
        """What the units are."""
        return self.store.kind

    @property
    def weights(self) -> Counts:
        """Bootstrap weights, a row per company."""
        return self.store.weights

    def column(self, name: str) -> npt.NDArray[Any]:
        """Values of a column."""
        return self.store.columns[name][self.rows]

    def codes(self, name: str) -> Codes:
        """Codes of a column of texts; -1 where it is unknown."""
        return self.store.texts[name].codes[self.rows]

    def where(self, mask: Mask) -> Units:
        """Keep the units of a mask."""
        return replace(self, rows=self.rows[mask])

    def has(self, term: str) -> Mask:
        """Tell for each unit whether a term was found in it."""
        bit = self.store.terms[term]
        words = self.store.named[:, bit // _WORD][self.rows]
        return np.asarray((words & np.uint64(1 << bit % _WORD)) != 0)

    def has_any(self, terms: Iterable[str]) -> Mask:
        """Tell for each unit whether one of the terms was found in it."""
        found = np.zeros(len(self), np.bool_)
        for term in terms:
            found |= self.has(term)
        return found

    def names(self, term: str) -> Floats:
        """How much each unit counts as naming a term: 0 or 1, or that corrected for error.

        Corrected values lie beyond 0 and 1; their sums are unbiased, and so are those of products
        for different terms.
        """
        found = self.has(term).astype(np.float64)
        rates = self.rates.get(term)
        return found if rates is None else corrected(found, rates.sensitivity, rates.specificity)

    def names_either(self) -> Floats:
        """The same for naming PyTorch or TensorFlow."""
        pytorch, tensorflow = self.names("pytorch"), self.names("tensorflow")
        return pytorch + tensorflow - pytorch * tensorflow

    def matches(self, asked: RoleFilter) -> Mask:
        """Tell for each role whether it has what is asked; one whose field is unknown has not."""
        mask = np.ones(len(self), np.bool_)
        for name in ("is_ml_role", "is_us"):
            wanted = getattr(asked, name)
            if wanted is not None:
                mask &= self.column(name) == int(wanted)
        for name in ("family", "level", "country", "workplace"):
            wanted = getattr(asked, name)
            if wanted is not None:
                mask &= self.store.texts[name].among(wanted)[self.codes(name)]
        if asked.names_any is not None:
            mask &= self.has_any(asked.names_any)
        for term in asked.names_all or ():
            mask &= self.has(term)
        if asked.names_none is not None:
            mask &= ~self.has_any(asked.names_none)
        if asked.employer is not None:
            mask &= self.column("is_large_employer")
        if asked.any_of is not None:
            mask &= np.logical_or.reduce([self.matches(part) for part in asked.any_of])
        return mask

    @cached_property
    def company(self) -> Rows:
        """Row of each unit's company in `weights`."""
        return self.column("company")

    def n_companies(self, mask: Mask | None = None) -> int:
        """Count the companies of the units, or of those of a mask."""
        company = self.company if mask is None else self.company[mask]
        seen = np.zeros(len(self.weights), np.bool_)
        seen[company] = True
        return int(seen.sum())

    def worth(self) -> Floats:
        """Say how much each unit counts."""
        if not self.has_equal_companies or not len(self):
            return np.ones(len(self))
        sizes = np.bincount(self.company, minlength=len(self.weights))
        return np.asarray(1 / sizes[self.company], np.float64)

    def years(self) -> Floats:
        """Decimal year of the day on which each unit entered."""
        days = self.column("day")
        year = days.astype("datetime64[D]").astype("datetime64[Y]")
        start = year.astype("datetime64[D]").astype(np.int64)
        length = (year + 1).astype("datetime64[D]").astype(np.int64) - start
        return np.asarray(year.astype(np.int64) + 1970 + (days - start) / length, np.float64)

    def months(self) -> npt.NDArray[np.int64]:
        """Month in which each unit entered, numbered from year 0."""
        month = self.column("day").astype("datetime64[D]").astype("datetime64[M]")
        return month.astype(np.int64) + 12 * 1970


# Which of the terms that claims look for a role names: in adverts of its first year, not negated,
# with and without what recurs in all adverts of its company.
_NAMED = """
CREATE OR REPLACE TEMP TABLE claim_named AS
SELECT
    posting_id,
    {named}
FROM core.mentions AS mention
JOIN claim_terms AS term USING (technology)
WHERE mention.is_negated IS NOT true
GROUP BY posting_id
"""
_NAMED_WORD = """
    bit_or(term.word_{i}) AS named_{i},
    coalesce(bit_or(term.word_{i}) FILTER (mention.is_boilerplate IS NOT true), 0::UBIGINT)
        AS own_{i}
"""

_COMPANIES = """
CREATE OR REPLACE TEMP TABLE claim_companies AS
WITH of_roles AS (
    SELECT DISTINCT coalesce(company_id, role_id) AS company_id
    FROM core.roles WHERE entered_on <= $as_of
),
sized AS (
    SELECT
        of_roles.company_id,
        company.is_agency,
        company.n_open_most
    FROM of_roles LEFT JOIN core.companies AS company USING (company_id)
)
SELECT
    company_id,
    coalesce(is_agency, false) AS is_agency,
    -- Only employers with a board have a size, and are compared.
    n_open_most IS NOT NULL AND n_open_most >= (
        SELECT quantile_cont(n_open_most, 0.75) FROM sized WHERE n_open_most IS NOT NULL
    ) AS is_large,
    row_number() OVER (ORDER BY company_id) - 1 AS company
FROM sized
"""

# Of each role: how long after it came it was first seen (0 in an archive, which keeps all), and
# whether its day is known: it states it, or its board was listed in whole before.
_SEEN = """
CREATE OR REPLACE TEMP TABLE claim_seen AS
SELECT
    posting.posting_id,
    posting.role_id,
    coalesce(posting.posted_on, posting.first_seen_on) AS came_on,
    CASE WHEN list_contains($archives, posting.source) THEN 0
        ELSE greatest(0, posting.first_seen_on - coalesce(posting.posted_on, posting.first_seen_on))
        END AS days_unseen,
    posting.posted_on IS NOT NULL OR list_contains($archives, posting.source)
        OR coalesce(posting.first_seen_on > board.first_listing_on, false) AS is_dated,
    coalesce(board.is_panel, false) AS is_panel
FROM core.postings AS posting
LEFT JOIN core.boards AS board
    ON posting.source = board.source AND posting.board = board.board
"""

_ROLES = """
WITH started AS (
    SELECT role_id, min(came_on) AS first_on FROM claim_seen GROUP BY role_id
),
known AS (
    SELECT
        seen.role_id,
        min(seen.days_unseen) AS days_unseen,
        bool_or(seen.is_dated) AS is_dated,
        bool_or(seen.is_panel) AS is_panel,
        {named}
    FROM claim_seen AS seen
    JOIN started ON seen.role_id = started.role_id
    LEFT JOIN claim_named AS named
        ON seen.posting_id = named.posting_id AND seen.came_on <= started.first_on + 365
    GROUP BY seen.role_id
)
SELECT
    role.role_id AS unit_id, company.company::INTEGER AS company, company.is_agency,
    company.is_large AS is_large_employer, role.source,
    array_to_string(list_sort(list_distinct(role.sources)), ',') AS sources,
    (role.entered_on - DATE '1970-01-01')::INTEGER AS day,
    coalesce(role.is_ml_role, false) AS is_ml_role, coalesce(role.is_us::TINYINT, -1) AS is_us,
    role.family, role.level, role.country, role.region, role.metro, role.workplace,
    known.days_unseen::INTEGER AS days_unseen, known.is_dated, known.is_panel,
    role.pay_min_usd_year, role.pay_max_usd_year, role.pay_mid_usd_year,
    known.* EXCLUDE (role_id, days_unseen, is_dated, is_panel)
FROM core.roles AS role
JOIN claim_companies AS company ON coalesce(role.company_id, role.role_id) = company.company_id
JOIN known ON role.role_id = known.role_id
WHERE role.entered_on <= $as_of
ORDER BY company.company, role.role_id
"""

_ADVERTS = """
SELECT
    company.company::INTEGER AS company, company.is_agency,
    company.is_large AS is_large_employer, posting.source, posting.source AS sources,
    (seen.came_on - DATE '1970-01-01')::INTEGER AS day,
    coalesce(posting.is_ml_role, false) AS is_ml_role,
    coalesce(posting.is_us::TINYINT, -1) AS is_us,
    posting.family, posting.level, posting.country, role.region, role.metro, posting.workplace,
    seen.days_unseen::INTEGER AS days_unseen, seen.is_dated, seen.is_panel,
    role.pay_min_usd_year, role.pay_max_usd_year, role.pay_mid_usd_year,
    named.* EXCLUDE (posting_id)
FROM core.postings AS posting
JOIN claim_seen AS seen ON posting.posting_id = seen.posting_id
JOIN core.roles AS role ON posting.role_id = role.role_id
JOIN claim_companies AS company ON coalesce(role.company_id, role.role_id) = company.company_id
LEFT JOIN claim_named AS named ON posting.posting_id = named.posting_id
WHERE seen.came_on <= $as_of
ORDER BY company.company, posting.posting_id
"""

# A paper counts once, whichever sources list it; scope "official" has rows of its own. The new
# Papers with Code is asked by framework and lists no paper without one: it has no denominator.
_PAPERS = """
WITH links AS (
    SELECT *, false AS of_official FROM core.paper_frameworks
    UNION ALL SELECT *, true AS of_official FROM core.paper_frameworks WHERE is_official
)
SELECT
    coalesce(paper.arxiv_id, paper.paper_id) AS unit_id, of_official AS is_official,
    array_to_string(list_sort(list_distinct(list(paper.source))), ',') AS sources,
    (min(paper.published_on) - DATE '1970-01-01')::INTEGER AS day,
    bool_or(link.framework = 'pytorch') AS pytorch,
    bool_or(link.framework = 'tf') AS tensorflow,
    bool_or(link.framework = 'jax') AS jax,
    bool_or(link.framework <> 'none') AS is_naming,
    {about}
FROM core.papers AS paper JOIN links AS link USING (paper_id)
WHERE paper.published_on <= $as_of AND paper.source <> 'pwc'
GROUP BY ALL ORDER BY unit_id, is_official
"""
_ABOUT = """
    bool_or(regexp_matches(
        lower(concat_ws(' | ', paper.title, array_to_string(paper.tasks, ' | '))), $about_{i}
    )) AS about_{i}
"""

# The newest snapshot of each ranking; owners of models are their clusters.
_MODELS = """
WITH newest AS (
    SELECT * FROM core.models WHERE snapshot <= $as_of
    QUALIFY snapshot = max(snapshot) OVER (PARTITION BY source, ranking)
)
SELECT
    model_id || ' ' || ranking AS unit_id, source AS sources, ranking,
    (dense_rank() OVER (ORDER BY split_part(model_id, '/', 1)) - 1)::INTEGER AS company,
    (snapshot - DATE '1970-01-01')::INTEGER AS day,
    list_contains(frameworks, 'pytorch') AS pytorch,
    list_contains(frameworks, 'tf') AS tensorflow,
    list_contains(frameworks, 'jax') AS jax
FROM newest
ORDER BY company, unit_id
"""

_TEXTS = (
    "source",
    "sources",
    "family",
    "level",
    "country",
    "region",
    "metro",
    "workplace",
    "ranking",
)


@dataclass(frozen=True, eq=False)
class Evidence:
    """All units that claims are judged on, read once."""

    roles: Store
    adverts: Store  # the same before copies are merged
    papers: Store
    models: Store
    abouts: Mapping[str, str]  # column of each pattern that papers were looked through for

    def without_boilerplate(self) -> Evidence:
        """Give the same units, of which only what adverts say of the role itself counts."""
        return replace(self, roles=self.roles.without_boilerplate())

    def store(self, kind: Kind) -> Store:
        """Give the units of a kind."""
        return {"roles": self.roles, "papers": self.papers, "models": self.models}[kind]

    def universe(
        self,
        population: RolePopulation | PaperPopulation | ModelPopulation,
        *,
        unmerged: bool = False,
    ) -> Units:
        """Select what a claim is about, whenever it came and whoever says it.

        Args:
            population: What the claim is about.
            unmerged: Take adverts, each counted for itself, for roles.
        """
        store = self.adverts if unmerged else self.store(population.of)
        units = Units(store, np.arange(len(store)), date.min, date.max)
        if isinstance(population, RolePopulation):
            return units.where(units.matches(population))
        if isinstance(population, ModelPopulation):
            if population.ranking is None:
                return units
            return units.where(
                store.texts["ranking"].among([population.ranking])[units.codes("ranking")]
            )
        mask: Mask = units.column("is_official") == bool(population.is_official)
        if population.is_naming:
            mask = mask & units.column("is_naming")
        if population.pattern is not None:
            mask = mask & units.column(self.abouts[population.pattern])
        return units.where(mask)


def in_window(units: Units, window: Window, as_of: date) -> Units:
    """Keep the units of the window's days; a snapshot of models has no window."""
    first, last = window.days(as_of)
    units = replace(units, first=first, last=last)
    if units.kind == "models":
        return units
    day = units.column("day")
    low, high = first.toordinal() - _EPOCH, last.toordinal() - _EPOCH
    return units.where((day >= low) & (day <= high))


def read_evidence(
    con: duckdb.DuckDBPyConnection,
    as_of: date,
    terms: Iterable[str] = FRAMEWORKS,
    patterns: Iterable[str] = (),
) -> Evidence:
    """Read the roles, adverts, papers and models that were there up to a day.

    Args:
        con: Connection to a warehouse with the tables of schema `core`.
        as_of: The day that counts as now.
        terms: Terms that claims look for in adverts; the frameworks always.
        patterns: Regular expressions that claims look for in titles and tasks of papers.

    Returns:
        The evidence, in an order that doesn't depend on that of the tables.

    Raises:
        ValueError: If a term is in nobody's vocabulary.
    """
    numbers = {term: i for i, term in enumerate(dict.fromkeys([*FRAMEWORKS, *sorted(terms)]))}
    words = range(-(-len(numbers) // _WORD))
    abouts = {pattern: f"about_{i}" for i, pattern in enumerate(sorted(set(patterns)))}
    try:
        _register_terms(con, numbers, len(words))
        con.execute(_NAMED.format(named=", ".join(_NAMED_WORD.format(i=i) for i in words)))
        con.execute(_COMPANIES, {"as_of": as_of})
        con.execute(_SEEN, {"archives": sorted(ARCHIVES)})
        [(n_companies,)] = con.execute("SELECT count(*) FROM claim_companies").fetchall()
        weights = poisson_weights(n_companies)
        each_word = ", ".join(
            f"bit_or({name}_{i}) AS {name}_{i}" for i in words for name in ("named", "own")
        )
        days: dict[str, object] = {"as_of": as_of}
        roles = _read(con, _ROLES.format(named=each_word), days, "roles", numbers, weights)
        adverts = _read(con, _ADVERTS, days, "roles", numbers, weights)
        about = (
            ", ".join(_ABOUT.format(i=i) for i in range(len(abouts))) or "false AS about_nothing"
        )
        asked = {column: pattern for pattern, column in abouts.items()}
        papers = _read(
            con, _PAPERS.format(about=about), days | asked, "papers", numbers, weights[:0]
        )
        models = _read(con, _MODELS, days, "models", numbers, weights[:0])
    finally:
        for table in ("named", "companies", "seen"):
            con.execute(f"DROP TABLE IF EXISTS claim_{table}")
        con.unregister("claim_terms")
    return Evidence(roles, adverts, papers, models, abouts)


def _register_terms(
    con: duckdb.DuckDBPyConnection, numbers: Mapping[str, int], n_words: int
) -> None:
    """Tell the database which bits each technology sets: its own, and its family's."""
    bits: dict[str, list[int]] = {}
    known = families()
    unknown = numbers.keys() - known_terms()
    if unknown:
        raise ValueError(
            f"no technology, family or topic of the vocabulary: {', '.join(sorted(unknown))}"
        )
    for technology, family in known.items():
        masks = [0] * n_words
        for term in {technology, family} & numbers.keys():
            bit = numbers[term]
            masks[bit // _WORD] |= 1 << bit % _WORD
        if any(masks):
            bits[technology] = masks
    columns: dict[str, pa.Array] = {"technology": pa.array(list(bits), pa.string())}
    for i in range(n_words):
        columns[f"word_{i}"] = pa.array([masks[i] for masks in bits.values()], pa.uint64())
    con.register("claim_terms", pa.table(columns))


def _read(
    con: duckdb.DuckDBPyConnection,
    query: str,
    parameters: Mapping[str, object],
    kind: Kind,
    numbers: Mapping[str, int],
    weights: Counts,
) -> Store:
    """Read units by column."""
    table = con.sql(query, params=dict(parameters)).to_arrow_table()
    columns, texts, bits = {}, {}, {}
    unit_ids = table["unit_id"] if "unit_id" in table.column_names else None
    for name in table.column_names:
        if name == "unit_id":
            continue
        column = table[name]
        if name in _TEXTS:
            coded = column.combine_chunks().dictionary_encode()
            if isinstance(coded, pa.ChunkedArray):
                coded = coded.combine_chunks()
            codes = coded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int32)
            texts[name] = Text(codes, tuple(coded.dictionary.to_pylist()))
        elif name.startswith(("named_", "own_")):
            bits[name] = column.fill_null(0).to_numpy().astype(np.uint64)
        else:
            columns[name] = column.to_numpy()
    if kind == "roles":
        n_words = sum(name.startswith("named_") for name in bits)
        named, own = (
            np.stack([bits[f"{prefix}_{i}"] for i in range(n_words)], axis=1)
            for prefix in ("named", "own")
        )
    else:
        named = np.zeros((table.num_rows, -(-len(numbers) // _WORD)), np.uint64)
        for framework in FRAMEWORKS:
            found = columns.pop(framework).astype(np.bool_)
            named[:, 0] |= np.where(found, np.uint64(1 << numbers[framework]), np.uint64(0))
        own = named
    if kind == "models":
        n_owners = int(columns["company"].max()) + 1 if table.num_rows else 0
        weights = poisson_weights(n_owners)
    if kind == "papers":
        columns["company"] = np.full(table.num_rows, -1, np.int32)
    for name in ("is_ml_role", "is_dated", "is_panel", "is_agency", "is_large_employer",
                 "is_official", "is_naming"):  # fmt: skip
        if name in columns:
            columns[name] = columns[name].astype(np.bool_)
    return Store(kind, columns, texts, numbers, named, own, weights, unit_ids)
