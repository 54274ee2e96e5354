"""Socket Mode: the same Bolt app, fed by a websocket."""

from __future__ import annotations

import asyncio
from typing import cast

from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.web.async_client import AsyncWebClient


class Socket(AsyncSocketModeHandler):
    """Closing drops answers in flight, so it first stops taking in and waits for what is running."""

    def __init__(self, app: AsyncApp, app_token: str, base_url: str) -> None:
        super().__init__(app, app_token, web_client=AsyncWebClient(base_url=base_url))
        self._running: set[asyncio.Task[object]] = set()
        self._closing = False

    async def handle(self, client: SocketModeClient, req: SocketModeRequest) -> None:
        if self._closing:
            return  # unacked: Slack gives it to another replica, or again to the next
        task = cast("asyncio.Task[object]", asyncio.current_task())
        self._running.add(task)
        try:
            await super().handle(client, req)
        finally:
            self._running.discard(task)

    async def connected(self) -> bool:
        """Open and hearing: the client's own check does not look at a closed session."""
        session = getattr(self.client, "aiohttp_client_session", None)
        return await self.client.is_connected() and session is not None and not session.closed

    async def drain(self, seconds: float) -> None:
        self._closing = True
        if self._running:
            await asyncio.wait(set(self._running), timeout=seconds)
        await self.close_async()
