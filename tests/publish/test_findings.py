"""The page of findings: what it says of each verdict, and that no value says more than itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.publish.tables import FORMULA_COMPANY, SCRIPT_TITLE
from warehouse.publish.findings import (
    BEGIN,
    END,
    NoVerdictsError,
    findings_brief,
    findings_page,
    inert,
    with_brief,
)

PROJECT = Path(__file__).parents[2]
NEW_COLUMNS = """
ALTER TABLE out.claim_verdicts ADD would_decide VARCHAR;
ALTER TABLE out.claim_verdicts ADD silent_sources VARCHAR;
ALTER TABLE out.claim_verdicts ADD estimate_corrected DOUBLE;
ALTER TABLE out.claim_verdicts ADD ci_low_corrected DOUBLE;
ALTER TABLE out.claim_verdicts ADD ci_high_corrected DOUBLE;
ALTER TABLE out.claim_verdicts ADD holds_after_holm BOOLEAN;
UPDATE out.claim_verdicts SET
    would_decide = CASE verdict WHEN 'undetermined' THEN 'about 140 more roles like these' END,
    silent_sources = 'lever (read once; later)' || CASE claim_id WHEN 'hire_more'
        THEN '; ashby (no history)' ELSE '' END,
    holds_after_holm = CASE WHEN verdict IN ('supported', 'contradicted')
        THEN claim_id <> 'pay_senior' END,
    estimate_corrected = CASE claim_id WHEN 'hire_more' THEN 2.4 END,
    ci_low_corrected = CASE claim_id WHEN 'hire_more' THEN 2.0 END,
    ci_high_corrected = CASE claim_id WHEN 'hire_more' THEN 2.9 END
WHERE verdict <> 'out_of_scope';
"""
SAMPLE = "ALTER TABLE out.claim_verdicts ADD is_sample BOOLEAN DEFAULT true;"
HEALTH = """
CREATE TABLE out.source_health AS
SELECT * FROM (VALUES
    ('ashby', DATE '2026-03-01'), ('hackernews', DATE '2025-01-31'),
    ('hackernews', DATE '2026-02-28'), ('my_table', DATE '2026-01-05'),
    ('reference', DATE '2026-02-28')
) AS health (source, observed_on);
"""
LATER = "UPDATE out.claim_verdicts SET as_of = DATE '2026-08-01';"


@pytest.fixture
def con(working: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A small publication with every kind of verdict."""
    with duckdb.connect(str(working)) as con:
        con.execute(
            """ALTER TABLE out.claim_verdicts ADD as_of DATE DEFAULT DATE '2026-03-01';
            ALTER TABLE out.claim_verdicts ADD method_version VARCHAR DEFAULT '1.abc'"""
        )
        con.execute(HEALTH)
        yield con


def lists_of(page: str, article: str) -> dict[str, str]:
    """The text of each list of one article, by heading."""
    [section] = [part for part in re.split(r"^## ", page, flags=re.M) if f"`{article}`:" in part]
    _, *parts = re.split(r"^### (.*)$", section, flags=re.M)
    return dict(zip(parts[::2], parts[1::2], strict=True))


def items(text: str) -> dict[str, str]:
    """What is said of each claim, by id."""
    found = re.findall(r"^- .*?`(\w+)`.*?(?=^- |\Z)", text, flags=re.M | re.S)
    said = re.split(r"^- ", text, flags=re.M)[1:]
    return dict(zip(found, (" ".join(one.split()) for one in said), strict=True))


def test_the_headline_counts_verdicts_and_says_what_chance_would_do(
    con: duckdb.DuckDBPyConnection,
) -> None:
    page = findings_page(con)
    assert (
        "**Of 6 statements that were put to the test, 3 are supported, 1 contradicted, and 2 "
        "can't be told from the data at hand.** 1 more is beyond" in page
    )
    assert "at most about 0.2 would look supported by chance" in page
    assert "As of 1 March 2026, method 1.abc." in page
    assert "1 of the 4 decided ones would turn round" in page
    assert "Holm" not in page, "nothing is known of it in this publication"
    assert "SAMPLE" not in page


