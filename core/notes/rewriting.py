"""Having one section written anew as a person instructs. The network lies between two units of this."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from core.errors import Conflict, Invalid
from core.ids import PreviewId, UserId
from core.llm.notes import SECTIONS, NoteBundle, NoteKind, Rewritten
from core.notes import answers, changes, queries
from core.notes.commands import RewriteSection
from core.notes.composing import bundle_of, language
from core.notes.models import INSTRUCTION_LIMIT, NOTE_LIMIT
from core.outbox.note_events import NoteReady, RewriteWanted
from core.sessions import queries as sessions
from core.spending import service as spending
from core.text import clean, required
from core.unit import Unit


@dataclass(frozen=True)
class Revision:
    """What is to be rewritten, for whom, and how; `text` is the section as it stood when that was asked. `without_model`: the month's budget
    is used up."""

    preview_id: PreviewId
    session_id: UUID
    user_id: UserId
    kind: NoteKind
    bundle: NoteBundle
    key: str
    text: str
    instruction: str
    without_model: bool


async def ask(unit: Unit, wanted: RewriteSection) -> None:
    """Raises `Invalid` on `instruction`, `Conflict` when the preview is not open any more."""
    person = unit.scope.need_engineer("write a note")
    instruction = required(
        wanted.instruction, field="instruction", limit=INSTRUCTION_LIMIT, empty="Say how the section should be."
    )
    if wanted.section not in {name.key for name in SECTIONS[wanted.kind]}:
        raise Invalid("This section is not part of the note.", field="instruction")
    copy = await queries.copy_of(unit, wanted.session_id, wanted.kind, person.id)
    if copy is None or copy.preview_id is None:
        raise Conflict("This note is not being edited any more. Please open it again.")
    copy.asked_section, copy.instruction, copy.awaits = wanted.section, instruction, True
    copy.replaces = copy.preview_id
    copy.updated_at = unit.now
    unit.emit(NoteReady(PreviewId(copy.preview_id)))  # the preview says that it is being written
    unit.emit(RewriteWanted(PreviewId(copy.preview_id), person.id))


async def revision(unit: Unit, preview_id: PreviewId, user_id: UserId) -> Revision | None:
    """What was asked for, None when it was done."""
    draft = await queries.preview(unit, preview_id)
    session = await sessions.session(unit, draft.session_id)
    copy = await queries.copy_of(unit, session.id, draft.kind, user_id)
    if copy is None or copy.asked_section is None or copy.instruction is None:
        return None
    key = copy.asked_section
    text = copy.texts.get(key, draft.texts().get(key, ""))
    bundle = bundle_of(await changes.state_of(unit, session), answers.read(draft.answers), unit, await language(unit))
    without = (await spending.this_month(unit)).is_used_up
    return Revision(preview_id, session.id, user_id, draft.kind, bundle, key, text, copy.instruction, without)


async def rewritten(unit: Unit, asked: Revision, anew: Rewritten) -> None:
    """Gives the section its new text, unless the person typed on meanwhile: their words stay. What it took is written down in any case."""
    if anew.usage is not None:
        spending.add(unit, anew.usage, "note", asked.session_id)
    copy = await queries.copy_of(unit, asked.session_id, asked.kind, asked.user_id)
    if copy is None or copy.instruction != asked.instruction:
        return
    draft = await queries.preview(unit, asked.preview_id)
    now = copy.texts.get(asked.key, draft.texts().get(asked.key, ""))
    copy.instruction = None
    if anew.understood and now == asked.text:
        copy.replace(asked.key, clean(anew.text)[:NOTE_LIMIT], unit.now)
        copy.asked_section = None  # else it stays, and the preview says that it could not be done
    copy.awaits, copy.preview_id, copy.updated_at = True, asked.preview_id, unit.now
    copy.replaces = asked.preview_id
    unit.emit(NoteReady(asked.preview_id))
