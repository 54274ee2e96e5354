"""The outbox's worker: claims what is due, delivers it, and writes down how it ended."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Protocol
from uuid import UUID, uuid4

import structlog

from bot import posting
from bot.effects import ComeAgain, Effects, House, NotYet, Post, Work
from bot.installations import Installations
from bot.metrics import Metrics
from bot.posting import CannotTell, Lost
from bot.slack import Lacking, Refused, ShutOut, SlackFailed, Throttled
from core.db import Engine
from core.errors import DomainError, NotFound, Unavailable
from core.ids import AccountId, DeliveryId
from core.intake.desk import Desk
from core.llm.provider import ModelProvider
from core.nudges.reminders import NotBefore
from core.outbox import queries, service
from core.outbox.events import revive
from core.outbox.models import Delivery
from core.psa.registry import Psas
from core.unit import Again, Database, Unit

log = structlog.get_logger()

POLL_SECONDS = 1.0
AT_ONCE = 16  # of an account: a model that thinks takes one place, and cards go on beside it
WORTH_A_CLAIM = 3
PATIENT_AT_ONCE = 4  # of them: so that a card never waits for a place behind reminders


Draining = tuple["asyncio.Task[None]", asyncio.Event]
Running = dict["asyncio.Task[None]", UUID]
# A lease nobody works under any more: of one delivery, or (None) of all that a claim may have taken.
Adrift = tuple[AccountId, UUID, DeliveryId | None]


class End(Protocol):
    async def __call__(self, unit: Unit, delivery: Delivery, token: UUID, problem: str) -> None: ...


@dataclass
class Places:
    """Who may be under way at once in an account, and whether a claim pays: one by one they would cost as much as the deliveries."""

    patient: Sequence[str]
    _more: bool = False
    _more_patient: bool = False

    def free(self, running: Running) -> tuple[int, int]:
        """How many places are free, and how many of them for what is patient."""
        patient = sum(task.get_name() in self.patient for task in running)
        free = AT_ONCE - len(running)
        return free, min(free, PATIENT_AT_ONCE - patient)

    def note(self, free: int, patient: int, claimed: Sequence[Delivery]) -> None:
        """What a claim found: a full one says that there is more."""
        found = sum(one.effect in self.patient for one in claimed)
        self._more, self._more_patient = len(claimed) == free, patient > 0 and found == patient

    def enough(self, running: Running) -> bool:
        """Whether there is more, and room for several of it."""
        free, patient = self.free(running)
        return (
            not running or (self._more and free >= WORTH_A_CLAIM) or (self._more_patient and patient >= WORTH_A_CLAIM)
        )


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
    _patient: Sequence[str] = field(init=False)
    _woken: asyncio.Event = field(default_factory=asyncio.Event)
    _draining: dict[AccountId, Draining] = field(default_factory=dict[AccountId, "Draining"])
    _running: dict[AccountId, Running] = field(default_factory=dict[AccountId, "Running"])
    _adrift: list[Adrift] = field(default_factory=list["Adrift"])
    _stopping: bool = False

    def __post_init__(self) -> None:
        self._patient = [name for name, one in self.effects.items() if isinstance(one, Post) and one.patient]

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
            places = Places(self._patient)
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
        free, patient = places.free(running)
        try:
            claimed = await self._claim(account_id, token, free, patient)
        except Exception:
            self._cast_off(account_id, token)  # the claim may be committed all the same
            raise
        places.note(free, patient, claimed)
        for delivery in claimed:
            running[asyncio.create_task(self._deliver(house, delivery, token), name=delivery.effect)] = token

    def _cast_off(self, account_id: AccountId, token: UUID, delivery_id: DeliveryId | None = None) -> None:
        # Of this delivery only: others that were claimed with it, and share its lease, may be under way for long.
        self._adrift.append((account_id, token, delivery_id))

    async def _claim(self, account_id: AccountId, token: UUID, limit: int, patient: int) -> Sequence[Delivery]:
        if limit <= 0:
            return []
        async with self.database.unit(account_id, source="delivery") as unit:
            claimed = await queries.claim(unit, token, limit, patient=self._patient, patient_limit=patient)
            lag = max((service.age(one.due_at, unit.now) for one in claimed), default=timedelta(0))
        self.metrics.lag_seconds.set(lag.total_seconds())
        return claimed

    async def _deliver(self, house: House, delivery: Delivery, token: UUID) -> None:
        try:
            await self._deliver_once(house, delivery, token)
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
        outcome = "done"
        try:
            event = revive(delivery.event, delivery.ids)
            # An effect of a newer version is a KeyError: its replicas know it, and after some tries it is given up.
            match self.effects[delivery.effect]:
                case Post() as post:
                    await posting.put_up(house, delivery, token, post, event)
                case Work() as work:
                    await work.run(house, event)
                    async with house.unit() as unit:
                        await service.conclude(unit, delivery, token)
        except Exception as error:
            outcome, end = _ending(error, is_post=isinstance(self.effects.get(delivery.effect), Post))
            if outcome in LOUD:
                log.exception("a delivery did not arrive", effect=delivery.effect, outcome=outcome)
            async with house.unit() as unit:
                await end(unit, delivery, token, str(error) or type(error).__name__)
        finally:
            self.metrics.deliveries.labels(delivery.effect, outcome).inc()


LOUD = {"refused", "shut out", "lacking", "accident"}


def _ending(error: Exception, *, is_post: bool) -> tuple[str, End]:
    """What becomes of a delivery that ended with `error`, and the word for it in the metrics."""
    match error:
        case NotFound():
            return "nothing left to show", service.give_up
        case NotYet():
            return "too early", service.step_back
        case NotBefore(at=at):
            return "too early", partial(service.not_before, at=at)
        case ComeAgain(after=after) | Throttled(after=after):
            return "throttled" if isinstance(error, Throttled) else "put off", partial(service.retry, after=after)
        case Lost(after=after):
            return "answer lost", partial(service.look_again, after=after)
        case CannotTell():
            return "cannot tell", service.cannot_tell
        case Lacking():
            return ("lacking", service.give_up) if is_post else ("left out", service.leave_out)
        case ShutOut():
            return "shut out", partial(service.retry, after=service.LONGEST_WAIT)
        case Refused():
            return "refused", service.give_up
        case SlackFailed():
            return "away", service.put_off
        case Unavailable() | Again():
            # Perhaps the post went out, and only its end could not be written down: then it stays `sending`.
            return "away", service.look_again
        case _:
            return "accident", service.stumbled if is_post else service.retry


async def _first_of(running: Running, poked: asyncio.Event) -> None:
    """Waits until one of them is done or more is due."""
    poke = asyncio.ensure_future(poked.wait())
    try:
        await asyncio.wait({*running, poke}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        poke.cancel()
