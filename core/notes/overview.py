"""What the cards and figures of notes show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from core.accounts import queries as people
from core.fixes import queries as fixes
from core.fixes.models import FixStatus
from core.ids import PostingId, SessionId
from core.llm.notes import NoteKind
from core.notes import queries
from core.notes.postings import Posting, PostingState
from core.scripts import service as scripts
from core.scripts.models import Draft
from core.sessions import queries as sessions
from core.sessions.models import Session, SessionStatus
from core.unit import Unit


@dataclass(frozen=True)
class NoteCard:
    """A posting with who confirmed it, its session, and where its ticket can be looked at. `drafts`: what a resolve offers to review. `unjudged`: the
    titles of fixes that were applied and nobody has judged, where the session is closed."""

    posting: Posting
    session: Session
    requester: str
    url: str | None
    drafts: Sequence[Draft] = ()
    unjudged: Sequence[str] = ()


async def note_card(unit: Unit, posting_id: PostingId) -> NoteCard:
    """Raises `NotFound`."""
    posting = await queries.posting(unit, posting_id)
    session = await sessions.session(unit, posting.session_id)
    requester = await people.user(unit, posting.requested_by)
    same_ticket = posting.ticket_id is not None and posting.ticket_id == session.psa_ticket_id
    resolved = posting.kind is NoteKind.RESOLUTION and session.status is SessionStatus.RESOLVED
    offered = await scripts.offered(unit, SessionId(session.id)) if resolved else ()
    tried = await fixes.fixes_of(unit, session.id) if posting.closes_session else ()
    unjudged = tuple(one.title for one in tried if one.applied_at is not None and not one.is_judged)
    url = session.psa_ticket_url if same_ticket else None
    return NoteCard(posting, session, requester.name, url, offered, unjudged)


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
        return f"The {what} for {ticket} is queued. It goes out once, as soon as its system takes it."
    return f"The {what} is being posted to {ticket} …"


@dataclass(frozen=True)
class Figures:
    """Of fixes and notes: `worked` of `judged` fixes; `hours_to_verify` is the median; notes since `since`: how many, how many went out as
    they were drafted, and the median share of words changed in the others (per cent)."""

    judged: int
    worked: int
    partly: int
    waiting: int
    hours_to_verify: float | None
    notes: int
    as_drafted: int
    changed_pct: float | None
    since: datetime


PERIOD = timedelta(days=90)


async def figures(unit: Unit) -> Figures:
    """The account's figures: fixes of all time (the latest 5,000), notes of the last 90 days."""
    judged = await queries.judged(unit)
    final = [status for status, _ in judged if status in {FixStatus.APPLIED_SUCCESS, FixStatus.APPLIED_FAILED}]
    hours = [
        seconds / 3_600 for status, seconds in judged if seconds is not None and status is FixStatus.APPLIED_SUCCESS
    ]
    notes = await queries.notes_since(unit, unit.now - PERIOD)
    changed = [100 * changed / max(1, words) for changed, words in notes if changed]
    return Figures(
        judged=len(final),
        worked=final.count(FixStatus.APPLIED_SUCCESS),
        partly=sum(status is FixStatus.APPLIED_PARTIAL for status, _ in judged),
        waiting=sum(status is FixStatus.APPLIED_PENDING for status, _ in judged),
        hours_to_verify=median(hours) if hours else None,
        notes=len(notes),
        as_drafted=sum(not changed for changed, _ in notes),
        changed_pct=median(changed) if changed else None,
        since=unit.now - PERIOD,
    )
