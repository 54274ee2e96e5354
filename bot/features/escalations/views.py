"""Handoffs: what was escalated, why, and who has it. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from bot import blocks, handoffs
from bot.blocks import Block
from core.escalations.models import Escalation
from core.escalations.pages import PAGE, Handoff
from core.sessions.models import Session
from core.text import shorten


def card(handoff: Handoff, session: Session | None, url: str) -> tuple[str, list[Block]]:
    """The card that tells engineers; it says who has it, and keeps only what can still be done. `url` is the workspace's address.

    `session` is the one that was escalated, or the one that an escalated walk goes on as.
    """
    escalation = handoff.escalation
    head = f"*Escalated* by {blocks.escape(handoff.raiser)}, {blocks.when(escalation.raised_at)}"
    shown = [blocks.section(f"{head}\n{_title(escalation, session, url)}"), blocks.said(escalation.reason)]
    shown.append(blocks.context(f"{_category(escalation)}{state(handoff)}"))
    if buttons := _buttons(escalation, session):
        shown.append(blocks.actions(buttons, block_id="handoff"))
    return blocks.escape(shorten(f"Escalated: {escalation.title} ({plain_state(handoff)})", blocks.FALLBACK)), shown


def state(handoff: Handoff) -> str:
    """Who has it, in mrkdwn."""
    escalation = handoff.escalation
    if escalation.claimed_at is not None:
        return f"*Claimed* by {blocks.escape(handoff.claimer or 'somebody')}, {blocks.when(escalation.claimed_at)}"
    return "*Closed*: its work went on without it" if escalation.closed_at else "*Waiting* for an engineer to claim it"


def plain_state(handoff: Handoff) -> str:
    if handoff.escalation.claimed_at is not None:
        return f"claimed by {handoff.claimer or 'somebody'}"
    return "closed" if handoff.escalation.closed_at else "waiting to be claimed"


def _buttons(escalation: Escalation, session: Session | None) -> list[Block]:
    if escalation.closed_at is not None:
        return []
    if escalation.walk_id is not None and session is not None:
        return []  # the walk goes on as that session, which is handed on by itself
    go_on = [handoffs.go_on(escalation.walk_id)] if escalation.walk_id is not None else []
    if escalation.claimed_by is None:
        return [blocks.button("Claim", "escalations.claim", escalation.id, style="primary"), *go_on]
    return [*go_on, blocks.button("Release", "escalations.release", escalation.id)]


def _title(escalation: Escalation, session: Session | None, url: str) -> str:
    if session is None:
        return f"*{blocks.escape(shorten(escalation.title, 150))}*"
    return blocks.session_link(url, session.title, session.channel, session.thread_ts)


def _category(escalation: Escalation) -> str:
    return f"{escalation.category.value.replace('_', ' ').capitalize()} · " if escalation.category else ""


def listing(
    found: Sequence[Handoff], sessions: Mapping[UUID, Session], total: int, number: int, url: str
) -> tuple[str, list[Block]]:
    """What nobody has claimed, oldest first."""
    title = "Escalations that wait to be claimed"
    if not found:
        return f"{title}: none.", [blocks.section(f"*{title}*\nNone.")]
    first = number * PAGE + 1
    shown: list[Block] = [
        blocks.section(f"*{title}*"),
        blocks.context(f"{first} to {first + len(found) - 1} of {total}, oldest first"),
    ]
    for handoff in found:
        escalation = handoff.escalation
        session = sessions.get(escalation.session_id) if escalation.session_id else None
        text = (
            f"{_title(escalation, session, url)}\n{_category(escalation)}{blocks.escape(handoff.raiser)}, "
            f"{blocks.when(escalation.raised_at)}\n{blocks.escape(shorten(escalation.reason, 300))}"
        )
        shown += handoffs.entry(text, escalation)
    if (number + 1) * PAGE < total:
        shown.append(blocks.actions([blocks.button("Next page", "escalations.page", str(number + 1))]))
    return f"{title}: {total}", blocks.fitted(shown)
