"""A proxy before Postgres that counts round trips: how often the client had to wait for an answer."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

Upstream = Callable[[], Awaitable[tuple[asyncio.StreamReader, asyncio.StreamWriter]]]

# Simple query, sync and flush: after each of these the server answers all that was sent before. What is sent without
# one of them (bind, execute) costs no waiting of its own.
_ASKS_FOR_ANSWERS = frozenset(b"QSH")
_PROTOCOL_3 = 196608


@dataclass
class WireCount:
    """Round trips seen so far, over all connections."""

    round_trips: int = 0


@asynccontextmanager
async def counting(upstream: Upstream, folder: str) -> AsyncGenerator[WireCount]:
    """Listen in `folder`, at the socket that clients of port 5432 look for, and pass everything on to `upstream`."""
    count = WireCount()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there_reader, there_writer = await upstream()
        # Whichever side hangs up, the other is told: a client that says goodbye waits for the server to hang up.
        async with asyncio.TaskGroup() as group:
            group.create_task(_copy(there_reader, writer))
            group.create_task(_copy_counting(reader, there_writer, count))

    server = await asyncio.start_unix_server(serve, f"{folder}/.s.PGSQL.5432")
    try:
        yield count
    finally:
        server.close()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.close()


async def _copy_counting(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, count: WireCount) -> None:
    started = False
    with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
        while True:
            kind = await reader.readexactly(1) if started else b""
            size = await reader.readexactly(4)
            body = await reader.readexactly(int.from_bytes(size, "big") - 4)
            if not started:
                # Before the start-up message a client may ask for encryption, in the same untyped form.
                started = int.from_bytes(body[:4], "big") == _PROTOCOL_3
            elif kind[0] in _ASKS_FOR_ANSWERS:
                count.round_trips += 1
            writer.write(kind + size + body)
            await writer.drain()
    writer.close()
