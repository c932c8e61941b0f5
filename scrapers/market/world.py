"""The simulated job market: employers, the roles they open and close, and the adverts for them.

Belongs here: what happens in the market, by whom and when, and the truth that is planted in it.
Does not belong here: words (`texts`), payloads (one module per platform) and files (`write`).

The market is not a likeness of the world. Its truth is chosen so that some claims hold, some fail
and one can't be told, also against what the articles or the field believe: in it JAX is asked for
nearly as often as PyTorch, and research is the home of TensorFlow.
"""

from __future__ import annotations

import math
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from types import MappingProxyType
from typing import Literal, NamedTuple

from scrapers.market.phrases import places, table

Fault = Literal["error", "html", "truncated", "lost_id", "lost_title"]

HOSTILE_TITLE = '<script>alert("hired")</script>'
HOSTILE_COMPANY = '=HYPERLINK("https://grab.example","Open roles")'

BOARD_PLATFORMS = ("ashby", "greenhouse", "lever")
UUID_PLATFORMS = frozenset({"ashby", "lever"})
"""Platforms that name an advert by a UUID; the others number it."""
ML_FAMILIES = ("research", "ml_engineer", "ml_platform", "data_scientist", "management")
OTHER_FAMILIES = (
    "software_engineer",
    "data_engineer",
    "go_to_market",
    "operations",
    "product_design",
    "management",
    "hardware",
)

PYTORCH_FAMILY = frozenset({"pytorch", "pytorch-lightning"})
TENSORFLOW_FAMILY = frozenset({"tensorflow", "tflite", "tfjs", "tfx", "tf-serving"})
JAX_FAMILY = frozenset({"jax", "flax"})


@dataclass(frozen=True)
class MarketSpec:
    """The size of the market, its dates, and how often things happen in it.

    Rates are shares of adverts, posts or comments; `*_days` are days.
    """

    seed: int = 20261031
    first_month: date = date(2018, 1, 1)
    as_of: date = date(2026, 10, 31)
    observation_dates: tuple[date, ...] = (
        date(2026, 3, 31),
        date(2026, 4, 30),
        date(2026, 5, 31),
        date(2026, 6, 30),
        date(2026, 7, 31),
        date(2026, 8, 31),
        date(2026, 9, 30),
        date(2026, 10, 31),
    )
    papers_observed_on: date = date(2025, 7, 28)
    boards: Mapping[str, int] = field(
        default_factory=lambda: MappingProxyType({"ashby": 45, "greenhouse": 20, "lever": 12})
    )
    open_per_board: float = 11.5
    open_days: float = 95.0
    thread_employers: int = 420
    posts_per_month: float = 52.0
    papers: int = 2700
    quiet_board_rate: float = 0.15
    copied_role_rate: float = 0.07
    reopened_rate: float = 0.05
    edited_rate: float = 0.08
    unlisted_rate: float = 0.02
    exact_repost_rate: float = 0.13
    reworded_repost_rate: float = 0.05
    deleted_rate: float = 0.03
    reply_rate: float = 0.08
    foreign_language_rate: float = 0.45
    outage_rate: float = 0.0  # of board observations, beside one planted failure of each kind

    @classmethod
    def scaled(cls, seed: int, scale: float) -> MarketSpec:
        """The default market, larger or smaller.

        Args:
            seed: Decides everything that is left to chance.
            scale: 1.0 for some 7,000 adverts; planted verdicts hold from there on.

        Returns:
            A spec with as many boards, posts and papers in proportion.

        Raises:
            ValueError: The scale is not above zero.
        """
        if not scale > 0:
            raise ValueError(f"scale must be above zero, not {scale}")
        normal = cls()
        return cls(
            seed=seed,
            boards={k: max(3, round(n * scale)) for k, n in normal.boards.items()},
            thread_employers=max(12, round(normal.thread_employers * scale)),
            posts_per_month=max(2.0, normal.posts_per_month * scale),
            papers=max(60, round(normal.papers * scale)),
        )


class Place(NamedTuple):
    """A city where somebody hires; `pay_factor` turns US dollars into local yearly pay."""

    city: str
    short: str
    region: str
    region_code: str
    country: str
    country_name: str
    country_as_written: str
    currency: str
    pay_factor: float


class Band(NamedTuple):
    """A pay band as stated, in units of the currency; an open end is None."""

    pay_min: float | None
    pay_max: float | None
    currency: str
    period: str  # YEAR | MONTH | HOUR
    kind: str  # base | total | contract
    zone: str | None = None


