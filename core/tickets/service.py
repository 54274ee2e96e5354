"""A session and its ticket: linking, unlinking, and hearing of what changes there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from core.errors import Conflict
from core.ids import ConnectionId, FollowId, SessionId, new_id
from core.outbox.ticket_events import TicketFollowed, TicketToLookAt
from core.psa import queries as connections
from core.psa.models import PsaConnection
from core.psa.provider import Audience, Note, Ticket, is_ours
from core.psa.references import Reference
from core.sessions import queries as sessions
from core.sessions import service as session_service
from core.sessions.models import OPEN, Session
from core.text import clean, shorten
from core.tickets import queries
from core.tickets.models import TicketFollow
from core.unit import Unit

LOOK_EVERY = timedelta(minutes=3)
TITLE = 100


async def link(unit: Unit, session_id: SessionId, connection_id: ConnectionId, ticket: Ticket) -> Session:
    """Links a ticket that was just read; another one before it is let go. Raises `Conflict` for a merged one, naming the one that goes on."""
    _may(unit)
    connection = await connections.connection_for_update(unit, connection_id)
    if ticket.merged_into is not None:
        goes_on = connection.system.label(ticket.merged_into)
        raise Conflict(f"{ticket.label} was merged into {goes_on}; please link that one.")
    session = await sessions.session_for_update(unit, session_id)
    told = _told(connection, ticket)
    if all(getattr(session, name) == value for name, value in told.items()):
        return session
    if session.psa_ticket_id != ticket.id or session.psa_connection_id != connection.id:
        await _stop_following(unit, session)
        session.touch(unit.now)
        unit.audit(
            "ticket.linked",
            session.id,
            connection=str(connection.id),
            before=session.psa_ticket_label,
            after=ticket.label,
        )
    for name, value in told.items():
        setattr(session, name, value)
    session_service.changed(unit, session)
    return session


def _told(connection: PsaConnection, ticket: Ticket) -> dict[str, object]:
    """What a session keeps of its ticket."""
    return {
        "psa_connection_id": connection.id,
        "psa_ticket_id": ticket.id,
        "psa_ticket_label": ticket.label,
        "psa_ticket_url": ticket.url,
        "psa_board_id": ticket.board.id or None,
        "psa_company": shorten(clean(ticket.company.name), TITLE) if ticket.company else None,
        "psa_contact": shorten(clean(ticket.contact.name), TITLE) if ticket.contact else None,
    }


async def unlink(unit: Unit, session_id: SessionId) -> Session:
    """Raises `Conflict` when there is no ticket."""
    unit.scope.need_engineer("unlink a ticket")
    session = await sessions.session_for_update(unit, session_id)
    if session.psa_ticket_id is None:
        raise Conflict("No ticket is linked to this session.")
    await _stop_following(unit, session)
    unit.audit("ticket.unlinked", session.id, before=session.psa_ticket_label)
    session.psa_connection_id = None
    session.psa_ticket_id = session.psa_ticket_label = session.psa_ticket_url = session.psa_board_id = None
    session.psa_company = session.psa_contact = None
    session.touch(unit.now)
    session_service.changed(unit, session)
    return session


async def others(unit: Unit, session: Session) -> Sequence[Session]:
    """The other open sessions about the same ticket."""
    if session.psa_ticket_id is None or session.psa_connection_id is None:
        return []
    found = await queries.open_about(unit, [(session.psa_connection_id, session.psa_ticket_id)])
    return [one for one in found if one.id != session.id]


async def already(unit: Unit, named: Sequence[Reference], chosen: str | None = None) -> Sequence[Session]:
    """The open sessions about a ticket that a new problem names, or that was chosen for it ("connection:number")."""
    if not named and not chosen:
        return []
    known = await connections.connections(unit)
    tickets = [(one.id, reference.ticket_id) for reference in named for one in known if reference.fits(one)]
    if chosen:
        connection_id, ticket_id = session_service.chosen_ticket(chosen)
        tickets.append((connection_id, ticket_id))
    return await queries.open_about(unit, tickets)


async def follow(unit: Unit, session_id: SessionId, ticket: Ticket, notes: Sequence[Note]) -> TicketFollow:
    """From now on the thread hears of what changes on its ticket. Raises `Conflict` without a ticket, or when it does already."""
    person = unit.scope.need_engineer("follow a ticket")
    session = await sessions.session_for_update(unit, session_id)
    if session.psa_connection_id is None or session.psa_ticket_id is None:
        raise Conflict("Link a ticket first; then its changes can be followed here.")
    if await queries.follow_of(unit, session_id):
        raise Conflict(f"This thread follows {session.psa_ticket_label} already.")
    made = unit.add(
        TicketFollow(
            account_id=unit.account_id,
            id=new_id(),
            session_id=session.id,
            connection_id=session.psa_connection_id,
            ticket_id=session.psa_ticket_id,
            seen=_seen(ticket, notes),
            next_look_at=unit.now + LOOK_EVERY,
            followed_by=person.id,
            followed_at=unit.now,
        )
    )
    unit.emit(TicketFollowed(FollowId(made.id)))
    unit.audit("ticket.followed", session.id, ticket=session.psa_ticket_label)
    session_service.changed(unit, session)
    return made


async def unfollow(unit: Unit, session_id: SessionId) -> TicketFollow:
    """Raises `Conflict` when nothing is followed."""
    unit.scope.need_engineer("stop following a ticket")
    session = await sessions.session_for_update(unit, session_id)
    row = await _stop_following(unit, session)
    if row is None:
        raise Conflict("This thread follows no ticket.")
    session_service.changed(unit, session)
    return row


async def _stop_following(unit: Unit, session: Session) -> TicketFollow | None:
    row = await queries.follow_of(unit, session.id)
    if row is not None:
        row.ended_at = unit.now
        unit.emit(TicketFollowed(FollowId(row.id)))
        unit.audit("ticket.unfollowed", session.id, ticket=session.psa_ticket_label)
    return row


async def plan_looks(unit: Unit) -> int:
    """Queues a look at every followed ticket that is due, and returns how many. Polling is the truth; a callback only brings it forward."""
    rows = await queries.due(unit, unit.now)
    for row in rows:
        row.next_look_at = unit.now + LOOK_EVERY
        unit.emit(TicketToLookAt(FollowId(row.id)))
    return len(rows)


async def look_now(unit: Unit, connection_id: ConnectionId, ticket_id: str) -> int:
    """Somebody says that a ticket changed: whoever follows it looks for themselves. Returns how many do."""
    rows = await queries.following(unit, connection_id, ticket_id)
    for row in rows:
        unit.emit(TicketToLookAt(FollowId(row.id)))
    return len(rows)


async def looked(unit: Unit, follow_id: FollowId, ticket: Ticket, notes: Sequence[Note]) -> None:
    """Says in the thread what is new since the last look; our own notes are no news. Raises `NotFound`."""
    row = await queries.follow(unit, follow_id)
    session = await sessions.session_for_update(unit, row.session_id)
    for sentence in _news(row.seen, ticket, notes):
        session_service.say(unit, session, sentence)
    row.seen = _seen(ticket, notes)
    if session.status not in OPEN and ticket.status.closed:
        row.ended_at = unit.now


async def gone(unit: Unit, follow_id: FollowId) -> None:
    """The ticket is not there any more: said once, and followed no longer."""
    row = await queries.follow(unit, follow_id)
    session = await sessions.session_for_update(unit, row.session_id)
    session_service.say(
        unit, session, f"{session.psa_ticket_label} is not there any more, so it is followed no longer."
    )
    row.ended_at = unit.now


def _seen(ticket: Ticket, notes: Sequence[Note]) -> dict[str, str]:
    return {
        "status": ticket.status.name,
        "board": ticket.board.name,
        "note": str(max((int(one.id) for one in notes if one.id.isdecimal()), default=0)),
    }


def _news(seen: dict[str, str], ticket: Ticket, notes: Sequence[Note]) -> list[str]:
    news: list[str] = []
    if ticket.merged_into is not None:
        news.append(f"{ticket.label} was merged into ticket {ticket.merged_into}.")
    if ticket.board.name != seen["board"]:
        news.append(f"{ticket.label} moved to the board “{ticket.board.name}”.")
    if ticket.status.name != seen["status"]:
        news.append(f"{ticket.label} is now “{ticket.status.name}” (it was “{seen['status']}”).")
    last = int(seen["note"])
    fresh = [one for one in notes if one.id.isdecimal() and int(one.id) > last and not is_ours(one)]
    for note in sorted(fresh, key=lambda one: int(one.id))[:5]:
        kind = "An internal note" if note.audience is Audience.INTERNAL else "A note"
        news.append(
            f"{kind} on {ticket.label}{f' by {note.by}' if note.by else ''}:\n{shorten(clean(note.text), 1_500)}"
        )
    if len(fresh) > 5:
        news.append(f"and {len(fresh) - 5} more notes on {ticket.label}.")
    return news


def _may(unit: Unit) -> None:
    # A ticket that the problem named is linked by the house itself, for whoever started the session.
    if unit.scope.person is not None:
        unit.scope.need_engineer("link a ticket")
