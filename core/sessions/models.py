"""A session: one problem, one Slack thread, one owner. Any engineer of the account may act on it."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import AccountOwned, Base, one_of
from core.errors import Conflict, Forbidden
from core.ids import UserId

PROBLEM_LIMIT = 8_000
TITLE_LIMIT = 150
FACT_LIMIT = 3_000


class SessionStatus(StrEnum):
    ACTIVE = "active"
    PAUSED = "paused"
    REQUESTING_ESCALATION = "requesting_escalation"
    ESCALATED = "escalated"
    RESOLVED = "resolved"
    ABANDONED = "abandoned"


OPEN = (SessionStatus.ACTIVE, SessionStatus.PAUSED, SessionStatus.REQUESTING_ESCALATION)


NOTICE = timedelta(days=1)


class Idle(StrEnum):
    NOTHING = "nothing"
    WARN = "warn"
    ABANDON = "abandon"


class Session(AccountOwned, Base, kw_only=True):
    __tablename__ = "ai_sessions"
    __table_args__ = (
        one_of("status", SessionStatus),
        ForeignKeyConstraint(["account_id", "owner_id"], ["users.account_id", "users.id"]),
        Index("ai_sessions_thread_key", "account_id", "channel", "thread_ts", unique=True),
        Index(
            "ai_sessions_ticket_ix",
            "account_id",
            "psa_connection_id",
            "psa_ticket_id",
            postgresql_where=text("psa_ticket_id is not null"),
        ),
        Index(
            "ai_sessions_owner_ix",
            "account_id",
            "owner_id",
            "last_active_at",
            postgresql_where=text("status in ('active', 'paused', 'requesting_escalation')"),
        ),
        Index(
            "ai_sessions_open_ix",
            "account_id",
            "last_active_at",
            postgresql_where=text("status in ('active', 'paused', 'requesting_escalation')"),
        ),
    )

    status: Mapped[SessionStatus] = mapped_column(default=SessionStatus.ACTIVE)
    state_version: Mapped[int] = mapped_column(default=0)
    title: Mapped[str]
    problem: Mapped[str]
    owner_id: Mapped[UUID]
    started_by: Mapped[UUID]
    channel: Mapped[str]
    thread_ts: Mapped[str | None] = mapped_column(default=None)
    card_ts: Mapped[str | None] = mapped_column(default=None)
    private_channel: Mapped[bool] = mapped_column(default=False)
    psa_connection_id: Mapped[UUID | None] = mapped_column(default=None)
    psa_ticket_id: Mapped[str | None] = mapped_column(default=None)
    psa_ticket_label: Mapped[str | None] = mapped_column(default=None)
    psa_ticket_url: Mapped[str | None] = mapped_column(default=None)
    psa_board_id: Mapped[str | None] = mapped_column(default=None)
    psa_company: Mapped[str | None] = mapped_column(default=None)
    psa_contact: Mapped[str | None] = mapped_column(default=None)
    resolution_note_markdown: Mapped[str | None] = mapped_column(default=None)
    resolution_note_posted_at: Mapped[datetime | None] = mapped_column(default=None)
    resolution_note_external_id: Mapped[str | None] = mapped_column(default=None)
    escalation_package_markdown: Mapped[str | None] = mapped_column(default=None)
    escalation_package_posted_at: Mapped[datetime | None] = mapped_column(default=None)
    escalation_package_external_id: Mapped[str | None] = mapped_column(default=None)
    resolution_summary: Mapped[str | None] = mapped_column(default=None)
    escalation_reason: Mapped[str | None] = mapped_column(default=None)
    resolved_at: Mapped[datetime | None] = mapped_column(default=None)
    created_at: Mapped[datetime]
    last_active_at: Mapped[datetime]
    warned_at: Mapped[datetime | None] = mapped_column(default=None)

    def touch(self, at: datetime) -> None:
        """A write that a note would show. An abandoned session is active again."""
        self.state_version += 1
        self.stir(at)

    def stir(self, at: datetime) -> None:
        """Somebody acts on it, in a way no note would show."""
        self.last_active_at, self.warned_at = at, None
        if self.status is SessionStatus.ABANDONED:
            self.status = SessionStatus.ACTIVE

    def lies_idle(self, at: datetime, after: timedelta) -> Idle:
        """What is due for a session that nobody touches: a word a day before it is closed as abandoned, then that, never without the word."""
        if self.status not in {SessionStatus.ACTIVE, SessionStatus.PAUSED}:
            return Idle.NOTHING
        idle, notice = at - self.last_active_at, min(NOTICE, after / 2)
        if self.warned_at is None:
            return Idle.WARN if idle >= after - notice else Idle.NOTHING
        return Idle.ABANDON if idle >= after and at - self.warned_at >= notice else Idle.NOTHING

    def pause(self, at: datetime) -> None:
        if self.status is not SessionStatus.ACTIVE:
            raise Conflict(f"Only an active session can be paused; this one is {label(self.status)}.")
        self.stir(at)
        self.status = SessionStatus.PAUSED

    def resume(self, at: datetime) -> None:
        if self.status not in {SessionStatus.PAUSED, SessionStatus.ABANDONED}:
            raise Conflict(f"Only a paused session can be resumed; this one is {label(self.status)}.")
        self.stir(at)
        self.status = SessionStatus.ACTIVE

    def give_to(self, owner: UserId, at: datetime) -> None:
        """Raises `Conflict` when that person has it already."""
        if self.owner_id == owner:
            raise Conflict("This session is already theirs.")
        self.stir(at)
        self.owner_id = owner

    def check_resolve(self) -> None:
        """Raises `Conflict` when it cannot be resolved from the status it has."""
        if self.status is SessionStatus.RESOLVED:
            raise Conflict("This session is resolved already. “Reopen” in its menu makes it active again.")

    def check_escalate(self) -> None:
        """Raises `Conflict` when it cannot be escalated from the status it has."""
        if self.status not in {
            SessionStatus.ACTIVE,
            SessionStatus.PAUSED,
            SessionStatus.RESOLVED,
            SessionStatus.ABANDONED,
        }:
            raise Conflict(
                f"Only an active, paused or resolved session can be escalated; this one is {label(self.status)}."
            )

    def resolve(self, summary: str, at: datetime) -> None:
        """Closed as solved. The caller has checked that nothing else is on its way to the ticket."""
        self.stir(at)
        self.status, self.resolution_summary, self.resolved_at = SessionStatus.RESOLVED, summary, at

    def request_escalation(self, at: datetime) -> None:
        """An escalation was confirmed, and its post has not concluded."""
        self.stir(at)
        self.status = SessionStatus.REQUESTING_ESCALATION

    def escalate(self, reason: str, at: datetime) -> None:
        self.stir(at)
        self.status, self.escalation_reason, self.resolved_at = SessionStatus.ESCALATED, reason, None

    def reopen(self, at: datetime) -> None:
        """Raises `Conflict` unless it is resolved."""
        if self.status is not SessionStatus.RESOLVED:
            raise Conflict(f"Only a resolved session can be reopened; this one is {label(self.status)}.")
        self.stir(at)
        self.status, self.resolved_at = SessionStatus.ACTIVE, None

    def take_up(self, owner: UserId, at: datetime) -> None:
        """An escalation was claimed: the claimer works on it from here."""
        self.stir(at)
        self.owner_id = owner
        self.status = SessionStatus.ACTIVE

    def hand_back(self, at: datetime) -> None:
        """Whoever claimed it gave it back to the queue."""
        if self.status in {SessionStatus.ACTIVE, SessionStatus.PAUSED}:
            self.stir(at)
            self.status = SessionStatus.ESCALATED


def label(status: SessionStatus) -> str:
    """How a person reads the status."""
    return status.value.replace("_", " ")


class FactSource(StrEnum):
    QUESTION = "question"
    DIAGNOSTIC_CHECK = "diagnostic_check"
    NOTE = "note"


class Fact(AccountOwned, Base, kw_only=True):
    __tablename__ = "session_facts"
    __table_args__ = (
        one_of("source", FactSource),
        ForeignKeyConstraint(
            ["account_id", "session_id"], ["ai_sessions.account_id", "ai_sessions.id"], ondelete="CASCADE"
        ),
        Index(None, "account_id", "session_id", "id"),
    )

    session_id: Mapped[UUID]
    source: Mapped[FactSource]
    text: Mapped[str]
    message_ts: Mapped[str | None] = mapped_column(default=None)
    created_by: Mapped[UUID]
    created_at: Mapped[datetime]
    edited_at: Mapped[datetime | None] = mapped_column(default=None)
    deleted_at: Mapped[datetime | None] = mapped_column(default=None)

    def edit(self, text: str, at: datetime) -> None:
        """Raises `Forbidden` for a fact that came from somewhere else: its source is what must change."""
        if self.source is not FactSource.NOTE:
            raise Forbidden("Only notes can be edited; change the message or the check this fact came from.")
        self.text, self.edited_at = text, at


class Author(StrEnum):
    PERSON = "person"
    FLOWPILOT = "flowpilot"


class Message(AccountOwned, Base, kw_only=True):
    """One message of a session's thread, as it reads now; secrets in it are masked before it is kept.

    `wants_answer` and no `turn_id`: it is still to be answered. `turn_id` is the turn that answers it, or the one in which FlowPilot said
    this; `fix_id` the fix that FlowPilot asks about.
    """

    __tablename__ = "session_messages"
    __table_args__ = (
        one_of("author", Author),
        ForeignKeyConstraint(
            ["account_id", "session_id"], ["ai_sessions.account_id", "ai_sessions.id"], ondelete="CASCADE"
        ),
        Index(None, "account_id", "session_id", "id"),
        Index("session_messages_ts_key", "account_id", "session_id", "ts", unique=True),
    )

    session_id: Mapped[UUID]
    author: Mapped[Author]
    user_id: Mapped[UUID | None] = mapped_column(default=None)
    text: Mapped[str]
    files: Mapped[list[str]] = mapped_column(default_factory=list)
    ts: Mapped[str | None] = mapped_column(default=None)
    wants_answer: Mapped[bool] = mapped_column(default=False)
    turn_id: Mapped[UUID | None] = mapped_column(default=None)
    fix_id: Mapped[UUID | None] = mapped_column(default=None)
    composed_without_ai: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
    edited_at: Mapped[datetime | None] = mapped_column(default=None)
    deleted_at: Mapped[datetime | None] = mapped_column(default=None)
