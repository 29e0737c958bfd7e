# What people type. `make` alone lists it. All that is needed: make and Python >= 3.11.

VENV := .venv
PYTHON := $(VENV)/bin/python
ARGS :=
SEED := 1
STEPS := 2000
AGENDAS := 1000
CHANGES := 50

# Without byte code every process would parse its libraries again: three times slower.
unexport PYTHONDONTWRITEBYTECODE
unexport PYTHONHOME
unexport PYTHONPATH

.DEFAULT_GOAL := help
.PHONY: help run test check admin cost torture conformance tables format bench bench-quick \
	audit lock clean prepare prepare-dev
MAKEFLAGS += --no-print-directory

help: ## List these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

run: prepare ## Start Tandem and a stand-in for Google here, with sample data
	@exec $(PYTHON) -m local.run $(ARGS)

test: prepare-dev ## Run every test that can run here (ARGS="-k words" to choose)
	@$(PYTHON) -m pytest -n auto $(ARGS)

check: prepare-dev ## Look at format, lint, types, walls between rooms, Terraform
	@failed=; \
	$(PYTHON) -m ruff format --check --output-format concise . || failed="$$failed format"; \
	$(PYTHON) -m ruff check --output-format concise . || failed="$$failed lint"; \
	$(PYTHON) -m mypy . || failed="$$failed types"; \
	$(PYTHON) -c '$(WALLS)' || failed="$$failed walls"; \
	$(PYTHON) -m checks.terraform || failed="$$failed Terraform"; \
	if [ -n "$$failed" ]; then echo "Not in order:$$failed"; exit 1; fi

WALLS = from importlinter.cli import lint_imports_command as check; check(["--no-logo"])
admin: prepare ## Steer a Tandem from here (ARGS="connections --state failing")
	@$(PYTHON) -m local.admin $(ARGS)

cost: prepare ## What a month in the cloud costs (AGENDAS=1000 CHANGES=50)
	@$(PYTHON) -m benchmarks.cost --agendas $(AGENDAS) --changes $(CHANGES)

torture: prepare-dev ## Prove convergence in virtual time (SEED=1 STEPS=2000)
	@$(PYTHON) -m tests.torture --seed $(SEED) --steps $(STEPS) $(ARGS)

conformance: prepare-dev ## Find out anew what connectors hold (docs/connectors.md)
	@$(PYTHON) -m tests.contract.connectors.conformance

tables: prepare-dev ## Write terraform/tables/ anew from the code that needs them
	@$(PYTHON) -m checks.terraform.tables

format: prepare-dev ## Put every file into the house's format
	@$(PYTHON) -m ruff check --fix --select I .
	@$(PYTHON) -m ruff format .
	@if command -v terraform >/dev/null; then terraform fmt -recursive terraform; fi

bench: prepare-dev ## Measure: the whole table of benchmarks/
	@$(PYTHON) -m benchmarks $(ARGS)

bench-quick: prepare-dev ## Measure the figures that we promise, in under a minute
	@$(PYTHON) -m benchmarks --quick $(ARGS)

audit: prepare-dev ## Look up known weaknesses of every pinned package (asks PyPI)
	@$(PYTHON) -m uv tool run --quiet pip-audit@2.10.1 --require-hashes --disable-pip \
		--requirement requirements-dev.txt $(ARGS)

lock: prepare-dev ## Pin requirements*.txt anew (ARGS=--upgrade for newer versions)
	@$(LOCK) --output-file requirements.txt requirements/cloud.in $(ARGS)
	@$(LOCK) --output-file requirements-local.txt requirements/local.in $(ARGS)
	@$(LOCK) --output-file requirements-dev.txt requirements/dev.in $(ARGS)
	@$(LOCK) --output-file requirements/terraform-scan.txt \
		requirements/terraform-scan.in $(ARGS)

LOCK = $(PYTHON) -m uv pip compile --quiet --universal --python-version 3.11 \
	--generate-hashes --no-annotate --custom-compile-command "make lock"

clean: ## Forget all local state and caches (the next `make run` starts afresh)
	@rm -rf .tandem .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis \
		.import_linter_cache .schemathesis
	@find . -name __pycache__ -not -path './$(VENV)/*' -prune -exec rm -rf {} +

# --- Setting up: only where something is missing or the pins have changed ------------

prepare:
	@$(call install,requirements-local.txt)

prepare-dev:
	@$(call install,requirements-dev.txt)

# A copy of the pins lies in the environment as soon as all of them are installed.
define install
if ! $(PYTHON) -c "" 2>/dev/null || ! cmp -s $(1) $(VENV)/$(1); then \
	$(PYTHON) -c "import pip" 2>/dev/null || { $(make-environment); } && \
	echo "Installing $(1) into $(VENV) (once; a minute at most)" && \
	$(PYTHON) -m pip install -qq --compile --no-input --no-warn-script-location \
		--disable-pip-version-check --requirement $(1) && \
	cp $(1) $(VENV)/$(1); \
fi
endef

define make-environment
found=; \
for python in python3.11 python3 python3.14 python3.13 python3.12 python; do \
	if "$$python" -c "import sys; sys.exit(sys.version_info < (3, 11))" 2>/dev/null; \
	then found="$$python"; break; fi; \
done; \
if [ -z "$$found" ]; then \
	echo "Tandem needs Python 3.11 or newer, and there is none on the PATH." >&2; \
	exit 1; \
fi; \
if ! "$$found" -c "import ensurepip, venv" 2>/dev/null; then \
	echo "$$found cannot make virtual environments: its venv module is missing." \
		"On Debian and Ubuntu: apt install python3-venv" >&2; \
	exit 1; \
fi; \
"$$found" -m venv --clear $(VENV)
endef
