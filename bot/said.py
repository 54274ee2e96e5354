"""What FlowPilot says in a thread, as blocks. Pure."""

from __future__ import annotations

from bot import blocks
from bot.blocks import Block
from core.sessions.models import Message

WITHOUT_AI = "FlowPilot · composed without AI"
BY_AI = "FlowPilot · written by AI: check it before you rely on it"


def text(message: Message) -> str:
    return blocks.escape(message.text[: blocks.FALLBACK])


def said(message: Message, *, more: str | None = None) -> list[Block]:
    """A message with its label; what came out of a turn can be rated. `more` is a line of small print, mrkdwn."""
    shown = [*blocks.paragraphs(message.text), *([blocks.context(more)] if more else [])]
    shown.append(blocks.context(WITHOUT_AI if message.composed_without_ai else BY_AI))
    if message.turn_id is not None:
        rate = [
            blocks.button("👍 Helpful", "feedback.up", message.turn_id),
            blocks.button("👎 Not helpful…", "feedback.down", message.turn_id),
        ]
        shown.append(blocks.actions(rate, block_id="feedback"))
    return blocks.fitted(shown)
