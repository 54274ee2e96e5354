"""Refusals and accidents, each shown where the person is looking."""

from __future__ import annotations

import secrets

import structlog

from bot.answers import Answer, Done, FieldErrors, Open, Reply, Show
from bot.blocks import Block, actions, button, notice, paragraphs, said
from bot.forms import block_of, first_input
from bot.interaction import Interaction, Kind
from core.errors import DomainError, Forbidden, Invalid

log = structlog.get_logger()

TOO_SLOW = "This took too long and was stopped. Nothing was saved; please try again."
STILL_SAVING = "This is taking long. It is still being saved; you will be told here how it ended."


def refused(interaction: Interaction, error: DomainError) -> Answer:
    """A refusal as an answer: on its field in an open modal, else as a private word. What a person typed stays where it is."""
    sentence = str(error)
    if interaction.kind is Kind.SUBMISSION and interaction.view is not None:
        field = error.field if isinstance(error, Invalid) else None
        block = (field and block_of(interaction.view, field)) or first_input(interaction.view)
        if block is not None:
            return FieldErrors({block: sentence})
        return Show(notice("Not done", sentence))
    kept = f"{interaction.argument} {interaction.text}".strip() if interaction.kind is Kind.COMMAND else ""
    blocks: list[Block] = [said(sentence)]
    if len(kept.split()) > 1:
        blocks += paragraphs(f"You typed: {interaction.name} {kept}")
    if isinstance(error, Forbidden) and error.may_ask:
        blocks.append(actions([button("Request access", "access.request", "me", style="primary")]))
    return Reply(sentence, blocks)


def accident(interaction: Interaction | None, error: BaseException) -> Answer:
    """Something nobody foresaw: the person gets a reference, the log has the same one with the story."""
    ref = secrets.token_hex(2).upper()
    log.error(
        "an accident",
        ref=ref,
        name=interaction and interaction.name,
        kind=interaction and interaction.kind,
        exc_info=error,
    )
    sentence = f"Something went wrong (ref {ref}). If it stays so, give this reference to whoever runs FlowPilot."
    if interaction is not None and interaction.kind is Kind.SUBMISSION and interaction.view is not None:
        block = first_input(interaction.view)
        return FieldErrors({block: sentence}) if block else Show(notice("Something went wrong", sentence))
    return Reply(sentence)


def in_its_place(interaction: Interaction, answer: Answer) -> Answer:
    """A private word has no place in a modal or in App Home: there it becomes a small modal."""
    if not isinstance(answer, Reply):
        return answer
    if interaction.kind is Kind.SUBMISSION:
        return Show(
            notice("FlowPilot", answer.text, [block for block in answer.blocks or [] if block.get("type") == "actions"])
        )
    if interaction.kind is Kind.ACTION and interaction.view is not None:
        return Open(
            notice("FlowPilot", answer.text, [block for block in answer.blocks or [] if block.get("type") != "section"])
        )
    if interaction.kind is Kind.SHORTCUT and interaction.response_url is None:
        return Open(
            notice("FlowPilot", answer.text, [block for block in answer.blocks or [] if block.get("type") == "actions"])
        )
    if interaction.kind in {Kind.CLOSED, Kind.OPTIONS}:
        return Done()
    return answer
