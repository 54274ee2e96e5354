"""What the cards of tickets and walks show, read in few statements."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from core.accounts import queries as people
from core.accounts.models import User
from core.ids import TicketId, WalkId
from core.intake.tickets import queries as tickets
from core.intake.tickets.models import Ticket
from core.intake.walks import queries as walks
from core.intake.walks.models import Walk
from core.sessions import queries as sessions
from core.sessions.models import Session
from core.unit import Unit


@dataclass(frozen=True)
class TicketCard:
    """`walk` is the newest one, `session` the one it went on as."""

    ticket: Ticket
    taker: User
    walk: Walk | None
    owner: User | None
    session: Session | None


@dataclass(frozen=True)
class WalkCard:
    """`names` tells who did what."""

    walk: Walk
    ticket: Ticket
    owner: User
    names: Mapping[UUID, str]
    session: Session | None


async def ticket_card(unit: Unit, ticket_id: TicketId) -> TicketCard:
    """Raises `NotFound`."""
    ticket = await tickets.ticket(unit, ticket_id)
    walk = await walks.latest_of(unit, ticket.id)
    who = await people.users(unit, [ticket.created_by, *([walk.owner_id] if walk else [])])
    session = await sessions.session(unit, walk.session_id) if walk and walk.session_id else None
    return TicketCard(ticket, who[ticket.created_by], walk, who[walk.owner_id] if walk else None, session)


async def walk_card(unit: Unit, walk_id: WalkId) -> WalkCard:
    """Raises `NotFound`."""
    walk, ticket = await walks.walk(unit, walk_id)
    did = {step.by for step in walk.path} | {step.undone_by for step in walk.path} | {walk.notes_by, walk.ended_by}
    who = await people.users(unit, [walk.owner_id, *(one for one in did if one is not None)])
    session = await sessions.session(unit, walk.session_id) if walk.session_id else None
    return WalkCard(walk, ticket, who[walk.owner_id], {one: user.name for one, user in who.items()}, session)
