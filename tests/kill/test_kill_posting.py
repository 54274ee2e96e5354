"""Killed at any message of a post to a ticket: never two notes, never a lost one, never a session closed on a status that was not read back.

What counts are the messages to Postgres, Slack and the ticket system, and their answers.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import pytest
from sqlalchemy.engine import URL

from core.accounts import queries as accounts
from core.db import engine_as
from core.psa.adapters import Adapters
from core.psa.address import site
from core.psa.login import Login
from core.psa.models import Target
from core.psa.provider import PsaProvider
from core.unit import Database
from tests.conftest import Fresh
from tests.contracts.request_tracker import MISSING, RealTracker, a_request_tracker
from tests.contracts.test_openapi import PRISM, through_prism
from tests.desk import STATUSES, TRUSTED, Desk, a_desk, connected_by
from tests.kill.bots import Nursery
from tests.kill.place import Place, a_place
from tests.kill.trap import HttpProxy, before
from tests.notes import block, preview
from tests.slack import Message, Modal
from tests.stories import Session

PROBLEM = "the print spooler keeps stopping on PRN{:03} and nobody can print"
SYSTEM = "The ticket system"
WORDS = "We replaced the driver of PRN{:03}. It prints again."


class Tickets(Protocol):
    """The ticket system as it is, whatever FlowPilot believes."""

    async def open(self, title: str) -> str: ...

    async def notes_with(self, ticket: str, words: str) -> list[str]:
        """The ids of the notes that hold these words."""
        ...

    async def is_resolved(self, ticket: str) -> bool: ...


@dataclass(frozen=True)
class OfTheDesk:
    desk: Desk

    async def open(self, title: str) -> str:
        return str((await self.desk.world(open={"summary": title, "board": 1}))["ticket"])

    async def notes_with(self, ticket: str, words: str) -> list[str]:
        return [str(note["id"]) for note in await self.desk.notes_on(int(ticket)) if words in str(note["text"])]

    async def is_resolved(self, ticket: str) -> bool:
        return await self.desk.status_of(int(ticket)) == "Resolved"


@dataclass(frozen=True)
class OfRequestTracker:
    tracker: RealTracker
    provider: PsaProvider

    async def open(self, title: str) -> str:
        return await self.tracker.open(title)

    async def notes_with(self, ticket: str, words: str) -> list[str]:
        return [note.id for note in await self.provider.notes_of(ticket) if words in note.text]

    async def is_resolved(self, ticket: str) -> bool:
        return (await self.provider.read_ticket(ticket)).status.id == "resolved"


@dataclass
class OnTickets:
    """Ana's helpdesk, connected to a ticket system behind a proxy that counts its messages too."""

    place: Place
    tickets: Tickets
    proxy: HttpProxy

    async def preview(self, n: int) -> tuple[Modal, str]:
        """A session on a ticket of its own, its preview open and nothing else under way; the ticket's number."""
        problem, ana, database = PROBLEM.format(n), self.place.ana, self.place.database
        await ana.reload()  # the last one's modal is still open
        ticket = await self.tickets.open(problem)
        await ana.command(f"/pilot new {problem}", "helpdesk")
        await self.place.until(database.settled)
        await database.connection.execute(
            "update ai_sessions set psa_connection_id = (select id from psa_connections), psa_ticket_id = $1, psa_ticket_label = $2, "
            "psa_board_id = '1' where problem = $3",
            ticket, f"#{ticket}", problem,
        )  # fmt: skip
        (session_id,) = await database.sessions(problem)
        row = await database.session(session_id)
        modal = await preview(ana, "Resolve…", Session(row["channel"], row["thread_ts"], row["card_ts"]))
        await self.place.until(database.settled)
        return modal, ticket

    async def recover(self) -> None:
        """The next bot, a while later: what the dead one had asked has been done."""
        await self.place.replica.running.gone()
        await self.proxy.gone()
        await self.place.database.connection.execute("update postings set sending_at = sending_at - interval '1 hour'")
        await self.place.recover()

    async def concluded(self, n: int) -> bool:
        """Whether the note of this session is out and everything shows it."""
        sql = "select p.state from postings p join ai_sessions s on s.id = p.session_id where s.problem = $1"
        state = await self.place.database.connection.fetchval(sql, PROBLEM.format(n))
        if state == "concluded":
            return await self.place.database.settled()
        await self.place.database.connection.execute(
            "update postings set sending_at = sending_at - interval '1 hour' where id in "
            "(select id from postings where sending_at > now() - interval '1 minute' for update skip locked)"
        )
        # Not what the bot holds at this moment: it may be waiting for what is locked here.
        await self.place.database.connection.execute(
            "update outbox set due_at = now() - interval '1 second' where id in "
            "(select id from outbox where state = 'waiting' and due_at > now() for update skip locked)"
        )
        return False

    async def check(self, n: int, ticket: str) -> None:
        notes = await self.tickets.notes_with(ticket, WORDS.format(n))
        assert len(notes) == 1, f"{len(notes)} notes on the ticket"
        assert await self.tickets.is_resolved(ticket)
        rows = await self.place.database.connection.fetch(
            "select s.status, p.state, p.ending, p.note_external_id from postings p join ai_sessions s on s.id = p.session_id "
            "where s.problem = $1",
            PROBLEM.format(n),
        )
        assert [tuple(row) for row in rows] == [("resolved", "concluded", "verified", notes[0])]
        cards: list[Message] = []
        for root in await self.place.ana.messages("helpdesk"):
            thread = await self.place.ana.messages("helpdesk", root.ts)
            cards += [each for each in thread if WORDS.format(n) in each.plain()]
        assert len(cards) == 1, "not exactly one card of the note"
        assert "read back and verified" in cards[0].plain()


