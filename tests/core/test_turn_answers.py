"""What an answer may change: facts with a source, one fix, a question how it went; nothing that nobody said."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from core.errors import Conflict
from core.fixes import queries as fixes
from core.fixes import service
from core.fixes.commands import CorrectOutcome, RecordOutcome
from core.fixes.models import FixStatus, Outcome
from core.ids import FixId, SessionId
from core.llm.provider import FactToKeep, OutcomeToPropose, Turn
from core.sessions import queries as sessions
from core.sessions import service as session_service
from core.sessions.commands import AddFact
from core.sessions.models import FactSource, Session, SessionStatus
from core.turns import queries
from core.turns import service as turns
from tests.builders import PROPOSAL, Account, Clock, a_fix, a_session
from tests.core.talk import HELLO, a_turn, applied, begun, facts, heard, kept, new, thread


async def test_a_fact_names_the_message_it_came_from(account: Account):
    session = await a_session(account)
    await a_turn(account, session, HELLO)
    message = await heard(account, session, "since Monday", by="eva", ts="1.7")
    assert message is not None
    keep = FactToKeep("It began on Monday.", "question", message.id)
    await a_turn(account, session, Turn(None, "Noted.", facts=(keep,)))
    (fact,) = await facts(account, session)
    eva = await account.user("eva")
    assert (fact.text, fact.source, fact.message_ts, fact.created_by) == (
        "It began on Monday.",
        FactSource.QUESTION,
        "1.7",
        eva.id,
    )


async def test_a_fact_without_a_source_and_one_that_is_known_are_not_kept(account: Account):
    session = await a_session(account)
    await a_turn(account, session, HELLO)
    message = await heard(account, session, "since Monday")
    assert message is not None
    once = FactToKeep("It began on Monday.", "question", message.id)
    async with account.unit() as unit:
        (ours, _), *_ = await queries.thread(unit, session.id)
    invented = [replace(once, text="x", message_id=one) for one in (session.id, ours.id)]
    await a_turn(
        account, session, Turn(None, "Noted.", facts=(once, replace(once, text="it began on  monday"), *invented))
    )
    assert [fact.text for fact in await facts(account, session)] == ["It began on Monday."]


@pytest.mark.parametrize("deleted", [True, False])
async def test_what_came_from_a_message_goes_with_it(account: Account, *, deleted: bool):
    session = await a_session(account)
    await a_turn(account, session, HELLO)
    message = await heard(account, session, "since Monday", ts="1.7")
    assert message is not None
    await a_turn(
        account, session, Turn(None, "Noted.", facts=(FactToKeep("It began on Monday.", "question", message.id),))
    )
    async with account.unit() as unit:
        if deleted:
            await turns.follow_deletion(unit, SessionId(session.id), "1.7")
        else:
            await turns.follow_edit(unit, SessionId(session.id), "1.7", "since Tuesday")
    assert await facts(account, session) == []
    asked = await begun(account, session)
    if deleted:
        assert "since Monday" not in await thread(account, session)
    else:
        assert asked is not None
        assert [said.text for said in new(asked)] == ["since Tuesday"]


async def test_an_edit_that_changes_nothing_is_none(account: Account):
    session = await a_session(account)
    await a_turn(account, session, HELLO)
    await heard(account, session, "since Monday", ts="1.7")
    await a_turn(account, session, HELLO)
    async with account.unit() as unit:
        assert await turns.follow_edit(unit, SessionId(session.id), "1.7", "since Monday ") is None
        assert await turns.follow_edit(unit, SessionId(session.id), "9.9", "somebody else's") is None
    assert await begun(account, session) is None


# ---- fixes and outcomes


async def test_a_fix_for_a_state_that_moved_on_is_dropped_and_comes_with_the_next_turn(account: Account):
    session = await a_session(account)
    asked = await begun(account, session)
    assert asked is not None
    async with account.unit() as unit:  # as a ticket does that is linked meanwhile
        (await sessions.session_for_update(unit, session.id)).touch(unit.now)
    assert await kept(account, asked, Turn(PROPOSAL, "Try this."))
    await applied(account, asked)
    async with account.unit() as unit:
        assert not await fixes.fixes_of(unit, session.id)
    await a_turn(account, session, Turn(PROPOSAL, "Try this."))
    async with account.unit() as unit:
        assert len(await fixes.fixes_of(unit, session.id)) == 1


async def a_talk_about_a_fix(account: Account) -> tuple[Session, FixId]:
    session = await a_session(account)
    await a_turn(account, session, Turn(PROPOSAL, "Try this."))
    async with account.unit() as unit:
        fix = (await fixes.active_of(unit, [session.id]))[session.id]
    return session, FixId(fix.id)


async def states(account: Account, session: Session, outcome: str, ts: str, notes: str = "") -> None:
    message = await heard(account, session, f"well, {outcome}", ts=ts)
    assert message is not None
    proposed = OutcomeToPropose(outcome, message.id, notes)  # pyright: ignore[reportArgumentType]
    await a_turn(account, session, Turn(None, "Is that so?", outcome=proposed))


async def test_an_outcome_is_asked_for_and_only_a_click_records_it(account: Account):
    session, fix_id = await a_talk_about_a_fix(account)
    await states(account, session, "applied_success", "1.1")
    fix = await account.fix(fix_id)
    assert (fix.ai_outcome_proposal, fix.status, fix.applied_at) == (Outcome.APPLIED_SUCCESS, FixStatus.PROPOSED, None)
    async with account.unit("ben") as unit:
        await service.record_outcome(unit, RecordOutcome(fix_id=fix_id, outcome=Outcome.APPLIED_SUCCESS))
    fix = await account.fix(fix_id)
    assert (fix.ai_outcome_proposal, fix.status) == (None, FixStatus.APPLIED_SUCCESS)


async def test_a_rejected_outcome_never_comes_back_for_that_fix(account: Account):
    session, fix_id = await a_talk_about_a_fix(account)
    await states(account, session, "applied_success", "1.1")
    async with account.unit("ben") as unit:
        await service.reject_proposal(unit, fix_id)
    await states(account, session, "applied_success", "1.2")
    assert (await account.fix(fix_id)).ai_outcome_proposal is None
    await states(account, session, "applied_failed", "1.3", "it hangs again")
    fix = await account.fix(fix_id)
    assert (fix.ai_outcome_proposal, fix.ai_outcome_notes) == (Outcome.APPLIED_FAILED, "it hangs again")
    async with account.unit("eva") as unit:
        await service.reject_proposal(unit, fix_id)
    with pytest.raises(Conflict):
        async with account.unit("ben") as unit:
            await service.reject_proposal(unit, fix_id)


async def test_an_outcome_that_nobody_stated_now_is_dropped(account: Account):
    session, fix_id = await a_talk_about_a_fix(account)
    old = await heard(account, session, "it works", ts="1.1")
    await a_turn(account, session, HELLO)
    await heard(account, session, "what about the others?", ts="1.2")
    assert old is not None
    stale = OutcomeToPropose("applied_success", old.id)
    await a_turn(account, session, Turn(None, "Well.", outcome=stale))
    assert (await account.fix(fix_id)).ai_outcome_proposal is None


async def test_a_better_fix_takes_the_place_of_the_one_before(account: Account):
    session, first = await a_talk_about_a_fix(account)
    await heard(account, session, "the spooler is fine, the cable is torn")
    other = replace(PROPOSAL, title="Change the cable")
    await a_turn(account, session, Turn(other, "Then it is the cable."))
    fix = await account.fix(first)
    assert fix.superseded_by is not None
    assert (await account.fix(fix.superseded_by)).title == "Change the cable"


async def test_the_same_fix_is_not_suggested_twice(account: Account):
    session, first = await a_talk_about_a_fix(account)
    await heard(account, session, "what now?")
    await a_turn(account, session, Turn(replace(PROPOSAL, title=" restart  the print SPOOLER."), "Once more."))
    assert (await account.fix(first)).superseded_at is None


async def test_a_fix_for_a_state_that_moved_on_is_dropped_and_the_answer_is_said(account: Account):
    session, first = await a_talk_about_a_fix(account)
    await heard(account, session, "the spooler is fine")
    asked = await begun(account, session)
    assert asked is not None
    async with account.unit("ben") as unit:
        await service.apply(unit, first)
    await kept(account, asked, Turn(replace(PROPOSAL, title="Change the cable"), "Then the cable."))
    await applied(account, asked)
    assert (await account.fix(first)).superseded_at is None
    assert (await thread(account, session))[-1] == "Then the cable."


async def test_after_three_messages_without_an_outcome_it_is_asked_once(account: Account, clock: Clock):
    session, first = await a_talk_about_a_fix(account)
    async with account.unit("ben") as unit:
        await service.apply(unit, first)
    for n in range(6):
        clock.forward(timedelta(minutes=1))
        await heard(account, session, f"and now number {n}", ts=f"1.{n}")
        await a_turn(account, session, Turn(None, "I see."))
        asked = [text for text in await thread(account, session) if "nobody has said yet how it went" in text]
        assert len(asked) == (n >= 2)


async def test_a_stopped_turn_leaves_nothing(account: Account):
    session, first = await a_talk_about_a_fix(account)
    await heard(account, session, "it works")
    asked = await begun(account, session)
    assert asked is not None
    async with account.unit("eva") as unit:
        await turns.stop(unit, asked.turn_id)
    assert not await kept(account, asked, Turn(replace(PROPOSAL, title="Another"), "Good."))
    await applied(account, asked)
    assert (await account.fix(first)).superseded_at is None
    assert "Good." not in await thread(account, session)
    with pytest.raises(Conflict, match="Eva stopped this answer already"):
        async with account.unit("ben") as unit:
            await turns.stop(unit, asked.turn_id)
    assert await begun(account, session) is None


async def test_a_turn_that_has_answered_cannot_be_stopped(account: Account):
    session = await a_session(account)
    asked = await a_turn(account, session, HELLO)
    with pytest.raises(Conflict):
        async with account.unit("eva") as unit:
            await turns.stop(unit, asked.turn_id)


async def test_a_proposal_for_a_state_that_moved_on_is_dropped_and_asked_for_again(account: Account):
    session = await a_session(account)
    asked = await begun(account, session)
    assert asked is not None
    async with account.unit("ben") as unit:
        await session_service.add_fact(unit, AddFact(session_id=SessionId(session.id), text="It is the cable"))
    await kept(account, asked, Turn(PROPOSAL, ""))
    await applied(account, asked)
    async with account.unit() as unit:
        assert not await fixes.active_of(unit, [session.id])
    again = await begun(account, session)
    assert again is not None
    assert [fact.text for fact in again.view.facts] == ["It is the cable"]


async def test_nothing_is_proposed_while_a_fix_waits_or_after_one_worked_or_in_a_closed_session(account: Account):
    fix = await a_fix(account)
    waits = await account.session(fix.session_id)
    closed = await a_session(account)
    async with account.unit() as unit:
        (await sessions.session_for_update(unit, closed.id)).status = SessionStatus.RESOLVED
    assert await begun(account, waits) is None
    assert await begun(account, closed) is None
    async with account.unit("ben") as unit:
        await service.record_outcome(unit, RecordOutcome(fix_id=FixId(fix.id), outcome=Outcome.APPLIED_SUCCESS))
    assert await begun(account, waits) is None
    wrong = CorrectOutcome(fix_id=FixId(fix.id), outcome=Outcome.APPLIED_FAILED, notes="it came back")
    async with account.unit("ben") as unit:
        await service.correct_outcome(unit, wrong)
    assert await begun(account, waits) is not None


async def test_a_session_that_was_resolved_meanwhile_gets_no_fix(account: Account):
    session = await a_session(account)
    asked = await begun(account, session)
    assert asked is not None
    async with account.unit() as unit:
        (await sessions.session_for_update(unit, session.id)).status = SessionStatus.RESOLVED
    await kept(account, asked, Turn(PROPOSAL, "Try this."))
    await applied(account, asked)
    async with account.unit() as unit:
        assert not await fixes.active_of(unit, [session.id])
