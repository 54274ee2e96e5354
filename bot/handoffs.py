"""An escalation that nobody has claimed, as lists show it. Pure."""

from __future__ import annotations

from uuid import UUID

from bot import blocks
from bot.blocks import Block
from core.escalations.models import Escalation


def entry(text: str, escalation: Escalation) -> list[Block]:
    """`text` (mrkdwn) with what can be done; a walk is continued as a session, which claims it too."""
    claim = blocks.button("Claim", "escalations.claim", escalation.id)
    if escalation.walk_id is None:
        return [blocks.section(text, accessory=claim)]
    return [
        blocks.section(text),
        blocks.actions([claim, go_on(escalation.walk_id)], block_id=f"handoff.{escalation.id}"),
    ]


def go_on(walk_id: UUID) -> Block:
    """*Continue as a session*, for an escalated walk."""
    return blocks.button("Continue as a session", "walks.continue", walk_id)
