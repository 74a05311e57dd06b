# Commands for development. Everything is installed into .venv, except the system packages that
# `make test` installs if it runs as root on Debian. On Windows, run make in Git Bash.

ifeq ($(OS),Windows_NT)
PYTHON ?= python
SCRIPTS := Scripts
else
PYTHON ?= python3
SCRIPTS := bin
endif
VENV := .venv
BIN := $(VENV)/$(SCRIPTS)

# Whatever the shell says: tests start Python thousands of times, and what it compiled once, it must
# not compile again. The code that it writes lies in this folder.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup tools demo test fuzz exam check bench bench-compare format docs pictures clean

help: ## List the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "%-15s%s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(VENV)/.ready ## Create .venv with nblint and its development dependencies

# pip supports dependency groups since 25.1.
$(VENV)/.ready: pyproject.toml nblint/_version.py
	@echo "Setting up $(VENV) ..."
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10) and "nblint needs Python 3.10 or newer: make PYTHON=python3.12 ...")'
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade "pip>=25.1"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable . --group dev
	@touch $@

demo: setup ## Generate a notebook repository; see commits refused, fixed and accepted
	@$(BIN)/python -m demo

# System tools that tests need. As root on Debian they are installed; elsewhere, tests that miss one
# skip and name it, or fail if CI=true.
# Each is a command and its packages; only what is missing is installed.
TOOLS := chromium:chromium createrepo_c:createrepo-c dnf:dnf,dnf-plugins-core fish:fish gpg:gnupg kubectl:kubernetes-client losetup:mount \
  mkfs.ext4:e2fsprogs mmdebstrap:mmdebstrap node:nodejs npm:npm promtool:prometheus restic:restic rpmbuild:rpm rpmlint:rpmlint rsync:rsync setpriv:util-linux shellcheck:shellcheck \
  strace:strace setfacl:acl systemd-analyze:systemd systemd-nspawn:systemd-container unzip:unzip zip:zip zsh:zsh

tools:
	@for tool in $(TOOLS); do \
	  command -v $${tool%%:*} >/dev/null || missing="$$missing $${tool##*:}"; \
	done; \
	if [ -n "$$missing" ] && [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  echo "Installing the tools that tests need:$$missing ..."; \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
	    apt-get install -qq --yes --no-install-recommends $$(echo $$missing | tr , " ") >/dev/null; \
	fi

# A worker that is done takes over half of what another one has left: what the tests of a module
# share is made once, and none waits for the longest of them.
PYTEST := $(BIN)/python -m pytest --dist worksteal

# Tests of hubs, hosts and browsers wait a lot: one more than there are processors keeps these busy.
test: setup tools ## Run all tests, with real tools
	$(PYTEST) -n $$($(BIN)/python -c "import os; print(os.cpu_count() + 1)")

fuzz: setup ## Search for input that breaks nblint; SECONDS=3600 TARGETS="settings python"
	$(BIN)/python -m fuzz --seconds $(or $(SECONDS),600) $(TARGETS)

exam: setup ## Plant credentials and look-alikes of all kinds and print which are found; SECONDS=3600
	$(BIN)/python -m tests.credentials.exam --seconds $(or $(SECONDS),600)

check: setup ## Run the quick loop: lint, types, fast tests
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(PYTEST) -n auto -m "not slow"

# The peers have their own environment. The libraries of the extra `fast` are beside it, so that
# nblint can be measured with and without them.
BENCH := build/bench

bench: $(BENCH)/.ready ## Compare nblint with its peers; NOTEBOOKS=folder uses your notebooks
	$(BENCH)/.venv/$(SCRIPTS)/python -m bench.everyday $(if $(NOTEBOOKS),"$(NOTEBOOKS)")
	$(BENCH)/.venv/$(SCRIPTS)/python -m bench $(if $(NOTEBOOKS),--notebooks "$(NOTEBOOKS)")
	$(BENCH)/.venv/$(SCRIPTS)/python -m bench.credentials $(if $(NOTEBOOKS),"$(NOTEBOOKS)")
	$(BENCH)/.venv/$(SCRIPTS)/python -m bench.gate
	$(BENCH)/.venv/$(SCRIPTS)/python -m bench.whole_file $(if $(NOTEBOOKS),"$(NOTEBOOKS)")
	$(BENCH)/.venv/$(SCRIPTS)/python -m bench.dense

bench-compare: $(BENCH)/.ready ## Compare nblint with an earlier one: NOTEBOOKS=folder REV=main
	$(BENCH)/.venv/$(SCRIPTS)/python -m bench.everyday $(if $(NOTEBOOKS),"$(NOTEBOOKS)") --against "$(REV)"

$(BENCH)/.ready: pyproject.toml
	@echo "Setting up $(BENCH) ..."
	@$(PYTHON) -m venv $(BENCH)/.venv
	@$(BENCH)/.venv/$(SCRIPTS)/python -m pip install --quiet --disable-pip-version-check --upgrade "pip>=25.1"
	@$(BENCH)/.venv/$(SCRIPTS)/python -m pip install --quiet --disable-pip-version-check --editable . --group bench
	@$(BENCH)/.venv/$(SCRIPTS)/python -m pip install --quiet --disable-pip-version-check --upgrade --target $(BENCH)/fast ahocorasick_rs
	@for name in nblint ruff nbstripout detect-secrets; do \
	  what=$$name; [ $$name = nblint ] && what="--editable ."; \
	  $(PYTHON) -m venv $(BENCH)/$$name && \
	  $(BENCH)/$$name/$(SCRIPTS)/python -m pip install --quiet --disable-pip-version-check $$what || exit; done
	@touch $@

format: setup ## Format the code
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

docs: setup ## Build the documentation into build/site; broken links and anchors are errors
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

pictures: setup ## Update the pictures and the command output in the documentation
	$(BIN)/python -m pytest tests/docs --update-expectations
	$(BIN)/python -m nblint hub demo --check --screenshot docs/pictures/landing-page.png

clean: ## Remove .venv, caches and build output
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis build dist
