"""What is queued: once where it must be once, one update for many changes, and each conversation in its order."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from core.ids import AccountId, FixId, SessionId, new_id
from core.outbox import queries
from core.outbox.events import FixSuggested, HomeChanged, revive
from core.outbox.models import DeliveryState
from core.unit import Database
from tests.builders import Account, Clock, an_account
from tests.conftest import Fresh
from tests.core.deliveries import Worker, changed, emitted, leases_run_out, outbox, started, states, written
from tests.core.held import HELD, Held, holding
from tests.core.subscribed import SUBSCRIPTIONS

WAITING, LEASED, SENDING, DONE = (
    DeliveryState.WAITING,
    DeliveryState.LEASED,
    DeliveryState.SENDING,
    DeliveryState.DONE,
)


@pytest.fixture
def database(engine: AsyncEngine, clock: Clock) -> Database:
    return Database(engine, clock, SUBSCRIPTIONS)


@pytest.fixture
async def account(database: Database) -> Account:
    return await an_account(database, "ben")


@pytest.fixture(scope="module")
async def held(fresh_database: Fresh) -> AsyncGenerator[Held]:
    async with holding(fresh_database) as one:
        yield one


async def test_an_event_queues_one_delivery_for_each_of_its_effects(account: Account, clock: Clock):
    event = FixSuggested(SessionId(new_id()), FixId(new_id()))
    await emitted(account, event)
    both = await outbox(account)
    assert sorted(one.effect for one in both) == ["post.anywhere", "show.anywhere"]
    assert all(revive(one.event, one.ids) == event for one in both)
    assert {(one.state, one.attempts, one.due_at) for one in both} == {(WAITING, 0, clock.now)}


async def test_an_event_nobody_subscribed_to_queues_nothing(account: Account):
    async with account.unit("ben") as unit:
        unit.emit(HomeChanged(unit.scope.actor.id))
    assert await outbox(account) == []


async def test_what_must_be_sent_once_is_queued_once_also_after_it_was_delivered(account: Account):
    session = new_id()
    await emitted(account, started(session), started(session))
    await emitted(account, started(session))
    assert len(await outbox(account)) == 1
    worker = Worker(account)
    (delivery,) = await worker.claim()
    await worker.conclude(delivery)
    await emitted(account, started(session))
    assert await states(account) == [DONE]


async def test_the_same_key_in_two_accounts_is_two_deliveries(account: Account, database: Database):
    other, session = await an_account(database, "ben"), new_id()
    for one in (account, other):
        await emitted(one, started(session), changed(session))
    assert len(await outbox(account)) == len(await outbox(other)) == 2


async def test_changes_that_nobody_has_shown_yet_become_one_update(account: Account, clock: Clock):
    session = new_id()
    await emitted(account, changed(session), changed(session))
    (first,) = await outbox(account)
    clock.forward(timedelta(seconds=1))
    await emitted(account, changed(session))
    (still,) = await outbox(account)
    assert (still.id, still.due_at) == (first.id, first.due_at)


async def test_an_update_that_waits_for_a_retry_is_due_at_once_when_something_new_happens(
    account: Account, clock: Clock
):
    session, worker = new_id(), Worker(account)
    await emitted(account, changed(session))
    (delivery,) = await worker.claim()
    await worker.retry(delivery, timedelta(minutes=10))
    await emitted(account, changed(session))
    assert [one.id for one in await Worker(account).claim()] == [delivery.id]


async def test_a_change_while_an_update_is_under_way_gets_an_update_of_its_own(account: Account):
    session, worker = new_id(), Worker(account)
    await emitted(account, changed(session))
    (first,) = await worker.claim()
    await emitted(account, changed(session))
    await emitted(account, changed(session))
    assert await states(account) == [LEASED, WAITING]
    assert await Worker(account).claim() == []  # after the first, in the session's order
    await worker.conclude(first)
    assert len(await Worker(account).claim()) == 1


async def test_an_update_that_failed_makes_way_for_the_newer_one_that_waits(account: Account):
    session, worker = new_id(), Worker(account)
    await emitted(account, changed(session))
    (first,) = await worker.claim()
    await emitted(account, changed(session))
    await worker.retry(first)
    assert await states(account) == [DONE, WAITING]


async def test_an_update_is_not_claimed_while_a_change_it_should_show_commits(held: Held):
    account, session = held.account, new_id()
    await emitted(account, changed(session))

    async def change() -> None:
        async with account.unit("ben", receipt=f"{HELD}-{session}") as unit:
            unit.emit(changed(session))

    async with held.commits():
        committing = asyncio.ensure_future(change())
        await held.until_commits_wait()
        claimed_meanwhile = await Worker(account).claim()
    await committing
    assert claimed_meanwhile == []
    assert len(await Worker(account).claim()) == 1
    assert await states(account) == [LEASED]
    await leases_run_out(account)


async def test_a_change_that_meets_a_claim_waits_and_queues_its_own_update(held: Held):
    account, session = held.account, new_id()
    await emitted(account, changed(session))
    worker = Worker(account)
    async with account.unit() as claiming:
        taken = await queries.claim(claiming, worker.token, 10)
        change = asyncio.ensure_future(emitted(account, changed(session)))
        await held.until_rows_wait()
    await change
    mine = [one for one in await outbox(account) if one.ids == {"session_id": str(session)}]
    assert [one.state for one in mine] == [LEASED, WAITING]
    assert mine[0].id in {one.id for one in taken}


async def test_only_the_head_of_a_conversation_is_claimed(account: Account):
    session, other = new_id(), new_id()
    await emitted(account, started(session))
    await emitted(account, written(session))
    await emitted(account, written(session), started(other))
    worker = Worker(account)
    first = await worker.claim()
    assert [(one.effect, one.ids["session_id"]) for one in first] == [
        ("post.card", str(session)),
        ("post.card", str(other)),
    ]
    order = [one.id for one in await outbox(account) if one.ids["session_id"] == str(session)]
    delivered = [first[0].id]
    await worker.conclude(first[0])
    while more := await worker.claim():
        (following,) = more
        delivered.append(following.id)
        await worker.conclude(following)
    assert delivered == order


@pytest.mark.parametrize("end", ["give_up", "cannot_tell", "conclude"])
async def test_whatever_ends_a_delivery_lets_the_next_of_its_conversation_go(account: Account, end: str):
    session, worker = new_id(), Worker(account)
    await emitted(account, started(session), written(session))
    (first,) = await worker.claim()
    await getattr(worker, end)(first)
    assert len(await worker.claim()) == 1


async def test_a_retry_holds_its_conversation_up_and_no_other(account: Account, clock: Clock):
    session, other, worker = new_id(), new_id(), Worker(account)
    await emitted(account, started(session), written(session))
    (first,) = await worker.claim()
    await worker.retry(first)
    await emitted(account, started(other))
    assert [one.ids["session_id"] for one in await worker.claim()] == [str(other)]
    clock.forward(timedelta(seconds=1))
    assert [one.id for one in await worker.claim()] == [first.id]


async def test_deliveries_without_an_order_are_claimed_together_the_longest_due_first(account: Account, clock: Clock):
    fixes = [FixSuggested(SessionId(new_id()), FixId(new_id())) for _ in range(3)]
    for event in fixes:
        await emitted(account, event)
        clock.forward(timedelta(seconds=1))
    claimed = await Worker(account).claim(limit=4)
    assert [one.ids["fix_id"] for one in claimed] == [str(fixes[n].fix_id) for n in (0, 0, 1, 1)]


async def test_nothing_is_claimed_before_it_is_due(account: Account, clock: Clock):
    session = new_id()
    await emitted(account, changed(session))
    clock.now -= timedelta(seconds=1)
    assert await Worker(account).claim() == []


async def test_the_worker_learns_which_accounts_have_something_due(
    account: Account, database: Database, worker_engine: AsyncEngine, clock: Clock
):
    idle = await an_account(database, "ben")
    await emitted(account, changed(new_id()))

    async def due() -> set[AccountId]:
        return {account.id, idle.id} & set(await queries.due_accounts(worker_engine, clock.now))

    assert await due() == {account.id}
    worker = Worker(account)
    (delivery,) = await worker.claim()
    assert await due() == set()
    await leases_run_out(account)
    assert await due() == {account.id}
    (delivery,) = await worker.claim()
    await worker.conclude(delivery)
    assert await due() == set()


async def test_deliveries_and_receipts_that_ended_long_ago_are_forgotten_and_no_other(account: Account, clock: Clock):
    worker = Worker(account)
    await emitted(account, started(new_id()))
    (done,) = await worker.claim()
    await worker.conclude(done)
    await emitted(account, started(new_id()))
    async with account.unit("ben", receipt="click-1"):
        pass
    old = clock.now
    clock.forward(timedelta(days=8))
    async with account.unit() as unit:
        await queries.prune(unit, old)
    assert await states(account) == [DONE, WAITING]
    async with account.unit() as unit:
        await queries.prune(unit, old + timedelta(seconds=1))
    assert await states(account) == [WAITING]
    async with account.unit("ben", receipt="click-1"):
        pass
