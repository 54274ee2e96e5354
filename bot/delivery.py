"""The outbox's worker: claims what is due, delivers it, and writes down how it ended.

A post follows the marker protocol: committed as `sending` before the call; if the answer is lost, the receiver is searched for our marker
before anything is sent again. Everything else may be repeated freely.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol, cast
from uuid import UUID, uuid4

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.effects import Effects, House, Outgoing, Post, Posted, Work
from bot.installations import Installations
from bot.metrics import Metrics
from bot.slack import Gone, Lacking, Refused, SlackAway, SlackFailed, Throttled
from core.errors import DomainError, NotFound, Unavailable
from core.ids import AccountId
from core.llm.provider import ModelProvider
from core.outbox import queries, service
from core.outbox.events import revive
from core.outbox.models import Delivery, DeliveryState
from core.unit import Again, Database, Event, Unit

log = structlog.get_logger()

POLL_SECONDS = 1.0
AT_ONCE = 8
MARKER = "flowpilot_delivery"


class Lost(Exception):
    pass


class CannotTell(Exception):
    pass


Draining = tuple["asyncio.Task[None]", asyncio.Event]


class End(Protocol):
    async def __call__(self, unit: Unit, delivery: Delivery, token: UUID, problem: str) -> None: ...


@dataclass
class Worker:
    """One per replica. `wake` is pulled after every commit that queued something; the polling is what is relied on."""

    database: Database
    worker_engine: AsyncEngine
    installations: Installations
    provider: ModelProvider
    effects: Effects
    metrics: Metrics
    _woken: asyncio.Event = field(default_factory=asyncio.Event)
    _draining: dict[AccountId, Draining] = field(default_factory=dict[AccountId, "Draining"])
    _stopping: bool = False

    def wake(self) -> None:
        self._woken.set()

    async def run(self) -> None:
        """Delivers until `stop`. One slow account holds up no other: each is drained in a task of its own."""
        while not self._stopping:
            self._woken.clear()
            try:
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
        """Takes nothing new and waits for what is under way, at most `seconds`; leases that are left run out by themselves."""
        self._stopping = True
        self.wake()
        if self._draining:
            await asyncio.wait([task for task, _ in self._draining.values()], timeout=seconds)

    async def _drain(self, account_id: AccountId, poked: asyncio.Event) -> None:
        """Delivers what the account has due, at most `AT_ONCE` at a time; a slow one takes one place and holds up no other."""
        running: set[asyncio.Task[None]] = set()
        try:
            installation = await self.installations.of_account(account_id)
            house = House(installation, self.database, self.installations.client_for(installation), self.provider)
            while not self._stopping:
                poked.clear()
                token = uuid4()
                claimed = await self._claim(account_id, token, AT_ONCE - len(running)) if len(running) < AT_ONCE else []
                running |= {asyncio.ensure_future(self._deliver(house, delivery, token)) for delivery in claimed}
                if not running and not poked.is_set():
                    return
                _, running = await _first_of(running, poked)
        except (DomainError, Again) as error:
            log.warning("an account's deliveries wait", account=str(account_id), reason=str(error))
        except Exception:
            log.exception("an account's deliveries stopped", account=str(account_id))
        finally:
            if running:
                await asyncio.wait(running)
            self._draining.pop(account_id, None)

    async def _claim(self, account_id: AccountId, token: UUID, limit: int) -> Sequence[Delivery]:
        async with self.database.unit(account_id, source="delivery") as unit:
            claimed = await queries.claim(unit, token, limit)
            lag = max((service.age(one.due_at, unit.now) for one in claimed), default=timedelta(0))
        self.metrics.lag_seconds.set(lag.total_seconds())
        return claimed

    async def _deliver(self, house: House, delivery: Delivery, token: UUID) -> None:
        outcome = "done"
        try:
            event = revive(delivery.event, delivery.ids)
            match self.effects[delivery.effect]:
                case Post() as post:
                    await self._post(house, delivery, token, post, event)
                case Work() as work:
                    await work.run(house, event)
                    await self._conclude(house, delivery, token)
        except NotFound as gone:
            outcome = "nothing left to show"
            await self._write(house, service.give_up, delivery, token, str(gone))
        except Throttled as later:
            outcome = "throttled"
            async with house.unit() as unit:
                await service.retry(unit, delivery, token, later.code, after=later.after)
        except Lost as lost:
            outcome = "answer lost"
            await self._write(house, service.look_again, delivery, token, str(lost))
        except CannotTell as open_question:
            outcome = "cannot tell"
            await self._write(house, service.cannot_tell, delivery, token, str(open_question))
        except Lacking:
            await self._conclude(house, delivery, token)
        except Refused as no:
            outcome = "refused"
            log.warning("a delivery was refused", effect=delivery.effect, error=str(no))
            await self._write(house, service.give_up, delivery, token, str(no))
        except (SlackFailed, Unavailable, Again) as away:
            outcome = "away"
            await self._write(house, service.retry, delivery, token, str(away))
        except Exception as error:
            outcome = "accident"
            log.exception("a delivery failed", effect=delivery.effect)
            await self._write(house, service.retry, delivery, token, type(error).__name__)
        finally:
            self.metrics.deliveries.labels(delivery.effect, outcome).inc()

    async def _post(self, house: House, delivery: Delivery, token: UUID, post: Post, event: Event) -> None:
        if delivery.state is DeliveryState.SENDING:
            found = await self._look_for(house, delivery)
            if found is not None:
                await self._posted(house, delivery, token, post, event, found)
                return
        for compose in (post.compose, post.elsewhere):
            if compose is None:
                break
            async with house.unit() as unit:
                outgoing = await compose(unit, event)
                if outgoing is None:
                    await service.conclude(unit, delivery, token)
                    return
                target = {"channel": outgoing.channel, "thread_ts": outgoing.thread_ts or ""}
                if not await service.sending(unit, delivery, token, target):
                    return  # the lease ran out: somebody else has it now
            try:
                where = await self._send(house, delivery, outgoing)
            except Gone:
                if compose is post.elsewhere or post.elsewhere is None:
                    raise
                continue
            await self._posted(house, delivery, token, post, event, where)
            return

    async def _send(self, house: House, delivery: Delivery, outgoing: Outgoing) -> Posted:
        try:
            answer = await house.slack.post(
                outgoing.channel,
                text=outgoing.text,
                blocks=list(outgoing.blocks),
                thread_ts=outgoing.thread_ts,
                metadata={"event_type": MARKER, "event_payload": {"id": str(delivery.id)}},
            )
        except SlackAway as away:
            if away.maybe_done:
                raise Lost(str(away)) from None
            raise
        return Posted(str(answer["channel"]), str(answer["ts"]))

    async def _posted(
        self, house: House, delivery: Delivery, token: UUID, post: Post, event: Event, where: Posted
    ) -> None:
        async with house.unit() as unit:
            if await service.conclude(unit, delivery, token, external_id=f"{where.channel}:{where.ts}"):
                await post.posted(unit, event, where)

    async def _look_for(self, house: House, delivery: Delivery) -> Posted | None:
        """Searches the receiver for our marker. None: surely absent, so it is sent. Raises `Lost` while Slack is away."""
        target = delivery.target or {}
        channel, thread_ts = target.get("channel", ""), target.get("thread_ts", "")
        oldest = str((delivery.sent_at or delivery.due_at).timestamp() - 60)
        try:
            if channel.startswith(("U", "W")):
                opened = cast(
                    "Mapping[str, object]", (await house.slack.call("conversations.open", users=channel))["channel"]
                )
                channel = str(opened["id"])
            cursor = ""
            while True:
                method = "conversations.replies" if thread_ts else "conversations.history"
                page = await house.slack.call(
                    method,
                    channel=channel,
                    ts=thread_ts or None,
                    oldest=oldest,
                    include_all_metadata=True,
                    limit=200,
                    cursor=cursor or None,
                )
                for message in cast("list[Mapping[str, object]]", page.get("messages") or []):
                    metadata = cast("Mapping[str, object]", message.get("metadata") or {})
                    payload = cast("Mapping[str, object]", metadata.get("event_payload") or {})
                    if metadata.get("event_type") == MARKER and payload.get("id") == str(delivery.id):
                        return Posted(channel, str(message["ts"]))
                cursor = str(cast("Mapping[str, object]", page.get("response_metadata") or {}).get("next_cursor") or "")
                if not cursor:
                    return None
        except Gone:
            return None  # the place itself is gone, and a post that was in it with it
        except (Throttled, SlackAway) as away:
            raise Lost(str(away)) from None
        except Refused as no:
            raise CannotTell(f"The answer was lost, and FlowPilot may not look for the message: {no}") from None

    async def _conclude(self, house: House, delivery: Delivery, token: UUID) -> None:
        async with house.unit() as unit:
            await service.conclude(unit, delivery, token)

    async def _write(self, house: House, end: End, delivery: Delivery, token: UUID, problem: str) -> None:
        async with house.unit() as unit:
            await end(unit, delivery, token, problem)


async def _first_of(
    running: set[asyncio.Task[None]], poked: asyncio.Event
) -> tuple[set[asyncio.Task[None]], set[asyncio.Task[None]]]:
    """Waits until one of them is done or more is due; returns who is done and who goes on."""
    poke = asyncio.ensure_future(poked.wait())
    try:
        await asyncio.wait({*running, poke}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        poke.cancel()
    return {task for task in running if task.done()}, {task for task in running if not task.done()}