class Pay(NamedTuple):
    """What an advert states of its pay, and where: in the board's field, in its text, or both."""

    bands: tuple[Band, ...]
    in_field: bool
    in_text: bool
    is_junk: bool = False  # the field holds a band that nobody can mean


class Tools(NamedTuple):
    """The technologies that an advert names, by where it names them (leaf ids)."""

    must: tuple[str, ...] = ()
    nice: tuple[str, ...] = ()
    duty: tuple[str, ...] = ()
    boilerplate: tuple[str, ...] = ()
    negated: tuple[str, ...] = ()

    def named(self) -> frozenset[str]:
        """All that is named, also what is negated."""
        return frozenset(leaf for section in self for leaf in section)

    def asked(self) -> frozenset[str]:
        """What is named and not only negated."""
        return frozenset(leaf for section in self[:-1] for leaf in section)


@dataclass(frozen=True)
class Employer:
    """A fictitious employer."""

    key: str
    name: str
    said_as: str  # how its threads write it: with or without a legal form
    domain: str
    industry: str
    places: tuple[Place, ...]
    remote_rate: float
    ml_share: float
    tilt_pytorch: float
    tilt_tensorflow: float
    pay_factor: float
    pays_openly: float
    staff: int
    activity: float
    thread_months: tuple[int, int]  # first and last month it posts in, counted from the first
    boilerplate_tools: tuple[str, ...]
    platform: str | None = None
    board: str | None = None
    is_quiet: bool = False


@dataclass(frozen=True)
class Role:
    """One opening: the unit that claims count, however often it is advertised."""

    key: str
    employer: Employer
    opened_at: datetime
    family: str
    is_ml: bool
    level: str
    title: str
    places: tuple[Place, ...]
    workplace: str  # onsite | hybrid | remote
    language: str  # en | de | fr
    contract: str  # full | part | intern | contract
    tools: Tools
    pay: Pay | None


@dataclass(frozen=True)
class Advert:
    """An advert of a role on a board, from its posting to its removal."""

    source_id: str
    internal_id: int
    role: Role
    places: tuple[Place, ...]  # its own first; further ones are secondary locations
    posted_at: datetime
    closed_on: date
    edited_at: datetime | None
    is_copy: bool
    is_listed: bool = True

    def is_open(self, day: date) -> bool:
        """Whether the board shows it on that day."""
        return self.posted_at.date() <= day < self.closed_on

    def version(self, day: date) -> int:
        """1 once the edit has happened, else 0."""
        return int(self.edited_at is not None and self.edited_at.date() <= day)


@dataclass(frozen=True)
class Post:
    """A top-level comment of a hiring thread."""

    comment_id: int
    posted_at: datetime
    employer: Employer
    roles: tuple[Role, ...]
    variant: int  # 0 as first written, n as re-worded for the nth time
    is_copy: bool
    is_hostile: bool = False

    @property
    def role_key(self) -> str:
        """The key that its reposts share."""
        return self.roles[0].key


@dataclass(frozen=True)
class Thread:
    """One month's hiring thread."""

    thread_id: int
    created_at: datetime
    month: date
    posts: tuple[Post, ...]


@dataclass(frozen=True)
class World:
    """The whole simulated market."""

    spec: MarketSpec
    employers: tuple[Employer, ...]
    boards: Mapping[str, Mapping[str, tuple[Advert, ...]]]  # platform, board: adverts by date
    threads: tuple[Thread, ...]
    faults: Mapping[tuple[str, str, date], Fault]  # platform, board, observation date

    def employer_of(self, platform: str, board: str) -> Employer:
        """The employer that a board belongs to."""
        return next(e for e in self.employers if (e.platform, e.board) == (platform, board))


def simulate(spec: MarketSpec) -> World:
    """Run the market.

    Args:
        spec: Its sizes, dates and rates; the same spec gives the same world.

    Returns:
        Everything that happened.
    """
    employers = tuple(_employers(spec))
    boards: dict[str, dict[str, tuple[Advert, ...]]] = {p: {} for p in spec.boards}
    for employer in employers:
        if employer.platform and employer.board:
            boards[employer.platform][employer.board] = tuple(_adverts(spec, employer))
    for platform in ("ashby", "lever"):
        _make_hostile(boards[platform], spec.observation_dates[-1])
    return World(
        spec=spec,
        employers=employers,
        boards=boards,
        threads=tuple(_threads(spec, employers)),
        faults=_faults(spec, boards),
    )


def _rng(spec: MarketSpec, *parts: object) -> Random:
    """A generator of its own for each thing, so that adding one thing does not move the others."""
    return Random(f"{spec.seed}:{':'.join(map(str, parts))}")


