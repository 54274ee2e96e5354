"""The rarer ends of a delivery, and what a worker does when it stops."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from core.ids import new_id
from core.outbox import queries, service
from core.outbox.models import Delivery, DeliveryState
from core.outbox.service import MOST_ATTEMPTS
from core.unit import Database
from tests.builders import Account, Clock, an_account
from tests.core.deliveries import Worker, changed, emitted, leases_run_out, one, outbox, started, states, written
from tests.core.subscribed import SUBSCRIPTIONS


@pytest.fixture
def database(engine: AsyncEngine, clock: Clock) -> Database:
    return Database(engine, clock, SUBSCRIPTIONS)


@pytest.fixture
async def account(database: Database) -> Account:
    return await an_account(database, "ben")


ENDS = ["conclude", "give_up", "cannot_tell"]


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("after", ["sending", "retry", "look_again", *ENDS])
async def test_what_has_ended_stays_ended_also_for_who_held_it(account: Account, end: str, after: str):
    await emitted(account, started(new_id()))
    worker = Worker(account)
    (delivery,) = await worker.claim()
    await getattr(worker, end)(delivery)
    (ended,) = await states(account)
    await getattr(worker, after)(delivery)
    assert await states(account) == [ended]


async def test_a_post_that_begins_late_in_its_lease_gets_a_whole_one_for_the_call(account: Account):
    await emitted(account, started(new_id()))
    worker = Worker(account)
    (delivery,) = await worker.claim()
    await leases_run_out(account)
    assert await worker.sending(delivery)  # nobody has taken it over yet
    async with account.unit() as unit:
        left = await unit.session.scalar(
            select(Delivery.lease_until - func.clock_timestamp()).where(Delivery.account_id == account.id)
        )
    assert left is not None
    assert left > timedelta(seconds=50)


async def test_while_the_other_side_is_away_it_is_tried_however_long_it_takes(account: Account, clock: Clock):
    await emitted(account, started(new_id()))
    for attempt in range(1, MOST_ATTEMPTS + 5):
        worker = Worker(account)
        (delivery,) = await worker.claim()
        assert delivery.attempts == attempt
        async with account.unit() as unit:
            await service.put_off(unit, delivery, worker.token, "away")
        assert await Worker(account).claim() == []
        clock.now = (await one(account, delivery.id)).due_at


async def test_what_steps_back_goes_behind_the_rest_of_its_conversation(account: Account, clock: Clock):
    session, worker = new_id(), Worker(account)
    await emitted(account, changed(session), started(session), written(session))
    (head,) = await worker.claim()
    async with account.unit() as unit:
        await service.step_back(unit, head, worker.token, "something else first")
    clock.forward(timedelta(seconds=1))
    order: list[str] = []
    while claimed := await worker.claim():
        order += [delivery.effect for delivery in claimed]
        await worker.conclude(claimed[0])
    assert sorted(order[:2]) == sorted(effect for effect in order if effect != head.effect)
    assert order[2] == head.effect


async def test_a_fault_of_ours_is_tried_again_and_in_the_end_a_person_is_asked(account: Account, clock: Clock):
    await emitted(account, started(new_id()))
    for _ in range(MOST_ATTEMPTS):
        worker = Worker(account)
        (delivery,) = await worker.claim()
        async with account.unit() as unit:
            await service.stumbled(unit, delivery, worker.token, "KeyError")
        clock.now = (await one(account, delivery.id)).due_at
    assert await states(account) == [DeliveryState.UNKNOWN]
    assert await Worker(account).claim() == []


async def test_a_feature_the_other_side_lacks_is_done_without(account: Account):
    await emitted(account, started(new_id()))
    worker = Worker(account)
    (delivery,) = await worker.claim()
    async with account.unit() as unit:
        await service.leave_out(unit, delivery, worker.token, "unknown_method")
    (ended,) = await outbox(account)
    assert (ended.state, ended.problem) == (DeliveryState.DONE, "unknown_method")


async def test_a_worker_that_stops_gives_its_leases_back_and_nobody_elses(account: Account):
    await emitted(account, *(started(new_id()) for _ in range(4)))
    stops, stays = Worker(account), Worker(account)
    mine, theirs = await stops.claim(limit=2), await stays.claim(limit=2)
    async with account.unit() as unit:
        await queries.give_back(unit, [stops.token])
    heir = Worker(account)
    assert {delivery.id for delivery in await heir.claim()} == {delivery.id for delivery in mine}
    assert all([await stays.conclude(delivery) for delivery in theirs])
