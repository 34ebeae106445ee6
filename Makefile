# `make install` puts the command at .venv/bin/gateway; run and test install what they need first.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/pip --quiet --disable-pip-version-check

.DELETE_ON_ERROR:
.PHONY: install run test check lint bench clean lock

install: $(VENV)/.installed

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and \
	    "Python 3.11 or newer is needed, this is " + sys.version.split()[0] + "; make PYTHON=python3.x")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: deploy/requirements.txt pyproject.toml | $(BIN)/python
	$(PIP) install --require-hashes -r deploy/requirements.txt
	$(PIP) install --no-index --no-deps --no-build-isolation -e .
	touch $@

$(VENV)/.tested: tests/requirements.txt $(VENV)/.installed
	$(PIP) install --require-hashes -r tests/requirements.txt
	touch $@

run: install
	$(BIN)/gateway serve --demo

lint: $(VENV)/.tested
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

check: lint
	$(BIN)/python -m pytest -q -m "not kafka"

test: lint
	.ci/packages java:default-jre-headless mvn:maven
	$(BIN)/python -m tests.broker.kafka fetch
	$(BIN)/python -m pytest

bench: $(VENV)/.tested
	.ci/packages wrk:wrk
	$(BIN)/python -m tests.bench

# Keeps var (the journals) and .cache (Kafka, for tests without a network).
clean:
	rm -rf $(VENV) dist .coverage* .hypothesis .*_cache
	find . -name __pycache__ -prune -exec rm -rf {} +

# Both lock files anew for every platform; LOCK=--upgrade takes the newest versions.
COMPILE = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
    --no-annotate --custom-compile-command "make lock" $(LOCK) pyproject.toml
lock: $(BIN)/python
	$(PIP) install uv
	printf "hatchling\neditables\n" | $(COMPILE) - -o deploy/requirements.txt
	$(COMPILE) --extra test -c deploy/requirements.txt -o tests/requirements.txt
