"""Whatever the ticket system does, and wherever the process dies: never two notes, never a lost one, never a session closed on a status that was not
read back."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.consequences import SUBSCRIPTIONS
from core.errors import DomainError
from core.ids import PostingId
from core.llm.notes import NoteKind
from core.notes import endings
from core.notes.postings import Ending, PostingState, Trouble
from core.sessions.models import SessionStatus
from core.unit import Database
from tests.builders import Account, Clock, an_account
from tests.core.notes.closing import Carrier, a_connection, confirmed, on_a_ticket
from tests.core.notes.ticketing import ESCALATED, RESOLVED, Died, Mishap, Ticketing

WANTED = {NoteKind.RESOLUTION: RESOLVED, NoteKind.ESCALATION: ESCALATED}
CLOSED = {NoteKind.RESOLUTION: SessionStatus.RESOLVED, NoteKind.ESCALATION: SessionStatus.ESCALATED}
DEEDS = st.sampled_from(["carry", "carry", "carry", "pass", "go on", "cancel", "there", "absent"])


async def check(account: Account, carrier: Carrier, posting_id: PostingId) -> None:
    posting = await carrier.posting(posting_id)
    session = await account.session(posting.session_id)
    notes = Counter(note.mark for note in carrier.ticketing.notes)
    assert notes[posting_id] <= 1, "two notes"
    closed = session.status is CLOSED[posting.kind]
    assert closed == posting.closes_session, "the session is not what its post says"
    if posting.ending is Ending.VERIFIED:
        assert carrier.ticketing.status == WANTED[posting.kind], "closed on a status that is not there"
        assert notes[posting_id] == 1, "the note is lost"
    if posting.ending is Ending.CANCELLED:
        assert not [*notes, *carrier.ticketing.late], "taken back, and it is there"
    if session.status is SessionStatus.REQUESTING_ESCALATION:
        assert posting.state is not PostingState.CONCLUDED


KINDS = st.sampled_from(list(NoteKind))
# Most calls go well, or no story would come far.
MISHAPS = st.lists(st.sampled_from([Mishap.NONE] * 14 + list(Mishap)), max_size=12)
SOME = settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
MANY = settings(SOME, max_examples=150)


@given(kind=KINDS, mishaps=MISHAPS, deeds=st.lists(DEEDS, min_size=3, max_size=14))
@SOME
async def test_random_mishaps_deaths_and_clicks_never_post_twice_and_never_lie(
    engine: AsyncEngine, kind: NoteKind, mishaps: list[Mishap], deeds: list[str]
):
    await story(engine, kind, mishaps, deeds)


@pytest.mark.long
@given(kind=KINDS, mishaps=MISHAPS, deeds=st.lists(DEEDS, min_size=3, max_size=20))
@MANY
async def test_many_random_stories_of_posts(
    engine: AsyncEngine, kind: NoteKind, mishaps: list[Mishap], deeds: list[str]
):
    await story(engine, kind, mishaps, deeds)


async def story(engine: AsyncEngine, kind: NoteKind, mishaps: list[Mishap], deeds: list[str]) -> None:
    """A note is confirmed, things go wrong and people click; then all is well again, and it comes to an end."""
    account = await an_account(Database(engine, Clock(), SUBSCRIPTIONS), "ben")
    session = await on_a_ticket(account, await a_connection(account))
    posting_id = await confirmed(account, session, kind)
    carrier = Carrier(account, Ticketing(mishaps=mishaps))
    for deed in deeds:
        await do(account, carrier, posting_id, deed)
        await check(account, carrier, posting_id)
    carrier.ticketing.mishaps.clear()
    await carrier.a_while_passes()
    for _ in range(5):
        posting = await carrier.to_the_end(posting_id)
        await check(account, carrier, posting_id)
        if posting.state is PostingState.CONCLUDED:
            return
        await do(account, carrier, posting_id, "go on")
    raise AssertionError("it stands still for ever")


async def do(account: Account, carrier: Carrier, posting_id: PostingId, deed: str) -> None:
    try:
        match deed:
            case "carry":
                await carrier.carry(posting_id)
            case "pass":
                await carrier.a_while_passes()
            case "go on":
                async with account.unit("ben") as unit:
                    await endings.go_on(unit, posting_id)
            case "cancel":
                async with account.unit("ben") as unit:
                    await endings.cancel(unit, posting_id)
            case _:
                # Somebody who looked tells the truth: what is under way has arrived by then.
                await carrier.a_while_passes()
                there = any(note.mark == posting_id for note in carrier.ticketing.notes)
                if (await carrier.posting(posting_id)).trouble is Trouble.UNKNOWN:
                    async with account.unit("ben") as unit:
                        await endings.found_on_ticket(unit, posting_id, there=there)
    except (DomainError, Died):
        return
