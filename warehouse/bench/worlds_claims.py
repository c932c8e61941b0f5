"""Planted markets that whole claims are judged on: their shape, their scenarios, and what is drawn.

Belongs here: companies, roles, papers and models of a planted world, and the chance in it. Does not
belong here: which truth a claim's world has (`plants`), judging and counting (`calibration`).

A world has the shape of a market that is handed in: its companies are drawn from that market's with
all their roles (days, sources, families, levels, places, whether pay is stated), and only what the
roles name and pay is drawn anew. What a role names is told by a uniform number that is correlated
inside a company (a Gaussian copula): a role names a thing where the number lies below the chance
that is planted for that role. Companies differ in taste, yet the share that is planted is exact.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Literal, NamedTuple, get_args

import numpy as np
import numpy.typing as npt
from scipy import special

from warehouse.claims.filters import RolePopulation
from warehouse.claims.pay import (
    MatchedMedian,
    MedianAgainst,
    PayRange,
    SkillPremium,
    TopDecile,
    VarianceShares,
)
from warehouse.claims.population import Codes, Evidence, Mask, Rows, Store, Text, Units
from warehouse.claims.registry import Claim
from warehouse.statistics.bootstrap import Floats, poisson_weights

Scenario = Literal["as it is", "one giant", "twenty companies", "reposts as roles"]
SCENARIOS: tuple[Scenario, ...] = get_args(Scenario)

COMPANIES = 600
MOST_COMPANIES = 2000
PAPERS = 5000
FEW, FEW_GROWTH = 20, 10  # companies, each with so many times its roles
GIANT_SHARE = 0.3
_LOGISTIC_VARIANCE = np.pi**2 / 3
_OF_PAY = (PayRange, MatchedMedian, MedianAgainst, VarianceShares, SkillPremium, TopDecile)
_NOTHING = np.zeros(0, np.intp)


class Role(NamedTuple):
    """An advertised role of the market whose shape is taken."""

    company: str
    entered_on: date
    source: str
    family: str
    level: str
    region: str | None  # of the US
    metro: str | None
    is_ml: bool
    is_us: bool
    n_adverts: int
    pay_usd_year: float | None  # midpoint of what is stated, US alone


class Tastes(NamedTuple):
    """How companies lean to frameworks, on the log-odds scale."""

    variance_pytorch: float
    variance_tensorflow: float
    correlation: float
    uniform_share: float  # of companies whose adverts all name the same


class Frame(NamedTuple):
    """The roles of a market that a claim can be about, in order of companies."""

    rows: Rows  # of the shape
    starts: Rows  # of each company in `rows`
    sizes: Rows


@dataclass(frozen=True, eq=False)
class Shape:
    """The shape of a market, a row per role in order of companies; handed in by who knows one."""

    as_of: date
    company: Rows
    columns: dict[str, npt.NDArray[np.generic]]
    texts: dict[str, Text]
    n_adverts: Rows
    log_pay: Floats  # expected of the role's family and level; NaN where none is stated
    sd_pay_companies: float  # of log pay
    sd_pay_roles: float
    tastes: Tastes
    frames: dict[str, Frame] = field(default_factory=dict, repr=False)  # by claim, once asked for

    def store(self) -> Store:
        """Give the market's own roles, naming nothing."""
        named = np.zeros((len(self.company), 1), np.uint64)
        columns = {**self.columns, "company": self.company}
        weights = poisson_weights(int(self.company.max()) + 1, 4)
        return Store("roles", columns, self.texts, {}, named, named, weights)


