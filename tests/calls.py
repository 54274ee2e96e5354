"""What happens in most stories of first-line calls: a flow is there, a call is taken, its walk goes on step by step."""

from __future__ import annotations

from dataclasses import dataclass

from bot.app import Bot
from core.intake.flows import queries
from core.intake.flows import service as flows
from core.intake.flows.models import FlowSource
from tests.bot import seeds
from tests.slack import Message, Modal, Person

BADGE = """
flow: badge-reader
title: The badge does not open the door
symptoms: [A badge does not open the door, The badge reader stays dark]
examples:
  - my badge does not open the door
  - the badge reader at the entrance is dark
  - cannot open the office door with my badge
  - badge reader blinks red and the door stays closed
nodes:
  lit:
    question: Is the light of the badge reader on?
    answers: {Yes: other, "No, it is dark": power}
  power:
    instruction: Ask the caller to plug the badge reader in again and to wait a minute.
    next: other
  other:
    question: Does a colleague's badge open this door?
    answers: {It opens: fixed, Still closed: engineer}
  fixed: {resolved: The door opens.}
  engineer: {escalate: The badge must be set up anew., reason: needs_admin_rights}
"""
CONTROLS = ["Add note…", "Resolve…", "Escalate…", "Take over"]
PROBLEM = "my badge does not open the door of floor 2"


async def published(bot: Bot, text: str = BADGE) -> None:
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


async def switched_off(bot: Bot, *slugs: str) -> None:
    """These flows are not published, where they are there at all."""
    async with bot.database.unit(await seeds.account_of(bot), source="test") as unit:
        for flow in (await queries.by_slug(unit, slugs)).values():
            flow.published, flow.published_version = False, None
        await flows.changed(unit)
