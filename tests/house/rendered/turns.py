"""Turns, and what is said in them."""

from __future__ import annotations

from collections.abc import Iterator

from bot import blocks, said
from bot.features.turns import views as turns
from core.ids import new_id
from core.sessions.models import Author, Message
from tests.builders import NOON
from tests.house.rendered.data import Data, Rendered, message


def turns_views(data: Data) -> Iterator[Rendered]:
    for steps in ([data.text] * 30, ["one"], []):
        yield message("turns.thinking", (turns.THINKING, turns.thinking(new_id(), steps)))
    yield message("turns.stop_button", (turns.THINKING, turns.stop_button(new_id())))
    yield message("turns.stopped", turns.stopped(data.name))
    yield message("turns.secret_warning", turns.secret_warning())
    yield Rendered("turns.reason_modal", None, view=turns.reason_modal(new_id()))
    for without_ai in (True, False):
        spoken = words(data, without_ai=without_ai)
        yield message("said.said", (said.text(spoken), said.said(spoken, more=blocks.escape(data.name))))


def words(data: Data, *, without_ai: bool = True) -> Message:
    return Message(
        account_id=new_id(),
        id=new_id(),
        session_id=new_id(),
        author=Author.FLOWPILOT,
        text=data.text,
        turn_id=new_id(),
        composed_without_ai=without_ai,
        created_at=NOON,
    )
