"""What the stories about tickets have in common."""

from __future__ import annotations

import asyncio

from bot.app import Bot
from core.sessions import queries
from core.sessions.models import Session as Row
from tests.bot import seeds
from tests.slack import Message, Modal, Person
from tests.stories import Session, started

PROBLEM = "the label printer on floor 3 prints blank labels"
KIM = "Northwind Traders · Kim Novak"


async def row_of(bot: Bot, session: Session) -> Row:
    account_id, found = await seeds.account_of(bot), None
    async with asyncio.timeout(5):
        while found is None:  # its card is up a moment before that is written down
            async with bot.database.unit(account_id) as unit:
                found = await queries.in_thread(unit, session.channel, session.root)
    return found


async def heard(reader: Person, session: Session, sentence: str) -> Message:
    """What FlowPilot says in the thread, as soon as it does."""

    async def said() -> Message | None:
        return next((one for one in await session.replies(reader) if sentence in one.plain()), None)

    return await reader.slack.until(said)


async def a_linked_session(who: Person, ticket: int = 99120) -> Session:
    session = await started(who, f"{PROBLEM}, see #{ticket}")
    await session.becomes(who, f"CW #{ticket}")
    return session


async def link_form(who: Person, session: Session) -> Modal:
    return await who.open_modal("Link ticket…", on=await session.card(who))
