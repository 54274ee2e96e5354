"""What may become of a claimed delivery. Every change is made only by the holder of the lease."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from core.errors import NotFound
from core.ids import DeliveryId, new_id
from core.outbox import queries
from core.outbox.models import Delivery, DeliveryState
from core.unit import Unit

MOST_ATTEMPTS = 12
LONGEST_WAIT = timedelta(minutes=15)


def backoff(attempts: int) -> timedelta:
    """How long to wait after the `attempts`-th failed try: 1 s, 2 s, 4 s … at most 15 minutes."""
    return min(timedelta(seconds=2 ** min(attempts - 1, 12)), LONGEST_WAIT)


async def conclude(unit: Unit, delivery: Delivery, token: UUID, *, external_id: str | None = None) -> bool:
    """It is done. Says whether the lease still held; if not, somebody else concluded it."""
    return bool(await queries.conclude(unit, token, {DeliveryId(delivery.id): external_id}))


async def sending(unit: Unit, delivery: Delivery, token: UUID, target: dict[str, str]) -> bool:
    """From here on the post may have arrived: committed before the call goes out. The lease begins anew, so that it outlasts the call."""
    return bool(await queries.sending(unit, token, {DeliveryId(delivery.id): target}))


async def look_again(
    unit: Unit, delivery: Delivery, token: UUID, problem: str, *, after: timedelta | None = None
) -> None:
    """The answer was lost, or the end could not be written down: what is `sending` stays so, and the next holder looks at the receiver
    first, `after` this time or the usual one."""
    due = unit.now + (after if after is not None else backoff(delivery.attempts))
    await queries.write(unit, DeliveryId(delivery.id), token, due_at=due, lease_until=queries.CLOCK, problem=problem)


async def put_off(unit: Unit, delivery: Delivery, token: UUID, problem: str) -> None:
    """The other side is away, and it surely did not arrive: tried again, however long it takes."""
    due = unit.now + backoff(delivery.attempts)
    await queries.write(
        unit,
        DeliveryId(delivery.id),
        token,
        state=DeliveryState.LEASED,
        due_at=due,
        lease_until=queries.CLOCK,
        problem=problem,
    )


async def retry(unit: Unit, delivery: Delivery, token: UUID, problem: str, *, after: timedelta | None = None) -> None:
    """It surely did not arrive: wait and try again, or give up after `MOST_ATTEMPTS`. A `Retry-After` does not count as a try."""
    if delivery.attempts >= MOST_ATTEMPTS and after is None:
        await give_up(unit, delivery, token, problem)
        return
    if delivery.supersede_key and await queries.is_waiting(unit, delivery.supersede_key):
        await conclude(unit, delivery, token)  # a newer one waits already, and shows the same state
        return
    due = unit.now + (after if after is not None else backoff(delivery.attempts))
    attempts = delivery.attempts - 1 if after is not None else delivery.attempts
    await queries.write(
        unit,
        DeliveryId(delivery.id),
        token,
        state=DeliveryState.WAITING,
        due_at=due,
        attempts=attempts,
        lease_token=None,
        problem=problem,
    )


async def not_before(unit: Unit, delivery: Delivery, token: UUID, problem: str, *, at: datetime) -> None:
    """It has a time, and that is still to come."""
    await queries.write(
        unit,
        DeliveryId(delivery.id),
        token,
        state=DeliveryState.WAITING,
        due_at=at,
        attempts=delivery.attempts - 1,
        lease_token=None,
        problem=problem,
    )


async def step_back(unit: Unit, delivery: Delivery, token: UUID, problem: str) -> None:
    """Something else of its conversation must go first: it lines up anew, behind everything that is there now."""
    await queries.write(
        unit,
        DeliveryId(delivery.id),
        token,
        id=new_id(),
        state=DeliveryState.WAITING,
        due_at=unit.now + backoff(delivery.attempts) / 5,
        lease_token=None,
        problem=problem,
    )


async def stumbled(unit: Unit, delivery: Delivery, token: UUID, problem: str) -> None:
    """A fault of ours, perhaps after the post went out: looked for first, and after `MOST_ATTEMPTS` a person is asked."""
    end = look_again if delivery.attempts < MOST_ATTEMPTS else cannot_tell
    await end(unit, delivery, token, problem)


async def give_up(unit: Unit, delivery: Delivery, token: UUID, problem: str) -> None:
    """It cannot succeed (the other side said so for good)."""
    await queries.write(unit, DeliveryId(delivery.id), token, state=DeliveryState.FAILED, problem=problem)


async def leave_out(unit: Unit, delivery: Delivery, token: UUID, problem: str) -> None:
    """The other side lacks the feature: it is done without."""
    await queries.write(unit, DeliveryId(delivery.id), token, state=DeliveryState.DONE, problem=problem)


async def cannot_tell(unit: Unit, delivery: Delivery, token: UUID, problem: str) -> None:
    """Nobody can say whether it arrived: a person is asked."""
    await queries.write(unit, DeliveryId(delivery.id), token, state=DeliveryState.UNKNOWN, problem=problem)


async def send_again(unit: Unit, delivery_id: DeliveryId) -> None:
    """A person looked, and it is not there: it is sent once more. Raises `NotFound` when it is no longer in question."""
    unit.scope.need_engineer("send a message again")
    delivery = await queries.unknown_for_update(unit, delivery_id)
    if delivery is None:
        raise NotFound("That message is not in question any more.")
    delivery.state, delivery.due_at, delivery.attempts, delivery.lease_token = DeliveryState.WAITING, unit.now, 0, None
    unit.audit("delivery.sent_again", delivery_id, effect=delivery.effect)


def age(since: datetime | None, now: datetime) -> timedelta:
    """How old the oldest due delivery is; zero when nothing waits."""
    return max(now - since, timedelta(0)) if since else timedelta(0)
