"""What a claim is about: which roles or papers, in which window.

Belongs here: the fields that a claim may filter by, windows, and reading the units from `core`.
Does not belong here: measuring anything.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Annotated, Literal, Self

import duckdb
import numpy as np
import numpy.typing as npt
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, model_validator

from warehouse.normalise.types import Family, Level, Workplace
from warehouse.statistics.bootstrap import Counts, Floats, poisson_weights
from warehouse.statistics.series import ARCHIVES, FRAMEWORKS

Framework = Literal["pytorch", "tensorflow", "jax"]
Mask = npt.NDArray[np.bool_]


class Entry(BaseModel):
    """A part of a registry file: unknown fields are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Window(Entry):
    """Days that a claim speaks of: fixed, or the last months before now."""

    first: date | None = None
    last: date | None = None
    last_months: Annotated[int, Field(gt=0)] | None = None

    @model_validator(mode="after")
    def _is_one_kind(self) -> Self:
        if (self.first is None) == (self.last_months is None):
            raise ValueError("give either first (and last, where it ends) or last_months")
        if self.last is not None and (self.first is None or self.last < self.first):
            raise ValueError("last must not come before first")
        return self

    def days(self, as_of: date) -> tuple[date, date]:
        """Give the first and last day, both included.

        The last is not after `as_of`, unless the whole window is.
        """
        if self.first is not None:
            last = min(self.last or as_of, as_of)
            return self.first, last if last >= self.first else self.last or self.first
        month = 12 * as_of.year + as_of.month - 1 - (self.last_months or 0)
        year, month = month // 12, month % 12 + 1
        day = min(as_of.day, calendar.monthrange(year, month)[1])
        return date(year, month, day) + timedelta(days=1), as_of


class RolePopulation(Entry):
    """Roles that a claim is about; a field that is left out doesn't restrict."""

    of: Literal["roles"]
    is_ml_role: bool | None = None
    is_us: bool | None = None
    family: tuple[Family, ...] | None = None
    level: tuple[Level, ...] | None = None
    country: tuple[Annotated[str, Field(pattern="^[A-Z]{2}$")], ...] | None = None
    workplace: tuple[Workplace, ...] | None = None

    def holds(self, frame: pd.DataFrame) -> Mask:
        """Tell for each role whether it belongs; a role whose field is unknown doesn't."""
        mask = np.ones(len(frame), np.bool_)
        for name, wanted in self:
            if name == "of" or wanted is None:
                continue
            allowed = [wanted] if isinstance(wanted, bool) else list(wanted)
            mask &= frame[name].isin(allowed).to_numpy(np.bool_)
        return mask


class PaperPopulation(Entry):
    """Papers with code that a claim is about."""

    of: Literal["papers"]
    is_official: Literal[True] | None = None  # count the authors' own repositories only
    is_naming: Literal[True] | None = None  # leave out papers of which no framework is known

    def holds(self, frame: pd.DataFrame) -> Mask:
        """Tell for each paper and scope whether it belongs."""
        mask: Mask = frame["is_official"].to_numpy(np.bool_) == bool(self.is_official)
        return mask & frame["is_naming"].to_numpy(np.bool_) if self.is_naming else mask


Population = Annotated[RolePopulation | PaperPopulation, Field(discriminator="of")]


