"""A fix that waits to be verified is asked about: when it is time, by a direct message, until somebody answers."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from bot.app import Bot
from bot.sandbox.server import SandboxServer
from core.fixes.models import FixStatus
from core.unit import Role
from tests.bot import seeds
from tests.conftest import Fresh, a_bot
from tests.slack import Message, Person, Slack
from tests.stories import shows, told_directly

ASKED = "How did it go?"


@dataclass
class Ahead:
    """The domain's clock: real time, put ahead by hand."""

    by: timedelta = field(default_factory=timedelta)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.by

    def reach(self, at: datetime) -> None:
        self.by = at - datetime.now(UTC)


@pytest.fixture
def clock() -> Ahead:
    """It begins on a Monday at ten in Berlin, where Ana and Ben work."""
    ahead = Ahead()
    ahead.reach(datetime(2027, 3, 1, 9, 0, tzinfo=UTC))
    return ahead


@pytest.fixture
async def bot(fresh_database: Fresh, workspace: SandboxServer, clock: Ahead) -> AsyncGenerator[Bot]:
    async with a_bot(await fresh_database(), workspace, clock=clock) as one:
        yield one


@pytest.fixture
async def ben(bot: Bot, slack: Slack) -> Person:
    await seeds.has_role(bot, seeds.BEN, Role.ENGINEER)
    person = slack.as_("ben")
    await person.command("/pilot mine")
    return person


async def parked(bot: Bot, who: Person, *, number: int = 1, **typed: object) -> list[tuple[seeds.Seed, Message]]:
    """So many fixes of Ben's that wait to be verified, parked by `who` on their cards."""
    found: list[tuple[seeds.Seed, Message]] = []
    for seed in await seeds.fixes_in(bot, number, owner=seeds.BEN):
        card = await who.message("helpdesk", seed.ts)
        assert card is not None
        modal = await who.open_modal("Waiting to verify…", on=card)
        assert (await who.submit(modal, notes="the night backup", **typed)).closed
        found.append((seed, card))
    return found


async def test_it_is_asked_after_four_working_hours_and_the_answer_shows_everywhere(bot: Bot, ben: Person, clock: Ahead):
    ((seed, card),) = await parked(bot, ben)
    clock.by += timedelta(hours=4, minutes=1)
    nudge = await told_directly(ben, ASKED)
    assert "the night backup" in nudge.plain()
    assert nudge.buttons == [
        "It worked",
        "Didn't work…",
        "Partly…",
        "Still waiting…",
        "Snooze 1 h",
        "Snooze until tomorrow 9:00",
        "Mute this one",
    ]
    await ben.press("It worked", on=nudge)
    await shows(ben, nudge, "Worked: recorded by Ben Okafor", buttons=[])
    await shows(ben, card, "*Worked*: recorded by Ben Okafor", buttons=[])
    assert (await seeds.fix(bot, seed.fix_id)).status is FixStatus.APPLIED_SUCCESS
