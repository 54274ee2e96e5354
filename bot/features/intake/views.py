"""Taking a call: the form with what it found, the ticket's card, and the lists. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from bot import blocks
from bot.blocks import Block, View
from bot.inputs import caller_select, channel_select, long_field, select
from core.intake.cards import TicketCard
from core.intake.commands import EscalateCall, TakeCall
from core.intake.outcomes import Duplicates, OpenTicket, OutOfScope, Suggested, Taken, Walking
from core.intake.proposals.models import FlowProposal
from core.intake.tickets.models import CUSTOMER_LIMIT, STATUS_LABEL, Ticket, TicketStatus
from core.intake.tickets.pages import PAGE, Page
from core.intake.vocabulary import CATEGORY_LABEL, REASON_LABEL
from core.intake.walks.models import Walk
from core.intake.walks.package import along, customer
from core.text import shorten

SHOWN_PROBLEM = 700
FILTERS = [("All tickets", "all"), *((STATUS_LABEL[status].capitalize(), status.value) for status in TicketStatus)]


def call_modal(call: TakeCall, found: Taken | None = None) -> View:
    """The form, with whatever stands in the way above it: open tickets of the caller's, near flows, or that it is out of scope."""
    submit = "Take the call"
    shown: list[Block] = []
    match found:
        case Duplicates(tickets):
            shown, submit = _duplicates(tickets), "Another problem"
        case Suggested():
            shown, submit = _suggestions(found), "Look again"
        case OutOfScope(category):
            what = (
                f"“{CATEGORY_LABEL[category]}” is switched off here"
                if category
                else "This is none of the things L1 is walked through"
            )
            shown, submit = _out_of_scope(what), "Look again"
        case _:
            pass
    despite = call.despite or isinstance(found, Duplicates)
    return blocks.modal(
        "intake.new",
        "New call",
        [*shown, *_fields(call)],
        submit=submit,
        channel=call.channel or None,
        ticket_id=call.ticket_id,
        looks_up=call.looks_up or None,
        psa_connection_id=call.psa_connection_id,
        psa_ticket_id=call.psa_ticket_id,
        psa_ticket_label=call.psa_ticket_label,
        despite=despite or None,
    )


def escalate_modal(call: EscalateCall) -> View:
    """The same form with a reason: the call goes to an engineer at once."""
    reasons = [(label, reason.value) for reason, label in REASON_LABEL.items()]
    why: list[Block] = [
        blocks.field("reason_category", "Why does it need an engineer?", blocks.radio(reasons, call.reason_category)),
        blocks.field(
            "reason", "What should they know?", blocks.text_input(lines=True, value=call.reason), optional=True
        ),
    ]
    return blocks.modal(
        "intake.escalate",
        "Escalate a call",
        [*_fields(call), *why],
        submit="Escalate",
        channel=call.channel or None,
        ticket_id=call.ticket_id,
        looks_up=call.looks_up or None,
        psa_connection_id=call.psa_connection_id,
        psa_ticket_id=call.psa_ticket_id,
        psa_ticket_label=call.psa_ticket_label,
        despite=True,
    )


def _fields(call: TakeCall) -> list[Block]:
    fields = [
        *long_field("problem_statement", "What is the caller's problem?", call.problem_statement),
        blocks.field(
            "customer_name",
            "Who is calling?",
            caller_select(call.customer_name) if call.looks_up else _caller_input(call.customer_name),
            optional=True,
        ),
        blocks.field(
            "customer_contact",
            "How can they be reached?",
            blocks.text_input(value=call.customer_contact, limit=CUSTOMER_LIMIT, placeholder="Phone or mail"),
            optional=True,
        ),
    ]
    if not call.channel:
        fields.append(blocks.field("channel", "In which channel is it worked on?", channel_select()))
    return fields


def _caller_input(name: str | None) -> Block:
    return blocks.text_input(value=name, limit=CUSTOMER_LIMIT, placeholder="Name and company")