# ---------------------------------------------------------------------------------- employers


def _employers(spec: MarketSpec) -> Iterator[Employer]:
    rng = _rng(spec, "employers")
    names = table("names")
    industries = sorted(set(table("industries")) - {"staffing"})
    # Above that, most names of two parts are taken.
    short_names = int(0.95 * len(names["first"]) * len(names["second"]))
    on_boards = [p for p, count in spec.boards.items() for _ in range(count)]
    taken: set[str] = set()
    tilts: list[float] = []
    all_places = [_place(row) for row in places()]
    weights = [float(row["weight"]) for row in places()]
    months = _months_between(spec.first_month, spec.as_of)
    for number in range(len(on_boards) + spec.thread_employers):
        platform = on_boards[number] if number < len(on_boards) else None
        stem = ""
        while not stem or stem.lower() in taken:
            stem = rng.choice(names["first"]) + rng.choice(names["second"])
            if number >= short_names:
                stem += rng.choice(names["second"])
        taken.add(stem.lower())
        name = stem if rng.random() < 0.5 else f"{stem} {rng.choice(names['descriptor'])}"
        is_staffing = platform is None and rng.random() < 0.03
        if is_staffing:
            name = f"{stem} {rng.choice(names['staffing'])}"
        home = rng.choices(all_places, weights)[0]
        country = [p for p in all_places if p.country == home.country and p != home]
        abroad = [p for p in all_places if p.country != home.country]
        offices = (
            home,
            *rng.sample(country, min(len(country), rng.choice((0, 1, 1, 2, 3)))),
            *rng.sample(abroad, rng.choice((0, 0, 0, 1, 1, 2))),
        )
        slug = name.replace(" ", rng.choice(("", "-"))).lower()
        is_quiet = platform is not None and rng.random() < spec.quiet_board_rate
        if number % 2 == 0:
            tilts = [rng.gauss(0.0, 0.45), rng.gauss(0.0, 0.4), rng.gauss(0.0, 0.3)]
        else:
            # Employers lean in opposite pairs: they differ, and their mean stays the planted one.
            tilts = [-tilt for tilt in tilts]
        started = rng.randrange(-24, months)
        yield Employer(
            key=stem.lower(),
            name=name,
            said_as=_legal(name, rng) if rng.random() < 0.2 else name,
            domain=f"{stem.lower()}.example",
            industry="staffing" if is_staffing else rng.choice(industries),
            places=offices,
            remote_rate=rng.betavariate(1.2, 2.0),
            ml_share=rng.betavariate(4.5, 4.5),
            tilt_pytorch=tilts[0] + tilts[1],
            tilt_tensorflow=-0.4 * tilts[0] + tilts[2],
            pay_factor=math.exp(rng.gauss(0.0, 0.13)),
            pays_openly=rng.betavariate(1.6, 1.6),
            staff=int(math.exp(rng.gauss(4.2, 1.1))) + 6,
            activity=0.08 if is_quiet else rng.paretovariate(1.7),
            thread_months=(max(0, started), min(months, started + rng.randrange(6, 72))),
            boilerplate_tools=(
                tuple(rng.sample(("pytorch", "tensorflow", "onnx"), 1))
                if platform and rng.random() < 0.04
                else ()
            ),
            platform=platform,
            board=slug if platform else None,
            is_quiet=is_quiet,
        )


def _place(row: Mapping[str, str]) -> Place:
    fields = {key: row[key] for key in Place._fields if key != "pay_factor"}
    return Place(**fields, pay_factor=float(row["pay_factor"]))


def _legal(name: str, rng: Random) -> str:
    form = rng.choice(table("names")["legal"])
    return f"{name}{form}" if form.startswith(",") else f"{name} {form}"


# -------------------------------------------------------------------------------------- roles

# Yearly base pay in US dollars of 2026, mid level, an employer with pay_factor 1.
_BASE_PAY = {
    "research": 192_000,
    "ml_engineer": 176_000,
    "ml_platform": 182_000,
    "data_scientist": 152_000,
    "data_engineer": 146_000,
    "software_engineer": 155_000,
    "hardware": 138_000,
    "product_design": 148_000,
    "management": 170_000,
    "go_to_market": 112_000,
    "operations": 88_000,
}
_LEVEL_PAY = {
    "intern": 0.45,
    "junior": 0.78,
    "mid": 1.0,
    "senior": 1.18,
    "staff": 1.42,
    "manager": 1.25,
    "executive": 1.6,
}
_PAY_GROWTH = 0.03
_MONTHLY_PAY = {"SEK", "PLN", "ILS"}
_PAY_STEP = {"JPY": 100_000, "INR": 100_000, "SEK": 1_000, "PLN": 500, "ILS": 500}
_NEVER_STATED = {"BRL", "MXN", "DKK"}
_SEASON = (1.15, 1.15, 1.1, 1.05, 1.0, 0.95, 0.85, 0.9, 1.15, 1.1, 0.95, 0.65)