def test_each_article_has_its_three_lists(con: duckdb.DuckDBPyConnection) -> None:
    page = findings_page(con)
    careers, justpick = lists_of(page, "careers"), lists_of(page, "justpick")
    assert list(careers) == ["Right (1)", "Wrong (1)", "Can't be told (1)"]
    assert list(items(careers["Right (1)"])) == ["hire_more"]
    assert list(items(careers["Wrong (1)"])) == ["pay_senior"]
    # a claim of two articles is told under each
    assert list(items(careers["Can't be told (1)"])) == ["hire_crossover"]
    assert list(items(justpick["Can't be told (1)"])) == ["hire_crossover"]
    assert list(items(justpick["Right (2)"])) == ["hire_led_2020", "paper_sixty"]
    assert "refute no statement" in justpick["Wrong (0)"]
    assert "out_debugging" in page.split("## Beyond what")[1].split("## ")[0]


def test_what_is_said_of_a_claim(con: duckdb.DuckDBPyConnection) -> None:
    page = findings_page(con)
    said = {
        **items(lists_of(page, "careers")["Right (1)"]),
        **items(lists_of(page, "careers")["Wrong (1)"]),
        **items(lists_of(page, "justpick")["Right (2)"]),
        **items(lists_of(page, "justpick")["Can't be told (1)"]),
    }
    assert said == {
        "hire_more": "**More new machine-learning roles name PyTorch than TensorFlow.** "
        "`hire_more` PyTorch roles for each TensorFlow role: 2.31 (95 % interval 1.90 to 2.84); "
        "from 812 roles at 240 companies.",
        "pay_senior": "**Senior pay lies between 230 and 430 thousand dollars.** `pay_senior` (by "
        "a proxy) \\$241,000 (95 % interval \\$232,500 to \\$249,900); from 88 roles at 41 "
        "companies.",
        "hire_led_2020": "**TensorFlow led job adverts in 2020.** `hire_led_2020` 0.51 (95 % "
        "interval 0.38 to 0.69); from 196 roles at 120 companies. Fragile: turns round under equal "
        "company weights.",
        "paper_sixty": "**About 60 % of the papers with code use PyTorch.** `paper_sixty` 59 % (95 "
        "% interval 55 % to 62 %); from 812 papers. No longer decided under without boilerplate.",
        "hire_crossover": "**The lead changed hands before late 2024.** `hire_crossover` The "
        "interval is open at its upper end. What there is: May 2022 (95 % interval August 2021 or "
        "later); from 1,490 roles at 420 companies.",
    }


def test_columns_that_a_publication_may_lack_are_used_when_there(
    con: duckdb.DuckDBPyConnection,
) -> None:
    con.execute(NEW_COLUMNS)
    page = findings_page(con)
    assert "Taken together (Holm), 3 of the 4 decided ones stand." in page
    careers = lists_of(page, "careers")
    [undetermined] = items(careers["Can't be told (1)"]).values()
    assert ". Would decide it: about 140 more roles like these. What there is:" in undetermined
    [right] = items(careers["Right (1)"]).values()
    assert "With the error of reading taken out: 2.40 (2.00 to 2.90)." in right
    [wrong] = items(careers["Wrong (1)"]).values()
    assert "Does not stand when all claims are taken together." in wrong
    assert "- lever (read once; later): 6 statements\n- ashby (no history): 1 statement\n" in page
    # what does not stand is the last of the firmest
    firmest = re.findall(r"^- . (\w+):", findings_brief(con), flags=re.M)
    assert firmest == ["supported", "supported", "supported", "contradicted"]


