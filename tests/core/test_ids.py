"""Ids sort by the time they were made, and are valid uuid7."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from uuid import RFC_4122, UUID

from core.ids import new_id


def test_every_id_is_greater_than_all_before_it():
    made = [new_id() for _ in range(20_000)]
    assert made == sorted(made)
    assert len(set(made)) == len(made)


def test_ids_made_in_many_threads_never_collide_and_rise_within_each_thread():
    def many(number: int) -> list[UUID]:
        return [new_id() for _ in range(number)]

    with ThreadPoolExecutor(4) as pool:
        batches = list(pool.map(many, [3_000] * 4))
    assert all(batch == sorted(batch) for batch in batches)
    assert len({one for batch in batches for one in batch}) == 12_000


def test_an_id_says_that_it_is_a_uuid7():
    one = new_id()
    assert one.version == 7
    assert one.variant == RFC_4122


def test_an_id_begins_with_the_milliseconds_of_its_making():
    before = time.time_ns() // 1_000_000
    made = new_id().int >> 80
    # A burst may run a little ahead of the clock, never behind it.
    assert before <= made <= before + 1_000


def test_the_tail_of_an_id_cannot_be_guessed_from_the_one_before():
    tails = {new_id().int & ((1 << 62) - 1) for _ in range(1_000)}
    assert len(tails) == 1_000
