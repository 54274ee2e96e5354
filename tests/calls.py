"""What happens in most stories of first-line calls: a flow is there, a call is taken, its walk goes on step by step."""

from __future__ import annotations

from dataclasses import dataclass

from bot.app import Bot
from core.intake.flows import service as flows
from core.intake.flows.models import FlowSource
from tests.bot import seeds
from tests.slack import Message, Modal, Person

PRINTER = """
flow: printer-silent
title: The printer prints nothing
category: printer
symptoms: [The printer prints nothing, Jobs stay in the queue]
examples:
  - the printer on floor 2 prints nothing
  - printer does not print
  - nothing comes out of the printer
  - my print jobs are stuck in the queue
  - printer is offline
nodes:
  lit:
    question: Is the display of the printer lit?
    answers: {Yes: queue, "No, it is dark": power}
  power:
    instruction: Ask the caller to press the power button and to wait a minute.
    next: queue
  queue:
    question: Does a test page come out now?
    answers: {It prints: fixed, Still nothing: engineer}
  fixed: {resolved: It prints again.}
  engineer: {escalate: The queue needs an engineer., reason: needs_admin_rights}
"""
CONTROLS = ["Add note…", "Resolve…", "Escalate…", "Take over"]
PROBLEM = "the printer on floor 2 prints nothing"


async def published(bot: Bot, text: str = PRINTER) -> None:
    """The account has these flows, published."""
    async with bot.database.unit(await seeds.account_of(bot), source="test") as unit:
        await flows.import_text(unit, text, source=FlowSource.IMPORTED)


@dataclass(frozen=True)
class Call:
    """A call as its thread shows it. `root` is the ticket's card."""

    channel: str
    root: str

    async def ticket(self, reader: Person) -> Message:
        """The ticket's card as the reader sees it now."""
        card = await reader.message(self.channel, self.root)
        assert card is not None, "the ticket's card is gone"
        return card

    async def replies(self, reader: Person) -> list[Message]:
        """What FlowPilot wrote in the thread."""
        return [each for each in await reader.messages(self.channel, self.root) if each.by_bot and each.ts != self.root]

    async def card(self, reader: Person, says: str) -> Message:
        """The walk's card, as soon as it says this."""

        async def found() -> Message | None:
            return next((each for each in await self.replies(reader) if says in each.plain()), None)

        return await reader.slack.until(found)

    async def ticket_says(self, reader: Person, says: str) -> Message:
        """The ticket's card, as soon as it says this."""

        async def found() -> Message | None:
            card = await reader.message(self.channel, self.root)
            return card if card is not None and says in card.plain() else None

        return await reader.slack.until(found)


async def intake(who: Person, problem: str = "", channel: str = "helpdesk") -> Modal:
    """`/l1 new [PROBLEM]`, and the form that opens."""
    before = await who.modal()
    await who.command(f"/l1 new {problem}".strip(), channel)
    return await who.next_modal(before)


async def new_call(who: Person, before: set[str], channel: str = "helpdesk") -> Call:
    """The call whose ticket's card is the channel's first new message of FlowPilot's."""

    async def card() -> Message | None:
        fresh = [each for each in await who.messages(channel) if each.ts not in before and each.by_bot]
        return fresh[0] if fresh else None

    found = await who.slack.until(card)
    return Call(found.channel, found.ts)


async def seen(who: Person, channel: str = "helpdesk") -> set[str]:
    """The messages that are there already."""
    return {each.ts for each in await who.messages(channel)}


async def taken(who: Person, problem: str = PROBLEM, **fields: object) -> Call:
    """A call that a published flow matches, from the command to the cards."""
    before = await seen(who)
    modal = await intake(who, problem)
    assert (await who.submit(modal, **fields)).closed
    return await new_call(who, before)
