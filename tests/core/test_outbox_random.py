"""Whatever workers do and wherever they crash: nothing is lost, nothing shown stays old, and each conversation keeps its order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncEngine

from core.ids import new_id
from core.outbox.models import Delivery, DeliveryState
from core.unit import Database
from tests.builders import Account, Clock, an_account
from tests.core.deliveries import Worker, changed, emitted, leases_run_out, outbox, started, written
from tests.core.subscribed import SUBSCRIPTIONS

SESSIONS, WORKERS = 2, 3
Step = tuple[Literal["start", "change", "write", "claim", "crash", "end"], int, int]
STEPS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["start", "change", "write"]), st.integers(0, SESSIONS - 1), st.just(0)),
        st.tuples(st.just("claim"), st.integers(0, WORKERS - 1), st.integers(1, 3)),
        st.tuples(st.just("end"), st.integers(0, WORKERS - 1), st.integers(0, 4)),
        st.tuples(st.just("crash"), st.just(0), st.just(0)),
    ),
    min_size=5,
    max_size=40,
)


@dataclass
class Story:
    """What happened, kept apart from the database: the versions that exist, those that were shown, and who holds what."""

    account: Account
    clock: Clock
    sessions: list[UUID] = field(default_factory=lambda: [new_id() for _ in range(SESSIONS)])
    version: Counter[UUID] = field(default_factory=Counter[UUID])
    shown: dict[UUID, int] = field(default_factory=dict[UUID, int])
    promised: set[str] = field(default_factory=set[str])
    concluded: list[UUID] = field(default_factory=list[UUID])
    posted: Counter[str] = field(default_factory=Counter[str])
    workers: list[Worker] = field(default_factory=list[Worker])
    holding: list[list[tuple[Delivery, int]]] = field(default_factory=list[list[tuple[Delivery, int]]])

    def __post_init__(self) -> None:
        self.workers = [Worker(self.account) for _ in range(WORKERS)]
        self.holding = [[] for _ in range(WORKERS)]

    async def take(self, step: Step) -> None:
        what, which, how = step
        match what:
            case "start":
                self.promised.add(f"post.card:{self.sessions[which]}")
                await emitted(self.account, started(self.sessions[which]))
            case "write":
                event = written(self.sessions[which])
                self.promised.add(f"post.message:{event.message_id}")
                await emitted(self.account, event)
            case "change":
                self.version[self.sessions[which]] += 1
                await emitted(self.account, changed(self.sessions[which]))
            case "claim":
                await self.claim(which, how)
            case "end":
                await self.end(which, how)
            case "crash":
                # Every worker dies; their work may still arrive late, so they keep what they hold.
                await leases_run_out(self.account)
        await self.check()

    async def claim(self, which: int, limit: int) -> None:
        worker = self.workers[which]
        for delivery in await worker.claim(limit):
            assert delivery.lease_token == worker.token
            session = UUID(delivery.ids["session_id"])
            # What is shown is the state at this moment, however late the call arrives.
            self.holding[which].append((delivery, self.version[session]))

    async def end(self, which: int, how: int) -> None:
        if not self.holding[which]:
            return
        worker = self.workers[which]
        delivery, seen = self.holding[which].pop(0)
        session = UUID(delivery.ids["session_id"])
        match how:
            case 0:
                await worker.retry(delivery)
            case 1:
                await worker.sending(delivery)
                await worker.look_again(delivery)
            case _:
                if await worker.conclude(delivery):
                    self.concluded.append(delivery.id)
                    self.posted[delivery.dedupe_key] += 1
                    if delivery.supersede_key:
                        self.shown[session] = max(seen, self.shown.get(session, 0))

    async def check(self) -> None:
        rows = await outbox(self.account)
        waiting = Counter(row.supersede_key for row in rows if row.supersede_key and row.state is DeliveryState.WAITING)
        assert all(number == 1 for number in waiting.values()), "two updates wait for the same card"
        in_order(rows)
        assert len(self.concluded) == len(set(self.concluded)), "a delivery ended twice"
        unfinished = {
            row.ids["session_id"] for row in rows if row.supersede_key and row.state is not DeliveryState.DONE
        }
        for session, version in self.version.items():
            old = self.shown.get(session, 0) < version
            assert not old or str(session) in unfinished, "a change will never be shown"

    async def to_the_end(self) -> None:
        """Everybody crashes, one worker is left, and it delivers what there is."""
        await leases_run_out(self.account)
        self.holding = [[] for _ in range(WORKERS)]
        self.workers[0] = Worker(self.account)
        for _ in range(200):
            await self.claim(0, 5)
            if not self.holding[0]:
                if all(row.state is DeliveryState.DONE for row in await outbox(self.account)):
                    return
                self.clock.now = max(row.due_at for row in await outbox(self.account))
            while self.holding[0]:
                await self.end(0, 4)
                await self.check()
        raise AssertionError("something is never delivered")


def in_order(rows: Sequence[Delivery]) -> None:
    """Of each conversation nothing is claimed while something before it is not done."""
    behind: set[str] = set()
    for row in rows:
        if row.order_key in behind:
            assert (row.state, row.attempts) == (DeliveryState.WAITING, 0), "claimed before its turn"
        if row.order_key and row.state is not DeliveryState.DONE:
            behind.add(row.order_key)


@given(steps=STEPS)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_random_workers_and_crashes_deliver_everything_once_and_in_order(engine: AsyncEngine, steps: list[Step]):
    clock = Clock()
    story = Story(await an_account(Database(engine, clock, SUBSCRIPTIONS), "ben"), clock)
    for step in steps:
        await story.take(step)
    await story.to_the_end()
    assert all(story.shown[session] == version for session, version in story.version.items())
    keys = {row.dedupe_key for row in await outbox(story.account) if row.supersede_key is None}
    assert keys == story.promised
    assert {key: story.posted[key] for key in story.promised} == dict.fromkeys(story.promised, 1)
