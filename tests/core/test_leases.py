"""Who holds a delivery: one worker at a time, until the lease runs out; and how a delivery ends."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from core.errors import Forbidden, NotFound
from core.ids import new_id
from core.outbox import service
from core.outbox.models import DeliveryState
from core.outbox.service import MOST_ATTEMPTS, backoff
from core.unit import Database
from tests.builders import Account, Clock, an_account
from tests.core.deliveries import Worker, changed, emitted, ident, leases_run_out, one, outbox, started, states
from tests.core.subscribed import SUBSCRIPTIONS

WAITING, LEASED, SENDING, DONE, FAILED, UNKNOWN = (
    DeliveryState.WAITING,
    DeliveryState.LEASED,
    DeliveryState.SENDING,
    DeliveryState.DONE,
    DeliveryState.FAILED,
    DeliveryState.UNKNOWN,
)


@pytest.fixture
def database(engine: AsyncEngine, clock: Clock) -> Database:
    return Database(engine, clock, SUBSCRIPTIONS)


@pytest.fixture
async def account(database: Database) -> Account:
    return await an_account(database, "ben", "lena")


async def test_workers_that_claim_at_once_never_get_the_same_delivery(account: Account):
    await emitted(account, *(changed(new_id()) for _ in range(60)))
    workers = [Worker(account) for _ in range(6)]

    async def drain(worker: Worker) -> list[object]:
        taken: list[object] = []
        while claimed := await worker.claim(limit=3):
            taken += [delivery.id for delivery in claimed]
        return taken

    hauls = await asyncio.gather(*map(drain, workers))
    everything = [taken for haul in hauls for taken in haul]
    assert len(everything) == len(set(everything)) == 60


async def test_a_lease_is_kept_while_it_lasts_and_taken_over_when_it_ran_out(account: Account):
    await emitted(account, started(new_id()))
    crashed, heir = Worker(account), Worker(account)
    (delivery,) = await crashed.claim()
    assert await heir.claim() == []
    await leases_run_out(account)
    (taken,) = await heir.claim()
    assert (taken.id, taken.attempts) == (delivery.id, 2)
    assert taken.lease_token == heir.token


async def test_only_the_holder_of_the_lease_writes_how_it_ended(account: Account):
    await emitted(account, started(new_id()))
    late, heir = Worker(account), Worker(account)
    (delivery,) = await late.claim()
    await leases_run_out(account)
    (taken,) = await heir.claim()
    assert not await late.conclude(delivery, "C1:late")
    assert not await late.sending(delivery)
    await late.retry(delivery)
    await late.give_up(delivery)
    await late.cannot_tell(delivery)
    await late.look_again(delivery)
    kept = await one(account, delivery.id)
    assert (kept.state, kept.external_id, kept.problem, kept.attempts) == (LEASED, None, None, 2)
    assert await heir.claim() == []
    assert await heir.conclude(taken, "C1:heir")
    kept = await one(account, delivery.id)
    assert (kept.state, kept.external_id) == (DONE, "C1:heir")


async def test_a_post_that_was_under_way_is_taken_over_as_such_with_where_to_look(account: Account):
    await emitted(account, started(new_id()))
    crashed, heir = Worker(account), Worker(account)
    (delivery,) = await crashed.claim()
    assert await crashed.sending(delivery)
    assert await states(account) == [SENDING]
    await leases_run_out(account)
    (taken,) = await heir.claim()
    assert (taken.state, taken.target) == (SENDING, {"channel": "C1"})
    assert taken.sent_at is not None


async def test_a_lost_answer_keeps_the_post_under_way_and_is_looked_at_again_later(account: Account, clock: Clock):
    await emitted(account, started(new_id()))
    worker = Worker(account)
    (delivery,) = await worker.claim()
    await worker.sending(delivery)
    await worker.look_again(delivery)
    assert await Worker(account).claim() == []
    clock.forward(backoff(1))
    (again,) = await Worker(account).claim()
    assert (again.state, again.problem) == (SENDING, "the answer was lost")


async def test_retries_wait_longer_each_time_and_end_in_giving_up(account: Account, clock: Clock):
    await emitted(account, started(new_id()))
    waits: list[float] = []
    for attempt in range(1, MOST_ATTEMPTS + 1):
        worker = Worker(account)
        (delivery,) = await worker.claim()
        assert delivery.attempts == attempt
        await worker.retry(delivery)
        due = (await one(account, delivery.id)).due_at
        waits.append((due - clock.now).total_seconds())
        assert await Worker(account).claim() == []
        clock.now = due
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 0]
    (ended,) = await outbox(account)
    assert (ended.state, ended.problem) == (FAILED, "away")


async def test_a_retry_after_is_obeyed_and_is_no_failed_try(account: Account, clock: Clock):
    await emitted(account, started(new_id()))
    for _ in range(MOST_ATTEMPTS + 3):
        worker = Worker(account)
        (delivery,) = await worker.claim()
        await worker.retry(delivery, after=timedelta(minutes=3))
        kept = await one(account, delivery.id)
        assert (kept.state, kept.attempts, kept.due_at) == (WAITING, 0, clock.now + timedelta(minutes=3))
        clock.now = kept.due_at


@pytest.mark.parametrize("attempts", [1, 5, 12, 100, 10_000])
def test_no_wait_is_longer_than_a_quarter_of_an_hour(attempts: int):
    assert timedelta(seconds=1) <= backoff(attempts) <= timedelta(minutes=15)


async def test_a_post_of_which_nobody_can_tell_is_sent_again_only_by_a_person(account: Account, clock: Clock):
    await emitted(account, started(new_id()))
    worker = Worker(account)
    (delivery,) = await worker.claim()
    await worker.sending(delivery)
    await worker.cannot_tell(delivery)
    clock.forward(timedelta(days=1))
    await leases_run_out(account)
    assert await Worker(account).claim() == []
    assert await states(account) == [UNKNOWN]
    async with account.unit("ben") as unit:
        await service.send_again(unit, ident(delivery))
    (again,) = await Worker(account).claim()
    assert (again.id, again.state, again.attempts) == (delivery.id, LEASED, 1)
    assert await account.trail(delivery.id) == ["delivery.sent_again"]


async def test_a_message_is_sent_again_once_and_by_engineers_only(account: Account):
    await emitted(account, started(new_id()))
    worker = Worker(account)
    (delivery,) = await worker.claim()
    await worker.cannot_tell(delivery)
    with pytest.raises(Forbidden):
        async with account.unit("lena") as unit:
            await service.send_again(unit, ident(delivery))
    async with account.unit("ben") as unit:
        await service.send_again(unit, ident(delivery))
    with pytest.raises(NotFound, match="any more"):
        async with account.unit("ben") as unit:
            await service.send_again(unit, ident(delivery))
    assert await account.trail(delivery.id) == ["delivery.sent_again"]


async def test_two_who_send_the_same_message_again_at_once_send_it_once(account: Account):
    await emitted(account, started(new_id()))
    worker = Worker(account)
    (delivery,) = await worker.claim()
    await worker.cannot_tell(delivery)

    async def again() -> None:
        async with account.unit("ben") as unit:
            await service.send_again(unit, ident(delivery))

    results = await asyncio.gather(*(again() for _ in range(4)), return_exceptions=True)
    assert sorted(type(result).__name__ for result in results) == ["NoneType", "NotFound", "NotFound", "NotFound"]
    assert await account.trail(delivery.id) == ["delivery.sent_again"]
