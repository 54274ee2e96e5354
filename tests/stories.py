"""What happens in most stories: somebody starts a session, its thread fills, a fix is worked on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.sandbox.wire import items, maybe_text, obj, text
from tests.slack import Message, Modal, Person, Slack

SUGGESTED = "Suggested fix · *"
ASKED = "composed without AI"
PROBLEM = "*The whole problem*"


@dataclass(frozen=True)
class Session:
    """A session as its thread shows it. `root` is the thread's first message, `card_ts` that of the session card."""

    channel: str
    root: str
    card_ts: str

    async def card(self, reader: Person) -> Message:
        """The session card as the reader sees it now."""
        card = await reader.message(self.channel, self.card_ts)
        assert card is not None, "the session card is gone"
        return card

    async def replies(self, reader: Person) -> list[Message]:
        """What FlowPilot wrote in the thread beside the card."""
        thread = await reader.messages(self.channel, self.root)
        return [each for each in thread if each.by_bot and each.ts != self.card_ts]

    async def fixes(self, reader: Person) -> list[Message]:
        """The fix cards, oldest first."""
        return [each for each in await self.replies(reader) if SUGGESTED in each.plain()]

    async def questions(self, reader: Person) -> list[Message]:
        """What FlowPilot asked or said instead of a suggestion."""
        return [
            each
            for each in await self.replies(reader)
            if SUGGESTED not in each.plain() and PROBLEM not in each.plain() and ASKED in each.plain()
        ]

    async def first_turn(self, reader: Person) -> Message:
        """The first suggestion or question, as soon as it is there."""

        async def turn() -> Message | None:
            return next(iter(await self.fixes(reader) or await self.questions(reader)), None)

        return await reader.slack.until(turn)

    async def becomes(self, reader: Person, sentence: str) -> Message:
        """The session card, as soon as it says the sentence."""

        async def says() -> Message | None:
            card = await reader.message(self.channel, self.card_ts)
            return card if card is not None and sentence in card.plain() else None

        return await reader.slack.until(says)


async def answered(reader: Person, session: Session, after: str) -> Message:
    """FlowPilot's first words in the session's thread after the message `after`."""

    async def answer() -> Message | None:
        return next((each for each in await session.replies(reader) if each.ts > after), None)

    return await reader.slack.until(answer)


async def started(who: Person, problem: str, channel: str = "helpdesk") -> Session:
    """`/pilot new PROBLEM`, and the session once its card is up."""
    before = {each.ts for each in await who.messages(channel)}
    reply = await who.command(f"/pilot new {problem}", channel)
    assert reply.ephemeral is not None
    assert reply.ephemeral.text == "Started: the session's card appears here in a moment."
    return await new_session(who, channel, before)


async def new_session(who: Person, channel: str, before: set[str]) -> Session:
    """The session whose card is the channel's first new message of FlowPilot's."""

    async def card() -> Message | None:
        fresh = [each for each in await who.messages(channel) if each.ts not in before and each.by_bot]
        return fresh[0] if fresh else None

    found = await who.slack.until(card)
    return Session(found.channel, found.ts, found.ts)


async def a_fix(who: Person, session: Session) -> Message:
    """The session's newest fix card, as soon as one is there."""

    async def card() -> Message | None:
        return next(reversed(await session.fixes(who)), None)

    return await who.slack.until(card)


async def shows(reader: Person, message: Message, sentence: str, *, buttons: list[str] | None = None) -> Message:
    """The message as the reader sees it, as soon as it says the sentence and, if given, has these buttons."""

    async def says() -> Message | None:
        now = await reader.message(message.channel, message.ts)
        if now is None or sentence not in now.plain() or (buttons is not None and now.buttons != buttons):
            return None
        return now

    return await reader.slack.until(says)


async def whispered(who: Person, sentence: str, channel: str | None = None) -> Message:
    """The message to this person only that says the sentence."""

    async def heard() -> Message | None:
        said = await who.ephemerals(channel)
        return next((each for each in reversed(said) if sentence in f"{each.text}\n{each.plain()}"), None)

    return await who.slack.until(heard)


async def told_directly(who: Person, sentence: str) -> Message:
    """The message in the person's conversation with FlowPilot that says the sentence."""

    async def heard() -> Message | None:
        screen = await who.screen()
        said = screen.known.get(screen.channel_id("bot"), {}).values()  # in threads too
        return next((each for each in said if each.by_bot and sentence in f"{each.text}\n{each.plain()}"), None)

    return await who.slack.until(heard)


async def form(who: Person, label: str, option: str, on: Message) -> Modal:
    """Chooses an entry of a card's menu and returns the form that opens."""
    before = await who.modal()
    await who.choose(label, option, on)
    return await who.next_modal(before)


OURS = re.compile(r"<!date\^|<@U0ANA00001>|<https://flowpilot-sandbox\.slack\.com/archives/")
LIVE = re.compile(r"<[!@#][^>]*>|<[a-z]+:[^>]*>")


def parsed_texts(said: object) -> Iterator[str]:
    """Every text of a payload in which Slack looks for mentions and links: mrkdwn, and the top-level text of a message."""
    for each in items(said):
        yield from parsed_texts(each)
    thing = obj(said)
    if thing.get("type") == "mrkdwn":
        yield text(thing.get("text"))
    elif (plain := maybe_text(thing.get("text"))) is not None and thing.get("type") not in ("plain_text", "text"):
        yield plain
    for inner in thing.values():
        yield from parsed_texts(inner)


def live_in(said: object) -> list[str]:
    """What comes alive in a message or view: mentions and links beside those FlowPilot itself makes."""
    return [found for each in parsed_texts(said) for found in LIVE.findall(each) if not OURS.match(found)]


async def live_markup(slack: Slack) -> list[str]:
    """What came alive in anything the bot ever sent by a call."""
    return [found for call in await slack.log() for found in live_in(call.args)]
