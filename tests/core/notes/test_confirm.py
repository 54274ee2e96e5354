"""What a confirmation may do, and what it is told instead; drafts are composed once."""

from __future__ import annotations

import asyncio

import pytest

from core.errors import Conflict, Invalid, NotFound
from core.fixes import service as fixes
from core.fixes.commands import DecideFix
from core.fixes.models import Decision, FixStatus
from core.ids import FixId, PreviewId, SessionId
from core.llm import notes_offline
from core.llm.notes import NoteKind
from core.notes import composing, endings, previews, queries
from core.notes.commands import Answered
from core.notes.distance import words_changed
from core.notes.models import NOTE_LIMIT
from core.notes.postings import Ending, PostingState, Trouble
from core.notes.service import AnswerDiffers, Confirmed, SecretsFound, StateMoved
from core.sessions import service as sessions
from core.sessions.commands import AddFact
from core.sessions.models import SessionStatus
from core.unit import Database
from tests.builders import SCRIPTED, Account, a_fix, a_session, an_account
from tests.core.notes.closing import Carrier, a_connection, confirm, confirmed, drafted, on_a_ticket, written
from tests.core.notes.ticketing import Mishap, Ticketing


async def applied(account: Account):
    """A session with a fix that was run and not judged."""
    session = await a_session(account)
    fix = await a_fix(account, session, SCRIPTED)
    async with account.unit("ben") as unit:
        await fixes.decide(unit, DecideFix(fix_id=FixId(fix.id), decision=Decision.ONE_OFF))
    return session, fix


async def test_two_replicas_compose_a_state_once(account: Account):
    session = await a_session(account)
    async with account.unit("ben") as unit:
        preview = await previews.want(unit, await previews.page(unit, SessionId(session.id), NoteKind.RESOLUTION))
    preview_id = PreviewId(preview.id)

    async def assigned():
        async with account.unit() as unit:
            return await composing.assignment(unit, preview_id)

    both = await asyncio.gather(assigned(), assigned())
    assert [one for one in both if one == "busy"] == ["busy"]
    (won,) = [one for one in both if isinstance(one, composing.Assignment)]
    async with account.unit() as unit:
        await composing.written(unit, won, notes_offline.compose(won.kind, won.bundle))
    assert await assigned() == "settled"
    async with account.unit("eva") as unit:
        again = await previews.want(unit, await previews.page(unit, SessionId(session.id), NoteKind.RESOLUTION))
    assert again.id == preview.id, "the same state is not composed again"


async def test_a_draft_of_a_state_that_moved_is_not_written(account: Account):
    session = await a_session(account)
    async with account.unit("ben") as unit:
        preview = await previews.want(unit, await previews.page(unit, SessionId(session.id), NoteKind.RESOLUTION))
    async with account.unit("eva") as unit:
        await sessions.add_fact(unit, AddFact(session_id=SessionId(session.id), text="It began on Tuesday"))
    assert not (await written(account, preview)).is_written


async def test_nothing_is_posted_when_the_state_moved_and_what_was_typed_is_kept(account: Account):
    session = await a_session(account)
    draft = await drafted(account, session, NoteKind.RESOLUTION)
    async with account.unit("eva") as unit:
        await sessions.add_fact(unit, AddFact(session_id=SessionId(session.id), text="It began on Tuesday"))
    asked = await confirm(account, session, draft, resolution="We replaced it.")
    assert isinstance(asked, StateMoved)
    assert asked.page.changed == ("1 fact added",)
    assert asked.page.texts()["resolution"] == "We replaced it."
    assert (await account.session(session.id)).status is SessionStatus.ACTIVE


@pytest.mark.parametrize(
    ("kind", "answered", "status"),
    [
        (NoteKind.RESOLUTION, None, FixStatus.APPLIED_SUCCESS),
        (NoteKind.ESCALATION, None, FixStatus.APPLIED_FAILED),
        (NoteKind.ESCALATION, Answered.WORKED, FixStatus.APPLIED_SUCCESS),
        (NoteKind.ESCALATION, Answered.NEVER_APPLIED, FixStatus.DISMISSED),
    ],
)
async def test_the_answer_is_recorded_with_the_confirmation(
    account: Account, kind: NoteKind, answered: Answered | None, status: FixStatus
):
    session, fix = await applied(account)
    draft = await drafted(account, session, kind)
    asked = await confirm(account, session, draft, outcome=answered)
    if answered is not None:
        assert isinstance(asked, AnswerDiffers)
        assert (await account.fix(fix.id)).status is FixStatus.PROPOSED, "nobody has confirmed it yet"
        asked = await confirm(account, session, await drafted(account, session, kind), outcome=answered)
    assert isinstance(asked, Confirmed)
    now = await account.fix(fix.id)
    assert now.status is status
    assert (now.applied_at is None) == (answered is Answered.NEVER_APPLIED)


