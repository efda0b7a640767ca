# Every command of the project. `make help` lists them. Prerequisites: Python ≥ 3.11, git, make.
PYTHON ?= python3
STAGE ?= dev
PROFILE ?=
ENGINES ?=
LADDER ?=
BIN := .venv/bin
# The CDK's Python starts whatever `node` the machine has, unless told; this one is of our own packages.
export JSII_NODE := $(CURDIR)/.venv/bin/node
# A shell may forbid Python to keep what it compiled: every worker of the tests would compile every library again.
unexport PYTHONDONTWRITEBYTECODE
SELECTED := $(if $(ROOM),tests/$(ROOM),tests)
# What one check says stays together, where make can do that (GNU make 4).
TOGETHER := $(if $(filter output-sync,$(.FEATURES)),--output-sync=target)
SOURCES := layers/common/python/reelstack infra functions sdk/reelstack_client local deployment cli jobs

.DEFAULT_GOAL := help
.PHONY: up down docs test test-engines check check-types check-templates check-code format bench synth deploy lock help setup-run setup-dev

up: setup-run ## Start the whole system on this machine, publish a sample clip, say how to sign in. PROFILE=core|full, ENGINES=1|0, LADDER=popular.
	@$(if $(filter 1,$(ENGINES)),$(PYTHON) local/bootstrap.py flink)
	@$(if $(LADDER),REELSTACK_LOCAL_LADDER=$(LADDER) )$(BIN)/reelstack up $(if $(PROFILE),--profile $(PROFILE)) $(if $(filter 1,$(ENGINES)),--engines)$(if $(filter 0,$(ENGINES)),--no-engines)

down: ## Stop it; the next `make up` finds everything again.
	@if [ -x $(BIN)/reelstack ]; then $(BIN)/reelstack down; fi

test: setup-dev ## Every test that needs no heavy engine, ROOM=interactions one room's; 7 to 10 minutes on 2 cores.
	@$(BIN)/pytest -n $(if $(ROOM),2,3) --dist loadgroup -m "not engines" $(SELECTED) # one mostly waits for the cloud

test-engines: setup-dev ## What needs a heavy engine or minutes: built layers, long media; about 20 minutes.
	@for name in generator flink spark ranker; do $(PYTHON) local/bootstrap.py $$name || exit 1; done
	@$(BIN)/python -m infra.functions.layers
	@$(BIN)/pytest -n 2 --dist loadgroup -m engines $(SELECTED)

check: setup-dev ## Format, lint, types, import rules, edge code; cdk-nag, cfn-lint and checkov on templates; stale pages.
	@$(PYTHON) local/bootstrap.py checkov
	@$(MAKE) --jobs 3 $(TOGETHER) --no-print-directory check-types check-templates check-code

check-types:
	$(BIN)/python -m cli.docs_snippets
	$(BIN)/mypy $(SOURCES) tests/sdk/test_types.py build/snippets
	$(BIN)/node node_modules/typescript/bin/tsc -p build/snippets
	$(BIN)/node node_modules/pyright/index.js

check-templates:
	$(BIN)/python -m infra.checks.assemblies build/check
	$(BIN)/python -m infra.checks.truth --check
	$(BIN)/cfn-lint --template "build/check/prod-full/*.template.json" "build/check/dev-core/*.template.json"
	.venv-check/bin/checkov --config-file .checkov.yaml --directory build/check/prod-full --directory build/check/dev-core

check-code:
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/reelstack npm run check
	$(BIN)/python -m cli.openapi --check

format: setup-dev ## Format and mend what can be mended.
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: setup-dev ## Every benchmark with its comparisons; JSON goes to bench/results/. A failed one does not end it; all are named.
	@failed=; for name in $$($(BIN)/reelstack bench); do $(BIN)/reelstack bench $$name || failed="$$failed $$name"; done; \
	if [ -n "$$failed" ]; then echo "benchmarks with a check that does not hold:$$failed" >&2; exit 1; fi

synth: setup-run ## Write the CloudFormation templates of STAGE=dev|prod to build/cdk.out/. Needs no credentials.
	@$(BIN)/reelstack synth $(STAGE)

deploy: setup-run ## Deploy STAGE=dev|prod into the AWS account of your credentials, ADMIN=you@… invites the first admin. DRY_RUN=1 only says what it would do.
	@$(BIN)/reelstack deploy $(STAGE) $(if $(ADMIN),--admin $(ADMIN)) $(if $(DRY_RUN),--dry-run)

docs: setup-dev ## Build the site of docs/ into build/site/, to be opened from there; a link without its target fails.
	@$(BIN)/python -m cli.docs_site

lock: setup-dev ## Write the lock files again from requirements/*.in and package.json; UPGRADE=1 takes newest versions.
	@for name in uv run dev checkov generator flink spark ranker; do \
		$(BIN)/uv pip compile requirements/$$name.in --output-file requirements/$$name.txt --quiet \
			$$([ $$name = ranker ] || echo --override requirements/overrides.txt) $$([ $$name = run ] && echo --override requirements/overrides-run.txt) --universal --python-version 3.11 --generate-hashes $(if $(UPGRADE),--upgrade) --custom-compile-command "make lock" || exit 1; \
	done
	@$(BIN)/reelstack npm install --package-lock-only

help: ## Say what there is.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup-run:
	@$(PYTHON) local/bootstrap.py run

setup-dev:
	@$(PYTHON) local/bootstrap.py dev
