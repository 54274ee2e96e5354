"""What people do about a question beside answering it: they put it off, or mute it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.subjects import SUBJECTS
from core.accounts import service as accounts
from core.accounts.models import Kind
from core.accounts.service import Profile
from core.errors import Conflict
from core.fixes.models import Outcome
from core.nudges import service
from core.nudges.service import Snooze
from tests.builders import Account, Clock, slack_id
from tests.core.nudges.asking import HOUR, asked, berlin, parked, planned, prefers, record

BEN = slack_id("ben")


@pytest.fixture
async def account(account: Account, clock: Clock) -> Account:
    clock.now = berlin("2026-03-02 12:00")  # a Monday
    return account


async def test_snoozing_asks_again_when_it_was_said_and_does_not_count(account: Account, clock: Clock):
    fix = await parked(account)
    await asked(account, clock, berlin("2026-03-02 16:00"))
    clock.now = berlin("2026-03-02 16:40")
    async with account.unit("ben") as unit:
        await service.snooze(unit, SUBJECTS, fix.id, Snooze.HOUR)
    assert (await planned(account, fix.id)).due_at == berlin("2026-03-02 17:40")
    ((_, shown),) = await asked(account, clock, berlin("2026-03-02 17:40"))
    assert shown.lines[0].number == 1
    async with account.unit("ben") as unit:
        await service.snooze(unit, SUBJECTS, fix.id, Snooze.TOMORROW)
    assert (await planned(account, fix.id)).due_at == berlin("2026-03-03 09:00")
    ((_, shown),) = await asked(account, clock, berlin("2026-03-03 09:00"))
    assert shown.lines[0].number == 1
    assert (await planned(account, fix.id)).number == 2


async def test_what_a_lead_puts_off_comes_in_the_owners_day_all_the_same(account: Account, clock: Clock):
    async with account.unit() as unit:
        await accounts.meet(unit, Profile(BEN, "Ben", Kind.MEMBER, "America/New_York"))
    await prefers(account, nudge_lead_channel="C0LEADS", nudge_timezone="Europe/Berlin")
    fix = await parked(account)
    for _ in range(3):
        await asked(account, clock, (await planned(account, fix.id)).due_at)
    async with account.unit("eva") as unit:
        await service.snooze(unit, SUBJECTS, fix.id, Snooze.TOMORROW)
    tomorrow = (await planned(account, fix.id)).due_at
    assert await asked(account, clock, tomorrow) == [], "nine o'clock in Berlin is three in New York"
    sent = await asked(account, clock, tomorrow + 6 * HOUR)
    assert BEN in {place for place, _ in sent}


async def test_a_muted_one_is_never_asked_about_again_until_it_is_parked_anew(account: Account, clock: Clock):
    fix = await parked(account)
    await asked(account, clock, berlin("2026-03-02 16:00"))
    async with account.unit("ben") as unit:
        await service.mute(unit, fix.id)
    assert await asked(account, clock, clock.now + timedelta(days=30)) == []
    with pytest.raises(Conflict):
        async with account.unit("ben") as unit:
            await service.snooze(unit, SUBJECTS, fix.id, Snooze.HOUR)
    await record(account, fix, Outcome.APPLIED_PENDING)
    assert (await planned(account, fix.id)).number == 1
