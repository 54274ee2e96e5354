"""One process tells the workers of the others that something is due."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from core import bootstrap
from core.outbox import wakeups
from tests.conftest import Fresh

PATIENCE = 5


async def told_until(woken: asyncio.Event, tell: Callable[[], None]) -> None:
    """Tells again and again: whoever tells before the other listens is not heard, and need not be."""
    async with asyncio.timeout(PATIENCE):
        while not woken.is_set():
            tell()
            await asyncio.wait({asyncio.ensure_future(woken.wait())}, timeout=0.1)


async def test_who_listens_is_woken_by_who_tells(fresh_database: Fresh):
    url, woken = await fresh_database(), asyncio.Event()
    async with wakeups.heard(url, woken.set), wakeups.told(url) as tell:
        await told_until(woken, tell)


async def test_a_teller_whose_connection_was_cut_tells_again(fresh_database: Fresh):
    url, woken = await fresh_database(), asyncio.Event()
    async with wakeups.heard(url, woken.set), wakeups.told(url) as tell:
        await told_until(woken, tell)
        admin = await bootstrap.connect(url.set(username="postgres"))
        cut = "select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and query like 'notify%'"
        await admin.execute(cut, url.database)
        await admin.close()
        woken.clear()
        await told_until(woken, tell)
