"""Session card, lists and forms. Pure: data in, blocks out."""

from __future__ import annotations

from collections.abc import Sequence

from bot import blocks
from bot.blocks import Block, View
from bot.features.sessions import ticket_views
from bot.inputs import channel_select
from core.escalations.pages import Handoff
from core.fixes.models import LABEL, SuggestedFix
from core.fixes.overview import CatchUp, SessionCard
from core.sessions.models import PROBLEM_LIMIT, TITLE_LIMIT, Fact, FactSource, Session, SessionStatus, label
from core.sessions.pages import PAGE, Page
from core.sessions.similar import OpenOne
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
    shown += [
        blocks.said(f"• {shorten(fact.text, 400)}", blocks.button(_fact_button(fact), "facts.edit", fact.id))
        for fact in card.facts[:SHOWN_FACTS]
    ]
    if not card.facts:
        shown.append(
            blocks.context(
                "Nothing established yet. *Add fact* keeps what you find out; answers in the thread are kept, too."
            )
        )
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
    if card.spent.tokens:
        shown.append(blocks.context(f"AI so far: {card.spent.tokens:,} tokens, {dollars(card.spent.cost_micro_usd)}"))
    buttons = [
        *_ends(session),
        blocks.button("Add fact…", "facts.add", session.id),
        blocks.button("Catch me up", "sessions.catch_up", session.id),
        *ticket_views.link_button(card),
        blocks.menu("sessions.menu", _menu(session)),
    ]
    shown.append(blocks.actions(buttons, block_id="menu"))
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


def dollars(micro: int) -> str:
    """Millionths of a dollar as a person reads them."""
    return f"${micro / 1_000_000:,.2f}" if micro >= 10_000 else "less than a cent"


def _fact_button(fact: Fact) -> str:
    return "Edit…" if fact.source is FactSource.NOTE else "Source…"


def _fix_state(card: SessionCard) -> str:
    fix = card.fix
    if fix is None:
        return ""
    return "applied, not judged yet" if fix.applied_at and not fix.is_judged else LABEL[fix.status]


def _menu(session: Session) -> list[tuple[str, str]]:
    options = [("Rename…", "rename"), ("Take over", "take_over"), ("Hand to…", "hand_to")]
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


def new_modal(
    *,
    channel: str | None,
    thread_ts: str | None = None,
    problem: str | None = None,
    with_ticket: bool = False,
    ticket: str | None = None,
    already: Sequence[Block] = (),
    like: OpenOne | None = None,
    anyway: bool = False,
    url: str = "",
) -> View:
    """`channel` None lets the person choose one; `ticket` is one that was chosen before. `already` points out sessions about the same ticket,
    `like` an open one that is much like this problem: submitting starts another one anyway."""
    fields = [
        *already,
        *([_like(like, url)] if like else []),
        *_problem(problem or ""),
    ]
    if channel is None:
        fields.append(blocks.field("channel", "In which channel?", channel_select()))
    if with_ticket:
        fields.append(ticket_views.ticket_field(optional=True))
    return blocks.modal(
        "sessions.new",
        "New session",
        fields,
        submit="Start anyway" if like or already else "Start",
        channel=channel,
        thread_ts=thread_ts,
        ticket=ticket,
        anyway=True if like or already or anyway else None,
    )


def _problem(text: str) -> list[Block]:
    """As many inputs as a long text needs, so that nothing of it is lost."""
    hint = "What the customer sees, since when, what was tried"
    if len(text) <= blocks.INPUT:
        typed = blocks.text_input(lines=True, value=text, placeholder=hint)
        return [blocks.field("problem", "What is the problem?", typed)]
    parts = [text[at : at + blocks.INPUT] for at in range(0, min(len(text), PROBLEM_LIMIT), blocks.INPUT)]
    return [
        blocks.field(
            f"problem.{n}",
            "What is the problem?" if n == 0 else "It goes on",
            blocks.text_input(lines=True, value=part),
            optional=n > 0,
        )
        for n, part in enumerate(parts)
    ]


def _like(like: OpenOne, url: str) -> Block:
    link = blocks.session_link(url, like.title, like.channel, like.thread_ts)
    return blocks.section(
        f"*An open session looks very much like this:*\n{link}\nOwner: {blocks.escape(shorten(like.owner, 80))}"
    )


def much_like(like: OpenOne, url: str, ts: str) -> tuple[str, list[Block]]:
    """To who stated a problem in a message: `ts` is that message."""
    text = f"An open session looks very much like this: {like.title}. If yours is another problem, start it anyway."
    anyway = blocks.button("Start anyway", "sessions.start_anyway", ts)
    return blocks.escape(text), [_like(like, url), blocks.actions([anyway], block_id="anyway")]


def catch_up(state: CatchUp) -> tuple[str, list[Block]]:
    """Where a session stands, for one reader: the problem, what is known, what was tried, what was said last."""
    session, card = state.card.session, state.card
    text = f"“{session.title}”: {label(session.status)}, owner {card.owner.name}. {len(card.facts)} facts, {len(state.fixes)} suggestions."
    shown: list[Block] = [
        blocks.section(f"*{blocks.escape(shorten(session.title, 150))}*"),
        blocks.context(
            f"*{label(session.status).capitalize()}* · Owner {blocks.escape(card.owner.name)} · Started {blocks.when(session.created_at)}"
        ),
        blocks.said(shorten(session.problem, 500)),
        blocks.section("*What we know*"),
        blocks.said(
            "\n".join(f"• {shorten(fact.text, 200)}" for fact in card.facts[:SHOWN_FACTS]) or "Nothing established yet."
        ),
        blocks.section("*What was tried*"),
        blocks.said("\n".join(map(_tried, state.fixes)) or "No fix was suggested yet."),
    ]
    if state.said:
        lines = "\n".join(f"{name}: {shorten(message.text, 200)}" for name, message in state.said)
        shown += [blocks.section("*Said last*"), blocks.said(lines)]
    return blocks.escape(text), blocks.fitted(shown)


def _tried(fix: SuggestedFix) -> str:
    words = fix.failure_reason or fix.partial_notes or fix.pending_reason
    state = "applied, not judged yet" if fix.applied_at and not fix.is_judged else LABEL[fix.status]
    return f"• {shorten(fix.title, 120)}: {state}{f' ({shorten(words, 150)})' if words and fix.is_judged else ''}"


def rename_modal(session: Session) -> View:
    title = blocks.field("title", "Title", blocks.text_input(value=session.title, limit=TITLE_LIMIT))
    return blocks.modal("sessions.rename", "Rename session", [title], submit="Rename", session_id=session.id)


def hand_to_modal(session: Session) -> View:
    person = blocks.field("user_id", "Hand to", {"type": "users_select"}, hint="An engineer of this workspace.")
    return blocks.modal(
        "sessions.hand_to", "Hand over", [blocks.said(session.title), person], submit="Hand over", session_id=session.id
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
