"""What stands before one connection: a pace below the system's limit, a pause it asked for, and a breaker for when it is away."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from core.psa.provider import PsaAway, System, Throttled

PER_MINUTE = 900
"""ConnectWise begins to refuse above about a thousand."""
BURST = 50
LONGEST_WAIT = 2.0
"""Seconds a call waits for its turn; longer than that it is told to come back."""
FAILURES = 5
"""So many in a row, and nothing is tried for a while."""
REST_SECONDS = 15.0


@dataclass
class Gate:
    """`clock` counts seconds; `sleep` waits for some."""

    system: System
    per_minute: float = PER_MINUTE
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    _credit: float = BURST
    _counted: float = field(default=0.0)
    _paused_until: float = 0.0
    _failures: int = 0
    _resting_until: float = 0.0

    def __post_init__(self) -> None:
        self._counted = self.clock()

    async def enter(self) -> None:
        """Waits for its turn. Raises `PsaAway` while the breaker is open, `Throttled` when the turn is too far away."""
        now = self.clock()
        if now < self._resting_until:
            raise PsaAway(
                self.system,
                f"it did not answer {self._failures} times; tried again in {self._resting_until - now:.0f} s",
            )
        if now < self._paused_until:
            raise Throttled(self.system, self._paused_until - now)
        rate = self.per_minute / 60
        self._credit = min(BURST, self._credit + (now - self._counted) * rate)
        self._counted = now
        wait = max(0.0, (1 - self._credit) / rate)
        if wait > LONGEST_WAIT:
            raise Throttled(self.system, wait)
        self._credit -= 1
        if self._failures >= FAILURES:
            # The rest is over: one call tries, the others keep resting until it came through.
            self._resting_until = now + REST_SECONDS
        if wait:
            await self.sleep(wait)

    def answered(self) -> None:
        self._failures, self._resting_until = 0, 0.0

    def failed(self) -> None:
        self._failures += 1
        if self._failures >= FAILURES:
            self._resting_until = self.clock() + REST_SECONDS

    def pause(self, seconds: float) -> None:
        """The system asked for it."""
        self._paused_until = self.clock() + seconds
