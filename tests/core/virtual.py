"""The outbox's real worker on a virtual clock: real database, real HTTP, no waiting.

Time stands still while anything is due or under way, and then goes on to whatever comes next: a delivery that is due, or a call that waits for its
turn before a ticket system. A delivery that waits there keeps its place, as it does in life. Leases and time-outs go by the real clock.
"""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count

import aiohttp
import asyncpg
from sqlalchemy.engine import URL

from bot.consequences import EFFECTS
from bot.delivery import SLOW_AT_ONCE, Worker
from bot.effects import Work
from bot.installations import Installations
from bot.metrics import Metrics
from bot.slack import TIMEOUT, Slack
from core.accounts import queries as accounts
from core.accounts.service import Workspace
from core.db import engine_as
from core.intake.desk import Desk
from core.llm.offline import OfflineProvider
from core.psa.registry import Psas
from core.unit import Database
from tests.builders import NOON, Account, Clock
from tests.conftest import UNHURRIED
from tests.soak.standin import Standin, listening

TICK = timedelta(seconds=0.5)
"""A nap ends on a tick of the clock, so that those whose turns are close go on together."""
LOOKS = 0.01
"""Seconds of real time between two looks at the outbox."""
STUCK = 60.0
"""Seconds of real time without a change, after which the worker is taken to be stuck."""

SLOW = [name for name, effect in EFFECTS.items() if isinstance(effect, Work) and effect.slow]
# As the worker claims them: of each conversation the first, due, and in nobody's hands.
_STANDS = """
with o as (select due_at, state <> 'waiting' and lease_until >= clock_timestamp() as held, effect = any($3::text[]) as slow,
                  row_number() over (partition by coalesce(order_key, id::text) order by id) = 1 as first
           from outbox where account_id = $1 and state in ('waiting', 'leased', 'sending'))
select count(*) filter (where held) as held, count(*) filter (where not held and due_at <= $2 and not slow) as due,
  count(*) filter (where not held and due_at <= $2 and slow) as due_slow, min(due_at) filter (where not held) as next
from o where first"""


@dataclass
class Naps:
    """Waits on the virtual clock, for whoever would sleep."""

    clock: Clock
    _asleep: list[tuple[datetime, int, asyncio.Future[None]]] = field(
        default_factory=list[tuple[datetime, int, "asyncio.Future[None]"]]
    )
    _numbers: count[int] = field(default_factory=count)

    async def sleep(self, seconds: float) -> None:
        ticks = -(-(self.clock.now - NOON + timedelta(seconds=seconds)) // TICK)
        until = NOON + ticks * TICK
        nap = asyncio.get_running_loop().create_future()
        entry = (until, next(self._numbers), nap)
        heapq.heappush(self._asleep, entry)
        try:
            await nap
        finally:
            if entry in self._asleep:  # somebody lost patience with it
                self._asleep.remove(entry)
                heapq.heapify(self._asleep)

    def __len__(self) -> int:
        return len(self._asleep)

    @property
    def first(self) -> datetime | None:
        """When the next one wakes."""
        return self._asleep[0][0] if self._asleep else None

    def wake(self) -> None:
        """Whose time has come goes on."""
        while self._asleep and self._asleep[0][0] <= self.clock.now:
            nap = heapq.heappop(self._asleep)[2]
            if not nap.done():
                nap.set_result(None)


@dataclass
class VirtualTime:
    """A worker that runs, and the clock it goes by. `steps` counts how often time went on."""

    account: Account
    clock: Clock
    worker: Worker
    naps: Naps
    connection: asyncpg.Connection
    steps: int = 0

    async def until(self, end: datetime | None = None) -> None:
        """Time goes on to `end`, or until the outbox has nothing left. Raises AssertionError when the worker does not go on."""
        while True:
            following = await self._nothing_to_do()
            if following is None or (end is not None and following > end):
                break
            self.clock.now = max(self.clock.now, following)
            self.steps += 1
            self.naps.wake()
            self.worker.wake()
        self.clock.now = end or self.clock.now

    async def _nothing_to_do(self) -> datetime | None:
        """Waits until only time can bring anything on; returns when that is, None for never."""
        before: tuple[object, ...] = ()
        since = asyncio.get_running_loop().time()
        while True:
            stands = await self.connection.fetchrow(_STANDS, self.account.id, self.clock.now, SLOW)
            assert stands is not None
            held, asleep = stands["held"], len(self.naps)
            full = held >= SLOW_AT_ONCE
            due = stands["due"] + (0 if full else stands["due_slow"])
            if held == asleep and not due:
                waits = [self.naps.first, None if full else stands["next"]]
                return min((one for one in waits if one is not None), default=None)
            if due and held == asleep:
                # The worker's poll, which in life comes within a second: one or two places alone are not worth a claim to it.
                self.worker.wake()
            now = asyncio.get_running_loop().time()
            if (seen := (held, due, asleep)) != before:
                before, since = seen, now
            assert now - since < STUCK, f"the worker does not go on: {due} due, {held} in hand, {asleep} of them asleep"
            await asyncio.sleep(LOOKS)


@asynccontextmanager
async def delivering(
    url: URL, account: Account, clock: Clock, naps: Naps, psas: Psas, slack: Standin
) -> AsyncGenerator[VirtualTime]:
    """A worker for `account`, composed as the bot composes it, with a light Slack at the other end."""
    async with account.unit() as unit:
        row = await accounts.installation(unit)
    home = Workspace(row.enterprise_id, row.team_id, "outage", row.url, row.bot_user_id, row.bot_id)
    metrics = Metrics()
    worker_engine = engine_as(url, "app_worker", pool_size=2)
    # A connection of its own: who looks takes none from the worker.
    connection = await asyncpg.connect(host=str(url.query["host"]), user="postgres", database=url.database)
    async with listening(slack) as api, aiohttp.ClientSession(timeout=TIMEOUT) as session:
        client = Slack("xoxb-1", api, session, metrics, UNHURRIED)
        database: Database = account.database
        installations = Installations(database, client, home)
        worker = Worker(database, worker_engine, installations, OfflineProvider(()), psas, Desk(), EFFECTS, metrics)
        database.wake = worker.wake
        running = asyncio.ensure_future(worker.run())
        try:
            yield VirtualTime(account, clock, worker, naps, connection)
        finally:
            await worker.stop(5)
            await running
            await worker_engine.dispose()
            await connection.close()
