"""Measures that are taken once, since they hardly vary: round trips, memory over many clicks, what is imported."""

import asyncio
import tempfile
from collections.abc import Iterator
from itertools import islice

from tests.bench.load import Connection, press
from tests.bench.measure import AT_ONCE, acks
from tests.bench.product import Product
from tests.bench.servers import Server
from tests.bench.wire import counting

_WARM_UP = 40
_COUNTED = 50
_SETTLED_AFTER = 2_000
_OUTCOMES_A_ROUND = 4_000
_ACKS_A_ROUND = 6_000


async def round_trips(product: Product) -> list[float]:
    """How often the server waits for the database in one committed outcome, click by click."""

    async def postgres() -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_unix_connection(f"{product.database.query['host']}/.s.PGSQL.5432")

    with tempfile.TemporaryDirectory() as folder:
        async with (
            counting(postgres, folder) as count,
            product.server(database=product.database.update_query_dict({"host": folder})) as server,
            await Connection.to(server.port) as connection,
        ):
            requests = product.outcomes(server)()
            for request in islice(requests, _WARM_UP):
                await connection.send(request)
            trips: list[float] = []
            for request in islice(requests, _COUNTED):
                before = count.round_trips
                await connection.send(request)
                trips.append(count.round_trips - before)
    await product.forget()
    return trips


async def growth(product: Product, clicks: int) -> int:
    """How many bytes more the server holds after `clicks`, two in five of them committed outcomes.

    Counted from when it has settled: pool and caches fill with the first clicks, and then no more.
    """
    async with product.server() as server:
        await _mixed(product, server, _SETTLED_AFTER)
        before = server.rss
        await _mixed(product, server, clicks)
        return server.rss - before


async def _mixed(product: Product, server: Server, clicks: int) -> None:
    left = clicks
    while left > 0:
        here = min(left, _OUTCOMES_A_ROUND + _ACKS_A_ROUND)
        outcomes = here * _OUTCOMES_A_ROUND // (_OUTCOMES_A_ROUND + _ACKS_A_ROUND)
        await _press_all(server, islice(product.outcomes(server)(), outcomes))
        await _press_all(server, islice(acks(server)(), here - outcomes))
        await product.forget()
        left -= here


async def _press_all(server: Server, requests: Iterator[bytes]) -> None:
    await press(server.port, server.process, requests, at_once=AT_ONCE)


async def model_sdk_modules(product: Product) -> int:
    """How many modules of the model's SDK the server has imported by its first ack."""
    async with product.server("-X", "importtime"):
        lines = product.log.read_text().splitlines()
    return sum(line.rpartition("|")[2].strip().partition(".")[0] == "anthropic" for line in lines)
