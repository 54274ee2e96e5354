"""A session is closed with every fix judged that was applied in it, and with nothing said of one that nobody confirmed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.errors import Invalid
from core.fixes import service as fixes
from core.fixes.commands import DecideFix, RecordOutcome
from core.fixes.models import Decision, FixStatus, Outcome, SuggestedFix
from core.ids import FixId, PostingId, SessionId
from core.llm.notes import NoteKind
from core.notes import previews
from core.notes.answers import ASKED
from core.notes.commands import Answered
from core.notes.overview import note_card
from core.notes.service import AnswerDiffers, Confirmed, StateMoved
from core.sessions.models import Session
from tests.builders import SCRIPTED, Account, a_fix, a_session
from tests.core.notes.closing import confirm, drafted


async def applied(account: Account, session: Session, title: str) -> SuggestedFix:
    fix = await a_fix(account, session, replace(SCRIPTED, title=title))
    async with account.unit("ben") as unit:
        return await fixes.decide(unit, DecideFix(fix_id=FixId(fix.id), decision=Decision.ONE_OFF))


async def several(account: Account, how_many: int) -> tuple[Session, list[SuggestedFix]]:
    """A session in which so many fixes were applied one after the other, the newest first."""
    session = await a_session(account)
    made = [await applied(account, session, f"Fix {number}") for number in range(1, how_many + 1)]
    return session, made[::-1]


async def page(account: Account, session: Session, kind: NoteKind) -> previews.Page:
    async with account.unit("ben") as unit:
        return await previews.page(unit, SessionId(session.id), kind)


@pytest.mark.parametrize(
    ("kind", "first"),
    [(NoteKind.RESOLUTION, FixStatus.APPLIED_SUCCESS), (NoteKind.ESCALATION, FixStatus.APPLIED_FAILED)],
)
async def test_every_fix_that_was_applied_is_asked_about_and_judged_with_the_confirmation(
    account: Account, kind: NoteKind, first: FixStatus
):
    session, made = await several(account, 3)
    now = await page(account, session, kind)
    assert [fix.title for fix in now.asked] == ["Fix 3", "Fix 2", "Fix 1"], "the one before the engineer first"
    assert isinstance(await confirm(account, session, await drafted(account, session, kind)), Confirmed)
    standing = [(await account.fix(fix.id)).status for fix in made]
    assert standing == [first, FixStatus.APPLIED_FAILED, FixStatus.APPLIED_FAILED]


async def test_what_is_on_record_of_an_earlier_fix_is_what_is_preset(account: Account):
    session, (_, partly, waiting) = await several(account, 3)
    for fix, outcome in ((partly, Outcome.APPLIED_PARTIAL), (waiting, Outcome.APPLIED_PENDING)):
        async with account.unit("ben") as unit:
            await fixes.record_outcome(
                unit, RecordOutcome(fix_id=FixId(fix.id), outcome=outcome, notes="the night run")
            )
    draft = await drafted(account, session, NoteKind.RESOLUTION)
    assert isinstance(await confirm(account, session, draft), Confirmed)
    assert [(await account.fix(fix.id)).status for fix in (partly, waiting)] == [
        FixStatus.APPLIED_PARTIAL,
        FixStatus.APPLIED_PENDING,
    ]
    assert len(await account.trail(partly.id)) == len(await account.trail(waiting.id)), "nothing is recorded twice"


async def test_another_answer_about_an_earlier_fix_refreshes_the_draft_first(account: Account):
    session, (_, earlier) = await several(account, 2)
    draft = await drafted(account, session, NoteKind.RESOLUTION)
    assert "We also tried “Fix 1”, which did not resolve it." in draft.texts()["resolution"]
    given = {earlier.id: (Answered.PARTLY, "colour prints")}
    asked = await confirm(account, session, draft, outcomes=given)
    assert isinstance(asked, AnswerDiffers)
    assert (await account.fix(earlier.id)).status is FixStatus.PROPOSED, "nobody has confirmed it yet"
    anew = await drafted(account, session, NoteKind.RESOLUTION)
    assert "It solved a part of the problem: colour prints." in anew.texts()["resolution"]
    async with account.unit("ben") as unit:
        now = await previews.page(unit, SessionId(session.id), NoteKind.RESOLUTION)
        assert await previews.news(unit, now, draft.id) == ("“Fix 1” is answered “worked partly: colour prints” now",)
    assert isinstance(await confirm(account, session, anew, outcomes=given), Confirmed)
    fix = await account.fix(earlier.id)
    assert (fix.status, fix.partial_notes) == (FixStatus.APPLIED_PARTIAL, "colour prints")


async def test_an_earlier_fix_may_turn_out_never_to_have_been_applied(account: Account):
    session, (_, earlier) = await several(account, 2)
    given = {earlier.id: (Answered.NEVER_APPLIED, None)}
    asked = await confirm(account, session, await drafted(account, session, NoteKind.RESOLUTION), outcomes=given)
    assert isinstance(asked, AnswerDiffers)
    anew = await drafted(account, session, NoteKind.RESOLUTION)
    assert "Fix 1" not in anew.texts()["resolution"], "of a fix that was set aside the customer is told nothing"
    assert isinstance(await confirm(account, session, anew, outcomes=given), Confirmed)
    fix = await account.fix(earlier.id)
    assert (fix.status, fix.applied_at) == (FixStatus.DISMISSED, None)


async def test_words_that_are_missing_are_asked_for_at_their_own_fix(account: Account):
    session, (_, earlier) = await several(account, 2)
    draft = await drafted(account, session, NoteKind.ESCALATION)
    with pytest.raises(Invalid, match="Say what you are waiting for") as refused:
        await confirm(account, session, draft, outcomes={earlier.id: (Answered.WAITING, " ")})
    assert refused.value.field == f"outcomes.{earlier.id}.notes"


async def test_more_than_a_form_can_ask_about_are_named_before_and_after(account: Account):
    session, made = await several(account, ASKED + 2)
    now = await page(account, session, NoteKind.RESOLUTION)
    assert ([fix.title for fix in now.unasked], len(now.asked)) == (["Fix 2", "Fix 1"], ASKED)
    asked = await confirm(account, session, await drafted(account, session, NoteKind.RESOLUTION))
    assert isinstance(asked, Confirmed)
    assert [(await account.fix(fix.id)).is_judged for fix in made] == [True] * ASKED + [False, False]
    async with account.unit() as unit:
        assert (await note_card(unit, PostingId(asked.posting.id))).unjudged == ("Fix 1", "Fix 2")


async def test_a_draft_that_was_written_meanwhile_is_not_shown_without_saying_what_changed(account: Account):
    """An outcome recorded by somebody else has the next draft written before anybody asks: it stands ready when the form comes back."""
    session, (fix,) = await several(account, 1)
    seen = await drafted(account, session, NoteKind.RESOLUTION)
    async with account.unit("eva") as unit:
        wanted = RecordOutcome(fix_id=FixId(fix.id), outcome=Outcome.APPLIED_PARTIAL, notes="black and white only")
        await fixes.record_outcome(unit, wanted)
    await drafted(account, session, NoteKind.RESOLUTION, by="eva")
    asked = await confirm(account, session, seen)
    assert isinstance(asked, StateMoved)
    assert (asked.what, asked.redrafted) == (("“Fix 1” is recorded as “worked partly” now",), True)


@pytest.mark.parametrize("kind", list(NoteKind))
async def test_nothing_is_written_ahead_once_a_note_is_confirmed(account: Account, kind: NoteKind):
    session, _ = await several(account, 1)
    assert isinstance(await confirm(account, session, await drafted(account, session, kind)), Confirmed)
    async with account.unit() as unit:
        await previews.prefetch(unit, SessionId(session.id), NoteKind.RESOLUTION)
        ahead = await previews.page(unit, SessionId(session.id), NoteKind.RESOLUTION)
        assert ahead.may_follow is (kind is NoteKind.ESCALATION)
