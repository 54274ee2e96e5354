"""FlowPilot itself under measurement: its server on a database of its own, with fixes to record outcomes of."""

import asyncio
import itertools
import os
import tempfile
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
from sqlalchemy.engine import URL

from core import bootstrap, embedded
from core.accounts import queries as accounts
from core.db import engine_as
from core.fixes import service as fixes
from core.fixes.commands import RecordOutcome
from core.fixes.models import Outcome
from core.ids import FixId, PreviewId, SessionId
from core.llm import notes_offline
from core.llm.notes import NoteKind
from core.llm.provider import Proposal
from core.notes import composing, previews
from core.sessions import service as sessions
from core.sessions.commands import AddFact, StartSession
from core.unit import Database
from tests.bench.clicks import BOT_TOKEN, CHANNEL, PERSON, SIGNING_SECRET, TEAM, Click
from tests.bench.load import Connection
from tests.bench.servers import Server, free_port, running

OUTCOME = "fixes.record.applied_success"
PREVIEW = "notes.preview.resolution"
EMPTY_MODAL = "sessions.new"
HOME = "home.page"
_FIXES = 6_000
_SESSIONS_A_UNIT = 20


@dataclass(frozen=True)
class Product:
    """A database with an account and its fixes in it, and how to run the server on it."""

    database: URL
    api: str
    log: Path
    fixes: list[str]
    drafted: list[str]

    def server(
        self, *flags: str, database: URL | None = None, role: str = "web"
    ) -> AbstractAsyncContextManager[Server]:
        """The server for clicks alone (role web): deliveries have a process of their own, as where there is much to do.

        `flags` are for the interpreter; `database` is another way to the same database.
        """
        port = free_port()
        env = {
            "DATABASE_URL": (database or self.database).render_as_string(hide_password=False),
            "SLACK_API_URL": self.api,
            "SLACK_BOT_TOKEN": BOT_TOKEN,
            "SLACK_SIGNING_SECRET": SIGNING_SECRET,
            "SLACK_APP_TOKEN": "",
            "FLOWPILOT_OWNERS": PERSON,
            "PORT": str(port),
        }
        return running("FlowPilot", [*flags, "-m", "bot", "serve", "--role", role], port, env, log=self.log)

    def outcomes(self, server: Server) -> Callable[[], Iterator[bytes]]:
        """Clicks on *It worked*, each on another fix, until all have been pressed; `forget` makes them new."""
        click, left = Click(OUTCOME, port=server.port), iter(self.fixes)
        return lambda: click.requests(left)

    def previews(self, server: Server) -> Callable[[], Iterator[bytes]]:
        """Clicks on *Resolve…* of a session whose note is drafted for the state it has."""
        click = Click(PREVIEW, port=server.port)
        return lambda: click.requests(itertools.repeat(self.drafted[0]))

    def empty_modals(self, server: Server) -> Callable[[], Iterator[bytes]]:
        """Clicks that open a form with nothing in it."""
        click = Click(EMPTY_MODAL, port=server.port)
        return lambda: click.requests(itertools.repeat("new"))

    def homes(self, server: Server) -> Callable[[], Iterator[bytes]]:
        """Clicks that show the first page of App Home."""
        click = Click(HOME, port=server.port)
        return lambda: click.requests(itertools.repeat("0:0"))

    async def forget(self) -> int:
        """Take back all outcomes, and return how many were recorded."""
        connection = await _superuser(self.database)
        try:
            recorded: int = await connection.fetchval(
                "select count(*) from session_suggested_fixes where status = 'applied_success'"
            )
            await connection.execute(
                "update session_suggested_fixes set status = 'proposed', applied_at = null, applied_by = null, "
                "verified_at = null, recorded_at = null, recorded_by = null; "
                "delete from outbox; delete from received; delete from audit_events"
            )
            await connection.execute("vacuum (full, analyze)")
            return recorded
        finally:
            await connection.close()

    async def tidy(self) -> None:
        """The database knows what its tables hold, as it does a while after many rows came in."""
        connection = await _superuser(self.database)
        try:
            await connection.execute("vacuum (analyze)")
        finally:
            await connection.close()