async def test_sixty_thousand_characters_fit_and_no_more(account: Account):
    session = await a_session(account)
    draft = await drafted(account, session, NoteKind.RESOLUTION)
    used = sum(len(text) for key, text in draft.texts().items() if key != "resolution")
    with pytest.raises(Invalid, match="at most 60,000 fit"):
        await confirm(account, session, draft, resolution="x" * (NOTE_LIMIT - used + 1))
    asked = await confirm(account, session, draft, resolution="x" * (NOTE_LIMIT - used))
    assert isinstance(asked, Confirmed)
    assert asked.posting.text.endswith("x" * (NOTE_LIMIT - used))


async def test_a_secret_asks_first(account: Account):
    session = await a_session(account)
    draft = await drafted(account, session, NoteKind.RESOLUTION)
    asked = await confirm(account, session, draft, resolution="The password is Xk9!mQ2p#Lz7")
    assert isinstance(asked, SecretsFound)
    assert asked.kinds == ["password"]


async def test_an_escalation_that_waits_holds_up_a_resolution_until_it_is_taken_back(account: Account):
    session = await on_a_ticket(account, await a_connection(account))
    posting_id = await confirmed(account, session, NoteKind.ESCALATION)
    carrier = Carrier(account, Ticketing(mishaps=[Mishap.AWAY]))
    later = await carrier.carry(posting_id)
    assert later is not None
    assert (await account.session(session.id)).status is SessionStatus.REQUESTING_ESCALATION
    resolution = await drafted(account, session, NoteKind.RESOLUTION)
    with pytest.raises(Conflict, match="An escalation of this session is being posted"):
        await confirm(account, session, resolution)
    async with account.unit("eva") as unit:
        await endings.cancel(unit, posting_id)
    assert (await account.session(session.id)).status is SessionStatus.ACTIVE
    assert isinstance(await confirm(account, session, resolution), Confirmed)


async def test_confirming_again_joins_the_post_that_is_under_way(account: Account):
    session = await on_a_ticket(account, await a_connection(account))
    draft = await drafted(account, session, NoteKind.RESOLUTION)
    first = await confirm(account, session, draft)
    second = await confirm(account, session, draft, by="eva", resolution="Something else")
    assert isinstance(first, Confirmed)
    assert isinstance(second, Confirmed)
    assert (second.joined, second.posting.id) == (True, first.posting.id)


async def test_a_note_that_arrives_late_is_found_and_not_posted_again(account: Account):
    session = await on_a_ticket(account, await a_connection(account))
    posting_id = await confirmed(account, session)
    carrier = Carrier(account, Ticketing(mishaps=[Mishap.NONE, Mishap.LATE]))
    assert await carrier.carry(posting_id) is not None
    again = await carrier.carry(posting_id)
    assert again is not None, "the call may still be under way: nobody looks yet"
    assert carrier.ticketing.calls["add_note"] == 1
    await carrier.a_while_passes()
    assert (await carrier.to_the_end(posting_id)).ending is Ending.VERIFIED
    assert len(carrier.ticketing.notes) == 1


async def test_a_status_that_did_not_hold_leaves_the_session_as_it_was(account: Account):
    session = await on_a_ticket(account, await a_connection(account))
    posting_id = await confirmed(account, session, NoteKind.ESCALATION)
    carrier = Carrier(account, Ticketing(mishaps=[Mishap.NONE] * 4 + [Mishap.NOT_KEPT]))
    failed = await carrier.to_the_end(posting_id)
    assert (failed.state, failed.trouble, failed.failed_at) == (
        PostingState.FAILED,
        Trouble.NOT_VERIFIED,
        PostingState.NOTE_POSTED,
    )
    assert (failed.wanted_status, failed.observed_status) == ("Escalated", "New")
    assert (await account.session(session.id)).status is SessionStatus.ACTIVE
    async with account.unit("ben") as unit:
        await endings.go_on(unit, posting_id)
    assert (await carrier.to_the_end(posting_id)).ending is Ending.VERIFIED
    assert len(carrier.ticketing.notes) == 1
    assert await account.trail(posting_id) == [
        "note.confirmed",
        "note.posted",
        "note.failed",
        "note.retried",
        "note.status_verified",
    ]


async def test_another_accounts_post_is_not_there(account: Account, database: Database):
    session = await a_session(account)
    posting_id = await confirmed(account, session)
    other = await an_account(database, "ben")
    async with other.unit("ben") as unit:
        with pytest.raises(NotFound):
            await queries.posting(unit, posting_id)


@pytest.mark.parametrize(
    ("before", "after", "changed"), [("a b c", "a b c", 0), ("a b c", "a x c", 1), ("", "a b", 2), ("a b", "b a", 2)]
)
def test_the_distance_counts_words(before: str, after: str, changed: int):
    assert words_changed(before, after) == changed
