"""What becomes of a posting that cannot go on: it waits and comes back, or stands still until a person decides."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import timedelta

from core.errors import Conflict, StatusNotVerified
from core.ids import PostingId, SessionId
from core.notes import endings, queries
from core.notes.postings import PostingState, Trouble
from core.outbox.note_events import PostingChanged
from core.psa.address import AddressRefused
from core.psa.provider import KeysRefused, PsaRefused, TicketGone
from core.sessions.service import changed
from core.text import capital
from core.unit import Unit

Units = Callable[[], AbstractAsyncContextManager[Unit]]

FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(minutes=3)
MOST_STUMBLES = 5


class Disconnected(Conflict):
    pass


class CannotTell(Conflict):
    pass


class Merged(Conflict):
    pass


_TROUBLES: dict[type[Exception], Trouble] = {
    KeysRefused: Trouble.KEYS,
    TicketGone: Trouble.GONE,
    StatusNotVerified: Trouble.NOT_VERIFIED,
    CannotTell: Trouble.UNKNOWN,
    Disconnected: Trouble.DISCONNECTED,
    Merged: Trouble.REFUSED,
    AddressRefused: Trouble.REFUSED,
    PsaRefused: Trouble.REFUSED,
}
FINAL = tuple(_TROUBLES)
"""What no waiting mends."""


@dataclass(frozen=True)
class ComeBack:
    """It is not done; try again `after` so long."""

    after: timedelta
    why: str


def wait(tries: int) -> timedelta:
    """How long to wait after so many tries: 5 s, 10 s … at most three minutes, so that all are out soon after an outage."""
    return min(FIRST_WAIT * 2 ** min(tries, 10), LONGEST_WAIT)


async def put_off(units: Units, posting_id: PostingId, why: str, after: timedelta | None = None) -> ComeBack:
    """It comes back: `after` the pause that the other side asked for, else as long as so many tries make it wait."""
    async with units() as unit:
        posting, session = await queries.posting_for_update(unit, posting_id)
        if posting.next_try_at is None:
            changed(unit, session)  # its card says that the note waits, not since when: it need not change every time
        if after is None:
            after = wait(posting.tries)
            posting.put_off(why, unit.now + after)
        else:
            posting.pause(why, unit.now + after)
        unit.emit(PostingChanged(SessionId(session.id), posting_id))
    return ComeBack(after, why)


async def stop(units: Units, posting_id: PostingId, no: Exception) -> None:
    """It stands still for one of the `FINAL` reasons."""
    trouble = next(trouble for kind, trouble in _TROUBLES.items() if isinstance(no, kind))
    async with units() as unit:
        posting, session = await queries.posting_for_update(unit, posting_id)
        if posting.is_under_way:
            if isinstance(no, StatusNotVerified):
                posting.observed_status = no.observed or posting.observed_status
            endings.stands_still(unit, session, posting, trouble, str(no))


async def stumbled(units: Units, posting_id: PostingId) -> None:
    """A fault of ours: a look at the other side may heal it, so it comes back; after `MOST_STUMBLES` tries a person is asked."""
    why = "something went wrong inside FlowPilot; whoever runs it finds the story in its log."
    await put_off(units, posting_id, why)
    async with units() as unit:
        posting, session = await queries.posting_for_update(unit, posting_id)
        if posting.is_under_way and posting.tries >= MOST_STUMBLES:
            maybe_there = posting.state is PostingState.CLAIMED and posting.sending_at is not None
            trouble = Trouble.UNKNOWN if maybe_there else Trouble.REFUSED
            endings.stands_still(unit, session, posting, trouble, why if maybe_there else capital(why))
