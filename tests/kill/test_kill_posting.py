"""Killed at any message of a post to a ticket: never two notes, never a lost one, never a session closed on a status that was not read back.

What counts are the messages to Postgres, Slack and the ticket system, and their answers.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy.engine import URL

from core.accounts import queries as accounts
from core.db import engine_as
from core.psa.address import site
from core.unit import Database
from tests.conftest import Fresh
from tests.contracts.test_openapi import PRISM, through_prism
from tests.desk import TRUSTED, Desk, a_desk, connected_on
from tests.kill.bots import Nursery
from tests.kill.place import Place, a_place
from tests.kill.trap import HttpProxy, before
from tests.notes import block, preview
from tests.slack import Message, Modal
from tests.stories import Session

PROBLEM = "the print spooler keeps stopping on PRN{:03} and nobody can print"
DESK = "The desk"
WORDS = "We replaced the driver of PRN{:03}. It prints again."


@dataclass
class OnTickets:
    """Ana's helpdesk, connected to a desk behind a proxy that counts its messages too."""

    place: Place
    desk: Desk
    proxy: HttpProxy

    async def preview(self, n: int) -> tuple[Modal, int]:
        """A session on a ticket of its own, its preview open and nothing else under way; the ticket's number."""
        problem, ana, database = PROBLEM.format(n), self.place.ana, self.place.database
        await ana.reload()  # the last one's modal is still open
        ticket = int(str((await self.desk.world(open={"summary": problem, "board": 1}))["ticket"]))
        await ana.command(f"/pilot new {problem}", "helpdesk")
        await self.place.until(database.settled)
        await database.connection.execute(
            "update ai_sessions set psa_connection_id = (select id from psa_connections), psa_ticket_id = $1, psa_ticket_label = $2, "
            "psa_board_id = '1' where problem = $3",
            str(ticket), f"CW #{ticket}", problem,
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
        await self.place.database.connection.execute("update postings set sending_at = sending_at - interval '1 hour'")
        await self.place.database.a_while_passes()
        return False

    async def check(self, n: int, ticket: int) -> None:
        notes = [note for note in await self.desk.notes_on(ticket) if WORDS.format(n) in str(note["text"])]
        assert len(notes) == 1, f"{len(notes)} notes on the ticket"
        assert await self.desk.status_of(ticket) == "Resolved"
        rows = await self.place.database.connection.fetch(
            "select s.status, p.state, p.ending, p.note_external_id from postings p join ai_sessions s on s.id = p.session_id "
            "where s.problem = $1",
            PROBLEM.format(n),
        )
        assert [tuple(row) for row in rows] == [("resolved", "concluded", "verified", str(notes[0]["id"]))]
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
    assert status != "resolved" or await here.desk.status_of(ticket) == "Resolved"
    if killed:
        await here.recover()
    if reply.error is not None:
        await here.place.ana.submit(modal, words)
    if not await here.concluded(n):
        await here.place.until(lambda: here.concluded(n))
    await here.check(n, ticket)
    return killed


@asynccontextmanager
async def on_tickets(server: Path, url: URL, nursery: Nursery, *, prism: bool) -> AsyncGenerator[OnTickets]:
    async with AsyncExitStack() as stack:
        place = await stack.enter_async_context(a_place(server, url, nursery.bot))
        desk = await stack.enter_async_context(a_desk())
        login = await stack.enter_async_context(through_prism(desk)) if prism else desk.login
        trap = place.replica.postgres.trap
        proxy = await stack.enter_async_context(before(trap, login.site.url, DESK))
        through = replace(login, site=site(proxy.url, TRUSTED, field="site"))
        engine = engine_as(url, "app_rw", pool_size=1)
        try:
            (account_id,) = await accounts.accounts(engine)
            await connected_on(Database(engine, lambda: datetime.now(UTC), {}), account_id, desk, through)
        finally:
            await engine.dispose()
        yield OnTickets(place, desk, proxy)


async def sweep(here: OnTickets, part: int, parts: int, only: str = "") -> None:
    n = part + 1
    while await posted(here, n, only):
        n += parts
    points = (n - 1 - part) // parts
    assert points, "nobody was killed"
    print(f"{points} kill points of a post, {part + 1}/{parts}; it takes fewer than {n} messages {only}")


async def test_killed_at_some_messages_to_the_desk(server: Path, fresh_database: Fresh, nursery: Nursery) -> None:
    async with on_tickets(server, await fresh_database(), nursery, prism=False) as here:
        await sweep(here, 2, 5, DESK)


@pytest.mark.long
async def test_killed_at_every_message_to_the_desk_and_every_answer_of_it_through_prism(
    server: Path, fresh_database: Fresh, nursery: Nursery
) -> None:
    if PRISM is None:
        pytest.skip("Prism is not installed: npm ci --prefix tests/contracts/prism")
    async with on_tickets(server, await fresh_database(), nursery, prism=True) as here:
        await sweep(here, 0, 1, DESK)


@pytest.mark.long
@pytest.mark.parametrize("part", [3, 9])
async def test_killed_at_every_so_many_messages_of_any_kind(
    server: Path, fresh_database: Fresh, nursery: Nursery, part: int
) -> None:
    async with on_tickets(server, await fresh_database(), nursery, prism=False) as here:
        await sweep(here, part, 13)
