"""Servers under measurement: processes of their own, started and stopped here."""

import asyncio
import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
from aiohttp import web

from tests.bench.clicks import ACK, BOT, BOT_PERSON, CHANNEL, PERSON, TEAM, Click
from tests.bench.load import BadAnswer, Connection

ROOT = Path(__file__).parents[2]
_START_LIMIT = 60.0
_STOP_LIMIT = 20.0


@dataclass(frozen=True)
class Server:
    """A running server: where it listens, its process, and how it came up."""

    name: str
    port: int
    process: psutil.Process
    first_ack_seconds: float
    start_rss: int

    @property
    def rss(self) -> int:
        """Resident memory in bytes, now."""
        return self.process.memory_info().rss


def free_port() -> int:
    """A port of this machine where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@asynccontextmanager
async def running(
    name: str, command: Sequence[str], port: int, env: Mapping[str, str] | None = None, *, log: Path | None = None
) -> AsyncGenerator[Server]:
    """Start `python COMMAND`, wait for its first ack on `port`, and stop it in the end.

    Raises RuntimeError with its last words when it ends or does not answer within a minute.
    """
    with contextlib.ExitStack() as files:
        output = files.enter_context((log or Path(os.devnull)).open("wb"))
        begun = time.perf_counter()
        child = subprocess.Popen(  # noqa: ASYNC220 - starting it is what is measured
            [sys.executable, *command],
            cwd=ROOT,
            env={**os.environ, **(env or {})},
            stdout=output,
            stderr=output,
        )
        try:
            await _first_ack(name, child, port, begun, log)
            elapsed = time.perf_counter() - begun
            process = psutil.Process(child.pid)
            yield Server(name, port, process, elapsed, process.memory_info().rss)
        finally:
            child.terminate()
            try:
                await asyncio.to_thread(child.wait, _STOP_LIMIT)
            except subprocess.TimeoutExpired:
                child.kill()
                await asyncio.to_thread(child.wait)


async def _first_ack(name: str, child: subprocess.Popen[bytes], port: int, begun: float, log: Path | None) -> None:
    click = Click(ACK, port=port)
    answer = "nobody listens"
    while time.perf_counter() - begun < _START_LIMIT:
        if child.poll() is not None:
            answer = f"it ended with {child.returncode}"
            break
        try:
            async with await Connection.to(port) as connection:
                await connection.send(click.request("first"))
                return
        except (OSError, asyncio.IncompleteReadError, BadAnswer) as error:
            answer = str(error)
        await asyncio.sleep(0.002)
    words = await asyncio.to_thread(log.read_text, errors="replace") if log else ""
    raise RuntimeError(f"{name} did not come up: {answer}\n{words[-2000:]}")


@dataclass(frozen=True)
class Stub:
    """A Web API that says yes to everything. `shown` gets a word for every view that was opened, updated or published."""

    api: str
    shown: asyncio.Queue[str]

    async def next_view(self) -> None:
        """Waits for the next one."""
        await self.shown.get()

    def forget(self) -> None:
        """What was shown so far is of no interest."""
        while not self.shown.empty():
            self.shown.get_nowait()


@asynccontextmanager
async def slack_stub() -> AsyncGenerator[Stub]:
    """Runs one, for what a server asks when it starts and for what it shows."""
    shown: asyncio.Queue[str] = asyncio.Queue()

    async def yes(request: web.Request) -> web.Response:
        if request.match_info["method"].startswith("views."):
            shown.put_nowait(request.match_info["method"])
        payload: dict[str, object] = {
            "ok": True,
            "team_id": TEAM,
            "user_id": BOT_PERSON,
            "bot_id": BOT,
            "url": "https://bench.slack.com/",
            "channel": CHANNEL,
            "ts": f"{time.time():.6f}",
            "user": {"id": PERSON, "team_id": TEAM, "name": "ana", "real_name": "Ana", "tz": "Europe/Lisbon"},
        }
        return web.json_response(payload, headers={"x-oauth-scopes": "commands,chat:write"})

    application = web.Application(client_max_size=2**22)
    application.router.add_route("*", "/api/{method}", yes)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    try:
        port = free_port()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        yield Stub(f"http://127.0.0.1:{port}/api/", shown)
    finally:
        await runner.cleanup()
