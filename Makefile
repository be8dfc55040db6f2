# `make run` serves the desk, `make test` proves it. Everything is installed into .venv and nowhere else.

PYTHON ?=
PORT ?= 8000
JOBS ?= 2
DATABASES ?= either
UV ?= uv

VENV = .venv
DEMO = instance/demo
BIN = $(VENV)/bin
PIP = $(BIN)/python -m pip --quiet --disable-pip-version-check --no-input
# A stamp carries the checksum of what was installed: nothing is done twice, and no change of a lock is missed.
RUN_KEY := $(shell cat requirements.lock requirements-build.lock setup.cfg setup.py pyproject.toml | cksum | tr -d ' ')
TEST_KEY := $(shell cat requirements-test.lock setup.cfg setup.py pyproject.toml | cksum | tr -d ' ')
# What `make check` looks at. A part of a room without tests of its own is tried with those of the room.
ROOM_TESTS = $(firstword $(wildcard tests/$(ROOM) tests/$(patsubst %/,%,$(dir $(ROOM)))))
ROOM_TEMPLATES = $(wildcard templates/$(ROOM))
ROOM_FOLDERS = attention_point/$(ROOM) $(ROOM_TESTS)

.PHONY: help install run demo demo-fresh test check security look lint format bench disclosure faults lock wheel clean test-tools \
  system-packages

help:
	@echo "make run         install, prepare the instance and serve http://127.0.0.1:$(PORT)"
	@echo "make demo        the same on $(DEMO), with six months of invented people up to this hour"
	@echo "make demo-fresh  delete that demonstration and make a new one up to this hour"
	@echo "make check ROOM=intake  style, types and quick tests of one room; ROOM=foundation/web works too"
	@echo "make test        lint and every test; installs what the tests need"
	@echo "make lint        style, types, templates, import contracts and the measures of the code"
	@echo "make format      mend the style of the code"
	@echo "make look        pictures of every page of every role, in test-results/look (some minutes)"
	@echo "make security ROW=15  the proofs of one claim of security; without ROW, of all"
	@echo "make faults      only the tests that stop processes or fill the disk"
	@echo "make bench       measure, and write docs/performance.md"
	@echo "make disclosure  try to recognise people in random releases (a night; stop it when you like)"
	@echo "make wheel       build dist/attention_point-….whl"
	@echo "make lock        resolve the requirements again (needs uv)"
	@echo "make install     install into .venv;  make clean  delete .venv and everything built, but not the instance"

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
	@$(PIP) install --require-hashes -r requirements.lock -r requirements-build.lock
	@$(PIP) install --no-deps --no-build-isolation -e .
	@$(BIN)/python -m compileall -q attention_point migrations  # a service may not write beside its own code
	@rm -f $(VENV)/run-* && touch $@

run: install
	@$(BIN)/attention-point init
	@$(BIN)/attention-point serve --port $(PORT)

# Nothing of a real installation's settings goes along: not its database, not its keys, not its mail server.
IN_DEMO = env -u ATTENTION_POINT_DATABASE_URL -u ATTENTION_POINT_KEYRING -u ATTENTION_POINT_SMTP_URL \
  ATTENTION_POINT_INSTANCE=$(DEMO) ATTENTION_POINT_DEMO=1 ATTENTION_POINT_CONTACT=demostracion@example.org $(BIN)/attention-point

# Loading is done once; a load that was stopped (Ctrl+C) goes on where it was.
demo: install
	@$(IN_DEMO) init
	@$(IN_DEMO) demo load
	@$(IN_DEMO) serve --port $(PORT)

# Takes away what `make demo` made, and nothing that is not marked as a demonstration.
demo-fresh:
	@test ! -e $(DEMO) || test -e $(DEMO)/demonstration || { \
	  echo "$(DEMO) is not marked as a demonstration, so it is left as it is." >&2; exit 1; }
	@rm -rf $(DEMO)
	@$(MAKE) --no-print-directory demo

test-tools: $(VENV)/test-$(TEST_KEY)

$(VENV)/test-$(TEST_KEY): $(VENV)/run-$(RUN_KEY)
	@echo "Installing the locked requirements of the tests"
	@$(PIP) install --require-hashes -r requirements-test.lock
	@rm -f $(VENV)/test-* && touch $@

system-packages:
	@sh .ci/system-packages

# DATABASES=both runs each test of pages on SQLite and on PostgreSQL; otherwise half of them run on each. Under CI, where
# one slow moment among eight thousand tests would refuse everybody's work, a test that fails is tried once more and named (R).
test: test-tools system-packages lint
	@$(BIN)/pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder --databases $(DATABASES) $(if $(CI),--reruns 1)

# While one works on a room: half a minute. On SQLite, without a browser and slow tests; `make test` has all.
check: test-tools
	@test -d "attention_point/$(ROOM)" -a -n "$(ROOM)" || { echo "Say which room: make check ROOM=intake" >&2; exit 2; }
	@$(BIN)/ruff check $(ROOM_FOLDERS)
	@$(BIN)/ruff format --check --quiet $(ROOM_FOLDERS)
	@$(BIN)/mypy --no-warn-unused-configs $(ROOM_FOLDERS)
	@$(if $(ROOM_TEMPLATES),$(BIN)/djlint $(ROOM_TEMPLATES) --lint --quiet)
	@$(if $(ROOM_TESTS),$(BIN)/pytest -n $(JOBS) --dist loadfile -m "not faults and not browser and not slow" --databases sqlite $(ROOM_TESTS))

# The proofs of what is claimed of security, each from outside. ROW=15 runs those of one claim.
security: test-tools
	@$(BIN)/pytest -n $(JOBS) --dist loadfile $$($(BIN)/python -m tests.security $(ROW))

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
	@$(BIN)/python -m tests.architecture.measures

format: test-tools
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: test-tools system-packages
	@$(BIN)/python -m bench.run

# A thousand populations of two years of releases each: a minute of one core for each. Stopped (Ctrl+C), it says what it
# found until then; the same command goes on from there.
disclosure: test-tools
	@nice -n 19 $(BIN)/python -m tests.statistics.random_populations

# Resolves again and writes the hashed locks: to run, to build, to test. Needs uv.
lock:
	@$(UV) pip compile --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --quiet \
	  setup.cfg -o requirements.lock
	@echo "setuptools>=80" | $(UV) pip compile --universal --python-version 3.11 --generate-hashes --no-annotate \
	  --no-header --quiet - -o requirements-build.lock
	@$(UV) pip compile --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --quiet \
	  setup.cfg --extra test -c requirements.lock -o requirements-test.lock

# dist/attention_point-….whl: for a machine without a checkout.
wheel: install
	@rm -rf build  # setuptools would put what lies there into the wheel as well
	@$(PIP) wheel --no-deps --no-build-isolation --wheel-dir dist .

# Leaves the instance alone: it holds the keys and the people.
clean:
	@rm -rf $(VENV) build dist test-results *.egg-info
	@rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
