"""Reminders go out many at a time; what befalls one of them is that one's alone."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from bot.consequences import EFFECTS, SUBSCRIPTIONS
from bot.effects import Mailing, Outgoing
from bot.subjects import SUBJECTS
from core.accounts import queries as people
from core.db import engine_as
from core.fixes import service as fixes
from core.fixes.commands import RecordOutcome
from core.fixes.models import Outcome, SuggestedFix
from core.ids import FixId
from core.nudges import dispatch, reminders
from core.outbox import queries as outbox
from core.psa.registry import Psas
from core.sealed import Keyring
from core.unit import Database, Event, Unit
from tests import bulk
from tests.builders import Account, Clock, an_account
from tests.conftest import Fresh
from tests.core.nudges.asking import nudges
from tests.core.virtual import Naps, VirtualTime, delivering
from tests.desk import TRUSTED
from tests.soak.standin import Standin

PEOPLE = 20


@dataclass(frozen=True)
class Place:
    """An account whose engineers each have a fix that waits, a Slack, and a worker between them."""

    account: Account
    slack: Standin
    time: VirtualTime
    fixes: Sequence[SuggestedFix]

    async def nudged(self) -> None:
        """What is due is handed to the outbox, and delivered; again and again until nothing is."""
        while True:
            async with self.account.unit() as unit:
                looked_at = (await dispatch.dispatch(unit, SUBJECTS)).looked_at
            await self.time.until()
            if not looked_at:
                return

    def asked(self, number: int) -> int:
        """How many messages somebody has had."""
        return sum(one.channel == f"D0MANY{number:04d}" for one in self.slack.messages)


@pytest.fixture
async def place(fresh_database: Fresh, clock: Clock) -> AsyncGenerator[Place]:
    url = await fresh_database()
    engine = engine_as(url, "app_rw")
    account = await an_account(Database(engine, clock, SUBSCRIPTIONS))
    many = [bulk.an_engineer(account.id, f"U0MANY{n:04d}") for n in range(PEOPLE)]
    await bulk.put(account.database, account.id, many)
    slack = Standin(clock)
    before = clock.now - timedelta(days=1)
    sessions = [bulk.a_session(account.id, one.id, before) for one in many]
    waiting = [bulk.a_fix(account.id, one.id, before, parked=True) for one in sessions]
    due = [bulk.a_nudge(account.id, fix.id, one.id, clock.now) for one, fix in zip(many, waiting, strict=True)]
    for rows in (sessions, waiting, due):
        await bulk.put(account.database, account.id, rows)
    async with delivering(url, account, clock, Naps(clock), Psas(Keyring(), TRUSTED), slack) as time:
        await time.until()  # what comes of settling in
        slack.messages.clear()
        yield Place(account, slack, time, waiting)
    await engine.dispose()


async def test_everybody_is_asked_once(place: Place):
    await place.nudged()
    assert [place.asked(n) for n in range(PEOPLE)] == [1] * PEOPLE
    states = Counter(one.state.value for one in await nudges(place.account))
    assert states == {"sent": PEOPLE, "planned": PEOPLE}


@pytest.mark.parametrize("mishap", ["lost before", "lost after", "internal_error", "ratelimited"])
async def test_what_befalls_some_posts_holds_up_no_other_and_sends_none_twice(place: Place, mishap: str):
    for number in (0, 7, PEOPLE - 1):
        place.slack.mishaps[f"U0MANY{number:04d}"] = [mishap]
    await place.nudged()
    assert [place.asked(n) for n in range(PEOPLE)] == [1] * PEOPLE
    assert len({one.marker for one in place.slack.messages}) == PEOPLE


async def test_somebody_who_is_gone_is_asked_through_the_admins_and_the_others_themselves(place: Place):
    place.slack.mishaps["U0MANY0003"] = ["user_disabled"] * 9
    await place.nudged()
    async with place.account.unit() as unit:
        await reminders.reconcile(unit)
        admins = {one.slack_user_id for one in await people.admins(unit)}
    await place.nudged()
    assert [place.asked(n) for n in range(PEOPLE)] == [int(n != 3) for n in range(PEOPLE)]
    others = [one.channel for one in place.slack.messages if not one.channel.startswith("D0MANY")]
    assert sorted(others) == sorted(f"D{one[1:]}" for one in admins)


async def test_what_was_settled_meanwhile_is_not_asked_and_the_others_are(place: Place):
    async with place.account.unit("ben") as unit:  # both at once, before the worker sees any of it
        await dispatch.dispatch(unit, SUBJECTS)
        for number in (5, 6):
            wanted = RecordOutcome(fix_id=FixId(place.fixes[number].id), outcome=Outcome.APPLIED_SUCCESS)
            await fixes.record_outcome(unit, wanted)
    await place.nudged()
    assert [place.asked(n) for n in range(PEOPLE)] == [int(n not in {5, 6}) for n in range(PEOPLE)]


async def test_one_that_cannot_be_composed_is_tried_by_itself_and_holds_up_no_other(place: Place):
    """A fault of ours in one reminder of sixteen: the mailing falls apart, and every one of them goes its own way."""
    mailing = EFFECTS["nudges.post"]
    assert isinstance(mailing, Mailing)
    poisoned = str(place.fixes[2].id)

    async def compose(unit: Unit, events: Sequence[Event]) -> Sequence[Outgoing | Exception | None]:
        made = await mailing.compose(unit, events)
        if any(isinstance(one, Outgoing) and poisoned in json.dumps(one.blocks) for one in made):
            raise ZeroDivisionError("a fault of ours")
        return made

    place.time.worker.effects = {**EFFECTS, "nudges.post": replace(mailing, compose=compose)}
    with capture_logs() as said:
        await place.nudged()
    assert {one["event"] for one in said} == {"a mailing goes one by one", "a delivery did not arrive"}
    assert [place.asked(n) for n in range(PEOPLE)] == [int(n != 2) for n in range(PEOPLE)]
    async with place.account.unit() as unit:
        (unknown,) = await outbox.unknown(unit)
    assert unknown.effect == "nudges.post"
