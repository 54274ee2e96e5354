"""Sets the scene of a soak: a database with people and fixes, a Slack, three replicas; runs the walk, and clears away."""

from __future__ import annotations

import asyncio
import json
import os
import random
import tempfile
from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import aiohttp
import asyncpg

from core import bootstrap, embedded
from core.ids import new_id
from tests.bench.clicks import BOT_TOKEN, SIGNING_SECRET, TEAM
from tests.soak.people import HOLIDAYS, Fix, Somebody, crowd
from tests.soak.replica import SharedClock
from tests.soak.replicas import Replicas
from tests.soak.standin import Standin, listening
from tests.soak.walk import Scale, Walk

REPLICAS = 3
OWNER = "U0SOAKADM"
BEGIN = datetime(2026, 1, 26, 0, 0, tzinfo=UTC)
"""A Monday; ninety days from it there are changes of the clocks on both halves of the earth, and Easter."""


async def quarter(scale: Scale, seed: int) -> dict[str, int]:
    """What happened how often. Raises `Broken`."""
    chance = random.Random(seed)
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="fs-")))
        os.chmod(folder, 0o755)  # as root, the database runs as a user of its own
        stack.callback(embedded.stop, folder)
        url = await embedded.database(await asyncio.to_thread(embedded.start, folder), "soak")
        await bootstrap.make_ready(url)
        clock = SharedClock(folder / "clock")
        clock.set(BEGIN)
        standin = Standin(clock, random.Random(seed + 1), loses=0.02, hides=0.15)
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
        await replicas.start()
        connection = await asyncpg.connect(host=str(url.query["host"]), user="postgres", database=url.database)
        stack.push_async_callback(connection.close)
        people = crowd(scale.people, chance)
        fixes = await _settle(connection, people, scale.fixes, chance)
        await asyncio.gather(*(replicas.start() for _ in range(REPLICAS - 1)))
        session = await stack.enter_async_context(aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=20)))
        answers = f"{api}respond"
        walk = Walk(scale, chance, clock, standin, replicas, connection, session, answers, people, fixes, begin=BEGIN)
        await walk.go()
        return {**walk.counts, "steps": walk.steps}


async def _settle(
    connection: asyncpg.Connection, people: Sequence[Somebody], number: int, chance: random.Random
) -> dict[UUID, Fix]:
    """The people move in, with so many sessions and a fix in each."""
    account = await connection.fetchval("select account_id from slack_workspaces where team_id = $1", TEAM)
    await connection.execute(
        "insert into account_settings (account_id, preferences) values ($1, $2)",
        account,
        json.dumps({"nudge_holidays": HOLIDAYS}),
    )
    await connection.executemany(
        "insert into users (account_id, id, slack_user_id, name, role, kind, can_cover_l1, tz, nudge_wishes) "
        "values ($1, $2, $3, $3, 'engineer', 'member', false, $4, $5)",
        [(account, one.id, one.slack_id, one.zone, json.dumps(one.wishes)) for one in people],
    )
    fixes: dict[UUID, Fix] = {}
    sessions: list[tuple[object, ...]] = []
    rows: list[tuple[object, ...]] = []
    for _ in range(number):
        owner, session_id, fix_id = chance.choice(people), new_id(), new_id()
        fixes[fix_id] = Fix(fix_id, owner)
        sessions.append((account, session_id, owner.id, BEGIN - timedelta(days=1)))
        rows.append((account, fix_id, session_id, BEGIN))
    await connection.executemany(
        "insert into ai_sessions (account_id, id, status, state_version, title, problem, owner_id, started_by, channel, private_channel, "
        "created_at, last_active_at) values ($1, $2, 'active', 0, 'Printer', 'Printer', $3, $3, 'C0SOAK', false, $4, $4)",
        sessions,
    )
    await connection.executemany(
        "insert into session_suggested_fixes (account_id, id, session_id, title, description, confidence_pct, sources, composed_without_ai, "
        "status, created_at) values ($1, $2, $3, 'Restart the print spooler', '', 70, '[]', true, 'proposed', $4)",
        rows,
    )
    return fixes
