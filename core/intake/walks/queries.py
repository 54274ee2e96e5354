from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, func, select
from sqlalchemy.orm import aliased

from core.accounts.models import User
from core.errors import NotFound
from core.ids import TicketId, UserId, WalkId
from core.intake.tickets.models import Ticket
from core.intake.walks.models import Walk, WalkKind, WalkStatus
from core.unit import Unit

MINE = 20

_ITS_TICKET = and_(Ticket.account_id == Walk.account_id, Ticket.id == Walk.ticket_id)
_ENDER = (
    select(User.name)
    .where(User.account_id == Walk.account_id, User.id == Walk.ended_by)
    .correlate(Walk)
    .scalar_subquery()
)


@dataclass(frozen=True)
class Locked:
    """A walk and its ticket, both locked until the unit ends, and the name of who ended it."""

    walk: Walk
    ticket: Ticket
    ender: str | None


async def walk_for_update(unit: Unit, walk_id: WalkId | UUID) -> Locked:
    """Raises `NotFound`."""
    wanted = (
        select(Walk, Ticket, _ENDER)
        .join(Ticket, _ITS_TICKET)
        .where(Walk.account_id == unit.account_id, Walk.id == walk_id)
        .with_for_update(of=(Walk, Ticket))
    )
    row = (await unit.session.execute(wanted)).first()
    if row is None:
        raise NotFound("That walk is not there.")
    return Locked(*row)


async def walk(unit: Unit, walk_id: WalkId | UUID) -> tuple[Walk, Ticket]:
    """A walk and its ticket. Raises `NotFound`."""
    wanted = (
        select(Walk, Ticket).join(Ticket, _ITS_TICKET).where(Walk.account_id == unit.account_id, Walk.id == walk_id)
    )
    row = (await unit.session.execute(wanted)).first()
    if row is None:
        raise NotFound("That walk is not there.")
    return row[0], row[1]


@dataclass(frozen=True)
class Owned:
    """A walk, its ticket, and the names of its owner and of who ended it."""

    walk: Walk
    ticket: Ticket
    owner: str
    ender: str | None


async def owned(unit: Unit, ids: Sequence[UUID]) -> Sequence[Owned]:
    """The walks with these ids, as far as they are there."""
    owner = aliased(User)
    wanted = (
        select(Walk, Ticket, owner.name, _ENDER)
        .join(Ticket, _ITS_TICKET)
        .join(owner, and_(owner.account_id == Walk.account_id, owner.id == Walk.owner_id))
        .where(Walk.account_id == unit.account_id, Walk.id.in_(ids))
    )
    return [Owned(*row) for row in await unit.session.execute(wanted)]


async def active_of(unit: Unit, ticket_ids: Sequence[UUID]) -> Mapping[UUID, Walk]:
    """The active walk of each of these tickets, by ticket."""
    wanted = select(Walk).where(
        Walk.account_id == unit.account_id, Walk.ticket_id.in_(ticket_ids), Walk.status == WalkStatus.ACTIVE
    )
    return {row.ticket_id: row for row in await unit.session.scalars(wanted)}


async def latest_of(unit: Unit, ticket_id: TicketId | UUID) -> Walk | None:
    """The newest walk of a ticket, whatever became of it."""
    wanted = select(Walk).where(Walk.account_id == unit.account_id, Walk.ticket_id == ticket_id)
    return await unit.session.scalar(wanted.order_by(Walk.id.desc()).limit(1))


async def mine(unit: Unit, owner: UserId) -> Sequence[tuple[Walk, Ticket]]:
    """The owner's active walks, newest first, at most 20."""
    wanted = (
        select(Walk, Ticket)
        .join(Ticket, _ITS_TICKET)
        .where(Walk.account_id == unit.account_id, Walk.owner_id == owner, Walk.status == WalkStatus.ACTIVE)
        .order_by(Walk.id.desc())
        .limit(MINE)
    )
    return [(row[0], row[1]) for row in await unit.session.execute(wanted)]


async def begun_since(unit: Unit, since: datetime) -> Mapping[WalkKind, int]:
    """How many walks of each kind began since then."""
    wanted = (
        select(Walk.session_kind, func.count())
        .where(Walk.account_id == unit.account_id, Walk.started_at >= since)
        .group_by(Walk.session_kind)
    )
    return {row[0]: row[1] for row in await unit.session.execute(wanted)}


async def untouched_since(unit: Unit, before: datetime, most: int) -> Sequence[Locked]:
    """Active walks nobody has touched since then, the oldest first, locked; at most `most`, and none that somebody is working on right now."""
    wanted = (
        select(Walk, Ticket, _ENDER)
        .join(Ticket, _ITS_TICKET)
        .where(Walk.account_id == unit.account_id, Walk.status == WalkStatus.ACTIVE, Walk.last_step_at < before)
        .order_by(Walk.last_step_at)
        .limit(most)
        .with_for_update(of=(Walk, Ticket), skip_locked=True)
    )
    return [Locked(*row) for row in await unit.session.execute(wanted)]
