"""Reminders, and the forms about them. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from bot import blocks, handoffs
from bot.blocks import Block, View
from bot.waiting import OUTCOMES
from core.fixes.models import Outcome
from core.nudges.models import Answer, Audience
from core.nudges.policy import Kind
from core.nudges.reminders import Line, Shown
from core.text import shorten

MOST_LINES = 8  # with their buttons; what a message holds
AN_HOUR = ("Snooze 1 h", "nudges.snooze.hour", "hour")
TOMORROW = ("Snooze until tomorrow 9:00", "nudges.snooze.tomorrow", "tomorrow")
MUTE = ("Mute this one", "nudges.mute", "mute")
LATER = {Kind.WALK: (AN_HOUR,), Kind.WEEKLY: ()}
"""How else than with all three a reminder is put off: label, the button's action, and the word for it in a menu. A walk is asked about once, hours
before it is closed."""
TOLD = "Nobody has taken this up yet"
"""What is said to whoever may not take it up, where nobody else can be asked."""
CANNOT = "cannot be asked, or wants no reminders"
ASKS = {
    Kind.FIX: "How did it go?",
    Kind.DRAFTS: "Keep it or not?",
    Kind.ESCALATION: "Who takes it up?",
    Kind.WALK: "Go on with it?",
    Kind.WEEKLY: "The week",
}


def reminder(shown: Shown, url: str, note: str | None = None) -> tuple[str, list[Block]]:
    """What a reminder says now: one question with all its buttons, or a digest. `note` is mrkdwn, in small print above."""
    lead: list[Block] = [blocks.context(note)] if note else []
    if len(shown.lines) == 1:
        line = shown.lines[0]
        told = _only_told(shown, line)
        return _plain(line, told=told), blocks.fitted([*lead, *_intro(shown, line), *_single(line, url, told=told)])
    return _digest(shown, url, lead)


def _digest(shown: Shown, url: str, lead: Sequence[Block]) -> tuple[str, list[Block]]:
    open_ones = [line for line in shown.lines if line.asks]
    settled = [line for line in shown.lines if not line.asks]
    title = (
        f"{len(open_ones)} thing{'s wait' if len(open_ones) > 1 else ' waits'} for an answer"
        if open_ones
        else "Nothing of this waits any more"
    )
    page: list[Block] = [blocks.header(title), *lead]
    if why := _why_here(shown):
        page.append(blocks.context(why))
    for line in open_ones[:MOST_LINES]:
        told = _only_told(shown, line)
        page += [blocks.section(_said(line, url, shown.audience, told=told)), *_row(line, short=True, told=told)]
    if len(open_ones) > MOST_LINES:
        page.append(blocks.context(f"{len(open_ones) - MOST_LINES} more: App Home and */pilot pending* list them all."))
    for line in settled[:MOST_LINES]:
        page.append(blocks.context(f"*{blocks.escape(shorten(line.subject.title, 100))}* · {_outcome(line)}"))
    if len(settled) > MOST_LINES:
        page.append(blocks.context(f"{len(settled) - MOST_LINES} more are settled."))
    names = "; ".join(shorten(line.subject.title, 80) for line in open_ones[:MOST_LINES])
    return blocks.escape(shorten(f"{title}: {names}" if names else f"{title}.", blocks.FALLBACK)), blocks.fitted(page)


def _why_here(shown: Shown) -> str:
    """Why a digest comes to somebody it is not owed to; empty where all of it waits for anybody."""
    if all(line.subject.owner_id is None for line in shown.lines):
        return ""
    match shown.audience:
        case Audience.PERSON:
            return ""
        case Audience.ADMIN:
            return "Whoever these belong to cannot be asked, or wants no reminders, so they come to the admins."
        case Audience.LEAD:
            return "They have waited for several reminders, and nobody answered."


def _only_told(shown: Shown, line: Line) -> bool:
    return shown.user_id is not None and shown.user_id == line.subject.not_to


def _intro(shown: Shown, line: Line) -> list[Block]:
    """Why it comes to somebody it is not owed to."""
    if _only_told(shown, line):
        return [blocks.context("You handed it on yourself, and there is nobody else here who could claim it.")]
    if shown.audience is Audience.PERSON or line.subject.owner_id is None:
        return []
    to = "the admins" if shown.audience is Audience.ADMIN else "you"
    times = line.number - 1 if shown.audience is Audience.LEAD else 0
    why = f"has not answered {times} reminder{'s' if times > 1 else ''}, or wants none" if times else CANNOT
    return [blocks.context(f"{blocks.escape(line.subject.owner)} {why}, so this comes to {to}.")]


def _single(line: Line, url: str, *, told: bool) -> list[Block]:
    said = [blocks.section(_said(line, url, Audience.PERSON, told=told))]
    if not line.asks:
        return [*said, blocks.context(_outcome(line))]
    if line.answer is not None:
        said.append(blocks.context(_outcome(line)))
    return [*said, *_row(line, short=False, told=told)]


def _said(line: Line, url: str, audience: Audience, *, told: bool) -> str:
    subject = line.subject
    title = f"*{blocks.escape(shorten(subject.title, 200))}*"
    parts = [f"*{TOLD if told else ASKS[subject.kind]}* {title}" if line.asks else title]
    if subject.waits_for:
        parts.append(f"Waits for: {blocks.escape(shorten(subject.waits_for, 500))}")
    owner = f" · {blocks.escape(subject.owner)}" if audience is not Audience.PERSON and subject.owner else ""
    if subject.kind is not Kind.WEEKLY:
        parts.append(f"Since {blocks.when(subject.since)}{owner}")
    if subject.channel:
        parts.append(blocks.session_link(url, subject.place or subject.title, subject.channel, subject.thread_ts))
    parts += [blocks.escape(shorten(text, 300)) for text in subject.lines[:12]]
    return "\n".join(parts)


def _plain(line: Line, *, told: bool) -> str:
    subject = line.subject
    if not line.asks:
        return blocks.escape(shorten(f"{subject.title}: {_outcome_plain(line)}", blocks.FALLBACK))
    waits = f" It waits for: {subject.waits_for}" if subject.waits_for else ""
    asks = f"{TOLD}:" if told else ASKS[subject.kind]
    return blocks.escape(shorten(f"{asks} {subject.title}.{waits}", blocks.FALLBACK))


def _outcome(line: Line) -> str:
    again = f" FlowPilot asks again {blocks.when(line.again_at)}." if line.again_at else ""
    return f"{blocks.escape(_outcome_plain(line))}.{again}"


def _outcome_plain(line: Line) -> str:
    if not line.subject.open:
        return line.subject.settled
    match line.answer:
        case Answer.SNOOZED:
            return "Snoozed"
        case Answer.MUTED:
            return "Muted: nobody is asked about this one any more; App Home still lists it"
        case Answer.PARKED_AGAIN if line.subject.kind is Kind.WALK:
            return "It goes on"
        case Answer.PARKED_AGAIN:
            return f"Still waiting for: {shorten(line.subject.waits_for or 'nothing named', 300)}"
        case Answer.SETTLED | Answer.UNDELIVERABLE | None:
            return "Not asked here any more"


def _row(line: Line, *, short: bool, told: bool) -> list[Block]:
    buttons = _buttons(line, short=short, told=told)
    return [blocks.actions(buttons, block_id=f"nudge.{line.nudge_id}")] if buttons else []


def _buttons(line: Line, *, short: bool, told: bool) -> list[Block]:
    """Everything that can be answered. A digest keeps putting off and muting in a menu."""
    subject = line.subject
    if subject.kind is Kind.FIX:
        buttons = [
            blocks.button(
                label,
                "nudges.still_waiting" if outcome is Outcome.APPLIED_PENDING else f"fixes.record.{outcome}",
                subject.id,
                style="primary" if outcome is Outcome.APPLIED_SUCCESS and not short else None,
            )
            for label, outcome in OUTCOMES.items()
        ]
    else:
        acts = () if told else ACTS.get(subject.kind, ())
        buttons = [blocks.button(label, action, subject.id) for label, action in acts]
        if subject.walk_id is not None and not told:
            buttons.append(handoffs.go_on(subject.walk_id))
    later = LATER.get(subject.kind, (AN_HOUR, TOMORROW, MUTE))
    if short and len(later) > 1:
        return [*buttons, blocks.menu("nudges.menu", [(label, f"{word}:{subject.id}") for label, _, word in later])]
    return [*buttons, *(blocks.button(label, action, subject.id) for label, action, _ in later)]


ACTS = {
    Kind.DRAFTS: (("Review", "drafts.review"),),
    Kind.ESCALATION: (("Claim", "escalations.claim"),),
    Kind.WALK: (("Resume", "walks.resume"),),
}
"""What can be done about the other kinds: the label and the action's id; its value is the subject's."""


def still_waiting_modal(fix_id: UUID, title: str, reason: str | None) -> View:
    """Asks what it waits for now, and when to ask again; submitted as the outcome it is."""
    fields = [
        blocks.said(title),
        blocks.field("notes", "What are you waiting for?", blocks.text_input(lines=True, value=reason)),
        blocks.field(
            "check_at",
            "When should FlowPilot ask again?",
            blocks.moment(),
            optional=True,
            hint="Nothing chosen: after four working hours.",
        ),
    ]
    return blocks.modal(
        "fixes.outcome", "Still waiting", fields, submit="Record", fix_id=fix_id, outcome=Outcome.APPLIED_PENDING
    )