def shape_of(roles: list[Role], tastes: Tastes, as_of: date) -> Shape:
    """Take the shape of a market.

    Args:
        roles: All roles that were advertised.
        tastes: How its companies differ.
        as_of: Its last day.

    Returns:
        The shape.
    """
    roles = sorted(roles, key=lambda role: role.company)
    _, company = np.unique([role.company for role in roles], return_inverse=True)
    by_field = list(zip(*roles, strict=True))
    fields = dict(zip(Role._fields, by_field, strict=True))
    texts = {name: _text(fields[name]) for name in ("source", "family", "level", "region", "metro")}
    texts |= {"sources": texts["source"], "country": _text(["US"] * len(roles))}
    texts["workplace"] = texts["country"]
    n = len(roles)
    sizes = np.bincount(company)
    day = np.array([d.toordinal() for d in fields["entered_on"]]) - date(1970, 1, 1).toordinal()
    columns: dict[str, npt.NDArray[np.generic]] = {
        "day": day.astype(np.int32),
        "is_ml_role": np.array(fields["is_ml"], np.bool_),
        "is_us": np.array(fields["is_us"], np.int8),
        "is_large_employer": (sizes >= np.quantile(sizes, 0.75))[company],
        "is_agency": np.zeros(n, np.bool_),
        "is_dated": np.ones(n, np.bool_),
        "is_panel": np.ones(n, np.bool_),
        "days_unseen": np.zeros(n, np.int32),
    }
    pay = np.log(np.array([np.nan if p is None else p for p in fields["pay_usd_year"]], np.float64))
    expected, sd_companies, sd_roles = _pay_model(pay, company, texts["family"], texts["level"])
    return Shape(
        as_of, company.astype(np.intp), columns, texts, np.array(fields["n_adverts"], np.intp),
        expected, sd_companies, sd_roles, tastes,
    )  # fmt: skip


def _text(values: tuple[str | None, ...] | list[str]) -> Text:
    known = tuple(sorted({value for value in values if value is not None}))
    number: dict[str | None, int] = {value: i for i, value in enumerate(known)}
    return Text(np.array([number.get(value, -1) for value in values], np.int32), known)


def _pay_model(
    pay: Floats, company: Rows, family: Text, level: Text
) -> tuple[Floats, float, float]:
    """Split log pay into the mean of family and level, companies, and roles (one-way ANOVA)."""
    cell = family.codes * len(level.values) + level.codes
    stated = np.flatnonzero(~np.isnan(pay))
    _, row = np.unique(cell[stated], return_inverse=True)
    mean = np.bincount(row, pay[stated]) / np.bincount(row)
    expected = np.full(len(pay), np.nan)
    expected[stated] = mean[row]
    rest = pay[stated] - expected[stated]
    _, place, sizes = np.unique(company[stated], return_inverse=True, return_counts=True)
    own = np.bincount(place, rest) / sizes
    n, k = len(rest), len(sizes)
    within = float(np.square(rest - own[place]).sum() / (n - k))
    between = float((sizes * np.square(own)).sum() / (k - 1))
    typical = (n - np.square(sizes).sum() / n) / (k - 1)
    return expected, max(0.0, (between - within) / typical) ** 0.5, within**0.5


def frame_of(shape: Shape, claim: Claim) -> Frame:
    """Choose the roles whose facts, and days, are those that a claim asks for.

    Args:
        shape: Shape of the market.
        claim: A claim on roles, or on models: then all of the last year, an owner for a company.

    Returns:
        The frame. What roles must name is left aside, because that is planted.
    """
    if claim.id not in shape.frames:
        shape.frames[claim.id] = _frame(shape, claim)
    return shape.frames[claim.id]


def _frame(shape: Shape, claim: Claim) -> Frame:
    store = shape.store()
    units = Units(store, np.arange(len(store)), date.min, date.max)
    population = claim.population
    if isinstance(population, RolePopulation):
        facts = {"names_any": None, "names_all": None, "names_none": None, "any_of": None}
        units = units.where(units.matches(population.model_copy(update=facts)))
        if population.sources is not None:
            listed = store.texts["source"].among(population.sources)
            units = units.where(listed[units.codes("source")])
    first, last = (
        day.toordinal() - date(1970, 1, 1).toordinal() for day in claim.window.days(shape.as_of)
    )
    day = units.column("day")
    units = units.where((day >= first) & (day <= last))
    if isinstance(claim.measure, _OF_PAY):
        units = units.where(~np.isnan(shape.log_pay[units.rows]))
    _, starts, sizes = np.unique(units.company, return_index=True, return_counts=True)
    return Frame(units.rows, starts.astype(np.intp), sizes.astype(np.intp))


