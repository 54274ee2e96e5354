"""How walks end: resolved, handed to an engineer, or left alone. The ticket follows in the same unit; who must know is told after the commit."""

from __future__ import annotations

from core.errors import Conflict
from core.escalations import queries as open_escalations
from core.escalations import service as escalations
from core.escalations.models import Reason
from core.ids import EscalationId, ProposalId, TicketId, WalkId
from core.intake.commands import EscalateWalk, ResolveWalk
from core.intake.flows import service as flows
from core.intake.proposals import service as proposals
from core.intake.tickets.models import Ticket, TicketStatus
from core.intake.vocabulary import REASON_LABEL
from core.intake.walks import queries
from core.intake.walks.models import Walk, WalkKind
from core.intake.walks.package import findings
from core.intake.walks.queries import Locked
from core.intake.walks.service import changed
from core.nudges import service as nudges
from core.nudges.policy import WALK_CLOSES_AFTER
from core.outbox.events import EscalationChanged, WalkHandedOver
from core.scope import Person
from core.sessions import service as sessions
from core.sessions.commands import StartSession
from core.sessions.models import FACT_LIMIT, FactSource, Session
from core.text import clean, optional, shorten
from core.unit import Unit

WORDS_LIMIT = 3_000
AT_ONCE = 50


async def resolve(unit: Unit, wanted: ResolveWalk) -> Walk:
    """Closes a walk and its ticket. A helpful walk teaches: a flow's finder, a proposal that it works, and a built one becomes a proposal.

    Raises `Conflict` when it has ended, `Invalid` on `helpful` or `resolution_notes`.
    """
    person = unit.scope.need_l1("resolve a call")
    notes = optional(wanted.resolution_notes, field="resolution_notes", limit=WORDS_LIMIT)
    locked = await queries.walk_for_update(unit, wanted.walk_id)
    walk = locked.walk
    walk.need_active(locked.ender)
    walk.resolve(wanted.helpful, notes, by=person.id, at=unit.now)
    if walk.helpful:
        await _learn(unit, walk, locked.ticket)
    await _ended(unit, locked, person, TicketStatus.RESOLVED, helpful=walk.helpful)
    return walk


async def _learn(unit: Unit, walk: Walk, ticket: Ticket) -> None:
    match walk.session_kind:
        case WalkKind.FLOW:
            await flows.learn_choice(unit, ticket.problem_statement, walk.flow_id)
        case WalkKind.PROPOSAL if walk.flow_proposal_id is not None:
            await proposals.validate(unit, ProposalId(walk.flow_proposal_id), ticket.problem_statement)
        case WalkKind.AI_BUILD:
            await proposals.propose(unit, walk, ticket)
        case _:
            pass


async def escalate(unit: Unit, wanted: EscalateWalk) -> Walk:
    """Hands a walk to the engineers. Raises `Conflict` when it has ended, `Invalid` on `reason_category`."""
    person = unit.scope.need_l1("escalate a call")
    reason = optional(wanted.reason, field="reason", limit=WORDS_LIMIT)
    locked = await queries.walk_for_update(unit, wanted.walk_id)
    locked.walk.need_active(locked.ender)
    await hand_over(unit, locked, person, wanted.reason_category, reason)
    return locked.walk


async def hand_over(unit: Unit, locked: Locked, person: Person, category: Reason | None, reason: str | None) -> None:
    """The escalation itself, of a walk that is active. Raises `Invalid` on `reason_category`."""
    walk, ticket = locked.walk, locked.ticket
    walk.escalate(category, reason, by=person.id, at=unit.now)
    said = REASON_LABEL[walk.escalation_reason_category or Reason.OTHER]
    await escalations.raise_(
        unit,
        walk_id=WalkId(walk.id),
        title=f"{ticket.label} {ticket.title}",
        reason=f"{said}: {reason}" if reason else said,
        category=category or Reason.OTHER,
    )
    await _ended(unit, locked, person, TicketStatus.ESCALATED, reason_category=category)
    unit.emit(WalkHandedOver(TicketId(ticket.id), WalkId(walk.id)))


async def _ended(unit: Unit, locked: Locked, person: Person, status: TicketStatus, **detail: object) -> None:
    locked.ticket.mirror(status, unit.now)
    await nudges.cancel(unit, locked.walk.id)
    unit.audit(
        f"walk.{locked.walk.status}", locked.walk.id, acting_as=person.acting_as, ticket=str(locked.ticket.id), **detail
    )
    changed(unit, locked)


async def abandon_untouched(unit: Unit) -> int:
    """Ends the walks nobody has touched for 24 hours; their tickets are open again. Returns how many there were, at most `AT_ONCE`."""
    left = await queries.untouched_since(unit, unit.now - WALK_CLOSES_AFTER, AT_ONCE)
    for locked in left:
        locked.walk.abandon(unit.now)
        await nudges.cancel(unit, locked.walk.id)
        locked.ticket.mirror(TicketStatus.OPEN, unit.now)
        unit.audit("walk.abandoned", locked.walk.id, ticket=str(locked.ticket.id))
        changed(unit, locked)
    return len(left)


async def continue_as_session(unit: Unit, walk_id: WalkId) -> Session:
    """An engineer claims what a walk handed over and goes on in a session that knows what was walked.

    Raises `Forbidden`, `Conflict` when it was not escalated, when somebody else claimed it, or when the session is there already.
    """
    person = unit.scope.need_engineer("continue a walk as a session")
    locked = await queries.walk_for_update(unit, walk_id)
    walk, ticket = locked.walk, locked.ticket
    if walk.session_id is not None:
        raise Conflict("This walk goes on as a session already; the thread says where.")
    handed_over = await open_escalations.open_of(unit, walk_id=walk_id)
    if not handed_over:
        raise Conflict(f"Only an escalated walk is continued as a session; this one is {walk.status}.")
    await escalations.claim(unit, EscalationId(handed_over[-1].id))
    session = await sessions.start(
        unit,
        StartSession(problem=ticket.problem_statement, channel=ticket.channel, private_channel=ticket.private_channel),
    )
    session.psa_connection_id, session.psa_ticket_id = ticket.psa_connection_id, ticket.psa_ticket_id
    session.psa_ticket_label = ticket.psa_ticket_label
    for finding in findings(walk):
        source = FactSource.QUESTION if finding.asked else FactSource.DIAGNOSTIC_CHECK
        sessions.establish(unit, session, source, finding.text)
    if notes := clean(walk.walk_notes):
        sessions.establish(unit, session, FactSource.NOTE, shorten(f"L1's notes: {notes}", FACT_LIMIT))
    walk.session_id = session.id
    walk.version += 1
    unit.emit(
        EscalationChanged(EscalationId(handed_over[-1].id))
    )  # also where it was claimed before: its cards lead on
    unit.audit("walk.continued", walk.id, session=str(session.id), by=str(person.id))
    changed(unit, locked)
    return session
