"""What no type can promise of the files themselves: their size, their names, what stays out of them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# A migration is a record: once it has run anywhere it is not split any more.
OURS = [
    file
    for folder in ("bot", "core", "migrations", "tests")
    for file in sorted((ROOT / folder).rglob("*.py"))
    if file.parent != ROOT / "migrations" / "versions"
]
LONGEST = 300
VAGUE = re.compile(r"^(handle|process)_|(^|_)(manager|utils?|helpers?|misc|common)(_|$)", re.IGNORECASE)
NAMED_BY_OTHERS = {"handle_async_request"}
"""What a library calls on us."""
SANDBOX = ROOT / "bot" / "sandbox"
"""A process of its own, which hands its environment on to the bot that it starts."""
READERS_OF_THE_ENVIRONMENT = {"bot/settings.py", "core/embedded.py"}


def named(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


def test_a_file_longer_than_300_lines_asks_to_be_split():
    long = {named(file): lines for file in OURS if (lines := len(file.read_text().splitlines())) > LONGEST}
    assert not long


@pytest.mark.parametrize("folder", ["bot", "core"])
def test_names_say_what_the_domain_says(folder: str):
    assert not [
        f"{named(file)}: {name}"
        for file in OURS
        if file.is_relative_to(ROOT / folder) and not file.is_relative_to(SANDBOX)
        for name in [file.stem, *definitions(file)]
        if VAGUE.search(name) and name not in NAMED_BY_OTHERS
    ]


def definitions(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield re.sub(r"(?<=[a-z])(?=[A-Z])", "_", node.name)


def test_the_environment_is_read_in_one_place():
    readers = {
        named(file)
        for file in OURS
        if named(file).startswith(("bot/", "core/"))
        and not file.is_relative_to(SANDBOX)
        and any(
            isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv"}
            for node in ast.walk(ast.parse(file.read_text()))
        )
    }
    assert readers <= READERS_OF_THE_ENVIRONMENT