async def posted(here: OnTickets, n: int, only: str) -> bool:
    """Ana confirms the note, and the bot dies at message n of it. False: there are fewer than n."""
    modal, ticket = await here.preview(n)
    words: dict[str, object] = {block(modal, "resolution"): WORDS.format(n)}
    here.place.replica.arm(n, only)
    reply = await here.place.ana.submit(modal, words)
    killed = await here.place.ended()
    sql = "select status from ai_sessions where problem = $1"
    status = await here.place.database.connection.fetchval(sql, PROBLEM.format(n))
    assert status != "resolved" or await here.tickets.is_resolved(ticket)
    if killed:
        await here.recover()
    if reply.error is not None:
        await here.place.ana.submit(modal, words)
    if not await here.concluded(n):
        await here.place.until(lambda: here.concluded(n))
    await here.check(n, ticket)
    return killed


@asynccontextmanager
async def on_tickets(
    place: Place, tickets: Tickets, url: URL, login: Login, statuses: Mapping[Target, Sequence[str]]
) -> AsyncGenerator[OnTickets]:
    """The place, connected by way of a proxy in front of where the login leads."""
    async with before(place.replica.postgres.trap, login.site.url, SYSTEM) as proxy:
        through = replace(login, site=site(proxy.url, TRUSTED, field="url", path=True))
        engine = engine_as(url, "app_rw", pool_size=1)
        try:
            (account_id,) = await accounts.accounts(engine)
            await connected_by(Database(engine, lambda: datetime.now(UTC), {}), account_id, through, statuses)
        finally:
            await engine.dispose()
        yield OnTickets(place, tickets, proxy)


@asynccontextmanager
async def on_the_desk(server: Path, url: URL, nursery: Nursery, *, prism: bool) -> AsyncGenerator[OnTickets]:
    async with AsyncExitStack() as stack:
        place = await stack.enter_async_context(a_place(server, url, nursery.bot))
        desk = await stack.enter_async_context(a_desk())
        login = await stack.enter_async_context(through_prism(desk)) if prism else desk.login
        yield await stack.enter_async_context(on_tickets(place, OfTheDesk(desk), url, login, STATUSES))


@asynccontextmanager
async def on_request_tracker(server: Path, url: URL, nursery: Nursery) -> AsyncGenerator[OnTickets]:
    names = {Target.RESOLVED: ("resolved",), Target.ESCALATED: ("stalled",)}
    async with AsyncExitStack() as stack:
        place = await stack.enter_async_context(a_place(server, url, nursery.bot))
        tracker = await stack.enter_async_context(a_request_tracker())
        adapters = Adapters.over(TRUSTED)
        stack.push_async_callback(adapters.close)
        tickets = OfRequestTracker(tracker, adapters.connect(tracker.login))
        yield await stack.enter_async_context(on_tickets(place, tickets, url, tracker.login, names))


async def sweep(here: OnTickets, part: int, parts: int, only: str = "") -> None:
    n = part + 1
    while await posted(here, n, only):
        n += parts
    points = (n - 1 - part) // parts
    assert points, "nobody was killed"
    print(f"{points} kill points of a post, {part + 1}/{parts}; it takes fewer than {n} messages {only}")


async def test_killed_at_some_messages_to_the_desk(server: Path, fresh_database: Fresh, nursery: Nursery) -> None:
    async with on_the_desk(server, await fresh_database(), nursery, prism=False) as here:
        await sweep(here, 2, 5, SYSTEM)


@pytest.mark.long
async def test_killed_at_every_message_to_the_desk_and_every_answer_of_it_through_prism(
    server: Path, fresh_database: Fresh, nursery: Nursery
) -> None:
    if PRISM is None:
        pytest.skip("Prism is not installed: npm ci --prefix tests/contracts/prism")
    async with on_the_desk(server, await fresh_database(), nursery, prism=True) as here:
        await sweep(here, 0, 1, SYSTEM)


@pytest.mark.long
async def test_killed_at_every_message_to_request_tracker_and_every_answer_of_it(
    server: Path, fresh_database: Fresh, nursery: Nursery
) -> None:
    if MISSING is not None:
        pytest.skip(MISSING)
    async with on_request_tracker(server, await fresh_database(), nursery) as here:
        await sweep(here, 0, 1, SYSTEM)


@pytest.mark.long
@pytest.mark.parametrize("part", [3, 9])
async def test_killed_at_every_so_many_messages_of_any_kind(
    server: Path, fresh_database: Fresh, nursery: Nursery, part: int
) -> None:
    async with on_the_desk(server, await fresh_database(), nursery, prism=False) as here:
        await sweep(here, part, 13)
