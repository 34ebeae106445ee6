# `make install` puts the command at .venv/bin/gateway; run and test install what they need first.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/pip --quiet --disable-pip-version-check

.DELETE_ON_ERROR:
.PHONY: install run test check lint kafka bench bench-linear chaos soak overload shutdown sabotage fuzz clean lock

install: $(VENV)/.compiled

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11, 1) and \
	    "Python 3.11.1 or newer is needed, this is " + sys.version.split()[0] + "; make PYTHON=python3.x")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: deploy/requirements.txt pyproject.toml | $(BIN)/python
	$(PIP) install --require-hashes -r deploy/requirements.txt
	$(PIP) install --no-index --no-deps --no-build-isolation -e .
	touch $@

# What every callback passes through as C extensions, where there is a C compiler; without one it runs as it is.
$(VENV)/.compiled: deploy/compile.txt deploy/compile.py deploy/training.py $(wildcard gateway/core/*.py gateway/core/*/*.py \
    gateway/providers/*.py gateway/providers/*/*.py gateway/intake/*.py gateway/observe/*.py) gateway/clock.py \
    gateway/journal/appender.py gateway/processes/observed.py | $(VENV)/.installed
	$(PIP) install --require-hashes -r deploy/compile.txt
	$(BIN)/python deploy/compile.py
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

check: lint $(VENV)/.compiled
	$(BIN)/python -m pytest -q -m "not kafka"

# RUNLEVEL=1: so that Debian starts no service of what is installed.
test: lint $(VENV)/.compiled
	RUNLEVEL=1 .ci/packages java:default-jre-headless mvn:maven chromium:chromium nginx:nginx haproxy:haproxy
	$(BIN)/python -m tests.broker.kafka fetch
	$(BIN)/python -m tests.providers.github.payloads
	$(BIN)/python -m tests.deploy.promtool
	$(BIN)/python -m tests.deploy.charts
	$(BIN)/python -m pytest -n 2 --dist loadfile

# What the runs with a real Kafka need beside the tests' own packages.
kafka: $(VENV)/.tested
	.ci/packages java:default-jre-headless mvn:maven
	$(BIN)/python -m tests.broker.kafka fetch

bench: kafka $(VENV)/.compiled
	.ci/packages wrk:wrk
	$(BIN)/python -m tests.bench

bench-linear: $(VENV)/.tested $(VENV)/.compiled
	$(BIN)/python -m tests.bench.linear

# Fills a journal of 5 million events (10 GB of disk, 25 minutes): OPTIONS="--events 1000000".
bench-scale: $(VENV)/.tested $(VENV)/.compiled
	$(BIN)/python -m tests.bench.scale $(OPTIONS)

# EVENTS callbacks in MINUTES, under faults of a seed of their own unless SEED gives one. More with
# OPTIONS, such as "--rate 450 --kills 200 --broker-faults 150".
EVENTS ?= 10000
MINUTES ?= 4
chaos: kafka $(VENV)/.compiled
	$(BIN)/python -m tests.chaos --events $(EVENTS) --minutes $(MINUTES) $(if $(SEED),--seed $(SEED)) \
	    $(OPTIONS)

# HOURS of 300 callbacks a second with a fault every two minutes: nothing may grow.
HOURS ?= 2
soak: kafka $(VENV)/.compiled
	$(BIN)/python -m tests.chaos --soak $(HOURS) $(if $(SEED),--seed $(SEED))

# More callbacks than a receiver can take, slow clients and floods: four minutes of two idle cores.
overload: $(VENV)/.tested $(VENV)/.compiled
	$(BIN)/python -m tests.overload $(if $(SEED),--seed $(SEED))

# ROUNDS ends under load, half of them without Kafka; then a start with a gigabyte to publish.
ROUNDS ?= 100
shutdown: kafka $(VENV)/.compiled
	$(BIN)/python -m tests.shutdown --rounds $(ROUNDS) $(if $(SEED),--seed $(SEED))
	$(BIN)/python -m tests.shutdown.backlog

# Breaks the gateway in twelve ways, each in a copy, and sees whether the tests find out.
sabotage: kafka
	.ci/packages git:git
	$(BIN)/python -m tests.sabotage

# N inputs, of a seed of their own unless SEED gives one.
N ?= 20000
fuzz: $(VENV)/.tested $(VENV)/.compiled
	$(BIN)/python -m tests.fuzz --inputs $(N) $(if $(SEED),--seed $(SEED))

# Keeps var (the journals) and .cache (Kafka, for tests without a network).
clean:
	find gateway -name '*.so' -delete
	rm -rf $(VENV) dist .coverage* .hypothesis .*_cache
	find . -name __pycache__ -prune -exec rm -rf {} +

# The lock files anew for every platform; LOCK=--upgrade takes the newest versions.
COMPILE = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
    --no-annotate --custom-compile-command "make lock" $(LOCK)
lock: $(BIN)/python
	$(PIP) install uv
	printf "hatchling\neditables\n" | $(COMPILE) pyproject.toml - -o deploy/requirements.txt
	printf "mypy\nsetuptools\n" | $(COMPILE) -c deploy/requirements.txt - -o deploy/compile.txt
	$(COMPILE) pyproject.toml --extra test -c deploy/requirements.txt -c deploy/compile.txt \
	    -o tests/requirements.txt
	printf "%s\n" helm-python-sdk kubernetes-validate "cloudcoil<0.7" "cloudcoil-models-prometheus-operator<0.81" \
	    | $(COMPILE) --no-deps - -o tests/deploy/charts.txt
