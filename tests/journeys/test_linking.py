"""A session and its ticket, as engineers see them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import cast
from uuid import uuid4

import aiohttp
import pytest
from sqlalchemy import text as sql

from bot.app import Bot
from bot.sandbox.desk.callbacks import signature
from bot.sandbox.wire import objs, text
from core.ids import ConnectionId
from core.psa import service
from core.sessions import queries
from core.sessions.models import Session as Row
from core.tickets import queries as follows
from core.tickets import service as tickets
from tests.bot import seeds
from tests.desk import Desk, connected
from tests.slack import Message, Modal, Person, Slack
from tests.stories import Session, new_session, started, whispered

PROBLEM = "the label printer on floor 3 prints blank labels"
KIM = "Northwind Traders · Kim Novak"


@pytest.fixture
async def connection(bot: Bot, slack: Slack, desk: Desk) -> ConnectionId:
    del slack
    return await connected(bot, desk)


async def row_of(bot: Bot, session: Session) -> Row:
    async with bot.database.unit(await seeds.account_of(bot)) as unit:
        found = await queries.in_thread(unit, session.channel, session.root)
    assert found is not None
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


async def test_a_followed_ticket_is_heard_in_the_thread(bot: Bot, ana: Person, desk: Desk, connection: ConnectionId):
    session = await a_linked_session(ana)
    await ana.choose("tickets.menu", "Follow its changes", on=await session.card(ana))
    await whispered(ana, "From now on this thread hears of what changes on CW #99120.")
    await desk.world(
        status={"ticket": 99120, "status": 13},
        customer_wrote={"ticket": 99120, "text": "It *still* prints <blank> labels"},
    )
    await _time_passes(bot)
    await heard(ana, session, "CW #99120 is now “Waiting on Customer” (it was “In Progress”).")
    note = await heard(ana, session, "It *still* prints <blank> labels")
    assert "A note on CW #99120 by Kim Novak" in note.plain()
    await _time_passes(bot)
    await desk.world(moved={"ticket": 99120, "board": 2, "status": 21})
    await _time_passes(bot)
    await heard(ana, session, "CW #99120 moved to the board “Infrastructure”.")
    assert len([one for one in await session.replies(ana) if "<blank>" in one.plain()]) == 1
    await desk.world(deleted={"ticket": 99120})
    await _time_passes(bot)
    await heard(ana, session, "CW #99120 is not there any more, so it is followed no longer.")
    del connection


async def _time_passes(bot: Bot) -> None:
    """The clock's next look, without waiting for it."""
    async with bot.database.unit(await seeds.account_of(bot)) as unit:
        for row in await follows.due(unit, unit.now + timedelta(days=1)):
            row.next_look_at = unit.now
    async with bot.database.unit(await seeds.account_of(bot)) as unit:
        await tickets.plan_looks(unit)


async def test_a_call_of_the_ticket_system_brings_the_look_forward(
    bot: Bot, ana: Person, desk: Desk, connection: ConnectionId
):
    session = await a_linked_session(ana)
    await ana.choose("tickets.menu", "Follow its changes", on=await session.card(ana))
    await whispered(ana, "From now on this thread hears")
    await desk.world(status={"ticket": 99120, "status": 13})
    url = f"{bot.url}/psa/{await seeds.account_of(bot)}/{connection}"
    body = {"ID": 99120, "Type": "ticket", "Action": "updated", "Metadata": {"key_url": f"{desk.url}/login/keys"}}
    elsewhere = {**body, "Metadata": {"key_url": "https://evil.example/keys"}}
    key = desk.server.keys.signing_key
    for forged, with_key in ((body, "another key"), (elsewhere, key), ({"ID": 99120}, key)):
        assert await _call(url, forged, with_key) == 403
    assert await _call(url.replace(str(connection), str(uuid4())), body, key) == 403
    assert await _call(f"{bot.url}/psa/x/y", body, key) == 403
    assert await _call(url, body, None) == 403
    assert not [one for one in await session.replies(ana) if "Waiting on Customer" in one.plain()]
    assert await _call(url, body, key) == 204
    await heard(ana, session, "CW #99120 is now “Waiting on Customer”")


