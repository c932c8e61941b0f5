"""The registry as it ships, and every way an entry can be wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from warehouse.claims.registry import GROUPS, OutOfScope, check_registry, load_registry

GOOD = """
id: hire_example
version: 1
registered: {day: 2026-01-01, digest: 2dd0911a770d}
articles: [careers]
statement: One is asked for more than the other.
estimand: Ratio of roles.
population: {of: roles, is_ml_role: true}
window: {last_months: 12}
measure: {estimator: ratio, pairs: [[pytorch, tensorflow]]}
rule: {conditions: [above: 1]}
"""
OUT = """
id: out_example
version: 1
articles: []
statement: It is nicer.
out_of_scope: nobody can count that
"""
CLAIMS = {
    "hire_more_pytorch_2026",
    "hire_ratio_two_to_one",
    "hire_tf_led_2020",
    "hire_crossover_by_2024",
    "hire_jax_fraction",
    "hire_tf_declining",
    "emp_both_40",
    "seg_research_pytorch",
    "pay_pytorch_senior",
    "paper_pytorch_60",
    "paper_tf_15",
    "paper_pytorch_led_2020",
}


def write(directory: Path, text: str, name: str = "hire_example.yaml") -> Path:
    (directory / name).write_text(text, encoding="utf-8")
    return directory


def test_the_shipped_registry_is_whole():
    assert check_registry() == []
    claims = load_registry()
    judged = {c.id for c in claims if not isinstance(c, OutOfScope)}
    assert judged >= CLAIMS
    assert len(claims) - len(judged) >= 8


def test_claims_come_by_group_then_id():
    ids = [claim.id for claim in load_registry()]
    assert ids == sorted(ids, key=lambda i: (GROUPS.index(i.split("_")[0]), i))


def test_pay_and_employer_claims_are_proxies():
    claims = [c for c in load_registry() if not isinstance(c, OutOfScope)]
    assert all(c.proxy for c in claims if c.id.startswith(("pay_", "emp_")))


def test_a_claim_is_one_file(tmp_path: Path):
    write(tmp_path, GOOD)
    write(tmp_path, OUT, "out_example.yaml")
    assert check_registry(tmp_path) == []
    assert [c.id for c in load_registry(tmp_path)] == ["hire_example", "out_example"]


# old text, new text, the field named in the error, and a part of its message
WRONG = [
    ("version: 1", "version: [", "not YAML", "line"),
    (GOOD, "- hire_example", "a claim is a mapping", "not list"),
    (GOOD, "", "a claim is a mapping", "not NoneType"),
    ("id: hire_example", "id: other_example", "id", "pattern"),
    ("id: hire_example", "id: hire_other", "id", "not the name of the file"),
    ("version: 1", "version: 0", "version", "greater than 0"),
    ("version: 1\n", "", "version", "required"),
    ("[careers]", "[]", "articles", "at least 1"),
    ("[careers]", "[tabloid]", "articles.0", "'careers'"),
    ("One is asked for more than the other.", "''", "statement", "at least 1"),
    ("estimand: Ratio of roles.\n", "", "estimand", "required"),
    ("version: 1", "version: 1\nverdict: supported", "verdict", "not permitted"),
    ("of: roles", "of: people", "population", "'roles', 'papers'"),
    ("is_ml_role: true", "company: acme", "population.roles.company", "not permitted"),
    ("is_ml_role: true", "level: [guru]", "population.roles.level.0", "'senior'"),
    ("is_ml_role: true", "country: [usa]", "population.roles.country.0", "pattern"),
    ("last_months: 12", "last_months: 0", "window.last_months", "greater than 0"),
    ("{last_months: 12}", "{}", "window", "either first"),
    ("last_months: 12", "last_months: 12, first: 2020-01-01", "window", "either first"),
    ("last_months: 12", "last_months: 12, last: 2020-01-01", "window", "last must not"),
    ("last_months: 12", "first: 2020-01-01, last: 2019-12-31", "window", "last must not"),
    ("last_months: 12", "first: soon", "window.first", "valid date"),
    ("estimator: ratio", "estimator: magic", "measure", "'ratio', 'share'"),
    ("[[pytorch, tensorflow]]", "[]", "measure.ratio.pairs", "at least 1"),
    ("[pytorch, tensorflow]", "[pytorch, pytorch]", "measure.ratio", "with itself"),
    ("[pytorch, tensorflow]", "[pytorch, cobol]", "measure.ratio.pairs.0.1", "'jax'"),
    (
        "estimator: ratio, pairs: [[pytorch, tensorflow]]",
        "estimator: crossing, ahead: jax, behind: jax",
        "measure.crossing",
        "with itself",
    ),
    (
        "estimator: ratio, pairs: [[pytorch, tensorflow]]",
        "estimator: pay_range, range_usd_year: [2, 1]",
        "measure.pay_range",
        "lower end",
    ),
    (
        "estimator: ratio, pairs: [[pytorch, tensorflow]]",
        "estimator: company_share, min_roles: 0",
        "measure.company_share.min_roles",
        "greater than 0",
    ),
    ("[above: 1]", "[]", "rule.conditions", "at least 1"),
    ("above: 1", "part: ratio", "rule.conditions.0", "exactly one of"),
    ("above: 1", "{above: 1, below: 2}", "rule.conditions.0", "exactly one of"),
    ("above: 1", "band: [2, 1]", "rule.conditions.0", "lower end"),
    ("above: 1", "above: many", "rule.conditions.0.above", "number"),
    ("above: 1", "{above: 1, part: p10}", "claim", "no part 'p10'"),
    ("[above: 1]}", "[above: 1], needs: 2}", "claim", "needs 2 of 1"),
    (
        "{of: roles, is_ml_role: true}\nwindow: {last_months: 12}\n"
        "measure: {estimator: ratio, pairs: [[pytorch, tensorflow]]}",
        "{of: papers}\nwindow: {last_months: 12}\nmeasure: {estimator: yearly_slope, naming: jax}",
        "claim",
        "can't be measured on papers",
    ),
    (
        "above: 1",
        "above: 2",
        "claim",
        "a rule that changes is a new version, and the old one goes to superseded",
    ),
    ("is_ml_role: true", "is_ml_role: false", "claim", "version 1 is not what was registered"),
    ("digest: ", "digest: X", "registered.digest", "pattern"),
    ("day: 2026-01-01", "day: soon", "registered.day", "valid date"),
    ("version: 1", "version: 2", "claim", "versions must run from 1"),
    ("is_ml_role: true", "names_any: [cobol]", "claim", "no technology, family or topic of the"),
    ("is_ml_role: true", "names_any: []", "population.roles.names_any", "at least 1"),
    ("is_ml_role: true", "any_of: [{is_us: true}]", "population.roles.any_of", "at least 2"),
    ("is_ml_role: true", "employer: small", "population.roles.employer", "'large'"),
    ("is_ml_role: true", "sources: [ashby]", "population.roles", "say why others can't speak"),
    (
        "{of: roles, is_ml_role: true}",
        "{of: papers, about_any: [A(b]}",
        "population.papers",
        "no phrase",
    ),
    ("{of: roles, is_ml_role: true}", "{of: models}", "claim", "can't be measured on models"),
    (
        "estimator: ratio, pairs: [[pytorch, tensorflow]]",
        "estimator: model_shares, naming: [pytorch]",
        "claim",
        "is for models alone",
    ),
    (
        "estimator: ratio, pairs: [[pytorch, tensorflow]]",
        "estimator: log_ratio_turn, upper: pytorch, lower: tensorflow, before: [2018, 2019], "
        "after: [2020, 2021]",
        "claim",
        "is for papers alone",
    ),
    (
        "estimator: ratio, pairs: [[pytorch, tensorflow]]",
        "estimator: share, among: all",
        "measure.share",
        "either naming or having",
    ),
    (GOOD, OUT.replace("out_example", "hire_example"), "id", "starts with out_"),
    (GOOD, OUT.replace("nobody can count that", "''"), "out_of_scope", "at least 1"),
    (GOOD, GOOD + "out_of_scope: no\n", "rule", "not permitted"),
]


@pytest.mark.parametrize(("old", "new", "field", "message"), WRONG)
def test_errors_name_file_and_field(tmp_path: Path, old: str, new: str, field: str, message: str):
    assert old in GOOD
    errors = check_registry(write(tmp_path, GOOD.replace(old, new)))
    named = [error for error in errors if error.startswith(f"hire_example.yaml: {field}")]
    assert any(message in error for error in named), errors
    with pytest.raises(ValueError, match=r"hire_example\.yaml"):
        load_registry(tmp_path)


def test_a_file_that_is_no_text_is_an_error(tmp_path: Path):
    (tmp_path / "hire_example.yaml").write_bytes(b"id: \xff")
    assert check_registry(tmp_path)[0].startswith("hire_example.yaml: not UTF-8")


def test_a_wrong_suffix_is_not_overlooked(tmp_path: Path):
    write(tmp_path, GOOD.replace("version: 1", "version: 0"), "hire_example.yml")
    assert check_registry(tmp_path)


def test_an_empty_registry_is_an_error(tmp_path: Path):
    assert "no claims" in check_registry(tmp_path)[0]


def test_all_errors_are_told_at_once(tmp_path: Path):
    write(tmp_path, GOOD.replace("version: 1", "version: 0").replace("above: 1", "above: x"))
    write(tmp_path, OUT.replace("version: 1", "version: 0"), "out_example.yaml")
    told = {" ".join(error.split(": ")[:2]) for error in check_registry(tmp_path)}
    assert told >= {
        "hire_example.yaml version",
        "hire_example.yaml rule.conditions.0.above",
        "out_example.yaml version",
    }
