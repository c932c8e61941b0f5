"""The sample market: the same bytes each time, native shapes, a truth that its texts bear out."""

from __future__ import annotations

import csv
import html
import io
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from warcio.archiveiterator import ArchiveIterator

from scrapers.market import papers, truth, write
from scrapers.market.phrases import FOLDER, table
from scrapers.market.texts import _article, write_band
from scrapers.market.world import (
    HOSTILE_COMPANY,
    HOSTILE_TITLE,
    Band,
    MarketSpec,
    pytorch_rate,
    simulate,
    tensorflow_rate,
)
from scrapers.market.write import UNKNOWN_LEVER_BOARD, write_market, write_world

FILES = [f"{source}.warc.gz" for source in write.SOURCES]

# Another reading of the names than the tables that the texts are made from.
NAMES = {
    "pytorch": r"py-?torch(?! lightning)|libtorch|torchscript|torchvision",
    "pytorch-lightning": r"pytorch lightning",
    "tensorflow": r"tensor ?flow(?! (?:lite|serving|extended)|\.js)|tf\.keras|(?-i:/TF\b|\bTF/)",
    "tflite": r"tensorflow lite|tflite",
    "tfjs": r"tensorflow\.js",
    "tfx": r"\btfx\b",
    "tf-serving": r"tensorflow serving|tf serving",
    "keras": r"keras",
    "jax": r"\bjax\b",
    "flax": r"\bflax\b",
    "onnx": r"onnx",
    "huggingface": r"hugging ?face",
    "scikit-learn": r"scikit.learn|sklearn",
    "triton-server": r"triton inference server",
    "coreml": r"core ?ml",
    "ray": r"\bray (?:serve|train)",
}


class Served:
    """One record of a WARC file."""

    def __init__(self, kind: str, url: str, at: str, status: int, body: bytes) -> None:
        self.kind, self.url, self.at, self.status, self.body = kind, url, at, status, body


def served(path: Path) -> Iterator[Served]:
    with path.open("rb") as file:
        for record in ArchiveIterator(file):
            header = record.rec_headers.get_header
            status = int(record.http_headers.get_statuscode()) if record.http_headers else 0
            body = record.content_stream().read()
            yield Served(
                record.rec_type, header("WARC-Target-URI") or "", header("WARC-Date"), status, body
            )


def payloads(path: Path) -> Iterator[tuple[Served, Any]]:
    """The responses that can be read, with their JSON."""
    for record in served(path):
        if record.kind == "response" and record.status == 200:
            try:
                yield record, json.loads(record.body)
            except json.JSONDecodeError:
                continue


def visible(markup: str) -> str:
    """The text that a reader sees, by means of its own."""
    while (unescaped := html.unescape(markup)) != markup:
        markup = unescaped
    markup = re.sub(r"</?(?:b|i|strong|span|a)\b[^>]*>", "", markup)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "\n", markup).replace("\u00a0", " "))