@asynccontextmanager
async def prepared(api: str, *, fixes: int = _FIXES) -> AsyncGenerator[Product]:
    """Make a database, let the server make its account as at every first start, and start sessions with a fix each; none of them, and no
    draft, for `fixes=0`."""
    with tempfile.TemporaryDirectory(prefix="fp-") as name:
        folder = Path(name)
        os.chmod(folder, 0o755)  # as root, the database runs as a user of its own
        try:
            url = await embedded.database(await asyncio.to_thread(embedded.start, folder), "bench")
            await bootstrap.make_ready(url)
            product = Product(url, api, folder / "serve.log", [], [])
            async with product.server() as server, await Connection.to(server.port) as connection:
                # The first click of a person makes the server ask Slack who that is. Later clicks shall not pay for it.
                await connection.send(Click(OUTCOME, port=server.port).request(_NO_FIX))
            if fixes:
                product.fixes.extend(await _seeded(url, fixes))
                product.drafted.append(await _drafted(url))
            yield product
        finally:
            embedded.stop(folder)


_NO_FIX = "00000000-0000-7000-8000-000000000000"


async def _superuser(url: URL) -> "asyncpg.Connection[asyncpg.Record]":
    return await asyncpg.connect(host=str(url.query["host"]), user="postgres", database=url.database)


async def _seeded(url: URL, number: int) -> list[str]:
    engine = engine_as(url, "app_rw")
    try:
        account = await accounts.account_of(engine, "", TEAM)
        if account is None:
            raise RuntimeError("the server made no account when it started")
        house = Database(engine, lambda: datetime.now(UTC), {})
        made: list[str] = []
        while len(made) < number:
            async with house.unit(account, person=PERSON) as unit:
                for _ in range(_SESSIONS_A_UNIT):
                    problem = StartSession(problem="The print spooler stops after the driver update.", channel=CHANNEL)
                    session = await sessions.start(unit, problem)
                    fix = await fixes.suggest(unit, session, _PROPOSAL)
                    made.append(str(fix.id))
        return made
    finally:
        await engine.dispose()


async def _drafted(url: URL) -> str:
    """A session with facts and a fix that worked, and its note written."""
    engine = engine_as(url, "app_rw")
    try:
        account = await accounts.account_of(engine, "", TEAM)
        if account is None:
            raise RuntimeError("the server made no account when it started")
        house = Database(engine, lambda: datetime.now(UTC), {})
        async with house.unit(account, person=PERSON) as unit:
            session = await sessions.start(unit, StartSession(problem="The print spooler stops.", channel=CHANNEL))
            fix = await fixes.suggest(unit, session, _PROPOSAL)
        session_id = SessionId(session.id)
        async with house.unit(account, person=PERSON) as unit:
            for number in range(5):
                fact = AddFact(session_id=session_id, text=f"Finding {number}: the driver was updated on that day.")
                await sessions.add_fact(unit, fact)
        async with house.unit(account, person=PERSON) as unit:
            await fixes.record_outcome(unit, RecordOutcome(fix_id=FixId(fix.id), outcome=Outcome.APPLIED_SUCCESS))
        async with house.unit(account, person=PERSON) as unit:
            wanted = await previews.want(unit, await previews.page(unit, session_id, NoteKind.RESOLUTION))
        async with house.unit(account) as unit:
            assigned = await composing.assignment(unit, PreviewId(wanted.id))
            if isinstance(assigned, composing.Assignment):
                await composing.written(unit, assigned, notes_offline.compose(assigned.kind, assigned.bundle))
        return str(session.id)
    finally:
        await engine.dispose()


_PROPOSAL = Proposal(
    title="Restart the print spooler with the previous driver",
    description="The update replaced the driver, and the spooler stops when it loads the new one. " * 3,
    confidence_pct=80,
    script="Stop-Service Spooler\nStart-Service Spooler",
    language="powershell",
)
