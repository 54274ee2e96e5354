"""A proxy before a ticket system that cuts the connection when the system has answered, and before the answer arrives."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace

import aiohttp
from aiohttp import web

from core.psa.address import site
from core.psa.provider import PsaProvider
from tests.contracts.conftest import Place
from tests.desk import TRUSTED

PASSED_ON = ("Authorization", "clientId", "Accept", "Content-Type")


@asynccontextmanager
async def cut_after(place: Place, method: str) -> AsyncGenerator[PsaProvider]:
    """The place through a proxy that loses every answer to `method`. Leaving the context stops the proxy, and nobody listens there any more."""

    async def pass_on(request: web.Request) -> web.StreamResponse:
        headers = {name: request.headers[name] for name in PASSED_ON if name in request.headers}
        body = await request.read()
        async with session.request(
            request.method, place.url + request.path_qs, data=body or None, headers=headers
        ) as answer:
            content = await answer.read()
            if request.method == method and request.transport is not None:
                request.transport.abort()
            kind = answer.headers.get("Content-Type", "application/json")
            return web.Response(body=content, status=answer.status, headers={"Content-Type": kind})

    application = web.Application()
    application.router.add_route("*", "/{rest:.*}", pass_on)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    async with aiohttp.ClientSession() as session:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        at = site(f"http://127.0.0.1:{runner.addresses[0][1]}", TRUSTED, field="site")
        try:
            yield place.adapters.connect(replace(place.login, site=at))
        finally:
            await runner.cleanup()
