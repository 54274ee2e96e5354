"""What the account's model calls took."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from core.db import AccountOwned, Base


class Spending(AccountOwned, Base, kw_only=True):
    """One call of a model that has to be paid, wanted or not. Costs are in millionths of a dollar."""

    __tablename__ = "model_spending"
    __table_args__ = (Index(None, "account_id", "at"), Index(None, "account_id", "session_id"))

    at: Mapped[datetime]
    purpose: Mapped[str]
    session_id: Mapped[UUID | None] = mapped_column(default=None)
    model: Mapped[str]
    input_tokens: Mapped[int]
    output_tokens: Mapped[int]
    cached_tokens: Mapped[int]
    cost_micro_usd: Mapped[int]
