"""`audit_events`: append-only; the bot's role may insert and read, never change."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from core.db import AccountOwned, Base


class AuditEvent(AccountOwned, Base, kw_only=True):
    __tablename__ = "audit_events"
    __table_args__ = (Index(None, "account_id", "subject", "id"),)

    at: Mapped[datetime]
    what: Mapped[str]
    subject: Mapped[UUID]
    slack_user_id: Mapped[str | None] = mapped_column(default=None)
    role: Mapped[str | None] = mapped_column(default=None)
    acting_as: Mapped[str | None] = mapped_column(default=None)
    source: Mapped[str]
    detail: Mapped[dict[str, object]]
