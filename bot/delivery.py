"""The outbox's worker: claims what is due, delivers it, and writes down how it ended."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import cast
from uuid import UUID, uuid4

import structlog

from bot import endings, posting
from bot.effects import Effects, House, Mailing, Post, Work
from bot.installations import Installations
from bot.mailing import put_up_all
from bot.metrics import Metrics
from core.db import Engine
from core.errors import DomainError
from core.ids import AccountId, DeliveryId
from core.intake.desk import Desk
from core.llm.provider import ModelProvider
from core.outbox import queries, service
from core.outbox.events import revive
from core.outbox.models import Delivery
from core.outbox.queries import Share
from core.psa.registry import Psas
from core.unit import Again, Database

log = structlog.get_logger()

POLL_SECONDS = 1.0
AT_ONCE = 16  # of an account
SLOW_AT_ONCE = 10  # of them: models that think and ticket systems that hang take these, and cards go on beside them
WORTH_A_CLAIM = 3
MAILED_AT_ONCE = 24  # in one place: half of what the dispatcher hands over
MAILINGS = 2  # at a time: one is composed while another is sent
MAILING, SLOW = "mailing", "slow"

Draining = tuple["asyncio.Task[None]", asyncio.Event]
Running = dict["asyncio.Task[None]", UUID]
# A lease nobody works under any more: of one delivery, or (None) of all that a claim may have taken.
Adrift = tuple[AccountId, UUID, DeliveryId | None]


@dataclass(frozen=True)
class Free:
    """How many places are free, how many of them for what is slow, and how many posts of a mailing may be claimed into one."""

    places: int
    slow: int
    mailed: int


@dataclass
class Places:
    """Who may be under way at once in an account, and whether a claim pays: one by one they would cost as much as the deliveries."""

    _more: bool = False
    _more_mail: bool = False

    def free(self, running: Running) -> Free:
        named = [task.get_name() for task in running]
        mailed = MAILED_AT_ONCE if named.count(MAILING) < MAILINGS else 0
        return Free(AT_ONCE - len(named), SLOW_AT_ONCE - named.count(SLOW), mailed)

    def note(self, free: Free, rest: Sequence[Delivery], mail: Sequence[Delivery]) -> None:
        """What a claim found: a full one says that there is more."""
        self._more, self._more_mail = len(rest) == free.places, len(mail) == free.mailed > 0

    def enough(self, running: Running) -> bool:
        """Whether there is more, and room for it."""
        free = self.free(running)
        several = self._more and free.places >= WORTH_A_CLAIM
        return not running or several or (self._more_mail and min(free.places, free.mailed) > 0)


@dataclass
class Worker:
    """One per replica. `wake` is pulled after every commit that queued something; the polling is what is relied on."""

    database: Database
    worker_engine: Engine
    installations: Installations
    provider: ModelProvider
    psas: Psas
    desk: Desk
    effects: Effects
    metrics: Metrics
    _mailed: Sequence[str] = field(init=False)
    _slow: Sequence[str] = field(init=False)
    _woken: asyncio.Event = field(default_factory=asyncio.Event)
    _draining: dict[AccountId, Draining] = field(default_factory=dict[AccountId, "Draining"])
    _running: dict[AccountId, Running] = field(default_factory=dict[AccountId, "Running"])
    _adrift: list[Adrift] = field(default_factory=list["Adrift"])
    _stopping: bool = False

    def __post_init__(self) -> None:
        self._mailed = [name for name, one in self.effects.items() if isinstance(one, Mailing)]
        self._slow = [name for name, one in self.effects.items() if isinstance(one, Work) and one.slow]

    def wake(self) -> None:
        self._woken.set()

    async def run(self) -> None:
        """Delivers until `stop`. One slow account holds up no other: each is drained in a task of its own."""
        while not self._stopping:
            self._woken.clear()
            try:
                await self._give_back()
                for account_id in await queries.due_accounts(self.worker_engine, self.database.clock()):
                    self._poke(account_id)
            except Exception as error:  # noqa: BLE001 - whatever it is (the database restarts), the next round tries again
                log.warning("the outbox cannot be read", error=str(error) or type(error).__name__)
            try:
                async with asyncio.timeout(POLL_SECONDS):
                    await self._woken.wait()
            except TimeoutError:
                continue

    def _poke(self, account_id: AccountId) -> None:
        if account_id in self._draining:
            self._draining[account_id][1].set()
            return
        poked = asyncio.Event()
        self._draining[account_id] = asyncio.ensure_future(self._drain(account_id, poked)), poked

    async def stop(self, seconds: float) -> None:
        """Takes nothing new, waits for what is under way, at most `seconds`, and gives back the leases of what is not done by then."""
        self._stopping = True
        self.wake()
        for _, poked in self._draining.values():
            poked.set()
        if self._draining:
            await asyncio.wait([task for task, _ in self._draining.values()], timeout=seconds)
        await self._give_back()
        for account_id in list(self._draining):
            async with self.database.unit(account_id, source="delivery") as unit:
                await queries.give_back(unit, list(self._running.get(account_id, {}).values()))

    async def _drain(self, account_id: AccountId, poked: asyncio.Event) -> None:
        """Delivers what the account has due, at most `AT_ONCE` at a time; a slow one takes one place and holds up no other."""
        running = self._running[account_id] = {}
        try:
            installation = await self.installations.of_account(account_id)
            house = House(
                installation,
                self.database,
                self.installations.client,
                self.provider,
                self.psas,
                self.desk,
                self.metrics,
            )
            places = Places()
            poked.set()
            while not self._stopping:
                if poked.is_set() or places.enough(running):
                    poked.clear()
                    await self._claim_into(running, places, house, account_id)
                if not running and (self._stopping or not poked.is_set()):
                    return
                await _first_of(running, poked)
                for task in [task for task in running if task.done()]:
                    del running[task]
        except (DomainError, Again) as error:
            log.warning("an account's deliveries wait", account=str(account_id), reason=str(error))
        except Exception:
            log.exception("an account's deliveries stopped", account=str(account_id))
        finally:
            if running:
                await asyncio.wait(running)
            del self._draining[account_id], self._running[account_id]

    async def _claim_into(self, running: Running, places: Places, house: House, account_id: AccountId) -> None:
        token = uuid4()
        free = places.free(running)
        try:
            claimed = await self._claim(account_id, token, free)
        except Exception:
            self._cast_off(account_id, token)  # the claim may be committed all the same
            raise
        mail = [one for one in claimed if one.effect in self._mailed]
        rest = [one for one in claimed if one.effect not in self._mailed]
        places.note(free, rest, mail)
        for delivery in rest:
            name = SLOW if delivery.effect in self._slow else None
            running[asyncio.create_task(self._deliver(house, delivery, token), name=name)] = token
        if mail:
            running[asyncio.create_task(self._mail(house, mail, token), name=MAILING)] = token

    def _cast_off(self, account_id: AccountId, token: UUID, delivery_id: DeliveryId | None = None) -> None:
        # Of this delivery only: others that were claimed with it, and share its lease, may be under way for long.
        self._adrift.append((account_id, token, delivery_id))

    async def _claim(self, account_id: AccountId, token: UUID, free: Free) -> Sequence[Delivery]:
        if free.places <= 0:
            return []
        slow, patient = Share(self._slow, free.slow), Share(self._mailed, free.mailed)
        async with self.database.unit(account_id, source="delivery") as unit:
            claimed = await queries.claim(unit, token, free.places, slow=slow, patient=patient)
            lag = max((service.age(one.due_at, unit.now) for one in claimed), default=timedelta(0))
        self.metrics.lag_seconds.set(lag.total_seconds())
        return claimed

    async def _mail(self, house: House, deliveries: Sequence[Delivery], token: UUID) -> None:
        """Of each effect's all together, and then one by one what did not go smoothly."""
        for name in {one.effect for one in deliveries}:
            of_it = [one for one in deliveries if one.effect == name]
            mailing = cast("Mailing", self.effects[name])
            try:
                left = await put_up_all(house, [(one, revive(one.event, one.ids)) for one in of_it], token, mailing)
            except Exception as error:  # noqa: BLE001 - one that cannot be composed holds up no other: each by itself
                log.warning("a mailing goes one by one", effect=name, reason=str(error) or type(error).__name__)
                left = [(one, None) for one in of_it]
            self.metrics.deliveries.labels(name, "done").inc(len(of_it) - len(left))
            await asyncio.gather(*(self._deliver(house, one, token, ended=error) for one, error in left))

    async def _deliver(self, house: House, delivery: Delivery, token: UUID, *, ended: Exception | None = None) -> None:
        """Delivers it, or only writes down how it `ended`."""
        try:
            await (self._end(house, delivery, token, ended) if ended else self._deliver_once(house, delivery, token))
        except (DomainError, Again) as error:
            log.warning("a delivery's end was not written down", effect=delivery.effect, reason=str(error))
            self._cast_off(AccountId(delivery.account_id), token, DeliveryId(delivery.id))
        except Exception:
            log.exception("a delivery's end was not written down", effect=delivery.effect)
            self._cast_off(AccountId(delivery.account_id), token, DeliveryId(delivery.id))

    async def _give_back(self) -> None:
        """Leases of which not even the end could be written down, as soon as the database is there: whoever takes over looks first."""
        while self._adrift:
            account_id, token, delivery_id = lease = self._adrift.pop()
            try:
                async with self.database.unit(account_id, source="delivery") as unit:
                    await queries.give_back(unit, [token], delivery_id)
            except BaseException:
                self._adrift.append(lease)
                raise

    async def _deliver_once(self, house: House, delivery: Delivery, token: UUID) -> None:
        try:
            event = revive(delivery.event, delivery.ids)
            # An effect of a newer version is a KeyError: its replicas know it, and after some tries it is given up.
            match self.effects[delivery.effect]:
                case Post() as post:
                    await posting.put_up(house, delivery, token, post, event)
                case Mailing(alone=post):
                    await posting.put_up(house, delivery, token, post, event)
                case Work() as work:
                    await work.run(house, event)
                    async with house.unit() as unit:
                        await service.conclude(unit, delivery, token)
        except Exception as error:  # noqa: BLE001 - whatever it was, `endings` say what becomes of it
            await self._end(house, delivery, token, error)
            return
        self.metrics.deliveries.labels(delivery.effect, "done").inc()

    async def _end(self, house: House, delivery: Delivery, token: UUID, error: Exception) -> None:
        outcome, end = endings.ending(error, is_post=not isinstance(self.effects.get(delivery.effect), Work | None))
        self.metrics.deliveries.labels(delivery.effect, outcome).inc()
        if outcome in endings.LOUD:
            log.error("a delivery did not arrive", effect=delivery.effect, outcome=outcome, exc_info=error)
        async with house.unit() as unit:
            await end(unit, delivery, token, str(error) or type(error).__name__)


async def _first_of(running: Running, poked: asyncio.Event) -> None:
    """Waits until one of them is done or more is due."""
    poke = asyncio.ensure_future(poked.wait())
    try:
        await asyncio.wait({*running, poke}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        poke.cancel()
