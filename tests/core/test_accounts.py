"""Who has which role, and how people come to one."""

from __future__ import annotations

import asyncio
from itertools import product
from uuid import UUID

import pytest
from sqlalchemy import select

from core.accounts import queries, service
from core.accounts.models import Kind, RequestState, User
from core.accounts.service import Profile
from core.errors import Conflict, Forbidden, Invalid, NotFound
from core.ids import RequestId, new_id
from core.outbox.models import Delivery
from core.scope import Role
from core.unit import Again, Database
from tests.builders import PEOPLE, Account, an_account

ANA, BEN, NIA = (PEOPLE[name][0] for name in ("ana", "ben", "nia"))
ABOVE = {Role.ADMIN, Role.OWNER}


def somebody(role: Role) -> User:
    return User(account_id=new_id(), id=new_id(), slack_user_id="U1", name="Somebody", role=role, kind=Kind.MEMBER)


@pytest.mark.parametrize(("before", "after"), list(product(Role, Role)))
def test_an_admin_neither_makes_nor_unmakes_admins_and_owners(before: Role, after: Role):
    user = somebody(before)
    if {before, after} & ABOVE:
        with pytest.raises(Forbidden, match="Only an owner"):
            user.take(after, by=Role.ADMIN, last_owner=False)
        assert user.role is before
        return
    user.take(after, by=Role.ADMIN, last_owner=False)
    assert user.role is after


@pytest.mark.parametrize(("before", "after"), list(product(Role, Role)))
def test_an_owner_gives_any_role_but_the_last_owner_stays(before: Role, after: Role):
    user = somebody(before)
    user.take(after, by=Role.OWNER, last_owner=False)
    assert user.role is after
    last = somebody(before)
    if before is Role.OWNER and after is not Role.OWNER:
        with pytest.raises(Conflict, match="last owner"):
            last.take(after, by=Role.OWNER, last_owner=True)
        assert last.role is Role.OWNER
    else:
        last.take(after, by=Role.OWNER, last_owner=True)


async def test_the_last_owner_stays_and_the_last_but_one_may_go(account: Account):
    async with account.unit() as unit:
        with pytest.raises(Conflict, match="last owner"):
            await service.grant(unit, ANA, Role.ENGINEER)
    async with account.unit() as unit:
        await service.grant(unit, BEN, Role.OWNER)
    async with account.unit() as unit:
        await service.grant(unit, ANA, Role.ENGINEER)
    assert (await account.user("ana")).role is Role.ENGINEER


async def test_two_owners_who_leave_at_once_do_not_both_go(account: Account):
    async with account.unit() as unit:
        await service.grant(unit, BEN, Role.OWNER)

    async def leave(slack_user_id: str) -> None:
        async with account.unit() as unit:
            await service.grant(unit, slack_user_id, Role.VIEWER)

    async with account.unit() as unit:
        await service.grant(unit, ANA, Role.VIEWER)
        other = asyncio.ensure_future(leave(BEN))
        await asyncio.wait({other}, timeout=0.2)
    with pytest.raises(Conflict, match="last owner"):
        await other
    assert (await account.user("ben")).role is Role.OWNER


async def test_a_role_given_from_the_shell_is_audited_and_waits_for_somebody_not_met_yet(account: Account):
    async with account.unit() as unit:
        await service.grant(unit, "U0NEW00001", Role.ENGINEER, cover_l1=True)
    user = await account.user("U0NEW00001")
    assert (user.role, user.kind, user.can_cover_l1) == (Role.ENGINEER, Kind.UNKNOWN, True)
    assert await account.trail(user.id) == ["role.changed"]
    async with account.unit() as unit:
        await service.meet(unit, Profile("U0NEW00001", "New", Kind.MEMBER, "Asia/Tokyo"))
    met = await account.user("U0NEW00001")
    assert (met.role, met.kind, met.name, met.tz) == (Role.ENGINEER, Kind.MEMBER, "New", "Asia/Tokyo")


async def test_owners_of_the_settings_become_owners_and_nobody_is_demoted(account: Account):
    for slack_user_id in (ANA, BEN, "U0NEW00001", "U0NEW00001"):
        async with account.unit() as unit:
            await service.ensure_owner(unit, slack_user_id)
    assert {(await account.user(who)).role for who in ("ana", "ben", "U0NEW00001")} == {Role.OWNER}
    ben = await account.user("ben")
    assert await account.trail(ben.id) == ["role.changed", "role.changed"]
    assert (await account.user("adil")).role is Role.ADMIN


async def test_somebody_new_starts_as_a_viewer_and_meeting_again_keeps_the_role(account: Account):
    assert (await account.user("nia")).role is Role.VIEWER
    async with account.unit() as unit:
        await service.meet(unit, Profile(BEN, "Benjamin", Kind.MEMBER, "UTC"))
    ben = await account.user("ben")
    assert (ben.role, ben.name, ben.tz) == (Role.ENGINEER, "Benjamin", "UTC")


