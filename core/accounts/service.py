"""Accounts come from installations; people come from their first click, and their role from an owner, an admin or the settings."""

from __future__ import annotations

from dataclasses import dataclass

from core.accounts import queries
from core.accounts.models import AccessCard, AccessRequest, Account, Kind, RequestState, SlackInstallation, User
from core.errors import Conflict, Invalid, NotFound
from core.ids import RequestId, UserId, new_id
from core.outbox.events import AccessDecided, AccessRequested, HomeChanged
from core.scope import Role
from core.unit import Unit


@dataclass(frozen=True)
class Workspace:
    """What `auth.test` says about where the bot is."""

    enterprise_id: str
    team_id: str
    name: str
    url: str
    bot_user_id: str
    bot_id: str


@dataclass(frozen=True)
class Profile:
    """What Slack says about a person."""

    slack_user_id: str
    name: str
    kind: Kind
    tz: str


async def install(unit: Unit, workspace: Workspace) -> None:
    """Makes the unit's account live in `workspace`, or brings what is known about the workspace up to date."""
    await queries.lock_workspaces(unit)
    if await queries.account(unit) is None:
        unit.add(Account(account_id=unit.account_id, name=workspace.name, created_at=unit.now))
        unit.audit("account.installed", unit.account_id, team=workspace.team_id)
    try:
        known = await queries.installation(unit)
    except NotFound:
        unit.add(
            SlackInstallation(
                account_id=unit.account_id,
                id=new_id(),
                enterprise_id=workspace.enterprise_id,
                team_id=workspace.team_id,
                bot_user_id=workspace.bot_user_id,
                bot_id=workspace.bot_id,
                url=workspace.url,
                installed_at=unit.now,
            )
        )
        return
    known.bot_user_id, known.bot_id, known.url = workspace.bot_user_id, workspace.bot_id, workspace.url


async def ensure_owner(unit: Unit, slack_user_id: str) -> None:
    """Makes a Slack user an owner; never demotes anybody, and a person not seen yet is asked about at their first click."""
    user = await queries.person_for_update(unit, slack_user_id)
    if user.role is Role.OWNER:
        return
    before, user.role = user.role, Role.OWNER
    unit.audit("role.changed", user.id, before=before, after=Role.OWNER)


async def meet(unit: Unit, profile: Profile) -> User:
    """Writes down what Slack says about a person. Somebody new starts as a viewer."""
    user = await queries.person_for_update(unit, profile.slack_user_id)
    user.name, user.kind, user.tz = profile.name, profile.kind, profile.tz
    return user


async def grant(unit: Unit, slack_user_id: str, role: Role, *, cover_l1: bool = False) -> User:
    """Gives a role from the shell, where whoever has the database is the owner. Raises `Conflict` for the last owner."""
    user = await queries.person_for_update(unit, slack_user_id)
    before = user.role
    user.take(role, by=Role.OWNER, last_owner=await queries.owners(unit) <= 1)
    user.can_cover_l1 = cover_l1
    unit.audit("role.changed", user.id, before=before, after=role, can_cover_l1=cover_l1)
    unit.emit(HomeChanged(UserId(user.id)))
    return user


async def set_role(unit: Unit, user_id: UserId, role: Role, *, cover_l1: bool) -> User:
    """Gives a colleague a role. Raises `Forbidden`, `Conflict` for the last owner, `Invalid` on `role` for who is no full member."""
    person = unit.scope.need_admin("change roles")
    known = await queries.user(unit, user_id)
    user = await queries.person_for_update(unit, known.slack_user_id)
    if user.kind not in {Kind.MEMBER, Kind.UNKNOWN}:
        raise Invalid(f"{user.name} is no full member of the workspace.", field="role")
    before = user.role
    user.take(role, by=person.role, last_owner=await queries.owners(unit) <= 1)
    user.can_cover_l1 = cover_l1
    unit.audit("role.changed", user.id, before=before, after=role, can_cover_l1=cover_l1)
    unit.emit(HomeChanged(UserId(user.id)))
    return user


async def request_access(unit: Unit) -> AccessRequest:
    """Asks every owner and admin for access. Asking again while one is open adds nothing. Raises `Conflict` when there is no need."""
    person = unit.scope.actor
    if person.role is not Role.VIEWER:
        raise Conflict(f"You have access already: your role is {person.role}.")
    if known := await queries.open_request(unit, person.id):
        return known
    asked = await queries.admins(unit)
    if not asked:
        raise Conflict(
            "Nobody here can approve it yet. Whoever runs FlowPilot can name an owner with FLOWPILOT_OWNERS."
        )
    request = unit.add(AccessRequest(account_id=unit.account_id, id=new_id(), user_id=person.id, asked_at=unit.now))
    unit.audit("access.requested", request.id, user=str(person.id))
    for admin in asked:
        unit.emit(AccessRequested(RequestId(request.id), UserId(admin.id)))
        unit.emit(HomeChanged(UserId(admin.id)))
    return request


async def decide_access(unit: Unit, request_id: RequestId, role: Role | None) -> User:
    """Approves a request as `role`, or declines it with None. Raises `Forbidden`, `Conflict` when somebody else was first."""
    decider = unit.scope.need_admin("decide who gets access")
    request = await queries.request_for_update(unit, request_id)
    before_by = await queries.user(unit, request.decided_by) if request.decided_by else None
    request.decide(role, by=decider.id, decider=before_by.name if before_by else "", at=unit.now)
    user = await queries.user(unit, request.user_id)
    if role is not None and user.role is Role.VIEWER:
        unit.audit("role.changed", user.id, before=user.role, after=role)
        user.role = role
    unit.audit("access.decided", request_id, state=request.state, role=role)
    unit.emit(AccessDecided(request_id))
    unit.emit(HomeChanged(UserId(user.id)))
    unit.emit(HomeChanged(decider.id))
    return user


async def remember_card(unit: Unit, request_id: RequestId, channel: str, ts: str) -> None:
    """Keeps where a request is shown, so that the card can follow the decision."""
    unit.add(AccessCard(account_id=unit.account_id, id=new_id(), request_id=request_id, channel=channel, ts=ts))
    request = await queries.request(unit, request_id)
    if request.state is not RequestState.OPEN:
        unit.emit(AccessDecided(request_id))


async def home_opened(unit: Unit) -> None:
    """The person looks at App Home; from now on it is kept true."""
    user = await queries.user(unit, unit.scope.actor.id)
    user.home_opened_at = unit.now
    unit.emit(HomeChanged(UserId(user.id)))


def role_named(word: str) -> Role:
    """The role called `word`. Raises `Invalid`, naming the roles there are."""
    try:
        return Role(word.lower())
    except ValueError:
        raise Invalid(f"There is no role “{word}”; the roles are {', '.join(Role)}.") from None
