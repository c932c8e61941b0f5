"""For every check the change to the valid warehouse that it, and it alone, must catch.

Belongs here: one SQL statement a check, more where a rule has several
sides. Does not belong here: the warehouse (`tables`).
"""

from __future__ import annotations

ONE = "WHERE source_id = 'id3'"  # an advert of ashby
LINK = "WHERE posting_id LIKE '%:id3'"
MENTION = "WHERE posting_id LIKE '%:id3' AND span_start = 0"
BAND = "WHERE posting_id LIKE '%:id3'"
PAPER = "WHERE paper_id LIKE '%paper3'"
CLAIM = "WHERE claim_id = 'hire_one'"
MODEL = "WHERE model_id = 'hub/model3'"
LEVEL = "WHERE measure = 'level'"
MOVED = "WHERE kind = 'moved'"
VALUE = "WHERE period_start = DATE '2026-03-01'"

CASES: dict[str, dict[str, str]] = {
    "raw.postings": {
        "table_is_not_empty": "DELETE FROM raw.postings",
        "source_is_stated": f"UPDATE raw.postings SET source = NULL {ONE}",
        "source_is_known": f"UPDATE raw.postings SET source = 'Ashby' {ONE}",
        "source_id_is_stated": f"UPDATE raw.postings SET source_id = NULL {ONE}",
        "source_id_is_unique_per_day": f"INSERT INTO raw.postings FROM raw.postings {ONE}",
        "observed_on_is_stated": f"UPDATE raw.postings SET observed_on = NULL {ONE}",
        "observed_on_fits_observed_at": f"""UPDATE raw.postings
            SET observed_at = TIMESTAMP '2026-05-01 05:00:00' {ONE}""",
        "observed_on_is_fresh": """UPDATE raw.postings
            SET observed_on = observed_on - 4, observed_at = observed_at - INTERVAL 4 DAY,
                posted_on = posted_on - 4
            WHERE source = 'ashby'""",
        "content_hash_is_stated": f"UPDATE raw.postings SET content_hash = NULL {ONE}",
        "body_is_mostly_stated": f"UPDATE raw.postings SET body = NULL {ONE}",
        "posted_on_is_not_after_observation": f"""UPDATE raw.postings
            SET posted_on = observed_on + 2 {ONE}""",
        "url_is_address": f"UPDATE raw.postings SET url = '/careers/3' {ONE}",
        "company_is_mostly_stated": """UPDATE raw.postings SET company = NULL
            WHERE source = 'ashby' AND source_id <> 'id3'""",
        "title_is_mostly_stated": f"UPDATE raw.postings SET title = NULL {ONE}",
    },
    "core.role_links": {
        "table_is_not_empty": "DELETE FROM core.role_links",
        "posting_id_is_unique": f"INSERT INTO core.role_links FROM core.role_links {LINK}",
        "first_posting_id_is_its_own_first": f"""UPDATE core.role_links
            SET first_posting_id = 'ashby:board3:gone' {LINK}""",
        "basis_is_known": f"UPDATE core.role_links SET basis = 'guess' {LINK}",
        "first_posting_id_is_not_everyones": f"""INSERT INTO core.adverts (posting_id)
            SELECT 'more' || n FROM range(600) AS numbers (n);
            INSERT INTO core.role_links
            SELECT 'more' || n, first_posting_id, 'text'
            FROM core.role_links, range(600) AS numbers (n) {LINK}""",
    },
    "core.postings": {
        "table_is_not_empty": "DELETE FROM core.postings",
        "posting_id_is_stated": f"UPDATE core.postings SET posting_id = NULL {ONE}",
        "posting_id_is_unique": """INSERT INTO core.postings
            SELECT * REPLACE (true AS is_duplicate) FROM core.postings WHERE source_id = 'id3'""",
        "posting_id_names_its_source": f"""UPDATE core.postings
            SET posting_id = 'lever:board3:id3' {ONE}""",
        "source_is_known": f"""UPDATE core.postings
            SET source = 'Ashby', posting_id = 'Ashby:board3:id3' {ONE}""",
        "role_id_is_stated": f"UPDATE core.postings SET role_id = NULL {ONE}",
        "family_is_stated": f"UPDATE core.postings SET family = NULL {ONE}",
        "family_is_known": f"UPDATE core.postings SET family = 'wizardry' {ONE}",
        "level_is_stated": f"UPDATE core.postings SET level = NULL {ONE}",
        "level_is_known": f"UPDATE core.postings SET level = 'Senior' {ONE}",
        "workplace_is_known": f"UPDATE core.postings SET workplace = 'moon' {ONE}",
        "posted_basis_is_known": f"UPDATE core.postings SET posted_basis = 'guessed' {ONE}",
        "is_ml_role_is_stated": f"UPDATE core.postings SET is_ml_role = NULL {ONE}",
        "is_duplicate_is_stated": f"UPDATE core.postings SET is_duplicate = NULL {ONE}",
        "is_duplicate_spares_one_per_role": f"UPDATE core.postings SET is_duplicate = true {ONE}",
        "country_is_iso": f"UPDATE core.postings SET country = 'UK', is_us = false {ONE}",
        "is_us_agrees_with_country": f"UPDATE core.postings SET country = 'DE' {ONE}",
        "posted_on_is_within_data": f"""UPDATE core.postings
            SET posted_on = DATE '1970-01-01' {ONE}""",
        "posted_on_is_fresh": """UPDATE core.postings SET posted_on = posted_on - 100
            WHERE source = 'ashby'""",
        "first_seen_on_is_stated": f"UPDATE core.postings SET first_seen_on = NULL {ONE}",
        "last_seen_on_is_not_before_first_seen_on": f"""UPDATE core.postings
            SET last_seen_on = first_seen_on - 1 {ONE}""",
        "is_open_agrees_with_closed_on": f"""UPDATE core.postings
            SET closed_on = last_seen_on + 1 {ONE}""",
        "text_chars_is_positive": f"UPDATE core.postings SET text_chars = 0 {ONE}",
        "company_is_mostly_stated": """UPDATE core.postings SET company = NULL
            WHERE source = 'ashby' AND source_id <> 'id3'""",
        "title_is_mostly_stated": f"UPDATE core.postings SET title = NULL {ONE}",
        "method_version_is_stated": f"UPDATE core.postings SET method_version = NULL {ONE}",
    },
    "core.mentions": {
        "table_is_not_empty": "DELETE FROM core.mentions",
        "posting_id_is_stated": f"UPDATE core.mentions SET posting_id = NULL {MENTION}",
        "posting_id_has_posting": f"DELETE FROM core.postings {ONE}",
        "technology_is_stated": f"UPDATE core.mentions SET technology = NULL {MENTION}",
        "technology_is_known": f"UPDATE core.mentions SET technology = 'PyTorch' {MENTION}",
        "family_is_stated": f"UPDATE core.mentions SET family = NULL {MENTION}",
        "family_is_one_per_technology": f"UPDATE core.mentions SET family = 'torch' {MENTION}",
        "kind_is_known": f"UPDATE core.mentions SET kind = 'tool' {MENTION}",
        "section_is_known": f"UPDATE core.mentions SET section = 'footer' {MENTION}",
        "is_negated_is_stated": f"UPDATE core.mentions SET is_negated = NULL {MENTION}",
        "span_start_is_unique_per_technology": f"""INSERT INTO core.mentions
            FROM core.mentions {MENTION}""",
        "span_end_fits_surface": f"UPDATE core.mentions SET span_end = span_end + 1 {MENTION}",
    },
    "core.pay_bands": {
        "table_is_not_empty": "DELETE FROM core.pay_bands",
        "posting_id_is_stated": f"UPDATE core.pay_bands SET posting_id = NULL {BAND}",
        "posting_id_has_posting": f"DELETE FROM core.postings {ONE}",
        "provenance_is_stated": f"UPDATE core.pay_bands SET provenance = NULL {BAND}",
        "provenance_is_known": f"UPDATE core.pay_bands SET provenance = 'predicted' {BAND}",
        "kind_is_known": f"UPDATE core.pay_bands SET kind = 'salary' {BAND}",
        "period_is_known": f"UPDATE core.pay_bands SET period = '1 YEAR' {BAND}",
        "currency_is_iso": f"UPDATE core.pay_bands SET currency = '$' {BAND}",
        "is_plausible_is_stated": f"UPDATE core.pay_bands SET is_plausible = NULL {BAND}",
        "is_plausible_is_mostly_true": """UPDATE core.pay_bands
            SET is_plausible = false, reason = 'a year of 26 dollars'""",
        "reason_is_stated_when_implausible": f"""UPDATE core.pay_bands
            SET is_plausible = false {BAND}""",
        "evidence_is_stated": f"UPDATE core.pay_bands SET evidence = NULL {BAND}",
        "pay_min_or_pay_max_is_stated": f"""UPDATE core.pay_bands
            SET pay_min = NULL, pay_max = NULL {BAND}""",
        "band_is_unique_per_posting": f"INSERT INTO core.pay_bands FROM core.pay_bands {BAND}",
        "pay_max_is_not_below_pay_min": f"UPDATE core.pay_bands SET pay_max = 1 {BAND}",
        "pay_min_usd_year_is_plausible": f"""UPDATE core.pay_bands
            SET pay_min_usd_year = 150 {BAND}""",
        "pay_max_usd_year_is_plausible": f"""UPDATE core.pay_bands
            SET pay_max_usd_year = 21000000 {BAND}""",
        "pay_min_usd_year_is_stated_with_pay_min": f"""UPDATE core.pay_bands
            SET pay_min_usd_year = NULL {BAND}""",
    },
    "core.papers": {
        "table_is_not_empty": "DELETE FROM core.papers",
        "paper_id_is_stated": f"UPDATE core.papers SET paper_id = NULL {PAPER}",
        "paper_id_is_unique": f"INSERT INTO core.papers FROM core.papers {PAPER}",
        "source_is_known": f"UPDATE core.papers SET source = 'PWC' {PAPER}",
        "title_is_mostly_stated": "UPDATE core.papers SET title = NULL WHERE paper_id LIKE '%1_'",
        "arxiv_id_is_well_formed": f"UPDATE core.papers SET arxiv_id = '1706.03762v5' {PAPER}",
        "published_on_is_mostly_stated": """UPDATE core.papers SET published_on = NULL
            WHERE paper_id NOT LIKE '%paper3'""",
        "published_on_is_within_data": f"""UPDATE core.papers
            SET published_on = DATE '2093-01-01' {PAPER}""",
        "published_basis_is_known": f"UPDATE core.papers SET published_basis = 'guess' {PAPER}",
        "tasks_are_stated": f"UPDATE core.papers SET tasks = NULL {PAPER}",
    },
    "core.paper_frameworks": {
        "table_is_not_empty": "DELETE FROM core.paper_frameworks",
        "paper_id_is_stated": f"UPDATE core.paper_frameworks SET paper_id = NULL {PAPER}",
        "paper_id_has_paper": f"DELETE FROM core.papers {PAPER}",
        "framework_is_stated": f"UPDATE core.paper_frameworks SET framework = NULL {PAPER}",
        "framework_is_known": f"UPDATE core.paper_frameworks SET framework = 'tensorflow' {PAPER}",
        "framework_is_mostly_found": "UPDATE core.paper_frameworks SET framework = 'none'",
        "is_official_is_stated": f"UPDATE core.paper_frameworks SET is_official = NULL {PAPER}",
        "repo_url_is_unique_per_paper": f"""INSERT INTO core.paper_frameworks
            FROM core.paper_frameworks {PAPER}""",
        "repo_url_is_address": "UPDATE core.paper_frameworks SET repo_url = paper_id",
        "basis_is_known": f"UPDATE core.paper_frameworks SET basis = 'guess' {PAPER}",
    },
    "core.models": {
        "table_is_not_empty": "DELETE FROM core.models",
        "source_is_known": f"UPDATE core.models SET source = 'hub' {MODEL}",
        "ranking_is_known": f"UPDATE core.models SET ranking = 'downloads' {MODEL}",
        "model_id_is_unique_per_ranking": f"INSERT INTO core.models FROM core.models {MODEL}",
        "rank_is_not_negative": f"UPDATE core.models SET rank = -1 {MODEL}",
        "frameworks_are_stated": f"UPDATE core.models SET frameworks = [] {MODEL}",
        "frameworks_are_mostly_found": "UPDATE core.models SET frameworks = ['none']",
    },
    "out.claim_verdicts": {
        "table_is_not_empty": "DELETE FROM out.claim_verdicts",
        "claim_id_is_stated": f"UPDATE out.claim_verdicts SET claim_id = NULL {CLAIM}",
        "claim_id_is_unique": f"INSERT INTO out.claim_verdicts FROM out.claim_verdicts {CLAIM}",
        "verdict_is_stated": f"UPDATE out.claim_verdicts SET verdict = NULL {CLAIM}",
        "verdict_is_known": f"UPDATE out.claim_verdicts SET verdict = 'true' {CLAIM}",
        "reason_is_stated_when_not_decided": """UPDATE out.claim_verdicts SET reason = ' '
            WHERE verdict = 'undetermined'""",
        "statement_is_stated": f"UPDATE out.claim_verdicts SET statement = NULL {CLAIM}",
        "rule_is_stated": f"UPDATE out.claim_verdicts SET rule = NULL {CLAIM}",
        "estimate_is_stated_when_decided": f"UPDATE out.claim_verdicts SET estimate = NULL {CLAIM}",
        "ci_low_or_ci_high_is_stated_when_decided": f"""UPDATE out.claim_verdicts
            SET ci_low = NULL, ci_high = 'nan' {CLAIM}""",
        "estimate_is_within_interval": f"UPDATE out.claim_verdicts SET estimate = 2.7 {CLAIM}",
        "n_roles_is_enough_when_decided": f"UPDATE out.claim_verdicts SET n_roles = 29 {CLAIM}",
        "n_companies_is_enough_when_decided": f"""UPDATE out.claim_verdicts
            SET n_companies = 9 {CLAIM}""",
        "n_papers_is_enough_when_decided": """UPDATE out.claim_verdicts
            SET n_papers = 29 WHERE claim_id = 'paper_one'""",
        "window_end_is_not_before_window_start": f"""UPDATE out.claim_verdicts
            SET window_end = DATE '2025-12-31' {CLAIM}""",
        "method_version_is_stated": f"UPDATE out.claim_verdicts SET method_version = NULL {CLAIM}",
        "as_of_is_stated": f"UPDATE out.claim_verdicts SET as_of = NULL {CLAIM}",
        "as_of_is_one_day": f"UPDATE out.claim_verdicts SET as_of = as_of - 1 {CLAIM}",
    },
    "out.row_accounts": {
        "table_is_not_empty": "DELETE FROM out.row_accounts",
        "rows_refused_are_told": "UPDATE out.row_accounts SET stage = 'pay' WHERE stage = 'load'",
    },
    "core.facts": {
        "method_version_is_one": """DELETE FROM raw.forgotten_versions;
            UPDATE core.facts SET method_version = 'before'
            WHERE content_hash = (SELECT min(content_hash) FROM core.facts)""",
    },
    "out.figure_changes": {
        "why_is_stated": f"UPDATE out.figure_changes SET why = NULL {MOVED}",
        "said_after_differs_when_flipped": """UPDATE out.figure_changes
            SET said_after = said_before WHERE kind = 'verdict flipped'""",
        "value_after_is_outside_when_beyond": """UPDATE out.figure_changes
            SET value_after = ci_low_before WHERE kind = 'moved beyond its interval'""",
        "n_figures_is_stated": f"UPDATE out.figure_changes SET n_figures = NULL {MOVED}",
    },
    "out.cross_checks": {
        "ours_is_within_interval": f"UPDATE out.cross_checks SET ours = ci_high + 1 {LEVEL}",
        "theirs_high_is_not_below_theirs_low": f"""UPDATE out.cross_checks
            SET theirs_low = theirs_high + 1 {LEVEL}""",
        "period_end_is_not_before_period_start": f"""UPDATE out.cross_checks
            SET period_end = period_start - 1 {LEVEL}""",
        "agrees_is_told_of_figures_alone": f"UPDATE out.cross_checks SET agrees = true {LEVEL}",
        "n_units_is_enough_when_told": """UPDATE out.cross_checks SET n_units = 29
            WHERE measure = 'direction'""",
        "note_is_stated": f"UPDATE out.cross_checks SET note = NULL {LEVEL}",
        "licence_is_stated": f"UPDATE out.cross_checks SET licence = NULL {LEVEL}",
    },
    "out.reference_series": {
        "table_is_not_empty": "DELETE FROM out.reference_series",
        "series_is_unique_per_period": f"""INSERT INTO out.reference_series
            FROM out.reference_series {VALUE}""",
        "value_is_a_number": f"UPDATE out.reference_series SET value = 'inf' {VALUE}",
        "unit_is_one_per_series": f"UPDATE out.reference_series SET unit = 'other' {VALUE}",
        "period_start_is_not_after_observation": f"""UPDATE out.reference_series
            SET observed_on = period_start - 1 {VALUE}""",
    },
}

