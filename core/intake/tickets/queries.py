from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import false, func, or_, select, text

from core.accounts.models import User
from core.errors import NotFound
from core.ids import TicketId
from core.intake.tickets.models import UNFINISHED, Ticket, TicketStatus
from core.intake.tickets.pages import PAGE, Page
from core.unit import Unit

LATEST_UNFINISHED = 200


async def ticket(unit: Unit, ticket_id: TicketId | UUID) -> Ticket:
    """Raises `NotFound`."""
    row = await unit.session.scalar(select(Ticket).where(Ticket.account_id == unit.account_id, Ticket.id == ticket_id))
    if row is None:
        raise NotFound("That ticket is not there.")
    return row


async def ticket_for_update(unit: Unit, ticket_id: TicketId | UUID) -> Ticket:
    """The ticket, locked until the unit ends. Raises `NotFound`."""
    wanted = select(Ticket).where(Ticket.account_id == unit.account_id, Ticket.id == ticket_id).with_for_update()
    row = await unit.session.scalar(wanted)
    if row is None:
        raise NotFound("That ticket is not there.")
    return row


async def next_number(unit: Unit) -> int:
    """The account's next ticket number; the account stays locked, so that two calls at once get two numbers."""
    await unit.session.execute(
        text("select from accounts where account_id = :account for no key update"), {"account": unit.account_id}
    )
    last = await unit.session.scalar(select(func.max(Ticket.number)).where(Ticket.account_id == unit.account_id))
    return (last or 0) + 1


async def latest_unfinished(
    unit: Unit, customer: str | None, of: tuple[UUID, str] | None = None
) -> Sequence[tuple[Ticket, str]]:
    """The newest tickets that are not finished and could be `customer`'s (None: anybody's), each with the name of who took the call; at most 200.

    `of` is a ticket system's ticket (its connection and id): a call that came from it is among them, whoever the customer is.
    """
    wanted = (
        select(Ticket, User.name)
        .join(User, (User.account_id == Ticket.account_id) & (User.id == Ticket.created_by))
        .where(Ticket.account_id == unit.account_id, Ticket.status.in_(UNFINISHED))
    )
    if customer is not None:
        theirs = or_(Ticket.customer_name.is_(None), func.lower(Ticket.customer_name) == customer.lower())
        same = (Ticket.psa_connection_id == of[0]) & (Ticket.psa_ticket_id == of[1]) if of else false()
        wanted = wanted.where(or_(theirs, same))
    rows = await unit.session.execute(wanted.order_by(Ticket.number.desc()).limit(LATEST_UNFINISHED))
    return [(row[0], row[1]) for row in rows]


async def page(unit: Unit, status: TicketStatus | None, number: int = 0) -> Page:
    """A page of the account's tickets, newest first; all, or those with one status."""
    condition = Ticket.account_id == unit.account_id
    if status is not None:
        condition &= Ticket.status == status
    counted = select(Ticket.id).where(condition).limit(1_000).subquery()
    total = await unit.session.scalar(select(func.count()).select_from(counted))
    wanted = select(Ticket).where(condition).order_by(Ticket.number.desc()).offset(number * PAGE).limit(PAGE)
    return Page((await unit.session.scalars(wanted)).all(), total or 0, number)


async def taken_from(
    unit: Unit, connection_ids: Sequence[UUID], ids: Sequence[str]
) -> Mapping[tuple[UUID, str], Ticket]:
    """The newest call that came from each of these tickets of ticket systems, by connection and ticket id."""
    wanted = select(Ticket).where(
        Ticket.account_id == unit.account_id,
        Ticket.psa_connection_id.in_(connection_ids),
        Ticket.psa_ticket_id.in_(ids),
    )
    rows = (await unit.session.scalars(wanted.order_by(Ticket.number))).all()
    return {
        (row.psa_connection_id, row.psa_ticket_id): row for row in rows if row.psa_connection_id and row.psa_ticket_id
    }
