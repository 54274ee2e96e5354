"""Accounts, where they are installed, their people, and who asked for access."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import AccountOwned, Base, one_of
from core.errors import Conflict, Forbidden, Invalid
from core.ids import UserId
from core.scope import Role

RANK = [Role.VIEWER, Role.L1, Role.ENGINEER, Role.ADMIN, Role.OWNER]


class Kind(StrEnum):
    """What a person is, as Slack says. `unknown` until asked; only a member may act."""

    UNKNOWN = "unknown"
    MEMBER = "member"
    GUEST = "guest"
    STRANGER = "stranger"
    BOT = "bot"
    GONE = "gone"


class SlackWorkspace(Base, kw_only=True):
    """The one table read before the account is known: ids only."""

    __tablename__ = "slack_workspaces"

    enterprise_id: Mapped[str] = mapped_column(primary_key=True)
    team_id: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[UUID]


class Account(Base, kw_only=True):
    __tablename__ = "accounts"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    created_at: Mapped[datetime]


class SlackInstallation(AccountOwned, Base, kw_only=True):
    """Where the account lives in Slack. `bot_token` is empty when the token comes from the settings."""

    __tablename__ = "slack_installations"
    __table_args__ = (Index(None, "account_id", "enterprise_id", "team_id", unique=True),)

    enterprise_id: Mapped[str]
    team_id: Mapped[str]
    bot_user_id: Mapped[str]
    bot_id: Mapped[str]
    url: Mapped[str]
    installed_at: Mapped[datetime]


class User(AccountOwned, Base, kw_only=True):
    __tablename__ = "users"
    __table_args__ = (
        one_of("role", Role),
        one_of("kind", Kind),
        Index(None, "account_id", "slack_user_id", unique=True),
    )

    slack_user_id: Mapped[str]
    name: Mapped[str]
    role: Mapped[Role]
    kind: Mapped[Kind]
    can_cover_l1: Mapped[bool] = mapped_column(default=False)
    tz: Mapped[str] = mapped_column(default="")  # empty: Slack does not say
    home_opened_at: Mapped[datetime | None] = mapped_column(default=None)
    nudge_wishes: Mapped[dict[str, object] | None] = mapped_column(default=None)

    def take(self, role: Role, *, by: Role, last_owner: bool) -> None:
        """Gives the person `role`, granted by somebody who is `by`.

        Raises `Forbidden` when an admin makes or unmakes an owner or admin, `Conflict` when the last owner would be gone.
        """
        touches_admins = RANK.index(max(role, self.role, key=RANK.index)) >= RANK.index(Role.ADMIN)
        if touches_admins and by is not Role.OWNER:
            raise Forbidden("Only an owner can make or unmake admins and owners.")
        if self.role is Role.OWNER and role is not Role.OWNER and last_owner:
            raise Conflict("This is the last owner; make somebody else an owner first.")
        self.role = role


class AccountSettings(Base, kw_only=True):
    """What an account prefers: only the keys that somebody changed, `core.accounts.preferences` knows the rest."""

    __tablename__ = "account_settings"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    preferences: Mapped[dict[str, object]]


class RequestState(StrEnum):
    OPEN = "open"
    APPROVED = "approved"
    DECLINED = "declined"


class AccessRequest(AccountOwned, Base, kw_only=True):
    __tablename__ = "access_requests"
    __table_args__ = (
        one_of("state", RequestState),
        ForeignKeyConstraint(["account_id", "user_id"], ["users.account_id", "users.id"], ondelete="CASCADE"),
        Index(
            "access_requests_one_open", "account_id", "user_id", unique=True, postgresql_where=text("state = 'open'")
        ),
    )

    user_id: Mapped[UUID]
    state: Mapped[RequestState] = mapped_column(default=RequestState.OPEN)
    asked_at: Mapped[datetime]
    role: Mapped[Role | None] = mapped_column(default=None)
    decided_by: Mapped[UUID | None] = mapped_column(default=None)
    decided_at: Mapped[datetime | None] = mapped_column(default=None)

    def decide(self, role: Role | None, *, by: UserId, decider: str, at: datetime) -> None:
        """Approves as `role`, or declines with None. Raises `Conflict` when it was decided before, `Invalid` for a role above engineer."""
        if self.state is not RequestState.OPEN:
            raise Conflict(f"This request was already {self.state}{f' by {decider}' if decider else ''}.")
        if role is not None and role not in {Role.L1, Role.ENGINEER}:
            raise Invalid("A request can be approved as engineer or as L1.")
        self.state = RequestState.APPROVED if role else RequestState.DECLINED
        self.role, self.decided_by, self.decided_at = role, by, at


class AccessCard(AccountOwned, Base, kw_only=True):
    """One message that shows a request to one admin."""

    __tablename__ = "access_cards"
    __table_args__ = (
        ForeignKeyConstraint(
            ["account_id", "request_id"], ["access_requests.account_id", "access_requests.id"], ondelete="CASCADE"
        ),
        Index(None, "account_id", "request_id"),
    )

    request_id: Mapped[UUID]
    channel: Mapped[str]
    ts: Mapped[str]
