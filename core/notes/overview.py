"""What the cards and figures of notes show."""

from __future__ import annotations

from dataclasses import dataclass

from core.accounts import queries as people
from core.ids import PostingId, SessionId
from core.llm.notes import NoteKind
from core.notes import queries
from core.notes.postings import Posting, PostingState
from core.sessions import queries as sessions
from core.sessions.models import Session
from core.unit import Unit


@dataclass(frozen=True)
class NoteCard:
    """A posting with who confirmed it, its session, and where its ticket can be looked at."""

    posting: Posting
    session: Session
    requester: str
    url: str | None


async def note_card(unit: Unit, posting_id: PostingId) -> NoteCard:
    """Raises `NotFound`."""
    posting = await queries.posting(unit, posting_id)
    session = await sessions.session(unit, posting.session_id)
    requester = await people.user(unit, posting.requested_by)
    same_ticket = posting.ticket_id is not None and posting.ticket_id == session.psa_ticket_id
    return NoteCard(posting, session, requester.name, session.psa_ticket_url if same_ticket else None)


async def under_way(unit: Unit, session_id: SessionId) -> str | None:
    """A sentence on the note that is on its way to the session's ticket, None when none is."""
    posting = await queries.live_posting(unit, session_id)
    if posting is None:
        return None
    what = "resolution note" if posting.kind is NoteKind.RESOLUTION else "escalation package"
    ticket = posting.ticket_label or "its ticket"
    if posting.state is PostingState.FAILED:
        return f"The {what} for {ticket} needs a decision: its card in this thread says why."
    if posting.next_try_at is not None:
        return f"The {what} for {ticket} is queued: the ticket system is away. It goes out once, as soon as it can."
    return f"The {what} is being posted to {ticket} …"
