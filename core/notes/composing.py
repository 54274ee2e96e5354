"""Having a draft written: what the writer is given, and what is kept of it. The network lies between two units of this."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, assert_never
from uuid import UUID

from core.accounts import preferences
from core.fixes.models import Decision, FixStatus, SuggestedFix
from core.ids import PreviewId, SessionId, UserId, new_id
from core.llm.notes import DraftNote, NoteBundle, NoteFact, NoteFix, NoteKind, NoteScript, cited
from core.notes import answers, changes, queries
from core.notes.answers import Answer, Answers
from core.notes.changes import State
from core.notes.commands import Answered
from core.notes.models import Preview
from core.notes.previews import page, want
from core.outbox.note_events import NoteReady
from core.scripts.queries import Generated
from core.sessions import queries as sessions
from core.sessions.models import Session
from core.spending import service as spending
from core.unit import Unit


@dataclass(frozen=True)
class Assignment:
    """What is to be written, by whoever holds `token`. `without_model`: the month's budget is used up."""

    preview_id: PreviewId
    token: UUID
    kind: NoteKind
    bundle: NoteBundle
    basis: Mapping[str, object]
    session_id: SessionId
    without_model: bool


async def assignment(unit: Unit, preview_id: PreviewId) -> Assignment | Literal["busy", "settled"]:
    """Takes the draft's lease. `busy`: somebody else is at it. `settled`: it is written, or the draft of
    a newer state is asked for in its place."""
    wanted = await queries.preview(unit, preview_id)
    if wanted.is_written:
        unit.emit(NoteReady(preview_id))
        return "settled"
    session = await sessions.session(unit, wanted.session_id)
    if session.state_version != wanted.state_version:
        await _follow(unit, wanted, session)
        return "settled"
    token = new_id()
    if not await queries.take_lease(unit, preview_id, token):
        return "busy"
    state = await changes.state_of(unit, session)
    bundle = bundle_of(state, answers.read(wanted.answers), unit, await language(unit))
    names = {str(one): name for one, name in cited(bundle).items()}
    basis = {**changes.basis(state), "names": names}
    without = (await spending.this_month(unit)).is_used_up
    return Assignment(preview_id, token, wanted.kind, bundle, basis, SessionId(session.id), without)


async def _follow(unit: Unit, wanted: Preview, session: Session) -> None:
    """Whoever waited for the draft of the old state waits for that of the new one."""
    waiting = await queries.awaiting(unit, PreviewId(wanted.id))
    if not waiting:
        return
    now = await page(unit, SessionId(session.id), wanted.kind, user_id=UserId(waiting[0].user_id))
    newer = await want(unit, now)
    for copy in waiting:
        copy.preview_id = newer.id
    if newer.is_written:
        unit.emit(NoteReady(PreviewId(newer.id)))


async def written(unit: Unit, assigned: Assignment, note: DraftNote) -> None:
    """Keeps what was composed, if nobody else did meanwhile; what it took is written down in any case."""
    if note.usage is not None:
        spending.add(unit, note.usage, "note", assigned.session_id)
    wanted = await queries.preview(unit, assigned.preview_id, lock=True)
    if wanted.lease_token == assigned.token:
        wanted.write(note, assigned.basis, unit.now)
        unit.emit(NoteReady(assigned.preview_id))


async def language(unit: Unit) -> str | None:
    """The language that the account wants its notes in; None: the one in which the problem is stated."""
    return "English" if (await preferences.of(unit)).note_language == "english" else None


def bundle_of(state: State, given: Answers, unit: Unit, language: str | None) -> NoteBundle:
    """The state as a note may tell it, the open fixes as if what is answered of them were recorded already."""
    session = state.session
    tried = [
        one for one in state.fixes if one.superseded_at is None or one.applied_at or one.status is FixStatus.DISMISSED
    ]
    told = [_told(one, None if one.is_final else given.get(one.id), unit) for one in tried]
    return NoteBundle(
        problem_id=session.id,
        title=session.title,
        problem=session.problem,
        facts=tuple(NoteFact(fact.id, fact.text, fact.source.value) for fact in state.facts),
        fixes=tuple(told),
        scripts=tuple(_prepared(one, told) for one in state.scripts),
        ticket=session.psa_ticket_label,
        language=language,
    )


def _prepared(made: Generated, told: Sequence[NoteFix]) -> NoteScript:
    """A script that was filled in is not one that was run: only what was applied after it says so."""
    one = made.generation
    used_for = next(
        (fix.id for fix in told if fix.id == one.fix_id and fix.applied_at and one.generated_at <= fix.applied_at), None
    )
    return NoteScript(one.id, made.name, one.generated_at, made.by, used_for)


def _told(fix: SuggestedFix, answer: Answer | None, unit: Unit) -> NoteFix:
    ran = fix.ai_drafted_script is not None and fix.user_decision in {Decision.ONE_OFF, Decision.DRAFT_TEMPLATE}
    told = NoteFix(
        id=fix.id,
        title=fix.title,
        status=fix.status.value,
        applied_at=fix.applied_at,
        verified_at=fix.verified_at,
        by_script=ran and fix.applied_at is not None,
        partial_notes=fix.partial_notes,
        pending_reason=fix.pending_reason,
        check_at=fix.check_at,
        failure_reason=fix.failure_reason,
    )
    return told if answer is None else _as_answered(told, answer, unit)


def _as_answered(fix: NoteFix, answer: Answer, unit: Unit) -> NoteFix:
    match answered := Answered(answer.outcome):
        case Answered.WORKED:
            return replace(fix, status=answered.value, verified_at=unit.now)
        case Answered.FAILED:
            return replace(fix, status=answered.value, verified_at=unit.now, failure_reason=answer.notes)
        case Answered.PARTLY:
            return replace(fix, status=answered.value, partial_notes=answer.notes or fix.partial_notes)
        case Answered.WAITING:
            return replace(fix, status=answered.value, pending_reason=answer.notes or fix.pending_reason)
        case Answered.NEVER_APPLIED:
            return replace(fix, status="dismissed", applied_at=None, verified_at=None, by_script=False)
        case _:
            assert_never(answered)
