"""Session card, lists and forms. Pure: data in, blocks out."""

from __future__ import annotations

from collections.abc import Sequence

from bot import blocks
from bot.blocks import Block, View
from bot.features.sessions import ticket_views
from core.escalations.pages import Handoff
from core.fixes.models import LABEL
from core.fixes.overview import SessionCard
from core.sessions.models import TITLE_LIMIT, Session, SessionStatus, label
from core.sessions.pages import PAGE, Page
from core.text import shorten

SHOWN_PROBLEM = 700
SHOWN_FACTS = 12


def card_text(card: SessionCard) -> str:
    """What the blocks say, for notifications and screen readers."""
    fix = f", fix: {card.fix.title} ({_fix_state(card)})" if card.fix else ""
    return blocks.escape(
        shorten(
            f"Session “{card.session.title}”: {label(card.session.status)}, owner {card.owner.name}{fix}",
            blocks.FALLBACK,
        )
    )


def card_blocks(card: SessionCard) -> list[Block]:
    session = card.session
    shown: list[Block] = [
        blocks.header(session.title),
        blocks.context(
            f"Session · *{label(session.status).capitalize()}* · Owner <@{card.owner.slack_user_id}> · Started {blocks.when(session.created_at)}"
        ),
    ]
    shown += ticket_views.card_line(card)
    if session.problem != session.title:
        shown += [blocks.section("*Problem*"), blocks.said(shorten(session.problem, SHOWN_PROBLEM))]
    if len(session.problem) > SHOWN_PROBLEM:
        shown.append(blocks.context("The whole text is the first message of the thread."))
    shown.append(blocks.section("*What we know*"))
    shown += [blocks.said(f"• {shorten(fact.text, 400)}") for fact in card.facts[:SHOWN_FACTS]]
    if not card.facts:
        shown.append(blocks.context("Nothing established yet. *Add fact* in the menu keeps what you find out."))
    elif len(card.facts) > SHOWN_FACTS:
        shown.append(blocks.context(f"and {len(card.facts) - SHOWN_FACTS} more"))
    if card.fix is not None:
        shown += [blocks.section(f"*Fix* · {_fix_state(card)}"), blocks.said(card.fix.title)]
    if session.private_channel:
        shown.append(
            blocks.context(
                "This channel is private, but every engineer of the account can see this session in App Home."
            )
        )
    if card.handoff is not None:
        shown += _handoff(card.handoff)
    if card.note is not None:
        shown.append(blocks.said(card.note))
    shown.append(
        blocks.actions(
            [*_ends(session), *ticket_views.link_button(card), blocks.menu("sessions.menu", _menu(session))],
            block_id="menu",
        )
    )
    return blocks.fitted(shown)


def _handoff(handoff: Handoff) -> list[Block]:
    escalation = handoff.escalation
    text = f"*Escalated* by {blocks.escape(handoff.raiser)}, {blocks.when(escalation.raised_at)}"
    claim = blocks.button("Claim", "escalations.claim", escalation.id)
    return [
        blocks.section(f"{text}\nIt waits for an engineer to claim it.", accessory=claim),
        blocks.said(escalation.reason),
    ]


def _ends(session: Session) -> list[Block]:
    """The ways to end it, as far as its status allows them."""
    ends: list[Block] = []
    if session.status is not SessionStatus.RESOLVED:
        ends.append(blocks.button("Resolve…", "notes.preview.resolution", session.id, style="primary"))
    if session.status not in {SessionStatus.ESCALATED, SessionStatus.REQUESTING_ESCALATION}:
        ends.append(blocks.button("Escalate…", "notes.preview.escalation", session.id))
    return ends


def _fix_state(card: SessionCard) -> str:
    fix = card.fix
    if fix is None:
        return ""
    return "applied, not judged yet" if fix.applied_at and not fix.is_judged else LABEL[fix.status]


def _menu(session: Session) -> list[tuple[str, str]]:
    options = [("Add fact…", "add_fact"), ("Rename…", "rename"), ("Take over", "take_over"), ("Hand to…", "hand_to")]
    if session.status is SessionStatus.ACTIVE:
        options.append(("Pause", "pause"))
    elif session.status in {SessionStatus.PAUSED, SessionStatus.ABANDONED}:
        options.append(("Resume", "resume"))
    elif session.status is SessionStatus.RESOLVED:
        options.append(("Reopen", "reopen"))
    return [(name, f"{verb}:{session.id}") for name, verb in options]


def problem_text(session: Session) -> tuple[str, list[Block]]:
    """The whole problem, for the thread: nothing parsed, nothing lost."""
    text = blocks.escape(shorten(session.problem, blocks.FALLBACK))
    return text, [blocks.section("*The whole problem*"), *blocks.paragraphs(session.problem)]


