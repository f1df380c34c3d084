# `make` tells what there is. Everything runs in .venv, which is made and filled when it is first needed.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
LOCK_TOOLS := $(VENV)/lock-tools
AUDIT_TOOLS := $(VENV)/audit-tools
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
COVERED_IN_FULL := chatbot/core/*,chatbot/messages/*
# What is measured: the tests that call the code in their own process. Whole bots, all exchanges, days and crashes are
# left to `make test`.
MEASURED := $(addprefix tests/,chart cli coach contracts core deliver handlers market messages serve storage watch)
# A worker a core and one more, since many tests wait for a clock or a server; who has nothing left to do takes tests
# from the others.
CORES := $(shell getconf _NPROCESSORS_ONLN 2>/dev/null || echo 1)
PARALLEL ?= --numprocesses $(shell expr $(CORES) + 1) --dist worksteal

.DEFAULT_GOAL := help
.PHONY: help run demo bench drain crash test check audit style lint layers types cover format lock clean

help:
	@echo "make run     start the bot; without a token in its own sandbox, on a page in your browser"
	@echo "make demo    play a whole trade in the sandbox, print it, check it"
	@echo "make test    all tests, on all cores; some of them: make test ARGS='tests/core -x'; one by one: make test PARALLEL="
	@echo "make check   format, lint, layers, types, the tests of single rooms with coverage; goes on after a failure"
	@echo "make crash   kill the bot 300 times and compare what users were told with what happened: make crash RUNS=300"
	@echo "make bench   measure speed and memory"
	@echo "make drain   10 000 alerts for 500 chats within Telegram's limits; fewer: make drain ARGS='--alerts 1000 --chats 50'"
	@echo "make format  rewrite the code as make check wants it"
	@echo "make lock    compile the lock files anew; newer versions: make lock UPGRADE=--upgrade"
	@echo "make audit   known weaknesses of the locked dependencies; asks a service on the network"
	@echo "make clean   remove .venv and everything the tools left behind"

run: $(READY)
	@$(BIN)/python -m chatbot run $(ARGS)

demo: $(READY)
	@$(BIN)/python -m chatbot demo $(ARGS)

bench: $(READY)
	@$(BIN)/python -m benchmarks.measure

drain: $(READY)
	@$(BIN)/python -m benchmarks.drain $(ARGS)

RUNS ?= 300

crash: $(READY)
	@$(BIN)/python -m tests.crash --runs $(RUNS) $(ARGS)

test: $(READY)
	@$(BIN)/python -m pytest $(PARALLEL) $(ARGS)

# One gate, by hand and in CI: every step runs, whatever failed before it.
check: $(READY)
	@failed=""; \
	for step in style lint layers types cover; do \
		echo "── $$step"; \
		$(MAKE) --no-print-directory $$step || failed="$$failed $$step"; \
	done; \
	if [ -n "$$failed" ]; then echo "make check failed:$$failed"; exit 1; fi; \
	echo "make check passed"

style: $(READY)
	@$(BIN)/ruff format --check .

lint: $(READY)
	@$(BIN)/ruff check .

layers: $(READY)
	@$(BIN)/lint-imports

types: $(READY)
	@$(BIN)/mypy

cover: $(READY)
	@$(BIN)/coverage erase
	@failed=0; \
	$(BIN)/coverage run -m pytest $(PARALLEL) -m 'not long' $(MEASURED) $(ARGS) || failed=1; \
	$(BIN)/coverage combine --quiet || failed=1; \
	echo "── $(COVERED_IN_FULL): 100 %"; \
	$(BIN)/coverage report --include='$(COVERED_IN_FULL)' --show-missing --fail-under=100 || failed=1; \
	echo "── overall: 90 %"; \
	$(BIN)/coverage report --fail-under=90 || failed=1; \
	exit $$failed

format: $(READY)
	@$(BIN)/ruff check --fix-only --quiet . ; $(BIN)/ruff format .

$(READY): requirements-dev.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Tierwise needs Python 3.11 or newer: make PYTHON=python3.11" if sys.version_info < (3, 11) else 0)'
	@echo "Installing into $(VENV) …"
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

# Exact versions with the hashes of all their files, and no address of where they come from.
COMPILE = $(LOCK_TOOLS)/bin/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras --no-config \
	--no-header --no-emit-options --newline lf $(UPGRADE)
DEV_GROUP = import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["dependency-groups"]["dev"], sep="\n")
MARK = sed -i.before -e 's/-r -$$/the dev group/' -e '1i\# Made by `make lock` from pyproject.toml; not edited by hand.'

lock: $(LOCK_TOOLS)
	@$(COMPILE) --output-file requirements.lock pyproject.toml
	@$(COMPILE) --build-deps-for wheel --build-deps-for editable --only-build-deps \
		--output-file requirements-build.lock pyproject.toml
	@$(PYTHON) -c '$(DEV_GROUP)' | $(COMPILE) --constraint requirements.lock --constraint requirements-build.lock \
		--output-file requirements-dev.lock pyproject.toml -
	@for lock in requirements.lock requirements-build.lock requirements-dev.lock; do \
		$(MARK) $$lock && rm $$lock.before; done

# A failure is one of the audit itself: what could not be asked is not known to be sound.
audit: $(AUDIT_TOOLS)
	@$(AUDIT_TOOLS)/bin/pip-audit --strict --requirement requirements.lock --require-hashes --disable-pip --progress-spinner off \
		|| { echo "make audit: weaknesses were found, or the service could not be asked (see above)"; exit 1; }

$(AUDIT_TOOLS):
	@$(PYTHON) -m venv $@
	@$@/bin/python -m pip --disable-pip-version-check --quiet install pip-audit \
		|| { rm -rf $@; echo "make audit: pip-audit could not be installed, so nothing was audited"; exit 1; }

$(LOCK_TOOLS):
	@$(PYTHON) -m venv $@
	@$@/bin/python -m pip --disable-pip-version-check --quiet install pip-tools==7.6.2

clean:
	rm -rf $(VENV) dist htmlcov .coverage .coverage.* .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
