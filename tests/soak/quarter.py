"""Sets the scene of a soak: a database with people and fixes, a Slack, three replicas; runs the walk, and clears away."""

from __future__ import annotations

import asyncio
import os
import random
import tempfile
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import aiohttp
import asyncpg
from sqlalchemy.engine import URL

from core import bootstrap, embedded
from core.accounts.models import AccountSettings
from core.db import engine_as
from core.ids import AccountId
from core.unit import Database
from tests import bulk
from tests.bench.clicks import BOT_TOKEN, SIGNING_SECRET, TEAM
from tests.hurried import hurry
from tests.soak.people import HOLIDAYS, Fix, Somebody, crowd
from tests.soak.replica import SharedClock
from tests.soak.replicas import Replicas
from tests.soak.scale import Scale
from tests.soak.standin import Standin, listening
from tests.soak.walk import Walk

REPLICAS = 3
OWNER = "U0SOAKADM"
BEGIN = datetime(2026, 1, 26, 0, 0, tzinfo=UTC)
"""A Monday; ninety days from it there are changes of the clocks on both halves of the earth, and Easter."""


@dataclass(frozen=True)
class Stage:
    """A database, a Slack, and room for replicas that share a clock. `connection` may do everything in the database."""

    url: URL
    api: str
    clock: SharedClock
    replicas: Replicas
    connection: asyncpg.Connection


@asynccontextmanager
async def stage(standin: Standin) -> AsyncGenerator[Stage]:
    """Sets it up for `standin`, which goes by its clock from then on; leaving it kills whatever replica lives."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="fs-")))
        os.chmod(folder, 0o755)  # as root, the database runs as a user of its own
        stack.callback(embedded.stop, folder)
        socket = await asyncio.to_thread(embedded.start, folder)
        await hurry(socket)
        url = await embedded.database(socket, "soak")
        await bootstrap.make_ready(url)
        standin.clock = clock = SharedClock(folder / "clock")
        clock.set(BEGIN)
        api = await stack.enter_async_context(listening(standin))
        environment = {
            "DATABASE_URL": url.render_as_string(hide_password=False),
            "SLACK_API_URL": api,
            "SLACK_BOT_TOKEN": BOT_TOKEN,
            "SLACK_SIGNING_SECRET": SIGNING_SECRET,
            "SLACK_APP_TOKEN": "",
            "FLOWPILOT_OWNERS": OWNER,
            "PORT": "0",
        }
        replicas = Replicas(environment, folder / "clock", folder / "replicas.log")
        stack.push_async_callback(replicas.stop)
        connection = await asyncpg.connect(host=str(url.query["host"]), user="postgres", database=url.database)
        stack.push_async_callback(connection.close)
        yield Stage(url, api, clock, replicas, connection)


async def quarter(scale: Scale, seed: int) -> dict[str, int]:
    """What happened how often. Raises `Broken`."""
    chance = random.Random(seed)
    standin = Standin(chance=random.Random(seed + 1), loses=0.02, hides=0.15)
    session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=20))
    async with session, stage(standin) as scene:
        replicas, connection = scene.replicas, scene.connection
        await replicas.start()
        people = crowd(scale.people, chance)
        fixes = await _settle(connection, scene.url, people, scale.fixes, chance)
        await asyncio.gather(*(replicas.start() for _ in range(REPLICAS - 1)))
        answers = f"{scene.api}respond"
        walk = Walk(
            scale, chance, scene.clock, standin, replicas, connection, session, answers, people, fixes, begin=BEGIN
        )
        await walk.go()
        return {**walk.counts, "steps": walk.steps}


async def account_of(connection: asyncpg.Connection) -> AccountId:
    """The account of the one workspace, which the first replica made."""
    return AccountId(await connection.fetchval("select account_id from slack_workspaces where team_id = $1", TEAM))


async def _settle(
    connection: asyncpg.Connection, url: URL, people: Sequence[Somebody], number: int, chance: random.Random
) -> dict[UUID, Fix]:
    """The people move in, with so many sessions and a fix in each."""
    account = await account_of(connection)
    engine = engine_as(url, "app_rw", pool_size=1)
    database = Database(engine, lambda: BEGIN, {})
    known = {one.slack_id: bulk.an_engineer(account, one.slack_id, one.zone, one.wishes) for one in people}
    await bulk.put(database, account, [AccountSettings(account_id=account, preferences={"nudge_holidays": HOLIDAYS})])
    await bulk.put(database, account, list(known.values()))
    owners = [chance.choice(people) for _ in range(number)]
    before = BEGIN - timedelta(days=1)
    sessions = [bulk.a_session(account, known[owner.slack_id].id, before) for owner in owners]
    made = [bulk.a_fix(account, session.id, before) for session in sessions]
    await bulk.put(database, account, sessions)
    await bulk.put(database, account, made)
    await engine.dispose()
    return {fix.id: Fix(fix.id, owner) for fix, owner in zip(made, owners, strict=True)}