def _year(moment: datetime) -> float:
    return moment.year + (moment.timetuple().tm_yday - 1) / 365.0


def tensorflow_rate(year: float) -> float:
    """Planted share of ML roles that name TensorFlow: it falls by 4 points a year."""
    return 0.57 - 0.040 * (year - 2018.0)


def pytorch_rate(year: float) -> float:
    """Planted share of ML roles that name PyTorch: the lead changes hands at the start of 2023."""
    return tensorflow_rate(year) * math.exp(0.27 * (year - 2023.0))


def jax_rate(year: float) -> float:
    """Planted share of ML roles that name JAX."""
    return max(0.004, 0.02 + 0.066 * (year - 2020.0))


_RESEARCH_SHARE = 0.20
_RESEARCH_PYTORCH = 0.42
_RESEARCH_TENSORFLOW = 0.27
# How much a family leans to naming frameworks at all; the mean over ML roles is near 1.
_FAMILY_LEANING = {
    "ml_engineer": 1.1,
    "ml_platform": 1.0,
    "data_scientist": 0.85,
    "management": 0.8,
}


def _chance(rate: float, tilt: float) -> float:
    """The rate, moved by a tilt on the log-odds scale."""
    rate = min(max(rate, 0.001), 0.97)
    return 1.0 / (1.0 + (1.0 - rate) / rate * math.exp(-tilt))


def _ml_tools(rng: Random, family: str, year: float, employer: Employer) -> Tools:
    pytorch, tensorflow = pytorch_rate(year), tensorflow_rate(year)
    if family == "research":
        tensorflow += _RESEARCH_TENSORFLOW
        pytorch *= _RESEARCH_PYTORCH
    else:
        others = 1.0 - _RESEARCH_SHARE
        leaning = _FAMILY_LEANING[family]
        pytorch *= leaning * (1.0 - _RESEARCH_SHARE * _RESEARCH_PYTORCH) / others
        tensorflow = leaning * (tensorflow - _RESEARCH_SHARE * (tensorflow + _RESEARCH_TENSORFLOW))
        tensorflow /= others
    named: list[str] = []
    negated: tuple[str, ...] = ()
    if rng.random() < _chance(pytorch, employer.tilt_pytorch):
        named.append("pytorch")
        if rng.random() < 0.04:
            named.append("pytorch-lightning")
    if rng.random() < _chance(tensorflow, employer.tilt_tensorflow):
        if rng.random() < 0.02:
            named.append("tflite")
        else:
            named.append("tensorflow")
            if rng.random() < (0.35 if year < 2022 else 0.15):
                named.append("keras")
            if rng.random() < 0.1:
                named.append(rng.choice(("tflite", "tfx", "tf-serving", "tfjs")))
    elif "pytorch" in named and rng.random() < 0.04:
        negated = ("tensorflow",)
    if rng.random() < jax_rate(year):
        named.append("jax")
        if rng.random() < 0.06:
            named.append("flax")
    for leaf, rate, since, until in (
        ("scikit-learn", 0.30 if family == "data_scientist" else 0.14, 2018, 2030),
        ("xgboost", 0.18 if family == "data_scientist" else 0.04, 2018, 2030),
        ("lightgbm", 0.05, 2019, 2030),
        ("huggingface", 0.10, 2021, 2030),
        ("spacy", 0.04, 2018, 2024),
        ("onnx", 0.05, 2020, 2030),
        ("tensorrt", 0.16 if family == "ml_platform" else 0.03, 2019, 2030),
        ("triton-server", 0.10 if family == "ml_platform" else 0.01, 2021, 2030),
        ("vllm", 0.25 if family == "ml_platform" else 0.04, 2024, 2030),
        ("deepspeed", 0.03, 2022, 2030),
        ("ray", 0.12 if family == "ml_platform" else 0.02, 2021, 2030),
        ("langchain", 0.08, 2023.5, 2030),
        ("openvino", 0.01, 2019, 2030),
        ("coreml", 0.015, 2018, 2030),
        ("caffe", 0.08, 2018, 2020),
        ("theano", 0.06, 2018, 2019.5),
        ("mxnet", 0.06, 2018, 2021),
        ("chainer", 0.02, 2018, 2020),
        ("caffe2", 0.02, 2018, 2020),
        ("paddlepaddle", 0.01, 2019, 2030),
    ):
        if since <= year < until and rng.random() < rate:
            named.append(leaf)
    return _spread(rng, named, negated)


