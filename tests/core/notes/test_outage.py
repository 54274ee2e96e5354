"""An hour without the ticket system: 200 posts wait in sight, and are out within ten minutes of its return, each once.

The clock is a test's: of the domain, of the desk's budget and of our breaker. Posts come back when they asked to, eight side by side, as a worker
delivers them.
"""

from __future__ import annotations

import asyncio
import heapq
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import cast

import pytest

from bot.sandbox.desk.server import DeskServer
from core.ids import PostingId, SessionId
from core.llm.notes import NoteKind
from core.notes import carrying, queries
from core.notes.postings import Ending
from core.psa import queries as connections
from core.psa.adapters import Adapters
from core.psa.connectwise import ConnectWise
from core.psa.gate import Gate
from core.psa.login import ConnectWiseLogin
from core.psa.models import PsaConnection
from core.psa.provider import PsaProvider, System
from core.sessions.models import Session
from core.unit import Database
from tests.builders import NOON, Account, Clock, a_session
from tests.core.notes.closing import confirmed
from tests.desk import TRUSTED, Desk, a_desk, connected_on

AT_ONCE = 8
BUDGET, WINDOW = 600, 60.0
OUR_PACE = 6_000
"""Calls a minute. The desk takes fewer than we would send, so that it is the desk that says 429."""
ALL_OUT = timedelta(minutes=10)


@dataclass
class Posts:
    """Posts that are due at some time, and what became of them."""

    account: Account
    clock: Clock
    provider: PsaProvider
    due: list[tuple[datetime, PostingId]] = field(default_factory=list[tuple[datetime, PostingId]])
    tries: Counter[PostingId] = field(default_factory=Counter[PostingId])

    async def until(self, end: datetime | None = None) -> None:
        """Time goes on to `end`, or until nothing is due any more."""
        while self.due and (end is None or self.due[0][0] <= end):
            self.clock.now = max(self.clock.now, self.due[0][0])
            now = [
                heapq.heappop(self.due)[1]
                for _ in range(min(AT_ONCE, len(self.due)))
                if self.due[0][0] <= self.clock.now
            ]
            await asyncio.gather(*(self.carry(one) for one in now))
        self.clock.now = end or self.clock.now

    async def carry(self, posting_id: PostingId) -> None:
        self.tries[posting_id] += 1
        later = await carrying.carry(self.account.unit, lambda _: self.provider, posting_id)
        if later is not None:
            heapq.heappush(self.due, (self.clock.now + later.after, posting_id))


async def linked(account: Account, connection: PsaConnection, ticket: int) -> Session:
    session = await a_session(account, problem=f"The printer {ticket} prints nothing")
    async with account.unit() as unit:
        found = await queries.opened(unit, SessionId(session.id), NoteKind.RESOLUTION, None)
        found.session.psa_connection_id, found.session.psa_ticket_id = connection.id, str(ticket)
        found.session.psa_ticket_label = f"CW #{ticket}"
    return await account.session(session.id)


async def waiting(account: Account, desk: Desk, connection: PsaConnection, how_many: int) -> list[PostingId]:
    """So many resolutions, confirmed, each for a ticket of its own."""
    posts: list[PostingId] = []
    for number in range(how_many):
        said = await desk.world(open={"summary": f"Printer {number}", "board": 1})
        session = await linked(account, connection, int(str(said["ticket"])))
        posts.append(await confirmed(account, session))
    return posts


async def an_outage(database: Database, account: Account, clock: Clock, how_many: int, outage: timedelta) -> None:
    def seconds() -> float:
        return (clock.now - NOON).total_seconds()

    async with a_desk(DeskServer(clock=seconds)) as desk:
        connection_id = await connected_on(database, account.id, desk)
        async with account.unit() as unit:
            connection = await connections.connection(unit, connection_id)
        posts = await waiting(account, desk, connection, how_many)
        await desk.budget(BUDGET, WINDOW)
        await desk.world(away=True)
        adapters = Adapters.over(TRUSTED)
        assert isinstance(desk.login, ConnectWiseLogin)
        provider = ConnectWise.over(adapters.client, Gate(System.CONNECTWISE, OUR_PACE, clock=seconds), desk.login)
        line = Posts(account, clock, provider, [(clock.now, one) for one in posts])
        back = clock.now + outage
        await line.until(back)
        async with account.unit() as unit:
            inside = [await queries.posting(unit, one) for one in posts]
        assert all(one.next_try_at is not None for one in inside), "it waits in sight"
        assert all(one.is_under_way for one in inside)
        await desk.world(away=False)
        await line.until()
        took = clock.now - back
        await adapters.close()
        async with account.unit() as unit:
            ended = Counter([(await queries.posting(unit, one)).ending for one in posts])
        assert ended == {Ending.VERIFIED: how_many}
        notes = cast("Mapping[str, Sequence[object]]", (await desk.state())["notes"])
        assert sorted(len(of) for of in notes.values() if of) == [1] * how_many
        assert took < ALL_OUT, f"it took {took}"
        print(
            f"{how_many} posts were out {took} after the ticket system was back; most tries: {max(line.tries.values())}"
        )


async def test_posts_that_waited_are_out_soon_after_the_desk_is_back(
    database: Database, account: Account, clock: Clock
):
    await an_outage(database, account, clock, 6, timedelta(minutes=5))


@pytest.mark.long
async def test_an_hours_outage_with_200_posts_waiting_drains_in_ten_minutes_each_once(
    database: Database, account: Account, clock: Clock
):
    await an_outage(database, account, clock, 200, timedelta(hours=1))
