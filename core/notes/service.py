"""Confirming a note, and what a person may do with one that stands still. No function here touches the network."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from core import secrets
from core.accounts import preferences
from core.errors import Conflict, Invalid
from core.fixes import service as fixes
from core.fixes.commands import RecordOutcome
from core.fixes.models import NOTES_LIMIT, Outcome, SuggestedFix
from core.ids import FixId, PostingId, SessionId, UserId, new_id
from core.llm.notes import SECTIONS, NoteKind
from core.notes import answers, endings, previews, queries
from core.notes.answers import Answer
from core.notes.commands import NEEDED, Answered, PostNote
from core.notes.distance import words_changed
from core.notes.models import NOTE_LIMIT, SUMMARY_LIMIT
from core.notes.postings import Ending, Posting, PostingState
from core.notes.previews import Page
from core.outbox.note_events import NoteConfirmed, PostingChanged, PostingWanted
from core.sessions.models import Session, SessionStatus
from core.sessions.service import changed
from core.text import clean, first_line, optional
from core.unit import Unit

NEEDS_WORDS = {
    Answered.PARTLY: "Say which part worked.",
    Answered.WAITING: "Say what you are waiting for.",
}


@dataclass(frozen=True)
class Confirmed:
    """`joined`: somebody had confirmed it already, and this is theirs."""

    posting: Posting
    joined: bool = False


@dataclass(frozen=True)
class StateMoved:
    """Nothing was posted: the session changed since the person saw it. `what`: a phrase each; `redrafted`: the page has another draft now."""

    page: Page
    what: Sequence[str]
    redrafted: bool


@dataclass(frozen=True)
class AnswerDiffers:
    """Nothing was posted: the draft took another outcome as given, and the one for this outcome is `ready` or being written."""

    page: Page
    ready: bool


@dataclass(frozen=True)
class SecretsFound:
    """Nothing was posted: the text holds what looks like secrets (`kinds`); `fingerprint` is what the person acknowledges."""

    page: Page
    kinds: Sequence[str]
    fingerprint: str


Asked = Confirmed | StateMoved | AnswerDiffers | SecretsFound


def check(page: Page) -> None:
    """Raises `Conflict` when this note cannot be confirmed from where the session stands."""
    session, live = page.session, page.live
    if live is not None and live.kind is not page.kind and not live.is_unsent_failure:
        what = "A resolution" if live.kind is NoteKind.RESOLUTION else "An escalation"
        end = (
            "stands still, and waits for a decision on its card"
            if live.state is PostingState.FAILED
            else "is being posted"
        )
        raise Conflict(f"{what} of this session {end}. Wait until that is finished, or take it back there.")
    if page.kind is NoteKind.RESOLUTION:
        session.check_resolve()
    elif live is None or live.kind is not NoteKind.ESCALATION:
        session.check_escalate()


async def confirm(unit: Unit, wanted: PostNote, *, modal: str | None = None) -> Asked:
    """Takes the note as the person leaves it: posts it, or says why it is asked again.

    Raises `Conflict` when the session's status does not allow it or its connection was removed, `Invalid` on a section or on `outcome_notes`.
    """
    person = unit.scope.need_engineer("close a session" if wanted.kind is NoteKind.RESOLUTION else "escalate a session")
    page = await previews.page(unit, wanted.session_id, wanted.kind, lock=True)
    if page.live is not None and page.live.kind is wanted.kind and page.live.is_under_way:
        return Confirmed(page.live, joined=True)
    check(page)
    _check_standing(page.live)
    typed = {name.key: wanted.section(name.key) for name in SECTIONS[wanted.kind]}
    given = _answers(page, wanted)
    await previews.keep_typed(unit, page, typed, given, draft_id=wanted.preview_id, modal=modal)
    shown = await queries.preview(unit, wanted.preview_id)
    if wanted.state_version != page.session.state_version:
        now = await _again(unit, page)
        redrafted = now.draft is not None and now.draft.id != shown.id
        return StateMoved(now, now.changed or await previews.news(unit, now, shown.id), redrafted)
    if answers.differing(answers.read(shown.answers), given, page.asked):
        return await _redraft(unit, page, shown.id, modal)
    texts = _checked(wanted.kind, typed)
    whole = as_markdown(wanted.kind, texts)
    if found := secrets.find(whole):
        fingerprint = hashlib.sha256("\0".join(whole[one.start : one.end] for one in found).encode()).hexdigest()[:16]
        if fingerprint not in (wanted.secrets_seen or ()):
            return SecretsFound(await _again(unit, page), sorted({one.kind for one in found}), fingerprint)
        unit.audit("note.secrets_acknowledged", page.session.id, kinds=sorted({one.kind for one in found}))
    if page.live is not None:
        # It stood still and nothing of it was sent: this one takes its place.
        page.live.cancel(unit.now)
        unit.emit(
            PostingChanged(SessionId(page.session.id), PostingId(page.live.id))
        )  # its card says so, without buttons
        await unit.flush()
    for fix in page.asked:
        await _record(unit, fix, given[fix.id])
    posting = await _posting(unit, page, person.id, whole, texts, shown.texts(), shown.composed_without_ai)
    posting.modal = modal
    await _begin(unit, page.session, posting)
    await unit.flush()
    return Confirmed(posting)


def _check_standing(live: Posting | None) -> None:
    if live is not None and not live.is_unsent:
        raise Conflict(
            "The note of this session is on its ticket already, or may be; its card in the thread has the buttons that go on from there."
        )


def _answers(page: Page, wanted: PostNote) -> dict[UUID, Answer]:
    """What was answered about each fix that is asked about. Raises `Invalid` where one needs words."""
    found = answers.presets(wanted.kind, page.asked)
    said = dict(wanted.outcomes)
    if page.asked and wanted.outcome is not None:
        said[wanted.first or page.asked[0].id] = wanted.outcome, wanted.outcome_notes
    for place, fix in enumerate(page.asked):
        outcome, words = said.get(fix.id, (found[fix.id].outcome, None))
        field = answers.notes_field(fix, is_first=place == 0)
        answer = answers.settled(fix, outcome, optional(words, field=field, limit=NOTES_LIMIT))
        if answer.notes is None and answer.outcome in NEEDS_WORDS:
            raise Invalid(NEEDS_WORDS[Answered(answer.outcome)], field=field)
        found[fix.id] = answer
    return found


async def _again(unit: Unit, page: Page) -> Page:
    """The page with what was just typed."""
    await unit.flush()
    return await previews.page(unit, SessionId(page.session.id), page.kind)


async def _redraft(unit: Unit, page: Page, over: UUID, modal: str | None) -> AnswerDiffers:
    now = await _again(unit, page)
    if now.is_current:
        if now.copy is not None and now.draft is not None:
            now.copy.preview_id = now.draft.id
        return AnswerDiffers(now, ready=True)
    await previews.want(unit, now, modal=modal, over=over)
    return AnswerDiffers(now, ready=False)


def _checked(kind: NoteKind, typed: Mapping[str, str | None]) -> dict[str, str]:
    """The sections that say something, cleaned. Raises `Invalid`."""
    texts = {key: whole for key, text in typed.items() if (whole := clean(text or ""))}
    needed, why = NEEDED[kind]
    if needed not in texts:
        raise Invalid(why, field=needed)
    total = sum(map(len, texts.values()))
    if total > NOTE_LIMIT:
        longest = max(texts, key=lambda key: len(texts[key]))
        raise Invalid(
            f"The note has {total:,} characters; at most {NOTE_LIMIT:,} fit. Please shorten it.", field=longest
        )
    return texts


def as_markdown(kind: NoteKind, texts: Mapping[str, str]) -> str:
    """The note as it is kept and posted; sections that say nothing are left out."""
    return "\n\n".join(f"**{name.title}**\n{texts[name.key]}" for name in SECTIONS[kind] if texts.get(name.key))


async def _record(unit: Unit, fix: SuggestedFix, answer: Answer) -> None:
    """The outcome that was answered; what is on record already is not recorded again."""
    answered = Answered(answer.outcome)
    if answered is Answered.NEVER_APPLIED:
        await fixes.never_applied(unit, FixId(fix.id))
        return
    same_words = answer.notes == (fix.partial_notes if answered is Answered.PARTLY else fix.pending_reason)
    if fix.status.value == answered.value and same_words:
        return
    await fixes.record_outcome(
        unit,
        RecordOutcome(
            fix_id=FixId(fix.id),
            outcome=Outcome(answered.value),
            notes=answer.notes,
            check_at=fix.check_at
            if answered is Answered.WAITING and fix.check_at and fix.check_at > unit.now
            else None,
        ),
    )


async def _posting(
    unit: Unit,
    page: Page,
    by: UserId,
    whole: str,
    texts: Mapping[str, str],
    drafted: Mapping[str, str],
    composed_without_ai: bool,
) -> Posting:
    session, connection = page.session, page.connection
    if session.psa_ticket_id is not None and (connection is None or connection.removed_at is not None):
        raise Conflict(
            f"The connection to {session.psa_ticket_label or 'the ticket'} was removed. Link the session to a ticket of a connection "
            "that is there, or unlink it in its menu to close it locally."
        )
    prose = texts[NEEDED[page.kind][0]] if page.kind is NoteKind.RESOLUTION else _reason(texts)
    composed = as_markdown(page.kind, drafted)
    chosen = await preferences.of(unit)
    return unit.add(
        Posting(
            account_id=unit.account_id,
            id=new_id(),
            session_id=session.id,
            kind=page.kind,
            revision=await queries.revisions(unit, session.id, page.kind) + 1,
            connection_id=session.psa_connection_id if session.psa_ticket_id else None,
            ticket_id=session.psa_ticket_id,
            ticket_label=session.psa_ticket_label,
            text=whole,
            ai_text=composed,
            composed_without_ai=composed_without_ai,
            words_changed=words_changed(composed, whole),
            summary=first_line(prose, SUMMARY_LIMIT),
            notify=chosen.mail_customers and page.kind is NoteKind.RESOLUTION,
            status_before=SessionStatus.ACTIVE if session.status is SessionStatus.ABANDONED else session.status,
            requested_by=by,
            requested_at=unit.now,
        )
    )


def _reason(texts: Mapping[str, str]) -> str:
    return next(texts[key] for key in ("hypothesis", "problem") if key in texts)


async def _begin(unit: Unit, session: Session, posting: Posting) -> None:
    ids = SessionId(session.id), PostingId(posting.id)
    if posting.kind is NoteKind.RESOLUTION:
        session.resolution_note_markdown = posting.text
    else:
        session.escalation_package_markdown = posting.text
    unit.audit(
        "note.confirmed",
        posting.id,
        of=str(session.id),
        kind=posting.kind,
        ticket=posting.ticket_label,
        words_changed=posting.words_changed,
    )
    unit.emit(NoteConfirmed(*ids))
    if posting.ticket_id is None:
        await endings.close(unit, session, posting, Ending.LOCAL)
        return
    if posting.kind is NoteKind.ESCALATION:
        session.request_escalation(unit.now)
    else:
        session.stir(unit.now)
    unit.emit(PostingWanted(ids[1]))
    changed(unit, session)
