"""Says in the thread of a walk that a flow came out of it."""

from __future__ import annotations

from typing import cast

from bot.effects import NotYet, Outgoing, Posted
from bot.features.flows import views
from core.intake.proposals import queries
from core.intake.proposals.models import ProposalStatus
from core.intake.tickets import queries as tickets
from core.outbox.events import FlowProposed
from core.unit import Event, Unit


async def compose(unit: Unit, event: Event) -> Outgoing | None:
    made = cast("FlowProposed", event)
    proposal = await queries.proposal(unit, made.proposal_id)
    if proposal.status is not ProposalStatus.PENDING:
        return None
    ticket = await tickets.ticket(unit, made.ticket_id)
    if ticket.thread_ts is None:
        raise NotYet("the ticket's card is not posted yet")
    return Outgoing(ticket.channel, *views.told(proposal), ticket.thread_ts)


async def posted(unit: Unit, event: Event, where: Posted) -> None:
    """Nothing to keep: nobody updates it."""
