# One set of verbs, the same for people and for CI. They need python3 and make; .venv is made when it is missing.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
# A worker for each processor, and the tests of a file in one of them
WORKERS := -n logical --maxprocesses 4 --dist loadfile

.DEFAULT_GOAL := help
.PHONY: help demo test test-fast lint bench soak displays docs

help:
	@echo "make demo   start the demo IOC, show it with a client, hand over its prompt"
	@echo "make test   run the tests; ARGS=tests/pva and the like choose some, ARGS='-n 2 --dist loadfile' uses two processors"
	@echo "make test-fast  those that start no process and take no seconds: about a minute"
	@echo "make lint   ruff, mypy --strict, import contracts"
	@echo "make bench  measure beside the peers and write docs/performance.md"
	@echo "make soak   half an hour of everything at once; fails when something grows"
	@echo "make displays PHOEBUS=/path/to/phoebus  the examples' displays in Phoebus; writes docs/pictures"
	@echo "make docs   build the documentation into build/docs"

demo: $(VENV)/installed
	@if [ -t 0 ]; then $(BIN)/pydevpva-shell examples/demo.cmd; else $(BIN)/pydevpva-shell examples/demo.cmd < /dev/null; fi

test: $(VENV)/installed-test
	@$(BIN)/python -m pytest $(ARGS)

test-fast: $(VENV)/installed-test
	@$(BIN)/python -m pytest $(WORKERS) -m "not process and not long"

lint: $(VENV)/installed-test
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

bench: $(VENV)/installed-test $(VENV)/installed-bench
	@$(BIN)/python -m tests.benchmarks --write

soak: $(VENV)/installed-test
	@$(BIN)/python -m tests.benchmarks.soak

displays: $(if $(PHOEBUS),$(VENV)/installed-test)
	@test -n "$(PHOEBUS)" || { echo "make displays needs a distribution of Phoebus (a folder with product-*.jar and lib/):" \
	    "make displays PHOEBUS=/path/to/phoebus [EXAMPLE=device]" >&2; exit 2; }
	@$(BIN)/python -m tests.displays "$(PHOEBUS)" $(EXAMPLE)

docs: $(VENV)/installed-docs
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --site-dir build/docs

# Installed once, and again when pyproject.toml changes
$(VENV)/installed: pyproject.toml
	@echo "installing into $(VENV)"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --editable .
	@touch $@

$(VENV)/installed-%: pyproject.toml
	@echo "installing into $(VENV), with what is needed for: $*"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --editable '.[$*]'
	@touch $@ $(VENV)/installed
