"""Bots as processes: `python -m bot serve`, told by the environment where its workspace and its database are."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
import tempfile
from asyncio.subprocess import PIPE, STDOUT, Process
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast
from uuid import uuid4

from bot.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 20.0


def environment_of(settings: Settings) -> dict[str, str]:
    """The environment that `bot.settings` would read these settings from."""
    found = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "LOG_FORMAT": "json"}
    for name in Settings.model_fields:
        value = getattr(settings, name)
        if value is not None and name != "log_format":
            found[name.upper()] = str(value.get_secret_value() if hasattr(value, "get_secret_value") else value)
    return found


@dataclass
class BotProcess:
    """`lines` is its log so far; a log that has ended is a process that has."""

    pid: int
    log: asyncio.StreamReader
    lines: list[str] = field(default_factory=list[str])
    port: int = 0
    process: Process | None = None
    _reading: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)

    def stop(self) -> None:
        """Asks it to stop, as a platform does."""
        os.kill(self.pid, signal.SIGTERM)

    async def exit_code(self) -> int:
        """Waits for the end of one that `on_the_command_line` started."""
        assert self.process is not None, "somebody else is its parent"
        await self.gone()
        return await self.process.wait()

    async def serving(self) -> BotProcess:
        """Waits until it listens. Raises AssertionError with its log when it ends instead."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                while line := (await self.log.readline()).decode():
                    self.lines.append(line)
                    if '"serving"' in line:
                        self.port = int(json.loads(line)["port"])
                        self._reading = asyncio.ensure_future(self._read_on())
                        return self
        raise AssertionError("The bot did not start:\n" + "".join(self.lines))

    async def gone(self) -> None:
        """Waits until it has ended."""
        if self._reading is not None:
            async with asyncio.timeout(PATIENCE):
                await self._reading

    async def _read_on(self) -> None:
        while line := await self.log.readline():
            self.lines.append(line.decode())


Start = Callable[[Settings], Awaitable[BotProcess]]


@dataclass(frozen=True)
class Nursery:
    """Starts bots in half a second: see `tests.kill.nursery`. `folder` is where they run and log."""

    process: Process
    folder: Path

    async def bot(self, settings: Settings) -> BotProcess:
        """Starts one; await its `serving`."""
        orders, answers = (
            cast("asyncio.StreamWriter", self.process.stdin),
            cast("asyncio.StreamReader", self.process.stdout),
        )
        pipe = str(self.folder / uuid4().hex)
        os.mkfifo(pipe)
        log = await _lines_of(os.open(pipe, os.O_RDONLY | os.O_NONBLOCK))
        order = {"environment": environment_of(settings), "log": pipe}
        orders.write(json.dumps(order).encode() + b"\n")
        return BotProcess(int(await answers.readline()), log)


async def _lines_of(descriptor: int) -> asyncio.StreamReader:
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(descriptor, "rb")
    )
    return reader


@asynccontextmanager
async def a_nursery() -> AsyncGenerator[Nursery]:
    with tempfile.TemporaryDirectory(prefix="fp-") as folder:  # a folder of its own: no `.env` is found there
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.kill.nursery",
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdin=PIPE,
            stdout=PIPE,
        )
        try:
            yield Nursery(process, Path(folder))
        finally:
            cast("asyncio.StreamWriter", process.stdin).close()
            await process.wait()


async def on_the_command_line(settings: Settings) -> BotProcess:
    """Starts `python -m bot serve` itself, imports and all."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        "serve",
        cwd=tempfile.gettempdir(),
        env=environment_of(settings),
        stdout=PIPE,
        stderr=STDOUT,
    )
    return BotProcess(process.pid, cast("asyncio.StreamReader", process.stdout), process=process)
