"""A model's server, as far as the bot's SDK can tell: it says what a test wants, when the test wants it, and counts."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web


@dataclass
class ModelServer:
    """Answers each call with `reply` once `may_speak` is set. `calls` counts what arrived, `bodies` keeps it."""

    url: str = ""
    reply: str = "Which version is it?"
    may_speak: asyncio.Event = field(default_factory=asyncio.Event)
    bodies: list[str] = field(default_factory=list[str])

    @property
    def calls(self) -> int:
        return len(self.bodies)

    async def answer(self, request: web.Request) -> web.Response:
        self.bodies.append(await request.text())
        await self.may_speak.wait()
        said = json.dumps({"reply": self.reply, "questions": [], "facts": [], "proposal": None, "outcome": None})
        return web.json_response(
            {
                "id": "msg_1",
                "type": "message",
                "role": "assistant",
                "model": "claude-sonnet-5-5",
                "content": [{"type": "text", "text": said}],
                "stop_reason": "end_turn",
                "usage": {"input_tokens": 1_000, "output_tokens": 100, "cache_read_input_tokens": 2_000},
            }
        )


@asynccontextmanager
async def a_model_server() -> AsyncGenerator[ModelServer]:
    server = ModelServer()
    application = web.Application()
    application.router.add_post("/v1/messages", server.answer)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        server.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield server
    finally:
        server.may_speak.set()
        await runner.cleanup()
