# `make demo` and `make test` need nothing but Python 3.11+ (with venv) and, for the tests' servers, apt as root or sudo.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable

.PHONY: demo test lint unit servers bench drill constraints clean

demo: $(VENV)/demo-ready
	$(BIN)/mailbot demo

test: $(VENV)/test-ready servers lint unit

lint: $(VENV)/test-ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/deptry .

# One worker more than cores, for many tests wait for a server, and four at most: each starts servers of its own.
WORKERS ?= $(shell $(PYTHON) -c 'import os; print(min(4, os.cpu_count() + 1))')
unit: $(VENV)/test-ready
	$(BIN)/python -W error::ResourceWarning -m pytest --numprocesses $(WORKERS) --dist worksteal

# Dovecot for the tests, where apt can bring it.
servers:
	sh tests/servers/install.sh

# 300 mails, 100 kills, the tests' own drill in full, 60 kills of refunds on their way to finance and back, and a mailbox of 20,000 mails: minutes, not seconds.
drill: $(VENV)/test-ready servers
	$(BIN)/python -m tests.faults.drill --mails 300 --kills 100
	$(BIN)/python -m tests.faults.refund_drill --kills 60
	MAILBOT_TEST_KILLS=15 $(BIN)/python -m pytest tests/faults/test_drill.py
	MAILBOT_TEST_MAILS=20000 $(BIN)/python -m pytest tests/faults/test_large_mailbox.py

bench: $(VENV)/test-ready servers
	$(BIN)/python -m bench.run
	$(BIN)/python -m bench.orders

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "mailbot needs Python 3.11 or newer; $(PYTHON) is older. Try: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "$(PYTHON) has no venv module; on Debian: apt-get install python3-venv"; exit 1; }

$(VENV)/demo-ready: pyproject.toml constraints.txt | $(BIN)/python
	$(INSTALL) '.[demo]'
	@touch $@

$(VENV)/test-ready: pyproject.toml constraints.txt | $(BIN)/python
	$(INSTALL) '.[demo,dev,ocr]'
	@touch $@ $(VENV)/demo-ready

# Freeze what is installed now, after raising versions on purpose.
constraints:
	$(BIN)/python -m pip freeze --exclude-editable --exclude mailbot > constraints.txt

clean:
	rm -rf $(VENV) dist build demo-story .mypy_cache .ruff_cache .hypothesis