def _spread(rng: Random, named: list[str], negated: tuple[str, ...]) -> Tools:
    sections: dict[str, list[str]] = {"must": [], "nice": [], "duty": []}
    for leaf in named:
        sections[rng.choices(("must", "nice", "duty"), (0.7, 0.2, 0.1))[0]].append(leaf)
    for leaves in sections.values():
        rng.shuffle(leaves)
    if sections["must"] and rng.random() < 0.12:
        sections["duty"].append(rng.choice(sections["must"]))
    return Tools(
        must=tuple(sections["must"]),
        nice=tuple(sections["nice"]),
        duty=tuple(sections["duty"]),
        negated=negated,
    )


def _other_tools(rng: Random, family: str) -> Tools:
    rate = {"software_engineer": 0.05, "data_engineer": 0.07, "product_design": 0.02}
    if rng.random() < rate.get(family, 0.012):
        return Tools(nice=tuple(rng.sample(("pytorch", "tensorflow", "scikit-learn"), 1)))
    return Tools()


def _role(
    spec: MarketSpec,
    rng: Random,
    key: str,
    employer: Employer,
    opened_at: datetime,
    where: tuple[Place, ...],
    is_ml: bool | None = None,
) -> Role:
    year = _year(opened_at)
    if is_ml is None:
        is_ml = rng.random() < employer.ml_share
    if is_ml:
        family = rng.choices(ML_FAMILIES, (_RESEARCH_SHARE, 0.40, 0.15, 0.18, 0.07))[0]
    else:
        family = rng.choices(OTHER_FAMILIES, (0.42, 0.12, 0.16, 0.13, 0.09, 0.05, 0.03))[0]
    if family == "management":
        level = rng.choices(("manager", "executive"), (0.75, 0.25))[0]
    else:
        level = rng.choices(
            ("intern", "junior", "mid", "senior", "staff"), (0.05, 0.08, 0.41, 0.35, 0.11)
        )[0]
    contract = "intern" if level == "intern" else "full"
    if level in ("mid", "senior"):
        contract = rng.choices(("full", "contract", "part"), (0.95, 0.03, 0.02))[0]
    country = where[0].country
    language = "en"
    native = {"DE": "de", "AT": "de", "FR": "fr"}.get(country)
    if native and rng.random() < spec.foreign_language_rate:
        language = native
    tools = _ml_tools(rng, family, year, employer) if is_ml else _other_tools(rng, family)
    return Role(
        key=key,
        employer=employer,
        opened_at=opened_at,
        family=family,
        is_ml=is_ml,
        level=level,
        title=_title(rng, family, level, is_ml, year, language),
        places=where,
        workplace=(
            "remote"
            if rng.random() < employer.remote_rate
            else rng.choices(("onsite", "hybrid"), (0.55, 0.45))[0]
        ),
        language=language,
        contract=contract,
        tools=tools._replace(boilerplate=employer.boilerplate_tools),
        pay=_pay(rng, employer, family, level, contract, where[0], year),
    )


def _title(rng: Random, family: str, level: str, is_ml: bool, year: float, language: str) -> str:
    rows = table("roles")[family]
    if family == "management":
        kind = "titles_executive" if level == "executive" else "titles"
        titles = rows[f"{kind}_ml" if is_ml else kind]
    else:
        titles = rows["titles"] + (rows.get("titles_llm", ()) if year >= 2023 else ())
    title: str = rng.choice(titles)
    if level == "senior":
        title = f"{rng.choice(('Senior', 'Senior', 'Senior', 'Sr.'))} {title}"
    elif level == "staff":
        title = f"{rng.choice(('Staff', 'Principal', 'Lead'))} {title}"
    elif level == "junior":
        title = rng.choice((f"Junior {title}", f"Associate {title}", f"{title} (New Grad)"))
    elif level == "intern":
        title = rng.choice((f"{title} Intern", f"Intern, {title}", f"{title} (Internship)"))
    elif level == "mid" and rng.random() < 0.08 and "," not in title:
        title = f"{title} II"
    if language != "en":
        title = f"{title} {table('german' if language == 'de' else 'french')['suffix']}"
    return title