@pytest.fixture(scope="module")
def market(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("market") / "sample"
    write_market(directory)
    return directory


@pytest.fixture(scope="module")
def rows(market: Path) -> list[dict[str, Any]]:
    lines = (market / "truth_postings.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


@pytest.fixture(scope="module")
def summary(market: Path) -> dict[str, Any]:
    value: dict[str, Any] = json.loads((market / "truth.json").read_text(encoding="utf-8"))
    return value


@pytest.fixture(scope="module")
def native(market: Path) -> dict[str, dict[str, Any]]:
    """The newest row of each advert, by source and id, as its platform serves it."""
    found: dict[str, dict[str, Any]] = defaultdict(dict)
    for source in ("ashby", "greenhouse", "lever"):
        for _, payload in payloads(market / f"{source}.warc.gz"):
            for row in payload if source == "lever" else payload["jobs"]:
                if "id" in row and ("title" in row or "text" in row) and row.get("isListed", True):
                    found[source][str(row["id"])] = row
    for _, payload in payloads(market / "hackernews.warc.gz"):
        for row in payload.get("children", ()):
            if row["text"]:
                found["hackernews"][str(row["id"])] = row
    return found


@pytest.fixture(scope="module")
def texts(native: dict[str, dict[str, Any]]) -> dict[tuple[str, str], str]:
    """What a reader of each advert sees."""
    read = {
        "ashby": lambda row: row["descriptionHtml"],
        "greenhouse": lambda row: row["content"],
        "lever": lambda row: "\n".join(
            [
                row["description"],
                *(part["content"] for part in row["lists"]),
                row.get("salaryDescription", ""),
                row["additional"],
            ]
        ),
        "hackernews": lambda row: row["text"],
    }
    return {
        (source, number): visible(read[source](row))
        for source, found in native.items()
        for number, row in found.items()
    }


# --------------------------------------------------------------------------------------- files


def test_the_same_seed_and_scale_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_market(tmp_path / name, seed=7, scale=0.02)
    files = sorted(p.relative_to(tmp_path / "a") for p in (tmp_path / "a").rglob("*.*"))
    assert {str(f) for f in files} >= {*FILES, "truth.json", "truth_postings.jsonl"}
    for file in files:
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes(), file


def test_another_seed_gives_another_market(tmp_path: Path) -> None:
    for seed in (7, 8):
        write_market(tmp_path / str(seed), seed=seed, scale=0.02)
    for name in (*FILES, "truth_postings.jsonl"):
        assert (tmp_path / "7" / name).read_bytes() != (tmp_path / "8" / name).read_bytes(), name


@pytest.mark.parametrize("name", FILES)
def test_every_file_says_that_it_is_a_sample(market: Path, name: str) -> None:
    first = next(served(market / name))
    assert first.kind == "warcinfo"
    assert b"SAMPLE" in first.body


def test_the_truth_says_that_it_is_a_sample(summary: dict[str, Any]) -> None:
    assert summary["label"].startswith("SAMPLE")


def test_an_earlier_market_is_replaced(tmp_path: Path) -> None:
    for seed in (1, 2):
        write_market(tmp_path / "market", seed=seed, scale=0.02)
    assert json.loads((tmp_path / "market" / "truth.json").read_text())["spec"]["seed"] == 2
    assert [p.name for p in tmp_path.iterdir()] == ["market"]


def test_a_folder_with_other_things_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("keep")
    with pytest.raises(FileExistsError, match="something else"):
        write_market(tmp_path / "mine", scale=0.02)
    assert (tmp_path / "mine" / "notes.txt").read_text() == "keep"


def test_a_market_that_fails_half_way_is_never_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: list[papers.Link]) -> bytes:
        raise OSError("no space left")

    monkeypatch.setattr(papers, "parquet", full)
    with pytest.raises(OSError, match="no space"):
        write_market(tmp_path / "market", scale=0.02)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("scale", [0, -1, float("nan")])
def test_a_scale_that_is_no_size_is_refused(scale: float) -> None:
    with pytest.raises(ValueError, match="scale"):
        MarketSpec.scaled(1, scale)


# ---------------------------------------------------------------------------------- native shapes

KEYS = {
    "ashby": "id title department team employmentType location secondaryLocations publishedAt "
    "shouldDisplayCompensationOnJobPostings isListed isRemote address jobUrl applyUrl "
    "descriptionHtml descriptionPlain compensation",
    "greenhouse": "absolute_url data_compliance internal_job_id location metadata id updated_at "
    "requisition_id title company_name first_published language application_deadline content "
    "departments offices ai_disclaimer include_ai_disclaimer ai_opt_out_request_url",
    "lever": "additionalPlain additional categories createdAt descriptionPlain description id "
    "lists text country workplaceType opening openingPlain descriptionBody descriptionBodyPlain "
    "hostedUrl applyUrl",
    "hackernews": "id created_at created_at_i type author title url text points parent_id story_id "
    "children options",
}


@pytest.mark.parametrize("source", KEYS)
def test_rows_have_the_keys_of_real_ones(native: dict[str, dict[str, Any]], source: str) -> None:
    for row in native[source].values():
        assert set(KEYS[source].split()) <= set(row)


def test_papers_have_the_columns_of_the_archive(market: Path) -> None:
    record = list(served(market / "papers.warc.gz"))[1]
    data = pq.read_table(io.BytesIO(record.body))
    assert record.url.endswith(
        "/links-between-paper-and-code/resolve/main/data/train-00000-of-00001.parquet"
    )
    assert data.column_names == list(papers.Link._fields)
    labels = set(data.column("framework").to_pylist())
    assert {"pytorch", "tf", "jax", "none", "mxnet", "paddle", "torch"} <= labels
    per_paper = Counter(data.column("paper_url").to_pylist())
    assert max(per_paper.values()) > 2
    ids = data.column("paper_arxiv_id")
    assert 0.02 < ids.null_count / len(ids) < 0.12
    assert set(data.column("is_official").to_pylist()) == {True, False}


def test_threads_are_found_through_the_listing(market: Path) -> None:
    (listing,) = [
        p for r, p in payloads(market / "hackernews.warc.gz") if "search_by_date" in r.url
    ]
    titles = Counter(re.sub(r" \(.*", "", hit["title"]) for hit in listing["hits"])
    assert titles["Ask HN: Who is hiring?"] == 106
    assert titles["Ask HN: Who wants to be hired?"] == 106
    hiring = {h["objectID"] for h in listing["hits"] if "Who is hiring" in h["title"]}
    urls = {r.url for r in served(market / "hackernews.warc.gz") if "/items/" in r.url}
    assert urls == {f"https://hn.algolia.com/api/v1/items/{number}" for number in hiring}
    stamps = [hit["created_at_i"] for hit in listing["hits"]]
    assert stamps == sorted(stamps, reverse=True)


def test_comment_ids_are_unique_and_rise_with_time(market: Path) -> None:
    seen: list[tuple[int, int]] = []
    for _, payload in payloads(market / "hackernews.warc.gz"):
        stack = list(payload.get("children", ()))
        while stack:
            row = stack.pop()
            seen.append((row["id"], row["created_at_i"]))
            stack += row["children"]
    assert len({number for number, _ in seen}) == len(seen)
    top = sorted(seen)[:: len(seen) // 50]
    assert [at for _, at in top] == sorted(at for _, at in top)


def test_some_comments_are_deleted_and_some_have_replies(market: Path) -> None:
    children = [
        row
        for _, payload in payloads(market / "hackernews.warc.gz")
        for row in payload.get("children", ())
    ]
    deleted = [row for row in children if row["text"] is None]
    assert 0.01 < len(deleted) / len(children) < 0.06
    assert all(row["author"] is None for row in deleted)
    assert 0.04 < sum(bool(row["children"]) for row in children) / len(children) < 0.15


def test_greenhouse_content_is_escaped_once_or_twice(native: dict[str, dict[str, Any]]) -> None:
    contents = [row["content"] for row in native["greenhouse"].values()]
    assert not any("<" in content for content in contents)
    twice = sum(content.startswith("&amp;lt;") for content in contents)
    assert 0.4 < twice / len(contents) < 0.9
    assert twice + sum(content.startswith("&lt;") for content in contents) == len(contents)


def test_hacker_news_escapes_as_it_does(native: dict[str, dict[str, Any]]) -> None:
    marks = Counter(
        mark
        for row in native["hackernews"].values()
        for mark in ("<p>", "&#x27;", "&#x2F;", 'rel="nofollow"', "&quot;")
        if mark in row["text"]
    )
    assert min(marks.values()) > 0
    assert len(marks) == 5
    for row in native["hackernews"].values():
        assert not re.search(r"<(?!/?(?:p|i|a)\b)", row["text"])


# ---------------------------------------------------------------------------------------- counts


def test_the_market_has_the_promised_size(summary: dict[str, Any]) -> None:
    counts = summary["counts"]
    assert 5_000 <= counts["roles"] <= 9_000
    assert counts["threads"] == 106
    assert 2_700 <= counts["paper_links"] <= 3_300


def test_the_truth_knows_exactly_what_is_served(
    native: dict[str, dict[str, Any]], rows: list[dict[str, Any]]
) -> None:
    for source, found in native.items():
        ids = [row["source_id"] for row in rows if row["source"] == source]
        assert len(ids) == len(set(ids))
        assert set(ids) == set(found)


def test_boards_fail_in_every_way_and_each_failure_is_noted(
    market: Path, summary: dict[str, Any]
) -> None:
    faults = {
        row["fault"]: (row["source"], row["board"], row["on"]) for row in summary["not_served_well"]
    }
    assert set(faults) == {"error", "html", "truncated", "lost_id", "lost_title"}
    answers = {
        (source, record.url, record.at[:10]): record
        for source in ("ashby", "greenhouse", "lever")
        for record in served(market / f"{source}.warc.gz")
        if record.kind == "response"
    }

    def answer(fault: str) -> Served:
        source, board, on = faults[fault]
        (found,) = [
            r for (s, u, at), r in answers.items() if s == source and f"/{board}" in u and at == on
        ]
        return found

    assert answer("error").status == 500
    assert answer("html").body.startswith(b"<!DOCTYPE html>")
    with pytest.raises(json.JSONDecodeError):
        json.loads(answer("truncated").body)
    assert sum("id" not in job for job in json.loads(answer("lost_id").body)["jobs"]) == 1
    assert sum("title" not in job for job in json.loads(answer("lost_title").body)["jobs"]) == 1
    unknown = [r for (_, u, _), r in answers.items() if UNKNOWN_LEVER_BOARD in u]
    assert {r.status for r in unknown} == {404}
    assert json.loads(unknown[0].body)["ok"] is False


def test_quiet_boards_answer_alike_on_several_dates(market: Path) -> None:
    for source in ("ashby", "greenhouse", "lever"):
        bodies = Counter((r.url, r.body) for r, _ in payloads(market / f"{source}.warc.gz"))
        assert any(n > 1 for n in bodies.values()), source


def test_the_board_lists_name_every_board_asked(market: Path) -> None:
    for source in ("ashby", "greenhouse", "lever"):
        with (market / "boards" / f"{source}.csv").open(newline="") as file:
            boards = {row["board"] for row in csv.DictReader(file)}
        urls = {r.url for r in served(market / f"{source}.warc.gz") if r.kind == "response"}
        assert len(urls) == len(boards)
        assert all(any(f"/{board}" in url for url in urls) for board in boards)


def test_reposts_are_as_frequent_as_on_hacker_news(market: Path) -> None:
    seen: set[str] = set()
    total = again = 0
    threads = sorted(
        (p for r, p in payloads(market / "hackernews.warc.gz") if "/items/" in r.url),
        key=lambda p: p["id"],
    )
    for thread in threads:
        bodies = {row["text"] for row in thread["children"] if row["text"]}
        total += len(bodies)
        again += len(bodies & seen)
        seen |= bodies
    assert 0.10 < again / total < 0.16


def test_copies_share_their_text_or_nearly(
    texts: dict[tuple[str, str], str], rows: list[dict[str, Any]]
) -> None:
    words: dict[str, list[set[str]]] = defaultdict(list)
    for row in rows:
        if row["source"] == "hackernews":
            words[row["role_key"]].append(
                set(texts["hackernews", row["source_id"]].lower().split())
            )
    likeness = [len(a & b) / len(a | b) for group in words.values() for a, b in pairwise(group)]
    assert min(likeness) > 0.25
    assert 0.6 < sum(x == 1.0 for x in likeness) / len(likeness) < 0.95
    assert any(0.3 < x < 0.8 for x in likeness)


# ------------------------------------------------------------------------------ truth and texts


@pytest.mark.parametrize("leaf", NAMES)
def test_texts_name_what_the_truth_says_and_nothing_else(
    texts: dict[tuple[str, str], str], rows: list[dict[str, Any]], leaf: str
) -> None:
    named = re.compile(NAMES[leaf], re.IGNORECASE)
    homonyms = re.compile(r"JAX-\w+|airport \(JAX\)|Flax Health|Eleni Keras|tf-idf", re.IGNORECASE)
    count = 0
    for row in rows:
        text = homonyms.sub("", texts[row["source"], row["source_id"]])
        says = leaf in row["frameworks"]
        count += says
        assert bool(named.search(text)) == says, (row["frameworks"], text)
    assert count > 5


def test_every_named_technology_has_spellings(rows: list[dict[str, Any]]) -> None:
    named = {leaf for row in rows for leaf in row["frameworks"]}
    assert named <= set(table("tools")["surfaces"])
    assert len(named) > 20


def test_negated_frameworks_are_said_not_to_be_used(
    texts: dict[tuple[str, str], str], rows: list[dict[str, Any]]
) -> None:
    negated = [row for row in rows if row["negated"]]
    assert len(negated) > 15
    for row in negated:
        assert set(row["negated"]) < set(row["frameworks"])
        text = texts[row["source"], row["source_id"]]
        assert re.search(r"(?:don't|do not) use|not an? |No |n'utilisons pas|kein ", text)


def digits(value: float) -> set[str]:
    """The ways of writing an amount that the test knows, without separators."""
    short = f"{value / 1000:g}".replace(".", "")
    lakh = f"{value / 100_000:g}".replace(".", "")
    return {f"{value:.0f}", short, f"{value:.0f}00", lakh}


def test_texts_state_the_bands_that_the_truth_says(
    texts: dict[tuple[str, str], str], rows: list[dict[str, Any]]
) -> None:
    checked = 0
    for row in rows:
        text = texts[row["source"], row["source_id"]]
        numbers = set(re.sub(r"(?<=\d)[,.' ](?=\d)", "", text).split())
        numbers |= set(re.findall(r"\d+", " ".join(numbers)))
        for band in row["pay_bands"]:
            if band["provenance"] == "parsed":
                for end in (band["min"], band["max"]):
                    if end is not None:
                        assert digits(end) & numbers, (band, text)
                        checked += 1
    assert checked > 3_000


def test_structured_bands_are_those_of_the_boards_fields(
    native: dict[str, dict[str, Any]], rows: list[dict[str, Any]]
) -> None:
    for row in rows:
        said = [(b["min"], b["max"]) for b in row["pay_bands"] if b["provenance"] == "structured"]
        advert = native[row["source"]][row["source_id"]]
        if row["source"] == "ashby":
            served_bands = [
                (c["minValue"], c["maxValue"])
                for tier in advert["compensation"]["compensationTiers"]
                for c in tier["components"]
                if c["compensationType"] == "Salary"
            ]
        elif row["source"] == "lever":
            pay = advert.get("salaryRange")
            served_bands = [(pay["min"], pay["max"])] if pay else []
        else:
            served_bands = []
        assert said == served_bands


def test_a_few_fields_hold_bands_that_nobody_can_mean(rows: list[dict[str, Any]]) -> None:
    junk = [b for row in rows for b in row["pay_bands"] if not b["is_plausible"]]
    assert 2 <= len(junk) <= 30
    assert all(b["max"] / b["min"] > 10 or b["max"] < 100 for b in junk)


def test_adverts_carry_the_known_traps_and_oddities(
    native: dict[str, dict[str, Any]], texts: dict[tuple[str, str], str]
) -> None:
    everything = "\n".join(texts.values())
    for trap in table("traps"):
        assert trap["text"] in everything, trap["text"]
    raw = "\n".join(row["descriptionHtml"] for row in native["ashby"].values())
    assert re.search(r"Py<strong>Torch</strong>", raw)
    assert "&nbsp;" in raw
    assert "\u200f" in everything
    assert re.search("[\U0001f300-\U0001faff]", raw)
    for surface in ("tf.keras", "Tensorflow/Keras", "Tensor Flow"):
        assert surface in everything
    assert sum(HOSTILE_TITLE in row["title"] for row in native["ashby"].values()) >= 1
    assert sum(HOSTILE_TITLE in row["text"] for row in native["lever"].values()) >= 1
    assert any(row["company_name"] == HOSTILE_COMPANY for row in native["greenhouse"].values())
    assert HOSTILE_COMPANY in everything


def test_boards_state_pay_in_many_ways(native: dict[str, dict[str, Any]]) -> None:
    summaries = [
        row["compensation"]["compensationTierSummary"] or "" for row in native["ashby"].values()
    ]
    for piece in ("$", "€", "£", "per hour", "Offers Equity", "Offers Bonus", "K –"):
        assert any(piece in text for text in summaries), piece
    kinds = {
        component["compensationType"]
        for row in native["ashby"].values()
        for component in row["compensation"]["summaryComponents"]
    }
    assert kinds == {"Salary", "EquityPercentage", "Bonus", "Commission", "EquityCashValue"}
    assert {row["isRemote"] for row in native["ashby"].values()} == {True, False, None}


def test_unlisted_adverts_are_served_and_not_in_the_truth(
    market: Path, summary: dict[str, Any], rows: list[dict[str, Any]]
) -> None:
    hidden = {
        job["id"]
        for _, payload in payloads(market / "ashby.warc.gz")
        for job in payload["jobs"]
        if not job["isListed"]
    }
    assert hidden
    assert hidden <= set(summary["unlisted"])
    assert not hidden & {row["source_id"] for row in rows}


def test_there_are_adverts_in_german_and_french(rows: list[dict[str, Any]]) -> None:
    languages = Counter(row["language"] for row in rows if row["source"] != "hackernews")
    assert languages["de"] > 20
    assert languages["fr"] > 20


def test_phrases_name_no_technology_of_their_own() -> None:
    """A name in a phrase would be in texts whose truth does not know of it."""
    names = re.compile(
        r"pytorch|tensorflow|keras|\bjax\b|\bonnx|xgboost|scikit|hugging ?face|\bvllm|langchain"
        r"|\btorch\b|\bray\b|\btf\b|lightning|tensorrt|spacy|triton",
        re.IGNORECASE,
    )
    for path in sorted(FOLDER.iterdir()):
        if path.stem in ("tools", "traps"):
            continue
        for line in path.read_text(encoding="utf-8").splitlines():
            is_reply = path.stem == "hackernews" and re.search(r"Do you use|Any plans", line)
            assert is_reply or not names.search(line), (path.name, line)


# ------------------------------------------------------------------------------------ planted


def interval(draws: np.ndarray) -> tuple[float, float]:
    low, high = np.percentile(draws, [2.5, 97.5])
    return float(low), float(high)


@pytest.fixture(scope="module")
def bootstrap(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """ML roles as arrays, and how often each draw of companies takes each role."""
    ml = [row for row in truth.roles(rows) if row["is_ml_role"]]
    companies = {name: n for n, name in enumerate(sorted({row["company"] for row in ml}))}
    of_role = np.array([companies[row["company"]] for row in ml])
    draws = np.random.default_rng(1).multinomial(
        len(companies), np.full(len(companies), 1 / len(companies)), size=400
    )
    return {
        "roles": ml,
        "companies": of_role,
        "draws": draws,
        "weights": draws[:, of_role].astype(float),
        "day": np.array([row["posted_on"] for row in ml]),
        **{
            name: np.array([row[f"has_{name}"] for row in ml], dtype=float)
            for name in ("pytorch", "tensorflow", "jax")
        },
    }


def ratio(b: dict[str, Any], mask: np.ndarray, over: str, under: str) -> tuple[float, float]:
    weights = b["weights"][:, mask]
    assert min(b[over][mask].sum(), b[under][mask].sum()) >= 40
    return interval((weights @ b[over][mask]) / (weights @ b[under][mask]))


def test_pytorch_leads_in_2026(bootstrap: dict[str, Any]) -> None:
    low, _ = ratio(bootstrap, bootstrap["day"] >= "2026", "pytorch", "tensorflow")
    assert low > 1.2


def test_tensorflow_led_in_2020(bootstrap: dict[str, Any]) -> None:
    day = bootstrap["day"]
    _, high = ratio(bootstrap, (day >= "2020") & (day < "2021"), "pytorch", "tensorflow")
    assert high < 0.9


def test_jax_is_no_small_fraction(bootstrap: dict[str, Any]) -> None:
    recent = bootstrap["day"] > "2025-10-31"
    assert ratio(bootstrap, recent, "jax", "pytorch")[0] > 0.55
    assert ratio(bootstrap, recent, "jax", "tensorflow")[0] > 0.55


def test_late_2024_in_the_us_has_too_few_roles(summary: dict[str, Any]) -> None:
    claim = summary["claims"]["hire_ratio_two_to_one"]
    assert min(claim["n_over"], claim["n_under"]) < 20
    assert claim["verdict"] == "undetermined"


@pytest.mark.parametrize("since", ["2025-10-31", "2018"])
def test_research_is_not_pytorchs(bootstrap: dict[str, Any], since: str) -> None:
    either = np.maximum(bootstrap["pytorch"], bootstrap["tensorflow"])
    is_research = np.array([row["family"] == "research" for row in bootstrap["roles"]])
    mask = is_research & (bootstrap["day"] > since)
    weights = bootstrap["weights"][:, mask]
    _, high = interval((weights @ bootstrap["pytorch"][mask]) / (weights @ either[mask]))
    assert high < 0.60


def test_tensorflow_declines(bootstrap: dict[str, Any]) -> None:
    mask = bootstrap["day"] > "2021-10-31"
    days = bootstrap["day"][mask].astype("datetime64[D]")
    years = (days - np.datetime64("2024-01-01")).astype(float) / 365.25
    names, weights = bootstrap["tensorflow"][mask], bootstrap["weights"][:, mask]
    total = weights.sum(axis=1)
    x, y = weights @ years / total, weights @ names / total
    slopes = (weights @ (years * names) / total - x * y) / (weights @ years**2 / total - x**2)
    assert interval(slopes)[1] < -0.008


def test_the_lead_changes_hands_between_2021_and_2024(bootstrap: dict[str, Any]) -> None:
    years = np.array([int(d[:4]) + (int(d[5:7]) - 1) // 3 / 4 for d in bootstrap["day"]])
    quarters = np.unique(years)
    crossings = []
    for weights in bootstrap["weights"]:
        counts = [
            np.array([(weights * bootstrap[name])[years == q].sum() + 0.5 for q in quarters])
            for name in ("pytorch", "tensorflow")
        ]
        precision = np.sqrt(1 / (1 / counts[0] + 1 / counts[1]))
        slope, start = np.polyfit(quarters, np.log(counts[0] / counts[1]), 1, w=precision)
        crossings.append(-start / slope)
    low, high = interval(np.array(crossings))
    assert 2021.3 < low < high < 2024.7
    assert pytorch_rate(2023.0) == pytest.approx(tensorflow_rate(2023.0))
    assert date(2023, 1, 1) == truth.CROSSOVER_ON


def test_most_companies_use_both(bootstrap: dict[str, Any]) -> None:
    recent = bootstrap["day"] > "2025-10-31"
    n_companies = bootstrap["draws"].shape[1]
    facts = np.zeros((n_companies, 3))
    for company, p, t in zip(
        bootstrap["companies"][recent],
        bootstrap["pytorch"][recent],
        bootstrap["tensorflow"][recent],
        strict=True,
    ):
        facts[company] += (1, p, t)
    counted = (facts[:, 0] >= 2) & (facts[:, 1:].sum(axis=1) > 0)
    both = counted & (facts[:, 1] > 0) & (facts[:, 2] > 0)
    assert counted.sum() > 80
    assert interval((bootstrap["draws"] @ both) / (bootstrap["draws"] @ counted))[0] > 0.55


def test_senior_pay_starts_far_below_the_article(bootstrap: dict[str, Any]) -> None:
    rows = [
        (n, middle)
        for n, row in enumerate(bootstrap["roles"])
        if row["us"]
        and row["level"] == "senior"
        and row["has_pytorch"]
        and (middle := truth.yearly_midpoint_usd(row)) is not None
    ]
    index, middles = np.array([n for n, _ in rows]), np.array([m for _, m in rows])
    assert len(rows) > 60
    tenths = [
        np.percentile(np.repeat(middles, weights.astype(int)), 10)
        for weights in bootstrap["weights"][:, index]
    ]
    assert interval(np.array(tenths))[1] < 210_000


@pytest.mark.parametrize(
    ("claim", "low", "high"),
    [
        ("paper_pytorch_60", 0.36, 0.44),
        ("paper_tf_15", 0.14, 0.165),
        ("paper_pytorch_led_2020", 0.5, 0.72),
    ],
)
def test_papers_have_their_planted_shares(
    summary: dict[str, Any], claim: str, low: float, high: float
) -> None:
    assert low < summary["claims"][claim]["estimate"] < high


def test_the_planted_verdicts_are_mixed(summary: dict[str, Any]) -> None:
    verdicts = Counter(row["verdict"] for row in summary["claims"].values())
    assert set(summary["claims"]) == set(truth.PLANTED)
    assert verdicts["supported"] >= 3
    assert verdicts["contradicted"] >= 3
    assert verdicts["undetermined"] >= 1


def test_a_small_market_promises_no_verdict(tmp_path: Path) -> None:
    write_market(tmp_path / "market", scale=0.02)
    claims = json.loads((tmp_path / "market" / "truth.json").read_text())["claims"]
    assert {row["verdict"] for row in claims.values()} == {None}


# --------------------------------------------------------------------------------- simulation


def test_daily_observations_are_a_change_of_numbers(tmp_path: Path) -> None:
    days = tuple(date(2026, 9, 1) + timedelta(days=n) for n in range(60))
    spec = replace(MarketSpec.scaled(3, 0.02), observation_dates=days, as_of=days[-1])
    world = simulate(spec)
    write_world(tmp_path / "year", world, holds=False)
    board, adverts = max(world.boards["lever"].items(), key=lambda item: len(item[1]))
    stocks = [
        {row["id"] for row in payload}
        for record, payload in payloads(tmp_path / "year" / "lever.warc.gz")
        if f"/{board}?" in record.url
    ]
    assert len(stocks) == len(days)
    arrived = [b - a for a, b in pairwise(stocks)]
    left = [a - b for a, b in pairwise(stocks)]
    assert sum(map(len, arrived)) > 0
    assert sum(map(len, left)) > 0
    assert set().union(*stocks) <= {advert.source_id for advert in adverts}


def test_outages_are_as_frequent_as_asked() -> None:
    days = tuple(date(2026, 9, 1) + timedelta(days=n) for n in range(60))
    world = simulate(replace(MarketSpec.scaled(3, 0.1), observation_dates=days, outage_rate=0.05))
    asked = len(days) * sum(map(len, world.boards.values()))
    assert 0.03 < len(world.faults) / asked < 0.08
    assert {"error", "html", "truncated"} <= set(world.faults.values())


def test_edits_change_an_advert_and_its_pay() -> None:
    world = simulate(MarketSpec.scaled(5, 0.3))
    edited = [
        (board, advert)
        for board, adverts in world.boards["lever"].items()
        for advert in adverts
        if advert.edited_at and advert.role.language == "en"
    ]
    assert edited
    for board, advert in edited:
        assert advert.edited_at is not None
        before, after = (
            write.lever.row(advert, board, day, world.spec.seed)
            for day in (advert.posted_at.date(), advert.edited_at.date())
        )
        assert before["description"] != after["description"]
        if "salaryRange" in before:
            assert after["salaryRange"]["min"] > before["salaryRange"]["min"]


def test_reopened_adverts_are_the_same_role_with_another_id(rows: list[dict[str, Any]]) -> None:
    by_role = defaultdict(list)
    for row in rows:
        if row["source"] == "greenhouse":
            by_role[row["role_key"]].append(row)
    copies = [group for group in by_role.values() if len(group) > 1]
    assert copies
    for group in copies:
        assert sum(not row["is_copy"] for row in group) <= 1
        assert len({(row["title"], row["family"], row["level"]) for row in group}) == 1


@pytest.mark.parametrize(
    ("title", "article"),
    [
        ("ML Engineer", "an"),
        ("Machine Learning Engineer", "a"),
        ("NLP Engineer", "an"),
        ("iOS Engineer", "an"),
        ("MLOps Engineer", "an"),
        ("UX Researcher", "a"),
        ("Applied Scientist", "an"),
        ("GPU Performance Engineer", "a"),
    ],
)
def test_articles_follow_the_sound(title: str, article: str) -> None:
    assert _article(title) == article


@pytest.mark.parametrize(
    ("band", "language", "pattern"),
    [
        ((70_000, 90_000, "EUR", "YEAR"), "de", r"70\.000 €.+90\.000 €|70-90k €"),
        ((55_000, 70_000, "EUR", "YEAR"), "fr", r"55 000 €.+70 000 €|55-70 k€"),
        ((45, 60, "USD", "HOUR"), "en", r"\$45.+\$60.*(?:hour|/hr)"),
        ((3_500_000, 5_000_000, "INR", "YEAR"), "en", r"₹35 LPA.+₹50 LPA"),
        ((50_000, 64_000, "SEK", "MONTH"), "en", r"SEK 50,000.+64,000.+month"),
    ],
)
def test_bands_are_written_in_the_style_of_their_currency(
    band: tuple[float, float, str, str], language: str, pattern: str
) -> None:
    for seed in range(20):
        said = write_band(Band(*band, kind="base"), Random(seed), language)["range"]
        assert re.search(pattern, said), said


@pytest.mark.shared
def test_no_employer_is_a_real_one(shared: Path) -> None:
    with (shared / "boards_known.tsv").open(encoding="utf-8", newline="") as file:
        real = {
            re.sub(r"\W", "", row[key]).lower()
            for row in csv.DictReader(file, delimiter="\t")
            for key in ("board", "company")
        }
    made_up = {
        f"{first}{second}".lower()
        for first in table("names")["first"]
        for second in table("names")["second"]
    }
    assert not made_up & real
