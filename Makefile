# Two commands: `make demo` runs everything on this machine, `make test` is what CI runs. Python 3.11+ is all it needs.
SHELL := /bin/bash
PYTHON ?= python3
export PORT ?= 8000
ifdef DEMO_DIR
export DATA_DIR := $(DEMO_DIR)
endif
UV := .uv/bin/uv
STAMP := .venv/.ready
CATALOGS := $(wildcard */locale/*/LC_MESSAGES/*.po */*/locale/*/LC_MESSAGES/*.po)

.PHONY: help setup demo test check bench conformance vendor dev clean

help: ## This list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

setup: $(STAMP) ## Virtual environment and locked dependencies

$(UV):
	@command -v uv >/dev/null && { mkdir -p .uv/bin && ln -sf "$$(command -v uv)" $(UV); } || { $(PYTHON) -m venv .uv && .uv/bin/pip install -q uv; }

$(STAMP): pyproject.toml uv.lock $(CATALOGS) | $(UV)
	@$(UV) sync --frozen --quiet
	@for po in $(CATALOGS); do .venv/bin/pybabel --quiet compile --input-file $$po --output-file $${po%.po}.mo --locale vi || exit 1; done
	@touch $(STAMP)

demo: setup ## All portals, filled, on this machine (PORT=8000, DEMO_DIR=.data)
	@exec .venv/bin/python manage.py demo

test: setup ## Checks and every test
	@tests/prepare
	@$(MAKE) --no-print-directory check
	@.venv/bin/python -m pytest -n 2

check: setup ## Lint, types, import contracts, templates, migrations: under a minute
	@.venv/bin/ruff check -q .
	@.venv/bin/ruff format -q --check tenants school_services cms_blocks themes search portal_host
	@.venv/bin/lint-imports --no-cache >/tmp/lint-imports.$$$$ 2>&1 || { cat /tmp/lint-imports.$$$$; exit 1; }
	@.venv/bin/djlint --quiet --lint cms_blocks themes search portal_host school_services
	@.venv/bin/mypy --no-error-summary tenants school_services cms_blocks themes search portal_host
	@DATA_DIR=.data/check DJANGO_SETTINGS_MODULE=portal_host.settings.test .venv/bin/python manage.py makemigrations --check --dry-run -v 0
	@echo "check: all fine"

bench: setup ## Figures, one JSON line each, against the peer in the same run
	@.venv/bin/python -m tests.bench

conformance: setup ## Wagtail's own test-suite inside a portal schema
	@.venv/bin/python -m tests.conformance

vendor: setup ## Fetch fonts and browser libraries anew, as pinned in vendored.toml
	@.venv/bin/python -m portal_host.vendored renew

dev: setup ## Development server of one process
	@DEBUG=1 .venv/bin/python manage.py runserver $(PORT)

clean: ## Remove the environment and all local data
	rm -rf .venv .uv .data
