"""The HTTP side: Slack's requests, and the probes of whoever runs us."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog
from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncApp

from bot.metrics import Metrics
from bot.psa_callbacks import Callbacks
from core.db import ping
from core.unit import Database

log = structlog.get_logger()

LARGEST_BODY = 4 * 1024 * 1024


@dataclass
class Probes:
    """`ready` turns false when we stop taking in. `connected` knows a deaf socket from an open one; in HTTP mode it is always true."""

    database: Database
    connected: Callable[[], Awaitable[bool]]
    ready: bool = True

    async def problem(self) -> str | None:
        """What keeps us from serving, or None."""
        if not self.ready:
            return "stopping"
        try:
            async with asyncio.timeout(2):
                await ping(self.database.engine)
        except Exception as error:  # noqa: BLE001 - a probe reports whatever it is
            return f"database: {type(error).__name__}"
        return None if await self.connected() else "the socket to Slack is not connected"


def web_app(
    bolt: AsyncApp | None, probes: Probes, metrics: Metrics, callbacks: Callbacks | None = None
) -> web.Application:
    """`bolt` None: no requests from Slack here (Socket Mode, or a worker); the probes are there all the same."""

    async def events(request: web.Request) -> web.Response:
        if bolt is None:
            return web.Response(status=404)
        try:
            parsed = await to_bolt_request(request)
        except (ValueError, TypeError, AttributeError, RecursionError):  # the last one: JSON nested beyond all reason
            return web.Response(status=400, text="This is not a request of Slack's.")
        try:
            return await to_aiohttp_response(await bolt.async_dispatch(parsed))
        except (IndexError, KeyError, TypeError, AttributeError) as error:
            log.warning("bolt could not read a payload", error=type(error).__name__)
            return web.Response(status=400, text="This payload cannot be read.")

    async def alive(_: web.Request) -> web.Response:
        started = time.perf_counter()
        await asyncio.sleep(0)
        return web.Response(text=f"ok, loop lag {(time.perf_counter() - started) * 1000:.1f} ms")

    async def ready(_: web.Request) -> web.Response:
        problem = await probes.problem()
        return web.Response(status=503, text=problem) if problem else web.Response(text="ready")

    async def show_metrics(_: web.Request) -> web.Response:
        return web.Response(body=generate_latest(metrics.registry), headers={"Content-Type": CONTENT_TYPE_LATEST})

    app = web.Application(client_max_size=LARGEST_BODY)
    app.router.add_post("/slack/events", events)
    if callbacks is not None:
        app.router.add_post("/psa/{account}/{connection}", callbacks.called)
    app.router.add_get("/livez", alive)
    app.router.add_get("/readyz", ready)
    app.router.add_get("/metrics", show_metrics)
    return app
