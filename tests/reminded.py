"""What stories about reminders need: a clock that is put ahead, and fixes that wait to be verified."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.app import Bot
from tests.bot import seeds
from tests.slack import Message, Person

ASKED = "How did it go?"
BERLIN = ZoneInfo("Europe/Berlin")


def berlin(text: str) -> datetime:
    """A time by the walls of Berlin, where the people of the stories work."""
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN).astimezone(UTC)


@dataclass
class Ahead:
    """The domain's clock: real time, put ahead by hand. It begins on a Monday at noon in Berlin."""

    by: timedelta = field(default_factory=lambda: berlin("2027-03-01 12:00") - datetime.now(UTC))

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.by

    def reach(self, text: str) -> None:
        """It becomes that time in Berlin."""
        self.by = berlin(text) - datetime.now(UTC)


@dataclass(frozen=True)
class Parked:
    """A fix that waits to be verified, and its card."""

    seed: seeds.Seed
    card: Message


async def parked(bot: Bot, who: Person, number: int = 1, **typed: object) -> list[Parked]:
    """So many fixes of Ben's, parked by `who` on their cards."""
    found: list[Parked] = []
    for seed in await seeds.fixes_in(bot, number, owner=seeds.BEN):
        card = await who.message("helpdesk", seed.ts)
        assert card is not None
        modal = await who.open_modal("Waiting to verify…", on=card)
        assert (await who.submit(modal, notes="the night backup", **typed)).closed
        found.append(Parked(seed, card))
    return found


async def reminders(who: Person) -> list[Message]:
    """Everything in the person's conversation with FlowPilot that asks or asked something, oldest first."""
    return [each for each in await who.messages("bot") if each.by_bot]


async def reminded(who: Person, clock: Ahead, at: str) -> Message:
    """The reminder that comes when it is that time in Berlin."""
    known = {each.ts for each in await reminders(who)}
    clock.reach(at)

    async def fresh() -> Message | None:
        return next((each for each in await reminders(who) if each.ts not in known), None)

    return await who.slack.until(fresh)
