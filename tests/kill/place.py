"""A workspace, a database, and one bot after the other between them; and what of its promises can be seen there."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar, cast
from uuid import UUID

import asyncpg
from sqlalchemy.engine import URL

from bot.posting import MARKER
from bot.sandbox.server import SandboxServer
from bot.sandbox.wire import obj, text
from core.fixes.models import FINAL, LABEL, FixStatus
from tests.conftest import a_workspace, settings_for
from tests.kill.bots import BotProcess, Start
from tests.kill.trap import HttpProxy, PostgresProxy, proxies
from tests.slack import Message, Person, Slack

Seen = TypeVar("Seen")
PATIENCE = 15.0
UNFINISHED = "state in ('waiting', 'leased', 'sending')"
# A note's draft is written before anybody asks for it. The lease that a dead bot leaves on it runs for a minute, and holds up nobody.
WRITTEN_AHEAD = "effect = 'notes.write' and problem = 'somebody else is writing it'"
IN_DOUBT = "state in ('failed', 'unknown')"


@dataclass
class Database:
    """Read as the superuser: what is there, whoever may see it."""

    connection: asyncpg.Connection

    async def count(self, sql: str, *values: object) -> int:
        return cast("int", await self.connection.fetchval(sql, *values))

    async def settled(self) -> bool:
        return await self.count(f"select count(*) from outbox where {UNFINISHED} and not ({WRITTEN_AHEAD})") == 0

    async def unfinished(self) -> list[asyncpg.Record]:
        """What is not delivered yet, for a message."""
        sql = f"select id, effect, state, attempts, due_at - now() as due, lease_until - now() as lease, problem from outbox where {UNFINISHED}"
        return await self.connection.fetch(sql)

    async def leased(self) -> int:
        """How many deliveries somebody holds."""
        return await self.count(
            "select count(*) from outbox where state in ('leased', 'sending') and lease_until > now()"
        )

    async def pause(self) -> None:
        """A moment that the server counts, for those who ask it again and again."""
        await self.connection.execute("select pg_sleep(0.01)")

    async def a_while_passes(self) -> None:
        """What is put off to later is due."""
        await self.connection.execute("update outbox set due_at = now() - interval '1 second'")

    async def nothing_given_up(self) -> None:
        """Raises AssertionError when a delivery failed, or nobody knows what became of it."""
        given_up = await self.connection.fetch(f"select effect, state, problem from outbox where {IN_DOUBT}")
        assert not given_up

    async def sessions(self, problem: str) -> list[UUID]:
        rows = await self.connection.fetch("select id from ai_sessions where problem = $1 order by id", problem)
        return [row["id"] for row in rows]

    async def session(self, session_id: UUID) -> asyncpg.Record:
        sql = "select problem, channel, thread_ts, card_ts from ai_sessions where id = $1"
        row = await self.connection.fetchrow(sql, session_id)
        assert row is not None
        return row

    async def fix_of(self, session_id: UUID) -> asyncpg.Record | None:
        """The one that is before the engineer."""
        sql = "select id, status, card_ts, applied_at from session_suggested_fixes where session_id = $1 and superseded_at is null"
        return await self.connection.fetchrow(sql, session_id)

    async def recorded(self, fix_id: UUID) -> list[str]:
        """The outcomes that the audit knows of, in order."""
        sql = "select detail->>'after' as after from audit_events where subject = $1 and what = 'fix.recorded' order by id"
        return [row["after"] for row in await self.connection.fetch(sql, fix_id)]

    async def leases_of(self, said: bytearray) -> list[UUID]:
        """The leases that are held by whoever has said this to the server: a lease's token is in nobody else's words."""
        sql = "select distinct lease_token from outbox where state in ('leased', 'sending') and lease_until > now()"
        tokens = [cast("UUID", row["lease_token"]) for row in await self.connection.fetch(sql)]
        return [token for token in tokens if token.bytes in said or str(token).encode() in said]

    async def expire(self, leases: list[UUID]) -> None:
        """A minute passes for these leases: they go by the database's clock, which nobody else can move."""
        sql = "update outbox set lease_until = now() - interval '1 second' where lease_token = any($1::uuid[])"
        await self.connection.execute(sql, leases)


@dataclass
class Replica:
    """One bot at a time, behind proxies of its own."""

    workspace: SandboxServer
    url: URL
    begin: Start
    postgres: PostgresProxy
    slack: HttpProxy
    database: Database
    process: BotProcess | None = None

    @property
    def running(self) -> BotProcess:
        assert self.process is not None, "no bot has been started"
        return self.process

    async def start(self) -> None:
        """The next bot."""
        self.postgres.said.clear()
        self.postgres.trap.at, self.postgres.trap.sprung = None, False
        settings = settings_for(
            self.url.update_query_dict({"host": str(self.postgres.folder)}),
            self.workspace,
            owner="U0ANA00001 U0BEN00001",
        )
        settings = settings.model_copy(update={"slack_api_url": f"{self.slack.url}/api/"})
        self.process = await (await self.begin(settings)).serving()

    async def replace(self) -> None:
        """After a kill: all that the dead one had sent has taken effect, a minute passes for its leases, and the next one starts."""
        await self.running.gone()
        await self.postgres.gone()
        await self.slack.gone()
        await self.database.expire(await self.database.leases_of(self.postgres.said))
        await self.start()

    def receive(self) -> None:
        """From now on Slack's payloads come here; in Socket Mode the bot fetches them itself."""
        if self.workspace.settings.mode == "http":
            self.workspace.deliver_to(f"{self.running.url}/slack/events")

    def arm(self, at: int, only: str = "") -> None:
        self.postgres.trap.arm(at, self.running.kill, only)

    def disarm(self) -> bool:
        """No kill from here on; says whether there was one."""
        self.postgres.trap.disarm()
        return self.postgres.trap.sprung


