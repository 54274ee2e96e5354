"""Where something happens and who does it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from core.errors import Forbidden
from core.ids import AccountId, UserId

L1_COVERAGE = "l1_coverage"


class Role(StrEnum):
    VIEWER = "viewer"
    L1 = "l1"
    ENGINEER = "engineer"
    ADMIN = "admin"
    OWNER = "owner"


ENGINEERS = frozenset({Role.ENGINEER, Role.ADMIN, Role.OWNER})


@dataclass(frozen=True)
class Person:
    """Who acts, as the account knows them at this moment."""

    id: UserId
    slack_user_id: str
    name: str
    role: Role
    can_cover_l1: bool
    tz: str

    @property
    def acting_as(self) -> str | None:
        """What the rows of first-line work say of somebody who covers for L1; None for L1 themselves."""
        return None if self.role is Role.L1 else L1_COVERAGE


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
        if person.role not in ENGINEERS:
            raise Forbidden(f"Only engineers can {what}; your role is {person.role}.", may_ask=True)
        return person

    def need_l1(self, what: str) -> Person:
        """The person, if they are L1 or cover for L1. Raises `Forbidden` naming `what` ("take a call")."""
        person = self.actor
        if person.role is Role.L1 or (person.role in ENGINEERS and person.can_cover_l1):
            return person
        hint = " An admin can let you cover for L1." if person.role in ENGINEERS else ""
        raise Forbidden(
            f"Only L1 staff and engineers who cover for L1 can {what}; your role is {person.role}.{hint}",
            may_ask=person.role is Role.VIEWER,
        )

    def need_admin(self, what: str) -> Person:
        """The person, if an admin or owner. Raises `Forbidden`."""
        person = self.actor
        if person.role not in {Role.ADMIN, Role.OWNER}:
            raise Forbidden(f"Only admins and owners can {what}; your role is {person.role}.")
        return person
