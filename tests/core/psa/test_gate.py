"""The pace before a ticket system, and when nothing is tried."""

from __future__ import annotations

import contextlib

import pytest

from core.psa import gate
from core.psa.gate import BURST, FAILURES, REST_SECONDS, Gate
from core.psa.provider import PsaAway, System, Throttled


class Seconds:
    """A clock moved by hand."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


async def at_once(seconds: float) -> None:
    del seconds


async def test_in_a_minute_no_more_calls_go_out_than_the_system_takes(seconds: Seconds):
    """Asked for far more often than allowed, with a clock that moves as the callers wait."""
    one, sent = Gate(System.CONNECTWISE, clock=seconds, sleep=at_once), 0
    for _ in range(60 * 40):
        seconds.now += 1 / 40
        with contextlib.suppress(Throttled):
            await one.enter()
            sent += 1
    assert sent <= gate.PER_MINUTE + BURST + 30 < 1_000
    assert sent > gate.PER_MINUTE * 0.9


async def test_after_a_pause_that_was_asked_for_calls_go_again(seconds: Seconds):
    one = Gate(System.CONNECTWISE, clock=seconds)
    one.pause(30)
    with pytest.raises(Throttled) as throttled:
        await one.enter()
    assert throttled.value.retry_after == 30
    seconds.now += 30
    await one.enter()


async def test_while_it_rests_one_call_tries_and_the_others_wait(seconds: Seconds):
    one = Gate(System.CONNECTWISE, clock=seconds)
    for _ in range(FAILURES):
        await one.enter()
        one.failed()
    with pytest.raises(PsaAway) as away:
        await one.enter()
    assert not away.value.maybe_done
    seconds.now += REST_SECONDS + 1
    await one.enter()  # the one that tries
    with pytest.raises(PsaAway):
        await one.enter()
    one.answered()
    await one.enter()