def test_nothing_is_said_without_how_much_it_rests_on(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("UPDATE out.claim_verdicts SET finding = 'PyTorch leads by far.'")
    con.execute("UPDATE out.claim_verdicts SET n_roles = NULL WHERE claim_id = 'hire_led_2020'")
    page = findings_page(con)
    for article in ("careers", "justpick"):
        for text in lists_of(page, article).values():
            for said in items(text).values():
                assert re.search(r"from ([\d,]+ (roles|papers)|no observation)", said), said
    for line in findings_brief(con).splitlines():
        if line.startswith("- "):
            assert re.search(r"from ([\d,]+ (roles|papers)|no observation)", line), line


def test_a_page_of_the_sample_market_says_so_in_every_heading(
    con: duckdb.DuckDBPyConnection,
) -> None:
    con.execute(SAMPLE)
    page = findings_page(con)
    headings = re.findall(r"^#+ .*$", page, flags=re.M)
    assert len(headings) > 10
    assert all(re.match(r"#+ SAMPLE: ", heading) for heading in headings)
    assert page.index("**SAMPLE.**") < page.index("Of 6 statements")
    assert "run --sample" in page
    assert "**SAMPLE: Of 6 statements" in findings_brief(con)


def test_sources_are_told_with_their_time_and_terms(con: duckdb.DuckDBPyConnection) -> None:
    con.execute(LATER)
    page = findings_page(con)
    bears = page.split("## What these data can bear")[1].split("\n## ")[0]
    threads, boards, tables = (
        bears.index(text) for text in ("Threads and archives", "Boards and feeds", "Tables that")
    )
    assert threads < bears.index("hackernews: read 31 January 2025 to 28 February 2026") < boards
    expected = "ashby: 40 adverts of January 2026 to March 2026, read on 1 March 2026, 153 days old"
    assert boards < bears.index(expected) < tables < bears.index("my\\_table: read on")
    rows = page.split("## Sources and their terms")[1].split("\n## ")[0]
    assert "| Ashby | employers' own boards | 40 adverts | on 1 March 2026 |" in rows
    assert "| my\\_table | a table that was given to the tool |" in rows
    assert "| CC BY 4.0 | <https://series.example.org> |" in rows
    assert "Reference series" not in rows


def test_cross_checks_stand_beside(con: duckdb.DuckDBPyConnection) -> None:
    page = findings_page(con).split("## Checked against others")[1].split("\n## ")[0]
    assert (
        "| hackernews roles | Posts, counted by others | direction | +48.0 points | +36.0 points "
        "to +60.0 points | 69 | +44.0 points to +57.0 points | agree |" in page
    )
    assert "| September 2019 or earlier | 69 | July 2020 or earlier | can't be told |" in page
    con.execute("DROP TABLE out.cross_checks")
    assert "Checked against others" not in findings_page(con)


def test_no_company_and_no_text_of_an_advert_is_on_the_page(
    con: duckdb.DuckDBPyConnection,
) -> None:
    con.execute("DELETE FROM out.claim_verdicts WHERE claim_id = 'hire_hostile'")
    page = findings_page(con)
    said = con.execute(
        "SELECT DISTINCT unnest([company, title, posting_id]) AS text FROM out.postings"
    ).fetchall()
    assert len(said) > 40
    assert [text for (text,) in said if text in page] == []


def test_hostile_values_are_shown_and_do_nothing(con: duckdb.DuckDBPyConnection) -> None:
    hostile = (
        "x](http://evil.example) <b>**bold** `code` | cell\n\n# heading\n- item\u202e "
        "www.evil.example"
    )
    con.execute("UPDATE out.claim_verdicts SET article = 'careers' WHERE claim_id = 'hire_hostile'")
    con.execute(
        "UPDATE out.claim_verdicts SET statement = $1, reason = $1, finding = $1 "
        "WHERE claim_id = 'hire_hostile'",
        [hostile],
    )
    con.execute("UPDATE out.cross_checks SET our_series = $1, outside_name = $1", [hostile])
    con.execute("UPDATE out.cross_checks SET url = 'javascript:alert(1)', licence = $1", [hostile])
    con.execute("INSERT INTO out.source_health VALUES ($1, DATE '2026-01-01')", [hostile])
    page = findings_page(con)
    assert "evil.example" in page
    assert "\u202e" not in page
    for live in ("](http://evil", "<b>", " **bold**", " `code`", " | cell", " www.evil"):
        assert live not in page, live
    assert not re.search(r"(?<!\\)://evil", page)
    assert not re.search(r"^\s*(# heading|- item)", page, flags=re.M)
    assert "javascript" not in page
    rows = re.findall(r"^\|.*\|$", page, flags=re.M)
    widths = {len(re.findall(r"(?<!\\)\|", row)) for row in rows}
    assert widths == {9, 7}
    for text in (SCRIPT_TITLE, FORMULA_COMPANY):
        assert text not in page


@given(st.text() | st.text("w.:/\\*_[]<>|`#&$a "))
def test_an_inert_value_is_one_line_without_live_signs(text: str) -> None:
    said = inert(text)
    assert "".join(sign for sign in said if not sign.isprintable()) == ""
    assert not re.search(r"(?<!\\)(?:\\\\)*[`*_\[\]<>|~&#$]", said)
    assert not re.search(r"(?<!\\)://|(?i:\bwww\.)", said)


@pytest.mark.parametrize("script", ["", "CREATE TABLE out.claim_verdicts (claim_id VARCHAR);"])
def test_no_verdicts_make_no_page(script: str) -> None:
    with duckdb.connect() as con:
        con.execute(f"CREATE SCHEMA out; {script}")
        for write in (findings_page, findings_brief):
            with pytest.raises(NoVerdictsError):
                write(con)


def test_the_brief_takes_its_place_in_a_text(con: duckdb.DuckDBPyConnection) -> None:
    brief = findings_brief(con)
    assert brief.startswith(f"{BEGIN}\n**Of 6 statements")
    assert brief.endswith(f"{END}\n")
    text = f"above\n\n{BEGIN}\nold\n{END}\n\nbelow\n"
    once = with_brief(text, brief)
    assert once == f"above\n\n{brief}\nbelow\n"
    assert with_brief(once, brief) == once


@pytest.mark.parametrize("text", ["", BEGIN, f"{END} {BEGIN}", f"{BEGIN}{END}{BEGIN}{END}"])
def test_a_text_without_its_marks_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="once"):
        with_brief(text, f"{BEGIN}\n{END}\n")


