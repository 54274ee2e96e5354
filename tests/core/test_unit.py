"""A unit: one transaction in one account, all of it or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from core.accounts.models import Kind, User
from core.accounts.service import Profile, meet
from core.errors import Conflict, Forbidden, Unavailable
from core.ids import SessionId, new_id
from core.outbox.events import SessionChanged, SessionStarted
from core.outbox.models import Delivery, Received
from core.scope import Role
from core.sessions import queries, service
from core.sessions.commands import AddFact
from core.sessions.models import Fact, FactSource, Session
from core.unit import Again, Database, Duplicate, Stranger
from tests.builders import PEOPLE, Account, Clock, a_session, an_account


async def receipts(account: Account) -> Sequence[str]:
    async with account.unit() as unit:
        return (await unit.session.scalars(select(Received.key).where(Received.account_id == account.id))).all()


async def deliveries(account: Account) -> Sequence[str]:
    async with account.unit() as unit:
        mine = select(Delivery.effect).where(Delivery.account_id == account.id).order_by(Delivery.id)
        return (await unit.session.scalars(mine)).all()


async def test_the_same_receipt_a_second_time_is_a_duplicate_and_changes_nothing(account: Account):
    session = await a_session(account)
    wanted = AddFact(session_id=SessionId(session.id), text="It is the cable")
    async with account.unit("ben", receipt="click-1") as unit:
        await service.add_fact(unit, wanted)
    with pytest.raises(Duplicate):
        async with account.unit("ben", receipt="click-1") as unit:
            await service.add_fact(unit, wanted)
    with pytest.raises(Duplicate):
        async with account.unit("eva", receipt="click-1") as unit:
            await service.add_fact(unit, wanted)
    assert (await account.session(session.id)).state_version == 1


async def test_a_receipt_counts_in_its_own_account_only(account: Account, database: Database):
    other = await an_account(database, "ben")
    for one in (account, other):
        async with one.unit("ben", receipt="click-1"):
            pass
    assert await receipts(account) == await receipts(other) == ["click-1"]


async def test_a_receipt_is_kept_with_the_time_of_the_domains_clock(account: Account, clock: Clock):
    clock.forward(timedelta(days=3))
    async with account.unit("ben", receipt="click-1"):
        pass
    async with account.unit() as unit:
        assert await unit.session.scalar(select(Received.at).where(Received.account_id == account.id)) == clock.now


async def test_a_refusal_rolls_its_receipt_back_so_the_form_can_be_submitted_again(account: Account):
    session = await a_session(account)
    with pytest.raises(Conflict):
        async with account.unit("ben", receipt="form-1") as unit:
            await service.resume(unit, SessionId(session.id))
    assert await receipts(account) == []
    async with account.unit("ben", receipt="form-1") as unit:
        await service.pause(unit, SessionId(session.id))
    assert await receipts(account) == ["form-1"]


async def test_an_accident_after_changes_leaves_nothing_of_them(account: Account):
    session = await a_session(account)
    before = await deliveries(account)

    async def stumble() -> None:
        async with account.unit("ben", receipt="click-1") as unit:
            await service.add_fact(unit, AddFact(session_id=SessionId(session.id), text="It is the cable"))
            await unit.flush()
            await service.pause(unit, SessionId(session.id))
            _ = 1 / 0

    with pytest.raises(ZeroDivisionError):
        await stumble()
    after = await account.session(session.id)
    assert (after.status, after.state_version) == (session.status, 0)
    async with account.unit() as unit:
        assert await queries.facts(unit, session.id) == []
    assert await account.trail(session.id) == ["session.started"]
    assert (await deliveries(account), await receipts(account)) == (before, [])


async def test_a_change_the_database_refuses_takes_everything_with_it(account: Account):
    session = await a_session(account)
    before = await deliveries(account)

    async def give_to_nobody() -> None:
        async with account.unit("ben") as unit:
            found = await queries.session_for_update(unit, session.id)
            found.title, found.owner_id = "A customer's secret", new_id()
            unit.audit("session.handed", session.id)
            unit.emit(SessionChanged(SessionId(session.id)))

    with pytest.raises(IntegrityError, match="owner_id") as refusal:
        await give_to_nobody()
    # What is raised ends in the log, and what people wrote must not.
    assert "secret" not in str(refusal.value)
    assert (await account.session(session.id)).title == session.title
    assert await account.trail(session.id) == ["session.started"]
    assert await deliveries(account) == before


async def test_somebody_the_account_never_met_is_a_stranger_and_leaves_no_receipt(account: Account):
    with pytest.raises(Stranger):
        async with account.unit("U0NEW00001", receipt="click-1"):
            pass
    assert await receipts(account) == []


async def test_somebody_of_whom_only_the_settings_spoke_is_asked_about_first(account: Account):
    async with account.unit() as unit:
        unit.add(
            User(
                account_id=account.id,
                id=new_id(),
                slack_user_id="U0NEW00001",
                name="U0NEW00001",
                role=Role.OWNER,
                kind=Kind.UNKNOWN,
            )
        )
    with pytest.raises(Stranger):
        async with account.unit("U0NEW00001"):
            pass
    async with account.unit() as unit:
        await meet(unit, Profile("U0NEW00001", "New", Kind.MEMBER, "UTC"))
    async with account.unit("U0NEW00001") as unit:
        assert unit.scope.actor.role is Role.OWNER


@pytest.mark.parametrize("kind", [Kind.GUEST, Kind.STRANGER, Kind.BOT, Kind.GONE])
async def test_only_full_members_may_act_whatever_role_they_once_had(account: Account, kind: Kind):
    ben = PEOPLE["ben"][0]
    async with account.unit() as unit:
        await meet(unit, Profile(ben, "Ben", kind, "UTC"))
    with pytest.raises(Forbidden, match="full members") as refusal:
        async with account.unit("ben", receipt="click-1"):
            pass
    assert not refusal.value.may_ask
    assert await receipts(account) == []


async def test_a_unit_knows_the_person_as_the_account_knows_them(account: Account):
    async with account.unit("lena") as unit:
        actor = unit.scope.actor
    assert (actor.slack_user_id, actor.name, actor.role, actor.tz) == (
        PEOPLE["lena"][0],
        "Lena",
        Role.L1,
        "Europe/Berlin",
    )


async def test_the_houses_own_unit_has_no_actor(account: Account):
    async with account.unit() as unit:
        with pytest.raises(LookupError):
            _ = unit.scope.actor


async def test_the_closing_statement_writes_news_changes_and_deletions(account: Account, clock: Clock):
    session = await a_session(account)
    doomed = await a_session(account)
    async with account.unit("ben") as unit:
        found = await queries.session_for_update(unit, session.id)
        found.title, found.card_ts = "Renamed", "1.5"
        fact = unit.add(
            Fact(
                account_id=account.id,
                id=new_id(),
                session_id=session.id,
                source=FactSource.NOTE,
                text="'; drop table users; -- :account %s {0}",
                created_by=found.owner_id,
                created_at=clock.now,
            )
        )
        await unit.session.delete(await queries.session(unit, doomed.id))
        unit.audit("session.renamed", session.id, before="a", after=None, number=3)
        unit.emit(SessionStarted(SessionId(session.id)))
    async with account.unit() as unit:
        left = (await unit.session.scalars(select(Session).where(Session.account_id == account.id))).all()
        kept = await queries.facts(unit, session.id)
    assert [(one.id, one.title, one.card_ts, one.status) for one in left] == [
        (session.id, "Renamed", "1.5", session.status)
    ]
    assert [(one.id, one.text) for one in kept] == [(fact.id, "'; drop table users; -- :account %s {0}")]


async def test_a_change_to_nothing_is_written_as_nothing(account: Account):
    session = await a_session(account)
    async with account.unit() as unit:
        (await queries.session_for_update(unit, session.id)).card_ts = "1.5"
    async with account.unit() as unit:
        (await queries.session_for_update(unit, session.id)).card_ts = None
    assert (await account.session(session.id)).card_ts is None


async def test_only_the_columns_that_changed_are_written(account: Account):
    session = await a_session(account)
    async with account.unit() as slow:
        seen = await queries.session(slow, session.id)
        async with account.unit() as quick:
            (await queries.session_for_update(quick, session.id)).title = "Quick"
        seen.card_ts = "1.5"
    after = await account.session(session.id)
    assert (after.title, after.card_ts) == ("Quick", "1.5")


async def test_the_worker_is_woken_after_a_commit_that_queued_something_and_not_else(account: Account):
    woken: list[int] = []
    account.database.wake = lambda: woken.append(1)
    session = await a_session(account)
    assert len(woken) == 1
    async with account.unit("ben") as unit:
        await queries.session(unit, session.id)
    assert len(woken) == 1


async def test_a_refusal_wakes_nobody(account: Account):
    session = await a_session(account)
    woken: list[int] = []
    account.database.wake = lambda: woken.append(1)

    async def in_vain() -> None:
        async with account.unit("ben") as unit:
            unit.emit(SessionChanged(SessionId(session.id)))
            await service.resume(unit, SessionId(session.id))

    with pytest.raises(Conflict):
        await in_vain()
    assert woken == []


@pytest.mark.parametrize("code", ["40001", "40P01"])
async def test_a_retry_the_database_asks_for_is_told_apart_and_leaves_no_receipt(account: Account, code: str):
    with pytest.raises(Again):
        async with account.unit("ben", receipt="click-1") as unit:
            await unit.session.execute(text(f"do $$ begin raise exception 'x' using errcode = '{code}'; end $$"))
    assert await receipts(account) == []


@pytest.mark.parametrize("code", ["57P01", "53300", "08006"])
async def test_a_database_that_goes_away_is_unavailable_with_a_sentence(account: Account, code: str):
    with pytest.raises(Unavailable, match="cannot reach its database"):
        async with account.unit("ben", receipt="click-1") as unit:
            await unit.session.execute(text(f"do $$ begin raise exception 'x' using errcode = '{code}'; end $$"))
    assert await receipts(account) == []
