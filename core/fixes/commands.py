from __future__ import annotations

from pydantic import AwareDatetime

from core.fixes.models import Decision, Outcome
from core.ids import FixId
from core.sessions.commands import Command


class DecideFix(Command):
    fix_id: FixId
    decision: Decision


class RecordOutcome(Command):
    """`check_at` (with its zone) is when to ask again, for `applied_pending` only."""

    fix_id: FixId
    outcome: Outcome
    notes: str | None = None
    check_at: AwareDatetime | None = None


class CorrectOutcome(Command):
    fix_id: FixId
    outcome: Outcome
    notes: str | None = None
