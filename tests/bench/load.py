"""The load: raw keep-alive connections, so that what is measured is the server and hardly the client."""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from statistics import median
from types import TracebackType
from typing import Self

import psutil


class BadAnswer(RuntimeError):
    """The server answered with something else than 200."""


class Connection:
    """One connection that stays open, as Slack keeps them."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def to(cls, port: int) -> Self:
        """Connect to `port` of this machine. Raises OSError when nobody listens there."""
        return cls(*await asyncio.open_connection("127.0.0.1", port))

    async def send(self, request: bytes) -> bytes:
        """Send one request and return the body of the answer. Raises BadAnswer unless it is a 200."""
        self._writer.write(request)
        head = await self._reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length: ", 1)[1].split(b"\r\n", 1)[0])
        body = await self._reader.readexactly(length) if length else b""
        if not head.startswith(b"HTTP/1.1 200 "):
            raise BadAnswer((head.splitlines()[0] + b" " + body).decode())
        return body

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._writer.close()


@dataclass
class Run:
    """What one stretch of load saw: latencies in seconds, and the server's CPU seconds over all of it."""

    latencies: list[float] = field(default_factory=list[float])
    cpu_seconds: float = 0.0

    @property
    def clicks(self) -> int:
        return len(self.latencies)

    @property
    def p50_ms(self) -> float:
        return median(self.latencies) * 1000

    @property
    def cpu_ms_per_click(self) -> float:
        return self.cpu_seconds / self.clicks * 1000


def cpu_seconds(process: psutil.Process) -> float:
    """User and system time that `process` has used so far."""
    times = process.cpu_times()
    return times.user + times.system


async def press(
    port: int, process: psutil.Process, requests: Iterator[bytes], *, at_once: int, seconds: float | None = None
) -> Run:
    """Keep `at_once` clicks under way for `seconds` or until `requests` end, each on a connection of its own.

    Raises BadAnswer at the first click that is not answered with 200.
    """
    run = Run()

    async def one_after_the_other(connection: Connection, until: float) -> None:
        for request in requests:
            begun = time.perf_counter()
            await connection.send(request)
            ended = time.perf_counter()
            run.latencies.append(ended - begun)
            if ended >= until:
                return

    connections = [await Connection.to(port) for _ in range(at_once)]
    try:
        before = cpu_seconds(process)
        until = time.perf_counter() + (seconds if seconds is not None else float("inf"))
        async with asyncio.TaskGroup() as group:
            for connection in connections:
                group.create_task(one_after_the_other(connection, until))
        run.cpu_seconds = cpu_seconds(process) - before
    finally:
        for connection in connections:
            await connection.__aexit__(None, None, None)
    return run
