"""What the soak relies on: whose a lease is can be told, and a replica goes on however much it has to say."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from aiohttp import web

from bot.consequences import SUBSCRIPTIONS
from core.db import engine_as
from core.ids import UserId
from core.outbox.events import HomeChanged
from core.unit import Database
from tests import bulk
from tests.soak.quarter import BEGIN, Stage, account_of, stage
from tests.soak.replica import lease_of
from tests.soak.standin import Standin

PATIENCE = 100.0  # longer than a lease: on a busy machine the end of some cannot be written down at once


@dataclass
class Slow(Standin):
    """Shows no App Home before it is let."""

    may: asyncio.Event = field(default_factory=asyncio.Event)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        if request.match_info["method"] == "views.publish":
            await self.may.wait()
        return await super().answer(request)


@dataclass
class Strict(Standin):
    """Takes no App Home at all, which is a fault of ours and logged as one."""

    async def answer(self, request: web.Request) -> web.StreamResponse:
        if request.match_info["method"] == "views.publish":
            return web.json_response({"ok": False, "error": "invalid_arguments"})
        return await super().answer(request)


@asynccontextmanager
async def _two_replicas(standin: Standin) -> AsyncGenerator[Stage]:
    async with stage(standin) as scene:
        await asyncio.gather(scene.replicas.start(), scene.replicas.start())
        yield scene


async def _homes_change(scene: Stage, people: int) -> None:
    """So many people's App Homes have something new to show."""
    account = await account_of(scene.connection)
    engine = engine_as(scene.url, "app_rw", pool_size=1)
    database = Database(engine, lambda: BEGIN, SUBSCRIPTIONS)
    known = [bulk.an_engineer(account, f"U{n:09d}") for n in range(people)]
    for one in known:
        one.home_opened_at = BEGIN
    await bulk.put(database, account, known)
    async with database.unit(account) as unit:
        for one in known:
            unit.emit(HomeChanged(UserId(one.id)))
    await engine.dispose()
    await scene.connection.execute("notify flowpilot_outbox")


async def _until(scene: Stage, said: str) -> Sequence[str]:
    """The leases of the deliveries of which `said` is true, as soon as there are any."""
    async with asyncio.timeout(PATIENCE):
        while True:
            rows = await scene.connection.fetch(f"select lease_token::text from outbox where {said}")
            if rows:
                return [row["lease_token"] for row in rows]


@pytest.mark.long
async def test_of_replicas_that_start_together_each_ones_leases_are_buried_with_it():
    slow = Slow()
    async with _two_replicas(slow) as scene:
        await _homes_change(scene, people=1)
        (lease,) = await _until(scene, "state = 'leased'")
        holders = [one for one in scene.replicas.living if lease.startswith(lease_of(one.number).hex[:8])]
        try:
            assert len(holders) == 1
            await scene.replicas.kill(holders[0])
        finally:
            slow.may.set()  # whoever still waits for an answer holds up the end
        await scene.replicas.bury(scene.connection)
        await _until(scene, "state = 'done'")


@pytest.mark.long
async def test_a_replica_that_has_more_to_log_than_a_pipe_holds_goes_on():
    async with _two_replicas(Strict()) as scene:
        await _homes_change(scene, people=100)
        await _until(scene, "state = 'failed' and not exists (select from outbox where state <> 'failed')")
        assert scene.replicas.died() == []
