"""Request Tracker's own traps, on a real one."""

from __future__ import annotations

from dataclasses import replace

import aiohttp
import pytest

from core.errors import Invalid
from core.ids import new_id
from core.psa.address import AddressRefused
from core.psa.models import Target
from core.psa.provider import Audience, NewNote, PsaRefused
from core.psa.request_tracker_words import DEFAULT_LIFECYCLE
from core.psa.trial import named, try_out
from tests.contracts.conftest import Place
from tests.contracts.request_tracker import RealTracker

pytestmark = pytest.mark.long


async def test_the_statuses_offered_are_those_it_takes(tracker_place: Place):
    """It does not list a lifecycle's statuses, so the default one's are known here: each must be one it really sets."""
    ticket = await tracker_place.open("Through all statuses")
    for status in (*DEFAULT_LIFECYCLE, DEFAULT_LIFECYCLE[1]):
        assert (await tracker_place.provider.set_status(ticket, status)).status == status


async def test_who_has_no_rights_is_told_so(tracker_place: Place, tracker: RealTracker):
    await tracker.ask("POST", "/user", {"Name": "bot", "Password": "botbotbot", "Privileged": 1})
    bot = tracker_place.adapters.connect(replace(tracker.login, user="bot", password="botbotbot"))
    with pytest.raises(PsaRefused, match="Forbidden"):
        await bot.read_ticket(tracker_place.ticket)
    assert not await bot.boards()


async def test_a_stale_version_is_refused(tracker_place: Place, tracker: RealTracker):
    headers = {"Authorization": aiohttp.encode_basic_auth(tracker.user, tracker.password), "If-Match": '"old"'}
    url = f"{tracker.url}/REST/2.0/ticket/{tracker_place.ticket}"
    async with tracker.session.put(url, json={"Subject": "x"}, headers=headers) as answer:
        assert answer.status == 412


async def test_a_requestor_without_an_address_for_a_name_has_one_all_the_same(
    tracker_place: Place, tracker: RealTracker
):
    await tracker.ask(
        "POST", "/user", {"Name": "mara", "RealName": "Mara Lindt", "EmailAddress": "mara@contoso.example"}
    )
    ticket = await tracker.open("Her scanner", requestor="mara")
    contact = (await tracker_place.provider.read_ticket(ticket)).contact
    assert contact is not None
    assert (contact.name, contact.email) == ("Mara Lindt", "mara@contoso.example")


async def test_of_the_note_and_the_mail_it_causes_the_note_is_found(tracker_place: Place, tracker: RealTracker):
    """The mail that goes out to the requestor carries the same text, and the same mark."""
    ticket = await tracker_place.open("With mail")
    note = NewNote("Replaced the driver", Audience.CUSTOMER, new_id())
    note_id = await tracker_place.provider.add_note(ticket, note)
    transaction = await tracker.ask("GET", f"/transaction/{note_id}")
    assert transaction["Type"] == "Correspond"


async def test_an_address_without_request_tracker_is_a_sentence(tracker_place: Place, tracker: RealTracker):
    elsewhere = replace(tracker.login, site=replace(tracker.login.site, path="/nowhere"))
    with pytest.raises(AddressRefused, match="sends FlowPilot on"):
        await tracker_place.adapters.connect(elsewhere).boards()


async def test_the_statuses_named_at_the_shell_are_found_on_its_queues(tracker_place: Place):
    tried = await try_out(tracker_place.provider)
    targets = named(tried, {Target.RESOLVED: ["resolved"], Target.ESCALATED: ["Stalled"]})
    assert targets["1"] == {Target.RESOLVED: DEFAULT_LIFECYCLE[3], Target.ESCALATED: DEFAULT_LIFECYCLE[2]}
    with pytest.raises(Invalid, match="There are: new, open, rejected, resolved, stalled"):
        named(tried, {Target.RESOLVED: ["Erledigt"]})