def _pay(
    rng: Random,
    employer: Employer,
    family: str,
    level: str,
    contract: str,
    place: Place,
    year: float,
) -> Pay | None:
    in_us = place.country == "US"
    openness = employer.pays_openly * (0.6 + 0.1 * max(0.0, year - 2020)) * (1.3 if in_us else 0.7)
    if place.currency in _NEVER_STATED or rng.random() >= openness:
        return None
    amount = _BASE_PAY[family] * _LEVEL_PAY[level] * employer.pay_factor * place.pay_factor
    amount *= (1 + _PAY_GROWTH) ** (year - 2026) * math.exp(rng.gauss(0.0, 0.07))
    spread = rng.uniform(0.08, 0.22)
    if contract == "contract" or (level == "intern" and in_us):
        rate = max(15, round(amount / 2080 * (1.25 if contract == "contract" else 0.8)))
        kind = "contract" if contract == "contract" else "base"
        band = Band(rate, round(rate * (1 + 2 * spread)), place.currency, "HOUR", kind)
        return Pay((band,), in_field=rng.random() < 0.5, in_text=True)
    step = _PAY_STEP.get(place.currency, 1_000 if rng.random() < 0.2 else 5_000)
    period = "YEAR"
    if place.currency in _MONTHLY_PAY or level == "intern":
        amount, period = amount / 12, "MONTH"
        step = _PAY_STEP.get(place.currency, 100)
    low = round(amount * (1 - spread) / step) * step
    high = max(low + step, round(amount * (1 + spread) / step) * step)
    is_sales = family == "go_to_market" and level in ("mid", "senior") and rng.random() < 0.4
    band = Band(low, high, place.currency, period, "total" if is_sales else "base")
    if period == "YEAR" and in_us and not is_sales and rng.random() < 0.08:
        near = tuple(
            band._replace(
                pay_min=round(low * f / 1000) * 1000, pay_max=round(high * f / 1000) * 1000, zone=z
            )
            for z, f in (
                ("San Francisco and New York", 1.0),
                ("Seattle, Boston and Los Angeles", 0.95),
                ("All other US locations", 0.88),
            )
        )
        return Pay(near, in_field=False, in_text=True)
    if period == "YEAR" and not is_sales and rng.random() < 0.08:
        one_end = rng.choice(({"pay_min": None}, {"pay_max": None}, {"pay_min": high}))
        return Pay((band._replace(**one_end),), in_field=False, in_text=True)
    where = rng.choices(("field", "text", "both"), (0.4, 0.35, 0.25))[0]
    return Pay(
        (band,),
        in_field=where != "text",
        in_text=where != "field",
        is_junk=where == "field" and rng.random() < 0.06,
    )


# ------------------------------------------------------------------------------------- boards


def _adverts(spec: MarketSpec, employer: Employer) -> list[Advert]:
    rng = _rng(spec, "board", employer.key)
    first, last = spec.observation_dates[0], spec.observation_dates[-1]
    days = (last - first).days
    size = spec.open_per_board * min(employer.activity, 3.5) / 1.75
    if employer.is_quiet:
        size = 4.0
    rate = 0.01 if employer.is_quiet else size / spec.open_days
    openings: list[tuple[datetime, date]] = []
    for _ in range(max(1, _poisson(rng, size))):
        evergreen = rng.random() < 0.06
        age = rng.uniform(0, 780) if evergreen else min(rng.expovariate(1 / spec.open_days), 780)
        left = rng.expovariate(1 / (400.0 if employer.is_quiet or evergreen else spec.open_days))
        openings.append(
            (_moment(rng, first - timedelta(days=int(age))), first + timedelta(days=int(left) + 1))
        )
    for _ in range(_poisson(rng, rate * days)):
        day = first + timedelta(days=1 + rng.randrange(days))
        while rng.random() > _SEASON[day.month - 1] / max(_SEASON):
            day = first + timedelta(days=1 + rng.randrange(days))
        left = rng.expovariate(1 / spec.open_days)
        openings.append((_moment(rng, day), day + timedelta(days=int(left) + 3)))
    adverts: list[Advert] = []
    for number, (posted_at, closed_on) in enumerate(sorted(openings)):
        adverts.extend(_opening(spec, employer, number, posted_at, closed_on))
    return sorted(adverts, key=lambda a: (a.posted_at, a.source_id))


