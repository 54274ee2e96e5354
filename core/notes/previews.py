"""Drafts and what people make of them, before anything is confirmed. No function here touches the network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import assert_never, cast
from uuid import UUID

from core.fixes.models import FixStatus, SuggestedFix
from core.ids import PreviewId, SessionId, UserId, new_id
from core.llm.notes import SECTIONS, NoteKind
from core.notes import changes, queries
from core.notes.commands import Answered
from core.notes.models import PROMPT_VERSION, Answer, Preview, WorkingCopy, answer_key
from core.notes.postings import Posting
from core.notes.queries import Opened
from core.outbox.note_events import NoteReady, PreviewWanted
from core.psa.models import PsaConnection, Target
from core.psa.provider import Status
from core.sessions.models import Session
from core.text import clean
from core.unit import Unit


@dataclass(frozen=True)
class Page:
    """All that the modal shows. `draft` is the newest written one (None: none is), `is_current` whether it is of the present state and answer,
    `changed` what is new since. `fix` is the one whose outcome is asked for, and `answer` what is answered so far."""

    session: Session
    kind: NoteKind
    draft: Preview | None
    is_current: bool
    copy: WorkingCopy | None
    fix: SuggestedFix | None
    answer: Answer | None
    live: Posting | None
    connection: PsaConnection | None
    changed: tuple[str, ...] = ()

    def texts(self) -> dict[str, str]:
        """What stands in each section: what the person typed, else the draft."""
        drafted = self.draft.texts() if self.draft else {}
        typed = self.copy.texts if self.copy else {}
        return {name.key: typed.get(name.key, drafted.get(name.key, "")) for name in SECTIONS[self.kind]}

    @property
    def edited(self) -> frozenset[str]:
        """The sections that are not the draft's any more."""
        return frozenset(self.copy.texts if self.copy else ())

    @property
    def sources(self) -> Mapping[str, str]:
        """What the ids that the draft cites are called."""
        return cast("Mapping[str, str]", (self.draft.basis or {}).get("names") or {}) if self.draft else {}

    @property
    def target(self) -> Status | None:
        """The status that the ticket will be given, as far as it is known without asking its system."""
        if self.connection is None or self.session.psa_board_id is None:
            return None
        return self.connection.target(target_of(self.kind), self.session.psa_board_id)

    @property
    def is_ready(self) -> bool:
        """Whether it can be shown without composing anything: a draft of this state, or words of the person's own to go on with."""
        return self.draft is not None and (self.is_current or bool(self.edited))


def target_of(kind: NoteKind) -> Target:
    return Target.RESOLVED if kind is NoteKind.RESOLUTION else Target.ESCALATED


def preset(kind: NoteKind, fix: SuggestedFix) -> Answer:
    """What is answered about the open fix unless the person says otherwise."""
    if kind is NoteKind.RESOLUTION:
        return settled(fix, Answered.WORKED, None)
    return settled(fix, Answered.WAITING if fix.status is FixStatus.APPLIED_PENDING else Answered.FAILED, None)


def settled(fix: SuggestedFix, outcome: str, notes: str | None) -> Answer:
    """The answer as it is compared and recorded: with words only where the outcome has any, and those on record where none are given."""
    given = clean(notes or "") or None
    match answered := Answered(outcome):
        case Answered.WORKED | Answered.NEVER_APPLIED:
            return Answer(answered)
        case Answered.FAILED:
            return Answer(answered, given)
        case Answered.PARTLY:
            return Answer(answered, given or fix.partial_notes)
        case Answered.WAITING:
            return Answer(answered, given or fix.pending_reason)
        case _:
            assert_never(answered)


async def page(
    unit: Unit, session_id: SessionId, kind: NoteKind, *, user_id: UserId | None = None, lock: bool = False
) -> Page:
    """The preview as the person (or `user_id`) would see it now. One statement where the draft is current. Raises `NotFound`."""
    whose = user_id or (unit.scope.actor.id if unit.scope.person else None)
    found = await queries.opened(unit, session_id, kind, whose, lock=lock)
    return await _page(unit, found, kind)


