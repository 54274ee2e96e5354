"""An escalation: work that somebody handed on, of a session or of a walk, until an engineer takes it up."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import AccountOwned, Base, one_of
from core.errors import Conflict
from core.ids import UserId
from core.nudges.policy import Severity

TITLE_LIMIT = 200
REASON_LIMIT = 500


class Reason(StrEnum):
    """Why first-line staff hand a call on. An engineer's escalation has its words only."""

    NEEDS_ADMIN_RIGHTS = "needs_admin_rights"
    OUTSIDE_SCOPE = "outside_scope"
    NOT_FIXED_BY_STEPS = "not_fixed_by_steps"
    CUSTOMER_REQUEST = "customer_request"
    SUSPECTED_INCIDENT = "suspected_incident"
    OTHER = "other"


class Escalation(AccountOwned, Base, kw_only=True):
    __tablename__ = "escalations"
    __table_args__ = (
        one_of("category", Reason),
        CheckConstraint("num_nonnulls(session_id, walk_id) = 1", name="one_subject"),
        ForeignKeyConstraint(
            ["account_id", "session_id"], ["ai_sessions.account_id", "ai_sessions.id"], ondelete="CASCADE"
        ),
        ForeignKeyConstraint(["account_id", "raised_by"], ["users.account_id", "users.id"]),
        Index(
            "escalations_open_ix", "account_id", "id", postgresql_where=text("claimed_by is null and closed_at is null")
        ),
        Index(None, "account_id", "session_id"),
        Index(None, "account_id", "walk_id"),
    )

    session_id: Mapped[UUID | None] = mapped_column(default=None)
    walk_id: Mapped[UUID | None] = mapped_column(default=None)
    title: Mapped[str]
    reason: Mapped[str]
    category: Mapped[Reason | None] = mapped_column(default=None)
    raised_by: Mapped[UUID]
    raised_at: Mapped[datetime]
    claimed_by: Mapped[UUID | None] = mapped_column(default=None)
    claimed_at: Mapped[datetime | None] = mapped_column(default=None)
    closed_at: Mapped[datetime | None] = mapped_column(default=None)

    @property
    def severity(self) -> Severity:
        """How soon somebody should take it up."""
        match self.category:
            case Reason.SUSPECTED_INCIDENT:
                return Severity.CRITICAL
            case Reason.NEEDS_ADMIN_RIGHTS | Reason.CUSTOMER_REQUEST:
                return Severity.HIGH
            case Reason.OUTSIDE_SCOPE | Reason.NOT_FIXED_BY_STEPS | Reason.OTHER | None:
                return Severity.NORMAL

    def claim(self, by: UserId, at: datetime, *, claimer: str) -> bool:
        """Takes it up; False when it is theirs already. Raises `Conflict` for who raised it, and when `claimer` was first."""
        if self.claimed_by == by:
            return False
        if self.claimed_by is not None and self.claimed_at is not None:
            raise Conflict(f"{claimer} claimed this on {self.claimed_at:%Y-%m-%d at %H:%M} UTC.")
        if self.closed_at is not None:
            raise Conflict("This escalation is closed: its work went on without it.")
        if self.raised_by == by:
            raise Conflict("You escalated this yourself; somebody else has to take it up.")
        self.claimed_by, self.claimed_at = by, at
        return True

    def release(self, by: UserId, *, may_any: bool, claimer: str) -> None:
        """Gives it back to the queue. Raises `Conflict` when it is not theirs to give."""
        if self.claimed_by is None:
            raise Conflict("Nobody has claimed this escalation.")
        if self.closed_at is not None:
            raise Conflict("This escalation is closed.")
        if self.claimed_by != by and not may_any:
            raise Conflict(f"{claimer} has this escalation; only they or an admin can release it.")
        self.claimed_by = self.claimed_at = None


class EscalationCard(AccountOwned, Base, kw_only=True):
    """One message that shows an escalation."""

    __tablename__ = "escalation_cards"
    __table_args__ = (
        ForeignKeyConstraint(
            ["account_id", "escalation_id"], ["escalations.account_id", "escalations.id"], ondelete="CASCADE"
        ),
        Index(None, "account_id", "escalation_id"),
    )

    escalation_id: Mapped[UUID]
    channel: Mapped[str]
    ts: Mapped[str]