@dataclass(frozen=True)
class Units:
    """Roles or papers in a window, as an estimator sees them.

    `frame` has a row per unit: company (row in `weights`; -1 for a paper), entered_on,
    has_pytorch, has_tensorflow, has_jax, sources (comma-separated), and for roles source and
    pay_min/max/mid_usd_year.
    """

    kind: Literal["roles", "papers"]
    frame: pd.DataFrame
    first: date
    last: date
    weights: Counts
    has_equal_companies: bool = False  # each company counts as one, however many roles it has
    has_pooled_sources: bool = False  # trends are else measured inside each source, then averaged

    def where(self, mask: Mask) -> Units:
        """Keep the units of a mask."""
        return replace(self, frame=self.frame[mask])

    def names(self, framework: Framework) -> Mask:
        """Tell for each unit whether it names a framework."""
        return self.frame[f"has_{framework}"].to_numpy(np.bool_)

    @property
    def company(self) -> npt.NDArray[np.intp]:
        """Row of each unit's company in `weights`."""
        return self.frame["company"].to_numpy(np.intp)

    def worth(self) -> Floats:
        """Say how much each unit counts."""
        if not self.has_equal_companies or self.frame.empty:
            return np.ones(len(self.frame))
        _, position, sizes = np.unique(self.company, return_inverse=True, return_counts=True)
        return np.asarray(1 / sizes[position], np.float64)


# Flags of a posting's own text, with and without what recurs in all adverts of its company.
_MENTIONED = """
WITH mentioned AS (
    SELECT
        posting_id,
        bool_or(family = 'pytorch') AS has_pytorch,
        bool_or(family = 'tensorflow') AS has_tensorflow,
        bool_or(family = 'jax') AS has_jax,
        bool_or(family = 'pytorch' AND is_boilerplate IS NOT true) AS own_pytorch,
        bool_or(family = 'tensorflow' AND is_boilerplate IS NOT true) AS own_tensorflow,
        bool_or(family = 'jax' AND is_boilerplate IS NOT true) AS own_jax
    FROM core.mentions
    WHERE
        kind = 'framework' AND is_negated IS NOT true
        AND family IN ('pytorch', 'tensorflow', 'jax')
    GROUP BY posting_id
)
"""

_ROLES = (
    _MENTIONED
    + """, seen AS (
    SELECT
        p.role_id,
        bool_or(own_pytorch) AS own_pytorch,
        bool_or(own_tensorflow) AS own_tensorflow,
        bool_or(own_jax) AS own_jax,
        min(CASE WHEN list_contains($archives, p.source) THEN 0
            ELSE p.first_seen_on - coalesce(p.posted_on, p.first_seen_on) END) AS days_unseen
    FROM core.postings AS p LEFT JOIN mentioned USING (posting_id)
    GROUP BY p.role_id
)
SELECT
    r.role_id AS unit_id, coalesce(r.company_id, r.role_id) AS company_id, r.source,
    array_to_string(list_sort(list_distinct(r.sources)), ',') AS sources,
    r.entered_on, coalesce(r.is_ml_role, false) AS is_ml_role, r.is_us, r.family, r.level,
    r.country, r.workplace,
    coalesce(r.has_pytorch, false) AS has_pytorch,
    coalesce(r.has_tensorflow, false) AS has_tensorflow,
    coalesce(r.has_jax, false) AS has_jax,
    coalesce(r.has_pytorch AND s.own_pytorch, false) AS own_pytorch,
    coalesce(r.has_tensorflow AND s.own_tensorflow, false) AS own_tensorflow,
    coalesce(r.has_jax AND s.own_jax, false) AS own_jax,
    coalesce(s.days_unseen, 0) AS days_unseen,
    r.pay_min_usd_year, r.pay_max_usd_year, r.pay_mid_usd_year
FROM core.roles AS r LEFT JOIN seen AS s USING (role_id)
WHERE r.entered_on <= $as_of
ORDER BY company_id, r.role_id
"""
)

_ADVERTS = (
    _MENTIONED
    + """
SELECT
    coalesce(r.company_id, r.role_id) AS company_id, p.source, p.source AS sources,
    coalesce(p.posted_on, p.first_seen_on) AS entered_on,
    coalesce(p.is_ml_role, false) AS is_ml_role, p.is_us, p.family, p.level, p.country,
    p.workplace,
    coalesce(m.has_pytorch, false) AS has_pytorch,
    coalesce(m.has_tensorflow, false) AS has_tensorflow,
    coalesce(m.has_jax, false) AS has_jax,
    r.pay_min_usd_year, r.pay_max_usd_year, r.pay_mid_usd_year
FROM core.postings AS p
JOIN core.roles AS r USING (role_id)
LEFT JOIN mentioned AS m USING (posting_id)
WHERE coalesce(p.posted_on, p.first_seen_on) <= $as_of
ORDER BY company_id, p.posting_id
"""
)

