"""An hour without the ticket system: 200 posts wait in sight, and are out within ten minutes of its return, each once.

The product's own parts from the outbox to the desk: its worker claims and delivers, its adapter calls over HTTP, its gate and the desk's 429 budget
count the seconds of a clock that moves on only when nothing is due and nothing is under way.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import cast
from uuid import UUID

import pytest
from sqlalchemy import select

from bot.consequences import SUBSCRIPTIONS
from bot.delivery import AT_ONCE
from bot.sandbox.desk.server import DeskServer
from bot.sandbox.wire import Json, obj, text
from core.audit.models import AuditEvent
from core.db import engine_as
from core.ids import PostingId, SessionId
from core.llm.notes import NoteKind
from core.notes import queries
from core.notes.postings import Ending, Posting
from core.psa import queries as connections
from core.psa.adapters import Adapters
from core.psa.connectwise import ConnectWise
from core.psa.gate import PER_MINUTE, Gate
from core.psa.login import ConnectWiseLogin, Login
from core.psa.models import PsaConnection, Target
from core.psa.provider import PsaProvider, System
from core.psa.registry import Psas
from core.sealed import Keyring
from core.sessions.models import Session, SessionStatus
from core.unit import Database
from tests.builders import NOON, Account, Clock, a_session, an_account
from tests.conftest import Fresh
from tests.core.notes.closing import confirmed
from tests.core.virtual import Naps, VirtualTime, delivering
from tests.desk import SECRET_KEYS, STATUSES, TRUSTED, Desk, a_desk, connected_on
from tests.soak.standin import Standin

BUDGET, WINDOW = 600, 60.0
"""Calls in so many seconds: fewer than our own pace, so that it is the desk that says 429."""
ALL_OUT = timedelta(minutes=10)


@pytest.fixture
async def place(fresh_database: Fresh, clock: Clock) -> AsyncGenerator[Place]:
    """A database with one account: the worker serves every account that it finds."""
    url = await fresh_database()
    # As many connections as there are places: on a busy machine a wait for one would be an outage of the database.
    database = Database(engine_as(url, "app_rw", pool_size=AT_ONCE + 4), clock, SUBSCRIPTIONS)
    naps, slack = Naps(clock), Standin(clock)
    adapters = Adapters.over(TRUSTED)

    def seconds() -> float:
        return (clock.now - NOON).total_seconds()

    def connect(login: Login) -> PsaProvider:
        assert isinstance(login, ConnectWiseLogin)
        gate = Gate(System.CONNECTWISE, PER_MINUTE, clock=seconds, sleep=naps.sleep)
        return ConnectWise.over(adapters.client, gate, login)

    psas = Psas(Keyring.parse(SECRET_KEYS), TRUSTED, connect=connect)
    account = await an_account(database)
    async with (
        a_desk(DeskServer(clock=seconds)) as desk,
        delivering(url, account, clock, naps, psas, slack) as time,
    ):
        connection_id = await connected_on(database, account.id, desk)
        async with account.unit() as unit:
            connection = await connections.connection(unit, connection_id)
        yield Place(account, connection, desk, slack, time)
    await adapters.close()
    await database.dispose()


@dataclass(frozen=True)
class Place:
    """An account with a desk and a Slack, and a worker between them."""

    account: Account
    connection: PsaConnection
    desk: Desk
    slack: Standin
    time: VirtualTime

    async def waiting(self, how_many: int) -> Sequence[PostingId]:
        """So many resolutions, each for a ticket of its own, confirmed while the desk is away."""
        sessions: list[Session] = []
        for number in range(how_many):
            said = await self.desk.world(open={"summary": f"Printer {number}", "board": 1})
            sessions.append(await self.linked(int(str(said["ticket"]))))
        await self.time.until()  # their cards are up before anybody confirms anything
        await self.desk.budget(BUDGET, WINDOW)
        await self.desk.world(away=True)
        return [await confirmed(self.account, one) for one in sessions]

    async def linked(self, ticket: int) -> Session:
        session = await a_session(self.account, problem=f"The printer {ticket} prints nothing")
        async with self.account.unit() as unit:
            found = await queries.opened(unit, SessionId(session.id), NoteKind.RESOLUTION, None)
            found.session.psa_connection_id, found.session.psa_ticket_id = self.connection.id, str(ticket)
            found.session.psa_ticket_label = f"CW #{ticket}"
        return await self.account.session(session.id)

    async def postings(self, posts: Sequence[PostingId]) -> Sequence[Posting]:
        async with self.account.unit() as unit:
            return (await unit.session.scalars(select(Posting).where(Posting.id.in_(posts)))).all()

    def card(self, posting: Posting) -> Json:
        """Its card in the thread, as it is now."""
        (shown,) = [one.shown for one in self.slack.messages if one.ts == posting.card_ts]
        return shown

    async def closed(self) -> set[str]:
        """The tickets of the sessions that are resolved."""
        async with self.account.unit() as unit:
            wanted = select(Session.psa_ticket_id).where(Session.account_id == unit.account_id)
            rows = await unit.session.scalars(wanted.where(Session.status == SessionStatus.RESOLVED))
            return {str(one) for one in rows}

    async def on_the_desk(self) -> tuple[Mapping[str, int], set[str]]:
        """How many notes each ticket has, where it has any, and which tickets are resolved."""
        state = await self.desk.state()
        notes = cast("Mapping[str, Sequence[Json]]", state["notes"])
        tickets = cast("Mapping[str, Json]", state["tickets"])
        resolved = {
            number for number, one in tickets.items() if obj(one["status"])["name"] in STATUSES[Target.RESOLVED]
        }
        return {ticket: len(of) for ticket, of in notes.items() if of}, resolved

    async def told_in_order(self, posts: Sequence[Posting]) -> set[tuple[str, ...]]:
        """What the audit has of each post and of its session's end, oldest first."""
        of = {one.id: one.id for one in posts} | {one.session_id: one.id for one in posts}
        steps = ["note.posted", "note.status_verified", "session.resolved"]
        told: dict[UUID, list[str]] = {one.id: [] for one in posts}
        async with self.account.unit() as unit:
            wanted = select(AuditEvent).where(AuditEvent.account_id == unit.account_id, AuditEvent.what.in_(steps))
            for event in await unit.session.scalars(wanted.order_by(AuditEvent.id)):
                told[of[event.subject]].append(event.what)
        return {tuple(one) for one in told.values()}


