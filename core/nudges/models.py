"""A nudge: a question that something owes somebody. A reminder: one message that asks it, or several at once."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import AccountOwned, Base, one_of
from core.nudges.policy import Kind


class NudgeState(StrEnum):
    """planned → sending → sent → answered; `cancelled` when what it asks was settled before it went out, `unknown` when nobody can tell
    whether it arrived."""

    PLANNED = "planned"
    SENDING = "sending"
    SENT = "sent"
    ANSWERED = "answered"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"


class Answer(StrEnum):
    """How a nudge ended."""

    SETTLED = "settled"
    PARKED_AGAIN = "parked_again"
    SNOOZED = "snoozed"
    MUTED = "muted"
    UNDELIVERABLE = "undeliverable"


class Nudge(AccountOwned, Base, kw_only=True):
    """`owed_at` is when it was due first, `due_at` what it was put off to; `chosen`: a person chose the time. `next_id` and `next_due_at` are of the
    nudge that comes after it, made up when it sets out.

    `number` counts what was sent since it began to wait, snoozes apart. `user_id` is whom it is for as far as is known: at the moment of sending
    that is looked up again. `rerouted`: that person cannot be reached, so it goes to the admins.
    """

    __tablename__ = "nudges"
    __table_args__ = (
        one_of("kind", Kind),
        one_of("state", NudgeState),
        one_of("answer", Answer),
        CheckConstraint("number >= 1", name="number"),
        ForeignKeyConstraint(["account_id", "user_id"], ["users.account_id", "users.id"]),
        Index(
            "nudges_one_live",
            "account_id",
            "subject_id",
            unique=True,
            postgresql_where=text("state in ('planned', 'sending')"),
        ),
        Index("nudges_due_ix", "account_id", "due_at", postgresql_where=text("state = 'planned'")),
        Index("nudges_person_ix", "account_id", "user_id", "due_at", postgresql_where=text("state = 'planned'")),
        Index("nudges_subject_ix", "account_id", "subject_id", "id"),
    )

    kind: Mapped[Kind]
    subject_id: Mapped[UUID]
    user_id: Mapped[UUID | None] = mapped_column(default=None)
    owed_at: Mapped[datetime]
    due_at: Mapped[datetime]
    next_due_at: Mapped[datetime | None] = mapped_column(default=None)
    next_id: Mapped[UUID | None] = mapped_column(default=None)
    chosen: Mapped[bool] = mapped_column(default=False)
    rerouted: Mapped[bool] = mapped_column(default=False)
    number: Mapped[int]
    state: Mapped[NudgeState] = mapped_column(default=NudgeState.PLANNED)
    planned_at: Mapped[datetime]
    sent_at: Mapped[datetime | None] = mapped_column(default=None)
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
    answer: Mapped[Answer | None] = mapped_column(default=None)


class Audience(StrEnum):
    """Whom a reminder goes to: the person it is owed to, an admin in their place, or whoever covers or leads."""

    PERSON = "person"
    ADMIN = "admin"
    LEAD = "lead"


class ReminderState(StrEnum):
    """`dropped`: when its turn came, nothing in it was to be asked any more."""

    QUEUED = "queued"
    SENT = "sent"
    DROPPED = "dropped"
    FAILED = "failed"
    UNKNOWN = "unknown"


class Reminder(AccountOwned, Base, kw_only=True):
    """`place` is the channel or the Slack user it is posted to, `channel` and `ts` where it then stands. It may go from `due_at` until `until`."""

    __tablename__ = "nudge_reminders"
    __table_args__ = (
        one_of("audience", Audience),
        one_of("state", ReminderState),
        Index("nudge_reminders_queued_ix", "account_id", "due_at", postgresql_where=text("state = 'queued'")),
    )

    audience: Mapped[Audience]
    user_id: Mapped[UUID | None] = mapped_column(default=None)
    place: Mapped[str]
    due_at: Mapped[datetime]
    until: Mapped[datetime | None] = mapped_column(default=None)
    state: Mapped[ReminderState] = mapped_column(default=ReminderState.QUEUED)
    sent_at: Mapped[datetime | None] = mapped_column(default=None)
    channel: Mapped[str | None] = mapped_column(default=None)
    ts: Mapped[str | None] = mapped_column(default=None)


class ReminderNudge(Base, kw_only=True):
    """A nudge that a reminder stands for."""

    __tablename__ = "nudge_reminder_nudges"
    __table_args__ = (
        ForeignKeyConstraint(
            ["account_id", "reminder_id"], ["nudge_reminders.account_id", "nudge_reminders.id"], ondelete="CASCADE"
        ),
        ForeignKeyConstraint(["account_id", "nudge_id"], ["nudges.account_id", "nudges.id"], ondelete="CASCADE"),
        Index("nudge_reminder_nudges_nudge_ix", "account_id", "nudge_id"),
    )

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    reminder_id: Mapped[UUID] = mapped_column(primary_key=True)
    nudge_id: Mapped[UUID] = mapped_column(primary_key=True)