def _opening(
    spec: MarketSpec, employer: Employer, number: int, posted_at: datetime, closed_on: date
) -> Iterator[Advert]:
    """One opening: its role, the adverts for its cities, and what is reopened or edited later."""
    rng = _rng(spec, "opening", employer.key, number)
    home = rng.choices(employer.places, [4.0, *[1.0] * (len(employer.places) - 1)])[0]
    siblings = [p for p in employer.places if p.country == home.country and p != home]
    is_copied = bool(siblings) and rng.random() < spec.copied_role_rate * 3
    cities = (home, *siblings[:3]) if is_copied else (home,)
    key = f"{employer.key}-{number}"
    role = _role(spec, rng, key, employer, posted_at, cities)
    second = () if is_copied or not siblings or rng.random() > 0.15 else tuple(siblings[:2])
    if second:
        role = replace(role, places=(home, *second))
    internal_id = 2_000_000 + rng.randrange(10_000_000)
    edited_at = None
    if rng.random() < spec.edited_rate:
        edited_at = posted_at + timedelta(days=rng.randrange(10, 90), hours=1)
    for position, city in enumerate(cities):
        yield Advert(
            source_id=_advert_id(rng, employer),
            internal_id=internal_id,
            role=role,
            places=(city, *second),
            posted_at=posted_at + timedelta(minutes=position),
            closed_on=closed_on,
            edited_at=edited_at,
            is_copy=position > 0,
            is_listed=employer.platform != "ashby" or rng.random() >= spec.unlisted_rate,
        )
    if rng.random() < spec.reopened_rate and closed_on < spec.observation_dates[-1]:
        again = closed_on + timedelta(days=rng.randrange(5, 60))
        yield Advert(
            source_id=_advert_id(rng, employer),
            internal_id=internal_id,
            role=role,
            places=(home, *second),
            posted_at=_moment(rng, again),
            closed_on=again + timedelta(days=rng.randrange(30, 150)),
            edited_at=None,
            is_copy=True,
        )


def _make_hostile(boards: dict[str, tuple[Advert, ...]], day: date) -> None:
    """One title that the platform shows on that day becomes what an attacker would write in it."""
    shown = [(b, a) for b, rows in boards.items() for a in rows if a.is_listed and a.is_open(day)]
    if not shown:
        return
    board, chosen = min(shown, key=lambda pair: pair[1].source_id)
    boards[board] = tuple(
        replace(a, role=replace(a.role, title=f"{a.role.title} {HOSTILE_TITLE}"))
        if a.role.key == chosen.role.key
        else a
        for a in boards[board]
    )


def _advert_id(rng: Random, employer: Employer) -> str:
    if employer.platform not in UUID_PLATFORMS:
        return str(4_000_000_000 + rng.randrange(4_000_000_000))
    return str(uuid.UUID(int=rng.getrandbits(128), version=4))


def _moment(rng: Random, day: date) -> datetime:
    minutes = rng.randrange(7 * 60, 21 * 60)
    at = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(minutes=minutes)
    return at + timedelta(milliseconds=rng.randrange(60_000))


def _poisson(rng: Random, mean: float) -> int:
    """Knuth's method; the means here are small."""
    limit, product, count = math.exp(-min(mean, 600.0)), rng.random(), 0
    while product > limit:
        product *= rng.random()
        count += 1
    return count


def _faults(
    spec: MarketSpec, boards: Mapping[str, Mapping[str, tuple[Advert, ...]]]
) -> dict[tuple[str, str, date], Fault]:
    """Outages at random, and one failure of each kind on a large board, not on the newest date."""
    rng = _rng(spec, "faults")
    days = spec.observation_dates
    kinds: tuple[Fault, ...] = ("error", "error", "html", "truncated")
    faults: dict[tuple[str, str, date], Fault] = {}
    if spec.outage_rate:
        for platform, rows in boards.items():
            for board in sorted(rows):
                for day in days:
                    if rng.random() < spec.outage_rate:
                        faults[platform, board, day] = rng.choice(kinds)
    if len(days) < 4:
        return faults
    busiest = {
        platform: sorted(rows, key=lambda board: (-len(rows[board]), board))
        for platform, rows in boards.items()
    }
    planted: dict[tuple[str, str, date], Fault] = {
        ("greenhouse", busiest["greenhouse"][1], days[-3]): "error",
        ("ashby", busiest["ashby"][1], days[-4]): "html",
        ("lever", busiest["lever"][1], days[-2]): "truncated",
        ("ashby", busiest["ashby"][0], days[-2]): "lost_id",
        ("greenhouse", busiest["greenhouse"][0], days[-2]): "lost_title",
    }
    return faults | planted


# ------------------------------------------------------------------------------------ threads

_FIRST_COMMENT_ID = 16_000_000
_HOSTILE_MONTH = 7
_COMMENTS_PER_DAY = 9_800  # of the whole site: ids grow by about as much


