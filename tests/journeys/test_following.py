"""A ticket that is followed, time that is booked on it, and what a link to it shows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import cast
from uuid import uuid4

import aiohttp
import pytest

from bot.app import Bot
from bot.sandbox.desk.callbacks import signature
from bot.sandbox.wire import objs, text
from core.ids import ConnectionId, new_id
from core.psa import service
from core.psa.provider import Audience, NewNote, marked
from core.tickets import queries as follows
from core.tickets import service as tickets
from tests.bot import seeds
from tests.desk import Desk
from tests.journeys.linked import PROBLEM, a_linked_session, heard, row_of
from tests.slack import Modal, Person, Slack
from tests.stories import Session, whispered


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
    ours = NewNote("Please try again.", Audience.CUSTOMER, new_id())
    quoted = "\n".join(f"> {line}" for line in marked(ours).split("\n"))
    for said in (marked(ours), f"No luck.\n{quoted}"):
        await desk.world(customer_wrote={"ticket": 99120, "text": said})
    await _time_passes(bot)
    await heard(ana, session, "No luck.")
    assert not [one for one in await session.replies(ana) if "\nPlease try again." in one.plain()], "ours is no news"
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
    assert told.title == "Perhaps booked"
    assert "Please look at CW #99120 before you book it again." in told.plain()
    assert len(objs((await desk.state())["times"])) == 1


@pytest.mark.usefixtures("connection")
async def test_a_booking_that_was_refused_is_surely_none(ana: Person, desk: Desk):
    session = await a_linked_session(ana)
    modal = await _time_form(ana, session)
    await desk.fault("add_time", "ratelimited")
    await ana.submit(modal, minutes="25", text="Replaced the driver")
    told = await ana.next_modal(modal)
    assert (told.title, "before you book it again" in told.plain()) == ("Not booked", False)
    assert not objs((await desk.state())["times"])


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
