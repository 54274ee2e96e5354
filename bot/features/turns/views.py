"""A turn while it is taken, one that was stopped, and why an answer was no good. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from bot import blocks
from bot.blocks import Block, View
from core.text import shorten
from core.turns.models import REASON_LIMIT

THINKING = "FlowPilot is thinking…"
STATUS = "is thinking…"
FIRST_STEP = "Reading the thread"


def stop_button(turn_id: UUID) -> list[Block]:
    return [blocks.actions([blocks.button("Stop", "turns.stop", turn_id)], block_id="stop")]


def thinking(turn_id: UUID, steps: Sequence[str]) -> list[Block]:
    """Where Slack streams nothing: the steps so far, the last one under way."""
    lines = [f"✓ {blocks.escape(shorten(step, 150))}" for step in steps[:-1][-8:]]
    lines += [f"… {blocks.escape(shorten(step, 150))}" for step in steps[-1:]]
    return [blocks.section(f"*{THINKING}*"), blocks.context("\n".join(lines) or "…"), *stop_button(turn_id)]


def task(number: int, step: str, *, done: bool) -> dict[str, object]:
    """One step of a streamed message."""
    title = shorten(step, 150) or "…"
    return {
        "type": "task_update",
        "id": f"step-{number}",
        "title": title,
        "status": "complete" if done else "in_progress",
    }


def stopped(name: str) -> tuple[str, list[Block]]:
    text = f"Stopped by {blocks.escape(name)}. Nothing of this answer was kept; write again when you want one."
    return text, [blocks.context(text)]


def secret_warning() -> tuple[str, list[Block]]:
    """To the author alone."""
    text = (
        "Your message holds what looks like a password, key or token. FlowPilot keeps and reads it masked, but everybody in this conversation can "
        "see what you wrote. Please edit or delete the message, and change the secret."
    )
    return text, [blocks.said(text)]


def reason_modal(turn_id: UUID) -> View:
    reason = blocks.field(
        "reason",
        "What was wrong with it?",
        blocks.text_input(
            lines=True, limit=REASON_LIMIT, placeholder="It asked what we had said; the fix is for another product; …"
        ),
        optional=True,
    )
    return blocks.modal("feedback.reason", "Not helpful", [reason], submit="Send", turn_id=turn_id)
