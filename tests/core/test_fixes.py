"""Suggesting, deciding, applying, recording and correcting, as people do it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.audit import queries as audit
from core.errors import Conflict, Forbidden, Invalid, NotFound
from core.fixes import queries, service
from core.fixes.commands import CorrectOutcome, DecideFix, RecordOutcome
from core.fixes.models import Decision, FixStatus, Outcome, SuggestedFix
from core.ids import FixId, new_id
from core.unit import Database
from tests.builders import SCRIPTED, Account, Clock, a_fix, a_session, an_account


async def decide(account: Account, who: str, fix: SuggestedFix, decision: Decision) -> SuggestedFix:
    async with account.unit(who) as unit:
        return await service.decide(unit, DecideFix(fix_id=FixId(fix.id), decision=decision))


async def record(account: Account, who: str, fix: SuggestedFix, outcome: Outcome, notes: str | None = None) -> None:
    async with account.unit(who) as unit:
        await service.record_outcome(unit, RecordOutcome(fix_id=FixId(fix.id), outcome=outcome, notes=notes))


async def correct(account: Account, who: str, fix: SuggestedFix, outcome: Outcome, notes: str | None = "Why") -> None:
    async with account.unit(who) as unit:
        await service.correct_outcome(unit, CorrectOutcome(fix_id=FixId(fix.id), outcome=outcome, notes=notes))


async def test_running_once_hands_back_the_script_and_counts_as_applied(account: Account, clock: Clock):
    fix = await a_fix(account, proposal=SCRIPTED)
    clock.forward(timedelta(minutes=1))
    answered = await decide(account, "eva", fix, Decision.ONE_OFF)
    assert answered.ai_drafted_script == SCRIPTED.script
    after = await account.fix(fix.id)
    eva = await account.user("eva")
    assert (after.user_decision, after.decided_by) == (Decision.ONE_OFF, eva.id)
    assert (after.applied_at, after.applied_by, after.status) == (clock.now, eva.id, FixStatus.PROPOSED)
    assert (await account.session(fix.session_id)).state_version == 2


async def test_the_audit_has_every_decision_with_what_was_before(account: Account):
    fix = await a_fix(account, proposal=SCRIPTED)
    await decide(account, "ben", fix, Decision.ONE_OFF)
    await decide(account, "eva", fix, Decision.DISMISSED)
    async with account.unit() as unit:
        _, first, second = await audit.trail(unit, fix.id)
    assert first.detail == {"before": None, "after": "one_off"}
    assert second.detail == {"before": "one_off", "after": "dismissed"}
    assert (second.slack_user_id, second.role, second.source) == ("U0EVA00001", "engineer", "test")


async def test_a_dismissed_fix_leaves_room_for_the_next(account: Account):
    fix = await a_fix(account)
    await decide(account, "ben", fix, Decision.DISMISSED)
    session = await account.session(fix.session_id)
    following = await a_fix(account, session)
    async with account.unit() as unit:
        active = await queries.active_of(unit, [session.id])
    assert active[session.id].id == following.id
    assert (await account.fix(fix.id)).superseded_by is None


async def test_a_new_fix_supersedes_the_one_before_which_stays_on_record(account: Account, clock: Clock):
    first = await a_fix(account, proposal=SCRIPTED)
    await decide(account, "ben", first, Decision.ONE_OFF)
    clock.forward(timedelta(minutes=1))
    second = await a_fix(account, await account.session(first.session_id))
    before = await account.fix(first.id)
    assert (before.superseded_at, before.superseded_by) == (clock.now, second.id)
    assert before.status is FixStatus.PROPOSED
    await record(account, "eva", first, Outcome.APPLIED_FAILED)
    assert (await account.fix(first.id)).status is FixStatus.APPLIED_FAILED
    assert (await account.fix(second.id)).superseded_at is None
    # suggested, run, suggested again, recorded
    assert (await account.session(first.session_id)).state_version == 4


async def test_a_hand_made_fix_is_applied_once(account: Account):
    fix = await a_fix(account)
    async with account.unit("ben") as unit:
        await service.apply(unit, FixId(fix.id))
    with pytest.raises(Conflict, match="already"):
        async with account.unit("eva") as unit:
            await service.apply(unit, FixId(fix.id))
    assert await account.trail(fix.id) == ["fix.suggested", "fix.applied"]


async def test_the_second_to_close_a_fix_is_told_what_the_first_did(account: Account):
    fix = await a_fix(account)
    await record(account, "ben", fix, Outcome.APPLIED_SUCCESS)
    with pytest.raises(Conflict, match="“worked” by Ben"):
        await record(account, "eva", fix, Outcome.APPLIED_FAILED)
    with pytest.raises(Conflict, match="“worked” by Ben"):
        await decide(account, "eva", fix, Decision.DISMISSED)
    assert (await account.session(fix.session_id)).state_version == 2
    assert await account.trail(fix.id) == ["fix.suggested", "fix.recorded"]


async def test_parking_needs_a_reason_and_keeps_it_clean(account: Account):
    fix = await a_fix(account)
    with pytest.raises(Invalid) as refusal:
        await record(account, "ben", fix, Outcome.APPLIED_PENDING, " \u200b ")
    assert refusal.value.field == "notes"
    await record(account, "ben", fix, Outcome.APPLIED_PENDING, "\u202e the customer is away \n")
    after = await account.fix(fix.id)
    assert (after.status, after.pending_reason) == (FixStatus.APPLIED_PENDING, "the customer is away")


async def test_what_waits_is_listed_oldest_first_for_its_owner_and_for_all(account: Account, clock: Clock):
    parked: list[SuggestedFix] = []
    for owner in ("ben", "eva", "ben"):
        clock.forward(timedelta(minutes=1))
        fix = await a_fix(account, await a_session(account, by=owner))
        await record(account, "adil", fix, Outcome.APPLIED_PENDING, "the weekend")
        parked.append(fix)
    await record(account, "eva", await a_fix(account), Outcome.APPLIED_SUCCESS)
    ben = await account.user("ben")
    async with account.unit("ben") as unit:
        everybody, total = await queries.pending(unit)
        mine, my_total = await queries.pending(unit, unit.scope.actor.id)
    assert [one.fix.id for one in everybody] == [fix.id for fix in parked]
    assert [one.fix.id for one in mine] == [parked[0].id, parked[2].id]
    assert (total, my_total, {one.session.owner_id for one in mine}) == (3, 2, {ben.id})


async def test_a_correction_needs_the_recorder_or_an_admin_and_a_reason(account: Account):
    fix = await a_fix(account)
    await record(account, "ben", fix, Outcome.APPLIED_SUCCESS)
    with pytest.raises(Forbidden):
        await correct(account, "eva", fix, Outcome.APPLIED_FAILED)
    with pytest.raises(Invalid) as refusal:
        await correct(account, "ben", fix, Outcome.APPLIED_FAILED, " ")
    assert refusal.value.field == "notes"
    await correct(account, "adil", fix, Outcome.APPLIED_FAILED, "The customer called again")
    after = await account.fix(fix.id)
    assert (after.status, after.failure_reason) == (FixStatus.APPLIED_FAILED, "The customer called again")
    async with account.unit() as unit:
        trail = await audit.trail(unit, fix.id)
    assert [event.what for event in trail] == ["fix.suggested", "fix.recorded", "fix.corrected"]
    assert (trail[1].detail["after"], trail[2].detail["before"]) == ("applied_success", "applied_success")
    assert (trail[2].detail["after"], trail[2].slack_user_id) == ("applied_failed", "U0ADIL0001")
    assert (await account.session(fix.session_id)).state_version == 3


@pytest.mark.parametrize("who", ["lena", "nia"])
async def test_only_engineers_act_on_fixes(account: Account, who: str):
    fix = await a_fix(account, proposal=SCRIPTED)
    with pytest.raises(Forbidden):
        await decide(account, who, fix, Decision.ONE_OFF)
    with pytest.raises(Forbidden):
        await record(account, who, fix, Outcome.APPLIED_SUCCESS)
    with pytest.raises(Forbidden):
        await correct(account, who, fix, Outcome.APPLIED_FAILED)
    assert await account.trail(fix.id) == ["fix.suggested"]


async def test_another_accounts_fix_is_as_missing_as_none(account: Account, database: Database):
    stranger = await an_account(database, "ben")
    fix = await a_fix(account)
    for missing in (fix.id, new_id()):
        with pytest.raises(NotFound, match="not there"):
            async with stranger.unit("ben") as unit:
                await service.record_outcome(
                    unit, RecordOutcome(fix_id=FixId(missing), outcome=Outcome.APPLIED_SUCCESS)
                )
    assert (await account.fix(fix.id)).status is FixStatus.PROPOSED
