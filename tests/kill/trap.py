"""What stands between the bot and the world, counts the messages, and kills the bot at the n-th.

What counts is every message that makes Postgres do something (Query, Execute), its answer when a transaction has ended with it, every request
to Slack and every answer of Slack's. The n-th itself never arrives, nor does anything after it. The others need no kill of their own: a Parse,
Bind or Sync lost is the Execute lost, and within a transaction an answer lost is the next statement lost: it is rolled back.
"""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
from aiohttp import web

SOCKET = ".s.PGSQL.5432"
DOING = (b"Q", b"E")
ENDED = b"Z\x00\x00\x00\x05I"  # ready for the next query, and in no transaction
ANSWER_HEADERS = ("Content-Type", "Retry-After", "X-OAuth-Scopes")


@dataclass
class Trap:
    """Counts while it is armed. `generation` is the number of the bot: what an earlier one had under way does not pass any more."""

    generation: int = 0
    count: int = 0
    at: int | None = None
    last: str = ""
    sprung: bool = False
    traffic: asyncio.Event = field(default_factory=asyncio.Event)
    only: str = ""
    _kill: Callable[[], None] = lambda: None

    def arm(self, at: int, kill: Callable[[], None], only: str = "") -> None:
        """From now on count, and call `kill` at message `at` (1 is the next); `only` counts those alone that begin so ("The desk")."""
        assert not self.sprung, "the bot is dead already"
        self.count, self.at, self._kill, self.only = 0, at, kill, only

    def disarm(self) -> None:
        self.at = None

    def passes(self, generation: int, what: str, *, counts: bool = True) -> bool:
        """Whether this message goes on to where it was sent."""
        if generation != self.generation:
            return False
        if self.at is None or not counts or not what.startswith(self.only):
            return True
        self.count += 1
        if self.count < self.at:
            return True
        self._kill()
        self.generation, self.at, self.sprung, self.last = self.generation + 1, None, True, what
        self.traffic.set()
        return False


@dataclass
class PostgresProxy:
    """A unix socket in `folder` before that of the server. `said` is all that this generation of the bot has told the server."""

    trap: Trap
    upstream: Path
    folder: Path
    said: bytearray = field(default_factory=bytearray)
    _open: set[asyncio.Task[None]] = field(default_factory=set["asyncio.Task[None]"])

    async def gone(self) -> None:
        """Waits until the server has finished with everything a dead bot had sent."""
        if self._open:
            await asyncio.wait(self._open)

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(self._carry(reader, writer))
        self._open.add(task)
        task.add_done_callback(self._open.discard)
        await task

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        generation = self.trap.generation
        answers, server = await asyncio.open_unix_connection(str(self.upstream / SOCKET))
        back = asyncio.ensure_future(self._back(generation, answers, writer))
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            await self._forth(generation, reader, server)
        writer.transport.abort()
        # The server is told that nothing more comes, not cut off: what it was told before, it does to the end.
        with contextlib.suppress(OSError):
            server.write_eof()
        await back
        server.close()

    async def _forth(self, generation: int, reader: asyncio.StreamReader, server: asyncio.StreamWriter) -> None:
        kind, typed = b"", 0  # the first message of a connection has no letter
        while True:
            head = await reader.readexactly(4 + typed)
            kind, body = head[:typed], await reader.readexactly(int.from_bytes(head[typed:], "big") - 4)
            if not self.trap.passes(generation, f"Postgres is told {kind!r}", counts=kind in DOING):
                return
            typed = 1
            self.said += head + body
            server.write(head + body)
            await server.drain()

    async def _back(self, generation: int, answers: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = await answers.readexactly(5)
                body = await answers.readexactly(int.from_bytes(head[1:], "big") - 4)
                if not self.trap.passes(generation, "Postgres answers", counts=head + body == ENDED):
                    writer.transport.abort()
                if not writer.is_closing():
                    writer.write(head + body)
                if head + body == ENDED:
                    self.trap.traffic.set()
        writer.close()  # the server has hung up


@dataclass
class HttpProxy:
    """Before somebody who is asked over HTTP: Slack's Web API, a ticket system."""

    trap: Trap
    upstream: str
    session: aiohttp.ClientSession
    name: str = "Slack"
    url: str = ""
    _open: set[asyncio.Task[web.Response]] = field(default_factory=set["asyncio.Task[web.Response]"])

    async def gone(self) -> None:
        """Waits until the other side has finished with everything a dead bot had asked."""
        if self._open:
            await asyncio.wait(self._open)

    async def asked(self, request: web.Request) -> web.Response:
        task = asyncio.ensure_future(self._forward(request))
        self._open.add(task)
        task.add_done_callback(self._open.discard)
        return await asyncio.shield(task)

    async def _forward(self, request: web.Request) -> web.Response:
        generation, content = self.trap.generation, await request.read()
        if not self.trap.passes(generation, f"{self.name} is asked {request.path}"):
            return _cut(request)
        headers = {name: value for name, value in request.headers.items() if name not in {"Host", "Content-Length"}}
        async with self.session.request(
            request.method, self.upstream + request.path_qs, data=content, headers=headers
        ) as answer:
            body = await answer.read()
            shown = {name: answer.headers[name] for name in ANSWER_HEADERS if name in answer.headers}
        if not self.trap.passes(generation, f"{self.name} answers {request.path}"):
            return _cut(request)
        return web.Response(status=answer.status, body=body, headers=shown)


def _cut(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)


@asynccontextmanager
async def before(trap: Trap, upstream: str, name: str = "Slack") -> AsyncGenerator[HttpProxy]:
    """A proxy before whoever listens at `upstream`."""
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        proxy = HttpProxy(trap, upstream, session, name)
        application = web.Application()
        application.router.add_route("*", "/{path:.*}", proxy.asked)
        runner = web.AppRunner(application, access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        proxy.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        try:
            yield proxy
        finally:
            await runner.cleanup()


@asynccontextmanager
async def proxies(server: Path, slack: str) -> AsyncGenerator[tuple[PostgresProxy, HttpProxy]]:
    """A proxy before the Postgres whose socket is in `server`, one before the Slack at `slack`; both with one trap."""
    trap = Trap()
    with tempfile.TemporaryDirectory(prefix="fp-") as folder:
        postgres = PostgresProxy(trap, server, Path(folder))
        listening = await asyncio.start_unix_server(postgres.connected, str(Path(folder) / SOCKET))
        async with before(trap, slack) as before_slack:
            try:
                yield postgres, before_slack
            finally:
                listening.close()