@dataclass(eq=False)
class World:
    """One drawn market: its units, and the chance that decides what they name and pay."""

    rng: np.random.Generator
    shape: Shape
    rows: Rows  # of the shape, for each unit; none for papers
    unit: Rows  # of each advert: copies of a role share it
    company: Rows  # of each advert; ascending
    n_companies: int  # 0 for papers, which are independent
    says_same: Mask  # companies whose adverts all name the same
    _drawn: dict[str, Floats] = field(default_factory=dict)
    _leanings: dict[str, Floats] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.unit)

    @cached_property
    def columns(self) -> dict[str, npt.NDArray[np.generic]]:
        """What is known of each unit from the market it was drawn from."""
        known = {name: column[self.rows] for name, column in self.shape.columns.items()}
        return {**known, "company": self.company}

    @cached_property
    def texts(self) -> dict[str, Text]:
        """The same, of texts."""
        return {
            name: Text(text.codes[self.rows], text.values)
            for name, text in self.shape.texts.items()
        }

    @property
    def first_advert(self) -> Mask:
        """Tell which advert is the first of its company."""
        return np.append(True, np.diff(self.company) > 0)

    def leaning(self, name: str) -> Floats:
        """Draw how much each company leans to something: a standard normal number."""
        if name not in self._leanings:
            own = self.rng.standard_normal(self.n_companies)
            if name == "tensorflow":
                r = self.shape.tastes.correlation
                own = r * self.leaning("pytorch") + np.sqrt(1 - r * r) * own
            self._leanings[name] = own
        return self._leanings[name]

    def uniform(self, name: str) -> Floats:
        """Draw a number between 0 and 1 for each advert: alike for copies, correlated in companies.

        Args:
            name: What it decides: asked again, the same numbers are given.
        """
        if name not in self._drawn:
            self._drawn[name] = self._uniform(name)
        return self._drawn[name]

    def _uniform(self, name: str) -> Floats:
        n = int(self.unit[-1]) + 1
        if not self.n_companies:
            return self.rng.random(n)[self.unit]
        tastes = self.shape.tastes
        variance = tastes.variance_tensorflow if name == "tensorflow" else tastes.variance_pytorch
        alike = np.where(self.says_same, 1.0, variance / (variance + _LOGISTIC_VARIANCE))
        alike = alike[self.company]
        own = self.rng.standard_normal(n)[self.unit]
        normal = np.sqrt(alike) * self.leaning(name)[self.company] + np.sqrt(1 - alike) * own
        return np.asarray(special.ndtr(normal), np.float64)

    def of_companies(self, name: str) -> Floats:
        """Draw a number between 0 and 1 for each company, independently."""
        return np.asarray(special.ndtr(self.leaning(f"company {name}")), np.float64)

    def log_pay(self) -> tuple[Floats, Floats]:
        """Draw what companies, and roles, add to log pay: normal, with the market's spread."""
        if "pay" not in self._drawn:
            companies = self.shape.sd_pay_companies * self.leaning("pay")[self.company]
            n = int(self.unit[-1]) + 1
            roles = self.shape.sd_pay_roles * self.rng.standard_normal(n)[self.unit]
            self._drawn |= {"pay": companies, "pay of roles": roles}
        return self._drawn["pay"], self._drawn["pay of roles"]

    def codes(self, name: str) -> Codes:
        """Give the codes of a text of the roles."""
        return self.shape.texts[name].codes[self.rows]


def draw_world(
    rng: np.random.Generator,
    shape: Shape,
    claim: Claim,
    scenario: Scenario,
    companies: int = COMPANIES,
) -> World:
    """Draw a world for a claim.

    Args:
        rng: Source of chance.
        shape: Shape of the market.
        claim: The claim; its population says which roles there are.
        scenario: "as it is": companies drawn from the market's; "one giant": one of them has 30 %
            of the roles; "twenty companies": no more, each ten times as large; what a company has
            beyond its own roles are any of the market's; "reposts as roles":
            every advert of a role is taken for a role of its own.
        companies: How many, in all scenarios but that of twenty.

    Returns:
        The world. Papers come alone, so that scenarios are all one to them.
    """
    if claim.population.of == "papers":
        each = np.arange(PAPERS)
        return World(rng, shape, _NOTHING, each, _NOTHING, 0, np.zeros(0, np.bool_))
    frame = frame_of(shape, claim)
    is_few = scenario == "twenty companies"
    n = FEW if is_few else companies
    chosen = rng.integers(0, len(frame.sizes), n)
    sizes = frame.sizes[chosen]
    # All rows of the chosen companies, one company after the other.
    ends = np.cumsum(sizes)
    places = np.arange(ends[-1]) + np.repeat(frame.starts[chosen] - (ends - sizes), sizes)
    company = np.repeat(np.arange(n), sizes)
    if is_few:
        size = (FEW_GROWTH - 1) * sizes
        places = np.concatenate([places, rng.integers(0, len(frame.rows), size.sum())])
        company = np.concatenate([company, np.repeat(np.arange(n), size)])
        order = np.argsort(company, kind="stable")
        places, company = places[order], company[order]
    elif scenario == "one giant":
        others = company > 0
        size = round(GIANT_SHARE / (1 - GIANT_SHARE) * others.sum())
        anybody = rng.integers(0, len(frame.rows), size)
        places = np.concatenate([anybody, places[others]])
        company = np.concatenate([np.zeros(size, np.intp), company[others]])
    rows, unit = frame.rows[places], np.arange(len(places))
    if scenario == "reposts as roles":
        copies = shape.n_adverts[rows]
        rows, company, unit = (np.repeat(a, copies) for a in (rows, company, unit))
    says_same = rng.random(n) < shape.tastes.uniform_share
    return World(rng, shape, rows, unit, company, n, says_same)


