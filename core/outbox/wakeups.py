"""Tells the workers of other processes that something is due. A hint only: who misses it finds the work at the next poll."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import asynccontextmanager

import asyncpg
import structlog
from sqlalchemy.engine import URL

from core import bootstrap
from core.errors import Unavailable

log = structlog.get_logger()

CHANNEL = "flowpilot_outbox"
AT_MOST_EVERY = 0.05
TRY_AGAIN_AFTER = 5.0


@asynccontextmanager
async def heard(url: URL, wake: Callable[[], None]) -> AsyncGenerator[None]:
    """Calls `wake` whenever another process tells, until the context is left; a lost connection is made again."""

    async def listen() -> None:
        while True:
            try:
                connection = await bootstrap.connect(url)
            except Unavailable:
                await asyncio.sleep(TRY_AGAIN_AFTER)
                continue
            try:
                await _until_lost(connection, wake)
            finally:
                await connection.close(timeout=1)

    async with _in_background(listen()):
        yield


async def _until_lost(connection: asyncpg.Connection, wake: Callable[[], None]) -> None:
    lost = asyncio.Event()

    def gone(_: object) -> None:
        lost.set()

    def told_so(*_: object) -> None:
        wake()

    connection.add_termination_listener(gone)
    await connection.add_listener(CHANNEL, told_so)
    await lost.wait()


@asynccontextmanager
async def told(url: URL) -> AsyncGenerator[Callable[[], None]]:
    """Yields what to call after a commit. Not part of the commit itself: NOTIFY takes a lock that every committer would wait for,
    so many commits share one, at most every 50 ms."""
    due = asyncio.Event()

    async def tell() -> None:
        connection: asyncpg.Connection | None = None
        while True:
            await due.wait()
            due.clear()
            try:
                if connection is None or connection.is_closed():
                    connection = await bootstrap.connect(url)
                await connection.execute(f"notify {CHANNEL}")
            except (Unavailable, asyncpg.PostgresError, OSError) as error:
                log.info("workers were not told; they poll", reason=str(error))
            await asyncio.sleep(AT_MOST_EVERY)

    async with _in_background(tell()):
        yield due.set


@asynccontextmanager
async def _in_background(work: Coroutine[object, object, None]) -> AsyncGenerator[None]:
    task = asyncio.ensure_future(work)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait({task})
