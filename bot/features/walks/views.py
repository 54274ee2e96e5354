"""The walk's card and its forms. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from bot import blocks
from bot.blocks import Block, View
from bot.inputs import long_field
from core.intake.cards import WalkCard
from core.intake.flows.tree import NodeKind
from core.intake.tickets.models import Ticket
from core.intake.vocabulary import REASON_LABEL
from core.intake.walks.models import Walk, WalkKind, WalkStatus
from core.intake.walks.package import NOBODY, Package, along, customer
from core.intake.walks.steps import Pending, standing
from core.text import shorten

SHOWN_STEPS = 4
SHOWN_NOTES = 600
WORDS = 3_000
NOTES_IN_FORM = 60 * blocks.INPUT
"""Characters: a view holds 250 KB at most, and a hundred blocks."""

DISCLAIMER = "Built by AI as you go, and reviewed by nobody. Do only what you would do anyway; when in doubt, escalate."
WITHOUT_AI = (
    "Composed without AI from the nearest starter flow, and reviewed by nobody for this case. When in doubt, escalate."
)
PROPOSED = "This flow helped before, but nobody has reviewed it yet. When in doubt, escalate."


def card_text(card: WalkCard) -> str:
    """What the blocks say, for notifications and screen readers."""
    walk = card.walk
    pending = walk.pending
    if not walk.is_active:
        now = walk.status.value
    elif pending is not None:
        now = f"step {_number(walk)}: {pending.node.text}"
    else:
        now = "the next step is being built" if walk.is_thinking else "ad hoc"
    return blocks.escape(shorten(f"{card.ticket.label}, {now}", blocks.FALLBACK))


def _number(walk: Walk) -> int:
    return len(standing(walk.path)) + 1


def card_blocks(card: WalkCard, url: str) -> list[Block]:
    walk = card.walk
    shown = [*_head(card), *_steps_before(card)]
    if not walk.is_active:
        shown += _ended(card, url)
        return blocks.fitted(shown)
    pending = walk.pending
    if pending is not None:
        shown += _step(walk, pending)
    elif walk.is_thinking:
        shown.append(blocks.section("_The next step is being built…_"))
    else:
        shown.append(
            blocks.section("There are no steps for this. Note what you find out, then resolve or escalate it.")
        )
    shown += _notes(card)
    shown.append(blocks.actions(_controls(walk, pending), block_id="controls"))
    if said := _disclaimer(walk):
        shown.append(blocks.context(said))
    return blocks.fitted(shown)


def _head(card: WalkCard) -> list[Block]:
    walk = card.walk
    state = (
        f"Step {_number(walk)}"
        if walk.is_active and walk.session_kind is not WalkKind.ADHOC
        else walk.status.capitalize()
    )
    covering = " (covering for L1)" if walk.acting_as else ""
    return [
        blocks.context(
            f"{card.ticket.label} · *{state}* · <@{card.owner.slack_user_id}>{covering} · {blocks.escape(shorten(along(walk), 200))}"
        )
    ]


def _steps_before(card: WalkCard) -> list[Block]:
    steps = standing(card.walk.path)
    if not steps:
        return []
    lines = [
        f"{n}. {blocks.escape(shorten(' '.join(step.node.text.split()), 90))} → *{blocks.escape(step.label)}*"
        for n, step in enumerate(steps, start=1)
    ]
    hidden = len(lines) - SHOWN_STEPS
    return [blocks.context("\n".join([f"{hidden} earlier", *lines[hidden:]] if hidden > 0 else lines))]


def _step(walk: Walk, pending: Pending) -> list[Block]:
    node = pending.node
    match node.kind:
        case NodeKind.RESOLVED:
            return [blocks.section("*This should be solved*"), blocks.said(node.text)]
        case NodeKind.ESCALATE:
            return [blocks.section("*This is for an engineer*"), blocks.said(node.text)]
        case _:
            pass
    answers = [
        blocks.button(answer.label, f"walks.answer.{n}", f"{pending.visit}:{walk.id}")
        for n, answer in enumerate(node.answers)
    ]
    return [blocks.said(node.text), blocks.actions(answers, block_id=f"answers.{pending.visit}")]


def _controls(walk: Walk, pending: Pending | None) -> list[Block]:
    kind = pending.node.kind if pending else None
    controls: list[Block] = []
    if standing(walk.path):
        controls.append(blocks.button("Back", "walks.back", f"{walk.visit}:{walk.id}"))
    resolve = blocks.button(
        "Resolve…", "walks.resolve", walk.id, style="primary" if kind is NodeKind.RESOLVED else None
    )
    escalate = blocks.button(
        "Escalate…", "walks.escalate", walk.id, style="primary" if kind is NodeKind.ESCALATE else None
    )
    note = blocks.button("Edit notes…" if walk.walk_notes else "Add note…", "walks.note", walk.id)
    return [*controls, note, resolve, escalate, blocks.button("Take over", "walks.take_over", walk.id)]


def _notes(card: WalkCard) -> list[Block]:
    walk = card.walk
    if not walk.walk_notes:
        return []
    by = card.names.get(walk.notes_by, NOBODY) if walk.notes_by else NOBODY
    more = "" if len(walk.walk_notes) <= SHOWN_NOTES else f", {len(walk.walk_notes):,} characters in all"
    return [blocks.context(f"*Notes* · {blocks.escape(by)}{more}"), blocks.said(shorten(walk.walk_notes, SHOWN_NOTES))]


def _disclaimer(walk: Walk) -> str | None:
    match walk.session_kind:
        case WalkKind.AI_BUILD:
            return WITHOUT_AI if walk.composed_without_ai else DISCLAIMER
        case WalkKind.PROPOSAL:
            return PROPOSED
        case _:
            return None


def _ended(card: WalkCard, url: str) -> list[Block]:
    walk = card.walk
    by = blocks.escape(card.names.get(walk.ended_by, NOBODY)) if walk.ended_by else NOBODY
    when = f", {blocks.when(walk.resolved_at)}" if walk.resolved_at else ""
    match walk.status:
        case WalkStatus.RESOLVED:
            helped = "the steps helped" if walk.helpful else "the steps did not help"
            shown = [
                blocks.section(f"*Resolved* by {by}{when} · {helped}"),
                blocks.said(shorten(walk.resolution_notes or "", 1_500)),
            ]
        case WalkStatus.ESCALATED:
            why = REASON_LABEL[walk.escalation_reason_category] if walk.escalation_reason_category else ""
            shown = [blocks.section(f"*Escalated* by {by}{when} · {why}")]
            if walk.escalation_reason:
                shown.append(blocks.said(shorten(walk.escalation_reason, 1_500)))
        case _:
            shown = [blocks.section(f"*Abandoned*{when}: nobody touched it for a day. Its ticket is open again.")]
    shown += _notes(card)
    if card.session is not None:
        session = card.session
        link = blocks.session_link(url, session.title, session.channel, session.thread_ts)
        shown.append(blocks.section(f"Goes on as the session {link}"))
    elif walk.status is WalkStatus.ESCALATED:
        go_on = blocks.button("Continue as a session", "walks.continue", walk.id, style="primary")
        shown.append(blocks.actions([go_on], block_id="continue"))
    return shown


def package_message(ticket: Ticket, held: Package) -> tuple[str, list[Block]]:
    """What the engineer needs, in the thread: nothing parsed."""
    shown: list[Block] = [blocks.section(f"*For the engineer* · {held.why}")]
    if held.reason:
        shown.append(blocks.said(shorten(held.reason, 1_500)))
    facts = [("Caller", held.customer), ("Walked", held.along), ("Stopped at", held.unanswered or "")]
    shown += [blocks.said(f"{name}: {shorten(text, 800)}") for name, text in facts if text]
    if held.steps:
        shown += [
            blocks.section("*Steps*"),
            *blocks.paragraphs("\n".join(shorten(line, 300) for line in held.steps), 2),
        ]
    if held.notes:
        shown += [blocks.section("*Notes*"), *blocks.paragraphs(held.notes, 1)]
    return f"{ticket.label} is escalated: {held.why}", blocks.fitted(shown)


def note_modal(walk: Walk, *, typed: str | None = None, theirs: str | None = None) -> View:
    """The notes to edit; what does not fit into a form stays as it is before what is shown. `theirs`: somebody was faster, both texts stand."""
    text = walk.walk_notes if typed is None else typed
    kept = max(0, len(walk.walk_notes) - NOTES_IN_FORM) if typed is None else 0
    shown: list[Block] = []
    if theirs is not None:
        shown.append(
            blocks.section(
                "*Somebody else changed these notes meanwhile.* Both texts are below, theirs first. Keep what is right, and save again."
            )
        )
        text = f"{theirs}\n\n{YOURS}\n{typed or ''}"[:NOTES_IN_FORM]
    if kept:
        shown.append(blocks.context(f"The first {kept:,} characters do not fit in here, and stay as they are."))
    fields = long_field("walk_notes", "Notes", text[kept:], optional=True, spare=True, revision=walk.notes_revision)
    return blocks.modal(
        "walks.note",
        "Notes",
        [*shown, *fields],
        submit="Save",
        walk_id=walk.id,
        revision=walk.notes_revision,
        kept=kept or None,
    )


YOURS = "— yours, not saved yet —"


def resolve_modal(walk: Walk, ticket: Ticket) -> View:
    yes_no = [("Yes, they did", "true"), ("No, it was solved otherwise", "false")]
    return blocks.modal(
        "walks.resolve",
        "Resolve",
        [
            *_about(ticket),
            blocks.field("helpful", "Did the steps help?", blocks.radio(yes_no)),
            blocks.field("resolution_notes", "What solved it?", blocks.text_input(lines=True, limit=WORDS)),
        ],
        submit="Resolve",
        walk_id=walk.id,
    )


def escalate_modal(walk: Walk, ticket: Ticket) -> View:
    pending = walk.pending
    preset = pending.node.reason if pending and pending.node.reason else None
    reasons = [(label, reason.value) for reason, label in REASON_LABEL.items()]
    return blocks.modal(
        "walks.escalate",
        "Escalate",
        [
            *_about(ticket),
            blocks.field("reason_category", "Why does it need an engineer?", blocks.radio(reasons, preset)),
            blocks.field("reason", "What should they know?", blocks.text_input(lines=True, limit=WORDS), optional=True),
        ],
        submit="Escalate",
        walk_id=walk.id,
    )


def _about(ticket: Ticket) -> Sequence[Block]:
    who = f" · {customer(ticket)}" if customer(ticket) else ""
    return [blocks.said(shorten(f"{ticket.label} {ticket.title}{who}", 400))]
