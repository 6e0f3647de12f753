# make help says what each target does. PYTHON=python3.12 chooses an interpreter; ARGS="..." goes to pulumi or pytest.
PY := .venv/bin/python
CACHES := .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help up preview refresh down check fmt lint type test bench bench-sandbox venv clean

help: ## say what there is
	@sed -n 's/^\([a-z-]*\):[^#]*## /  make \1 -- /p' Makefile

up: venv ## start the sandbox and make it as the program says
	@$(PY) scripts/stack.py up $(ARGS)

preview: venv ## show what `make up` would change
	@$(PY) scripts/stack.py preview $(ARGS)

refresh: venv ## bring what changed in the sandbox into the state
	@$(PY) scripts/stack.py refresh $(ARGS)

down: venv ## take it all down and stop the sandbox
	@$(PY) scripts/stack.py down $(ARGS)

check: lint type test ## everything that CI checks

fmt: venv ## format the code and mend what can be mended
	.venv/bin/ruff format .
	.venv/bin/ruff check --fix .

lint: venv ## formatting, rules, and which package may import which
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/lint-imports

type: venv ## mypy, strict
	.venv/bin/mypy
	.venv/bin/mypy tests/typing/public_api.py __main__.py
	MYPYPATH=scripts .venv/bin/mypy scripts

test: venv ## all tests; ARGS=tests/unit chooses
	$(PY) scripts/pulumi_cli.py -- .venv/bin/pytest $(ARGS)

bench: venv ## measure moves, rosters and reads; ARGS="--workload numbers50 --scope shared" chooses, ARGS=--help says what
	@$(PY) bench/workloads.py $(ARGS)

bench-sandbox: venv ## measure the sandbox; ARGS="rate start memory burst writes" chooses
	@$(PY) bench/sandbox.py $(ARGS)

venv: ## the virtual environment with what requirements.txt names
	@PYTHON="$(PYTHON)" scripts/venv

clean: ## stop the sandbox; remove its state, the stack's and the caches (.venv stays)
	@if [ -d .state/sandbox ] && [ -x .venv/bin/acgr ]; then .venv/bin/acgr sandbox stop --folder .state/sandbox; fi
	rm -rf .state $(CACHES)
