"""Two dispatchers, clicks while a message is on its way, and who goes first."""

from __future__ import annotations

import asyncio
from uuid import uuid4

from sqlalchemy import text

from bot.subjects import SUBJECTS
from core.ids import ReminderId, SessionId, new_id
from core.nudges import dispatch, reminders, service
from core.nudges.reminder_queries import Stands
from core.outbox import queries as outbox
from core.outbox.events import NudgeDue, SessionChanged
from core.outbox.queries import Share
from tests.builders import Account, Clock
from tests.core.nudges.asking import HOUR, made, nudges, parked, tick


async def once(account: Account) -> None:
    async with account.unit() as unit:
        await dispatch.dispatch(unit, SUBJECTS)


async def test_dispatchers_that_meet_make_one_digest_of_a_persons_nudges(account: Account, clock: Clock):
    clock.now -= 3 * HOUR
    for _ in range(6):
        await parked(account)
    clock.now += 5 * HOUR
    await asyncio.gather(*(once(account) for _ in range(4)))
    (digest,) = await made(account)
    assert digest.state == "queued"
    assert {one.state for one in await nudges(account)} == {"sending"}


async def waits_for_a_lock(account: Account) -> bool:
    wanted = text(
        "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"
    )
    async with account.unit() as unit:
        return bool(await unit.session.scalar(wanted))


async def test_muting_while_it_is_written_down_as_sent_mutes_the_next_one_too(account: Account, clock: Clock):
    clock.now -= 3 * HOUR
    fix = await parked(account)
    clock.now += 5 * HOUR
    await tick(account)
    (reminder,) = await made(account)

    async def mute() -> None:
        async with account.unit("ben") as unit:
            await service.mute(unit, fix.id)

    async with account.unit() as unit:
        await reminders.sent(unit, [Stands(ReminderId(reminder.id), "D1", "1.1")])
        muting = asyncio.ensure_future(mute())
        for _ in range(1_000):
            if await waits_for_a_lock(account):
                break
            await asyncio.sleep(0.01)
    await muting
    assert {one.answer for one in await nudges(account, fix.id)} == {"muted"}


async def test_what_somebody_waits_for_goes_before_reminders_that_are_due_longer(account: Account, clock: Clock):
    async with account.unit() as unit:
        for _ in range(6):
            unit.emit(NudgeDue(ReminderId(new_id())))
    clock.now += HOUR
    async with account.unit() as unit:
        unit.emit(SessionChanged(SessionId(new_id())))
    async with account.unit() as unit:
        (first,) = await outbox.claim(unit, uuid4(), 1, patient=Share(["nudges.post"], 1))
        claimed = [one.effect for one in await outbox.claim(unit, uuid4(), 30, patient=Share(["nudges.post"], 2))]
    assert first.effect != "nudges.post"
    assert claimed.count("nudges.post") == 2
    assert "sessions.update_card" in claimed
