"""Real texts of service tickets, for stories that should not be about made-up problems only."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

TICKETS = Path(__file__).parents[2] / "../shared/data/tickets/tickets.csv"
MISSING = pytest.mark.skip(reason="the tickets (shared/data/tickets/tickets.csv beside the project) are not there")


def of_all_lengths(how_many: int) -> list[str]:
    """So many of the texts, at even steps from the shortest to the longest; none where the file is missing."""
    if not TICKETS.exists():
        return []
    with TICKETS.open(encoding="utf-8", newline="") as file:
        texts = sorted({row["text"] for row in csv.DictReader(file)}, key=lambda text: (len(text), text))
    return [texts[step * (len(texts) - 1) // (how_many - 1)] for step in range(how_many)]


def parameters(how_many: int) -> list[object]:
    """The texts as pytest parameters (number, text), or one that is skipped with its reason."""
    found = of_all_lengths(how_many)
    if not found:
        return [pytest.param(0, "", marks=MISSING)]
    return [pytest.param(n, text, id=f"{n}-{len(text)}-characters") for n, text in enumerate(found)]
