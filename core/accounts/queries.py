from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from core.accounts.models import (
    AccessCard,
    AccessRequest,
    Account,
    AccountSettings,
    Kind,
    RequestState,
    SlackInstallation,
    User,
)
from core.errors import NotFound
from core.ids import AccountId, RequestId, UserId, new_id
from core.scope import Role
from core.unit import Unit


async def account_of(engine: AsyncEngine, enterprise_id: str, team_id: str) -> AccountId | None:
    """The account a workspace belongs to: by the workspace, or by its organisation when the app is installed there."""
    wanted = text(
        "select account_id from slack_workspaces where (enterprise_id = :e and team_id = :t) or (enterprise_id = :e and team_id = '' and :e <> '') "
        "or (team_id = :t and enterprise_id = '') order by team_id desc limit 1"
    )
    async with engine.connect() as connection:
        row = (await connection.execute(wanted, {"e": enterprise_id, "t": team_id})).first()
        return AccountId(row.account_id) if row else None


async def accounts(engine: AsyncEngine) -> Sequence[AccountId]:
    """Every account that is installed somewhere."""
    async with engine.connect() as connection:
        return [
            AccountId(row.account_id)
            for row in await connection.execute(text("select distinct account_id from slack_workspaces"))
        ]


async def lock_workspaces(unit: Unit) -> None:
    """Keeps every other process from installing this account until the unit ends."""
    await unit.session.execute(
        text("select from slack_workspaces where account_id = :account for update"), {"account": unit.account_id}
    )


async def account(unit: Unit) -> Account | None:
    return await unit.session.scalar(select(Account).where(Account.account_id == unit.account_id))


async def installation(unit: Unit) -> SlackInstallation:
    """Where the account lives in Slack. Raises `NotFound` once it was removed."""
    row = await unit.session.scalar(
        select(SlackInstallation).where(SlackInstallation.account_id == unit.account_id).limit(1)
    )
    if row is None:
        raise NotFound("FlowPilot is not installed in this workspace any more.")
    return row


async def user_by_slack_id(unit: Unit, slack_user_id: str) -> User | None:
    return await unit.session.scalar(
        select(User).where(User.account_id == unit.account_id, User.slack_user_id == slack_user_id).with_for_update()
    )


async def person_for_update(unit: Unit, slack_user_id: str) -> User:
    """The person, locked; somebody new is written down as a viewer of whom nothing is known yet. Two who ask at once get the same row."""
    if known := await user_by_slack_id(unit, slack_user_id):
        return known
    fresh = insert(User).values(
        account_id=unit.account_id,
        id=new_id(),
        slack_user_id=slack_user_id,
        name=slack_user_id,
        role=Role.VIEWER,
        kind=Kind.UNKNOWN,
        can_cover_l1=False,
        tz="",
    )
    await unit.session.execute(fresh.on_conflict_do_nothing())
    wanted = select(User).where(User.account_id == unit.account_id, User.slack_user_id == slack_user_id)
    return (await unit.session.scalars(wanted.with_for_update())).one()


async def user(unit: Unit, user_id: UserId | UUID) -> User:
    """Raises `NotFound`."""
    row = await unit.session.scalar(select(User).where(User.account_id == unit.account_id, User.id == user_id))
    if row is None:
        raise NotFound("That person is not known here.")
    return row


async def users(unit: Unit, ids: Sequence[UUID]) -> dict[UUID, User]:
    """The people with these ids, by id."""
    wanted = select(User).where(User.account_id == unit.account_id, User.id.in_(set(ids)))
    return {row.id: row for row in await unit.session.scalars(wanted)}


async def members(unit: Unit) -> Sequence[User]:
    """Everybody with a role or a wish for one, by name, at most 100."""
    wanted = select(User).where(User.account_id == unit.account_id, User.kind.in_([Kind.MEMBER, Kind.UNKNOWN]))
    return (await unit.session.scalars(wanted.order_by(User.name, User.id).limit(100))).all()


async def settings(unit: Unit) -> AccountSettings | None:
    return await unit.session.scalar(select(AccountSettings).where(AccountSettings.account_id == unit.account_id))


