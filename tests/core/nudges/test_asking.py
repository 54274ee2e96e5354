"""What a parked fix owes: when it is asked about, whom, how often, and when that is over."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from core.accounts import service as accounts
from core.accounts.models import Kind
from core.accounts.service import Profile
from core.fixes import queries as fix_queries
from core.fixes.models import Outcome
from core.ids import SessionId, UserId
from core.nudges.wishes import Mode, Wishes
from core.sessions import service as sessions
from core.sessions.commands import HandTo
from tests.builders import PEOPLE, Account, Clock, a_session, slack_id
from tests.core.nudges.asking import (
    HOUR,
    asked,
    berlin,
    made,
    nudges,
    parked,
    planned,
    prefers,
    record,
    send,
    tick,
    wishes,
)

BEN, EVA = slack_id("ben"), slack_id("eva")


MONDAY_NOON = berlin("2026-03-02 12:00")


@pytest.fixture
async def account(account: Account, clock: Clock) -> Account:
    clock.now = MONDAY_NOON
    return account


async def test_five_are_sent_then_it_waits_for_a_decision(account: Account, clock: Clock):
    fix = await parked(account)
    days = [
        "2026-03-02 16:00",
        "2026-03-03 09:30",
        "2026-03-04 09:30",
        "2026-03-05 09:30",
        "2026-03-06 09:30",
    ]
    for number, day in enumerate(days, 1):
        one = await planned(account, fix.id)
        assert (one.due_at, one.number) == (berlin(day), number)
        assert await asked(account, clock, one.due_at - timedelta(minutes=1)) == []
        ((place, shown),) = await asked(account, clock, one.due_at)
        assert (place, shown.lines[0].number) == (BEN, number)
    assert [one.state for one in await nudges(account, fix.id)] == ["sent"] * 5
    assert await asked(account, clock, clock.now + timedelta(days=30)) == []
    async with account.unit("ben") as unit:
        ((waiting,), _) = await fix_queries.pending(unit)
    assert waiting.asking is not None
    assert (waiting.asking.times, waiting.asking.next_at) == (5, None)


async def test_a_chosen_time_is_kept_to_the_minute_at_night_on_a_holiday_while_somebody_works_on_it(
    account: Account, clock: Clock
):
    await prefers(account, nudge_holidays="DE", nudge_quiet_from="00:00", nudge_quiet_until="08:00")
    session = await a_session(account)
    at = berlin("2026-04-05 03:07")  # Easter Sunday
    fix = await parked(account, session=session, check_at=at)
    clock.now = at - timedelta(minutes=1)
    async with account.unit("ben") as unit:
        await sessions.pause(unit, SessionId(session.id))
    assert await asked(account, clock, clock.now) == []
    ((place, _),) = await asked(account, clock, at)
    assert place == BEN
    following = await planned(account, fix.id)
    assert following.due_at == berlin("2026-04-07 09:30"), "Easter Monday is a holiday"


async def test_it_gives_way_while_somebody_works_on_the_session(account: Account, clock: Clock):
    session = await a_session(account)
    fix = await parked(account, session=session)
    clock.now = berlin("2026-03-02 15:50")
    async with account.unit("eva") as unit:
        await sessions.pause(unit, SessionId(session.id))
    assert await asked(account, clock, berlin("2026-03-02 16:00")) == []
    assert (await planned(account, fix.id)).due_at == berlin("2026-03-02 16:20")
    assert len(await asked(account, clock, berlin("2026-03-02 16:20"))) == 1


async def test_what_stood_in_the_line_until_the_evening_waits_for_the_morning(account: Account, clock: Clock):
    fix = await parked(account)
    clock.now = berlin("2026-03-02 16:00")
    assert await tick(account) == 1
    clock.now = berlin("2026-03-02 17:01")  # Slack said: come back in an hour
    assert await send(account) == []
    await tick(account)
    assert (await planned(account, fix.id)).due_at == berlin("2026-03-03 09:00")
    assert len(await asked(account, clock, berlin("2026-03-03 09:00"))) == 1
    assert [one.number for one in await nudges(account, fix.id)] == [1, 2]


@pytest.mark.parametrize("outcome", [Outcome.APPLIED_SUCCESS, Outcome.APPLIED_PARTIAL, Outcome.DISMISSED])
async def test_leaving_it_cancels_what_is_planned_and_what_is_on_its_way(
    account: Account, clock: Clock, outcome: Outcome
):
    before, under_way = await parked(account), await parked(account)
    await record(account, before, outcome)
    clock.now = berlin("2026-03-02 16:00")
    assert await tick(account) == 1
    await record(account, under_way, outcome)
    assert await send(account) == []
    assert {one.state for one in await nudges(account)} == {"cancelled"}


async def test_what_was_sent_is_answered(account: Account, clock: Clock):
    fix = await parked(account)
    await asked(account, clock, berlin("2026-03-02 16:00"))
    await record(account, fix, Outcome.APPLIED_SUCCESS)
    assert [(one.state, one.answer) for one in await nudges(account, fix.id)] == [
        ("answered", "settled"),
        ("cancelled", "settled"),
    ]


async def test_parking_again_begins_anew(account: Account, clock: Clock):
    fix = await parked(account)
    await asked(account, clock, berlin("2026-03-02 16:00"))
    await asked(account, clock, berlin("2026-03-03 09:30"))
    await record(account, fix, Outcome.APPLIED_PENDING)
    again = await planned(account, fix.id)
    assert (again.number, again.due_at) == (1, berlin("2026-03-03 13:30"))


async def test_a_superseded_fix_that_was_applied_is_still_asked_about(account: Account, clock: Clock):
    session = await a_session(account)
    fix = await parked(account, session=session)
    await parked(account, session=session)
    sent = await asked(account, clock, berlin("2026-03-02 16:00"))
    assert fix.id in {line.subject.id for _, shown in sent for line in shown.lines}


async def test_three_at_once_are_one_message_and_two_are_two(account: Account, clock: Clock):
    for _ in range(3):
        await parked(account)
    for _ in range(2):
        await parked(account, by="eva")
    sent = await asked(account, clock, berlin("2026-03-02 16:00"))
    assert sorted((place, len(shown.lines)) for place, shown in sent) == [(BEN, 3), (EVA, 1), (EVA, 1)]
    assert {one.state for one in await nudges(account) if one.number == 1} == {"sent"}


async def test_whoever_wants_a_digest_gets_one_in_the_morning_and_a_chosen_time_at_once(account: Account, clock: Clock):
    await wishes(account, "ben", Wishes(mode=Mode.DIGEST))
    await parked(account)
    await parked(account)
    chosen = await parked(account, check_at=berlin("2026-03-02 15:00"))
    ((_, shown),) = await asked(account, clock, berlin("2026-03-02 15:00"))
    assert [line.subject.id for line in shown.lines] == [chosen.id]
    assert await asked(account, clock, berlin("2026-03-02 16:00")) == []
    ((_, shown),) = await asked(account, clock, berlin("2026-03-03 09:30"))
    assert len(shown.lines) == 3


async def test_from_the_third_on_the_lead_channel_hears_of_it(account: Account, clock: Clock):
    await prefers(account, nudge_lead_channel="C0LEADS", nudge_timezone="Europe/Berlin")
    await parked(account)
    await asked(account, clock, berlin("2026-03-02 16:00"))
    assert [place for place, _ in await asked(account, clock, berlin("2026-03-03 09:30"))] == [BEN]
    assert [place for place, _ in await asked(account, clock, berlin("2026-03-04 09:30"))] == [BEN, "C0LEADS"]


async def test_or_whoever_covers_in_their_own_day(account: Account, clock: Clock):
    eva = await account.user("eva")
    async with account.unit() as unit:
        await accounts.meet(unit, Profile(EVA, "Eva", Kind.MEMBER, "America/New_York"))
    await prefers(account, nudge_cover=str(eva.id))
    fixes = [await parked(account) for _ in range(2)]
    await asked(account, clock, berlin("2026-03-02 16:00"))
    await asked(account, clock, berlin("2026-03-03 09:30"))
    assert {place for place, _ in await asked(account, clock, berlin("2026-03-04 09:30"))} == {BEN}
    assert await asked(account, clock, berlin("2026-03-04 14:59")) == []
    ((place, shown),) = await asked(account, clock, berlin("2026-03-04 15:00"))  # nine o'clock in New York
    assert (place, len(shown.lines)) == (EVA, 2), "what waited for the same morning is one message"
    assert {one.number for fix in fixes for one in await nudges(account, fix.id)} == {1, 2, 3, 4}


async def test_who_wants_none_gets_none_but_the_admins_hear_of_it_in_the_end(account: Account, clock: Clock):
    await wishes(account, "ben", Wishes(mode=Mode.OFF))
    fix = await parked(account)
    assert await asked(account, clock, berlin("2026-03-02 16:00")) == []
    assert await asked(account, clock, berlin("2026-03-03 09:30")) == []
    sent = await asked(account, clock, berlin("2026-03-04 09:30"))
    assert {place for place, _ in sent} == {slack_id("ana"), slack_id("adil")}
    assert [one.number for one in await nudges(account, fix.id)] == [3, 4]


async def test_a_person_who_is_gone_is_asked_through_the_admins(account: Account, clock: Clock):
    await parked(account)
    async with account.unit() as unit:
        await accounts.meet(unit, Profile(BEN, "Ben", Kind.GONE, "Europe/Berlin"))
    sent = await asked(account, clock, berlin("2026-03-02 16:00"))
    assert {place for place, _ in sent} == {slack_id("ana"), slack_id("adil")}


async def test_it_goes_to_whoever_owns_the_session_when_it_is_sent(account: Account, clock: Clock):
    session = await a_session(account)
    fix = await parked(account, session=session)
    eva = await account.user("eva")
    async with account.unit("ben") as unit:
        await sessions.hand_to(unit, HandTo(session_id=SessionId(session.id), user_id=UserId(eva.id)))
    ((place, _),) = await asked(account, clock, berlin("2026-03-02 16:00"))
    assert place == EVA
    clock.now = (await planned(account, fix.id)).due_at
    assert await tick(account) == 1
    async with account.unit("ben") as unit:
        await sessions.take_over(unit, SessionId(session.id))
    assert await send(account) == [], "it was on its way to eva"
    ((place, _),) = await asked(account, clock, clock.now + timedelta(minutes=31))
    assert place == BEN


@pytest.mark.parametrize(
    ("tz", "due"),
    [
        ("Asia/Kolkata", "2026-03-03T06:00+05:30"),  # parked at half past four in the afternoon there
        ("America/New_York", "2026-03-02T13:00-05:00"),  # at six in the morning
        ("", "2026-03-02T15:00+00:00"),  # nobody said where: UTC
        ("Mars/Phobos", "2026-03-02T15:00+00:00"),
    ],
)
async def test_working_hours_are_the_recipients(account: Account, clock: Clock, tz: str, due: str):
    async with account.unit() as unit:
        await accounts.meet(unit, Profile(BEN, "Ben", Kind.MEMBER, tz))
    clock.now = datetime(2026, 3, 2, 11, 0, tzinfo=UTC)
    fix = await parked(account)
    expected = datetime.fromisoformat(due)
    if tz == "Asia/Kolkata":
        expected = datetime(2026, 3, 3, 12, 30, tzinfo=ZoneInfo(tz))
    assert (await planned(account, fix.id)).due_at == expected


async def test_who_has_no_zone_lives_in_the_accounts(account: Account, clock: Clock):
    await prefers(account, nudge_timezone="Asia/Tokyo")
    async with account.unit() as unit:
        await accounts.meet(unit, Profile(BEN, "Ben", Kind.MEMBER, ""))
    clock.now = datetime(2026, 3, 2, 0, 0, tzinfo=UTC)
    assert (await planned(account, (await parked(account)).id)).due_at == clock.now + 4 * HOUR


async def test_a_recipient_without_anybody_to_ask_is_looked_for_every_day(account: Account, clock: Clock):
    await prefers(account, nudge_timezone="Europe/Berlin")
    fix = await parked(account)
    for who in PEOPLE:
        async with account.unit() as unit:
            await accounts.meet(unit, Profile(slack_id(who), who, Kind.GONE, "Europe/Berlin"))
    assert await asked(account, clock, berlin("2026-03-02 16:00")) == []
    assert (await planned(account, fix.id)).due_at == berlin("2026-03-03 09:30")
    assert await made(account) == []
