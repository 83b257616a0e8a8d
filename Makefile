# Everything is set up on the way: each target builds what it needs of .venv, from locked and hashed packages.
# On a machine with several Pythons: make PYTHON=python3.12 test

SHELL := /bin/sh
PYTHON ?= $(firstword $(shell for python in python3 python3.13 python3.12 python3.11 python; do \
    $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python; done) python3)
BIN := .venv/bin
EXERCISE := build/exercise
# So many processes test, each a file at a time, long ones first; 0: this one, in the order of the files.
PROCESSES ?= 2
# The environment must not depend on what the caller's shell has set. Tests start hundreds of processes: what Python
# compiles is kept, for the next one.
unexport PYTHONPATH PYTHONHOME VIRTUAL_ENV PYTHONDONTWRITEBYTECODE
PIP := $(BIN)/python -m pip --disable-pip-version-check
INSTALL := $(PIP) install --quiet --require-hashes
# PyICU is compiled with the build tools that are locked, not with whatever is newest.
HASHED := $(INSTALL) --no-build-isolation

.PHONY: help demo serve exercise test test-postgres kill-tests fuzz lint format docs tutorial bench screenshots front lock wheel clean
.DEFAULT_GOAL := help

help: ## Say what there is
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 22

demo: .venv/base ## Make the training exercise, screen it, and show what was found and why
	$(BIN)/dragoman exercise run $(EXERCISE)

serve: .venv/node .venv/front ## Serve a node on 127.0.0.1:8000; ARGS="--exercise" loads the training exercise
	$(BIN)/dragoman serve $(ARGS)

exercise: .venv/node .venv/front ## Serve two agencies with a storyline and a score card; ARGS="--play" plays it by itself
	$(BIN)/dragoman exercise nodes build/agencies $(ARGS)

# Without npm the console is not bundled, and the tests that look at it in a browser are skipped.
test: .venv/dev $(if $(shell command -v npm),.venv/front) ## Run the tests; ARGS="tests/lists -x" for some of them, ARGS=--cov for coverage
	$(BIN)/python -m pytest --numprocesses $(PROCESSES) --dist loadfile $(ARGS)

test-postgres: .venv/dev ## Run the node's tests on a PostgreSQL that is thrown away after
	tools/with_postgres.sh $(BIN)/python -m pytest --numprocesses $(PROCESSES) --dist loadfile \
	    tests/node --ignore tests/node/browser --ignore tests/node/exchange $(ARGS)

kill-tests: .venv/dev ## Kill processes of a node at random points, 100 a kind, on SQLite; ARGS="--kills 5 review" for fewer
	$(BIN)/python tools/kill_tests.py --kills 100 $(ARGS)

fuzz: .venv/dev ## Hand damaged messages to every parser, for five minutes; ARGS="--minutes 60 --folder REAL_MESSAGES"
	$(BIN)/python tools/fuzz.py $(ARGS)

lint: .venv/dev ## Check style, types, and that each room imports only from floors below it
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

format: .venv/dev ## Put the code into shape
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

docs: .venv/dev ## Build the documentation into build/docs; a dead link fails
	$(BIN)/sphinx-build --quiet --fail-on-warning --keep-going --fresh-env docs build/docs
	@echo "The documentation is in build/docs/index.html"

tutorial: .venv/base ## Write anew what the tutorial's commands print, where a change is meant
	$(BIN)/python tests/docs/shell_blocks.py docs/tutorial.md

bench: .venv/bench ## Measure against the peers, and write docs/benchmarks.md
	$(BIN)/python benchmarks/report.py $(ARGS)

screenshots: .venv/dev .venv/front ## Take the pictures of docs/console.md anew
	$(BIN)/python -m tests.node.browser.screenshots docs/images

front: .venv/front ## Bundle the console's script, styles, icons and fonts

wheel: .venv/dev .venv/front ## Build dist/*.whl
	rm -rf dist
	$(BIN)/hatchling build -t wheel

lock: .venv/lock ## Lock the newest versions of all dependencies, with hashes
	tools/lock.sh

clean: ## Remove the environment and all that was built
	rm -rf .venv build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache .coverage htmlcov
	find src tests benchmarks tools -name __pycache__ -type d -prune -exec rm -rf {} +

# ---------------------------------------------------------------- the environment

.venv/bin/python:
	@$(PYTHON) tools/check_system.py
	$(PYTHON) -m venv .venv

.venv/build: requirements/build.txt | .venv/bin/python
	@$(PYTHON) tools/check_system.py
	$(INSTALL) -r requirements/build.txt
	@touch $@

# Editable: what is changed in src/ is what runs.
define set_up
	$(HASHED) -r requirements/$(1).txt
	$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch .venv/$(1)
endef

.venv/base: requirements/base.txt pyproject.toml .venv/build
	$(call set_up,base)

.venv/node: requirements/node.txt pyproject.toml .venv/build
	$(call set_up,node)
	@touch .venv/base

.venv/dev: requirements/dev.txt pyproject.toml .venv/build
	$(call set_up,dev)
	@touch .venv/base .venv/node

.venv/bench: requirements/bench.txt pyproject.toml .venv/build
	$(call set_up,bench)
	@touch .venv/base .venv/node .venv/dev

# The console's script, styles, icons and fonts, bundled into src/dragoman/node/static.
FRONT := src/dragoman/node/front
.venv/front: $(FRONT)/package-lock.json $(FRONT)/build.mjs $(wildcard $(FRONT)/src/*.js $(FRONT)/styles/*) | .venv/bin/python
	@command -v npm >/dev/null || { echo "The console is bundled by npm: on Debian, apt-get install nodejs npm"; exit 1; }
	cd $(FRONT) && npm ci --silent && npm run --silent build
	@touch $@

.venv/lock: requirements/lock.txt | .venv/bin/python
	$(INSTALL) -r requirements/lock.txt
	@touch $@
