"""Escalations that nobody has claimed: who is asked, and when, and who is only told."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.accounts import service as accounts
from core.accounts.models import Kind
from core.accounts.service import Profile
from core.escalations import service as escalations
from core.escalations.models import Escalation, Reason
from core.ids import SessionId, WalkId
from core.intake.commands import EscalateWalk
from core.intake.walks import ends
from tests.builders import PEOPLE, Account, Clock, a_session, slack_id
from tests.core.intake.walking import a_walk, now
from tests.core.nudges.asking import asked, berlin, planned, prefers

ANA, ADIL, BEN, EVA = (slack_id(who) for who in ("ana", "adil", "ben", "eva"))


@pytest.fixture
async def account(account: Account, clock: Clock) -> Account:
    clock.now = berlin("2026-03-02 10:00")
    await prefers(account, nudge_timezone="Europe/Berlin")
    return account


async def escalated(account: Account, by: str, category: Reason | None = None) -> Escalation:
    """A session that `by` handed on."""
    session = await a_session(account, by=by)
    async with account.unit(by) as unit:
        return await escalations.raise_(
            unit,
            session_id=SessionId(session.id),
            title="Replication stands still",
            reason="It needs the domain's admin",
            category=category,
        )


async def test_a_critical_one_is_pointed_out_at_night(account: Account, clock: Clock):
    clock.now = berlin("2026-03-07 02:00")  # a Saturday
    await escalated(account, "ben", Reason.SUSPECTED_INCIDENT)
    assert {place for place, _ in await asked(account, clock, berlin("2026-03-07 02:15"))} == {ANA, ADIL}


async def leave(account: Account, *who: str) -> None:
    for one in who:
        async with account.unit() as unit:
            await accounts.meet(unit, Profile(slack_id(one), one, Kind.GONE, "Europe/Berlin"))


async def places(account: Account, clock: Clock, one: Escalation) -> list[str]:
    """Where the next reminder of it goes."""
    return [place for place, _ in await asked(account, clock, (await planned(account, one.id)).due_at)]


async def test_who_escalated_is_not_asked_while_there_is_another_admin(account: Account, clock: Clock):
    assert await places(account, clock, await escalated(account, "ana")) == [ADIL]


async def test_without_another_admin_the_other_engineers_are_asked(account: Account, clock: Clock):
    await leave(account, "adil")
    assert await places(account, clock, await escalated(account, "ana")) == [BEN, EVA]


async def test_where_nobody_else_is_there_who_escalated_is_told_until_somebody_is(account: Account, clock: Clock):
    await leave(account, *(who for who in PEOPLE if who != "ana"))
    one = await escalated(account, "ana")
    assert await places(account, clock, one) == [ANA]
    async with account.unit() as unit:
        await accounts.meet(unit, Profile(EVA, "Eva", Kind.MEMBER, "Europe/Berlin"))
    assert await places(account, clock, one) == [EVA]


async def test_whoever_covers_is_not_asked_to_claim_their_own(account: Account, clock: Clock):
    await leave(account, "adil", "ben", "eva")
    await prefers(account, nudge_cover=str((await account.user("ana")).id))
    assert await places(account, clock, await escalated(account, "ana")) == [ANA]


async def test_that_of_a_call_leads_to_its_thread_and_can_go_on_as_a_session(account: Account, clock: Clock):
    walk = await a_walk(account)
    _, ticket = await now(account, walk.id)
    async with account.unit("lena") as unit:
        await ends.escalate(unit, EscalateWalk(walk_id=WalkId(walk.id), reason_category=Reason.NEEDS_ADMIN_RIGHTS))
    clock.forward(timedelta(days=1))
    (_, shown), _ = await asked(account, clock, clock.now)
    subject = shown.lines[0].subject
    assert (subject.channel, subject.thread_ts, subject.walk_id) == (ticket.channel, ticket.thread_ts, walk.id)
    assert subject.place == f"{ticket.label} {ticket.title}"
