"""How a posting ends, and what a person decides about one that stands still. No function here touches the network."""

from __future__ import annotations

from core.errors import Conflict
from core.escalations import service as escalations
from core.ids import PostingId, SessionId, UserId
from core.llm.notes import NoteKind
from core.notes import queries
from core.notes.postings import Ending, Posting, Trouble
from core.outbox.events import HomeChanged, SessionEscalated, SessionResolved
from core.outbox.note_events import PostingChanged, PostingWanted
from core.sessions.models import Session, SessionStatus
from core.sessions.service import changed
from core.unit import Unit


async def close(unit: Unit, session: Session, posting: Posting, ending: Ending) -> None:
    """The posting is concluded, and with it the session resolved or escalated."""
    posting.conclude(ending, unit.now)
    await queries.forget_copies(unit, session.id, posting.kind)
    session_id, by = SessionId(session.id), UserId(posting.requested_by)
    if posting.kind is NoteKind.RESOLUTION:
        before = session.status
        session.resolve(posting.summary, unit.now)
        await escalations.close(unit, session_id=session.id)
        unit.audit("session.resolved", session.id, before=before, after=session.status, ending=ending, by=str(by))
        unit.emit(SessionResolved(session_id))
    else:
        session.escalate(posting.summary, unit.now)
        await escalations.raise_(unit, session_id=session_id, title=session.title, reason=posting.summary, by=by)
        unit.audit("session.escalated", session.id, after=session.status, ending=ending, by=str(by))
        unit.emit(SessionEscalated(session_id))
    unit.emit(PostingChanged(session_id, PostingId(posting.id)))
    changed(unit, session)
    unit.emit(HomeChanged(by))


def stands_still(unit: Unit, session: Session, posting: Posting, trouble: Trouble, why: str) -> None:
    """A person has to decide; the session has the status it had before."""
    posting.fail(trouble, why)
    if session.status is SessionStatus.REQUESTING_ESCALATION and trouble is not Trouble.UNKNOWN:
        session.status = posting.status_before
    unit.audit("note.failed", posting.id, at=posting.failed_at, trouble=trouble)
    show(unit, session, posting)


def show(unit: Unit, session: Session, posting: Posting) -> None:
    """Everything that shows the posting shows it anew."""
    unit.emit(PostingChanged(SessionId(session.id), PostingId(posting.id)))
    changed(unit, session)


async def lost_window(unit: Unit, posting_id: PostingId, modal: str) -> bool:
    """The window that shows the posting is not there. False while it may still be opening; else it is not looked for again."""
    posting, _ = await queries.posting_for_update(unit, posting_id)
    return posting.lost(modal, unit.now)


async def go_on(unit: Unit, posting_id: PostingId) -> Posting:
    """*Retry status* and *Try again*: it goes on from the last fact, and never posts a note that is on the ticket. Raises `Conflict`."""
    unit.scope.need_engineer("post a note")
    posting, session = await queries.posting_for_update(unit, posting_id)
    posting.go_on()
    if posting.kind is NoteKind.ESCALATION:
        session.request_escalation(unit.now)
    unit.audit("note.retried", posting.id, at=posting.state)
    unit.emit(PostingWanted(posting_id))
    show(unit, session, posting)
    return posting


async def keep_open(unit: Unit, posting_id: PostingId) -> Posting:
    """The session goes on as it was, whatever is on the ticket. Raises `Conflict` unless the post stands still."""
    unit.scope.need_engineer("keep a session open")
    posting, session = await queries.posting_for_update(unit, posting_id)
    posting.keep_open(unit.now)
    _back(session, posting)
    unit.audit("note.kept_open", posting.id, ending=posting.ending)
    show(unit, session, posting)
    return posting


async def cancel(unit: Unit, posting_id: PostingId) -> Posting:
    """Takes it back before anything was sent. Raises `Conflict` when it is too late."""
    unit.scope.need_engineer("take a post back")
    posting, session = await queries.posting_for_update(unit, posting_id)
    posting.cancel(unit.now)
    _back(session, posting)
    unit.audit("note.cancelled", posting.id)
    show(unit, session, posting)
    return posting


async def found_on_ticket(unit: Unit, posting_id: PostingId, *, there: bool) -> Posting:
    """A person looked whether the note is on the ticket. Raises `Conflict` when that is not in question."""
    unit.scope.need_engineer("post a note")
    posting, session = await queries.posting_for_update(unit, posting_id)
    if posting.trouble is not Trouble.UNKNOWN:
        raise Conflict("Whether this note is on its ticket is not in question any more.")
    posting.go_on()
    if there:
        posting.note_is("seen by a person", unit.now)
        await queries.forget_copies(unit, session.id, posting.kind)
    else:
        posting.never_arrived()
    unit.audit("note.looked_for", posting.id, there=there)
    unit.emit(PostingWanted(posting_id))
    show(unit, session, posting)
    return posting


def _back(session: Session, posting: Posting) -> None:
    if session.status is SessionStatus.REQUESTING_ESCALATION:
        session.status = posting.status_before
