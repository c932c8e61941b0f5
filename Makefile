# make run    the main job on the sample market, with its verdicts
# make test   lint and the whole test suite
# make setup  .venv alone; then use .venv/bin/hiring-signal
# make site   the documentation as a site, in site/

.PHONY: run test lint format docs site picture accuracy calibration findings setup setup-dev browser lock clean
.DEFAULT_GOAL := run
SHELL := /bin/bash

VENV := .venv
BIN := $(VENV)/bin

run: setup
	$(BIN)/hiring-signal run --sample

test: setup-dev browser lint
	$(BIN)/pytest -n auto --dist loadgroup

lint: setup-dev
	$(BIN)/ruff check -q .
	$(BIN)/ruff format -q --check .
	$(BIN)/mypy --no-error-summary
	$(BIN)/lint-imports --no-logo
	$(BIN)/sqlfluff lint -q warehouse/models
	$(BIN)/yamllint -s .

format: setup-dev
	$(BIN)/ruff check -q --fix .
	$(BIN)/ruff format -q .
	$(BIN)/sqlfluff fix -q warehouse/models

# The pages that are made from the code itself.
docs: setup
	$(BIN)/python -c "from warehouse.publish.dictionary import page; print(page(), end='')" \
		> docs/data-dictionary.md
	$(BIN)/python -c "from pipelines.manual import page; print(page(), end='')" \
		> docs/command-line.md

# The documentation as a site; a dead link or a page without a place ends it. It is also a test.
# python3 -m http.server -d site shows it, search and all, without a network.
site: setup-dev
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

# The picture of the report in README and docs: of the sample market, which it says.
picture: setup-dev browser
	$(BIN)/hiring-signal run --quiet --sample
	$(BIN)/python .ci/picture.py data/published/index.html docs/images/report.png

# How well facts are read, on labelled postings and captures beside the project.
accuracy: setup
	$(BIN)/hiring-signal run --quiet --replay ../shared/captures --data accuracy-data
	{ echo "# Accuracy: the figures"; echo; \
	  echo "Made by \`make accuracy\`; what they mean: [accuracy.md](accuracy.md)."; echo; \
	  $(BIN)/hiring-signal score ../shared/gold --data accuracy-data --format markdown \
		--errors warehouse/claims/extractor_error.csv; } \
		> docs/accuracy-figures.md

# How often intervals and verdicts are right in planted worlds; a quarter of an hour.
calibration: setup
	$(BIN)/hiring-signal bench --only calibration --format markdown > docs/calibration.md

# What the articles got right and wrong, by captures of the sources: make findings CAPTURES=DIR
CAPTURES ?= ../shared/captures
findings: setup
	$(BIN)/hiring-signal run --quiet --replay $(CAPTURES) --data findings-data
	$(BIN)/hiring-signal findings --data findings-data > findings-data/findings.md
	$(BIN)/hiring-signal findings --data findings-data --brief > findings-data/brief.md
	$(BIN)/python -c "from pathlib import Path; from warehouse.publish.findings import with_brief; \
		readme = Path('README.md'); brief = Path('findings-data/brief.md').read_text('utf-8'); \
		readme.write_text(with_brief(readme.read_text('utf-8'), brief), 'utf-8')"
	cp findings-data/findings.md docs/findings.md

setup: $(VENV)/.run
setup-dev: $(VENV)/.dev

$(VENV)/.run: requirements.lock requirements-uv.lock pyproject.toml
	@.ci/install requirements.lock $(VENV)
	@touch $@

$(VENV)/.dev: requirements-dev.lock requirements-uv.lock pyproject.toml
	@.ci/install requirements-dev.lock $(VENV)
	@touch $(VENV)/.run $@

# Browser tests need Debian's Chromium; they are skipped where it can't be had.
browser:
	@.ci/browser

# Resolve anew: hashes for every platform and Python from 3.11 on, no index addresses.
LOCK := uv pip compile --universal --quiet --generate-hashes --no-strip-extras --no-header \
	--no-annotate --python-version 3.11
lock:
	$(LOCK) pyproject.toml -o requirements.lock
	$(LOCK) pyproject.toml --extra dev -c requirements.lock -o requirements-dev.lock
	echo uv | $(LOCK) - -o requirements-uv.lock

clean:
	rm -rf $(VENV) site data accuracy-data findings-data .mypy_cache .ruff_cache .pytest_cache .hypothesis