# further ways to break a rule that has several sides
VARIANTS: tuple[tuple[str, str, str], ...] = (
    (
        "core.postings",
        "posting_id_names_its_source",
        f"UPDATE core.postings SET posting_id = 'ashby:board3:other' {ONE}",
    ),
    (
        "core.postings",
        "is_us_agrees_with_country",
        f"UPDATE core.postings SET is_us = false {ONE}",
    ),
    (
        "core.postings",
        "posted_on_is_within_data",
        f"UPDATE core.postings SET posted_on = last_seen_on + 2 {ONE}",
    ),
    (
        "core.postings",
        "is_open_agrees_with_closed_on",
        f"UPDATE core.postings SET is_open = false, closed_on = first_seen_on - 1 {ONE}",
    ),
    (
        "core.postings",
        "is_duplicate_spares_one_per_role",
        "UPDATE core.postings SET role_id = 'role-id3' WHERE source_id = 'id6'",
    ),
    (
        "core.mentions",
        "span_end_fits_surface",
        f"UPDATE core.mentions SET span_start = -1, span_end = 6 {MENTION}",
    ),
    (
        "core.pay_bands",
        "pay_min_usd_year_is_plausible",
        f"UPDATE core.pay_bands SET pay_min_usd_year = 15000000 {BAND}",
    ),
    (
        "core.papers",
        "published_on_is_within_data",
        f"UPDATE core.papers SET published_on = DATE '1920-06-01' {PAPER}",
    ),
    (
        "out.claim_verdicts",
        "reason_is_stated_when_not_decided",
        "UPDATE out.claim_verdicts SET reason = NULL WHERE verdict = 'out_of_scope'",
    ),
    (
        "out.claim_verdicts",
        "estimate_is_stated_when_decided",
        f"UPDATE out.claim_verdicts SET estimate = 'nan'::DOUBLE {CLAIM}",
    ),
    (
        "out.claim_verdicts",
        "estimate_is_within_interval",
        f"UPDATE out.claim_verdicts SET estimate = 1.4, ci_high = NULL {CLAIM}",
    ),
)
