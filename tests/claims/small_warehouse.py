"""A small market as the tables of schema `core`, made from arrays: no texts, known truth.

Belongs here: what tests of claims and series read. Does not belong here: tests.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import duckdb
import numpy as np
import pandas as pd

FLAGS = ("pytorch", "tensorflow", "jax")
LEVELS = ("junior", "mid", "senior", "staff")
FAMILIES = ("research", "ml_engineer", "ml_platform", "software_engineer")
ROLE_FIELDS = """
    company_id VARCHAR, source VARCHAR, sources VARCHAR[], board VARCHAR, entered_on DATE,
    last_seen_on DATE, is_open BOOLEAN, is_ml_role BOOLEAN, family VARCHAR, level VARCHAR,
    country VARCHAR, is_us BOOLEAN, region VARCHAR, metro VARCHAR, workplace VARCHAR,
    has_pytorch BOOLEAN,
    has_tensorflow BOOLEAN, has_jax BOOLEAN, pay_min_usd_year DOUBLE, pay_max_usd_year DOUBLE,
    pay_mid_usd_year DOUBLE, n_adverts INTEGER
"""
TABLES = f"""
CREATE SCHEMA core;
CREATE TABLE core.roles (role_id VARCHAR, {ROLE_FIELDS});
CREATE TABLE core.postings (
    posting_id VARCHAR, source VARCHAR, board VARCHAR, company_id VARCHAR, role_id VARCHAR,
    family VARCHAR, level VARCHAR, is_ml_role BOOLEAN, country VARCHAR, is_us BOOLEAN,
    workplace VARCHAR, posted_on DATE, first_seen_on DATE, last_seen_on DATE, is_duplicate BOOLEAN
);
CREATE TABLE core.boards (
    source VARCHAR, board VARCHAR, first_listing_on DATE, newest_listing_on DATE, is_panel BOOLEAN
);
CREATE TABLE core.companies (company_id VARCHAR, n_open_most INTEGER, is_agency BOOLEAN);
CREATE TABLE core.models (
    source VARCHAR, ranking VARCHAR, snapshot DATE, model_id VARCHAR, frameworks VARCHAR[]
);
CREATE TABLE core.mentions (
    posting_id VARCHAR, technology VARCHAR, family VARCHAR, kind VARCHAR, is_negated BOOLEAN,
    is_boilerplate BOOLEAN
);
CREATE TABLE core.papers (
    paper_id VARCHAR, source VARCHAR, arxiv_id VARCHAR, title VARCHAR, published_on DATE,
    tasks VARCHAR[]
);
CREATE TABLE core.paper_frameworks (
    paper_id VARCHAR, framework VARCHAR, is_official BOOLEAN, repo_url VARCHAR
);
"""


def empty() -> duckdb.DuckDBPyConnection:
    """Make a warehouse whose tables hold nothing."""
    con = duckdb.connect()
    con.execute(TABLES)
    return con


def fill(con: duckdb.DuckDBPyConnection, table: str, rows: pd.DataFrame) -> None:
    """Append rows; columns that they lack stay NULL."""
    con.register("new_rows", rows)
    con.execute(f"INSERT INTO core.{table} BY NAME SELECT * FROM new_rows")
    con.unregister("new_rows")


def add_roles(con: duckdb.DuckDBPyConnection, roles: list[dict[str, Any]]) -> None:
    """Append roles given by a few fields, each with one advert that says the same."""
    rows = pd.DataFrame(roles)
    rows["role_id"] = [f"role-{i:06}" for i in range(len(rows))]
    defaults: dict[str, Any] = {
        "source": "hackernews",
        "is_ml_role": True,
        "family": "ml_engineer",
        "level": "mid",
        "is_us": False,
        "n_adverts": 1,
        **{f"has_{flag}": False for flag in FLAGS},
    }
    for name, value in defaults.items():
        rows[name] = rows[name].fillna(value).astype(type(value)) if name in rows else value
    if "sources" not in rows:
        rows["sources"] = [[source] for source in rows["source"]]
    fill(con, "roles", rows)
    adverts = rows.assign(
        posting_id=rows["role_id"],
        posted_on=rows["entered_on"],
        first_seen_on=rows["entered_on"],
        last_seen_on=rows["entered_on"],
        is_duplicate=False,
    )
    wanted = [d[0] for d in con.execute("SELECT * FROM core.postings LIMIT 0").description or []]
    fill(con, "postings", adverts[[c for c in wanted if c in adverts]])
    add_mentions(con, adverts)


def add_mentions(con: duckdb.DuckDBPyConnection, adverts: pd.DataFrame) -> None:
    """Append a mention for each flag of each advert."""
    for flag in FLAGS:
        naming = adverts.loc[adverts[f"has_{flag}"], ["posting_id"]]
        if not naming.empty:
            fill(
                con,
                "mentions",
                naming.assign(
                    technology=flag,
                    family=flag,
                    kind="framework",
                    is_negated=False,
                    is_boilerplate=False,
                ),
            )


SKILLS: dict[str, float] = {
    "huggingface": 0.1,
    "keras": 0.08,
    "tflite": 0.03,
    "rag": 0.1,
    "llm": 0.25,
    "fine-tuning": 0.12,
    "embeddings": 0.08,
    "latency": 0.1,
    "quantisation": 0.05,
    "evaluation": 0.2,
    "training-systems": 0.1,
    "inference": 0.2,
    "mlops": 0.2,
    "data-quality": 0.1,
    "product-sense": 0.05,
    "kubernetes": 0.2,
    "aws": 0.3,
    "gcp": 0.15,
    "nlp": 0.15,
    "computer-vision": 0.12,
    "reinforcement-learning": 0.06,
    "time-series": 0.06,
    "edge-ai": 0.06,
    "startup": 0.2,
    "production": 0.3,
    "legacy": 0.1,
    "greenfield": 0.1,
    "research": 0.15,
    "enterprise-ai": 0.1,
}
"""How often adverts name a skill or hold the wording of a topic."""


def market(
    seed: int,
    *,
    n_companies: int = 300,
    n_roles: int = 4000,
    first: date = date(2018, 1, 1),
    last: date = date(2026, 6, 30),
    copies: float = 0.15,
) -> duckdb.DuckDBPyConnection:
    """Draw a market in which PyTorch rises, TensorFlow falls, and employers differ.

    Roles name PyTorch and TensorFlow equally often at the end of 2021. Employers have sizes of a
    long tail and tastes of their own. Some adverts repeat a role, in another source or not.
    """
    rng = np.random.default_rng(seed)
    size = rng.pareto(1.3, n_companies) + 0.5
    company = rng.choice(n_companies, n_roles, p=size / size.sum())
    taste = rng.normal(0, 0.7, (n_companies, 2))
    day = rng.integers(first.toordinal(), last.toordinal() + 1, n_roles)
    years = (day - date(2022, 1, 1).toordinal()) / 365.25

    def names(logit: Any) -> Any:
        return rng.random(n_roles) < 1 / (1 + np.exp(-logit))

    is_ml = rng.random(n_roles) < 0.6
    base = np.where(is_ml, -0.6, -3.0)
    level = rng.choice(LEVELS, n_roles)
    middle = np.exp(rng.normal(np.log(200_000), 0.25, n_roles)).round(-3)
    states_pay = rng.random(n_roles) < 0.5
    entered = np.array([date.fromordinal(d) for d in day], dtype="datetime64[D]")
    sources = np.array(["hackernews", "ashby", "greenhouse"])
    roles = pd.DataFrame(
        {
            "role_id": [f"role-{i:06}" for i in range(n_roles)],
            "company_id": [f"company-{c:05}" for c in company],
            "source": sources[rng.choice(3, n_companies, p=[0.6, 0.2, 0.2])[company]],
            "entered_on": entered,
            "is_ml_role": is_ml,
            "family": rng.choice(FAMILIES, n_roles, p=[0.2, 0.3, 0.2, 0.3]),
            "level": level,
            "is_us": rng.choice([True, False, None], n_roles, p=[0.6, 0.3, 0.1]),
            "region": rng.choice(["CA", "NY", None], n_roles),
            "metro": rng.choice(["San Francisco Bay Area", None], n_roles),
            "has_pytorch": names(base + taste[company, 0] + 0.25 * years),
            "has_tensorflow": names(base + taste[company, 1] - 0.25 * years),
            "has_jax": names(base - 2.0),
            "pay_min_usd_year": np.where(states_pay, middle * 0.85, np.nan),
            "pay_max_usd_year": np.where(states_pay, middle * 1.15, np.nan),
            "pay_mid_usd_year": np.where(states_pay, middle, np.nan),
        }
    )
    roles["sources"] = [[source] for source in roles["source"]]
    copied = rng.random(n_roles) < copies
    roles["n_adverts"] = 1 + copied
    con = empty()
    fill(con, "roles", roles)
    adverts = pd.concat([roles, roles[copied]], ignore_index=True)
    adverts["posting_id"] = [f"advert-{i:06}" for i in range(len(adverts))]
    adverts["posted_on"] = adverts["entered_on"]
    adverts["is_duplicate"] = np.arange(len(adverts)) >= n_roles
    is_board = adverts["source"] != "hackernews"
    seen = adverts["entered_on"].where(~is_board, np.datetime64(date(2025, 10, 1)))
    adverts["first_seen_on"] = np.maximum(adverts["entered_on"], seen)
    adverts["last_seen_on"] = adverts["first_seen_on"]
    fields = ["posting_id", "source", "company_id", "role_id", "family", "level", "is_ml_role"]
    fields += ["is_us", "posted_on", "first_seen_on", "last_seen_on", "is_duplicate"]
    fill(con, "postings", adverts[fields])
    add_mentions(con, adverts)
    _add_skills(con, rng, adverts)
    _add_papers(con, rng)
    _add_companies(con, rng, n_companies)
    _add_models(con, rng)
    return con


def _add_skills(con: duckdb.DuckDBPyConnection, rng: np.random.Generator, adverts: pd.DataFrame):
    """Append mentions of skills and topics, the same in all adverts of a role."""
    roles = pd.Index(adverts["role_id"].unique())
    for skill, chance in SKILLS.items():
        naming = roles[rng.random(len(roles)) < chance]
        rows = adverts.loc[adverts["role_id"].isin(naming), ["posting_id"]]
        kind = "framework" if skill in ("huggingface", "keras", "tflite") else "skill"
        family = "tensorflow" if skill == "tflite" else skill
        rows = rows.assign(
            technology=skill, family=family, kind=kind, is_negated=False, is_boilerplate=False
        )
        fill(con, "mentions", rows)
    # A role that names a part of TensorFlow names TensorFlow.
    con.execute(
        """UPDATE core.roles SET has_tensorflow = true WHERE role_id IN (
            SELECT role_id FROM core.postings JOIN core.mentions USING (posting_id)
            WHERE mentions.family = 'tensorflow')"""
    )


def _add_companies(con: duckdb.DuckDBPyConnection, rng: np.random.Generator, n: int) -> None:
    """Append employers, half of which have a board."""
    rows = pd.DataFrame(
        {
            "company_id": [f"company-{c:05}" for c in range(n)],
            "n_open_most": np.where(rng.random(n) < 0.5, rng.integers(1, 60, n), np.nan),
            "is_agency": rng.random(n) < 0.05,
        }
    )
    fill(con, "companies", rows)


def _add_models(con: duckdb.DuckDBPyConnection, rng: np.random.Generator) -> None:
    """Append the newest and the most downloaded models of a hub."""
    for ranking in ("newest", "most downloaded"):
        n = 300
        named = rng.choice(["pytorch", "tf", "none"], n, p=[0.95, 0.03, 0.02])
        owner = rng.integers(0, 150, n)
        rows = pd.DataFrame(
            {
                "source": "hf_models",
                "ranking": ranking,
                "snapshot": date(2026, 6, 1),
                "model_id": [f"owner-{o}/model-{i}" for i, o in enumerate(owner)],
                "frameworks": [[f] for f in named],
            }
        )
        fill(con, "models", rows)


def _add_papers(con: duckdb.DuckDBPyConnection, rng: np.random.Generator) -> None:
    """Append papers of 2019 to mid-2025 with up to three repositories each."""
    n = 3000
    days = rng.integers(date(2019, 1, 1).toordinal(), date(2025, 7, 25).toordinal(), n)
    papers = pd.DataFrame(
        {
            "paper_id": [f"paper-{i:05}" for i in range(n)],
            "source": "pwc_archive",
            "published_on": np.array([date.fromordinal(d) for d in days], dtype="datetime64[D]"),
            "title": rng.choice(["Language models", "Deep reinforcement learning", "On graphs"], n),
        }
    )
    links = papers.loc[np.repeat(np.arange(n), rng.integers(1, 4, n)), ["paper_id"]]
    chances = [0.55, 0.12, 0.03, 0.3]
    links["framework"] = rng.choice(["pytorch", "tf", "jax", "none"], len(links), p=chances)
    links["is_official"] = rng.random(len(links)) < 0.5
    fill(con, "papers", papers)
    fill(con, "paper_frameworks", links)