async def test_two_first_clicks_at_once_make_one_person(account: Account):
    async def met() -> None:
        async with account.unit() as unit:
            await service.meet(unit, Profile("U0NEW00001", "New", Kind.MEMBER, "UTC"))

    await asyncio.gather(*(met() for _ in range(4)))
    assert (await account.user("U0NEW00001")).kind is Kind.MEMBER


@pytest.mark.parametrize("word", ["engineer", "ENGINEER", "l1", "Owner"])
def test_roles_are_found_by_their_name(word: str):
    assert service.role_named(word).value == word.lower()


def test_an_unknown_role_is_refused_with_the_names_of_all():
    with pytest.raises(Invalid, match="viewer, l1, engineer, admin, owner"):
        service.role_named("boss")


async def ask(account: Account, who: str = "nia") -> RequestId:
    async with account.unit(who) as unit:
        return RequestId((await service.request_access(unit)).id)


async def decide(account: Account, who: str, request: RequestId, role: Role | None) -> None:
    async with account.unit(who) as unit:
        await service.decide_access(unit, request, role)


async def test_a_request_goes_to_every_owner_and_admin_once(account: Account):
    request = await ask(account)
    assert await ask(account) == request
    async with account.unit() as unit:
        sent = (
            await unit.session.scalars(
                select(Delivery.ids).where(Delivery.account_id == account.id, Delivery.event == "AccessRequested")
            )
        ).all()
    admins = {str((await account.user(who)).id) for who in ("ana", "adil")}
    assert {ids["user_id"] for ids in sent} == admins
    assert {ids["request_id"] for ids in sent} == {str(request)}
    assert await account.trail(request) == ["access.requested"]


async def test_two_clicks_at_once_make_one_request(account: Account):
    results = await asyncio.gather(*(ask(account) for _ in range(4)), return_exceptions=True)
    # Who lost the race is asked to come again, and then finds the request of the first.
    assert all(isinstance(result, UUID | Again) for result in results)
    async with account.unit() as unit:
        assert len(await queries.open_requests(unit)) == 1


@pytest.mark.parametrize("who", ["ben", "lena", "ana"])
async def test_who_has_a_role_needs_no_request(account: Account, who: str):
    with pytest.raises(Conflict, match="already"):
        await ask(account, who)


async def test_where_nobody_can_approve_the_asker_is_told_so(database: Database):
    account = await an_account(database, "ben", "nia")
    with pytest.raises(Conflict, match="FLOWPILOT_OWNERS"):
        await ask(account)


@pytest.mark.parametrize("role", [Role.ENGINEER, Role.L1, None])
async def test_a_request_is_decided_once_and_the_second_is_told_by_whom(account: Account, role: Role | None):
    request = await ask(account)
    await decide(account, "adil", request, role)
    assert (await account.user("nia")).role is (role or Role.VIEWER)
    with pytest.raises(Conflict, match="by Adil"):
        await decide(account, "ana", request, Role.ENGINEER)
    async with account.unit() as unit:
        decided = await queries.request(unit, request)
    assert decided.state is (RequestState.APPROVED if role else RequestState.DECLINED)
    assert decided.decided_by == (await account.user("adil")).id
    assert await account.trail(request) == ["access.requested", "access.decided"]


async def test_two_who_decide_at_once_decide_once(account: Account):
    request = await ask(account)
    results = await asyncio.gather(
        decide(account, "ana", request, None), decide(account, "adil", request, Role.ENGINEER), return_exceptions=True
    )
    assert sorted(type(result).__name__ for result in results) == ["Conflict", "NoneType"]
    async with account.unit() as unit:
        decided = await queries.request(unit, request)
    assert (decided.state is RequestState.APPROVED) == ((await account.user("nia")).role is Role.ENGINEER)


@pytest.mark.parametrize("who", ["nia", "ben", "lena"])
async def test_only_admins_and_owners_decide(account: Account, who: str):
    request = await ask(account)
    with pytest.raises(Forbidden):
        await decide(account, who, request, Role.ENGINEER)
    assert (await account.user("nia")).role is Role.VIEWER


@pytest.mark.parametrize("role", [Role.ADMIN, Role.OWNER, Role.VIEWER])
async def test_a_request_makes_engineers_and_l1_only(account: Account, role: Role):
    request = await ask(account)
    with pytest.raises(Invalid):
        await decide(account, "ana", request, role)
    assert (await account.user("nia")).role is Role.VIEWER


async def test_after_a_refusal_one_may_ask_again(account: Account):
    first = await ask(account)
    await decide(account, "ana", first, None)
    second = await ask(account)
    assert second != first
    await decide(account, "ana", second, Role.L1)
    assert (await account.user("nia")).role is Role.L1


async def test_approving_an_old_request_takes_no_role_away(account: Account):
    request = await ask(account)
    async with account.unit() as unit:
        await service.grant(unit, NIA, Role.ADMIN)
    await decide(account, "ana", request, Role.L1)
    assert (await account.user("nia")).role is Role.ADMIN


async def test_another_accounts_request_is_not_there(account: Account, database: Database):
    other = await an_account(database, "ana")
    request = await ask(account)
    with pytest.raises(NotFound):
        await decide(other, "ana", request, Role.ENGINEER)
