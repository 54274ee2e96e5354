"""Reads Python with Python's own parser: a placeholder must be a value, and nothing else."""

from __future__ import annotations

import ast

from core.scripts.parameters import PLACEHOLDER
from core.scripts.reading import Place, Reading, Standing

_ONLY_VALUES = "in Python it must stand where a value stands, not inside quotes, a name or a comment. FlowPilot puts the quotes itself."


def read(body: str) -> Reading:
    """Where the placeholders of a Python script stand. Each becomes a name of its own, which the parser must find as a value."""
    matches = list(PLACEHOLDER.finditer(body))
    if not matches:
        return Reading(())
    mark = "flowpilot_value"
    while mark in body:
        mark += "_"
    numbers = iter(range(len(matches)))
    named = PLACEHOLDER.sub(lambda _: f"{mark}{next(numbers)}", body)
    try:
        tree = ast.parse(named)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = f" (line {error.lineno})" if isinstance(error, SyntaxError) and error.lineno else ""
        why = f"this script cannot be read as Python{line}, so FlowPilot cannot tell where a value may stand."
        return Reading((), why={match.start(): why for match in matches})
    in_texts = {id(inner) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for inner in ast.walk(node)}
    values = {
        node.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and id(node) not in in_texts
    }
    safe = [match for number, match in enumerate(matches) if f"{mark}{number}" in values]
    places = tuple(Place(match[1], match.start(), match.end(), Standing.BARE) for match in safe)
    return Reading(places, why={match.start(): _ONLY_VALUES for match in matches if match not in safe})
