"""Real tickets go through intake without an accident, and twice with the same end."""

from __future__ import annotations

from collections import Counter

import pytest

from core.unit import Database
from tests.soak.intake import HOW_MANY, put_through, texts


@pytest.mark.parametrize("how_many", [40, pytest.param(HOW_MANY, marks=pytest.mark.long)])
async def test_real_tickets_go_through_intake_twice_alike(database: Database, how_many: int):
    problems = texts(how_many)
    if not problems:
        pytest.skip("the tickets (shared/data/tickets/tickets.csv beside the project) are not there")
    first = await put_through(database, problems)
    assert not [outcome for outcome in first if outcome.startswith("refused")]
    assert await put_through(database, problems) == first
    print(Counter(first).most_common())
