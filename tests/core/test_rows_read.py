"""No click reads its whole account: in one with thousands of sessions each statement finds its rows by an index.

Counted by the server itself, so that a plan which reads everything shows however fast the machine is.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

import asyncpg
import pytest
from sqlalchemy import text

from bot.consequences import EFFECTS, SUBSCRIPTIONS
from bot.effects import Mailing, Work
from bot.subjects import SUBJECTS
from core.db import engine_as
from core.fixes import service as fixes
from core.fixes.commands import RecordOutcome
from core.fixes.models import Outcome
from core.ids import FixId, SessionId, UserId
from core.llm.notes import NoteKind
from core.notes import previews
from core.nudges import dispatch
from core.nudges.policy import Kind
from core.outbox import queries as outbox
from core.outbox.queries import Share
from core.sessions import queries as session_queries
from core.sessions import service as sessions
from core.sessions.commands import AddFact
from core.sessions.models import SessionStatus
from core.unit import Database, Unit
from tests import bulk
from tests.builders import Account, Clock, a_fix, an_account
from tests.conftest import Fresh

SESSIONS, PARKED, PEOPLE = 3_000, 300, 30
SLOW = [name for name, effect in EFFECTS.items() if isinstance(effect, Work) and effect.slow]
PATIENT = [name for name, effect in EFFECTS.items() if isinstance(effect, Mailing)]
_READ = text("select sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0))::int from pg_stat_xact_user_tables")


@dataclass(frozen=True)
class Crowded:
    """An account in which much has happened, and one session of it."""

    account: Account
    session: SessionId
    fix: FixId


@pytest.fixture(scope="module")
async def crowded(fresh_database: Fresh) -> AsyncGenerator[Crowded]:
    url, clock = await fresh_database(), Clock()
    engine = engine_as(url, "app_rw")
    account = await an_account(Database(engine, clock, SUBSCRIPTIONS))
    before, later = clock.now - timedelta(days=2), clock.now + timedelta(days=1)
    others = [bulk.an_engineer(account.id, f"U0MANY{n:04d}") for n in range(PEOPLE - 1)]
    await bulk.put(account.database, account.id, others)
    owners = [(await account.user("ben")).id, *(one.id for one in others)]
    many = [bulk.a_session(account.id, owners[n % PEOPLE], before) for n in range(SESSIONS)]
    made = [bulk.a_fix(account.id, one.id, before, parked=n < PARKED) for n, one in enumerate(many)]
    for one in many[PARKED:]:
        one.status = SessionStatus.RESOLVED
    await bulk.put(account.database, account.id, many)
    await bulk.put(account.database, account.id, made)
    planned = [bulk.a_nudge(account.id, fix.id, owners[0], later) for fix in made[:PARKED]]
    await bulk.put(account.database, account.id, planned)
    fix = await a_fix(account)
    async with account.unit("ben") as unit:
        await fixes.record_outcome(
            unit, RecordOutcome(fix_id=FixId(fix.id), outcome=Outcome.APPLIED_PENDING, notes="the night backup")
        )
    server = await asyncpg.connect(host=str(url.query["host"]), user="postgres", database=url.database)
    await server.execute("vacuum (analyze)")
    await server.close()
    yield Crowded(account, SessionId(fix.session_id), FixId(fix.id))
    await engine.dispose()


async def a_preview(unit: Unit, crowded: Crowded) -> object:
    return await previews.page(unit, crowded.session, NoteKind.RESOLUTION)


async def an_outcome(unit: Unit, crowded: Crowded) -> object:
    wanted = RecordOutcome(fix_id=crowded.fix, outcome=Outcome.APPLIED_PENDING, notes="the day after")
    return await fixes.record_outcome(unit, wanted)


async def a_fact(unit: Unit, crowded: Crowded) -> object:
    return await sessions.add_fact(unit, AddFact(session_id=crowded.session, text="The driver is new."))


async def my_sessions(unit: Unit, crowded: Crowded) -> object:
    del crowded
    return await session_queries.mine(unit, UserId(unit.scope.actor.id))


async def the_session_of_a_channel(unit: Unit, crowded: Crowded) -> object:
    del crowded
    return await session_queries.open_in(unit, "C0DESK")


async def a_nudge(unit: Unit, crowded: Crowded) -> object:
    return await SUBJECTS[Kind.FIX](unit, [crowded.fix])


async def a_dispatch(unit: Unit, crowded: Crowded) -> object:
    del crowded
    return await dispatch.dispatch(unit, SUBJECTS)


async def a_claim(unit: Unit, crowded: Crowded) -> object:
    del crowded
    return await outbox.claim(unit, uuid4(), 16, slow=Share(SLOW, 10), patient=Share(PATIENT, 16))


@pytest.mark.parametrize(
    "what", [a_preview, an_outcome, a_fact, my_sessions, the_session_of_a_channel, a_nudge, a_dispatch, a_claim]
)
async def test_it_reads_its_own_rows_and_not_the_account(
    crowded: Crowded, what: Callable[[Unit, Crowded], Awaitable[object]]
):
    async with crowded.account.unit("ben") as unit:
        before = await unit.session.scalar(_READ)
        await what(unit, crowded)
        read = (await unit.session.scalar(_READ)) - before
    assert read < PARKED
