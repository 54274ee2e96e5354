"""Whatever became of the ticket meanwhile, or of the connection to it: the note goes where it belongs, or it is said why not."""

from __future__ import annotations

import pytest

from bot.app import Bot
from core.ids import ConnectionId
from core.psa import queries, service
from core.psa.models import Target
from core.psa.provider import Board, Status
from tests.bot import seeds
from tests.desk import Desk, connected
from tests.notes import block, linked, note_card, preview
from tests.slack import Person
from tests.stories import Session, shows, started

PROBLEM = "the print spooler keeps stopping on PRN01 and nobody can print"
TICKET = 99123


@pytest.fixture
async def connection(bot: Bot, desk: Desk) -> ConnectionId:
    return await connected(bot, desk)


@pytest.fixture
async def session(bot: Bot, ana: Person, connection: ConnectionId) -> Session:
    session = await started(ana, PROBLEM)
    await linked(bot, connection, TICKET)
    return session


async def resolve(who: Person, session: Session) -> None:
    modal = await preview(who, "Resolve…", session)
    assert (await who.submit(modal, {block(modal, "resolution"): "It prints again."})).response_action == "update"


async def removed(bot: Bot, connection: ConnectionId) -> None:
    async with bot.database.unit(await seeds.account_of(bot), source="test") as unit:
        await service.remove(unit, connection)


async def test_a_merged_ticket_gets_no_note_and_the_card_names_the_one_that_goes_on(
    ana: Person, desk: Desk, session: Session
) -> None:
    await desk.world(merged={"ticket": TICKET, "into": 99120})
    await resolve(ana, session)
    card = await note_card(ana, session, "CW #99123 was merged into CW #99120")
    assert await desk.notes_on(TICKET) == await desk.notes_on(99120) == []
    await ana.press("Don't post", on=card)
    await shows(ana, card, "Taken back before anything was sent.")
    await session.becomes(ana, "*Active*")


async def test_a_ticket_that_moved_gets_the_status_of_the_board_it_is_on_now(
    ana: Person, desk: Desk, session: Session
) -> None:
    await desk.world(moved={"ticket": TICKET, "board": 2, "status": 21})
    await resolve(ana, session)
    await note_card(ana, session, "Its status is “Completed”: read back and verified.")
    assert await desk.status_of(TICKET) == "Completed"
    assert len(await desk.notes_on(TICKET)) == 1


async def test_a_ticket_that_was_closed_meanwhile_gets_the_note_and_keeps_its_status(
    ana: Person, desk: Desk, bot: Bot, session: Session
) -> None:
    await desk.world(moved={"ticket": TICKET, "board": 2, "status": 25})
    async with bot.database.unit(await seeds.account_of(bot), source="test") as unit:
        (connection,) = await queries.connections(unit)
        service.aim(unit, connection, Board("2", "Infrastructure"), {Target.RESOLVED: Status("22", "Assigned", False)})
    await resolve(ana, session)
    await note_card(ana, session, "the ticket is closed already (“Completed”)")
    await session.becomes(ana, "*Resolved*")
    assert await desk.status_of(TICKET) == "Completed"
    assert len(await desk.notes_on(TICKET)) == 1


async def test_a_chosen_status_of_another_board_is_never_set(
    ana: Person, desk: Desk, bot: Bot, session: Session
) -> None:
    async with bot.database.unit(await seeds.account_of(bot), source="test") as unit:
        (connection,) = await queries.connections(unit)
        service.aim(unit, connection, Board("1", "Help Desk"), {Target.RESOLVED: Status("25", "Completed", True)})
    await resolve(ana, session)
    await note_card(ana, session, "the chosen status “Completed” is not one of the board “Help Desk” any more")
    await session.becomes(ana, "*Resolved*")
    assert await desk.status_of(TICKET) == "New"
    assert await desk.calls("set_status") == []


async def test_with_the_connection_removed_nothing_is_posted_until_it_is_unlinked_and_closed_here(
    ana: Person, bot: Bot, desk: Desk, session: Session, connection: ConnectionId
) -> None:
    await removed(bot, connection)
    modal = await preview(ana, "Resolve…", session)
    assert "its connection was removed, so nothing can be posted there" in modal.plain()
    refused = await ana.submit(modal, {block(modal, "resolution"): "It prints again."})
    assert "was removed. Link the session to a ticket" in " ".join(refused.field_errors.values())
    await ana.close(modal, all=True)
    await ana.choose("tickets.menu", "Unlink", on=await session.becomes(ana, "CW #99123"))

    async def local() -> bool:
        return "CW #99123" not in (await session.card(ana)).plain()

    await ana.slack.until(local)
    modal = await preview(ana, "Resolve…", session)
    assert "It prints again." in str(modal.values), "what was typed stays"
    await ana.submit(modal)
    await session.becomes(ana, "*Resolved*")
    assert await desk.notes_on(TICKET) == []


async def test_a_connection_removed_while_a_note_waits_is_said(
    ana: Person, bot: Bot, desk: Desk, session: Session, connection: ConnectionId
) -> None:
    await desk.world(away=True)
    await resolve(ana, session)
    await note_card(ana, session, "Queued for CW #99123")
    await removed(bot, connection)
    await desk.world(away=False)
    await ana.slack.until(lambda: _stands_still(ana, session))
    card = await note_card(ana, session, "The connection to CW #99123 was removed.")
    await ana.press("Don't post", on=card)
    await shows(ana, card, "Taken back before anything was sent.")
    assert await desk.notes_on(TICKET) == []


async def _stands_still(who: Person, session: Session) -> bool:
    return any("Needs a decision" in one.plain() for one in await session.replies(who))
