# `make run` serves the desk, `make test` proves it. Everything is installed into .venv and nowhere else.

PYTHON ?=
PORT ?= 8000
JOBS ?= 2
UV ?= uv

VENV = .venv
BIN = $(VENV)/bin
PIP = $(BIN)/python -m pip --quiet --disable-pip-version-check --no-input
# A stamp carries the checksum of what was installed: nothing is done twice, and no change of a lock is missed.
RUN_KEY := $(shell cat requirements.lock setup.cfg pyproject.toml | cksum | tr -d ' ')
TEST_KEY := $(shell cat requirements-test.lock setup.cfg pyproject.toml | cksum | tr -d ' ')

.PHONY: help install run demo test look lint format bench bench-disclosure faults lock clean test-tools system-packages

help:
	@echo "make run       install, prepare the instance and serve http://127.0.0.1:$(PORT)"
	@echo "make demo      the same on instance/demo, with invented people"
	@echo "make test      lint and every test; installs what the tests need"
	@echo "make look      pictures of every page of every role, in test-results/look"
	@echo "make install | lint | format | bench | bench-disclosure | faults | lock | clean"

install: $(VENV)/run-$(RUN_KEY)

$(BIN)/python:
	@for candidate in $(PYTHON) python3 python3.14 python3.13 python3.12 python3.11; do \
	  if "$$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	    echo "Creating $(VENV) with $$("$$candidate" --version)"; \
	    "$$candidate" -m venv $(VENV) && exit 0; \
	    rm -rf $(VENV); \
	    echo "Python cannot make a virtual environment. On Debian or Ubuntu: apt-get install python3-venv" >&2; \
	    exit 1; \
	  fi; \
	done; \
	echo "Python 3.11 or newer is needed. On Debian or Ubuntu: apt-get install python3 python3-venv" >&2; \
	exit 1

$(VENV)/run-$(RUN_KEY): $(BIN)/python
	@echo "Installing the locked requirements"
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation -e .
	@rm -f $(VENV)/run-* && touch $@

run: install
	@$(BIN)/attention-point init
	@$(BIN)/attention-point serve --port $(PORT)

demo: export ATTENTION_POINT_INSTANCE = instance/demo
demo: export ATTENTION_POINT_DEMO = 1
demo: install
	@$(BIN)/attention-point init
	@test -f instance/demo/loaded || { $(BIN)/attention-point demo load && touch instance/demo/loaded; }
	@$(BIN)/attention-point serve --port $(PORT)

test-tools: $(VENV)/test-$(TEST_KEY)

$(VENV)/test-$(TEST_KEY): $(VENV)/run-$(RUN_KEY)
	@echo "Installing the locked requirements of the tests"
	@$(PIP) install --require-hashes -r requirements-test.lock
	@rm -f $(VENV)/test-* && touch $@

system-packages:
	@sh .ci/system-packages

test: test-tools system-packages lint
	@$(BIN)/pytest -n $(JOBS) --dist loadgroup

# Some minutes. ROLES="agent office" draws these alone.
look: test-tools system-packages
	@$(BIN)/python -m tests.crawl.look $(ROLES)

faults: test-tools system-packages
	@$(BIN)/pytest -m faults

lint: test-tools
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/djlint templates --lint --quiet
	@$(BIN)/lint-imports

format: test-tools
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: test-tools system-packages
	@$(BIN)/python -m bench.run

# A thousand populations of two years of releases each: about an hour of two cores. Stopped (Ctrl+C), it says what it
# found until then; the same command goes on from there.
bench-disclosure: test-tools
	@nice -n 19 $(BIN)/python -m bench.disclosure

# Resolves again and writes both hashed locks; needs uv.
lock:
	@$(UV) pip compile --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --quiet \
	  setup.cfg -o requirements.lock
	@$(UV) pip compile --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --quiet \
	  setup.cfg --extra test -c requirements.lock -o requirements-test.lock

# Leaves the instance alone: it holds the keys and the people.
clean:
	@rm -rf $(VENV) build test-results *.egg-info
	@rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