def _months_between(first: date, last: date) -> int:
    return (last.year - first.year) * 12 + last.month - first.month + 1


def _month(first: date, number: int) -> date:
    index = first.year * 12 + first.month - 1 + number
    return date(index // 12, index % 12 + 1, 1)


def _threads(spec: MarketSpec, employers: tuple[Employer, ...]) -> Iterator[Thread]:
    rng = _rng(spec, "threads")
    posters = [e for e in employers if e.platform is None or (e.activity > 1.2 and not e.is_quiet)]
    recent: list[list[Post]] = []
    for number in range(_months_between(spec.first_month, spec.as_of)):
        month = _month(spec.first_month, number)
        opened = month
        while opened.weekday() >= 5:
            opened += timedelta(days=1)
        created_at = datetime(opened.year, opened.month, opened.day, 15, 0, 5, tzinfo=UTC)
        created_at += timedelta(seconds=rng.randrange(150))
        wanted = max(
            1, round(spec.posts_per_month * _SEASON[month.month - 1] * rng.uniform(0.92, 1.08))
        )
        days_in_month = (_month(spec.first_month, number + 1) - opened).days
        moments = sorted(
            created_at
            + timedelta(
                seconds=int(min(rng.expovariate(1 / 1.6), days_in_month - 1.0) * 86_400)
                + rng.randrange(60, 7_000)
            )
            for _ in range(wanted)
        )
        ids = _comment_ids(spec, rng, [created_at, *moments])
        used: set[str] = set()
        earlier = [p for posts in recent[-3:] for p in posts]
        rng.shuffle(earlier)
        posts: list[Post] = []
        for index, at in enumerate(moments):
            draw = rng.random() if number else 1.0
            again = None
            if draw < spec.exact_repost_rate + spec.reworded_repost_rate:
                again = _next_free(earlier, used, number)
            if again is not None:
                variant = again.variant
                if draw >= spec.exact_repost_rate:
                    variant += 1
                post = replace(
                    again, comment_id=ids[index + 1], posted_at=at, variant=variant, is_copy=True
                )
            else:
                employer = _pick(rng, posters, used, number)
                roles = _post_roles(spec, rng, f"{employer.key}-hn{number}", employer, at)
                is_hostile = not posts and number == _HOSTILE_MONTH
                post = Post(ids[index + 1], at, employer, roles, 0, False, is_hostile)
            used.add(post.employer.key)
            posts.append(post)
        recent.append(posts)
        yield Thread(ids[0], created_at, month, tuple(posts))


def _comment_ids(spec: MarketSpec, rng: Random, moments: list[datetime]) -> list[int]:
    start = datetime(spec.first_month.year, spec.first_month.month, 1, tzinfo=UTC)
    ids: list[int] = []
    for moment in moments:
        guess = _FIRST_COMMENT_ID + int(
            (moment - start).total_seconds() / 86_400 * _COMMENTS_PER_DAY
        )
        # A gap of ten leaves room for replies.
        ids.append(max(guess + rng.randrange(9), ids[-1] + 10 if ids else 0))
    return ids


def _next_free(earlier: list[Post], used: set[str], number: int) -> Post | None:
    while earlier:
        post = earlier.pop()
        if post.employer.key not in used and post.employer.thread_months[1] >= number:
            return post
    return None


def _pick(rng: Random, posters: list[Employer], used: set[str], number: int) -> Employer:
    free = [e for e in posters if e.key not in used]
    active = [e for e in free if e.thread_months[0] <= number <= e.thread_months[1]]
    pool = active or free or posters
    return rng.choices(pool, [min(e.activity, 6.0) for e in pool])[0]


def _post_roles(
    spec: MarketSpec, rng: Random, key: str, employer: Employer, at: datetime
) -> tuple[Role, ...]:
    first = rng.choices(employer.places, [4.0, *[1.0] * (len(employer.places) - 1)])[0]
    others = [p for p in employer.places if p.country == first.country and p != first]
    where = (first, *others[:1]) if others and rng.random() < 0.25 else (first,)
    lead = _role(spec, rng, key, employer, at, where)
    # A post is too short for what the employer repeats on its board.
    lead = replace(lead, tools=lead.tools._replace(boilerplate=()))
    if rng.random() > 0.22:
        return (lead,)
    # The further roles say nothing of tools or pay of their own: the post does, once.
    further = []
    for number in range(rng.choice((1, 2, 2, 3))):
        is_ml = lead.is_ml if rng.random() < 0.85 else False
        role = _role(spec, rng, f"{key}-{number}", employer, at, where, is_ml=is_ml)
        further.append(role)
    return (lead, *further)