# A paper counts once, whichever sources list it; scope "official" has rows of its own. The new
# Papers with Code is asked by framework and lists no paper without one: it has no denominator.
_PAPERS = """
WITH links AS (
    SELECT *, false AS of_official FROM core.paper_frameworks
    UNION ALL SELECT *, true AS of_official FROM core.paper_frameworks WHERE is_official
)
SELECT
    coalesce(p.arxiv_id, p.paper_id) AS unit_id, of_official AS is_official,
    array_to_string(list_sort(list_distinct(list(p.source))), ',') AS sources,
    min(p.published_on) AS entered_on,
    bool_or(l.framework = 'pytorch') AS has_pytorch,
    bool_or(l.framework = 'tf') AS has_tensorflow,
    bool_or(l.framework = 'jax') AS has_jax,
    bool_or(l.framework <> 'none') AS is_naming
FROM core.papers AS p JOIN links AS l USING (paper_id)
WHERE p.published_on <= $as_of AND p.source <> 'pwc'
GROUP BY ALL ORDER BY unit_id, is_official
"""


@dataclass(frozen=True)
class Evidence:
    """All units that claims are judged on, read once."""

    # Beside the fields of `Units`: unit_id, own_* (without boilerplate), days_unseen. Units keep
    # the index of the frame that they are selected from.
    roles: pd.DataFrame
    adverts: pd.DataFrame  # the same before copies are merged
    papers: pd.DataFrame
    weights: Counts  # a row per company, sorted by id

    def units(
        self, population: RolePopulation | PaperPopulation, window: Window, as_of: date
    ) -> Units:
        """Select the units of a claim."""
        frame = self.roles if population.of == "roles" else self.papers
        return self._select(frame, population, window, as_of)

    def unmerged(self, population: RolePopulation, window: Window, as_of: date) -> Units:
        """Select the same from adverts, each counted for itself."""
        return self._select(self.adverts, population, window, as_of)

    def _select(
        self,
        frame: pd.DataFrame,
        population: RolePopulation | PaperPopulation,
        window: Window,
        as_of: date,
    ) -> Units:
        first, last = window.days(as_of)
        entered = frame["entered_on"]
        mask = population.holds(frame)
        mask &= ((entered >= pd.Timestamp(first)) & (entered <= pd.Timestamp(last))).to_numpy()
        return Units(population.of, frame[mask], first, last, self.weights)


def read_evidence(con: duckdb.DuckDBPyConnection, as_of: date) -> Evidence:
    """Read the roles, adverts and papers that entered up to a day.

    Args:
        con: Connection to a warehouse with the tables of schema `core`.
        as_of: The day that counts as now.

    Returns:
        The evidence, in an order that doesn't depend on that of the tables.
    """
    roles = con.execute(_ROLES, {"as_of": as_of, "archives": sorted(ARCHIVES)}).df()
    adverts = con.execute(_ADVERTS, {"as_of": as_of}).df()
    papers = con.execute(_PAPERS, {"as_of": as_of}).df()
    companies = pd.Index(sorted({*roles["company_id"], *adverts["company_id"]}), dtype=object)
    for frame in (roles, adverts):
        frame["company"] = companies.get_indexer(frame["company_id"].astype(object))
    papers["company"] = -1
    for frame in (roles, adverts, papers):
        frame["entered_on"] = pd.to_datetime(frame["entered_on"])
        for framework in FRAMEWORKS:
            frame[f"has_{framework}"] = frame[f"has_{framework}"].astype(bool)
    return Evidence(roles, adverts, papers, poisson_weights(len(companies)))
