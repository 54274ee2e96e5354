"""A quarter in minutes: people park fixes and answer, or do not; replicas die; answers of Slack's get lost. Judged by what Slack saw."""

from __future__ import annotations

import asyncio
import heapq
import itertools
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

import aiohttp
import asyncpg

from tests.soak import clicks
from tests.soak.clicks import Click
from tests.soak.people import Fix, Owed, Somebody
from tests.soak.questions import BUSY, HISTORY, NEXT, STANDS_FOR, asks_about
from tests.soak.replica import CHANNEL, SharedClock
from tests.soak.replicas import Replicas
from tests.soak.scale import Broken, Scale
from tests.soak.standin import Standin, Taken

LATE = timedelta(minutes=10)
"""How late a reminder may come: Slack lost the answer some times, somebody died, and the waits between the tries add up."""
GRID = 30  # minutes: many people press at the same instant, so that a quarter is some thousand steps
HOUR = timedelta(hours=1)


@dataclass
class Walk:
    """`agenda` holds what people will do, by the domain's time."""

    scale: Scale
    chance: random.Random
    clock: SharedClock
    standin: Standin
    replicas: Replicas
    connection: asyncpg.Connection
    session: aiohttp.ClientSession
    answers: str
    people: Sequence[Somebody]
    fixes: dict[UUID, Fix]
    begin: datetime
    agenda: list[tuple[datetime, int, str, UUID]] = field(default_factory=list[tuple[datetime, int, str, UUID]])
    seen: int = 0
    markers: set[str] = field(default_factory=set[str])
    counts: dict[str, int] = field(default_factory=dict[str, int])
    steps: int = 0
    _order: itertools.count[int] = field(default_factory=itertools.count)

    @property
    def now(self) -> datetime:
        return self.clock()

    @property
    def end(self) -> datetime:
        return self.begin + timedelta(days=self.scale.days)

    def count(self, what: str) -> None:
        self.counts[what] = self.counts.get(what, 0) + 1

    def will(self, at: datetime, what: str, fix: Fix, *, second: int) -> None:
        """Somebody does something at the next half hour or so, if the quarter still lasts."""
        minutes = int(at.timestamp() // 60 // GRID + 1) * GRID
        on_grid = datetime.fromtimestamp(minutes * 60 + second, UTC)
        if on_grid < self.end:
            heapq.heappush(self.agenda, (on_grid, next(self._order), what, fix.id))

    async def go(self) -> None:
        """All of it."""
        for fix in self.fixes.values():
            at = self.begin + timedelta(minutes=self.chance.randrange(self.scale.days * 24 * 60 * 9 // 10))
            self.will(at, "park", fix, second=11)
        minutes = self.scale.days * 24 * 60 * 9 // 10
        deaths = sorted(self.begin + timedelta(minutes=self.chance.randrange(minutes)) for _ in range(self.scale.kills))
        while (at := await self._next()) is not None and at < self.end:
            self.clock.set(at)
            self.steps += 1
            dies = bool(deaths) and deaths[0] <= at
            if dies:
                del deaths[0]
            await self._step(dies=dies)
        await self._last_look()

    async def _next(self) -> datetime | None:
        due = await self.connection.fetchval(NEXT, self.now)
        times = [at for at in (due, self.agenda[0][0] if self.agenda else None) if at is not None]
        return max(min(times), self.now + timedelta(milliseconds=1)) if times else None

    async def _step(self, *, dies: bool) -> None:
        deeds = dict[UUID, list[str]]()
        while self.agenda and self.agenda[0][0] <= self.now:
            _, _, what, fix_id = heapq.heappop(self.agenda)
            deeds.setdefault(fix_id, []).append(what)
        await self._tell("tick")
        death = asyncio.ensure_future(self._kill_somebody()) if dies else None
        todo = [self._do_all(self.fixes[fix_id], what) for fix_id, what in deeds.items()]
        for some in range(0, len(todo), 16):
            await asyncio.gather(*todo[some : some + 16])
        await self._quiet()
        if death is not None:
            await death
            await self._quiet()
        await self._look_at_messages()
        await self._overdue()

    async def _kill_somebody(self) -> None:
        await asyncio.sleep(self.chance.random() * 0.06)
        await self.replicas.kill_one(self.chance)
        self.count("kills")

    async def _tell(self, word: str) -> None:
        await self.connection.execute(f"notify {CHANNEL}, '{word}'")
        await self.connection.execute("notify flowpilot_outbox")

    async def _quiet(self) -> None:
        """Waits until nothing is due any more at this instant."""
        rounds = 0
        while True:
            busy = await self.connection.fetchrow(BUSY, self.now)
            if busy is None or not any(busy.values()):
                return
            rounds += 1
            if rounds % 8 == 1:
                await self._tell("look" if busy["lost"] else "tick")
                await self.replicas.bury(self.connection)
                if died := self.replicas.died():
                    raise Broken("; ".join(died))
            if rounds > 6_000:
                raise Broken(f"nothing moves any more at {self.now}: {dict(busy)}; {await self._stuck()}")
            await asyncio.sleep(0.005)

    async def _stuck(self) -> list[str]:
        rows = await self.connection.fetch(
            "select effect, state, attempts, due_at, lease_until, problem from outbox where state in ('waiting','leased','sending') limit 5"
        )
        return [str(dict(row)) for row in rows]

    # -- what people do ---------------------------------------------------------------------------------------

    async def _do_all(self, fix: Fix, what: Sequence[str]) -> None:
        """One after the other: of a snooze and an answer in the same instant only the house would know which came first."""
        for one in what:
            await self._do(one, fix)

    async def _do(self, what: str, fix: Fix) -> None:
        who, at = fix.owner.slack_id, self.now
        if what == "park":
            if fix.settled_at is not None and not fix.pending:
                return
            check_at = None
            if self.chance.random() < 0.25:
                # Another second than any of ours, at any hour of any day.
                check_at = at.replace(second=0) + timedelta(minutes=self.chance.randrange(30, 10 * 24 * 60), seconds=23)
            if await self._acked(clicks.park(who, fix.id, "the night backup", check_at)):
                fix.park(at, check_at)
                self.count("parked")
                if self.chance.random() < 0.15:
                    self.will(at + HOUR * self.chance.uniform(0.5, 72), "settle", fix, second=41)
            return
        if not fix.pending:
            return
        match what:
            case "settle":
                # Not dismissed or failed: then the house proposes something else, and that is another story.
                if await self._acked(clicks.press(who, "fixes.record.applied_success", fix.id, self.answers)):
                    fix.end(at)
                    fix.pending = False
                    self.count("settled")
            case "hour" | "tomorrow":
                until = at + HOUR if what == "hour" else fix.owner.tomorrow_at_nine(at)
                alive = fix.owed is not None or (fix.asked and fix.asked[-1][1] == 5)
                if await self._acked(clicks.press(who, f"nudges.snooze.{what}", fix.id, self.answers)) and alive:
                    fix.snooze(until)
                    self.count("snoozed")
            case _:
                if await self._acked(clicks.press(who, "nudges.mute", fix.id, self.answers)):
                    fix.end(at)
                    self.count("muted")

    async def _acked(self, click: Click) -> bool:
        """Whether it was acknowledged; where a replica dies of it the very same click is delivered to another."""
        for _ in range(40):
            try:
                status, answer = await click.send(self.session, self.replicas.any_url(self.chance))
            except (aiohttp.ClientError, OSError, TimeoutError):
                self.count("clicks cut off")
                await asyncio.sleep(0.1)
                continue
            if status == 200 and "errors" not in answer:
                return True
            raise Broken(f"a click was answered {status}: {answer}")
        raise Broken("no replica answers")

    # -- what Slack saw ---------------------------------------------------------------------------------------

    async def _look_at_messages(self) -> None:
        fresh, self.seen = self.standin.messages[self.seen :], len(self.standin.messages)
        for message in fresh:
            if message.marker in self.markers:
                raise Broken(f"posted twice: {message.first}")
            self.markers.add(message.marker)
            self.count("messages")
            asks = asks_about(message.first)
            if "more: App Home" in json.dumps(message.first):  # a digest of more than it can show
                asks |= {row["subject_id"] for row in await self.connection.fetch(STANDS_FOR, UUID(message.marker))}
            for fix_id in asks:
                self._judge(self.fixes[fix_id], message)

    def _judge(self, fix: Fix, message: Taken) -> None:
        at = message.at or self.now
        if message.channel != f"D{fix.owner.slack_id[1:]}":
            raise Broken(f"{fix.id} was asked in {message.channel}")
        if fix.settled_at is not None:
            if at > fix.settled_at:
                raise Broken(f"{fix.id} was asked about at {at}, settled at {fix.settled_at}")
            return
        owed = fix.owed
        if owed is None:
            raise Broken(f"{fix.id} was asked about at {at} and owes nothing; asked at {fix.asked}")
        if at < owed.at:
            raise Broken(f"{fix.id}: number {owed.number} is owed at {owed.at} and came at {at}; asked at {fix.asked}")
        if at > self._latest(fix, owed):
            raise Broken(f"{fix.id}: number {owed.number} was owed at {owed.at} and came at {at}")
        if not owed.chosen and not fix.owner.may(at):
            raise Broken(f"{fix.id} was asked about at {at}, which is no permitted minute of {fix.owner}")
        fix.was_asked(owed, at)
        self.count("nudges")
        self._react(fix, at)

    def _latest(self, fix: Fix, owed: Owed) -> datetime:
        """What could not be sent before the person's day was over is owed when the next one begins."""
        if owed.chosen or fix.owner.may(owed.at + LATE):
            return owed.at + LATE
        return fix.owner.next_permitted(owed.at + LATE) + LATE

    def _react(self, fix: Fix, at: datetime) -> None:
        soon = at + HOUR * self.chance.expovariate(1 / 5)
        match self.chance.choices(["settle", "hour", "tomorrow", "mute", "park", ""], [36, 8, 6, 2, 8, 40])[0]:
            case "":
                pass
            case "park":
                self.will(soon, "park", fix, second=11)
            case what:
                self.will(soon, what, fix, second=41)

    async def _overdue(self) -> None:
        """Whatever is owed and has not come by now must be one of those of which nobody can tell."""
        for fix in self.fixes.values():
            # The first look is cheap, and is all that most of thousands of fixes need.
            if fix.owed is None or self.now <= fix.owed.at + LATE or self.now <= self._latest(fix, fix.owed):
                continue
            state = await self.connection.fetchval(
                "select state from nudges where subject_id = $1 and number = $2 and state = 'unknown' order by id desc limit 1",
                fix.id,
                fix.owed.number,
            )
            if state != "unknown":
                raise Broken(
                    f"{fix.id}: number {fix.owed.number} was owed at {fix.owed.at} and never came; {await self._history(fix)}"
                )
            fix.unknown += 1
            self.count("cannot be known")
            fix.was_asked(fix.owed, fix.owed.at)

    async def _history(self, fix: Fix) -> list[str]:
        rows = await self.connection.fetch(HISTORY, fix.id)
        return [str(dict(row)) for row in rows]

    async def _last_look(self) -> None:
        """Those that cannot be known are shown to their engineers."""
        rows = await self.connection.fetch(
            "select distinct u.slack_user_id from nudge_reminders r join outbox o on o.dedupe_key = 'nudges.post:' || r.id "
            "join users u on u.id = r.user_id where o.state = 'unknown'"
        )
        for row in rows:
            who = row["slack_user_id"]
            await self._opened_home(who)
        await self._quiet()
        for row in rows:
            home = json.dumps(self.standin.homes.get(row["slack_user_id"], {}))
            if "A reminder to you may not have arrived" not in home:
                raise Broken(f"{row['slack_user_id']} is not told what may not have arrived: {home[:300]}")
            self.count("engineers told")

    async def _opened_home(self, who: str) -> None:
        await self.connection.execute("update users set home_opened_at = $2 where slack_user_id = $1", who, self.now)
        if not await self._acked(clicks.home(who)):
            raise Broken("App Home was not opened")
