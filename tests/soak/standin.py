"""A Slack that only keeps what it is sent: light enough for tens of thousands of messages, over real HTTP, and it can lose answers.

`python -m tests.soak.standin PORT` runs it as a process of its own.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import cast

from aiohttp import web

from bot.sandbox.wire import Json, obj, text
from tests.bench.clicks import BOT, BOT_PERSON, TEAM

SCOPES = "commands,chat:write,im:history,im:write,users:read,dnd:read"


@dataclass
class Taken:
    """A message as it was taken. `at` is the domain's time; `shown` what it says now."""

    channel: str
    ts: str
    at: datetime | None
    marker: str
    first: Json
    shown: Json


@dataclass
class Standin:
    """`clock` tells the domain's time; `loses` is the share of posts whose answer is lost, some before and some after they are taken,
    and `hides` the share of looks into a conversation that are refused. `mishaps` happen to the next posts to a place, in turn: "lost before", "lost
    after", or an error of Slack's."""

    clock: Callable[[], datetime] | None = None
    chance: random.Random = field(default_factory=random.Random)
    loses: float = 0.0
    hides: float = 0.0
    messages: list[Taken] = field(default_factory=list[Taken])
    homes: dict[str, Json] = field(default_factory=dict[str, Json])
    zones: dict[str, str] = field(default_factory=dict[str, str])
    mishaps: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    by_place: dict[str, list[Taken]] = field(default_factory=dict[str, list[Taken]])
    _number: int = 0

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """One call of the Web API."""
        method = request.match_info["method"]
        args = obj(await request.json()) if request.can_read_body else obj(dict(request.query))
        if method == "chat.postMessage":
            return self._post(request, args)
        said = self._say(method, args)
        return web.json_response({"ok": "error" not in said, **said}, headers={"x-oauth-scopes": SCOPES})

    def _post(self, request: web.Request, args: Json) -> web.StreamResponse:
        place = text(args["channel"])
        mishap = self._mishap(place)
        if mishap == "lost before":
            return self._cut(request)
        if mishap not in {"", "lost after"}:
            return web.json_response({"ok": False, "error": mishap})
        self._number += 1
        payload = obj(obj(args.get("metadata")).get("event_payload"))
        ts = f"{time.time():.0f}.{self._number % 1_000_000:06}"
        channel = f"D{place[1:]}" if place.startswith("U") else place
        taken = Taken(channel, ts, self.clock() if self.clock else None, text(payload.get("id")), args, args)
        self.messages.append(taken)
        self.by_place.setdefault(channel, []).append(taken)
        return self._cut(request) if mishap else web.json_response({"ok": True, "channel": channel, "ts": ts})

    def _mishap(self, place: str) -> str:
        if waiting := self.mishaps.get(place):
            return waiting.pop(0)
        if self.chance.random() >= self.loses:
            return ""
        return "lost before" if self.chance.random() < 0.5 else "lost after"

    def _cut(self, request: web.Request) -> web.StreamResponse:
        if request.transport is not None:
            request.transport.abort()
        return web.Response(status=500)

    def _say(self, method: str, args: Json) -> dict[str, object]:
        match method:
            case "auth.test":
                return {"team_id": TEAM, "user_id": BOT_PERSON, "bot_id": BOT, "url": "https://soak.slack.com/"}
            case "users.info":
                return {"user": self.person(text(args["user"]))}
            case "dnd.teamInfo":
                return {"users": {}}
            case "conversations.open":
                return {"channel": {"id": f"D{text(args['users'])[1:]}"}}
            case "conversations.history":
                if self.chance.random() < self.hides:
                    return {"error": "missing_scope"}
                found = self.by_place.get(text(args["channel"]), [])[-200:]
                return {"messages": [{"ts": one.ts, "metadata": one.first.get("metadata")} for one in reversed(found)]}
            case "chat.update":
                for one in self.by_place.get(text(args["channel"]), []):
                    if one.ts == args["ts"]:
                        one.shown = args
                return {"ts": args["ts"], "channel": args["channel"]}
            case "views.publish":
                self.homes[text(args["user_id"])] = obj(args["view"])
                return {"view": {"id": "V1"}}
            case _:
                return {"channel": {"id": "C0SOAK", "is_member": True}, "view": {"id": "V1"}}

    def person(self, slack_user: str) -> dict[str, object]:
        """Slack's user object; who is not in `zones` has no zone."""
        person: dict[str, object] = {"id": slack_user, "team_id": TEAM, "name": slack_user, "real_name": slack_user}
        return person | ({"tz": self.zones[slack_user]} if self.zones.get(slack_user) else {})


@asynccontextmanager
async def listening(standin: Standin, port: int = 0) -> AsyncGenerator[str]:
    """Yields the address of its Web API."""
    application = web.Application(client_max_size=2**22)
    application.router.add_route("*", "/api/{method}", standin.answer)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
        yield f"http://127.0.0.1:{cast('int', runner.addresses[0][1])}/api/"
    finally:
        await runner.cleanup()


async def _serve(port: int) -> None:
    async with listening(Standin(), port):
        await asyncio.Event().wait()


if __name__ == "__main__":
    print(json.dumps({"listening": sys.argv[1]}), flush=True)
    asyncio.run(_serve(int(sys.argv[1])))
