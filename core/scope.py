"""Where something happens and who does it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from core.errors import Forbidden
from core.ids import AccountId, UserId


class Role(StrEnum):
    VIEWER = "viewer"
    L1 = "l1"
    ENGINEER = "engineer"
    ADMIN = "admin"
    OWNER = "owner"


@dataclass(frozen=True)
class Person:
    """Who acts, as the account knows them at this moment."""

    id: UserId
    slack_user_id: str
    name: str
    role: Role
    can_cover_l1: bool
    tz: str


@dataclass(frozen=True)
class Scope:
    """Where a unit runs and for whom. `person` is None for the house's own work (deliveries, the clock)."""

    account_id: AccountId
    person: Person | None

    @property
    def actor(self) -> Person:
        """The person acting; a unit of the house's own has none, which is a fault of the caller."""
        if self.person is None:
            raise LookupError("this unit runs for nobody")
        return self.person

    def need_engineer(self, what: str) -> Person:
        """The person, if their role may do engineers' work. Raises `Forbidden` naming `what` ("start a session")."""
        person = self.actor
        if person.role not in {Role.ENGINEER, Role.ADMIN, Role.OWNER}:
            raise Forbidden(f"Only engineers can {what}; your role is {person.role}.", may_ask=True)
        return person

    def need_admin(self, what: str) -> Person:
        """The person, if an admin or owner. Raises `Forbidden`."""
        person = self.actor
        if person.role not in {Role.ADMIN, Role.OWNER}:
            raise Forbidden(f"Only admins and owners can {what}; your role is {person.role}.")
        return person
