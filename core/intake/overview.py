"""What App Home shows of first-line work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.accounts.models import User
from core.ids import UserId
from core.intake.proposals import queries as proposals
from core.intake.proposals.models import FlowProposal
from core.intake.tickets.models import Ticket
from core.intake.walks import queries as walks
from core.intake.walks.models import Walk
from core.scope import ENGINEERS, Role
from core.unit import Unit


@dataclass(frozen=True)
class Calls:
    """`takes_calls` is for L1 and who covers for them; `proposals` are for engineers, `proposals_total` counts them up to 1,000."""

    takes_calls: bool
    walks: Sequence[tuple[Walk, Ticket]] = ()
    proposals: Sequence[FlowProposal] = ()
    proposals_total: int = 0


async def calls(unit: Unit, user: User) -> Calls:
    """The person's walks and what waits for their review."""
    takes = user.role is Role.L1 or (user.role in ENGINEERS and user.can_cover_l1)
    own = await walks.mine(unit, UserId(user.id)) if takes else ()
    waiting, total = await proposals.pending(unit) if user.role in ENGINEERS else ((), 0)
    return Calls(takes, own, waiting, total)
