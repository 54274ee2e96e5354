"""A suggested fix: which way the engineer chose, and, apart from that, whether it worked."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import AccountOwned, Base, one_of
from core.errors import Conflict, Forbidden, Invalid
from core.ids import UserId

FIX_TITLE_LIMIT = 200
NOTES_LIMIT = 3_000
FARTHEST_CHECK = timedelta(days=90)


class Decision(StrEnum):
    """Which way the engineer chose."""

    ONE_OFF = "one_off"
    DRAFT_TEMPLATE = "draft_template"
    BUILD_TEMPLATE = "build_template"
    DISMISSED = "dismissed"


class Outcome(StrEnum):
    """What a person records."""

    APPLIED_SUCCESS = "applied_success"
    APPLIED_FAILED = "applied_failed"
    APPLIED_PARTIAL = "applied_partial"
    APPLIED_PENDING = "applied_pending"
    DISMISSED = "dismissed"


class FixStatus(StrEnum):
    """`proposed` until an outcome is recorded; then that outcome."""

    PROPOSED = "proposed"
    APPLIED_SUCCESS = "applied_success"
    APPLIED_FAILED = "applied_failed"
    APPLIED_PARTIAL = "applied_partial"
    APPLIED_PENDING = "applied_pending"
    DISMISSED = "dismissed"


FINAL = (FixStatus.APPLIED_SUCCESS, FixStatus.APPLIED_FAILED, FixStatus.DISMISSED)
LABEL = {
    FixStatus.PROPOSED: "proposed",
    FixStatus.APPLIED_SUCCESS: "worked",
    FixStatus.APPLIED_FAILED: "did not work",
    FixStatus.APPLIED_PARTIAL: "worked partly",
    FixStatus.APPLIED_PENDING: "waiting to be verified",
    FixStatus.DISMISSED: "dismissed",
}
PROPOSABLE = (Outcome.APPLIED_SUCCESS, Outcome.APPLIED_FAILED, Outcome.APPLIED_PARTIAL)
NEEDS_NOTES = {
    Outcome.APPLIED_PARTIAL: "Say which part worked.",
    Outcome.APPLIED_PENDING: "Say what you are waiting for.",
}


class SuggestedFix(AccountOwned, Base, kw_only=True):
    __tablename__ = "session_suggested_fixes"
    __table_args__ = (
        one_of("status", FixStatus),
        one_of("user_decision", Decision),
        one_of("ai_outcome_proposal", Outcome),
        CheckConstraint("confidence_pct between 0 and 100", name="confidence_pct"),
        ForeignKeyConstraint(
            ["account_id", "session_id"], ["ai_sessions.account_id", "ai_sessions.id"], ondelete="CASCADE"
        ),
        Index(
            "session_suggested_fixes_one_active",
            "account_id",
            "session_id",
            unique=True,
            postgresql_where=text("superseded_at is null"),
        ),
        Index("session_suggested_fixes_session_ix", "account_id", "session_id", "id"),
        Index(
            "session_suggested_fixes_pending_ix",
            "account_id",
            "applied_at",
            postgresql_where=text("status = 'applied_pending'"),
        ),
        Index(
            "session_suggested_fixes_judged_ix",
            "account_id",
            "verified_at",
            postgresql_where=text("verified_at is not null"),
        ),
    )

    session_id: Mapped[UUID]
    title: Mapped[str]
    description: Mapped[str]
    confidence_pct: Mapped[int]
    script_template_id: Mapped[UUID | None] = mapped_column(default=None)
    ai_drafted_script: Mapped[str | None] = mapped_column(default=None)
    ai_drafted_language: Mapped[str | None] = mapped_column(default=None)
    ai_drafted_parameters: Mapped[dict[str, object] | None] = mapped_column(default=None)
    sources: Mapped[list[str]]
    composed_without_ai: Mapped[bool]
    user_decision: Mapped[Decision | None] = mapped_column(default=None)
    decided_by: Mapped[UUID | None] = mapped_column(default=None)
    status: Mapped[FixStatus] = mapped_column(default=FixStatus.PROPOSED)
    applied_at: Mapped[datetime | None] = mapped_column(default=None)
    applied_by: Mapped[UUID | None] = mapped_column(default=None)
    verified_at: Mapped[datetime | None] = mapped_column(default=None)
    recorded_at: Mapped[datetime | None] = mapped_column(default=None)
    recorded_by: Mapped[UUID | None] = mapped_column(default=None)
    partial_notes: Mapped[str | None] = mapped_column(default=None)
    pending_reason: Mapped[str | None] = mapped_column(default=None)
    check_at: Mapped[datetime | None] = mapped_column(default=None)
    failure_reason: Mapped[str | None] = mapped_column(default=None)
    ai_outcome_proposal: Mapped[Outcome | None] = mapped_column(default=None)
    ai_outcome_notes: Mapped[str | None] = mapped_column(default=None)
    ai_outcomes_rejected: Mapped[list[str]] = mapped_column(default_factory=list)
    asked_how_at: Mapped[datetime | None] = mapped_column(default=None)
    superseded_at: Mapped[datetime | None] = mapped_column(default=None)
    superseded_by: Mapped[UUID | None] = mapped_column(default=None)
    card_ts: Mapped[str | None] = mapped_column(default=None)
    created_at: Mapped[datetime]

    @property
    def is_final(self) -> bool:
        return self.status in FINAL

    @property
    def is_judged(self) -> bool:
        return self.status is not FixStatus.PROPOSED

    @property
    def is_settled(self) -> bool:
        """Nothing is left to click but a correction: final, or superseded before anybody applied it."""
        return self.is_final or (self.superseded_at is not None and self.applied_at is None)

    def decide(self, decision: Decision, *, by: UserId, at: datetime, recorder: str | None = None) -> None:
        """Chooses a way; until the fix is final the last choice wins.

        Raises `Conflict` on a final fix (naming `recorder`) or when dismissing a superseded one, `Invalid` without a script to run.
        """
        self._refuse_final(recorder)
        if decision is Decision.DISMISSED:
            self._dismiss(by, at)
        elif self.script_template_id is not None:
            raise Invalid("This fix is a template of the library: “Fill in and run…” gives you its script.")
        elif self.ai_drafted_script is None:
            raise Invalid("This fix has no script to run. When you have done it, press “I applied it”.")
        self.user_decision, self.decided_by = decision, by
        if decision in {Decision.ONE_OFF, Decision.DRAFT_TEMPLATE}:
            self._applied(by, at)

    def apply(self, *, by: UserId, at: datetime, recorder: str | None = None) -> None:
        """A person did it by hand. Raises `Conflict` on a final or applied fix, `Invalid` where a decision declares the run."""
        self._refuse_final(recorder)
        if self.applied_at is not None:
            raise Conflict("This fix is already marked as applied.")
        runs_by_decision = self.ai_drafted_script is not None and self.user_decision is not Decision.BUILD_TEMPLATE
        if runs_by_decision and self.script_template_id is None:
            raise Invalid("This fix has a script: “Run once” gives it to you and marks the fix as applied.")
        self._applied(by, at)

    def record(
        self,
        outcome: Outcome,
        notes: str | None,
        check_at: datetime | None,
        *,
        by: UserId,
        at: datetime,
        recorder: str | None = None,
    ) -> None:
        """Records how it went. Partial and pending may be recorded again and may become anything.

        Raises `Conflict` on a final fix (naming `recorder`), `Invalid` on `notes` or `check_at`.
        """
        self._refuse_final(recorder)
        if outcome is Outcome.DISMISSED:
            self._dismiss(by, at)
            return
        self._judge(outcome, notes, check_at, by, at)

    def correct(self, outcome: Outcome, reason: str, *, by: UserId, is_admin: bool, at: datetime) -> None:
        """Replaces a final outcome; the audit keeps both.

        Raises `Conflict` when it is not final or would stay as it is, `Forbidden` unless `by` recorded it or is an admin.
        """
        if not self.is_final:
            raise Conflict(f"Only a final outcome is corrected; this fix is {LABEL[self.status]}.")
        if self.recorded_by != by and not is_admin:
            raise Forbidden("Only the person who recorded this outcome, or an admin, can correct it.")
        if self.status.value == outcome.value:
            raise Conflict(f"This fix is already recorded as “{LABEL[self.status]}”.")
        self.verified_at = None
        if outcome is Outcome.DISMISSED:
            self.status, self.recorded_by, self.recorded_at = FixStatus.DISMISSED, by, at
            self.superseded_at = self.superseded_at or at
            return
        self._judge(outcome, reason, None, by, at)

    def never_applied(self, *, by: UserId, at: datetime, recorder: str | None = None) -> None:
        """It was marked as applied and was not: dismissed, and nothing says any more that it was run. Raises `Conflict` on a final one."""
        self._refuse_final(recorder)
        self.applied_at = self.applied_by = self.verified_at = self.check_at = None
        self.status, self.recorded_by, self.recorded_at = FixStatus.DISMISSED, by, at
        self.supersede(None, at)

    def supersede(self, successor: UUID | None, at: datetime) -> None:
        """Another fix takes its place; the first time counts."""
        if self.superseded_at is None:
            self.superseded_at, self.superseded_by = at, successor

    def propose_outcome(self, outcome: Outcome, notes: str | None) -> bool:
        """What somebody wrote in the thread sounds like this outcome; only a person's click records it.

        Says whether there is something to ask: not of a final fix, not what it is already, and never again what a person rejected.
        """
        asked_before = outcome is self.ai_outcome_proposal or outcome.value in self.ai_outcomes_rejected
        if outcome not in PROPOSABLE or self.is_final or asked_before or self.status.value == outcome.value:
            return False
        self.ai_outcome_proposal, self.ai_outcome_notes = outcome, notes
        return True

    def reject_proposal(self) -> Outcome:
        """A person says that this is not how it went; it does not come back for this fix. Raises `Conflict` when nothing is proposed."""
        rejected = self.ai_outcome_proposal
        if rejected is None:
            raise Conflict("This question was answered already.")
        self.ai_outcomes_rejected = [*self.ai_outcomes_rejected, rejected.value]
        self.ai_outcome_proposal = self.ai_outcome_notes = None
        return rejected

    def _judge(self, outcome: Outcome, notes: str | None, check_at: datetime | None, by: UserId, at: datetime) -> None:
        if outcome in NEEDS_NOTES and not notes:
            raise Invalid(NEEDS_NOTES[outcome], field="notes")
        if outcome is Outcome.APPLIED_PENDING and check_at is not None:
            if check_at <= at:
                raise Invalid("This time has passed; choose one that is still to come.", field="check_at")
            if check_at > at + FARTHEST_CHECK:
                raise Invalid("This is more than 90 days ahead; choose an earlier time.", field="check_at")
        self._applied(by, at)
        match outcome:
            case Outcome.APPLIED_SUCCESS:
                self.verified_at = at
            case Outcome.APPLIED_FAILED:
                self.verified_at, self.failure_reason = at, notes
            case Outcome.APPLIED_PARTIAL:
                self.partial_notes = notes
            case Outcome.APPLIED_PENDING:
                self.pending_reason = notes
            case Outcome.DISMISSED:
                raise ValueError("a dismissal is not judged")
        self.check_at = check_at if outcome is Outcome.APPLIED_PENDING else None
        self.ai_outcome_proposal = self.ai_outcome_notes = None
        self.status, self.recorded_by, self.recorded_at = FixStatus(outcome.value), by, at

    def _dismiss(self, by: UserId, at: datetime) -> None:
        if self.superseded_at is not None:
            raise Conflict("A newer suggestion has taken this one's place already.")
        self.status, self.recorded_by, self.recorded_at, self.check_at = FixStatus.DISMISSED, by, at, None
        self.ai_outcome_proposal = self.ai_outcome_notes = None
        self.supersede(None, at)

    def _applied(self, by: UserId, at: datetime) -> None:
        if self.applied_at is None:
            self.applied_at, self.applied_by = at, by

    def _refuse_final(self, recorder: str | None) -> None:
        if self.is_final:
            by = f" by {recorder}" if recorder else ""
            raise Conflict(f"This fix was already recorded as “{LABEL[self.status]}”{by}.")