async def _call(url: str, said: Mapping[str, object], key: str | None) -> int:
    body = json.dumps(said).encode()
    headers = {} if key is None else {"x-content-signature": signature(key, body)}
    async with aiohttp.ClientSession() as session, session.post(url, data=body, headers=headers) as answer:
        return answer.status


@pytest.mark.usefixtures("connection")
async def test_time_is_booked_in_the_engineers_own_name(ana: Person, desk: Desk):
    session = await a_linked_session(ana)
    modal = await _time_form(ana, session)
    assert (await ana.submit(modal, minutes="-5", text="x")).field_errors == {
        "minutes": "Give the minutes as a number from 1 to 1440."
    }
    assert (await ana.submit(modal, minutes="25", text="Replaced the driver", repeat=2)).closed
    await heard(ana, session, "booked 25 minutes on CW #99120.")
    (entry,) = objs((await desk.state())["times"])
    assert (entry["member"], entry["chargeToId"], entry["notes"]) == ({"id": 501}, 99120, "Replaced the driver")


@pytest.mark.usefixtures("connection")
async def test_a_booking_whose_answer_is_lost_is_not_repeated_but_told(ana: Person, desk: Desk):
    session = await a_linked_session(ana)
    modal = await _time_form(ana, session)
    await desk.fault("add_time", "drop_after")
    await ana.submit(modal, minutes="25", text="Replaced the driver")
    told = await ana.next_modal(modal)
    assert "Please look at CW #99120 before you book it again." in told.plain()
    assert len(objs((await desk.state())["times"])) == 1


async def _time_form(who: Person, session: Session) -> Modal:
    before = await who.modal()
    await who.choose("tickets.menu", "Add time…", on=await session.card(who))
    return await who.next_modal(before)


@pytest.mark.usefixtures("connection")
async def test_a_link_to_a_ticket_is_shown_as_a_small_card(ana: Person, slack: Slack, desk: Desk):
    await a_linked_session(ana)
    link = f"{desk.url}/v4_6_release/services/system_io/Service/fv_sr100_request.rails?service_recid=99120"
    posted = await ana.say("helpdesk", f"have a look: {link}")
    assert posted.ts

    async def shown() -> str | None:
        calls = [call for call in await slack.log() if call.method == "chat.unfurl"]
        return json.dumps(calls[-1].args["unfurls"]) if calls else None

    card = await slack.until(shown)
    assert "CW #99120" in card
    assert "Northwind Traders" in card
    assert PROBLEM[:20] in card
    # Whoever may not see tickets is shown none, and is not scolded for posting a link.
    viewer = slack.as_("nia")
    await viewer.say("helpdesk", f"mine: {link}")
    await ana.say("helpdesk", f"once more: {link}")
    await slack.until(_unfurled(slack, 2))
    assert not await viewer.ephemerals()


def _unfurled(slack: Slack, times: int):
    async def shown() -> bool:
        return len([call for call in await slack.log() if call.method == "chat.unfurl"]) == times

    return shown


async def test_removing_the_connection_leaves_the_session_as_it_is(bot: Bot, ana: Person, connection: ConnectionId):
    session = await a_linked_session(ana)
    async with bot.database.unit(await seeds.account_of(bot), person=seeds.ANA) as unit:
        removed = await service.remove(unit, connection)
    assert removed.sealed_keys == ""
    await ana.choose("tickets.menu", "Follow its changes", on=await session.card(ana))
    await whispered(ana, "The connection to this ticket's system was removed.")
    assert "CW #99120" in (await session.card(ana)).plain()
    assert text(cast("object", (await row_of(bot, session)).psa_ticket_label)) == "CW #99120"
