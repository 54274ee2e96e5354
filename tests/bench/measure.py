"""What is measured: the same clicks on each server in turn, so that within a repeat all see the same machine."""

import itertools
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field

from tests.bench.clicks import ACK, Click
from tests.bench.load import press
from tests.bench.servers import Server, free_port, running

AT_ONCE = 16
_WARM_UP_SECONDS = 0.5


@dataclass(frozen=True)
class Options:
    """How long to look: `repeats` stretches of `seconds` for each measure, and `clicks` for the growth of memory."""

    repeats: int
    seconds: float
    clicks: int


@dataclass(frozen=True)
class Series:
    """One kind of click on one server, repeat by repeat: latency one by one, the server's CPU at sixteen at a time."""

    p50_ms: list[float] = field(default_factory=list[float])
    cpu_ms: list[float] = field(default_factory=list[float])

    async def repeat(self, server: Server, requests: Callable[[], Iterator[bytes]], options: Options) -> int:
        """Take one repeat more, `requests` making the clicks for each stretch. Returns how many were acknowledged."""
        where = (server.port, server.process)
        warm = await press(*where, requests(), at_once=AT_ONCE, seconds=min(_WARM_UP_SECONDS, options.seconds))
        one = await press(*where, requests(), at_once=1, seconds=options.seconds)
        many = await press(*where, requests(), at_once=AT_ONCE, seconds=options.seconds)
        self.p50_ms.append(one.p50_ms)
        self.cpu_ms.append(many.cpu_ms_per_click)
        return warm.clicks + one.clicks + many.clicks


@dataclass(frozen=True)
class Starts:
    """From the start of the process to its first ack in seconds, and its resident memory then in bytes."""

    seconds: list[float] = field(default_factory=list[float])
    rss: list[float] = field(default_factory=list[float])

    async def repeat(self, start: Callable[[], AbstractAsyncContextManager[Server]]) -> None:
        """Start the server once more, and stop it."""
        async with start() as server:
            self.seconds.append(server.first_ack_seconds)
            self.rss.append(server.start_rss)


def acks(server: Server) -> Callable[[], Iterator[bytes]]:
    """Clicks that want nothing but an ack."""
    click = Click(ACK, port=server.port)
    return lambda: click.requests(itertools.repeat("none"))


def baseline(kind: str, api: str) -> AbstractAsyncContextManager[Server]:
    """A running baseline, `bare` or `stock`."""
    port = free_port()
    return running(f"{kind} Bolt", ["-m", "tests.bench.baseline", kind, str(port), api], port)
