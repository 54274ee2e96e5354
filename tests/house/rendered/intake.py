"""Calls and walks."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from bot.features.intake import views as intake
from bot.features.intake import waiting_views
from bot.features.walks import views as walks
from core.escalations.models import Reason
from core.ids import UserId, new_id
from core.intake.cards import TicketCard, WalkCard
from core.intake.commands import EscalateCall, TakeCall
from core.intake.flows.tree import LABEL_LIMIT, TEXT_LIMIT, Answer, Node, NodeKind
from core.intake.matcher.decision import Candidate
from core.intake.outcomes import Duplicates, OpenTicket, OutOfScope, Suggested, Walking
from core.intake.proposals.models import FlowProposal
from core.intake.tickets.models import CUSTOMER_LIMIT, PROBLEM_LIMIT, Ticket, TicketStatus
from core.intake.tickets.pages import Page
from core.intake.vocabulary import Category
from core.intake.walks import steps
from core.intake.walks.models import Walk, WalkKind, WalkStatus
from core.intake.walks.package import package
from core.intake.walks.steps import Step
from core.psa.models import PsaConnection
from core.psa.provider import Board, Company, Contact, Status, System
from core.psa.provider import Ticket as PsaTicket
from core.tickets.lookup import Found
from core.tickets.waiting import Waiting
from tests.builders import NOON
from tests.house.rendered.data import URL, Data, Rendered, message

BY = UserId(UUID("01890000-0000-7000-8000-000000000001"))


def ticket(data: Data, status: TicketStatus = TicketStatus.OPEN) -> Ticket:
    return Ticket(
        account_id=new_id(),
        id=new_id(),
        number=99_999,
        status=status,
        problem_statement=data.text[:PROBLEM_LIMIT],
        customer_name=data.text[:CUSTOMER_LIMIT],
        customer_contact=data.text[:CUSTOMER_LIMIT],
        psa_ticket_label=data.text[:100],
        created_by=BY,
        acting_as="l1_coverage",
        channel="C0HELPDESK",
        thread_ts="1.0",
        private_channel=True,
        created_at=NOON,
    )


def node(data: Data, kind: NodeKind, answers: int) -> Node:
    labels = tuple(Answer(data.text[:LABEL_LIMIT], f"n{n}") for n in range(answers))
    return Node("n1", kind, data.text[:TEXT_LIMIT], labels, Reason.OTHER if kind is NodeKind.ESCALATE else None)


def walk(
    data: Data, kind: WalkKind = WalkKind.AI_BUILD, status: WalkStatus = WalkStatus.ACTIVE, shown: Node | None = None
) -> Walk:
    question = node(data, NodeKind.QUESTION, 10)
    made = Walk(
        account_id=new_id(),
        id=new_id(),
        ticket_id=new_id(),
        session_kind=kind,
        status=status,
        title=data.title,
        category=Category.TEAMS_ZOOM_AV,
        flow_version=12,
        owner_id=BY,
        started_by=BY,
        acting_as="l1_coverage",
        walked_path=[
            steps.step_as_json(Step(n, question, n % 10, BY, NOON, BY if n % 3 == 0 else None)) for n in range(1, 12)
        ],
        walk_notes=data.text * 30,
        notes_by=BY,
        helpful=True,
        resolution_notes=data.text[:3_000] if status is WalkStatus.RESOLVED else None,
        escalation_reason=data.text[:3_000],
        escalation_reason_category=Reason.OTHER if status is WalkStatus.ESCALATED else None,
        ended_by=BY,
        started_at=NOON,
        last_step_at=NOON,
        resolved_at=NOON,
    )
    if shown is not None:
        made.show(shown)
    return made


def intake_views(data: Data) -> Iterator[Rendered]:
    call = TakeCall(problem_statement=data.text, customer_name=data.text, customer_contact=data.text)
    proposal = FlowProposal(
        account_id=new_id(),
        id=new_id(),
        title=data.title,
        examples=[],
        tree={},
        source_walk_id=new_id(),
        validated_by_outcome=True,
        created_at=NOON,
    )
    open_ones = [OpenTicket(ticket(data), data.name, walk(data) if n else None) for n in range(3)]
    for found in (
        None,
        Duplicates(open_ones),
        Suggested([Candidate(new_id(), data.title, 0.7)] * 3, [proposal] * 3),
        OutOfScope(None),
        OutOfScope(Category.PRINTER),
    ):
        for where in ("", "C0HELPDESK"):
            view = intake.call_modal(call.model_copy(update={"channel": where}), found)
            yield Rendered("intake.call_modal", None, view=view)
    escalated = EscalateCall(**call.model_dump(), reason_category=Reason.OTHER, reason=data.text)
    yield Rendered("intake.escalate_modal", None, view=intake.escalate_modal(escalated))
    yield Rendered("intake.begun", None, view=intake.begun(Walking(ticket(data), walk(data))))
    for status in TicketStatus:
        for state in WalkStatus:
            card = TicketCard(ticket(data, status), data.user(), walk(data, status=state), data.user(), data.session())
            yield message("intake.card_blocks", (intake.card_text(card), intake.card_blocks(card, URL)))
    bare = TicketCard(ticket(data), data.user(), None, None, None)
    yield message("intake.card_blocks", (intake.card_text(bare), intake.card_blocks(bare, URL)))
    yield message("intake.problem_text", intake.problem_text(ticket(data)))
    for page in (Page([ticket(data) for _ in range(10)], 1_000, 1), Page([], 0, 0)):
        for chosen in (None, TicketStatus.OPEN):
            yield message("intake.queue", intake.queue(page, chosen, URL))
    beside = waiting_views.waiting(*_waiting(data), URL)
    full = Page([ticket(data, TicketStatus.OPEN) for _ in range(10)], 1_000, 0)
    yield message("intake.queue", intake.queue(full, None, URL, beside))
    yield message("intake.queue", intake.queue(full, None, URL, waiting_views.waiting(Waiting(), {}, URL)))
    for form in (
        intake.call_modal(call.model_copy(update={"looks_up": True})),
        intake.call_modal(TakeCall(looks_up=True)),
    ):
        yield Rendered("intake.call_modal", None, view=form)
    yield message("intake.mine", intake.mine([(walk(data), ticket(data)) for _ in range(20)], URL))
    yield message("intake.mine", intake.mine([], URL))


def _waiting(data: Data) -> tuple[Waiting, dict[tuple[UUID, str], Ticket]]:
    connection = PsaConnection(
        account_id=new_id(),
        id=new_id(),
        system=System.CONNECTWISE,
        name=data.text[:100],
        url=URL,
        login={},
        sealed_keys="",
        connected_at=NOON,
        changed_at=NOON,
    )
    board, status = Board("1", data.text[:100]), Status("1", data.text[:100], closed=False)
    company, contact = Company("1", data.text[:200]), Contact("1", data.text[:200])
    found = [
        Found(connection, PsaTicket(f"{n}", f"CW #{n}", data.text[:500], status, board, URL, company, contact))
        for n in range(50)
    ]
    call = ticket(data, TicketStatus.ESCALATED)
    return Waiting(found, [data.text[:500]] * 20, more=True), {(connection.id, "1"): call}


def walks_views(data: Data) -> Iterator[Rendered]:
    answers = {NodeKind.QUESTION: 10, NodeKind.INSTRUCTION: 1}
    shown = [None, *(node(data, kind, answers.get(kind, 0)) for kind in NodeKind)]
    for kind in WalkKind:
        for before in shown:
            yield from _card(data, walk(data, kind, shown=before))
    for status in WalkStatus:
        yield from _card(data, walk(data, status=status))
    held = package(walk(data, status=WalkStatus.ESCALATED), ticket(data), {BY: data.name})
    yield message("walks.package_message", walks.package_message(ticket(data), held))
    for one in (walk(data), walk(data, shown=shown[-1])):
        yield Rendered("walks.note_modal", None, view=walks.note_modal(one))
        both = walks.note_modal(one, typed=data.text, theirs=data.text)
        yield Rendered("walks.note_modal", None, view=both)
        yield Rendered("walks.resolve_modal", None, view=walks.resolve_modal(one, ticket(data)))
        yield Rendered("walks.escalate_modal", None, view=walks.escalate_modal(one, ticket(data)))


def _card(data: Data, one: Walk) -> Iterator[Rendered]:
    for session in (None, data.session()):
        card = WalkCard(one, ticket(data), data.user(), {BY: data.name}, session)
        yield message("walks.card_blocks", (walks.card_text(card), walks.card_blocks(card, URL)))