@asynccontextmanager
async def a_replica(
    workspace: SandboxServer, server: Path, url: URL, begin: Start, database: Database
) -> AsyncGenerator[Replica]:
    """A bot that is started by `begin`, and ended at the latest with this context."""
    async with proxies(server, workspace.url) as (postgres, slack):
        replica = Replica(workspace, url, begin, postgres, slack, database)
        await replica.start()
        try:
            yield replica
        finally:
            replica.running.kill()
            await replica.running.gone()
            await postgres.gone()


@asynccontextmanager
async def a_database(server: Path, url: URL) -> AsyncGenerator[Database]:
    connection = await asyncpg.connect(host=str(server), user="postgres", database=url.database)
    try:
        yield Database(connection)
    finally:
        await connection.close()


@dataclass
class Place:
    """Ana's helpdesk, and the one replica beneath it."""

    slack: Slack
    replica: Replica
    database: Database

    @property
    def ana(self) -> Person:
        return self.slack.as_("ana")

    async def until(self, predicate: Callable[[], Awaitable[Seen | None]], within: float = PATIENCE) -> Seen:
        """The predicate's value as soon as it is true: asked again whenever the bot has spoken with its database."""
        trap, end = self.replica.postgres.trap, time.monotonic() + within
        while True:
            trap.traffic.clear()
            if seen := await predicate():
                return seen
            left = end - time.monotonic()
            assert left > 0, (
                f"not within {within} s; left: {await self.database.unfinished()}; the bot said: {''.join(self.replica.running.lines[-20:])}"
            )
            try:
                async with asyncio.timeout(min(left, 1.0)):
                    await trap.traffic.wait()
            except TimeoutError:
                continue

    async def ended(self) -> bool:
        """Waits until the bot was killed (True), or has nothing more to do (False)."""
        trap = self.replica.postgres.trap

        async def over() -> bool:
            return trap.sprung or await self.database.settled()

        await self.until(over)
        return self.replica.disarm()

    async def recover(self) -> None:
        """The next bot starts, and Slack's payloads go to it."""
        await self.replica.replace()
        self.replica.receive()

    async def new_fix(self, problem: str) -> tuple[UUID, Message]:
        """Starts a session about the problem; the fix that is suggested, and its card."""
        reply = await self.ana.command(f"/pilot new {problem}", "helpdesk")
        assert (reply.status, reply.error) == (200, None)
        await self.until(self.database.settled)
        return await self.only_fix(problem)

    async def only_fix(self, problem: str) -> tuple[UUID, Message]:
        """The fix of the only session about the problem, and its card. Raises AssertionError as `fix_with_card` does."""
        (session_id,) = await self.database.sessions(problem)
        return await fix_with_card(self.ana, self.database, session_id)

    async def all_is_well(self) -> None:
        """Nothing was posted twice, nothing was given up, and App Home shows what the database holds."""
        await nothing_twice(self.slack)
        await self.database.nothing_given_up()
        shown = await self.ana.home_now()
        assert shown is not None
        assert shown.plain() == (await self.ana.home()).plain(), "App Home was not kept true"


async def fix_with_card(person: Person, database: Database, session_id: UUID) -> tuple[UUID, Message]:
    """The fix of a session, and its card.

    Raises AssertionError unless session and fix have exactly one card each, the latter in the former's thread, and both show the database's state.
    """
    session = await database.session(session_id)
    fix = await database.fix_of(session_id)
    assert fix is not None, f"nothing was suggested for {session['problem']!r}"
    top = [card for card in await person.messages(session["channel"]) if session["problem"] in card.plain()]
    assert session["card_ts"] in [card.ts for card in top], "the session's card is not there"
    assert len(top) == len(await database.sessions(session["problem"])), "not exactly one card of each session"
    root, *replies = await person.messages(session["channel"], thread_ts=session["thread_ts"])
    assert root.ts == session["card_ts"]
    assert [card.ts for card in replies] == [fix["card_ts"]], "not exactly one card of the fix in the session's thread"
    status = FixStatus(fix["status"])
    applied = status is FixStatus.PROPOSED and fix["applied_at"] is not None
    words = "applied, not judged yet" if applied else LABEL[status]
    assert f"*Fix* · {words}" in root.plain(), f"it is {words}; shown: {root.plain()}"
    assert f"*{words.capitalize()}*" in replies[0].plain(), f"it is {words}; shown: {replies[0].plain()}"
    assert ("It worked" in replies[0].buttons) == (status not in FINAL)
    return fix["id"], replies[0]


async def nothing_twice(slack: Slack) -> None:
    """Raises AssertionError when the workspace has taken two posts with the same marker."""
    posts = [call for call in await slack.log("chat.postMessage") if call.ok]
    markers = [obj(call.args.get("metadata")) for call in posts]
    seen = Counter(text(obj(one["event_payload"])["id"]) for one in markers if one.get("event_type") == MARKER)
    assert not {one: times for one, times in seen.items() if times > 1}, "a message was posted twice"
    assert not await slack.violations()


@asynccontextmanager
async def a_place(server: Path, url: URL, begin: Start, mode: str = "http") -> AsyncGenerator[Place]:
    """A new workspace over a new database, with Ana's App Home open."""
    async with (
        a_workspace(mode) as workspace,
        a_database(server, url) as database,
        a_replica(workspace, server, url, begin, database) as replica,
        Slack(workspace.url) as slack,
    ):
        replica.receive()
        place = Place(slack, replica, database)
        await place.ana.home()
        yield place
