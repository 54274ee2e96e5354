from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select

from core.errors import NotFound
from core.ids import ConnectionId, FollowId, SessionId
from core.sessions.models import OPEN, Session
from core.tickets.models import TicketFollow
from core.unit import Unit

OTHERS = 5
DUE = 20


async def open_about(unit: Unit, tickets: Sequence[tuple[ConnectionId | UUID, str]]) -> Sequence[Session]:
    """The open sessions about any of these tickets (connection, id), the most recently used first, at most `OTHERS`."""
    if not tickets:
        return []
    wanted = or_(
        *(
            (Session.psa_connection_id == connection) & (Session.psa_ticket_id == ticket)
            for connection, ticket in tickets
        )
    )
    found = select(Session).where(Session.account_id == unit.account_id, wanted, Session.status.in_(OPEN))
    return (await unit.session.scalars(found.order_by(Session.last_active_at.desc()).limit(OTHERS))).all()


async def follow_of(unit: Unit, session_id: SessionId | UUID) -> TicketFollow | None:
    """Whether and what a session's thread follows."""
    return await unit.session.scalar(
        select(TicketFollow).where(
            TicketFollow.account_id == unit.account_id,
            TicketFollow.session_id == session_id,
            TicketFollow.ended_at.is_(None),
        )
    )


async def follow(unit: Unit, follow_id: FollowId | UUID) -> TicketFollow:
    """One that has not ended, locked until the unit ends. Raises `NotFound`."""
    row = await unit.session.scalar(
        select(TicketFollow)
        .where(
            TicketFollow.account_id == unit.account_id,
            TicketFollow.id == follow_id,
            TicketFollow.ended_at.is_(None),
        )
        .with_for_update()
    )
    if row is None:
        raise NotFound("Nobody follows this ticket any more.")
    return row


async def any_follow(unit: Unit, follow_id: FollowId | UUID) -> TicketFollow:
    """Also one that has ended. Raises `NotFound`."""
    wanted = select(TicketFollow).where(TicketFollow.account_id == unit.account_id, TicketFollow.id == follow_id)
    row = await unit.session.scalar(wanted)
    if row is None:
        raise NotFound("Nobody follows this ticket.")
    return row


async def due(unit: Unit, before: datetime) -> Sequence[TicketFollow]:
    """Those to be looked at again, longest due first, at most `DUE`, locked; what another replica looks at is left out."""
    wanted = (
        select(TicketFollow)
        .where(
            TicketFollow.account_id == unit.account_id,
            TicketFollow.next_look_at <= before,
            TicketFollow.ended_at.is_(None),
        )
        .order_by(TicketFollow.next_look_at)
        .limit(DUE)
    )
    return (await unit.session.scalars(wanted.with_for_update(skip_locked=True))).all()


async def following(unit: Unit, connection_id: ConnectionId | UUID, ticket_id: str) -> Sequence[TicketFollow]:
    """Everybody who follows one ticket."""
    wanted = select(TicketFollow).where(
        TicketFollow.account_id == unit.account_id,
        TicketFollow.connection_id == connection_id,
        TicketFollow.ticket_id == ticket_id,
        TicketFollow.ended_at.is_(None),
    )
    return (await unit.session.scalars(wanted.limit(DUE))).all()
