"""What we ask of ConnectWise, and what the desk answers in its place, is what ConnectWise's own OpenAPI allows.

Twice: by a plain check in every run, and by Prism as a proxy between the two, where Prism is installed.
"""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import httpx
import pytest
from aiohttp import web

from core.ids import new_id
from core.psa.adapters import Adapters
from core.psa.address import site
from core.psa.login import ConnectWiseLogin
from core.psa.provider import Audience, NewNote, PsaProvider, PsaRefused, Status, TicketGone
from core.psa.trial import try_out
from tests.contracts.openapi import SPECIFICATION, Inspector
from tests.desk import TRUSTED, Desk

BASE = "/v2025_1/apis/3.0"
LOCKED = Path(__file__).parent / "prism/node_modules/.bin/prism"
PRISM = str(LOCKED) if LOCKED.exists() else shutil.which("prism")
PATIENCE = 60.0
OUTSIDE = {"POST /service/tickets/search", "POST /time/entries", "GET /system/info"}
"""The first two are not in the cut that we have; the last nobody needs."""


async def everything(provider: PsaProvider) -> None:
    """Every verb once, and the refusals."""
    await try_out(provider)
    await provider.find_tickets('a "quoted" \\ text', boards=["1", "2"])
    await provider.companies("North")
    await provider.contacts("301", "Kim")
    for audience in Audience:
        note = NewNote("What was found", audience, new_id(), notify=True)
        assert await provider.find_note("99120", note.mark) is None
        note_id = await provider.add_note("99120", note)
        assert await provider.find_note("99120", note.mark) == note_id
    await provider.notes_of("99120")
    resolved = Status("15", "Resolved", closed=True)
    assert (await provider.set_status("99120", resolved)).status == resolved
    with pytest.raises(PsaRefused):
        await provider.set_status("99120", Status("25", "Completed", closed=True))
    with pytest.raises(TicketGone):
        await provider.read_ticket("424242")
    callback = await provider.follow("99120", "https://flowpilot.example.com/psa/x")
    assert callback is not None
    await provider.unfollow(callback)


async def test_what_is_asked_and_answered_is_in_the_specification(desk: Desk):
    inspector = Inspector()
    async with httpx.AsyncClient(event_hooks={"response": [inspector.look]}) as client:
        provider = Adapters(client).connect(desk.login)
        await everything(provider)
        await desk.world(merged={"ticket": 99121, "into": 99120})
        await provider.read_ticket("99121")
        for status in ("401", "403", "409"):
            await desk.fault("read_ticket", "error", error=status)
            with contextlib.suppress(Exception):
                await provider.read_ticket("99120")
    assert not inspector.faults
    paths = {f"{method.upper()} {path}" for path, methods in _paths(inspector).items() for method in methods}
    assert paths - inspector.seen <= OUTSIDE | {"GET /system/callbacks"}


async def test_an_answer_that_is_not_allowed_is_noticed(desk: Desk):
    """The check itself can fail."""
    inspector = Inspector()
    desk.server.records.tickets[99120].summary = "x" * 101
    async with httpx.AsyncClient(event_hooks={"response": [inspector.look]}) as client:
        await Adapters(client).connect(desk.login).read_ticket("99120")
    assert any("too long" in one for one in inspector.faults)


def _paths(inspector: Inspector) -> dict[str, dict[str, object]]:
    return inspector.specification["paths"]  # type: ignore[return-value]


@asynccontextmanager
async def through_prism(desk: Desk) -> AsyncGenerator[ConnectWiseLogin]:
    """The desk with Prism before its API. What Prism does not know (companyinfo, the base of the address) is passed by it."""
    port = _free_port()
    prism = await asyncio.create_subprocess_exec(
        PRISM or "prism", "proxy", "--errors", str(SPECIFICATION), desk.url + BASE, "--host", "127.0.0.1", "--port", str(port),
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    runner = web.AppRunner(_front(desk, f"http://127.0.0.1:{port}"), access_log=None)
    try:
        await _until_up(port)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        keys = desk.login
        at = site(f"http://127.0.0.1:{runner.addresses[0][1]}", TRUSTED, field="site")
        yield ConnectWiseLogin(at, keys.company, keys.public_key, keys.private_key, keys.client_id)
    finally:
        await runner.cleanup()
        prism.terminate()
        await prism.wait()


def _front(desk: Desk, prism: str) -> web.Application:
    async def pass_on(request: web.Request) -> web.Response:
        inside = request.path.startswith(BASE)
        target = prism + request.path_qs.removeprefix(BASE) if inside else desk.url + request.path_qs
        headers = {name: value for name, value in request.headers.items() if name not in {"Host", "Content-Length"}}
        body = await request.read()
        async with (
            aiohttp.ClientSession(auto_decompress=False) as session,
            session.request(request.method, target, data=body or None, headers=headers) as answer,
        ):
            kept = {
                name: answer.headers[name] for name in ("Content-Type", "Link", "Retry-After") if name in answer.headers
            }
            return web.Response(body=await answer.read(), status=answer.status, headers=kept)

    application = web.Application(client_max_size=16 * 1024 * 1024)
    application.router.add_route("*", "/{rest:.*}", pass_on)
    return application


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


async def _until_up(port: int) -> None:
    async with asyncio.timeout(PATIENCE):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.1)
            else:
                writer.close()
                return


@pytest.mark.long
@pytest.mark.skipif(PRISM is None, reason="Prism is not installed: npm ci --prefix tests/contracts/prism")
async def test_prism_lets_everything_through(desk: Desk):
    adapters = Adapters.over(TRUSTED)
    async with through_prism(desk) as login:
        await everything(adapters.connect(login))
    await adapters.close()


@pytest.mark.long
@pytest.mark.skipif(PRISM is None, reason="Prism is not installed: npm ci --prefix tests/contracts/prism")
async def test_prism_would_not_let_a_wrong_answer_through(desk: Desk):
    adapters = Adapters.over(TRUSTED)
    desk.server.records.tickets[99120].summary = "x" * 101
    async with through_prism(desk) as login:
        with pytest.raises(Exception, match="500"):
            await adapters.connect(login).read_ticket("99120")
    await adapters.close()
