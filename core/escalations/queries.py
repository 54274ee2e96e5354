from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from core.accounts.models import User
from core.errors import NotFound
from core.escalations.models import Escalation, EscalationCard
from core.escalations.pages import PAGE, Handoff
from core.ids import EscalationId
from core.unit import Unit


def _with_names():
    raiser, claimer = aliased(User), aliased(User)
    return (
        select(Escalation, raiser.name, claimer.name)
        .join(raiser, (raiser.account_id == Escalation.account_id) & (raiser.id == Escalation.raised_by))
        .outerjoin(claimer, (claimer.account_id == Escalation.account_id) & (claimer.id == Escalation.claimed_by))
    )


async def handoff(unit: Unit, escalation_id: EscalationId) -> Handoff:
    """Raises `NotFound`."""
    wanted = _with_names().where(Escalation.account_id == unit.account_id, Escalation.id == escalation_id)
    row = (await unit.session.execute(wanted)).first()
    if row is None:
        raise NotFound("That escalation is not there.")
    return Handoff(*row)


async def escalation_for_update(unit: Unit, escalation_id: EscalationId) -> Escalation:
    """The escalation, locked until the unit ends. Raises `NotFound`."""
    wanted = select(Escalation).where(Escalation.account_id == unit.account_id, Escalation.id == escalation_id)
    row = await unit.session.scalar(wanted.with_for_update())
    if row is None:
        raise NotFound("That escalation is not there.")
    return row


async def open_of(unit: Unit, *, session_id: UUID | None = None, walk_id: UUID | None = None) -> Sequence[Escalation]:
    """The escalations of one session or walk that are not closed, oldest first, locked until the unit ends."""
    subject = Escalation.session_id == session_id if session_id else Escalation.walk_id == walk_id
    wanted = select(Escalation).where(Escalation.account_id == unit.account_id, subject, Escalation.closed_at.is_(None))
    return (await unit.session.scalars(wanted.order_by(Escalation.id).with_for_update())).all()


async def waiting(unit: Unit, number: int = 0) -> tuple[Sequence[Handoff], int]:
    """A page of what nobody has claimed, oldest first, and how many there are (counted up to 1,000)."""
    nobody = (
        (Escalation.account_id == unit.account_id) & Escalation.claimed_by.is_(None) & Escalation.closed_at.is_(None)
    )
    total = await unit.session.scalar(
        select(func.count()).select_from(select(Escalation.id).where(nobody).limit(1_000).subquery())
    )
    wanted = _with_names().where(nobody).order_by(Escalation.id).offset(number * PAGE).limit(PAGE)
    return [Handoff(*row) for row in await unit.session.execute(wanted)], total or 0


async def latest_of(unit: Unit, session_id: UUID) -> Handoff | None:
    """The session's escalation that is not closed."""
    wanted = _with_names().where(
        Escalation.account_id == unit.account_id,
        Escalation.session_id == session_id,
        Escalation.closed_at.is_(None),
    )
    row = (await unit.session.execute(wanted.order_by(Escalation.id.desc()).limit(1))).first()
    return Handoff(*row) if row else None


async def cards(unit: Unit, escalation_id: EscalationId) -> Sequence[EscalationCard]:
    """Where it is shown."""
    wanted = select(EscalationCard).where(
        EscalationCard.account_id == unit.account_id, EscalationCard.escalation_id == escalation_id
    )
    return (await unit.session.scalars(wanted)).all()


async def handoffs(unit: Unit, ids: Sequence[UUID]) -> Sequence[Handoff]:
    """The escalations with these ids, as far as they are there."""
    wanted = _with_names().where(Escalation.account_id == unit.account_id, Escalation.id.in_(ids))
    return [Handoff(*row) for row in await unit.session.execute(wanted)]
