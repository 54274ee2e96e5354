"""What is done after an ack: kept hold of, so that a shutdown can wait for it."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field

import structlog

log = structlog.get_logger()


@dataclass
class Errands:
    _running: set[asyncio.Task[None]] = field(default_factory=set["asyncio.Task[None]"])

    def start(self, errand: Coroutine[object, object, None]) -> None:
        """Runs it in the background. What goes wrong in it is logged, since nobody waits for it."""
        task = asyncio.ensure_future(errand)
        self._running.add(task)
        task.add_done_callback(self._ended)

    async def drain(self, seconds: float) -> None:
        """Waits for those still running, at most `seconds`."""
        if self._running:
            await asyncio.wait(self._running, timeout=seconds)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("an errand failed", exc_info=error)
