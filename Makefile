# What a developer runs. Everything lives in .venv; nothing else on the machine is touched, but for
# the system's tools that `make test` installs where it may.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help setup tools demo test fuzz check bench format docs pictures clean

help: ## Say what there is
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 10

setup: $(VENV)/.ready ## Make .venv with nblint and all that its developers need

# pip reads dependency groups from 25.1 on.
$(VENV)/.ready: pyproject.toml nblint/_version.py
	@echo "Setting up $(VENV) ..."
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10) and "nblint needs Python 3.10 or newer: make PYTHON=python3.12 ...")'
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade "pip>=25.1"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable . --group dev
	@touch $@

demo: setup ## Generate a notebook repository; see commits refused, mended and accepted
	@$(BIN)/python -m demo

# What tests need of the system: as root on Debian it is installed; elsewhere tests skip and say what
# they miss, unless CI=true.
COMMANDS := chromium createrepo_c dnf fish gpg node npm rpmbuild rpmlint rsync setpriv shellcheck strace systemd-analyze zsh
PACKAGES := chromium createrepo-c dnf dnf-plugins-core fish gnupg nodejs npm rpm rpmlint rsync shellcheck strace systemd util-linux zsh

tools:
	@for command in $(COMMANDS); do command -v $$command >/dev/null || missing="$$missing $$command"; done; \
	if [ -n "$$missing" ] && [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  echo "Installing what tests need:$$missing ..."; \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
	    apt-get install -qq --yes --no-install-recommends $(PACKAGES) >/dev/null; \
	fi

test: setup tools ## Run all tests, with the real tools
	$(BIN)/python -m pytest -n auto

fuzz: setup ## Look for input that breaks nblint; SECONDS=3600 TARGETS="settings python"
	$(BIN)/python -m fuzz --seconds $(or $(SECONDS),600) $(TARGETS)

check: setup ## The quick loop: lint, types, fast tests
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/python -m pytest -n auto -m "not slow"

# The peers have an environment of their own; what the extra `fast` adds lies beside it, so that
# nblint is measured with it and without.
BENCH := build/bench

bench: $(BENCH)/.ready ## Compare with the peers; NOTEBOOKS=folder: on your own notebooks
	$(BENCH)/.venv/bin/python -m bench $(if $(NOTEBOOKS),--notebooks "$(NOTEBOOKS)")
	$(BENCH)/.venv/bin/python -m bench.credentials $(if $(NOTEBOOKS),"$(NOTEBOOKS)")

$(BENCH)/.ready: pyproject.toml
	@echo "Setting up $(BENCH) ..."
	@$(PYTHON) -m venv $(BENCH)/.venv
	@$(BENCH)/.venv/bin/python -m pip install --quiet --disable-pip-version-check --upgrade "pip>=25.1"
	@$(BENCH)/.venv/bin/python -m pip install --quiet --disable-pip-version-check --editable . --group bench
	@$(BENCH)/.venv/bin/python -m pip install --quiet --disable-pip-version-check --upgrade --target $(BENCH)/fast ahocorasick_rs
	@touch $@

format: setup ## Format the code
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

docs: setup ## Build the documentation into build/site; every link and anchor has to lead somewhere
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

pictures: setup ## Draw the documentation's pictures anew, and write into its pages what commands print
	$(BIN)/python -m pytest tests/docs --update-expectations
	$(BIN)/python -m nblint hub demo --check --screenshot docs/pictures/landing-page.png

clean: ## Remove .venv and what tools have cached
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis build dist
