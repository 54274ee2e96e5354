"""From a click to the view that it asks for: how long until a note's preview and App Home stand in Slack."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice
from statistics import median

from core.accounts import queries as accounts
from core.db import engine_as
from core.ids import AccountId
from core.sessions.models import SessionStatus
from core.unit import Database
from tests import bulk
from tests.bench.clicks import PERSON, TEAM
from tests.bench.load import Connection
from tests.bench.measure import Options
from tests.bench.product import Product, prepared
from tests.bench.report import Row, ratios
from tests.bench.servers import Server, Stub

SESSIONS, PENDING, PEOPLE = 10_000, 1_000, 20
_WARM_UP = 50


async def measured(product: Product, stub: Stub, options: Options) -> tuple[list[Row], dict[str, float]]:
    """The rows of the table, and the milliseconds behind them."""
    print("  previews and App Home …", flush=True)
    empty_modal, preview = _Shown(), _Shown()
    async with product.server() as server:
        for _ in range(options.repeats):
            await empty_modal.repeat(server, stub, product.empty_modals(server), options.seconds)
            await preview.repeat(server, stub, product.previews(server), options.seconds)
    empty, full = _Shown(), _Shown()
    async with prepared(stub.api, fixes=0) as small, prepared(stub.api, fixes=0) as large:
        await _crowd(large)
        async with small.server() as calm, large.server() as crowded:
            for _ in range(options.repeats):
                await empty.repeat(calm, stub, small.homes(calm), options.seconds)
                await full.repeat(crowded, stub, large.homes(crowded), options.seconds)
    rows = [
        Row(
            "preview of an unchanged state: until it is open / an empty modal",
            ratios(preview.shown, empty_modal.shown),
            1.5,
            1.2,
        ),
        Row(
            "preview of an unchanged state: its ack / an empty modal's",
            ratios(preview.acks, empty_modal.acks),
            1.5,
            1.2,
        ),
        Row(
            f"App Home with {SESSIONS:,} sessions, {PENDING:,} pending / an empty one",
            ratios(full.shown, empty.shown),
            3,
            2,
        ),
    ]
    figures = {
        "FlowPilot: an empty modal, p50 until it is open, ms": median(empty_modal.shown),
        "FlowPilot: a note's preview, p50 until it is open, ms": median(preview.shown),
        "FlowPilot: an empty modal, p50 of its ack, ms": median(empty_modal.acks),
        "FlowPilot: a note's preview, p50 of its ack, ms": median(preview.acks),
        "FlowPilot: an empty App Home, p50 until it stands, ms": median(empty.shown),
        "FlowPilot: a full App Home, p50 until it stands, ms": median(full.shown),
    }
    return rows, figures


@dataclass(frozen=True)
class _Shown:
    """The p50 of the ack, and that of the time until the view is there, in milliseconds, repeat by repeat; one click after the other."""

    acks: list[float] = field(default_factory=list[float])
    shown: list[float] = field(default_factory=list[float])

    async def repeat(self, server: Server, stub: Stub, requests: Callable[[], Iterator[bytes]], seconds: float) -> None:
        acks, shown, clicks = list[float](), list[float](), requests()
        async with await Connection.to(server.port) as connection:
            for request in islice(clicks, _WARM_UP):
                await connection.send(request)
                await stub.next_view()
            stub.forget()
            until = time.perf_counter() + seconds
            while time.perf_counter() < until:
                request = next(clicks)
                begun = time.perf_counter()
                await connection.send(request)
                acks.append((time.perf_counter() - begun) * 1000)
                await stub.next_view()
                shown.append((time.perf_counter() - begun) * 1000)
        self.acks.append(median(acks))
        self.shown.append(median(shown))


async def _crowd(product: Product) -> None:
    """Sessions of twenty people, one in ten with a fix that waits; one person in twenty is who clicks."""
    engine = engine_as(product.database, "app_rw")
    try:
        account = await accounts.account_of(engine, "", TEAM)
        if account is None:
            raise RuntimeError("the server made no account when it started")
        await _fill(Database(engine, lambda: datetime.now(UTC), {}), account)
    finally:
        await engine.dispose()
    await product.tidy()


async def _fill(house: Database, account: AccountId) -> None:
    before = datetime.now(UTC) - timedelta(days=2)
    others = [bulk.an_engineer(account, f"U0MANY{n:04d}") for n in range(PEOPLE - 1)]
    await bulk.put(house, account, others)
    async with house.unit(account) as unit:
        mine = await accounts.user_by_slack_id(unit, PERSON)
    if mine is None:
        raise RuntimeError("nobody clicked yet")
    owners = [mine.id, *(one.id for one in others)]
    many = [bulk.a_session(account, owners[n % PEOPLE], before + timedelta(seconds=n)) for n in range(SESSIONS)]
    for number, one in enumerate(many):
        one.status = SessionStatus.ACTIVE if number % 10 == 0 or number < PENDING else SessionStatus.RESOLVED
    fixes = [bulk.a_fix(account, one.id, one.created_at, parked=n < PENDING) for n, one in enumerate(many)]
    await bulk.put(house, account, many)
    await bulk.put(house, account, fixes)
