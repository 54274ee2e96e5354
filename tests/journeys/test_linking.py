"""A session and its ticket, as engineers see them."""

from __future__ import annotations

import pytest
from sqlalchemy import text as sql

from bot.app import Bot
from core.ids import ConnectionId
from tests.bot import seeds
from tests.desk import Desk
from tests.journeys.linked import KIM, PROBLEM, a_linked_session, heard, link_form, row_of
from tests.slack import Person
from tests.stories import a_fix, new_session, started


async def test_a_number_in_the_problem_links_the_ticket_at_once(
    bot: Bot, ana: Person, desk: Desk, connection: ConnectionId
):
    session = await a_linked_session(ana)
    card = await session.becomes(ana, KIM)
    assert (
        f"{desk.url}/v4_6_release/services/system_io/Service/fv_sr100_request.rails?service_recid=99120" in card.plain()
    )
    row = await row_of(bot, session)
    assert (row.psa_connection_id, row.psa_ticket_id, row.psa_board_id) == (connection, "99120", "1")
    assert row.state_version >= 1


@pytest.mark.usefixtures("connection")
async def test_an_address_links_it_too(ana: Person, desk: Desk):
    session = await started(
        ana, f"{PROBLEM} {desk.url}/v4_6_release/services/system_io/Service/fv_sr100_request.rails?service_recid=99121"
    )
    await session.becomes(ana, "Contoso Dental · Mara Lindt")


@pytest.mark.usefixtures("connection")
async def test_a_number_that_is_no_ticket_links_nothing(ana: Person, desk: Desk):
    session = await started(ana, "the room #4711 has no light")

    async def asked() -> bool:
        return bool(await desk.calls("read_ticket"))

    await ana.slack.until(asked)
    card = await session.card(ana)
    assert "CW #" not in card.plain()
    assert "Link ticket…" in card.buttons


@pytest.mark.usefixtures("connection")
async def test_a_ticket_that_was_surely_meant_and_is_not_there_is_told(ana: Person):
    session = await started(ana, f"{PROBLEM}, CW #424242")
    await heard(ana, session, "Ticket 424242 was not linked")


async def test_a_ticket_is_looked_up_while_typing(bot: Bot, ana: Person, desk: Desk, connection: ConnectionId):
    session = await started(ana, PROBLEM)
    before = (await row_of(bot, session)).state_version
    modal = await link_form(ana, session)
    assert any("CW #99121" in one for one in await ana.options("ticket", "outlook", modal))
    assert (await ana.options("ticket", "99122", modal))[0].startswith("CW #99122")
    assert (await ana.options("ticket", "99127", modal))[0].startswith("CW #99127"), "a closed one, by its number"
    hostile = await ana.options("ticket", '") or id = 99121 or summary contains ("', modal)
    assert hostile == []
    await ana.options("ticket", "99121", modal)
    assert (await ana.submit(modal, ticket=f"{connection}:99121")).closed
    await session.becomes(ana, "CW #99121")
    assert (await row_of(bot, session)).state_version > before
    assert await desk.calls("find_tickets")


async def test_a_ticket_that_went_away_meanwhile_is_refused_at_its_field(
    ana: Person, desk: Desk, connection: ConnectionId
):
    modal = await link_form(ana, await started(ana, PROBLEM))
    await ana.options("ticket", "99121", modal)
    await desk.world(deleted={"ticket": 99121})
    reply = await ana.submit(modal, ticket=f"{connection}:99121")
    assert reply.field_errors == {"ticket": "There is no ticket CW #99121 in any connected system."}


@pytest.mark.usefixtures("connection")
async def test_the_command_links_by_number_and_by_address(ana: Person, desk: Desk):
    session = await started(ana, PROBLEM)
    said = (await ana.command("/pilot link 99121")).ephemeral
    assert said is not None
    assert "Linked CW #99121" in said.plain()
    await session.becomes(ana, "CW #99121")
    await ana.command(f"/pilot link {desk.url}/x?service_recid=99122")
    await session.becomes(ana, "CW #99122")
    for words, sentence in (
        ("424242", "There is no ticket CW #424242"),
        ("the printer", "This names no ticket"),
    ):
        refused = (await ana.command(f"/pilot link {words}")).ephemeral
        assert refused is not None
        assert sentence in refused.plain()


