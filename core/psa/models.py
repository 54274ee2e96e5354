"""A connection to a ticket system: where it is, the sealed keys to it, which statuses we set on which board, and who is who there."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import cast
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from core.db import AccountOwned, Base, one_of
from core.ids import AccountId
from core.psa.provider import Board, Status, System
from core.sealed import Place


class Target(StrEnum):
    """What a session's end means for its ticket."""

    RESOLVED = "resolved"
    ESCALATED = "escalated"


class PsaConnection(AccountOwned, Base, kw_only=True):
    """`login` holds what may be shown (company, user …), `sealed_keys` the rest. A removed one stays, for the sessions that name it."""

    __tablename__ = "psa_connections"
    __table_args__ = (
        one_of("system", System),
        Index(None, "account_id", "removed_at", "id"),
    )

    system: Mapped[System]
    name: Mapped[str]
    url: Mapped[str]
    login: Mapped[dict[str, str]]
    sealed_keys: Mapped[str]
    targets: Mapped[dict[str, object]] = mapped_column(default_factory=dict[str, object])
    members: Mapped[dict[str, str]] = mapped_column(default_factory=dict[str, str])
    connected_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    removed_at: Mapped[datetime | None] = mapped_column(default=None)

    @property
    def place_of_keys(self) -> Place:
        return place_of_keys(AccountId(self.account_id), self.id)

    def target(self, kind: Target, board_id: str) -> Status | None:
        """The status that tickets of this board are given, None where nobody chose one."""
        chosen = cast("dict[str, dict[str, object]]", self.targets.get(board_id) or {}).get(kind.value)
        if not chosen:
            return None
        return Status(str(chosen["id"]), str(chosen["name"]), bool(chosen["closed"]))

    def aim(self, board: Board, targets: dict[Target, Status | None]) -> None:
        """Keeps what tickets of `board` are set to; None: no change of status there."""
        kept: dict[str, object] = {"name": board.name}
        for kind, status in targets.items():
            kept[kind.value] = status and {"id": status.id, "name": status.name, "closed": status.closed}
        self.targets = {**self.targets, board.id: kept}

    def member(self, email: str) -> str | None:
        """Who somebody with this e-mail address is in the system."""
        return self.members.get(email.strip().lower())


def place_of_keys(account_id: AccountId, connection_id: UUID) -> Place:
    return Place(account_id, "psa_connections", "sealed_keys", connection_id)
