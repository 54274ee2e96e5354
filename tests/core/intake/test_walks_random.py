"""Whoever answers, goes back, notes, takes over or crashes in whatever order, on two replicas: nothing is asked twice, skipped or lost."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.consequences import SUBSCRIPTIONS
from core.errors import Conflict, DomainError
from core.ids import WalkId
from core.intake.commands import NoteWalk
from core.intake.flows.tree import Tree
from core.intake.walks import service as walks
from core.intake.walks.models import NotesMoved, Walk
from core.intake.walks.steps import standing
from core.unit import Again, Database, Duplicate, Unit
from tests.builders import Account, Clock, an_account
from tests.core.intake.walking import STARTER, a_walk, covers, now

WHO = ["lena", "ben"]
TREE: Tree = STARTER[0].tree


@dataclass(frozen=True)
class Act:
    """What somebody does. `stale` uses what an old card showed, so many moves ago; `pick` chooses an answer."""

    what: str
    who: str
    pick: int
    stale: int
    crash: bool


ACTS = st.lists(
    st.builds(
        Act,
        what=st.sampled_from(
            ["answer", "answer", "answer", "both", "repeat", "back", "note", "note", "take_over", "resume"]
        ),
        who=st.sampled_from(WHO),
        pick=st.integers(0, 2),
        stale=st.sampled_from([0, 0, 0, 1, 2]),
        crash=st.sampled_from([False, False, False, True]),
    ),
    min_size=12,
    max_size=30,
)
Ask = Callable[[Unit], Awaitable[object]]


class Crash(Exception):
    """The process died before the commit."""


def die() -> None:
    raise Crash


@dataclass
class Imagined:
    """The walk as a person would tell it."""

    here: str = TREE.start
    visit: int = 1
    way: list[tuple[str, int]] = field(default_factory=list[tuple[str, int]])
    record: list[tuple[int, int, bool]] = field(default_factory=list[tuple[int, int, bool]])
    """Every step ever taken: visit, choice, whether it still counts."""
    notes: str = ""
    revision: int = 0
    owner: str = "lena"

    def answer(self, visit: int, choice: int) -> bool:
        """Whether it moves the walk; False for a click that was taken already. Raises Conflict."""
        if visit != self.visit:
            known = next((one for one in self.record if one[0] == visit), None)
            if known is None or known[1:] != (choice, True):
                raise Conflict("")
            return False
        if choice >= len(TREE[self.here].answers):
            raise Conflict("")
        self.record.append((visit, choice, True))
        self.way.append((self.here, choice))
        self.here = TREE[self.here].answers[choice].to
        self.visit += 1
        return True

    def back(self, visit: int) -> None:
        if visit != self.visit or not self.way:
            raise Conflict("")
        self.here, _ = self.way.pop()
        last = max(n for n, one in enumerate(self.record) if one[2])
        self.record[last] = (*self.record[last][:2], False)
        self.visit += 1


@dataclass
class Desk:
    replicas: tuple[Account, Account]
    walk_id: UUID
    names: dict[UUID, str]
    imagined: Imagined
    clicks: list[tuple[int, int, str]] = field(default_factory=list[tuple[int, int, str]])
    receipts: int = 0

    async def take(self, act: Act, turn: int) -> None:
        account = self.replicas[turn % 2]
        visit = max(1, self.imagined.visit - act.stale)
        match act.what:
            case "answer":
                await self.click(account, act, visit, act.pick)
            case "both":
                await self.both_at_once(visit)
            case "repeat" if self.clicks:
                visit, choice, receipt = self.clicks[-1 - act.stale % len(self.clicks)]
                await self.deliver_again(account, act.who, visit, choice, receipt)
            case "back":
                await self.ask(
                    account, act, lambda unit: walks.back(unit, WalkId(self.walk_id), visit), lambda i: i.back(visit)
                )
            case "note":
                await self.note(account, act)
            case "take_over":
                await self.ask(
                    account, act, lambda unit: walks.take_over(unit, WalkId(self.walk_id)), self.owns(act.who)
                )
            case _:
                await self.ask(
                    account, act, lambda unit: walks.resume(unit, WalkId(self.walk_id)), self.owns(act.who, resume=True)
                )

    def owns(self, who: str, *, resume: bool = False) -> Callable[[Imagined], object]:
        def imagine(imagined: Imagined) -> None:
            if imagined.owner == who and not resume:
                raise Conflict("")
            imagined.owner = who

        return imagine

    async def click(self, account: Account, act: Act, visit: int, choice: int) -> None:
        self.receipts += 1
        receipt = f"click-{self.receipts}"
        done = await self.ask(
            account,
            act,
            lambda unit: walks.answer(unit, WalkId(self.walk_id), visit, choice),
            lambda imagined: imagined.answer(visit, choice),
            receipt,
        )
        if done:
            self.clicks.append((visit, choice, receipt))

    async def ask(
        self, account: Account, act: Act, ask: Ask, imagine: Callable[[Imagined], object], receipt: str | None = None
    ) -> bool:
        """The same of the house and of the imagined walk; a crash leaves both as they were. Whether it was done."""
        if act.crash:
            try:
                async with account.unit(act.who, receipt=receipt) as unit:
                    await ask(unit)
                    die()
            except (Crash, DomainError):
                return False
        refused = ""
        try:
            imagine(self.imagined)
        except DomainError as refusal:
            refused = type(refusal).__name__
        answered = ""
        try:
            async with account.unit(act.who, receipt=receipt) as unit:
                await ask(unit)
        except DomainError as refusal:
            answered = type(refusal).__name__
        assert answered == refused, act
        return not refused

    async def deliver_again(self, account: Account, who: str, visit: int, choice: int, receipt: str) -> None:
        """Slack delivers a click once more: it is known, and nothing happens."""
        try:
            async with account.unit(who, receipt=receipt) as unit:
                await walks.answer(unit, WalkId(self.walk_id), visit, choice)
            raise AssertionError("the same delivery was taken twice")
        except Duplicate:
            return

    async def both_at_once(self, visit: int) -> None:
        """Two people on two replicas answer differently at the same moment: one of them is taken."""

        async def one(account: Account, who: str, choice: int) -> int | None:
            for _ in range(3):
                try:
                    async with account.unit(who) as unit:
                        await walks.answer(unit, WalkId(self.walk_id), visit, choice)
                except Again:
                    continue
                except Conflict:
                    return None
                return choice
            return None

        before, _ = await now(self.replicas[0], self.walk_id)
        done = await asyncio.gather(one(self.replicas[0], "lena", 0), one(self.replicas[1], "ben", 1))
        after, _ = await now(self.replicas[0], self.walk_id)
        moved = len(after.walked_path) - len(before.walked_path)
        assert moved <= 1
        if moved:
            winner = after.path[-1].choice
            assert winner in done
            assert self.imagined.answer(visit, winner)

    async def note(self, account: Account, act: Act) -> None:
        revision = max(0, self.imagined.revision - act.stale)
        text = f"{self.imagined.notes}{act.who} saw {act.pick}. ".strip()
        wanted = NoteWalk(walk_id=WalkId(self.walk_id), revision=revision, walk_notes=text)
        try:
            async with account.unit(act.who) as unit:
                await walks.note(unit, wanted)
                if act.crash:
                    die()
        except NotesMoved:
            assert revision != self.imagined.revision
        except Crash:
            return
        else:
            assert revision == self.imagined.revision
            self.imagined.notes, self.imagined.revision = text, revision + 1

    async def compare(self) -> None:
        walk, _ = await now(self.replicas[0], self.walk_id)
        imagined = self.imagined
        assert walk.pending is not None
        assert (walk.pending.node.id, walk.current_node_id, walk.visit) == (
            imagined.here,
            imagined.here,
            imagined.visit,
        )
        assert [(step.node.id, step.choice) for step in standing(walk.path)] == imagined.way
        assert [(step.visit, step.choice, step.undone_by is None) for step in walk.path] == imagined.record
        assert (walk.walk_notes, walk.notes_revision) == (imagined.notes, imagined.revision)
        assert self.names[walk.owner_id] == imagined.owner
        skips_nothing(walk)


def skips_nothing(walk: Walk) -> None:
    """Every step that counts follows from the one before it, and the first is the flow's first."""
    here = TREE.start
    for step in standing(walk.path):
        assert step.node == TREE[here]
        here = TREE[here].answers[step.choice].to
    assert walk.pending is not None
    assert walk.pending.node == TREE[here]


@given(acts=ACTS)
@settings(max_examples=20, deadline=None)
async def test_a_walk_asks_nothing_twice_skips_nothing_and_loses_no_note(engine: AsyncEngine, acts: list[Act]):
    clock = Clock()
    first = await an_account(Database(engine, clock, SUBSCRIPTIONS), "lena", "ben")
    second = Account(Database(engine, clock, SUBSCRIPTIONS), first.id)
    await covers(first)
    walk = await a_walk(first)
    names = {(await first.user(who)).id: who for who in WHO}
    desk = Desk((first, second), walk.id, names, Imagined())
    for turn, act in enumerate(acts):
        clock.forward(timedelta(seconds=20))
        await desk.take(act, turn)
        await desk.compare()