def message_blocks(text: str) -> list[Block]:
    return [*blocks.paragraphs(text), blocks.context("FlowPilot · composed without AI")]


def new_modal(
    *,
    channel: str | None,
    thread_ts: str | None = None,
    problem: str | None = None,
    with_ticket: bool = False,
    ticket: str | None = None,
    already: Sequence[Block] = (),
) -> View:
    """`channel` None lets the person choose one; `ticket` is one that was chosen before.

    `already` points out a session about the same ticket: submitting starts another one anyway.
    """
    fields = [
        *already,
        blocks.field(
            "problem",
            "What is the problem?",
            blocks.text_input(
                lines=True, value=problem, placeholder="What the customer sees, since when, what was tried"
            ),
            hint=None
            if not problem or len(problem) <= blocks.INPUT
            else f"The beginning: a form holds {blocks.INPUT:,} characters.",
        ),
    ]
    if channel is None:
        select: Block = {
            "type": "conversations_select",
            "default_to_current_conversation": True,
            "filter": {
                "include": ["public", "private"],
                "exclude_external_shared_channels": True,
                "exclude_bot_users": True,
            },
        }
        fields.append(blocks.field("channel", "In which channel?", select))
    if with_ticket:
        fields.append(ticket_views.ticket_field(optional=True))
    return blocks.modal(
        "sessions.new",
        "New session",
        fields,
        submit="Start anyway" if already else "Start",
        channel=channel,
        thread_ts=thread_ts,
        ticket=ticket,
        anyway=True if already else None,
    )


def rename_modal(session: Session) -> View:
    title = blocks.field("title", "Title", blocks.text_input(value=session.title, limit=TITLE_LIMIT))
    return blocks.modal("sessions.rename", "Rename session", [title], submit="Rename", session_id=session.id)


def hand_to_modal(session: Session) -> View:
    person = blocks.field("user_id", "Hand to", {"type": "users_select"}, hint="An engineer of this workspace.")
    return blocks.modal(
        "sessions.hand_to", "Hand over", [blocks.said(session.title), person], submit="Hand over", session_id=session.id
    )


def fact_modal(session: Session, *, text: str | None = None, message_ts: str | None = None) -> View:
    fact = blocks.field("text", "What did you find out?", blocks.text_input(lines=True, value=text))
    return blocks.modal(
        "facts.add",
        "Add fact",
        [blocks.said(session.title), fact],
        submit="Keep",
        session_id=session.id,
        message_ts=message_ts,
    )


def listing(title: str, page: Page, url: str, *, which: str | None) -> tuple[str, list[Block]]:
    """A list for its reader only; `which` names it for the button that turns the page."""
    if not page.items:
        return f"{blocks.escape(title)}: none.", [blocks.section(f"*{blocks.escape(title)}*\nNone.")]
    first = page.number * PAGE + 1
    total = f"{page.total}" if page.total < 1_000 else "1,000 or more"
    shown: list[Block] = [
        blocks.section(f"*{blocks.escape(title)}*"),
        blocks.context(f"{first} to {first + len(page.items) - 1} of {total}"),
    ]
    for listed in page.items:
        session = listed.session
        who = blocks.escape(listed.owner)
        link = blocks.session_link(url, session.title, session.channel, session.thread_ts)
        shown.append(blocks.section(f"{link}\n{label(session.status)} · {who} · {blocks.when(session.last_active_at)}"))
    if page.more and which:
        shown.append(blocks.actions([blocks.button("Next page", "sessions.page", f"{which}:{page.number + 1}")]))
    elif page.more:
        shown.append(blocks.context("More were found: add a word to narrow it down."))
    return f"{blocks.escape(title)}: {page.total}", blocks.fitted(shown)


def chooser(verb: str, sessions: Sequence[Session]) -> tuple[str, list[Block]]:
    """Several open sessions in one channel: which one is meant?"""
    text = f"There are several open sessions in this channel. Which one do you want to {verb}?"
    shown: list[Block] = [blocks.section(text)]
    for session in sessions[:20]:
        pick = blocks.button(verb.capitalize(), "sessions.pick", f"{verb}:{session.id}")
        shown.append(blocks.section(blocks.escape(shorten(session.title, 150)), accessory=pick))
    return text, shown


def greeting() -> tuple[str, list[Block]]:
    """The answer to a direct message that states no problem."""
    text = "Tell me what is broken, in a sentence or more, and I start a session for it in this thread."
    return text, [
        blocks.section(text),
        blocks.actions([blocks.button("Start a session", "sessions.new", "new", style="primary")]),
    ]