async def an_outage(place: Place, how_many: int, outage: timedelta) -> None:
    _, others = await place.on_the_desk()
    posts = await place.waiting(how_many)
    back = place.time.clock.now + outage
    await place.time.until(back)
    inside = await place.postings(posts)
    assert len(inside) == how_many
    assert all(one.is_under_way and one.next_try_at is not None and one.next_try_at > back for one in inside)
    for one in inside:
        card = place.card(one)
        assert text(card["text"]).startswith(f"Resolution note: Queued for {one.ticket_label}: "), "it waits in sight"
        assert f"{one.tries + 1}th try <!date^" in str(card["blocks"]), "and says when it is tried again"
    assert (await place.closed(), await place.on_the_desk()) == (set(), ({}, others))

    await place.desk.world(away=False)
    closed: set[str] = set()
    while len(closed) < how_many:
        await place.time.until(place.time.clock.now + timedelta(minutes=1))
        closed = await place.closed()
        notes, resolved = await place.on_the_desk()
        assert closed <= resolved, "no session is closed before its ticket is"
        assert set(notes.values()) <= {1}
        assert place.time.clock.now <= back + ALL_OUT, f"{how_many - len(closed)} posts still wait"
    await place.time.until()

    after = await place.postings(posts)
    assert Counter(one.ending for one in after) == {Ending.VERIFIED: how_many}
    assert await place.told_in_order(after) == {("note.posted", "note.status_verified", "session.resolved")}
    notes, resolved = await place.on_the_desk()
    assert sorted(notes.values()) == [1] * how_many
    assert notes.keys() == resolved - others == closed
    assert all("read back and verified" in text(place.card(one)["text"]) for one in after)
    refused = sum(one["status"] == 429 for one in await place.desk.calls())
    took = max(one.concluded_at - back for one in after if one.concluded_at is not None)
    tries = max(one.tries for one in after)
    print(
        f"{how_many} posts were out {took} after the desk was back: {refused} calls were refused, {tries} tries at most"
    )


async def test_posts_that_waited_are_out_soon_after_the_desk_is_back(place: Place):
    await an_outage(place, 6, timedelta(minutes=5))


@pytest.mark.long
async def test_an_hours_outage_with_200_posts_waiting_drains_in_ten_minutes_each_once(place: Place):
    await an_outage(place, 200, timedelta(hours=1))
