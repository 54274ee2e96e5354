"""SIGTERM: whoever has clicked is answered, whatever was taken in is finished, and the process ends well and soon."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID

import aiohttp
import asyncpg
import pytest

from tests.conftest import Fresh
from tests.kill.bots import on_the_command_line
from tests.kill.place import Database, a_database, a_place, nothing_twice

SOON = 10.0
PROBLEMS = ["the print spooler keeps stopping on PRN01", "the print spooler keeps stopping on PRN02"]
HELD_UP = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"


@asynccontextmanager
async def held(connection: asyncpg.Connection, fix_id: UUID) -> AsyncGenerator[None]:
    """Somebody else is at this fix, so a click on it is held up."""
    async with connection.transaction():
        await connection.execute("select from session_suggested_fixes where id = $1 for update", fix_id)
        yield


async def until_held_up(database: Database) -> None:
    async with asyncio.timeout(SOON):
        while not await database.count(HELD_UP):
            await database.pause()


async def until_not_ready(bot: str) -> None:
    async with asyncio.timeout(SOON), aiohttp.ClientSession() as session:
        while True:
            async with session.get(f"{bot}/readyz") as answer:
                if answer.status == 503:
                    assert await answer.text() == "stopping"
                    return


@pytest.mark.parametrize("mode", ["http", "socket"])
async def test_a_stop_answers_who_has_clicked_and_ends_well(server: Path, fresh_database: Fresh, mode: str) -> None:
    url = await fresh_database()
    async with a_place(server, url, on_the_command_line, mode) as place, a_database(server, url) as other:
        (held_fix, held_card), (late_fix, late_card) = [await place.new_fix(problem) for problem in PROBLEMS]
        bot = place.replica.running
        async with held(other.connection, held_fix):
            click = asyncio.ensure_future(place.ana.press("It worked", on=held_card))
            await until_held_up(place.database)
            bot.stop()
            stopped = time.monotonic()
            await until_not_ready(bot.url)
            late = await place.ana.press("It worked", on=late_card)
        answered = await click
        assert [(reply.status, reply.error) for reply in (answered, late)] == [(200, None), (200, None)]
        assert await bot.exit_code() == 0
        assert time.monotonic() - stopped < SOON
        for fix_id in (held_fix, late_fix):
            assert await place.database.recorded(fix_id) == ["applied_success"]
        assert await place.database.leased() == 0, "leases were kept by a bot that has gone"
        await place.replica.start()
        await place.until(place.database.settled)
        for problem in PROBLEMS:
            await place.only_fix(problem)
        await place.all_is_well()


async def test_what_a_stop_leaves_undelivered_the_next_bot_delivers(server: Path, fresh_database: Fresh) -> None:
    async with a_place(server, await fresh_database(), on_the_command_line) as place:
        await place.slack.fault("chat.postMessage", "ratelimited", times=1, retry_after=30)
        reply = await place.ana.command(f"/pilot new {PROBLEMS[0]}", "helpdesk")
        assert reply.error is None
        place.replica.running.stop()
        assert await place.replica.running.exit_code() == 0
        assert not await place.database.settled()
        await place.slack.clear_faults()
        await place.database.a_while_passes()
        await place.replica.start()
        await place.until(place.database.settled)
        await place.only_fix(PROBLEMS[0])
        await nothing_twice(place.slack)
