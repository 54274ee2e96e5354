# Needs make and Python 3.11 or newer with venv; everything else is put into .venv, once.
PYTHON := .venv/bin/python
UV ?= uv

.PHONY: help setup run test long lint bench eval soak lock

help: ## What can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-6s %s\n", $$1, $$2 }' Makefile

setup: ## Put everything for development into .venv (the others do it themselves)
	@scripts/setup requirements-dev.lock

run: ## The whole product on this machine, with a Slack of its own
	@scripts/setup requirements.lock
	@$(PYTHON) -m bot sandbox

test: setup ## All tests, against a real Postgres that they bring themselves
	@$(PYTHON) -m pytest -n auto --maxprocesses 8

long: setup ## The tests that take minutes: every kill point, thousands of clicks, soaks
	@$(PYTHON) -m pytest -n auto --maxprocesses 8 -m long

lint: setup ## Style, format, types, and who may import whom
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/pyright
	.venv/bin/lint-imports --no-logo

bench: setup ## Speed and memory against bare Bolt, with the budgets
	@$(PYTHON) -m tests.bench

eval: setup ## How good the answers are on real tickets; with ANTHROPIC_API_KEY the model's, else those of the rules
	@$(PYTHON) -m tests.eval

soak: setup ## A simulated quarter of nudges, with replicas that die; takes long
	@$(PYTHON) -m tests.soak

lock: ## Resolve the dependencies anew (the only thing that needs uv)
	$(UV) lock
	$(UV) export --quiet --no-dev --no-emit-project -o requirements-server.lock
	$(UV) export --quiet --no-dev --extra local --no-emit-project -o requirements.lock
	$(UV) export --quiet --extra local --no-emit-project -o requirements-dev.lock
