# make help says what each target does. PYTHON=python3.12 chooses an interpreter; ARGS="..." goes to pulumi or pytest.
PY := .venv/bin/python
# Three workers on two cores, since many tests wait for a claim or a process; one that has nothing left takes from another.
WORKERS := $(shell expr $$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2) \* 3 / 2)
PARALLEL := --numprocesses $(WORKERS) --dist worksteal
LOCK := uv pip compile --quiet --universal --python-version 3.10 --generate-hashes --no-annotate --no-header \
	--no-emit-package pulumi-acgr
CACHES := .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist

# Tests and benchmarks start Python hundreds of times: what it has compiled is kept, whatever the environment says.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help up preview refresh down check fmt lint type docs picture dist test test-fast test-oldest golden bench bench-sandbox \
	bench-checks bench-plugin venv lock clean

help: ## say what there is
	@sed -n 's/^\([a-z-]*\):[^#]*## /  make \1 -- /p' Makefile

up: venv ## start the sandbox and make it as the program says; CALLS=5/s lets phone calls come in meanwhile
	@$(PY) scripts/stack.py up $(if $(CALLS),--calls "$(CALLS)") $(ARGS)

preview: venv ## show what `make up` would change
	@$(PY) scripts/stack.py preview $(ARGS)

refresh: venv ## bring what changed in the sandbox into the state
	@$(PY) scripts/stack.py refresh $(ARGS)

down: venv ## take it all down and stop the sandbox
	@$(PY) scripts/stack.py down $(ARGS)

check: venv ## everything that CI checks; says how long each part took
	@$(PY) scripts/check.py lint type docs dist -- test

fmt: venv ## format the code and mend what can be mended
	.venv/bin/ruff format .
	.venv/bin/ruff check --fix .

lint: venv ## formatting, rules, which package may import which, and what workflows must not do
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/lint-imports
	.venv/bin/zizmor --offline --quiet .github

type: venv ## mypy and pyright, strict
	.venv/bin/mypy
	.venv/bin/mypy tests/typing/public_api.py tests/typing/discovered_program.py __main__.py
	MYPYPATH=scripts .venv/bin/mypy scripts hatch_build.py
	MYPYPATH=examples/policies .venv/bin/mypy examples/policies
	.venv/bin/mypy examples/from-one-region
	.venv/bin/basedpyright
	cd examples/infrastructure-repo && ../../.venv/bin/mypy --config-file= --strict --cache-dir ../../.mypy_cache __main__.py
	MYPYPATH=examples/beside-pulumi-aws .venv/bin/mypy examples/beside-pulumi-aws
	.venv/bin/mypy examples/beside-terraform
	cd examples/many-pairs && ../../.venv/bin/mypy --config-file= --strict --cache-dir ../../.mypy_cache many_pairs.py program/__main__.py

docs: venv ## build the documentation as a site, build/site; a warning or a dead link fails it
	@$(PY) scripts/docs.py

picture: venv ## draw the README's picture anew from a run of `make up` and `make preview`
	@$(PY) scripts/picture.py

dist: venv ## build wheel and sdist into dist/ and check them
	@$(PY) scripts/dist.py

test test-fast: export PATH := $(CURDIR)/.venv/bin:$(PATH)

test: venv ## all tests, in parallel; ARGS=tests/unit chooses, ARGS="-n 2 tests/engine" in parallel too
	.venv/bin/pytest $(or $(ARGS),$(PARALLEL))

test-fast: venv ## what one runs while working: without the Pulumi CLI, Terraform and the generated reliability matrix
	.venv/bin/pytest $(PARALLEL) -m "not engine and not terraform" --ignore tests/reliability $(ARGS)

test-oldest: ## the engine's tests with the oldest versions that are supported: requirements-oldest.lock, and the oldest CLI
	@PYTHON="$(PYTHON)" scripts/venv .venv-oldest requirements-oldest.lock
	.venv-oldest/bin/python scripts/pulumi_cli.py --version oldest -- pytest $(PARALLEL) $(or $(ARGS),tests/engine)

golden: venv ## write anew what people see in a preview, tests/engine/golden; read it, and say what changed in CHANGELOG.md
	@PATH="$(CURDIR)/.venv/bin:$$PATH" .venv/bin/pytest $(PARALLEL) --renew-golden $(or $(ARGS),tests/engine/test_golden.py)
	.venv/bin/python tests/unit/acgr_cli/recorded/record.py --comments

bench: venv ## measure moves, rosters and reads; ARGS="--workload numbers50 --scope shared" chooses, ARGS=--help says what
	@$(PY) bench/workloads.py $(ARGS)

bench-sandbox: venv ## measure the sandbox; ARGS="rate start memory burst writes calls" chooses
	@$(PY) bench/sandbox.py $(ARGS)

bench-checks: venv ## measure the checks of a preview of thousands of resources
	@$(PY) bench/checks.py

bench-plugin: venv ## measure how long the native provider takes to start
	@$(PY) bench/plugin.py

venv: ## the virtual environment with what requirements.lock names, each checked against its hash
	@PYTHON="$(PYTHON)" scripts/venv

lock: ## write all requirements*.lock anew, after a change in requirements*.txt or pyproject.toml; takes uv
	$(LOCK) requirements.txt --output-file requirements.lock
	$(LOCK) requirements-oldest.txt --output-file requirements-oldest.lock
	$(subst 3.10,3.11,$(LOCK)) requirements-docs.txt --output-file requirements-docs.lock

clean: ## stop the sandbox; remove its state, the stack's and the caches (.venv stays)
	@if [ -d .state/sandbox ] && [ -x .venv/bin/acgr ]; then .venv/bin/acgr sandbox stop --folder .state/sandbox; fi
	rm -rf .state $(CACHES)