STAMP = re.compile(r"^As of (\d+ \w+ \d{4}), method ([\w.]+)\.", re.M)


def test_readme_and_page_are_of_the_same_data_and_method() -> None:
    page = (PROJECT / "docs" / "findings.md").read_text(encoding="utf-8")
    readme = (PROJECT / "README.md").read_text(encoding="utf-8")
    block = readme.partition(BEGIN)[2].partition(END)[0]
    assert STAMP.findall(block) == [STAMP.findall(page)[0]], "run `make findings`"
    counts = re.compile(r"(\d+) (?:is|are) supported.*?(\d+) contradicted, and (\d+) can't")
    assert counts.findall(block)[0] == counts.findall(page)[0], "run `make findings`"
    assert "SAMPLE" not in page
    assert "SAMPLE" not in block


def test_every_source_that_is_asked_has_its_terms() -> None:
    text = (PROJECT / "warehouse" / "publish" / "source_terms.csv").read_text(encoding="utf-8")
    names = [line.split(",")[0] for line in text.splitlines()[1:]]
    spiders = PROJECT / "scrapers" / "spiders"
    asked = {
        name
        for path in spiders.glob("*.py")
        for name in re.findall(r'^    name = "(\w+)"', path.read_text(encoding="utf-8"), re.M)
    }
    assert len(asked) > 20
    assert set(names) == asked
    assert len(names) == len(set(names))
