"""A delivery whose end cannot be written down is given back at once, whatever else is under way beside it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import asyncpg
import pytest
from sqlalchemy.engine import URL

from bot.app import Bot, Part, whoami
from bot.consequences import EFFECTS
from bot.delivery import Worker
from bot.effects import House, Work
from bot.installations import Installations
from bot.metrics import Metrics
from bot.sandbox.server import SandboxServer
from core.db import engine_as
from core.ids import SessionId, UserId, new_id
from core.intake.desk import Desk
from core.llm.offline import OfflineProvider
from core.outbox.events import HomeChanged, SessionChanged
from core.psa.address import TrustedHosts
from core.psa.registry import Psas
from core.sealed import Keyring
from core.unit import Event
from tests.bot import seeds
from tests.conftest import Fresh, a_bot

PATIENCE = 10.0
"""Seconds; a lease that is not given back runs for sixty."""
# The first two ends of App Home's delivery cannot be written: that it is done, and that it is to be tried again.
_SPOILED = """
set role app_owner;
create sequence ends;
create function spoil() returns trigger language plpgsql security definer as $$ begin
  if nextval('ends') <= 2 then raise exception 'spoiled' using errcode = 'serialization_failure'; end if;
  return new; end $$;
create trigger spoil before update on outbox for each row
  when (new.effect = 'home.publish' and (new.state = 'done' or new.due_at <> old.due_at)) execute function spoil();
reset role;
"""


@dataclass(frozen=True)
class Beside:
    """What becomes of App Home's delivery beside a card that takes as long as the test likes; one worker claimed both at once."""

    connection: asyncpg.Connection

    async def states(self) -> dict[str, str]:
        rows = await self.connection.fetch("select effect, state from outbox")
        return {row["effect"]: row["state"] for row in rows}

    async def until(self, so: Callable[[dict[str, str]], bool]) -> None:
        async with asyncio.timeout(PATIENCE):
            while not so(await self.states()):
                pass


@asynccontextmanager
async def _beside_a_slow_card(bot: Bot, url: URL, may: Callable[[], Awaitable[object]]) -> AsyncGenerator[Beside]:
    connection = await asyncpg.connect(host=str(url.query["host"]), user="postgres", database=url.database)
    await connection.execute(_SPOILED)
    begun = asyncio.Event()

    async def slow(_: House, __: Event) -> None:
        begun.set()
        await may()

    async def quick(_: House, __: Event) -> None:
        await begun.wait()

    worker_engine = engine_as(url, "app_worker", pool_size=2)
    home = Installations(bot.database, bot.slack, await whoami(bot.slack))
    effects = EFFECTS | {"sessions.update_card": Work(slow), "home.publish": Work(quick)}
    parts = OfflineProvider(()), Psas(Keyring(), TrustedHosts()), Desk()
    worker = Worker(bot.database, worker_engine, home, *parts, effects, Metrics())
    async with bot.database.unit(await seeds.account_of(bot)) as unit:
        unit.emit(SessionChanged(SessionId(new_id())))
        unit.emit(HomeChanged(UserId(new_id())))
    running = asyncio.create_task(worker.run())
    try:
        yield Beside(connection)
    finally:
        await worker.stop(PATIENCE)
        await running
        await worker_engine.dispose()
        await connection.close()


@pytest.fixture
async def url(fresh_database: Fresh) -> URL:
    return await fresh_database()


@pytest.fixture
async def bot(url: URL, workspace: SandboxServer) -> AsyncGenerator[Bot]:
    async with a_bot(url, workspace, Part.WEB) as one:
        yield one


async def test_it_is_delivered_anew_while_what_was_claimed_with_it_is_still_under_way(bot: Bot, url: URL):
    may = asyncio.Event()
    async with _beside_a_slow_card(bot, url, may.wait) as beside:
        try:
            await beside.until(lambda states: states["home.publish"] == "done")
            assert (await beside.states())["sessions.update_card"] == "leased"
        finally:
            may.set()
        await beside.until(lambda states: states["sessions.update_card"] == "done")
