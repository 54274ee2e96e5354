"""`outbox`: one row per event and effect. `received`: the deliveries from Slack that were already handled."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import AccountOwned, Base, one_of


class DeliveryState(StrEnum):
    """waiting → leased → (sending →) done; a post whose fate is not known ends as unknown, one that cannot succeed as failed."""

    WAITING = "waiting"
    LEASED = "leased"
    SENDING = "sending"
    DONE = "done"
    FAILED = "failed"
    UNKNOWN = "unknown"


UNFINISHED = "state in ('waiting', 'leased', 'sending')"


class Delivery(AccountOwned, Base, kw_only=True):
    __tablename__ = "outbox"
    __table_args__ = (
        one_of("state", DeliveryState),
        Index("outbox_dedupe_key", "account_id", "dedupe_key", unique=True),
        Index(
            "outbox_supersede_key",
            "account_id",
            "supersede_key",
            unique=True,
            postgresql_where=text("state = 'waiting'"),
        ),
        Index("outbox_due_ix", "account_id", "due_at", postgresql_where=text(UNFINISHED)),
        Index("outbox_order_ix", "account_id", "order_key", "id", postgresql_where=text(UNFINISHED)),
        Index("outbox_unknown_ix", "account_id", "id", postgresql_where=text("state = 'unknown'")),
    )

    event: Mapped[str]
    effect: Mapped[str]
    ids: Mapped[dict[str, str]]
    order_key: Mapped[str | None]
    supersede_key: Mapped[str | None]
    dedupe_key: Mapped[str]
    due_at: Mapped[datetime]
    state: Mapped[DeliveryState]
    attempts: Mapped[int]
    lease_token: Mapped[UUID | None] = mapped_column(default=None)
    lease_until: Mapped[datetime | None] = mapped_column(default=None)
    target: Mapped[dict[str, str] | None] = mapped_column(default=None)
    sent_at: Mapped[datetime | None] = mapped_column(default=None)
    external_id: Mapped[str | None] = mapped_column(default=None)
    problem: Mapped[str | None] = mapped_column(default=None)


class Received(Base, kw_only=True):
    __tablename__ = "received"
    __table_args__ = (Index(None, "account_id", "at"),)

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]
