"""ConnectWise's own traps, each as the desk plays it."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

import httpx
import pytest

from core.ids import new_id
from core.psa.adapters import Adapters
from core.psa.address import AddressRefused, TrustedHosts, site
from core.psa.connectwise import ConnectWise
from core.psa.connectwise_words import VERSION, api_host
from core.psa.gate import FAILURES, Gate
from core.psa.login import ConnectWiseLogin
from core.psa.provider import (
    Audience,
    KeysRefused,
    NewNote,
    PsaAway,
    PsaRefused,
    System,
    Throttled,
    TicketGone,
)
from tests.contracts.conftest import Place
from tests.desk import Desk

NOTE = NewNote("Replaced the driver", Audience.CUSTOMER, new_id())


@pytest.fixture
def desk(desk_place: Place) -> Desk:
    assert desk_place.desk is not None
    return desk_place.desk


async def test_a_200_with_the_old_status_is_seen(desk_place: Place, desk: Desk):
    await desk.fault("set_status", "keep_status")
    after = await desk_place.provider.set_status("99120", desk_place.resolved)
    assert after.status.name == "In Progress"


async def test_a_status_is_set_by_an_array_with_the_whole_object(desk_place: Place, desk: Desk):
    await desk_place.provider.set_status("99120", desk_place.resolved)
    (call,) = await desk.calls("set_status")
    assert call["body"] == [{"op": "replace", "path": "status", "value": {"id": 15}}]


async def test_the_systems_own_sentence_is_what_the_person_reads(desk_place: Place, desk: Desk):
    with pytest.raises(PsaRefused) as refused:
        await desk_place.provider.set_status("99120", desk_place.unknown_status)
    assert refused.value.said == "Status 25 does not belong to board Help Desk"


@pytest.mark.parametrize(("status", "kind"), [("403", PsaRefused), ("409", PsaRefused), ("401", KeysRefused)])
async def test_refusals_are_told_apart(desk_place: Place, desk: Desk, status: str, kind: type[Exception]):
    await desk.fault("add_note", "error", error=status)
    with pytest.raises(kind, match="Ordered by the control door"):
        await desk_place.provider.add_note("99120", NOTE)
    assert not await desk.notes_on(99120)


async def test_expired_keys_are_keys_that_do_not_hold(desk_place: Place, desk: Desk):
    assert await desk_place.provider.read_ticket("99120")
    await desk.world(keys="expired")
    with pytest.raises(KeysRefused):
        await desk_place.provider.read_ticket("99120")


async def test_a_pause_that_was_asked_for_is_kept(desk_place: Place, desk: Desk):
    await desk_place.provider.read_ticket("99120")
    await desk.fault("add_note", "ratelimited", retry_after=40)
    with pytest.raises(Throttled) as throttled:
        await desk_place.provider.add_note("99120", NOTE)
    assert throttled.value.retry_after == 40
    asked = len(await desk.calls())
    with pytest.raises(Throttled):
        await desk_place.provider.read_ticket("99120")
    assert len(await desk.calls()) == asked


async def test_an_error_of_its_own_may_have_done_the_work(desk_place: Place, desk: Desk):
    await desk.fault("add_note", "http500")
    with pytest.raises(PsaAway) as away:
        await desk_place.provider.add_note("99120", NOTE)
    assert away.value.maybe_done
    assert len(await desk.calls("add_note")) == 1


async def test_a_read_that_got_no_answer_is_made_once_more(desk_place: Place, desk: Desk):
    await desk.fault("read_ticket", "drop_before")
    assert (await desk_place.provider.read_ticket("99120")).id == "99120"
    assert len(await desk.calls("read_ticket")) == 2


async def test_a_write_is_never_repeated(desk_place: Place, desk: Desk):
    await desk.fault("add_note", "drop_after")
    with pytest.raises(PsaAway) as away:
        await desk_place.provider.add_note("99120", NOTE)
    assert away.value.maybe_done
    assert len(await desk.notes_on(99120)) == 1
    assert await desk_place.provider.find_note("99120", NOTE.mark) == str((await desk.notes_on(99120))[0]["id"])


async def test_an_answer_that_comes_too_late_may_have_done_the_work(desk: Desk):
    await desk.fault("add_note", "slow", seconds=5)
    hasty = httpx.AsyncClient(timeout=0.3)
    provider = Adapters(hasty).connect(desk.login)
    with pytest.raises(PsaAway) as away:
        await provider.add_note("99120", NOTE)
    assert away.value.maybe_done
    await hasty.aclose()


async def test_after_some_failures_it_is_left_alone_for_a_while(desk: Desk):
    seconds = 100.0
    client = httpx.AsyncClient()
    plain = cast("ConnectWise", Adapters(client).connect(desk.login))
    gate = Gate(System.CONNECTWISE, clock=lambda: seconds)
    provider = replace(plain, wire=replace(plain.wire, gate=gate))
    await provider.read_ticket("99120")
    await desk.world(away=True)
    for _ in range(FAILURES):
        with pytest.raises(PsaAway):
            await provider.add_note("99120", NOTE)
    asked = len(await desk.calls())
    with pytest.raises(PsaAway, match="tried again in"):
        await provider.read_ticket("99120")
    assert len(await desk.calls()) == asked
    await desk.world(away=False)
    seconds += 60
    assert (await provider.read_ticket("99120")).id == "99120"
    assert (await provider.read_ticket("99121")).id == "99121"
    await client.aclose()


async def test_an_upgrade_moves_the_base_and_is_followed_once(desk: Desk):
    seconds = 0.0
    client = httpx.AsyncClient()
    provider = replace(cast("ConnectWise", Adapters(client).connect(desk.login)), clock=lambda: seconds)
    assert await provider.read_ticket("99120")
    await desk.world(upgraded="v2025_2/")
    seconds += 3600
    assert (await provider.read_ticket("99120")).id == "99120"
    with pytest.raises(TicketGone):
        await provider.read_ticket("424242")
    await client.aclose()


async def test_every_call_says_who_and_what_it_understands(desk_place: Place):
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        if "companyinfo" in request.url.path:
            return httpx.Response(200, json={"Codebase": "v2025_1/", "SiteUrl": "api-na.myconnectwise.net"})
        return httpx.Response(200, json={"id": 7, "summary": "x"})

    login = replace(
        cast("ConnectWiseLogin", desk_place.login), site=site("na.myconnectwise.net", TrustedHosts(), field="site")
    )
    provider = Adapters(httpx.AsyncClient(transport=httpx.MockTransport(answer))).connect(login)
    await provider.read_ticket("7")
    info, ticket = seen
    assert str(info.url) == "https://na.myconnectwise.net/login/companyinfo/flowpilot"
    assert "Authorization" not in info.headers
    assert str(ticket.url) == "https://api-na.myconnectwise.net/v2025_1/apis/3.0/service/tickets/7"
    assert (ticket.headers["Accept"], ticket.headers["clientId"]) == (VERSION, login.client_id)
    assert ticket.headers["Authorization"].startswith("Basic ")


@pytest.mark.parametrize(
    "told", ["evil.example", "api-na.myconnectwise.net.evil.example", "x@evil.example/.myconnectwise.net", ""]
)
def test_the_keys_follow_nobody_out_of_the_house(told: str):
    cloud = site("na.myconnectwise.net", TrustedHosts(), field="site")
    assert api_host(cloud, told) == "https://api-na.myconnectwise.net"
    own = site("psa.example.com", TrustedHosts(), field="site")
    assert api_host(own, told) == "https://psa.example.com"


@pytest.mark.parametrize(
    ("answer", "refusal", "says"),
    [
        (httpx.Response(302, headers={"Location": "https://evil.example/"}), AddressRefused, "evil.example"),
        (httpx.Response(200, text="<html>Sign in</html>"), PsaAway, "language"),
        (httpx.Response(404, text="no"), PsaAway, "no ConnectWise"),
        (httpx.Response(200, text="null"), PsaRefused, "no company"),
        (httpx.Response(200, text="[" * 100_000), PsaAway, "language"),
        (httpx.Response(200, json=[]), PsaAway, "cannot be reached"),
        (httpx.Response(400, json={"code": "x", "message": "Sorry.", "errors": None}), PsaRefused, "Sorry."),
        (httpx.Response(200, content=b"[" * 9_000_000), PsaAway, "broke"),
    ],
)
async def test_a_strange_answer_is_a_sentence(
    desk_place: Place, answer: httpx.Response, refusal: type[Exception], says: str
):
    provider = Adapters(httpx.AsyncClient(transport=httpx.MockTransport(lambda _: answer))).connect(desk_place.login)
    with pytest.raises(refusal, match=says):
        await provider.read_ticket("7")


async def test_notes_go_where_they_belong(desk_place: Place, desk: Desk):
    await desk_place.provider.add_note("99120", replace(NOTE, notify=True))
    await desk_place.provider.add_note("99120", NewNote("Only for us", Audience.INTERNAL, new_id(), notify=True))
    shown, hidden = await desk.notes_on(99120)
    assert (shown["resolutionFlag"], shown["internalAnalysisFlag"], shown["externalFlag"]) == (True, False, True)
    assert (hidden["resolutionFlag"], hidden["internalAnalysisFlag"], hidden["externalFlag"]) == (False, True, False)
    mails = cast("list[dict[str, object]]", (await desk.state())["mails"])
    assert [mail["note"] for mail in mails] == [shown["id"]]
