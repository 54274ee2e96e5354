"""A ticket that a session's thread hears about when it changes."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import AccountOwned, Base


class TicketFollow(AccountOwned, Base, kw_only=True):
    """`seen` is what the ticket was when it was last looked at; `callback_id` what the system calls us by, where it can."""

    __tablename__ = "ticket_follows"
    __table_args__ = (
        ForeignKeyConstraint(
            ["account_id", "session_id"], ["ai_sessions.account_id", "ai_sessions.id"], ondelete="CASCADE"
        ),
        Index(
            "ticket_follows_one_open",
            "account_id",
            "session_id",
            unique=True,
            postgresql_where=text("ended_at is null"),
        ),
        Index("ticket_follows_due_ix", "account_id", "next_look_at", postgresql_where=text("ended_at is null")),
    )

    session_id: Mapped[UUID]
    connection_id: Mapped[UUID]
    ticket_id: Mapped[str]
    seen: Mapped[dict[str, str]]
    callback_id: Mapped[str | None] = mapped_column(default=None)
    next_look_at: Mapped[datetime]
    followed_by: Mapped[UUID]
    followed_at: Mapped[datetime]
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
