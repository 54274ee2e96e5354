"""A slice of the soak: three weeks, so that a broken promise shows before a whole quarter is run."""

from __future__ import annotations

import os
import random

import pytest

from tests.soak.quarter import quarter
from tests.soak.scale import Scale

SLICE = Scale(fixes=120, people=36, days=21, kills=4)


@pytest.mark.long
async def test_every_nudge_owed_is_sent_once_at_a_permitted_minute_and_none_after_it_was_settled() -> None:
    seed = int(os.environ.get("SOAK_SEED") or random.SystemRandom().randrange(10**6))
    print(f"SOAK_SEED={seed} repeats it")
    counts = await quarter(SLICE, seed)
    print(counts)
    assert counts["parked"] >= SLICE.fixes * 0.8
    assert counts["nudges"] > counts["parked"]
    assert counts["kills"] == SLICE.kills
