"""One turn of the conversation: what was asked of a provider, its answer, and what became of it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import AccountOwned, Base, one_of
from core.errors import Conflict
from core.ids import UserId

REASON_LIMIT = 2_000


class TurnStatus(StrEnum):
    """thinking → answered (its answer is kept, nobody asks again) → done; or stopped by a person, whose click drops the answer."""

    THINKING = "thinking"
    ANSWERED = "answered"
    DONE = "done"
    STOPPED = "stopped"


UNFINISHED = (TurnStatus.THINKING, TurnStatus.ANSWERED)


class Turn(AccountOwned, Base, kw_only=True):
    """`asked_version` is the session's state the provider was asked about; `answer` is what it said, as JSON, until it is applied.

    `progress_ts` is the message that shows it thinking, where there is one; `progress_at` without it: it may have been posted.
    """

    __tablename__ = "session_turns"
    __table_args__ = (
        one_of("status", TurnStatus),
        ForeignKeyConstraint(
            ["account_id", "session_id"], ["ai_sessions.account_id", "ai_sessions.id"], ondelete="CASCADE"
        ),
        Index(
            "session_turns_one_at_a_time",
            "account_id",
            "session_id",
            unique=True,
            postgresql_where=text("status in ('thinking', 'answered')"),
        ),
        Index("session_turns_session_ix", "account_id", "session_id", "id"),
    )

    session_id: Mapped[UUID]
    status: Mapped[TurnStatus] = mapped_column(default=TurnStatus.THINKING)
    attempts: Mapped[int] = mapped_column(default=1)
    asked_version: Mapped[int]
    asked_by: Mapped[UUID | None] = mapped_column(default=None)
    answer: Mapped[dict[str, object] | None] = mapped_column(default=None)
    progress_at: Mapped[datetime | None] = mapped_column(default=None)
    progress_ts: Mapped[str | None] = mapped_column(default=None)
    streamed: Mapped[bool] = mapped_column(default=False)
    model: Mapped[str | None] = mapped_column(default=None)
    prompt_version: Mapped[str | None] = mapped_column(default=None)
    composed_without_ai: Mapped[bool] = mapped_column(default=True)
    over_budget: Mapped[bool] = mapped_column(default=False)
    stopped_by: Mapped[UUID | None] = mapped_column(default=None)
    started_at: Mapped[datetime]
    answered_at: Mapped[datetime | None] = mapped_column(default=None)
    ended_at: Mapped[datetime | None] = mapped_column(default=None)

    @property
    def is_over(self) -> bool:
        return self.status not in UNFINISHED

    def stop(self, *, by: UserId, at: datetime, stopper: str | None = None) -> None:
        """A person stops it: its answer, there or still to come, is dropped. Raises `Conflict` when it is over."""
        match self.status:
            case TurnStatus.THINKING | TurnStatus.ANSWERED:
                self.status, self.stopped_by, self.ended_at, self.answer = TurnStatus.STOPPED, by, at, None
            case TurnStatus.DONE:
                raise Conflict("FlowPilot had answered already when you pressed Stop.")
            case TurnStatus.STOPPED:
                raise Conflict(f"{stopper or 'Somebody'} stopped this answer already.")

    def end(self, at: datetime) -> None:
        """What it said has been put into the session, so the copy of it is not kept a second time."""
        self.status, self.ended_at, self.answer = TurnStatus.DONE, at, None


class Verdict(StrEnum):
    UP = "up"
    DOWN = "down"


class Feedback(AccountOwned, Base, kw_only=True):
    """What one person thinks of what FlowPilot said in one turn; the last word counts."""

    __tablename__ = "turn_feedback"
    __table_args__ = (
        one_of("verdict", Verdict),
        ForeignKeyConstraint(
            ["account_id", "turn_id"], ["session_turns.account_id", "session_turns.id"], ondelete="CASCADE"
        ),
        Index("turn_feedback_person_key", "account_id", "turn_id", "user_id", unique=True),
    )

    turn_id: Mapped[UUID]
    user_id: Mapped[UUID]
    verdict: Mapped[Verdict]
    reason: Mapped[str | None] = mapped_column(default=None)
    given_at: Mapped[datetime]
