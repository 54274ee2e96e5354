"""The internal ticket of a call: its number, who called with what, and how it stands."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import AccountOwned, Base, one_of
from core.text import first_line

PROBLEM_LIMIT = 8_000
CUSTOMER_LIMIT = 200
TITLE_LIMIT = 150


class TicketStatus(StrEnum):
    """`walking` while a walk of it is active; an abandoned walk leaves it open."""

    OPEN = "open"
    WALKING = "walking"
    RESOLVED = "resolved"
    ESCALATED = "escalated"


UNFINISHED = (TicketStatus.OPEN, TicketStatus.WALKING)


class Ticket(AccountOwned, Base, kw_only=True):
    __tablename__ = "internal_tickets"
    __table_args__ = (
        one_of("status", TicketStatus),
        ForeignKeyConstraint(["account_id", "created_by"], ["users.account_id", "users.id"]),
        Index("internal_tickets_number_key", "account_id", "number", unique=True),
        Index("internal_tickets_status_ix", "account_id", "status", "number"),
        Index(
            "internal_tickets_unfinished_ix",
            "account_id",
            "number",
            postgresql_where=text("status in ('open', 'walking')"),
        ),
    )

    number: Mapped[int]
    status: Mapped[TicketStatus] = mapped_column(default=TicketStatus.OPEN)
    problem_statement: Mapped[str]
    customer_name: Mapped[str | None] = mapped_column(default=None)
    customer_contact: Mapped[str | None] = mapped_column(default=None)
    psa_connection_id: Mapped[UUID | None] = mapped_column(default=None)
    psa_ticket_id: Mapped[str | None] = mapped_column(default=None)
    psa_ticket_label: Mapped[str | None] = mapped_column(default=None)
    created_by: Mapped[UUID]
    acting_as: Mapped[str | None] = mapped_column(default=None)
    channel: Mapped[str]
    thread_ts: Mapped[str | None] = mapped_column(default=None)
    card_ts: Mapped[str | None] = mapped_column(default=None)
    private_channel: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None] = mapped_column(default=None)

    @property
    def label(self) -> str:
        """How people name it."""
        return f"L1-{self.number}"

    @property
    def title(self) -> str:
        return first_line(self.problem_statement, TITLE_LIMIT)

    def mirror(self, status: TicketStatus, at: datetime) -> None:
        """Follows what became of its walk."""
        self.status = status
        self.closed_at = at if status is TicketStatus.RESOLVED else None


STATUS_LABEL = {
    TicketStatus.OPEN: "open",
    TicketStatus.WALKING: "being walked",
    TicketStatus.RESOLVED: "resolved",
    TicketStatus.ESCALATED: "escalated",
}
