"""The window that shows how far a post is: one that is still opening is waited for, one that was closed is forgotten at once."""

from __future__ import annotations

from datetime import timedelta

from core.ids import PostingId
from core.notes import endings, queries
from core.notes.postings import OPENS_WITHIN
from tests.builders import Account, Clock
from tests.core.notes.closing import Carrier, a_connection, confirmed, on_a_ticket
from tests.core.notes.ticketing import Ticketing


async def lost(account: Account, posting_id: PostingId, modal: str) -> bool:
    async with account.unit() as unit:
        return await endings.lost_window(unit, posting_id, modal)


async def test_a_window_is_looked_for_while_it_may_still_open_and_then_no_longer(account: Account, clock: Clock):
    session = await on_a_ticket(account, await a_connection(account))
    posting_id = await confirmed(account, session)
    carrier = Carrier(account, Ticketing())
    async with account.unit("ben") as unit:
        (await queries.posting(unit, posting_id)).shown_in("fp-note-2", unit.now)
    assert await lost(account, posting_id, "fp-note-1"), "the one before is gone, and the new one stays"
    assert not await lost(account, posting_id, "fp-note-2")
    assert (await carrier.posting(posting_id)).modal == "fp-note-2"
    clock.forward(OPENS_WITHIN + timedelta(seconds=1))
    assert await lost(account, posting_id, "fp-note-2")
    assert (await carrier.posting(posting_id)).modal is None


async def test_the_window_in_which_it_was_confirmed_stood_open_so_it_is_looked_for_once(account: Account):
    session = await on_a_ticket(account, await a_connection(account))
    posting_id = await confirmed(account, session)
    async with account.unit("ben") as unit:
        (await queries.posting(unit, posting_id)).modal = "fp-note-1"
    assert await lost(account, posting_id, "fp-note-1")
    assert (await Carrier(account, Ticketing()).posting(posting_id)).modal is None
