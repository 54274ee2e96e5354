"""What the other side says while a note is on its way, and what becomes of the post."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.llm.notes import NoteKind
from core.notes import endings
from core.notes.postings import Ending, PostingState, Trouble
from core.notes.setbacks import FIRST_WAIT
from core.sessions.models import SessionStatus
from tests.builders import Account, Clock
from tests.core.notes.closing import Carrier, a_connection, confirmed, on_a_ticket
from tests.core.notes.ticketing import Mishap, Ticketing

PAUSE = timedelta(seconds=3)  # what the ticket system asks for


async def test_a_pause_that_the_other_side_asks_for_is_no_try_and_lengthens_no_wait(account: Account, clock: Clock):
    session = await on_a_ticket(account, await a_connection(account))
    posting_id = await confirmed(account, session)
    carrier = Carrier(account, Ticketing(mishaps=[*[Mishap.THROTTLED] * 4, Mishap.AWAY, Mishap.THROTTLED]))
    for _ in range(4):
        later = await carrier.carry(posting_id)
        assert later is not None
        assert later.after == PAUSE
        posting = await carrier.posting(posting_id)
        assert (posting.tries, posting.next_try_at) == (0, clock.now + PAUSE), "it is seen to wait"
    later = await carrier.carry(posting_id)
    assert later is not None
    assert (later.after, (await carrier.posting(posting_id)).tries) == (FIRST_WAIT, 1)
    later = await carrier.carry(posting_id)
    assert later is not None
    assert (later.after, (await carrier.posting(posting_id)).tries) == (PAUSE, 1)
    assert (await carrier.to_the_end(posting_id)).ending is Ending.VERIFIED


@pytest.mark.parametrize("calls_before", [0, 1])
async def test_an_address_that_leads_elsewhere_is_said_and_nothing_is_sent(account: Account, calls_before: int):
    session = await on_a_ticket(account, await a_connection(account))
    posting_id = await confirmed(account, session, NoteKind.ESCALATION)
    carrier = Carrier(account, Ticketing(mishaps=[*[Mishap.NONE] * calls_before, Mishap.ELSEWHERE]))
    failed = await carrier.to_the_end(posting_id)
    assert (failed.state, failed.trouble, failed.is_unsent) == (PostingState.FAILED, Trouble.REFUSED, True)
    assert "sends FlowPilot on to 10.0.0.7" in (failed.why or "")
    assert (await account.session(session.id)).status is SessionStatus.ACTIVE
    async with account.unit("ben") as unit:
        await endings.go_on(unit, posting_id)
    assert (await carrier.to_the_end(posting_id)).ending is Ending.VERIFIED
    assert len(carrier.ticketing.notes) == 1


@pytest.mark.parametrize("calls_before", [0, 1, 2, 3])
async def test_a_fault_of_ours_that_a_second_look_heals_is_nobodys_business(account: Account, calls_before: int):
    posting_id = await confirmed(account, await on_a_ticket(account, await a_connection(account)))
    carrier = Carrier(account, Ticketing(mishaps=[*[Mishap.NONE] * calls_before, Mishap.NONSENSE]))
    assert (await carrier.to_the_end(posting_id)).ending is Ending.VERIFIED
    assert len(carrier.ticketing.notes) == 1


@pytest.mark.parametrize(
    ("calls_before", "trouble", "sent"), [(0, Trouble.REFUSED, 0), (1, Trouble.UNKNOWN, 1), (2, Trouble.REFUSED, 1)]
)
async def test_a_fault_of_ours_that_stays_is_said_and_no_post_goes_on_saying_that_it_posts(
    account: Account, calls_before: int, trouble: Trouble, sent: int
):
    session = await on_a_ticket(account, await a_connection(account))
    posting_id = await confirmed(account, session)
    carrier = Carrier(account, Ticketing(mishaps=[*[Mishap.NONE] * calls_before, *[Mishap.NONSENSE] * 9]))
    failed = await carrier.to_the_end(posting_id)
    assert (failed.state, failed.trouble, len(carrier.ticketing.notes)) == (PostingState.FAILED, trouble, sent)
    assert "went wrong inside FlowPilot" in (failed.why or "")
    assert (await account.session(session.id)).status is SessionStatus.ACTIVE
    carrier.ticketing.mishaps.clear()
    async with account.unit("ben") as unit:
        if trouble is Trouble.UNKNOWN:
            await endings.found_on_ticket(unit, posting_id, there=True)
        else:
            await endings.go_on(unit, posting_id)
    assert (await carrier.to_the_end(posting_id)).ending is Ending.VERIFIED
    assert len(carrier.ticketing.notes) == 1
