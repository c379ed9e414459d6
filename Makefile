# make demo: see the main job done.  make test: run everything.  Each installs into .venv first what it needs, and no more.
# PYTHON=/usr/bin/python3.12 names the Python of .venv; without it, tests/environment.sh takes python3.11 if there is one, then python3.
PYTHON ?=
VENV := .venv
BIN := $(VENV)/bin
STAGES := demo test lint docs bench dev

# make runs one pip at a time
.NOTPARALLEL:
.PHONY: $(STAGES) help system clean docs-serve links coverage fuzz soak audit
.PHONY: constraints-check release-check audit-check audit-bench codemod-bench stream-bench

help:
	@echo "make demo   an old script under torchaudio 2.0, 2.1 and 2.2, on real audio"
	@echo "make test   all tests"
	@echo "make lint   ruff, mypy, the direction of imports"
	@echo "make bench  speed, as ratios against named peers: a table, bench/RESULTS.md and a picture"
	@echo "make audit-check    the audit on 2,000 files in ten formats, a quarter of them changed: it must find and name each change, and no other"
	@echo "make stream-bench   torchaudio.io against plain loops with PyAV"
	@echo "make audit-bench    the audit against plain decoding, on one core, on two, on Dask"
	@echo "make codemod-bench  the codemod against django-upgrade, pyupgrade, ruff and LibCST's parser, on 10,000 files"
	@echo "make operators-bench  lfilter, rnnt_loss and forced_align against SciPy, log_softmax and torchaudio 2.8's compiled ones"
	@echo "make docs   build the guide as a site, in site/; docs-serve shows it and updates it when a page changes"
	@echo "make matrix CELLS=\"av18 py313\"  the recorded cases with other Pythons, torches and decoders: tests/matrix/cells.toml"
	@echo "make links  check that every internet address in the guide still exists"
	@echo "make coverage       list the lines that no test runs"
	@echo "make fuzz   damaged files for every backend, FUZZ=30 times as many as make test"
	@echo "make soak   20,000 calls, 16 threads, forked and spawned workers: no leak, no hang, no wrong result"
	@echo "make audit  known vulnerabilities of the pinned dependencies, by pip-audit"
	@echo "make constraints-check  check that constraints.txt resolves for every supported Python; installs nothing"
	@echo "make release-check  test the wheel and the sdist in clean environments, with and without torch"
	@echo "make dev    install into .venv what tests, linters and the site need, and coverage and pre-commit"

# Each stage installs the extra of pyproject.toml that has its name, but for these.
EXTRAS_demo := torch

# what venv writes last; where no Python here can make an environment, this says what to install
$(BIN)/pip:
	@sh tests/environment.sh $(VENV) "$(PYTHON)"

# An environment that is there already serves as it is.
$(STAGES:%=$(VENV)/.%): $(VENV)/.%: pyproject.toml constraints.txt | $(BIN)/pip
	@echo "installing into $(VENV) ($$($(BIN)/python --version)) what make $* needs, once; if torch is among it and not there yet, some minutes:"
	@echo "it takes 2.7 GB with what it needs of CUDA, 0.2 GB where pip finds a CPU build of it"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt \
		--editable ".[$(or $(EXTRAS_$*),$*)]"
	@touch $@

system:
	@sh tests/system-packages.sh

# the Python part of torchaudio, apart from the environment, which the tests want without
$(VENV)/torchaudio: | $(BIN)/pip
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --no-deps --target $@ torchaudio

demo: $(VENV)/.demo $(VENV)/torchaudio
	@$(BIN)/python migration_guide/examples/demo.py $(VENV)/torchaudio

test: $(VENV)/.test system
	$(BIN)/python -m pytest -n 4 --dist worksteal

lint: $(VENV)/.lint
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

audit-check: $(VENV)/.test system
	AUDIT_FILES=2000 $(BIN)/python -m pytest tests/audit/test_cli.py -k planted

audit-bench: $(VENV)/.test system
	$(BIN)/python -m bench.audit.speed --write

docs: $(VENV)/.docs
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

docs-serve: $(VENV)/.docs
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs serve

links: $(VENV)/.test
	$(BIN)/python -m pytest -q -n 8 -m links tests/guide

constraints-check: $(VENV)/.test
	$(BIN)/python -m pytest tests/release/test_publishing.py

# DIST is a folder with a wheel and an sdist to try; without it they are built here
release-check: $(VENV)/.test
	$(BIN)/python -m pytest tests/release -m "release or not release"

coverage: $(VENV)/.dev system
	$(BIN)/python -m coverage erase
	$(BIN)/python -m coverage run -m pytest -n 4 --dist worksteal
	$(BIN)/python -m coverage combine --quiet
	$(BIN)/python -m coverage report

bench: $(VENV)/.bench system
	$(BIN)/python -m bench

stream-bench: $(VENV)/.bench
	$(BIN)/python -m bench.streams.speed --write

codemod-bench: $(VENV)/.bench
	$(BIN)/python -m bench.codemod.speed --write

# the compiled operators need the torch that they were built for, in an environment of their own
.real/.ready:
	@sh tests/environment.sh .real "$(PYTHON)"
	.real/bin/python -m pip install --quiet --disable-pip-version-check torch==2.8.0 torchaudio==2.8.0 --editable .
	@touch $@

.PHONY: operators-bench
operators-bench: $(VENV)/.bench .real/.ready
	$(BIN)/python -m bench.operators.speed --real .real/bin/python --write
	$(BIN)/python -m bench.operators.imports --real .real/bin/python

# which cells of tests/matrix/cells.toml `make matrix` builds and runs; all where none is named
CELLS ?=
# which tests; all of a cell's where none is named
TESTS ?=
.PHONY: matrix
matrix: $(VENV)/.test system
	$(BIN)/python -m tests.matrix $(CELLS) $(if $(TESTS),--only $(TESTS))

# how many times as much as `make test` they do
FUZZ ?= 30
SOAK ?= 33

soak: $(VENV)/.test system
	SOAK=$(SOAK) $(BIN)/python -m pytest tests/reliability/test_soak.py

audit:
	@sh tests/environment.sh .audit "$(PYTHON)"
	.audit/bin/python -m pip install --quiet pip-audit
	.audit/bin/pip-audit --strict --requirement constraints.txt --no-deps --disable-pip

fuzz: $(VENV)/.test system
	FUZZ=$(FUZZ) $(BIN)/python -m pytest tests/reliability/fuzz -k do_no_harm

dev: $(VENV)/.dev

clean:
	rm -rf $(VENV) .audit .real .matrix dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis .cache
