"""Nudges under load: claiming among a million, one by one to Slack, a tick with nothing to do, and clicks while thousands are due."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from statistics import median, quantiles
from uuid import UUID

import aiohttp
import asyncpg
from sqlalchemy.engine import URL

from bot.consequences import EFFECTS, SUBSCRIPTIONS
from bot.delivery import Worker
from bot.installations import Installations
from bot.metrics import Metrics
from bot.nudging import Nudging
from bot.slack import TIMEOUT, Pace, Slack
from core.accounts import queries as accounts
from core.accounts.service import Workspace
from core.db import engine_as
from core.ids import AccountId
from core.intake.desk import Desk
from core.llm.offline import OfflineProvider
from core.nudges import queries
from core.psa.address import TrustedHosts
from core.psa.registry import Psas
from core.sealed import Keyring
from core.unit import Database
from tests import bulk
from tests.bench.clicks import BOT, BOT_PERSON, TEAM, Click
from tests.bench.load import Connection, press
from tests.bench.product import OUTCOME, Product
from tests.bench.report import Row, ratios
from tests.bench.servers import ROOT, free_port

PEOPLE = 500
DUE = 5_000
ONE_BY_ONE = 400
AT_NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
"""A Monday: everybody is at work."""
UNHURRIED = Pace(per_channel=1e6, channel_burst=1e6, per_workspace=1e6, workspace_burst=1e6)

# As many about nothing that is there any more: what a claim reads is the table of nudges.
_PLANNED = """
insert into nudges (account_id, id, kind, subject_id, user_id, owed_at, due_at, chosen, rerouted, number, state, planned_at)
select $1, gen_random_uuid(), 'fix', gen_random_uuid(), p.id, d.at, d.at, false, false, 1, 'planned', $2::timestamptz
from generate_series(1, $3::int) as g(i)
join (select id, row_number() over () as number from users where account_id = $1 and name like 'Person %') p on p.number = 1 + g.i % $4::int,
lateral (select $2::timestamptz + $5::interval + g.i * interval '1 second' as at) d"""
_OWED = """
insert into nudges (account_id, id, kind, subject_id, user_id, owed_at, due_at, chosen, rerouted, number, state, planned_at)
select $1, gen_random_uuid(), 'fix', f.id, s.owner_id, $2::timestamptz, $2::timestamptz, false, false, 1, 'planned', $2::timestamptz
from session_suggested_fixes f join ai_sessions s on s.account_id = f.account_id and s.id = f.session_id
where f.account_id = $1 and s.title = 'Printer'"""


async def measured(product: Product, repeats: int, seconds: float) -> list[Row]:
    """The rows of the table. Limits are upper ones, so a rate that must be at least 0.8 of another is the other over it, at most 1.25."""
    claims: dict[int, list[float]] = {}
    async with _place(product) as place:
        _say("nudges one by one")
        await place.one_by_one()
        pairs = [(await place.bare_posts(), await place.one_by_one()) for _ in range(repeats)]
        for planned in (100_000, 1_000_000):
            _say(f"claims among {planned:,} planned nudges")
            await place.plan(planned)
            await place.connection.execute("checkpoint")
            await place.claims()  # the first after a checkpoint writes whole pages, more of them in the larger table
            claims[planned] = [await place.claims() for _ in range(repeats)]
        _say("idle ticks")
        ticks = [await place.idle_tick() for _ in range(repeats)]
    _say("clicks while 15,000 nudges are due")
    calm, busy = await _clicks(product, repeats, seconds)
    return [
        Row("claims of due nudges: 100,000 waiting / 1,000,000", ratios(claims[100_000], claims[1_000_000]), 1.25, 1.0),
        Row("nudges one by one: bare POSTs / claimed, posted, marked", [bare / ours for bare, ours in pairs], 5, 2.5),
        Row("an idle tick with a million planned", ticks, 2, 1, "ms"),
        Row("clicks' p95 while 15,000 nudges are due / calm", ratios(busy, calm), 1.5, 1.1),
    ]


class _Place:
    """An account full of nudges, the parts of a worker, and a Slack of its own process."""

    def __init__(self, url: URL, connection: asyncpg.Connection, account: AccountId, slack: Slack, api: str) -> None:
        self.connection, self.account, self.slack, self.api = connection, account, slack, api
        self.database = Database(engine_as(url, "app_rw"), lambda: AT_NOON, SUBSCRIPTIONS)
        self.worker_engine = engine_as(url, "app_worker", pool_size=2)
        self.installations = Installations(self.database, slack, Workspace("", TEAM, "bench", api, BOT_PERSON, BOT))

    async def plan(self, number: int) -> None:
        """So many nudges are planned for later, and 5,000 are due."""
        await self.connection.execute("delete from nudges")
        await self.connection.execute(_PLANNED, self.account, AT_NOON, number, PEOPLE, timedelta(days=1))
        await self.connection.execute(_PLANNED, self.account, AT_NOON, DUE, PEOPLE, -timedelta(days=1))
        await self._settle()

    async def claims(self) -> float:
        """Nudges claimed and put off, a second."""
        claimed, began = 0, time.perf_counter()
        while claimed < DUE:
            async with self.database.unit(self.account) as unit:
                found = await queries.claim(unit, 24)
                later = AT_NOON + timedelta(days=30)
                await queries.move(unit, [(one, later, one.user_id, 1) for one in found])
            claimed += len(found)
        rate = claimed / (time.perf_counter() - began)
        await self.connection.execute(
            "update nudges set due_at = $1::timestamptz - interval '1 day' where due_at = $1::timestamptz + interval '30 days'",
            AT_NOON,
        )
        await self._settle()
        return rate

    async def _settle(self) -> None:
        """What was planned came in over months, in life: its statistics are no longer to come."""
        await self.connection.execute("vacuum (analyze) nudges")

    async def idle_tick(self) -> float:
        """Milliseconds of one tick when nothing is due."""
        await self.connection.execute(
            "update nudges set due_at = due_at + interval '9 days' where due_at <= $1", AT_NOON
        )
        nudging = Nudging(self.database, self.worker_engine, self.installations, Metrics())
        spent: list[float] = []
        for _ in range(200):
            began = time.perf_counter()
            await nudging.tick()
            spent.append((time.perf_counter() - began) * 1000)
        return median(spent)

    async def bare_posts(self) -> float:
        """POSTs a second of a loop that does nothing else."""
        message = {
            "channel": "U000000001",
            "text": "How did it go?",
            "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "How did it go? " * 20}}] * 2,
        }
        began = time.perf_counter()
        for _ in range(ONE_BY_ONE):
            async with self.slack.session.post(f"{self.api}chat.postMessage", json=message) as answer:
                await answer.json()
        return ONE_BY_ONE / (time.perf_counter() - began)

    async def one_by_one(self) -> float:
        """Reminders a second, each of one nudge, from planned to marked as sent."""
        await self.connection.execute("delete from nudges")
        await self.connection.execute("delete from nudge_reminders")
        await self.connection.execute("delete from outbox")
        await self.connection.execute(_OWED, self.account, AT_NOON)
        await self.connection.execute("vacuum (analyze)")
        metrics = Metrics()
        worker = Worker(
            self.database,
            self.worker_engine,
            self.installations,
            OfflineProvider(()),
            Psas(Keyring(), TrustedHosts()),
            Desk(),
            EFFECTS,
            metrics,
        )
        nudging = Nudging(self.database, self.worker_engine, self.installations, metrics)
        self.database.wake = worker.wake
        running = asyncio.ensure_future(worker.run())
        began = time.perf_counter()
        sent = 0
        while sent < ONE_BY_ONE:
            await nudging.tick()
            await asyncio.sleep(0.01)  # in life a second: what is measured is the way from the claim to the mark
            sent = int(metrics.registry.get_sample_value("flowpilot_nudge_reminders_sent_total") or 0)
        rate = sent / (time.perf_counter() - began)
        await worker.stop(5)
        await running
        return rate


@asynccontextmanager
async def _place(product: Product) -> AsyncGenerator[_Place]:
    url, port = product.database, free_port()
    connection = await asyncpg.connect(host=str(url.query["host"]), user="postgres", database=url.database)
    standin = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.soak.standin", str(port), cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    try:
        assert standin.stdout is not None
        await standin.stdout.readline()
        await _listens(port)
        engine = engine_as(url, "app_rw", pool_size=1)
        account = await accounts.account_of(engine, "", TEAM)
        await engine.dispose()
        if account is None:
            raise RuntimeError("the server made no account when it started")
        async with aiohttp.ClientSession(timeout=TIMEOUT) as session:
            api = f"http://127.0.0.1:{port}/api/"
            place = _Place(url, connection, account, Slack("xoxb-1", api, session, Metrics(), UNHURRIED), api)
            people = [bulk.an_engineer(account, f"U{n:09d}") for n in range(PEOPLE)]
            await bulk.put(place.database, account, people)
            await _parked(place.database, account, [one.id for one in people], AT_NOON)
            yield place
    finally:
        standin.terminate()
        await standin.wait()
        await connection.close()


async def _parked(database: Database, account: AccountId, owners: Sequence[UUID], at: datetime) -> None:
    """A fix that waits to be verified for each of these owners."""
    sessions = [bulk.a_session(account, owner, at - timedelta(days=1)) for owner in owners]
    await bulk.put(database, account, sessions)
    await bulk.put(database, account, [bulk.a_fix(account, one.id, at, parked=True) for one in sessions])


async def _listens(port: int) -> None:
    while True:
        try:
            async with await Connection.to(port):
                return
        except OSError:
            await asyncio.sleep(0.02)


async def _clicks(product: Product, repeats: int, seconds: float) -> tuple[list[float], list[float]]:
    """The p95 of clicks in milliseconds with nothing to do beside, and while 15,000 nudges are due, repeat by repeat."""
    url = product.database
    connection = await asyncpg.connect(host=str(url.query["host"]), user="postgres", database=url.database)
    calm, busy = list[float](), list[float]()
    database = Database(engine_as(url, "app_rw", pool_size=1), lambda: datetime.now(UTC), {})
    try:
        account = await connection.fetchval("select account_id from slack_workspaces where team_id = $1", TEAM)
        for _ in range(repeats):
            for due, found in ((False, calm), (True, busy)):
                for forgotten in ("nudges", "nudge_reminders", "outbox", "ai_sessions where title = 'Printer'"):
                    await connection.execute(f"delete from {forgotten}")
                if due:
                    now = datetime.now(UTC)
                    await connection.execute(
                        "update users set nudge_wishes = $2 where account_id = $1",
                        account,
                        '{"days": [0, 1, 2, 3, 4, 5, 6], "start": "00:00", "end": "23:59"}',
                    )
                    people = await connection.fetch("select id from users where name like 'Person %'")
                    await _parked(database, account, [row["id"] for row in people] * (15_000 // PEOPLE), now)
                    await connection.execute(_OWED, account, now)
                await connection.execute("vacuum (analyze)")
                async with product.server(role="all") as server:
                    run = await press(
                        server.port, server.process, _outcomes(product, server.port), at_once=4, seconds=seconds
                    )
                found.append(quantiles(run.latencies, n=20)[18] * 1000)
                await product.forget()
    finally:
        await database.dispose()
        await connection.close()
    return calm, busy


def _outcomes(product: Product, port: int) -> Iterator[bytes]:
    return Click(OUTCOME, port=port).requests(iter(product.fixes))


def _say(what: str) -> None:
    print(f"  {what} …", file=sys.stderr, flush=True)
