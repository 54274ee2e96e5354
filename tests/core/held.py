"""Commits that a test can hold up, let go or spoil: real ones, by deferred triggers in a database of their own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import asyncpg
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncEngine

from core.bootstrap import connect
from core.db import engine_as
from core.unit import Database
from tests.builders import Account, Clock, an_account
from tests.core.subscribed import SUBSCRIPTIONS

HELD = "held"
"""A unit with a receipt that begins so waits in its COMMIT while somebody holds the lock."""
SPOILED = "spoiled"
"""A unit with a receipt that begins so fails in its COMMIT."""
_LOCK = 4711

_TRIGGERS = f"""
set role app_owner;
create function hold() returns trigger language plpgsql as $$ begin perform pg_advisory_xact_lock_shared({_LOCK}); return null; end $$;
create constraint trigger hold after insert on received deferrable initially deferred
  for each row when (new.key like '{HELD}%') execute function hold();
create function spoil() returns trigger language plpgsql as $$
  begin raise exception 'spoiled' using errcode = 'serialization_failure'; end $$;
create constraint trigger spoil after insert on received deferrable initially deferred
  for each row when (new.key like '{SPOILED}%') execute function spoil();
reset role;
"""


@dataclass(frozen=True)
class Held:
    """An account whose commits a test may hold."""

    account: Account
    engine: AsyncEngine
    watcher: asyncpg.Connection

    @asynccontextmanager
    async def commits(self) -> AsyncGenerator[None]:
        """Inside, every unit with a `HELD` receipt waits in its COMMIT."""
        await self.watcher.execute("select pg_advisory_lock($1)", _LOCK)
        try:
            yield
        finally:
            await self.watcher.execute("select pg_advisory_unlock($1)", _LOCK)

    async def until_commits_wait(self, number: int = 1) -> None:
        """Returns when as many commits stand at the lock."""
        wanted = """select count(*) from pg_locks where locktype = 'advisory' and not granted
                    and database = (select oid from pg_database where datname = current_database())"""
        await _until(self.watcher, wanted, number)

    async def until_rows_wait(self, number: int = 1) -> None:
        """Returns when as many statements wait for a row that somebody else has locked."""
        wanted = """select count(*) from pg_stat_activity where datname = current_database()
                    and wait_event_type = 'Lock' and wait_event in ('transactionid', 'tuple')"""
        await _until(self.watcher, wanted, number)

    async def cut(self) -> None:
        """Cuts every connection that waits in its COMMIT, as a crash of the server would."""
        await self.watcher.execute(
            """select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and not granted
               and database = (select oid from pg_database where datname = current_database())"""
        )


async def _until(watcher: asyncpg.Connection, wanted: str, number: int) -> None:
    async with asyncio.timeout(5):
        while True:
            if await watcher.fetchval(wanted) >= number:
                return


@asynccontextmanager
async def holding(fresh: Callable[[], Awaitable[URL]]) -> AsyncGenerator[Held]:
    """A fresh database with the triggers, and an account in it."""
    url = await fresh()
    engine = engine_as(url, "app_rw")
    watcher = await connect(url)
    await watcher.execute(_TRIGGERS)
    try:
        yield Held(await an_account(Database(engine, Clock(), SUBSCRIPTIONS), "ben", "eva"), engine, watcher)
    finally:
        await engine.dispose()
        await watcher.close()
