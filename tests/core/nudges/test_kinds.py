"""What else owes a question: drafts that nobody reviewed, and walks that nobody goes on with."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from bot.subjects import SUBJECTS
from core.errors import Forbidden
from core.ids import DraftId, WalkId
from core.intake import service as intake
from core.intake.commands import EscalateCall, ResolveWalk
from core.intake.walks import ends
from core.intake.walks import service as walks
from core.nudges import service as nudging
from core.nudges.reminders import Shown
from core.nudges.service import Snooze
from core.scripts import service as scripts
from core.scripts.commands import RejectDraft
from tests.builders import Account, Clock, a_session, slack_id
from tests.core.intake.walking import a_walk, answer, call, covers
from tests.core.nudges.asking import asked, nudges, planned
from tests.core.scripts.shelves import a_draft, an_acceptance, kept

BEN, LENA, ADIL = slack_id("ben"), slack_id("lena"), slack_id("adil")
MONDAY = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)  # 11:00 where the people are
FOLLOWING_TUESDAY = datetime(2026, 3, 10, 8, 30, tzinfo=UTC)


@pytest.fixture
async def account(account: Account, clock: Clock) -> Account:
    clock.now = MONDAY
    return account


def about(sent: list[tuple[str, Shown]]) -> list[tuple[str, set[UUID]]]:
    return [(place, {line.subject.id for line in shown.lines}) for place, shown in sent]


async def states(account: Account, subject: UUID) -> list[str]:
    return [one.state for one in await nudges(account, subject)]


async def test_drafts_older_than_a_week_are_asked_about_together(account: Account, clock: Clock):
    session = await a_session(account)
    drafts = {(await a_draft(account, session=session)).id for _ in range(2)}
    for one in drafts:
        assert (await planned(account, one)).due_at == FOLLOWING_TUESDAY
    assert await asked(account, clock, FOLLOWING_TUESDAY - timedelta(minutes=1)) == []
    sent = await asked(account, clock, FOLLOWING_TUESDAY)
    assert about(sent) == [(BEN, drafts)]
    line = sent[0][1].lines[0].subject
    assert (line.title, line.channel, line.owner) == ("Restart the print spooler", session.channel, "Ben")
    for one in drafts:
        assert (await planned(account, one)).due_at == FOLLOWING_TUESDAY + timedelta(days=7)


@pytest.mark.parametrize("ending", ["accepted", "rejected"])
async def test_a_draft_that_was_reviewed_is_not_asked_about(account: Account, clock: Clock, ending: str):
    draft = await a_draft(account)
    if ending == "accepted":
        wanted = await an_acceptance(account, await kept(account, draft.id))
        async with account.unit("eva") as unit:
            await scripts.accept(unit, wanted)
    else:
        async with account.unit("eva") as unit:
            await scripts.reject(unit, RejectDraft(draft_id=DraftId(draft.id)))
    assert await states(account, draft.id) == ["cancelled"]
    assert await asked(account, clock, FOLLOWING_TUESDAY) == []


async def test_a_walk_is_asked_about_before_it_is_abandoned(account: Account, clock: Clock):
    walk = await a_walk(account)
    assert await asked(account, clock, MONDAY + timedelta(hours=19, minutes=59)) == []
    ((place, shown),) = await asked(account, clock, datetime(2026, 3, 3, 8, 0, tzinfo=UTC))
    subject = shown.lines[0].subject
    assert (place, subject.id, subject.owner) == (LENA, walk.id, "Lena")
    clock.now = MONDAY + timedelta(hours=24, minutes=1)
    async with account.unit() as unit:
        assert await ends.abandon_untouched(unit) == 1
    assert await states(account, walk.id) == ["answered"]


async def test_a_step_puts_the_question_off(account: Account, clock: Clock):
    walk = await a_walk(account)
    clock.now = MONDAY + timedelta(hours=5)  # 16:00
    async with account.unit("lena") as unit:
        await answer(unit, walk.id, 1, 1)
    assert await asked(account, clock, datetime(2026, 3, 3, 8, 0, tzinfo=UTC)) == []
    assert about(await asked(account, clock, clock.now + timedelta(hours=3))) == [(LENA, {walk.id})]


async def test_who_goes_on_is_asked_again_when_it_is_left_again(account: Account, clock: Clock):
    walk = await a_walk(account)
    morning = datetime(2026, 3, 3, 8, 0, tzinfo=UTC)
    assert about(await asked(account, clock, morning)) == [(LENA, {walk.id})]
    clock.now = morning + timedelta(hours=1)
    await covers(account, "adil")
    async with account.unit("adil") as unit:
        await walks.resume(unit, WalkId(walk.id))
    assert await states(account, walk.id) == ["answered", "planned"]
    assert about(await asked(account, clock, morning + timedelta(days=1))) == [(ADIL, {walk.id})]


async def test_a_walk_that_ended_is_not_asked_about(account: Account, clock: Clock):
    walk = await a_walk(account)
    wanted = ResolveWalk.model_validate({"walk_id": walk.id, "helpful": True, "resolution_notes": "It was offline."})
    async with account.unit("lena") as unit:
        await ends.resolve(unit, wanted)
    async with account.unit("lena") as unit:
        handed = await intake.escalate_call(
            unit, EscalateCall.model_validate({**call().model_dump(), "reason_category": "other"})
        )
    assert await states(account, walk.id) == await states(account, handed.walk.id) == ["cancelled"]


async def test_a_question_about_drafts_can_be_put_off_and_muted_one_by_one(account: Account, clock: Clock):
    first, second = await a_draft(account), await a_draft(account)
    assert len(await asked(account, clock, FOLLOWING_TUESDAY)) == 1
    async with account.unit("ben") as unit:
        await nudging.snooze(unit, SUBJECTS, first.id, Snooze.TOMORROW)
    async with account.unit("ben") as unit:
        await nudging.mute(unit, second.id)
    morning = datetime(2026, 3, 11, 8, 0, tzinfo=UTC)
    assert about(await asked(account, clock, morning)) == [(BEN, {first.id})]
    assert (await planned(account, first.id)).due_at == morning + timedelta(days=7, minutes=30)
    assert await states(account, second.id) == ["answered", "cancelled"]


async def test_a_walks_question_is_the_first_lines_to_put_off_and_a_drafts_is_not(account: Account, clock: Clock):
    draft, walk = await a_draft(account), await a_walk(account)
    for subject, who in ((draft.id, "lena"), (walk.id, "ben")):
        with pytest.raises(Forbidden):
            async with account.unit(who) as unit:
                await nudging.snooze(unit, SUBJECTS, subject, Snooze.HOUR)
    assert await states(account, draft.id) == await states(account, walk.id) == ["planned"]
