"""Two replicas over one outbox, killed at random: a walk of clicks, replays, double clicks and crashes, judged by what the workspace saw."""

from __future__ import annotations

import asyncio
import os
import random
import time
from dataclasses import dataclass, field
from pathlib import Path

from tests.conftest import Fresh, a_workspace
from tests.kill.bots import Nursery
from tests.kill.place import Database, Replica, a_database, a_replica, fix_with_card, nothing_twice
from tests.slack import Message, Person, Reply, Slack

CHANNELS = ("helpdesk", "noc", "sec-private")
STEPS = 40
PATIENCE = 20.0
WORKED = "It worked"


def acknowledged(reply: Reply) -> bool:
    """Whether Slack got a good answer to at least one of the deliveries."""
    return any(delivery["error"] is None for delivery in reply.deliveries)


@dataclass
class Walk:
    """`started` tells by problem whether its `/pilot new` was acknowledged; `judged` are the cards whose *It worked* was."""

    slack: Slack
    database: Database
    replicas: tuple[Replica, Replica]
    chance: random.Random
    started: dict[str, bool] = field(default_factory=dict[str, bool])
    judged: set[str] = field(default_factory=set[str])
    kills: int = 0

    @property
    def people(self) -> tuple[Person, Person]:
        return self.slack.as_("ana"), self.slack.as_("ben")

    async def step(self) -> None:
        """One thing somebody does, perhaps while a bot dies of it."""
        if self.chance.random() < 0.4:
            victim = self.chance.choice(self.replicas)
            await self._bury(victim)
            victim.arm(self.chance.randint(1, 40))
        self.chance.choice(self.replicas).receive()
        cards = [card for channel in CHANNELS for card in await self._open_cards(channel)]
        match self.chance.choice(("start", "judge", "judge", "run")):
            case "judge" if cards:
                await self._judge(self.chance.choice(cards))
            case "run" if runnable := [card for card in cards if "Run once" in card.buttons]:
                await self.chance.choice(self.people).press_stale(self.chance.choice(runnable), "Run once", repeat=2)
            case _:
                await self._start()
        await self.bury_the_dead()

    async def bury_the_dead(self) -> None:
        for replica in self.replicas:
            await self._bury(replica)

    async def _bury(self, replica: Replica) -> None:
        if replica.postgres.trap.sprung:
            self.kills += 1
            await replica.replace()

    async def _start(self) -> None:
        problem = f"the print spooler keeps stopping on PRN{len(self.started):03} and nobody can print"
        where = self.chance.choice(CHANNELS)
        reply = await self.chance.choice(self.people).command(
            f"/pilot new {problem}", where, repeat=self.chance.randint(1, 3)
        )
        self.started[problem] = acknowledged(reply)

    async def _judge(self, card: Message) -> None:
        """One or both press, and each press is delivered once or more."""
        first, second = self.chance.sample(self.people, 2)
        presses = [first.press_stale(card, WORKED, repeat=self.chance.randint(1, 3))]
        if self.chance.random() < 0.5:
            presses.append(second.press_stale(card, WORKED))
        if any(acknowledged(reply) for reply in await asyncio.gather(*presses)):
            self.judged.add(card.ts)

    async def _open_cards(self, channel: str) -> list[Message]:
        ana, _ = self.people
        roots = await ana.messages(channel)
        replies = [reply for root in roots for reply in await ana.messages(channel, thread_ts=root.ts)]
        return [reply for reply in replies if WORKED in reply.buttons]

    async def settle(self) -> None:
        """Nobody is killed any more, and everything is delivered."""
        for replica in self.replicas:
            replica.disarm()
        await self.bury_the_dead()
        end = time.monotonic() + PATIENCE
        while not await self.database.settled():
            assert time.monotonic() < end, f"not delivered: {await self.database.unfinished()}"
            await self.database.pause()

    async def judge_all(self) -> None:
        """Raises AssertionError for a broken promise."""
        ana, _ = self.people
        await nothing_twice(self.slack)
        await self.database.nothing_given_up()
        for problem, is_acknowledged in self.started.items():
            sessions = await self.database.sessions(problem)
            assert len(sessions) == 1 or (not sessions and not is_acknowledged)
            for session_id in sessions:
                fix_id, card = await fix_with_card(ana, self.database, session_id)
                recorded = await self.database.recorded(fix_id)
                assert len(recorded) <= 1
                assert recorded or card.ts not in self.judged, "acknowledged, but not there"


async def test_two_replicas_that_crash_lose_nothing_and_do_nothing_twice(
    server: Path, fresh_database: Fresh, nursery: Nursery
) -> None:
    seed = int(os.environ.get("WALK_SEED") or random.SystemRandom().randrange(10**6))
    print(f"WALK_SEED={seed} repeats this walk")
    url = await fresh_database()
    async with (
        a_workspace() as workspace,
        a_database(server, url) as database,
        a_replica(workspace, server, url, nursery.bot, database) as one,
        a_replica(workspace, server, url, nursery.bot, database) as other,
        Slack(workspace.url) as slack,
    ):
        # As slow as Slack is: most of a delivery's life is the call, and that is when the other replica must leave it alone.
        await slack.fault("chat.postMessage", "slow", times=10**6, seconds=0.1)
        walk = Walk(slack, database, (one, other), random.Random(seed))
        for _ in range(STEPS):
            await walk.step()
        await walk.settle()
        await walk.judge_all()
    assert walk.kills, "nobody was killed"
    print(f"{STEPS} steps, {walk.kills} kills, {len(walk.started)} sessions")
