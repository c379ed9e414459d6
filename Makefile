# make demo: see the main job done.  make test: run everything.  Both set up .venv first.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: help demo test lint bench stream-bench codemod-bench audit-check audit-bench docs docs-serve links release-check coverage system clean

help:
	@echo "make demo   an old script under torchaudio 2.0, 2.1 and 2.2, on real audio"
	@echo "make test   all tests"
	@echo "make lint   ruff, mypy, the direction of imports"
	@echo "make bench  speed, as ratios against named peers: a table, bench/RESULTS.md and a picture"
	@echo "make audit-check    2,000 files in ten formats, a quarter with a difference planted: each found and named, and nothing else"
	@echo "make stream-bench   torchaudio.io against bare loops over PyAV"
	@echo "make audit-bench    the audit against bare decoding, on one core, on two, on Dask"
	@echo "make codemod-bench  the codemod against django-upgrade, pyupgrade, ruff and LibCST's parser, on 10,000 files"
	@echo "make docs   the guide as a site, in site/; docs-serve shows it and follows changes"
	@echo "make links  ask every address outside that the guide names whether it is still there"
	@echo "make coverage       the lines that no test runs"
	@echo "make fuzz   damaged files for every backend, for TIME=600 seconds"
	@echo "make soak   20,000 calls, 16 threads, forked and spawned workers: nothing left, hung or wrong"
	@echo "make audit  known weaknesses of the pinned dependencies, by pip-audit"
	@echo "make release-check  the wheel and the sdist, tried in clean environments, torch and all"

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	@echo "installing torch, the decoders and the tools of the tests into .venv: up to 3 GB, some minutes, once"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable ".[dev]"
	@touch $@

system:
	@sh tests/system-packages.sh

demo: $(READY)
	@$(BIN)/python migration_guide/examples/demo.py

test: $(READY) system
	$(BIN)/python -m pytest -n 2 --dist worksteal

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

audit-check: $(READY) system
	AUDIT_FILES=2000 $(BIN)/python -m pytest tests/audit/test_cli.py -k planted

audit-bench: $(READY) system
	$(BIN)/python -m bench.audit.speed --write

docs: $(READY)
	$(BIN)/mkdocs build --strict

docs-serve: $(READY)
	$(BIN)/mkdocs serve

links: $(READY)
	$(BIN)/python -m tests.guide.links

release-check: $(READY)
	$(BIN)/python -m pytest tests/release -m "release or not release"

coverage: $(READY) system
	$(BIN)/python -m coverage erase
	$(BIN)/python -m coverage run -m pytest -n 2 --dist worksteal
	$(BIN)/python -m coverage combine --quiet
	$(BIN)/python -m coverage report

$(VENV)/.bench: $(READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable ".[dev,bench]"
	@touch $@

bench: $(VENV)/.bench system
	$(BIN)/python -m bench

stream-bench: $(READY)
	$(BIN)/python -m bench.streams.speed --write

codemod-bench: $(VENV)/.bench
	$(BIN)/python -m bench.codemod.speed --write

# how long `make fuzz` runs, in seconds
TIME ?= 600

.PHONY: fuzz soak audit
soak: $(READY) system
	$(BIN)/python -m tests.reliability.soak

audit:
	$(PYTHON) -m venv .audit && .audit/bin/python -m pip install --quiet pip-audit
	.audit/bin/pip-audit --strict --requirement constraints.txt --no-deps --disable-pip

fuzz: $(READY) system
	$(BIN)/python -m tests.reliability.fuzz --seconds $(TIME)

clean:
	rm -rf $(VENV) .audit dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis
