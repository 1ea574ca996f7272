# Every target makes .venv by itself, once. Nothing but Python 3.11 or newer is needed.
PYTHON ?= python3
VENV := .venv
ifeq ($(OS),Windows_NT)
BIN := $(VENV)/Scripts
else
BIN := $(VENV)/bin
endif
RUN := $(BIN)/python -m
READY := $(VENV)/.ready
WORKERS ?= auto

.PHONY: help demo test check lint fix bench golden docs contract torture fuzz secrets lock floors tools picture clean

help:  ## what can be made
	@grep -E '^[a-z]+:.*##' Makefile | sed -E 's/:.*## /\t/'

$(READY): pyproject.toml requirements.lock
	$(PYTHON) -c 'import sys; sys.exit("mpgov needs Python 3.11 or newer" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)
	$(RUN) pip install --quiet --disable-pip-version-check --no-deps -r requirements.lock --editable .
	@$(BIN)/python -c 'import pathlib; pathlib.Path("$(READY)").touch()'

demo: $(READY)  ## the whole loop on the sandbox, in one minute, no account needed
	$(RUN) mpgov demo

test: $(READY) tools  ## every test
	$(RUN) pytest -q -n $(WORKERS)

tools: $(READY)  ## what tests need beyond Python: LibreOffice, a browser; where this system can install it
	@$(RUN) tests.tools

picture: $(READY) tools  ## the README's pictures: the workbook, the pages
	$(RUN) tests.picture

lint: $(READY)
	$(RUN) ruff format --check .
	$(RUN) ruff check .
	$(RUN) mypy
	$(BIN)/lint-imports
	$(RUN) cogapp -P -I tests --check README.md

check: lint test  ## all that CI runs

fix: $(READY)  ## format, mend what can be mended, write the README's generated parts
	$(RUN) ruff format .
	$(RUN) ruff check --fix .
	$(RUN) cogapp -P -I tests -r README.md

docs: $(READY)
	$(RUN) cogapp -P -I tests -r README.md

golden: $(READY)  ## write the golden files anew; then read the diff
	$(RUN) pytest -q tests --snapshot-update

bench: $(READY)  ## what it costs, as ratios measured in one run
	$(RUN) benchmarks

contract: $(READY)  ## what Mixpanel does: on the sandbox, or with MPGOV_LIVE=yes on a scratch project
	$(RUN) tests.contract

torture: $(READY)  ## 1 000 syncs on bad days; SEED=n replays one; 400 rotations killed
	$(RUN) tests.torture $(if $(SEED),--seed $(SEED),1000)
	MPGOV_KILLS=400 $(RUN) pytest -q tests/torture/test_rotation.py

fuzz: $(READY)  ## 5 000 plans, 2 000 mangled files, 500 mangled answers
	MPGOV_FUZZ=25 $(RUN) pytest -q -n $(WORKERS) tests/fuzz

secrets: $(READY)  ## every command with a recognisable secret, on every bad day
	MPGOV_SECRETS=all $(RUN) pytest -q -n $(WORKERS) tests/secrets

lock: $(READY)  ## pin the newest versions that pyproject.toml allows
	$(RUN) pip install --quiet uv
	$(RUN) uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 \
	  --no-emit-index-url --no-header --no-annotate --quiet --upgrade --output-file requirements.lock

floors: ## every test with the lowest versions that pyproject.toml allows
	$(PYTHON) -m venv $(VENV)-floors
	$(VENV)-floors/bin/pip install --quiet uv
	$(VENV)-floors/bin/uv pip install --quiet --python $(VENV)-floors --resolution lowest-direct -e '.[dev]'
	$(VENV)-floors/bin/python -m pytest -q -n $(WORKERS)

clean:
	rm -rf $(VENV) $(VENV)-floors build dist
