"""What stands in an open preview, read leniently: whatever is there is worth keeping."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import cast
from uuid import UUID

from bot.features.notes import views
from bot.forms import name_of, values
from bot.interaction import as_id
from core.errors import Invalid
from core.fixes.models import SuggestedFix
from core.ids import PreviewId, SessionId, new_id
from core.llm.notes import SECTIONS, NoteKind
from core.notes.answers import Answer, settled
from core.notes.commands import Answered

Json = Mapping[str, object]
_OTHERS = re.compile(r"outcomes\.([0-9a-f-]{36})\.outcome")


class Form:
    """`others` is what is answered of the fixes after the first."""

    def __init__(self, view: Json) -> None:
        read = values(view)
        self.session_id = SessionId(as_id(read.get("session_id")))
        self.kind = kind_of(str(read.get("kind") or ""))
        self.preview_id = PreviewId(as_id(read["preview_id"])) if read.get("preview_id") else None
        self.modal = str(view.get("external_id") or "") or new_modal()
        keys = [name.key for name in SECTIONS[self.kind]]
        self.texts = {key: cast("str | None", read[key]) for key in keys if key in read}
        self.layout = _layout(view, keys)
        others = [found[1] for name in read if (found := _OTHERS.fullmatch(name))]
        self.others = _answered(
            (as_id(one), read[f"outcomes.{one}.outcome"], read.get(f"outcomes.{one}.notes")) for one in others
        )
        first = [(as_id(read["first"]), read.get("outcome"), read.get("outcome_notes"))] if read.get("first") else []
        self._said = {**self.others, **_answered(first)}

    @property
    def is_full(self) -> bool:
        """Whether a section needs another input."""
        return any(views.is_nearly_full(inputs[-1][1]) for inputs in self.layout.values())

    def answers(self, asked: Sequence[SuggestedFix]) -> dict[UUID, Answer]:
        """What is answered of these fixes, as far as the form asks about them."""
        return {fix.id: settled(fix, *self._said[fix.id]) for fix in asked if fix.id in self._said}


def _answered(read: Iterable[tuple[UUID, object, object]]) -> dict[UUID, tuple[Answered, str | None]]:
    return {
        fix_id: (Answered(str(outcome)), cast("str | None", notes))
        for fix_id, outcome, notes in read
        if outcome in set(Answered)
    }


def _layout(view: Json, keys: Sequence[str]) -> dict[str, list[tuple[str, str]]]:
    """The inputs of each section in the order they are shown, and what stands in them."""
    shown = cast("Sequence[Json]", view.get("blocks") or [])
    state = cast("Json", view.get("state") or {})
    filled = cast("Mapping[str, Mapping[str, Json]]", state.get("values") or {})
    found: dict[str, list[tuple[str, str]]] = {}
    for block_id in (str(one.get("block_id")) for one in shown if one.get("type") == "input"):
        if name_of(block_id) in keys:
            text = filled.get(block_id, {}).get("value", {}).get("value")
            found.setdefault(name_of(block_id), []).append((block_id, str(text or "")))
    return found


def kind_of(word: str) -> NoteKind:
    """Raises `Invalid` for a word that is no kind of note."""
    try:
        return NoteKind(word)
    except ValueError:
        raise Invalid("This button is one FlowPilot does not know. Please use the newest card.") from None


def new_modal() -> str:
    """The external id of a window that is yet to be opened."""
    return f"fp-note-{new_id()}"
