"""What happens around a commit: cancelled, spoiled, cut off, raced. What is said of it must be true."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

import pytest
from sqlalchemy import select

from core.errors import Unavailable
from core.ids import SessionId
from core.outbox.models import Received
from core.sessions import queries, service
from core.sessions.commands import AddFact
from core.sessions.models import Session
from core.unit import Again, CommitUnderWay
from tests.builders import Account, a_session
from tests.conftest import Fresh
from tests.core.held import HELD, SPOILED, Held, holding


@pytest.fixture(scope="module")
async def held(fresh_database: Fresh) -> AsyncGenerator[Held]:
    async with holding(fresh_database) as one:
        yield one


async def a_note(account: Account, session: Session, receipt: str, *, who: str = "ben") -> None:
    async with account.unit(who, receipt=receipt) as unit:
        await service.add_fact(unit, AddFact(session_id=SessionId(session.id), text="It is the cable"))


async def handled(account: Account, receipt: str) -> bool:
    async with account.unit() as unit:
        return await unit.session.scalar(select(Received.key).where(Received.key == receipt)) is not None


async def test_a_unit_cancelled_before_its_commit_leaves_nothing(held: Held):
    session = await a_session(held.account)
    begun = asyncio.Event()

    async def linger() -> None:
        async with held.account.unit("ben", receipt="lingers") as unit:
            await service.add_fact(unit, AddFact(session_id=SessionId(session.id), text="It is the cable"))
            await unit.flush()
            begun.set()
            await asyncio.Event().wait()

    task = asyncio.ensure_future(linger())
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError) as stopped:
        await task
    assert not isinstance(stopped.value, CommitUnderWay)
    assert (await held.account.session(session.id)).state_version == 0
    assert not await handled(held.account, "lingers")


async def test_a_unit_cancelled_while_it_waits_for_a_row_leaves_nothing_and_frees_the_next(held: Held):
    session = await a_session(held.account)
    async with held.account.unit("eva") as first:
        await queries.session_for_update(first, session.id)
        task = asyncio.ensure_future(a_note(held.account, session, "waits"))
        await held.until_rows_wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert not await handled(held.account, "waits")
    await a_note(held.account, session, "waits")
    assert (await held.account.session(session.id)).state_version == 1


async def test_a_commit_under_way_is_carried_to_its_end_and_told_as_saved(held: Held):
    session = await a_session(held.account)
    async with held.commits():
        task = asyncio.ensure_future(a_note(held.account, session, f"{HELD}-saved"))
        await held.until_commits_wait()
        task.cancel()
        await asyncio.wait({task}, timeout=0.05)
        assert not task.done()
    with pytest.raises(CommitUnderWay) as told:
        await task
    assert told.value.committed
    assert (await held.account.session(session.id)).state_version == 1


async def test_a_commit_under_way_that_fails_is_told_as_not_saved(held: Held):
    session = await a_session(held.account)
    async with held.commits():
        task = asyncio.ensure_future(a_note(held.account, session, f"{HELD}-cut"))
        await held.until_commits_wait()
        task.cancel()
        await held.cut()
        with pytest.raises(CommitUnderWay) as told:
            await task
    assert not told.value.committed
    assert (await held.account.session(session.id)).state_version == 0


async def test_a_conflict_that_only_the_commit_finds_asks_to_come_again(held: Held):
    session = await a_session(held.account)
    with pytest.raises(Again):
        await a_note(held.account, session, f"{SPOILED}-1")
    assert (await held.account.session(session.id)).state_version == 0
    assert not await handled(held.account, f"{SPOILED}-1")


async def test_a_connection_lost_in_the_commit_is_never_told_as_nothing_changed(held: Held):
    session = await a_session(held.account)
    async with held.commits():
        task = asyncio.ensure_future(a_note(held.account, session, f"{HELD}-lost"))
        await held.until_commits_wait()
        await held.cut()
        with pytest.raises(Unavailable) as told:
            await task
    assert "Nothing was changed" not in str(told.value)


async def test_after_a_lost_connection_the_next_unit_works(held: Held):
    session = await a_session(held.account)
    async with held.commits():
        task = asyncio.ensure_future(a_note(held.account, session, f"{HELD}-next"))
        await held.until_commits_wait()
        await held.cut()
        with pytest.raises(Unavailable):
            await task
    await a_note(held.account, session, f"{HELD}-next")
    assert (await held.account.session(session.id)).state_version == 1


async def test_a_redelivery_that_arrives_while_the_first_commits_waits_and_is_a_duplicate(held: Held):
    session = await a_session(held.account)
    async with held.commits():
        first = asyncio.ensure_future(a_note(held.account, session, f"{HELD}-twice"))
        await held.until_commits_wait()
        second = asyncio.ensure_future(a_note(held.account, session, f"{HELD}-twice"))
        await held.until_rows_wait()
    results = await asyncio.gather(first, second, return_exceptions=True)
    assert [type(one).__name__ for one in results] == ["NoneType", "Duplicate"]
    assert (await held.account.session(session.id)).state_version == 1


async def test_a_redelivery_of_a_click_that_failed_is_handled(held: Held):
    session = await a_session(held.account)
    async with held.commits():
        first = asyncio.ensure_future(a_note(held.account, session, f"{HELD}-retry"))
        await held.until_commits_wait()
        second = asyncio.ensure_future(a_note(held.account, session, f"{HELD}-retry"))
        await held.until_rows_wait()
        await held.cut()
        with pytest.raises(Unavailable):
            await first
    await second
    assert (await held.account.session(session.id)).state_version == 1


async def test_many_at_once_on_one_session_each_count_once(held: Held):
    session = await a_session(held.account)
    people = ["ben", "eva"] * 8
    await asyncio.gather(*(a_note(held.account, session, f"burst-{n}", who=who) for n, who in enumerate(people)))
    after = await held.account.session(session.id)
    async with held.account.unit() as unit:
        assert len(await queries.facts(unit, session.id)) == after.state_version == len(people)
