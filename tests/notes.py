"""The note's preview as people use it, in tests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

from sqlalchemy import text as sql

from bot.app import Bot
from bot.sandbox.wire import obj, text
from core.fixes import service as fixes
from core.ids import ConnectionId
from core.sessions import queries as sessions
from tests.bot import seeds
from tests.builders import SCRIPTED
from tests.slack import Message, Modal, Person
from tests.stories import Session


async def preview(who: Person, button: str, session: Session) -> Modal:
    """The preview, as soon as its draft is there."""
    await who.press(button, on=await session.card(who))

    async def filled() -> Modal | None:
        modal = await who.modal()
        return modal if modal is not None and modal.submit_label == "Confirm and post" else None

    return await who.slack.until(filled)


async def shown_when(who: Person, is_it: Callable[[Modal], bool]) -> Modal:
    """The modal on top, as soon as it is so."""

    async def so() -> Modal | None:
        modal = await who.modal()
        return modal if modal is not None and is_it(modal) else None

    return await who.slack.until(so)


def blocks_of(modal: Modal, key: str) -> list[str]:
    """The inputs of a section, in order."""
    return [each for each in modal.fields if each.partition("~")[0].partition(".")[0] == key]


def field(modal: Modal, key: str) -> str:
    """What stands in a section."""
    return "".join(text(_entered(modal, each)) for each in blocks_of(modal, key))


def _entered(modal: Modal, block: str) -> object:
    return obj(obj(modal.values[block])["value"])["value"] or ""


def block(modal: Modal, key: str) -> str:
    return blocks_of(modal, key)[0]


async def note_card(reader: Person, session: Session, sentence: str) -> Message:
    async def card() -> Message | None:
        said = await session.replies(reader)
        return next((each for each in said if sentence in each.plain() and "confirmed by" in each.plain()), None)

    return await reader.slack.until(card)


async def linked(bot: Bot, connection: ConnectionId, ticket: int, board: int = 1) -> UUID:
    """Links the newest session to a ticket of the desk, and returns its id."""
    wanted = sql(
        "update ai_sessions set psa_connection_id = :connection, psa_ticket_id = :ticket, psa_ticket_label = :label, "
        "psa_ticket_url = :url, psa_board_id = :board where id = (select id from ai_sessions order by id desc limit 1) returning id"
    )
    async with bot.database.unit(await seeds.account_of(bot)) as unit:
        found = await unit.session.scalar(
            wanted,
            {
                "connection": connection,
                "ticket": str(ticket),
                "label": f"CW #{ticket}",
                "url": f"https://desk.example/{ticket}",
                "board": str(board),
            },
        )
    assert isinstance(found, UUID)
    return found


async def suggested(bot: Bot, title: str) -> None:
    """Another fix with a script is put before the engineers of the newest session."""
    newest = sql("select id from ai_sessions order by id desc limit 1")
    async with bot.database.unit(await seeds.account_of(bot)) as unit:
        found = await unit.session.scalar(newest)
        assert isinstance(found, UUID)
        session = await sessions.session_for_update(unit, found)
        await fixes.suggest(unit, session, replace(SCRIPTED, title=title))
