"""Drafts and what people make of them, before anything is confirmed. No function here touches the network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast
from uuid import UUID

from core.fixes.models import SuggestedFix
from core.ids import PreviewId, SessionId, UserId, new_id
from core.llm.notes import SECTIONS, NoteKind
from core.notes import changes, queries
from core.notes.answers import ASKED, Answers, differing, key, presets, read, settled, stored
from core.notes.models import PROMPT_VERSION, Preview, WorkingCopy
from core.notes.postings import Posting
from core.notes.queries import Opened
from core.outbox.note_events import NoteReady, PreviewWanted
from core.psa.models import PsaConnection, Target
from core.psa.provider import Status
from core.sessions.models import Session, SessionStatus
from core.unit import Unit


@dataclass(frozen=True)
class Page:
    """All that the modal shows. `draft` is the newest written one (None: none is), `is_current` whether it is of the present state and answers,
    `changed` what is new since. `asked` are the fixes whose outcome is asked for, `answers` what is answered of them so far, and `unasked` those that
    are only named."""

    session: Session
    kind: NoteKind
    draft: Preview | None
    is_current: bool
    copy: WorkingCopy | None
    asked: Sequence[SuggestedFix]
    unasked: Sequence[SuggestedFix]
    answers: Answers
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
    def may_follow(self) -> bool:
        """Whether the session, as it stands, is one to be closed with this note."""
        return self.session.status in FOLLOWS[self.kind]

    @property
    def is_ready(self) -> bool:
        """Whether it can be shown without composing anything: a draft of this state, or words of the person's own to go on with."""
        return self.draft is not None and (self.is_current or bool(self.edited))


FOLLOWS = {
    NoteKind.RESOLUTION: (SessionStatus.ACTIVE, SessionStatus.PAUSED, SessionStatus.ESCALATED),
    NoteKind.ESCALATION: (SessionStatus.ACTIVE, SessionStatus.PAUSED),
}
"""From where a session is usually closed with such a note."""


def target_of(kind: NoteKind) -> Target:
    return Target.RESOLVED if kind is NoteKind.RESOLUTION else Target.ESCALATED


async def page(
    unit: Unit, session_id: SessionId, kind: NoteKind, *, user_id: UserId | None = None, lock: bool = False
) -> Page:
    """The preview as the person (or `user_id`) would see it now. One statement where the draft is current. Raises `NotFound`."""
    whose = user_id or (unit.scope.actor.id if unit.scope.person else None)
    found = await queries.opened(unit, session_id, kind, whose, lock=lock)
    return await _page(unit, found, kind)


async def _page(unit: Unit, found: Opened, kind: NoteKind) -> Page:
    asked, unasked = found.fixes[:ASKED], found.fixes[ASKED:]
    answers = _answers(found.copy, kind, asked)
    current = next((one for one in found.drafts if one.is_written and is_of(one, found.session, answers)), None)
    draft = current or await _older(unit, found, kind)
    return Page(
        found.session,
        kind,
        draft,
        current is not None,
        found.copy,
        asked,
        unasked,
        answers,
        found.live,
        found.connection,
        () if draft is None or current else await _changed(unit, draft, found.session),
    )


async def _older(unit: Unit, found: Opened, kind: NoteKind) -> Preview | None:
    """The draft that the person has been working on, else the newest there is."""
    written = [one for one in await queries.drafts(unit, found.session, kind) if one.is_written]
    theirs = next((one for one in written if found.copy and one.id == found.copy.preview_id), None)
    return theirs or next(iter(written), None)


def _answers(copy: WorkingCopy | None, kind: NoteKind, asked: Sequence[SuggestedFix]) -> Answers:
    chosen = read(copy.answers) if copy is not None else {}
    given = {fix.id: settled(fix, chosen[fix.id].outcome, chosen[fix.id].notes) for fix in asked if fix.id in chosen}
    return {**presets(kind, asked), **given}


def is_of(draft: Preview, session: Session, answers: Answers) -> bool:
    return draft.state_version == session.state_version and draft.answer_key == key(answers)


async def _changed(unit: Unit, draft: Preview, session: Session) -> tuple[str, ...]:
    return changes.since(draft.basis, await changes.state_of(unit, session))


async def news(unit: Unit, now: Page, before: UUID | None) -> tuple[str, ...]:
    """What changed since the draft `before`, which that of the page took the place of, a phrase each; empty where it is the same one."""
    if before is None or now.draft is None or now.draft.id == before:
        return ()
    shown = await queries.preview_if_there(unit, before)
    if shown is None or not shown.is_written:
        return ()
    answered = differing(read(shown.answers), now.answers, now.asked)
    return (*await _changed(unit, shown, now.session), *answered)


# -- asking for a draft -------------------------------------------------------------------------------------------


async def want(unit: Unit, now: Page, *, modal: str | None = None, over: UUID | None = None) -> Preview:
    """The draft of the present state and answers: the one there is, or one that is going to be written. `modal` waits for it, and shows
    the draft `over` until then."""
    session, answers = now.session, now.answers
    found = next((one for one in await queries.drafts(unit, session, now.kind) if is_of(one, session, answers)), None)
    if found is None:
        found = unit.add(
            Preview(
                account_id=unit.account_id,
                id=new_id(),
                session_id=session.id,
                kind=now.kind,
                state_version=session.state_version,
                prompt_version=PROMPT_VERSION,
                answers=stored(answers),
                answer_key=key(answers),
                wanted_at=unit.now,
            )
        )
    preview_id = PreviewId(found.id)
    if modal is not None:
        copy = now.copy or queries.new_copy(unit, session.id, now.kind, unit.scope.actor.id)
        copy.preview_id, copy.modal, copy.awaits, copy.updated_at = found.id, modal, True, unit.now
        copy.replaces = over
        if found.is_written:
            unit.emit(NoteReady(preview_id))
    if not found.is_written:
        unit.emit(PreviewWanted(preview_id))
    return found


async def prefetch(unit: Unit, session_id: SessionId, kind: NoteKind) -> None:
    """Has the draft written before anybody asks for it; not while its note is on its way, nor when it is out."""
    now = await page(unit, session_id, kind)
    if now.is_current or now.live is not None or not now.may_follow:
        return
    await want(unit, now)


# -- what people make of it ---------------------------------------------------------------------------------------


async def keep_typed(
    unit: Unit,
    now: Page,
    typed: Mapping[str, str | None],
    answers: Answers,
    *,
    draft_id: UUID | None,
    modal: str | None,
) -> WorkingCopy | None:
    """Keeps what stands in the form; nothing is kept where nothing differs from the draft it was typed over."""
    over = await queries.preview(unit, draft_id) if draft_id else now.draft
    drafted = over.texts() if over is not None else {}
    copy = now.copy
    differs = any((text or "").strip() != drafted.get(key, "").strip() for key, text in typed.items())
    preset = presets(now.kind, now.asked)
    chosen = {fix_id: answer for fix_id, answer in answers.items() if fix_id in preset and answer != preset[fix_id]}
    if copy is None and not differs and not chosen:
        return None
    copy = copy or queries.new_copy(unit, now.session.id, now.kind, unit.scope.actor.id)
    copy.keep(typed, drafted, unit.now)
    copy.answers = stored(chosen)
    copy.preview_id = over.id if over is not None else copy.preview_id
    copy.modal = modal or copy.modal
    return copy
