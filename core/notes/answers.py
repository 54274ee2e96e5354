"""How the open fixes went, as it is answered in a note's preview: what is preset, what was chosen, and what a draft takes as given."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import assert_never, cast
from uuid import UUID

from core.fixes.models import LABEL, FixStatus, SuggestedFix
from core.llm.notes import NoteKind
from core.notes.commands import Answered
from core.text import clean, shorten

ASKED = 5
"""Fixes that one preview asks about; it names the others."""


@dataclass(frozen=True)
class Answer:
    """The outcome of an open fix as the person confirms it, in the words of `Answered`; `notes` say which part, or what is awaited."""

    outcome: str
    notes: str | None = None


Answers = Mapping[UUID, Answer]
"""By the id of the fix."""


def open_fixes(fixes: Iterable[SuggestedFix]) -> list[SuggestedFix]:
    """Those that were applied and are not final: the one before the engineer first, then the newest."""
    unsettled = [fix for fix in fixes if fix.applied_at is not None and not fix.is_final]
    return sorted(unsettled, key=lambda fix: (fix.superseded_at is not None, -fix.id.int))


def presets(kind: NoteKind, asked: Sequence[SuggestedFix]) -> dict[UUID, Answer]:
    """What is answered unless the person says otherwise."""
    return {fix.id: _preset(kind, fix, is_first=place == 0) for place, fix in enumerate(asked)}


def _preset(kind: NoteKind, fix: SuggestedFix, *, is_first: bool) -> Answer:
    """Who resolves says that the first one worked. What was applied before another was tried is taken for what is on record, else for no help."""
    if kind is NoteKind.RESOLUTION and is_first:
        return Answer(Answered.WORKED)
    if fix.status is FixStatus.APPLIED_PENDING:
        return settled(fix, Answered.WAITING, None)
    if kind is NoteKind.RESOLUTION and fix.status is FixStatus.APPLIED_PARTIAL:
        return settled(fix, Answered.PARTLY, None)
    return Answer(Answered.FAILED)


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


def outcome_field(fix: SuggestedFix, *, is_first: bool) -> str:
    """The form's field for its outcome."""
    return "outcome" if is_first else f"outcomes.{fix.id}.outcome"


def notes_field(fix: SuggestedFix, *, is_first: bool) -> str:
    """The form's field for the words that go with it."""
    return "outcome_notes" if is_first else f"outcomes.{fix.id}.notes"


def stored(answers: Answers) -> dict[str, object]:
    """As a row keeps them."""
    return {str(fix_id): [answer.outcome, answer.notes] for fix_id, answer in answers.items()}


def read(kept: Mapping[str, object]) -> dict[UUID, Answer]:
    """What `stored` made."""
    pairs = cast("Mapping[str, tuple[str, str | None]]", kept)
    return {UUID(fix_id): Answer(outcome, notes) for fix_id, (outcome, notes) in pairs.items()}


def key(answers: Answers) -> str:
    """What tells drafts of one state apart: the answers they take as given."""
    if not answers:
        return ""
    return hashlib.sha256(json.dumps(stored(answers), sort_keys=True).encode()).hexdigest()[:16]


def differing(before: Answers, now: Answers, fixes: Iterable[SuggestedFix]) -> tuple[str, ...]:
    """A phrase for each fix of which another answer was taken as given before; nothing of those that nobody is asked about (any more)."""
    others = [fix for fix in fixes if fix.id in now and before.get(fix.id, now[fix.id]) != now[fix.id]]
    return tuple(f"“{shorten(fix.title, 80)}” is answered “{_word(now[fix.id])}” now" for fix in others)


def _word(answer: Answer) -> str:
    if answer.outcome == Answered.NEVER_APPLIED:
        return "never applied"
    said = LABEL[FixStatus(answer.outcome)]
    return f"{said}: {shorten(' '.join(answer.notes.split()), 80)}" if answer.notes else said