async def settings_for_update(unit: Unit) -> AccountSettings:
    """The account's settings, locked; made when nobody has changed any yet."""
    fresh = insert(AccountSettings).values(account_id=unit.account_id, preferences={})
    await unit.session.execute(fresh.on_conflict_do_nothing())
    wanted = select(AccountSettings).where(AccountSettings.account_id == unit.account_id).with_for_update()
    return (await unit.session.scalars(wanted)).one()


async def names(unit: Unit, slack_user_ids: Collection[str]) -> dict[str, str]:
    """What the people with these Slack ids are called, those the account has met."""
    wanted = select(User.slack_user_id, User.name).where(
        User.account_id == unit.account_id, User.slack_user_id.in_(slack_user_ids)
    )
    return {row.slack_user_id: row.name for row in await unit.session.execute(wanted)}


async def admins(unit: Unit) -> Sequence[User]:
    """Owners and admins who can be asked, oldest first."""
    wanted = (
        select(User)
        .where(
            User.account_id == unit.account_id,
            User.role.in_([Role.ADMIN, Role.OWNER]),
            User.kind.in_([Kind.MEMBER, Kind.UNKNOWN]),
        )
        .order_by(User.id)
    )
    return (await unit.session.scalars(wanted)).all()


async def engineers(unit: Unit) -> Sequence[User]:
    """Whoever may take up an escalation, oldest first, at most 50."""
    wanted = (
        select(User)
        .where(
            User.account_id == unit.account_id,
            User.role.in_([Role.ENGINEER, Role.ADMIN, Role.OWNER]),
            User.kind == Kind.MEMBER,
        )
        .order_by(User.id)
        .limit(50)
    )
    return (await unit.session.scalars(wanted)).all()


async def owners(unit: Unit) -> int:
    """How many owners the account has; their rows stay locked, so that two cannot leave at once."""
    wanted = select(User.id).where(User.account_id == unit.account_id, User.role == Role.OWNER).with_for_update()
    return len((await unit.session.scalars(wanted)).all())


async def open_request(unit: Unit, user_id: UserId) -> AccessRequest | None:
    wanted = select(AccessRequest).where(
        AccessRequest.account_id == unit.account_id,
        AccessRequest.user_id == user_id,
        AccessRequest.state == RequestState.OPEN,
    )
    return await unit.session.scalar(wanted)


async def open_requests(unit: Unit) -> Sequence[AccessRequest]:
    """Requests nobody decided yet, oldest first, at most 20."""
    wanted = select(AccessRequest).where(
        AccessRequest.account_id == unit.account_id, AccessRequest.state == RequestState.OPEN
    )
    return (await unit.session.scalars(wanted.order_by(AccessRequest.id).limit(20))).all()


async def request(unit: Unit, request_id: RequestId) -> AccessRequest:
    """The request. Raises `NotFound`."""
    row = await unit.session.scalar(
        select(AccessRequest).where(AccessRequest.account_id == unit.account_id, AccessRequest.id == request_id)
    )
    if row is None:
        raise NotFound("That request is not there.")
    return row


async def request_for_update(unit: Unit, request_id: RequestId) -> AccessRequest:
    """The request, locked until the unit ends. Raises `NotFound`."""
    wanted = (
        select(AccessRequest)
        .where(AccessRequest.account_id == unit.account_id, AccessRequest.id == request_id)
        .with_for_update()
    )
    row = await unit.session.scalar(wanted)
    if row is None:
        raise NotFound("That request is not there.")
    return row


async def cards(unit: Unit, request_id: RequestId) -> Sequence[AccessCard]:
    wanted = select(AccessCard).where(AccessCard.account_id == unit.account_id, AccessCard.request_id == request_id)
    return (await unit.session.scalars(wanted)).all()


async def claim_workspace(engine: AsyncEngine, enterprise_id: str, team_id: str, fresh: AccountId) -> AccountId:
    """The account of a workspace; `fresh` becomes it when there is none yet. Two processes at once get the same one."""
    insert = text("insert into slack_workspaces values (:e, :t, :a) on conflict do nothing")
    wanted = text("select account_id from slack_workspaces where enterprise_id = :e and team_id = :t")
    async with engine.begin() as connection:
        await connection.execute(insert, {"e": enterprise_id, "t": team_id, "a": fresh})
        return AccountId((await connection.execute(wanted, {"e": enterprise_id, "t": team_id})).scalar_one())
