"""No walk is closed without a word: its owner is asked about it in the last of their working time that there is before."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from bot.subjects import SUBJECTS
from core.errors import Conflict
from core.ids import WalkId
from core.intake.walks import ends
from core.intake.walks import service as walks
from core.nudges import dispatch, service
from core.nudges.hours import Hours
from core.nudges.policy import WALK_CLOSES_AFTER, walk_due
from core.nudges.service import Snooze
from core.nudges.wishes import Mode, Wishes
from tests.builders import Account, Clock, slack_id
from tests.core.intake.walking import a_walk, answer, covers
from tests.core.nudges.asking import BERLIN, asked, berlin, nudges, planned, tick, wishes

LENA, ADIL = slack_id("lena"), slack_id("adil")


@pytest.mark.parametrize(
    ("touched", "due"),
    [
        ("2026-03-03 12:00", "2026-03-04 09:00"),  # a Tuesday: the next morning
        ("2026-03-03 16:30", "2026-03-04 12:30"),
        ("2026-03-06 10:00", "2026-03-06 16:30"),  # a Friday: before the weekend
        ("2026-03-06 16:20", "2026-03-06 16:50"),
        ("2026-03-06 16:45", "2026-03-06 17:15"),  # half an hour after the last step, all the same
        ("2026-03-06 20:00", "2026-03-06 20:30"),  # after work, with a free day ahead
        ("2026-03-07 11:00", "2026-03-07 11:30"),
        ("2026-03-08 20:00", "2026-03-09 16:00"),  # a Sunday evening
        ("2026-03-28 23:00", "2026-03-28 23:30"),  # the night of the clock's change
    ],
)
def test_it_is_asked_about_in_working_time_before_it_is_closed(touched: str, due: str):
    assert walk_due(berlin(touched), Hours(BERLIN)) == berlin(due)


@pytest.mark.parametrize("hours", [Hours(BERLIN), Hours(BERLIN, days=frozenset()), Hours(BERLIN, quiet=None)])
def test_whenever_it_is_left_it_is_asked_about_in_time(hours: Hours):
    for minutes in range(0, 14 * 24 * 60, 37):
        touched = berlin("2026-03-20 00:00") + timedelta(minutes=minutes)
        due = walk_due(touched, hours)
        assert touched + timedelta(minutes=30) <= due < touched + WALK_CLOSES_AFTER


def test_whoever_is_quiet_all_day_is_asked_in_time_too():
    quiet = Hours(BERLIN, quiet=(datetime.min.time(), datetime.max.time()))
    touched = berlin("2026-03-06 15:00")
    assert touched < walk_due(touched, quiet) < touched + WALK_CLOSES_AFTER


async def test_one_left_on_a_friday_is_asked_about_on_friday(account: Account, clock: Clock):
    clock.now = berlin("2026-03-06 10:00")
    walk = await a_walk(account)
    assert await asked(account, clock, berlin("2026-03-06 16:29")) == []
    ((place, shown),) = await asked(account, clock, berlin("2026-03-06 16:30"))
    assert (place, shown.lines[0].subject.id) == (LENA, walk.id)
    clock.now = berlin("2026-03-07 10:01")
    async with account.unit() as unit:
        assert await ends.abandon_untouched(unit) == 1
    assert [one.state for one in await nudges(account, walk.id)] == ["answered"]


async def test_a_step_after_that_is_followed_by_another_question(account: Account, clock: Clock):
    clock.now = berlin("2026-03-06 10:00")
    walk = await a_walk(account)
    assert len(await asked(account, clock, berlin("2026-03-06 16:30"))) == 1
    clock.now = berlin("2026-03-06 16:40")
    async with account.unit("lena") as unit:
        await answer(unit, walk.id, 1, 1)
    assert [one.answer for one in await nudges(account, walk.id)] == ["parked_again", None]
    assert await asked(account, clock, berlin("2026-03-06 17:09")) == []
    assert len(await asked(account, clock, berlin("2026-03-06 17:10"))) == 1


async def test_whoever_takes_it_over_is_asked_in_their_own_day(account: Account, clock: Clock):
    clock.now = berlin("2026-03-05 10:00")
    walk = await a_walk(account)
    await covers(account, "adil")
    await wishes(account, "adil", Wishes(days=(3,)))  # Thursdays only
    clock.now = berlin("2026-03-05 11:00")
    async with account.unit("adil") as unit:
        await walks.take_over(unit, WalkId(walk.id))
    assert (await planned(account, walk.id)).due_at == berlin("2026-03-05 16:30")
    assert [place for place, _ in await asked(account, clock, berlin("2026-03-05 16:30"))] == [ADIL]


@pytest.mark.parametrize("why", ["digest", "undisturbed", "was down"])
async def test_no_wish_and_no_outage_keeps_the_last_word_back(account: Account, clock: Clock, why: str):
    clock.now = berlin("2026-03-06 10:00")
    await a_walk(account)
    if why == "digest":
        await wishes(account, "lena", Wishes(mode=Mode.DIGEST))
    clock.now = berlin("2026-03-07 08:00" if why == "was down" else "2026-03-06 16:30")
    lena = (await account.user("lena")).id
    undisturbed = {lena: berlin("2026-03-09 09:00")} if why == "undisturbed" else {}
    async with account.unit() as unit:
        assert (await dispatch.dispatch(unit, SUBJECTS, undisturbed)).looked_at == 1
    assert len(await asked(account, clock, clock.now)) == 1


async def test_it_can_be_put_off_for_an_hour_but_not_past_its_end(account: Account, clock: Clock):
    clock.now = berlin("2026-03-02 11:00")
    walk = await a_walk(account)
    assert len(await asked(account, clock, berlin("2026-03-03 09:00"))) == 1
    async with account.unit("lena") as unit:
        await service.snooze(unit, SUBJECTS, walk.id, Snooze.HOUR)
    assert len(await asked(account, clock, berlin("2026-03-03 10:00"))) == 1
    with pytest.raises(Conflict, match="closed before that"):
        async with account.unit("lena") as unit:
            await service.snooze(unit, SUBJECTS, walk.id, Snooze.HOUR)
    assert await tick(account) == 0


async def test_who_wants_no_reminders_leaves_the_last_word_to_the_admins(account: Account, clock: Clock):
    clock.now = berlin("2026-03-02 11:00")
    walk = await a_walk(account)
    await wishes(account, "lena", Wishes(mode=Mode.OFF))
    sent = await asked(account, clock, berlin("2026-03-03 09:00"))
    assert {place for place, _ in sent} == {slack_id("ana"), ADIL}
    assert {line.subject.id for _, shown in sent for line in shown.lines} == {walk.id}


async def test_nobodys_weekend_keeps_the_last_word_back(account: Account, clock: Clock):
    clock.now = berlin("2026-03-05 20:00")
    await a_walk(account)
    await wishes(account, "lena", Wishes(mode=Mode.OFF))
    await wishes(account, "adil", Wishes(days=(1,)))  # Tuesdays only
    sent = await asked(account, clock, berlin("2026-03-06 16:00"))
    assert ADIL in {place for place, _ in sent}, "on Tuesday it would be closed"
