"""The queue beside a connected ticket system, and a call that is taken from there."""

from __future__ import annotations

import pytest

from bot.app import Bot
from core.ids import ConnectionId
from core.intake.tickets import queries
from core.unit import Role
from tests.bot import seeds
from tests.calls import intake, new_call, published, seen
from tests.desk import Desk
from tests.slack import Message, Modal, Person, Slack


@pytest.fixture
async def lena(bot: Bot, slack: Slack) -> Person:
    await seeds.has_role(bot, seeds.LENA, Role.L1)
    await published(bot)
    person = slack.as_("lena")
    await person.command("/l1 mine")
    return person


async def queue(who: Person, says: str) -> Message:
    """`/l1 queue`, as soon as it says this."""
    await who.command("/l1 queue")

    async def listed() -> Message | None:
        return next((one for one in await who.ephemerals() if says in one.plain()), None)

    return await who.slack.until(listed)


async def take_the_newest(who: Person, listed: Message) -> Modal:
    """*Take this call* of the first ticket in the list, and the form that opens."""
    before = await who.modal()
    button = next(one for one in listed.controls if one.label == "Take this call")
    await who.do("press", **listed.where, **button.where)
    return await who.next_modal(before)


async def test_a_ticket_of_the_ticket_system_is_taken_as_a_call(
    bot: Bot, slack: Slack, lena: Person, connection: ConnectionId
) -> None:
    listed = await queue(lena, "Open in the ticket system")
    assert "CW #99120" in listed.plain()
    tickets = listed.buttons.count("Take this call")
    before = await seen(lena)
    modal = await take_the_newest(lena, listed)
    shown = modal.plain()
    assert (await lena.submit(modal, problem_statement="my badge does not open the door of floor 2")).closed
    call = await new_call(lena, before)
    card = await call.ticket_says(lena, "Ticket: CW #")
    assert "Caller: " in card.plain(), shown
    async with bot.database.unit(await seeds.account_of(bot)) as unit:
        [ticket] = (await queries.page(unit, None)).items
    assert (ticket.psa_connection_id, bool(ticket.psa_ticket_id)) == (connection, True)
    await call.card(lena, "Is the light of the badge reader on?")  # so the thread is known, and the list can name it
    again = await queue(lena, "Taken as <")
    assert again.buttons.count("Take this call") == tickets - 1
    assert await slack.violations() == []


@pytest.mark.usefixtures("connection")
async def test_a_ticket_system_that_is_away_is_said_and_hides_nothing(lena: Person, desk: Desk) -> None:
    listed = await queue(lena, "Open in the ticket system")
    before = await seen(lena)
    modal = await take_the_newest(lena, listed)
    await lena.submit(modal, problem_statement="my badge does not open the door of floor 2")
    await new_call(lena, before)
    await desk.fault("find_tickets", "http500", times=20)
    said = await queue(lena, "could not tell its tickets")
    assert "L1-1 my badge does not open" in said.plain()


@pytest.mark.usefixtures("connection")
async def test_the_caller_is_looked_up_and_a_name_nobody_knows_stays_possible(lena: Person, desk: Desk) -> None:
    modal = await intake(lena, "my badge does not open the door of floor 2")
    offered = await lena.options("customer_name", "north", modal)
    assert offered[:2] == ["north", "Northwind Traders"]
    assert "Kim Novak · Northwind Traders" in offered
    before = await seen(lena)
    assert (await lena.submit(modal, customer_name="Kim Novak · Northwind Traders")).closed
    await (await new_call(lena, before)).ticket_says(lena, "Caller: Kim Novak · Northwind Traders")
    await desk.fault("companies", "http500", times=20)
    modal = await intake(lena, "my badge does not open the door of floor 5")
    assert await lena.options("customer_name", "Somebody new", modal) == ["Somebody new"]
    before = await seen(lena)
    shown = await lena.submit(modal, customer_name="Somebody new")
    if not shown.closed:  # a call like it is open
        assert (await lena.submit(await lena.next_modal(None), customer_name="Somebody new")).closed
    await (await new_call(lena, before)).ticket_says(lena, "Caller: Somebody new")
