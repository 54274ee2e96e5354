"""Where FlowPilot sends keys to, and where never."""

from __future__ import annotations

import ssl
from collections.abc import Sequence

import httpx
import pytest
from aiohttp import web

from core.psa.address import AddressRefused, TrustedHosts, checked, is_public, site
from core.psa.pinned import PinnedTransport, client

NOBODY = TrustedHosts()


def answering(*answers: Sequence[str]):
    """A resolver that gives each answer once, then the last one for ever."""
    left = list(answers)

    async def look_up(host: str, port: int) -> Sequence[str]:
        del host, port
        return left.pop(0) if len(left) > 1 else left[0]

    return look_up


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.1.2.3", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0", "100.64.0.1", "224.0.0.1",
        "255.255.255.255", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
        "64:ff9b::7f00:1", "2002:7f00:1::1", "2001:0:7f00:1::1", "ff02::1", "198.18.0.1", "192.0.2.1",
    ],
)  # fmt: skip
async def test_a_private_address_is_never_gone_to(address: str):
    assert not is_public(address)
    with pytest.raises(AddressRefused, match="private network"):
        await checked("psa.example.com", 443, NOBODY, answering(["93.184.215.14", address]))


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "::ffff:93.184.215.14"])
async def test_a_public_one_is(address: str):
    assert await checked("psa.example.com", 443, NOBODY, answering([address])) == address


@pytest.mark.parametrize(
    "text",
    [
        "", "   ", "https://", "ftp://psa.example.com", "file:///etc/passwd", "https://user:secret@psa.example.com",
        "https://psa.example.com?x=1", "https://psa.example.com#x", "https://psa example.com", "https://psa.example.com:port",
        "https://[::1", "javascript:alert(1)", "https://exa\u200bmple.com", "https://-x.example", "https://psa.example.com:99999",
    ],
)  # fmt: skip
def test_what_is_no_address_is_said_at_its_field(text: str):
    with pytest.raises(AddressRefused) as refused:
        site(text, NOBODY, field="site")
    assert refused.value.field == "site"
    assert "secret" not in str(refused.value)


def test_plain_http_is_for_named_hosts_only():
    with pytest.raises(AddressRefused, match="FLOWPILOT_PSA_HOSTS"):
        site("http://psa.example.com", NOBODY, field="site")
    assert site("http://desk:8080/", TrustedHosts.parse("other, desk:8080"), field="site").url == "http://desk:8080"
    with pytest.raises(AddressRefused):
        site("http://desk:8081", TrustedHosts.parse("desk:8080"), field="site")


def test_an_address_is_read_as_people_type_it():
    assert site(" NA.myconnectwise.net ", NOBODY, field="site").url == "https://na.myconnectwise.net"
    assert (
        site("https://na.myconnectwise.net/v4_6_release/", NOBODY, field="site").url == "https://na.myconnectwise.net"
    )
    assert (
        site("https://rt.example.com:8443/rt/", NOBODY, field="url", path=True).url == "https://rt.example.com:8443/rt"
    )


async def test_a_name_that_changes_its_mind_gains_nothing():
    """The address that was checked is the one connected to; the next request is checked anew."""
    reached: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        reached.append(request.host)
        return web.json_response({})

    application = web.Application()
    application.router.add_get("/", answer)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    port = runner.addresses[0][1]
    try:
        rebinding = answering(["203.0.113.7"], ["127.0.0.1"])
        async with client(NOBODY, rebinding) as unsure:
            for _ in range(2):
                with pytest.raises((AddressRefused, httpx.HTTPError)):
                    await unsure.get(f"https://psa.example.com:{port}/", timeout=0.5)
        assert not reached
        async with client(TrustedHosts.parse(f"desk.internal:{port}"), answering(["127.0.0.1"])) as sure:
            assert (await sure.get(f"http://desk.internal:{port}/")).status_code == 200
        assert reached == [f"desk.internal:{port}"]
    finally:
        await runner.cleanup()


async def test_the_certificate_is_asked_for_by_name_while_the_address_is_pinned():
    """What is sent below is the checked address, with the name for Host and for the certificate."""
    seen: list[httpx.Request] = []

    class Below(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            seen.append(request)
            return httpx.Response(200)

    transport = PinnedTransport(NOBODY, answering(["93.184.215.14"]), Below)
    async with httpx.AsyncClient(transport=transport) as through:
        await through.get("https://psa.example.com/x")
    (request,) = seen
    assert (request.url.host, request.headers["Host"]) == ("93.184.215.14", "psa.example.com")
    assert request.extensions["sni_hostname"] == "psa.example.com"
    assert ssl.create_default_context().check_hostname


async def test_no_redirect_is_followed_and_no_cookie_kept():
    async with client(NOBODY) as one:
        assert not one.follow_redirects
        answer = httpx.Response(
            200, headers={"Set-Cookie": "a=1; Path=/"}, request=httpx.Request("GET", "https://x.example/")
        )
        one.cookies.extract_cookies(answer)
        assert not list(one.cookies.jar)