def _duplicates(tickets: Sequence[OpenTicket]) -> list[Block]:
    shown: list[Block] = [
        blocks.section("*This may be open already.* Go on with that one, or say that it is another problem.")
    ]
    for one in tickets:
        ticket = one.ticket
        who = f" · {blocks.escape(customer(ticket))}" if customer(ticket) else ""
        words = (
            f"*{ticket.label}* · {STATUS_LABEL[ticket.status]} · taken by {blocks.escape(one.taker)}, {blocks.when(ticket.created_at)}{who}\n"
            f"{blocks.escape(shorten(ticket.title, 150))}"
        )
        go_on = (
            blocks.button("Resume", "walks.resume", one.walk.id)
            if one.walk
            else blocks.button("Take it up", "intake.take_up", ticket.id)
        )
        shown.append(blocks.section(words, accessory=go_on))
    return [*shown, blocks.divider()]


def _suggestions(found: Suggested) -> list[Block]:
    shown: list[Block] = []
    if found.candidates:
        shown.append(blocks.section("*These flows are near.* Choosing one teaches FlowPilot."))
    shown += [
        _choice(one.title, f"{one.score:.0%} sure", blocks.button("Use this one", "intake.use_flow", one.flow_id))
        for one in found.candidates
    ]
    if found.proposals:
        shown.append(blocks.section("*This helped before, but nobody has reviewed it yet.*"))
    shown += [
        _choice(one.title, _experience(one), blocks.button("Walk it", "intake.use_proposal", one.id))
        for one in found.proposals
    ]
    shown.append(blocks.actions([blocks.button("None of these: build the steps", "intake.build_anyway", "build")]))
    return [*shown, blocks.divider()]


def _choice(title: str, why: str, button: Block) -> Block:
    return blocks.section(f"{blocks.escape(shorten(title, 150))}\n{why}", accessory=button)


def _experience(proposal: FlowProposal) -> str:
    walks = f"from {proposal.walks} walk{'s' if proposal.walks > 1 else ''}"
    return f"{walks}, and helped again since" if proposal.validated_by_outcome else walks


def _out_of_scope(what: str) -> list[Block]:
    return [
        blocks.section(
            f"*{blocks.escape(what)}, and no published flow fits.* Nothing was opened yet. You can note down what you do without steps, or hand "
            "the call to an engineer."
        ),
        blocks.actions(
            [
                blocks.button("Walk it ad hoc", "intake.adhoc", "adhoc"),
                blocks.button("Escalate without a walk…", "intake.open_escalate", "escalate"),
            ]
        ),
        blocks.divider(),
    ]


def begun(taken: Walking) -> View:
    """What a button in the form ends with: the number to tell the caller, and where it goes on."""
    ticket = taken.ticket
    where = (
        f"Its thread is in <#{ticket.channel}>."
        if ticket.channel.startswith(("C", "G"))
        else "Its thread is in your messages with FlowPilot."
    )
    words = f"*{ticket.label}* is open. {where}\n{blocks.escape(along(taken.walk))}"
    return blocks.modal("house.notice", "Call taken", [blocks.section(words)], close="Close")


def card_text(card: TicketCard) -> str:
    """What the blocks say, for notifications and screen readers."""
    ticket = card.ticket
    return blocks.escape(shorten(f"{ticket.label} “{ticket.title}”: {STATUS_LABEL[ticket.status]}", blocks.FALLBACK))


def card_blocks(card: TicketCard, url: str) -> list[Block]:
    """The root of a ticket's thread."""
    ticket, walk = card.ticket, card.walk
    covering = " (covering for L1)" if ticket.acting_as else ""
    taken = f"Taken by <@{card.taker.slack_user_id}>{covering} · {blocks.when(ticket.created_at)}"
    shown: list[Block] = [
        blocks.header(f"{ticket.label} · {ticket.title}"),
        blocks.context(f"Call · *{STATUS_LABEL[ticket.status].capitalize()}* · {taken}"),
    ]
    if ticket.problem_statement != ticket.title:
        shown.append(blocks.said(shorten(ticket.problem_statement, SHOWN_PROBLEM)))
    if len(ticket.problem_statement) > SHOWN_PROBLEM:
        shown.append(blocks.context("The whole text is the first message of the thread."))
    if customer(ticket):
        shown.append(blocks.said(f"Caller: {customer(ticket)}"))
    if ticket.psa_ticket_label:
        shown.append(blocks.said(f"Ticket: {ticket.psa_ticket_label}"))
    if walk is not None and card.owner is not None:
        shown.append(
            blocks.context(f"Walked by <@{card.owner.slack_user_id}> · {blocks.escape(shorten(along(walk), 300))}")
        )
        shown += _end_of(walk)
    if card.session is not None:
        session = card.session
        link = blocks.session_link(url, session.title, session.channel, session.thread_ts)
        shown.append(blocks.section(f"Goes on as the session {link}"))
    if ticket.status is TicketStatus.OPEN:
        shown.append(blocks.actions([blocks.button("Walk it again…", "intake.reopen", ticket.id)], block_id="again"))
    if ticket.private_channel:
        shown.append(
            blocks.context("This channel is private, but all first-line staff and engineers can find this call.")
        )
    return shown


