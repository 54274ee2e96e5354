"""Who is asked: the person it is owed to, the admins in place of somebody who is gone, and from the third time on whoever covers or leads. Pure.

What waits for anybody goes to the leads, else the admins, else the engineers; who may not take it up is told only where there is nobody else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from core.accounts.models import Kind as PersonKind
from core.accounts.models import User
from core.accounts.preferences import Preferences
from core.nudges import policy, wishes
from core.nudges.hours import Hours
from core.nudges.models import Audience
from core.nudges.policy import Kind
from core.scope import Role

MOST_ADMINS = 5
ENGINEERS = {Role.ENGINEER, Role.ADMIN, Role.OWNER}


@dataclass(frozen=True)
class Recipient:
    """`place` is a channel or a Slack user. `hours` are when it may be sent there."""

    audience: Audience
    user_id: UUID | None
    place: str
    hours: Hours


@dataclass(frozen=True)
class Staff:
    """Everybody in the account who may be asked, by id; its admins, and where there are not two its engineers; what it prefers."""

    people: Mapping[UUID, User]
    admins: Sequence[User]
    engineers: Sequence[User]
    account: Preferences

    def hours(self, user: User | None) -> Hours:
        return wishes.hours(self.account, user)

    def owner(self, user_id: UUID | None, kind: Kind) -> User | None:
        """Whom it is owed to, if that person is still here and may still act on it."""
        user = self.people.get(user_id) if user_id is not None else None
        return user if user is not None and can_act(user, kind) else None


def can_act(user: User, kind: Kind) -> bool:
    here = user.kind in {PersonKind.MEMBER, PersonKind.UNKNOWN}
    return here and (user.role in ENGINEERS or (kind is Kind.WALK and user.role is Role.L1))


def recipients(
    staff: Staff, kind: Kind, owner_id: UUID | None, number: int, *, rerouted: bool, not_to: UUID | None = None
) -> list[Recipient]:
    """Everybody whom nudge `number` goes to. Nobody: it is the owner's wish, and the leads are not due yet; or there is nobody at all."""
    if owner_id is None:
        return _anybody(staff, kind, not_to)
    owner = staff.owner(owner_id, kind)
    if owner is None or rerouted:
        admins = _floor(staff, staff.admins, owner_id)
        leads = _leads(staff, owner_id, kind)
        return _distinct([*admins, *(leads if policy.escalates(kind, number) or not admins else [])])
    wish = wishes.of(owner)
    asked = [] if wish.off else [_person(staff, owner, Audience.PERSON, wish.channel)]
    if policy.escalates(kind, number) or (wish.off and policy.is_last(kind, number)):
        asked += _leads(staff, owner.id, kind) or ([] if asked else _floor(staff, staff.admins, owner.id))
    return _distinct(asked)


def _anybody(staff: Staff, kind: Kind, not_to: UUID | None) -> list[Recipient]:
    asked = _leads(staff, not_to, kind) or _floor(staff, staff.admins, not_to) or _floor(staff, staff.engineers, not_to)
    told = staff.owner(not_to, kind)
    return asked or ([_person(staff, told, Audience.ADMIN)] if told is not None else [])


def _floor(staff: Staff, people: Sequence[User], but: UUID | None) -> list[Recipient]:
    return [_person(staff, one, Audience.ADMIN) for one in people if one.id != but][:MOST_ADMINS]


def _leads(staff: Staff, owner_id: UUID | None, kind: Kind) -> list[Recipient]:
    """The lead channel, or else whoever covers."""
    if channel := staff.account.nudge_lead_channel:
        return [Recipient(Audience.LEAD, None, channel, staff.hours(None))]
    cover = next((one for one in staff.people.values() if str(one.id) == staff.account.nudge_cover), None)
    if cover is None or cover.id == owner_id or not can_act(cover, kind):
        return []
    return [_person(staff, cover, Audience.LEAD)]


def _person(staff: Staff, user: User, audience: Audience, channel: str | None = None) -> Recipient:
    return Recipient(audience, user.id, channel or user.slack_user_id, staff.hours(user))


def _distinct(found: Sequence[Recipient]) -> list[Recipient]:
    return list({one.place: one for one in reversed(found)}.values())[::-1]
