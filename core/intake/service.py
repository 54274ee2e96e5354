"""Taking a call, in the order that keeps people safe: match, suggest, the category gate, build. Suggesting and refusing create nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from core.accounts import preferences
from core.accounts.preferences import Preferences
from core.errors import Conflict, Invalid
from core.ids import ProposalId, TicketId, new_id
from core.intake.commands import EscalateCall, TakeCall
from core.intake.desk import Desk
from core.intake.flows import service as flows
from core.intake.likeness import like
from core.intake.matcher.decision import Outcome
from core.intake.outcomes import Duplicates, OpenTicket, OutOfScope, Suggested, Taken, Walking
from core.intake.proposals import queries as proposals
from core.intake.proposals.models import FlowProposal
from core.intake.tickets import queries
from core.intake.tickets.models import CUSTOMER_LIMIT, PROBLEM_LIMIT, Ticket, TicketStatus
from core.intake.vocabulary import Category
from core.intake.walks import ends
from core.intake.walks import queries as walk_queries
from core.intake.walks import service as walks
from core.intake.walks.models import WalkKind
from core.intake.walks.queries import Locked
from core.intake.walks.service import Way
from core.outbox.events import TicketOpened
from core.text import first_line, optional, required
from core.unit import Unit

SAME_CUSTOMER, SAME_WORDS = 0.2, 0.6
"""From which likeness on an open ticket may be the same: for the same caller, and where a caller is not known."""
SHOWN_DUPLICATES = 3
LIKE_A_PROPOSAL = 0.4


@dataclass(frozen=True)
class _Call:
    """What was typed, cleaned."""

    problem: str
    customer: str | None
    contact: str | None


def _read(wanted: TakeCall) -> _Call:
    return _Call(
        required(
            wanted.problem_statement,
            field="problem_statement",
            limit=PROBLEM_LIMIT,
            empty="Say what the caller's problem is.",
        ),
        _line(wanted.customer_name, "customer_name"),
        _line(wanted.customer_contact, "customer_contact"),
    )


def _line(text: str | None, field: str) -> str | None:
    kept = optional(text, field=field, limit=CUSTOMER_LIMIT)
    return " ".join(kept.split()) if kept else None


async def take(
    unit: Unit, desk: Desk, wanted: TakeCall, *, build_anyway: bool = False, judged: Category | None = None
) -> Taken:
    """What becomes of a call. `build_anyway` skips the suggestion; the gate stays. `judged` is the category that a model gave, where words did not.

    Raises `Forbidden`, `Invalid` on the field that is wrong, `Conflict` when its ticket is being walked already.
    """
    unit.scope.need_l1("take a call")
    call = _read(wanted)
    if not wanted.despite and wanted.ticket_id is None and (known := await _duplicates(unit, wanted, call)):
        return Duplicates(known)
    decision = (await desk.matchers.of(unit)).decide(call.problem)
    if not build_anyway:
        match decision.outcome:
            case Outcome.MATCH:
                found = decision.candidates[0]
                ticket = await _ticket(unit, wanted, call)
                way = await walks.along_flow(unit, found.flow_id)
                return Walking(ticket, await walks.start(unit, ticket, way), found.score)
            case Outcome.SUGGEST:
                return Suggested(decision.candidates)
            case Outcome.NONE:
                pass
    category = desk.gate.category_of(call.problem) or judged
    if category is None or not is_enabled(await preferences.of(unit), category):
        return OutOfScope(category)
    if not build_anyway and (waiting := await _similar_proposals(unit, category, call.problem)):
        return Suggested((), waiting)
    if build_anyway:
        await flows.learn_choice(unit, call.problem, None)
    ticket = await _ticket(unit, wanted, call)
    way = Way(WalkKind.AI_BUILD, first_line(call.problem, 120), category)
    return Walking(ticket, await walks.start(unit, ticket, way))


def is_enabled(now: Preferences, category: Category) -> bool:
    return now.enabled_l1_categories is None or category in now.enabled_l1_categories


async def _duplicates(unit: Unit, wanted: TakeCall, call: _Call) -> Sequence[OpenTicket]:
    found: list[tuple[float, Ticket, str]] = []
    of = (wanted.psa_connection_id, wanted.psa_ticket_id) if wanted.psa_connection_id and wanted.psa_ticket_id else None
    for ticket, taker in await queries.latest_unfinished(unit, call.customer, of):
        the_same = of is not None and of == (ticket.psa_connection_id, ticket.psa_ticket_id)
        alike = 1.0 if the_same else like(call.problem, ticket.problem_statement)
        known = call.customer is not None and ticket.customer_name is not None
        if alike >= (SAME_CUSTOMER if known else SAME_WORDS):
            found.append((alike, ticket, taker))
    best = sorted(found, key=lambda one: (-one[0], -one[1].number))[:SHOWN_DUPLICATES]
    active = await walk_queries.active_of(unit, [ticket.id for _, ticket, _ in best])
    return [OpenTicket(ticket, taker, active.get(ticket.id)) for _, ticket, taker in best]


async def _similar_proposals(unit: Unit, category: Category, problem: str) -> Sequence[FlowProposal]:
    waiting = await proposals.pending_in(unit, category)
    scored = [(max(like(problem, one) for one in proposal.examples), proposal) for proposal in waiting]
    near = sorted((one for one in scored if one[0] >= LIKE_A_PROPOSAL), key=lambda one: -one[0])
    return [proposal for _, proposal in near[:SHOWN_DUPLICATES]]


async def use_flow(unit: Unit, wanted: TakeCall, flow_id: UUID) -> Walking:
    """A person chose a suggested flow; the choice is learned. Raises `NotFound` when it was switched off meanwhile."""
    unit.scope.need_l1("take a call")
    call = _read(wanted)
    way = await walks.along_flow(unit, flow_id)
    await flows.learn_choice(unit, call.problem, flow_id)
    return await _begin(unit, wanted, call, way)


async def use_proposal(unit: Unit, wanted: TakeCall, proposal_id: ProposalId) -> Walking:
    """A person chose a flow that nobody has reviewed yet. Raises `Conflict` when it was decided meanwhile."""
    unit.scope.need_l1("take a call")
    call = _read(wanted)
    locked = await proposals.proposal_for_update(unit, proposal_id)
    proposal = locked.proposal
    proposal.need_pending(locked.decider)
    way = Way(WalkKind.PROPOSAL, proposal.title, proposal.category, proposal.grown, proposal_id=ProposalId(proposal.id))
    return await _begin(unit, wanted, call, way)


async def walk_adhoc(unit: Unit, wanted: TakeCall) -> Walking:
    """Without a flow: notes, and the two ends."""
    unit.scope.need_l1("take a call")
    call = _read(wanted)
    return await _begin(unit, wanted, call, Way(WalkKind.ADHOC, first_line(call.problem, 120)))


async def _begin(unit: Unit, wanted: TakeCall, call: _Call, way: Way) -> Walking:
    ticket = await _ticket(unit, wanted, call)
    return Walking(ticket, await walks.start(unit, ticket, way))


async def escalate_call(unit: Unit, wanted: EscalateCall) -> Walking:
    """Without a walk: a ticket, and an ad hoc walk that is escalated at once. Raises `Invalid` on `reason_category`."""
    person = unit.scope.need_l1("escalate a call")
    if wanted.reason_category is None:
        raise Invalid("Say why an engineer is needed.", field="reason_category")
    taken = await walk_adhoc(unit, wanted)
    reason = optional(wanted.reason, field="reason", limit=ends.WORDS_LIMIT)
    await ends.hand_over(unit, Locked(taken.walk, taken.ticket, None), person, wanted.reason_category, reason)
    return taken


async def _ticket(unit: Unit, wanted: TakeCall, call: _Call) -> Ticket:
    """The call's ticket: a new one with the next number, or the open one that is taken up again."""
    if wanted.ticket_id is not None:
        return await _taken_up(unit, wanted.ticket_id, call)
    person = unit.scope.actor
    ticket = unit.add(
        Ticket(
            account_id=unit.account_id,
            id=new_id(),
            number=await queries.next_number(unit),
            problem_statement=call.problem,
            customer_name=call.customer,
            customer_contact=call.contact,
            psa_connection_id=wanted.psa_connection_id,
            psa_ticket_id=wanted.psa_ticket_id,
            psa_ticket_label=wanted.psa_ticket_label,
            created_by=person.id,
            acting_as=person.acting_as,
            channel=wanted.channel,
            private_channel=wanted.private_channel,
            created_at=unit.now,
        )
    )
    unit.audit("ticket.opened", ticket.id, acting_as=person.acting_as, number=ticket.number)
    unit.emit(TicketOpened(TicketId(ticket.id)))
    return ticket


async def _taken_up(unit: Unit, ticket_id: TicketId, call: _Call) -> Ticket:
    ticket = await queries.ticket_for_update(unit, ticket_id)
    if ticket.status is not TicketStatus.OPEN:
        raise Conflict(f"{ticket.label} is {ticket.status} already. Its card shows where it is.")
    ticket.problem_statement, ticket.customer_name, ticket.customer_contact = call.problem, call.customer, call.contact
    return ticket
