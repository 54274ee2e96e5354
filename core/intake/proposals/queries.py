from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select

from core.accounts.models import User
from core.errors import NotFound
from core.ids import ProposalId
from core.intake.proposals.models import FlowProposal, ProposalStatus
from core.intake.vocabulary import Category
from core.unit import Unit

LATEST = 100
PAGE = 10

_DECIDER = (
    select(User.name)
    .where(User.account_id == FlowProposal.account_id, User.id == FlowProposal.decided_by)
    .correlate(FlowProposal)
    .scalar_subquery()
)


@dataclass(frozen=True)
class Locked:
    """A proposal, locked until the unit ends, and the name of who decided it."""

    proposal: FlowProposal
    decider: str | None


async def proposal(unit: Unit, proposal_id: ProposalId | UUID) -> FlowProposal:
    """Raises `NotFound`."""
    row = await unit.session.scalar(
        select(FlowProposal).where(FlowProposal.account_id == unit.account_id, FlowProposal.id == proposal_id)
    )
    if row is None:
        raise NotFound("That proposal is not there.")
    return row


async def proposal_for_update(unit: Unit, proposal_id: ProposalId | UUID) -> Locked:
    """Raises `NotFound`."""
    wanted = select(FlowProposal, _DECIDER).where(
        FlowProposal.account_id == unit.account_id, FlowProposal.id == proposal_id
    )
    row = (await unit.session.execute(wanted.with_for_update(of=FlowProposal))).first()
    if row is None:
        raise NotFound("That proposal is not there.")
    return Locked(*row)


async def pending_in(unit: Unit, category: Category | None, *, lock: bool = False) -> Sequence[FlowProposal]:
    """The newest pending proposals of a category, at most 100; with `lock`, held until the unit ends."""
    same = FlowProposal.category.is_(None) if category is None else FlowProposal.category == category
    wanted = (
        select(FlowProposal)
        .where(FlowProposal.account_id == unit.account_id, FlowProposal.status == ProposalStatus.PENDING, same)
        .order_by(FlowProposal.id.desc())
        .limit(LATEST)
    )
    return (await unit.session.scalars(wanted.with_for_update() if lock else wanted)).all()


async def pending(unit: Unit, number: int = 0) -> tuple[Sequence[FlowProposal], int]:
    """A page of the proposals that wait for a review, oldest first, and how many there are (counted up to 1,000)."""
    waiting = (FlowProposal.account_id == unit.account_id) & (FlowProposal.status == ProposalStatus.PENDING)
    counted = select(FlowProposal.id).where(waiting).limit(1_000).subquery()
    total = await unit.session.scalar(select(func.count()).select_from(counted))
    wanted = select(FlowProposal).where(waiting).order_by(FlowProposal.id).offset(number * PAGE).limit(PAGE)
    return (await unit.session.scalars(wanted)).all(), total or 0