def _end_of(walk: Walk) -> list[Block]:
    if walk.resolution_notes:
        return [blocks.said(f"Solved: {shorten(walk.resolution_notes, 600)}")]
    if walk.escalation_reason_category:
        said = REASON_LABEL[walk.escalation_reason_category]
        more = f": {shorten(walk.escalation_reason, 600)}" if walk.escalation_reason else ""
        return [blocks.said(f"Escalated: {said}{more}")]
    return []


def problem_text(ticket: Ticket) -> tuple[str, list[Block]]:
    """The whole problem, for the thread: nothing parsed, nothing lost."""
    text = blocks.escape(shorten(ticket.problem_statement, blocks.FALLBACK))
    return text or "–", [blocks.section("*The whole problem*"), *blocks.paragraphs(ticket.problem_statement)]


def queue(page: Page, status: TicketStatus | None, url: str, beside: Sequence[Block] = ()) -> tuple[str, list[Block]]:
    """The tickets of one page for its reader only, newest first, with the filter; `beside` is what else waits, under them."""
    now = status.value if status else "all"
    title = f"Calls: {STATUS_LABEL[status]}" if status else "Calls"
    shown: list[Block] = [
        blocks.section(f"*{title}*", accessory=select("intake.filter", FILTERS, now)),
    ]
    first = page.number * PAGE + 1
    total = f"{page.total}" if page.total < 1_000 else "1,000 or more"
    shown.append(blocks.context(f"{first} to {first + len(page.items) - 1} of {total}" if page.items else "None."))
    for ticket in page.items:
        link = blocks.session_link(url, f"{ticket.label} {ticket.title}", ticket.channel, ticket.thread_ts)
        who = f" · {blocks.escape(shorten(customer(ticket), 80))}" if customer(ticket) else ""
        words = f"{link}\n{STATUS_LABEL[ticket.status]}{who} · {blocks.when(ticket.created_at)}"
        again = (
            blocks.button("Walk it again…", "intake.reopen", ticket.id) if ticket.status is TicketStatus.OPEN else None
        )
        shown.append(blocks.section(words, accessory=again))
    if turn := _pages(page, now):
        shown.append(blocks.actions(turn, block_id="pages"))
    return f"{title}: {page.total}", blocks.fitted([*shown, *beside])


def _pages(page: Page, now: str) -> list[Block]:
    turn: list[Block] = []
    if page.number:
        turn.append(blocks.button("Previous page", "intake.page.previous", f"{now}:{page.number - 1}"))
    if page.more:
        turn.append(blocks.button("Next page", "intake.page.next", f"{now}:{page.number + 1}"))
    return turn


def mine(walks: Sequence[tuple[Walk, Ticket]], url: str) -> tuple[str, list[Block]]:
    """My active walks, newest first."""
    shown: list[Block] = [blocks.section("*My walks*")]
    if not walks:
        shown.append(blocks.section("None. */l1 new* takes a call."))
    for walk, ticket in walks:
        link = blocks.session_link(url, f"{ticket.label} {ticket.title}", ticket.channel, ticket.thread_ts)
        words = f"{link}\n{blocks.escape(shorten(along(walk), 150))} · last step {blocks.when(walk.last_step_at)}"
        shown.append(blocks.section(words, accessory=blocks.button("Resume", "walks.resume", walk.id)))
    return f"My walks: {len(walks)}", blocks.fitted(shown)
