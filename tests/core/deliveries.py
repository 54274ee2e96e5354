"""The outbox as a worker uses it, one word for each thing that may become of a delivery."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select, update

from core.ids import DeliveryId, MessageId, SessionId, new_id
from core.outbox import queries, service
from core.outbox.events import MessageWritten, SessionChanged, SessionStarted
from core.outbox.models import Delivery, DeliveryState
from core.unit import Event
from tests.builders import Account


@dataclass(frozen=True)
class Worker:
    """Somebody who delivers for one account; everything it claims is leased to its token."""

    account: Account
    token: UUID = field(default_factory=new_id)

    async def claim(self, limit: int = 100) -> Sequence[Delivery]:
        async with self.account.unit() as unit:
            return await queries.claim(unit, self.token, limit)

    async def conclude(self, delivery: Delivery, external_id: str | None = None) -> bool:
        async with self.account.unit() as unit:
            return await service.conclude(unit, delivery, self.token, external_id=external_id)

    async def sending(self, delivery: Delivery) -> bool:
        async with self.account.unit() as unit:
            return await service.sending(unit, delivery, self.token, {"channel": "C1"})

    async def look_again(self, delivery: Delivery) -> None:
        async with self.account.unit() as unit:
            await service.look_again(unit, delivery, self.token, "the answer was lost")

    async def retry(self, delivery: Delivery, after: timedelta | None = None) -> None:
        async with self.account.unit() as unit:
            await service.retry(unit, delivery, self.token, "away", after=after)

    async def give_up(self, delivery: Delivery) -> None:
        async with self.account.unit() as unit:
            await service.give_up(unit, delivery, self.token, "refused")

    async def cannot_tell(self, delivery: Delivery) -> None:
        async with self.account.unit() as unit:
            await service.cannot_tell(unit, delivery, self.token, "nobody knows")


async def emitted(account: Account, *events: Event) -> None:
    """One unit in which these things happened."""
    async with account.unit() as unit:
        for event in events:
            unit.emit(event)


def started(session: UUID) -> SessionStarted:
    """A post, once for the session, in its order."""
    return SessionStarted(SessionId(session))


def changed(session: UUID) -> SessionChanged:
    """An update, in the session's order; a waiting one stands for all."""
    return SessionChanged(SessionId(session))


def written(session: UUID) -> MessageWritten:
    """A post in the session's order."""
    return MessageWritten(SessionId(session), MessageId(new_id()))


async def outbox(account: Account) -> Sequence[Delivery]:
    """Every delivery of the account, oldest first."""
    async with account.unit() as unit:
        mine = select(Delivery).where(Delivery.account_id == account.id).order_by(Delivery.id)
        return (await unit.session.scalars(mine)).all()


async def states(account: Account) -> list[DeliveryState]:
    return [delivery.state for delivery in await outbox(account)]


async def leases_run_out(account: Account) -> None:
    """A minute passes on the database's clock: whoever holds a lease has crashed."""
    async with account.unit() as unit:
        expired = update(Delivery).where(Delivery.account_id == account.id, Delivery.lease_until.is_not(None))
        await unit.session.execute(expired.values(lease_until=func.clock_timestamp()))


async def one(account: Account, delivery_id: UUID) -> Delivery:
    (found,) = [delivery for delivery in await outbox(account) if delivery.id == delivery_id]
    return found


def ident(delivery: Delivery) -> DeliveryId:
    return DeliveryId(delivery.id)