async def _page(unit: Unit, found: Opened, kind: NoteKind) -> Page:
    answer = _answer(found, kind)
    current = next((one for one in found.drafts if one.is_written and is_of(one, found.session, answer)), None)
    draft = current or await _older(unit, found, kind)
    return Page(
        found.session,
        kind,
        draft,
        current is not None,
        found.copy,
        found.fix,
        answer,
        found.live,
        found.connection,
        () if draft is None or current else await _changed(unit, draft, found.session),
    )


async def _older(unit: Unit, found: Opened, kind: NoteKind) -> Preview | None:
    """The draft that the person has been working on, else the newest there is."""
    written = [one for one in await queries.drafts(unit, found.session, kind) if one.is_written]
    theirs = next((one for one in written if found.copy and one.id == found.copy.preview_id), None)
    return theirs or next(iter(written), None)


def _answer(found: Opened, kind: NoteKind) -> Answer | None:
    if found.fix is None:
        return None
    if found.copy is not None and found.copy.answer:
        return settled(found.fix, found.copy.answer, found.copy.answer_notes)
    return preset(kind, found.fix)


def is_of(draft: Preview, session: Session, answer: Answer | None) -> bool:
    return draft.state_version == session.state_version and draft.answer_key == answer_key(answer)


async def _changed(unit: Unit, draft: Preview, session: Session) -> tuple[str, ...]:
    return changes.since(draft.basis, await changes.state_of(unit, session))


# -- asking for a draft -------------------------------------------------------------------------------------------


async def want(unit: Unit, now: Page, *, modal: str | None = None) -> Preview:
    """The draft of the present state and answer: the one there is, or one that is going to be written. `modal` waits for it."""
    session, answer = now.session, now.answer
    found = next((one for one in await queries.drafts(unit, session, now.kind) if is_of(one, session, answer)), None)
    if found is None:
        found = unit.add(
            Preview(
                account_id=unit.account_id,
                id=new_id(),
                session_id=session.id,
                kind=now.kind,
                state_version=session.state_version,
                prompt_version=PROMPT_VERSION,
                answer=answer.outcome if answer else "",
                answer_notes=answer.notes if answer else None,
                answer_key=answer_key(answer),
                wanted_at=unit.now,
            )
        )
    preview_id = PreviewId(found.id)
    if modal is not None:
        copy = now.copy or queries.new_copy(unit, session.id, now.kind, unit.scope.actor.id)
        copy.preview_id, copy.modal, copy.awaits, copy.updated_at = found.id, modal, True, unit.now
        if found.is_written:
            unit.emit(NoteReady(preview_id))
    if not found.is_written:
        unit.emit(PreviewWanted(preview_id))
    return found


async def prefetch(unit: Unit, session_id: SessionId, kind: NoteKind) -> None:
    """Has the draft written before anybody asks for it."""
    now = await page(unit, session_id, kind)
    if not now.is_current:
        await want(unit, now)


# -- what people make of it ---------------------------------------------------------------------------------------


async def keep_typed(
    unit: Unit,
    now: Page,
    typed: Mapping[str, str | None],
    answer: Answer | None,
    *,
    draft_id: UUID | None,
    modal: str | None,
) -> WorkingCopy | None:
    """Keeps what stands in the form; nothing is kept where nothing differs from the draft it was typed over."""
    over = await queries.preview(unit, draft_id) if draft_id else now.draft
    drafted = over.texts() if over is not None else {}
    copy = now.copy
    differs = any((text or "").strip() != drafted.get(key, "").strip() for key, text in typed.items())
    given = answer if now.fix is not None and answer != preset(now.kind, now.fix) else None
    if copy is None and not differs and given is None:
        return None
    copy = copy or queries.new_copy(unit, now.session.id, now.kind, unit.scope.actor.id)
    copy.keep(typed, drafted, unit.now)
    copy.answer, copy.answer_notes = (given.outcome, given.notes) if given else (None, None)
    copy.preview_id = over.id if over is not None else copy.preview_id
    copy.modal = modal or copy.modal
    return copy
