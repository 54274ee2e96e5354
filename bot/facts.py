"""The form that keeps a fact: from a session's card, and from a message of its thread. Pure."""

from __future__ import annotations

from bot import blocks
from bot.blocks import View
from core.sessions.models import Session


def add_modal(session: Session, *, text: str | None = None, message_ts: str | None = None) -> View:
    fact = blocks.field("text", "What did you find out?", blocks.text_input(lines=True, value=text))
    return blocks.modal(
        "facts.add",
        "Add fact",
        [blocks.said(session.title), fact],
        submit="Keep",
        session_id=session.id,
        message_ts=message_ts,
    )