async def test_without_a_ticket_system_the_way_to_one_is_told(ana: Person):
    await started(ana, PROBLEM)
    said = (await ana.command("/pilot link 99121")).ephemeral
    assert said is not None
    assert "No ticket system is connected yet" in said.plain()


@pytest.mark.usefixtures("connection")
async def test_a_second_session_about_the_ticket_is_pointed_out_before_it_is_made(ana: Person, ben: Person):
    first = await a_linked_session(ana)
    before = {one.ts for one in await ben.messages("helpdesk")}
    await ben.command("/pilot new labels are blank again #99120")
    modal = await ben.next_modal(None)
    assert "There is an open session about this ticket already" in modal.plain()
    assert PROBLEM[:20] in modal.plain()
    assert {one.ts for one in await ben.messages("helpdesk")} == before
    assert modal.submit_label == "Start anyway"
    assert (await ben.submit(modal)).closed
    second = await new_session(ben, "helpdesk", before)
    await second.becomes(ben, "CW #99120")
    await heard(ben, second, "CW #99120 has another open session")
    assert first.root != second.root


async def test_the_form_of_a_new_session_points_it_out_too(
    ana: Person, ben: Person, bot: Bot, connection: ConnectionId
):
    await a_linked_session(ana)
    await ben.command("/pilot new")
    modal = await ben.next_modal(None)
    await ben.options("ticket", "99120", modal)
    await ben.submit(modal, problem="blank labels", ticket=f"{connection}:99120")
    again = await ben.next_modal(modal)
    assert "There is an open session about this ticket already" in again.plain()
    before = {one.ts for one in await ben.messages("helpdesk")}
    assert (await ben.submit(again)).closed
    second = await new_session(ben, "helpdesk", before)
    await second.becomes(ben, KIM)
    assert (await row_of(bot, second)).problem == "blank labels"


@pytest.mark.usefixtures("connection")
async def test_a_ticket_is_unlinked_and_another_one_linked(bot: Bot, ana: Person):
    session = await a_linked_session(ana)
    before = (await row_of(bot, session)).state_version
    await ana.choose("tickets.menu", "Unlink", on=await session.card(ana))

    async def unlinked() -> bool:
        return "Link ticket…" in (await session.card(ana)).buttons

    await ana.slack.until(unlinked)
    row = await row_of(bot, session)
    assert (row.psa_ticket_id, row.psa_company, row.state_version > before) == (None, None, True)


@pytest.mark.usefixtures("connection")
async def test_a_merged_ticket_is_not_linked_but_the_one_that_goes_on_is_named(ana: Person, desk: Desk):
    await desk.world(merged={"ticket": 99121, "into": 99120})
    await started(ana, PROBLEM)
    said = (await ana.command("/pilot link 99121")).ephemeral
    assert said is not None
    assert "CW #99121 was merged into CW #99120" in said.plain()


@pytest.mark.usefixtures("connection")
async def test_a_ticket_system_that_is_away_holds_up_nobody(bot: Bot, ana: Person, desk: Desk):
    await desk.world(away=True)
    session = await started(ana, f"{PROBLEM}, see #99120")
    assert "CW #" not in (await session.card(ana)).plain()
    said = (await ana.command("/pilot link 99121")).ephemeral
    assert said is not None
    assert "ConnectWise cannot be reached" in said.plain()
    await desk.world(away=False)
    await _retried(bot)
    await session.becomes(ana, "CW #99120")


async def _retried(bot: Bot) -> None:
    """What was put off is due now."""
    async with bot.database.unit(await seeds.account_of(bot)) as unit:
        await unit.session.execute(sql("update outbox set due_at = now() where state = 'waiting'"))
    bot.database.wake()


@pytest.mark.usefixtures("connection")
async def test_a_session_whose_ticket_is_linked_while_it_is_thought_about_gets_its_fix_all_the_same(ana: Person):
    session = await started(
        ana, "The print spooler on PRINT01 stops every few minutes, nobody can print since this morning (#99120)"
    )
    await session.becomes(ana, "CW #99120")
    assert (await a_fix(ana, session)).buttons