_NO_PAY = ("pay_min_usd_year", "pay_mid_usd_year", "pay_max_usd_year")
_BAND = (0.85, 1.0, 1.15)


@dataclass(eq=False)
class Draft:
    """A world while its truth is planted: what units name, and what they pay."""

    world: World
    claim: Claim
    terms: dict[str, int]
    named: npt.NDArray[np.uint64]
    columns: dict[str, npt.NDArray[np.generic]]
    texts: dict[str, Text]

    def name(self, term: str, mask: Mask) -> None:
        """Let the units of a mask name a term."""
        self.named[:, 0] |= mask.astype(np.uint64) << np.uint64(self.terms[term])

    def pays(self, log_pay: Floats) -> None:
        """Let roles state a band about a yearly pay."""
        for name, part in zip(_NO_PAY, _BAND, strict=True):
            self.columns[name] = part * np.exp(log_pay)

    def store(self) -> Store:
        """Give the units as they are by now."""
        of = self.claim.population.of
        # One table serves all worlds: its first rows don't depend on how many follow.
        n = max(MOST_COMPANIES, self.world.n_companies)
        weights = poisson_weights(n)[: self.world.n_companies]
        return Store(of, self.columns, self.texts, self.terms, self.named, self.named, weights)

    def units(self) -> Units:
        """Give all units, whatever a claim asks of them."""
        return Units(self.store(), np.arange(len(self.world)), date.min, date.max)

    def evidence(self) -> Evidence:
        """Give the world as claims are judged on it; of other kinds of unit it holds none."""
        store = self.store()
        none = dataclasses.replace(store, named=store.named[:0], own=store.own[:0])
        stores = dict.fromkeys(("roles", "papers", "models"), none) | {store.kind: store}
        abouts = dict.fromkeys(self.claim.patterns, "is_naming")
        return Evidence(stores["roles"], none, stores["papers"], stores["models"], abouts)


def draft(world: World, claim: Claim) -> Draft:
    """Begin a world in which nobody names anything.

    Args:
        world: The world.
        claim: What will be judged on it.

    Returns:
        The draft.

    Raises:
        ValueError: If the claim looks for more terms than one word of bits holds.
    """
    terms = dict.fromkeys(["pytorch", "tensorflow", "jax", *sorted(set(claim.terms()))])
    if len(terms) > 64:
        raise ValueError(f"{claim.id} looks for {len(terms)} terms; a world holds 64")
    numbers = {term: i for i, term in enumerate(terms)}
    n = len(world)
    named = np.zeros((n, 1), np.uint64)
    if claim.population.of == "papers":
        return Draft(world, claim, numbers, named, _paper_columns(world, claim), {})
    columns, texts = dict(world.columns), dict(world.texts)
    if claim.population.of == "models":
        rankings = (world.rng.random(n) < 0.5).astype(np.int32)
        texts["ranking"] = Text(rankings, ("newest", "most downloaded"))
    return Draft(world, claim, numbers, named, columns, texts)


def _paper_columns(world: World, claim: Claim) -> dict[str, npt.NDArray[np.generic]]:
    """Papers spread evenly over the window of a claim."""
    n = len(world)
    first, last = claim.window.days(world.shape.as_of)
    day = world.rng.integers(first.toordinal(), last.toordinal() + 1, n)
    return {
        "day": (day - date(1970, 1, 1).toordinal()).astype(np.int32),
        "company": np.full(n, -1, np.int32),
        "is_official": np.full(n, bool(getattr(claim.population, "is_official", None))),
        "is_naming": np.ones(n, np.bool_),
    }
