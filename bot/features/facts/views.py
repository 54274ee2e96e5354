"""One fact: where it comes from, and what can be done with it. Pure."""

from __future__ import annotations

from bot import blocks
from bot.blocks import Block, View
from core.sessions.models import Fact, FactSource, Session

ORIGIN = {
    FactSource.NOTE: "A note",
    FactSource.QUESTION: "An answer to a question",
    FactSource.DIAGNOSTIC_CHECK: "The result of a check",
}


def fact_modal(fact: Fact, session: Session, name: str, url: str) -> View:
    """A note can be edited here; what came from a message changes with the message."""
    origin = f"{ORIGIN[fact.source]} · {blocks.escape(name)} · {blocks.when(fact.created_at)}"
    if fact.message_ts:
        origin += f" · {blocks.session_link(url, 'the message', session.channel, fact.message_ts)}"
    sure = blocks.confirm("Remove this fact?", "It stays on record, but counts as known no more.", "Remove")
    remove = blocks.actions([blocks.button("Remove", "facts.remove", fact.id, style="danger", confirm=sure)])
    shown: list[Block] = [blocks.context(origin)]
    if fact.source is FactSource.NOTE:
        text = blocks.field("text", "What is known", blocks.text_input(lines=True, value=fact.text))
        return blocks.modal("facts.edit", "Fact", [text, *shown, remove], submit="Save", fact_id=fact.id)
    how = blocks.context(
        "It came from the thread: edit that message and FlowPilot reads it anew, or remove the fact here."
    )
    return blocks.modal("facts.edit", "Fact", [*blocks.paragraphs(fact.text), *shown, how, remove], close="Close")


def removed() -> View:
    return blocks.notice("Removed", "It is known no more.")
