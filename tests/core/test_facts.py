"""What is known in a session: added, edited, removed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.errors import Forbidden, Invalid, NotFound
from core.ids import FactId, SessionId, new_id
from core.sessions import queries, service
from core.sessions.commands import AddFact, EditFact
from core.sessions.models import Fact, FactSource, Session
from core.unit import Database
from tests.builders import Account, Clock, a_session, an_account


async def a_fact(account: Account, session: Session, text: str | None = "The spooler is stopped") -> Fact:
    async with account.unit("ben") as unit:
        return await service.add_fact(unit, AddFact(session_id=SessionId(session.id), text=text, message_ts="17.5"))


async def known(account: Account, session: Session) -> list[str]:
    async with account.unit() as unit:
        return [fact.text for fact in await queries.facts(unit, session.id)]


async def test_a_fact_says_who_found_it_out_and_where(account: Account, clock: Clock):
    session = await a_session(account)
    await a_fact(account, session)
    async with account.unit() as unit:
        (fact,) = await queries.facts(unit, session.id)
    assert (fact.source, fact.message_ts, fact.created_at) == (FactSource.NOTE, "17.5", clock.now)
    assert fact.created_by == (await account.user("ben")).id
    assert (await account.session(session.id)).state_version == 1


@pytest.mark.parametrize("text", [None, "", " \n ", "\u202e", "x" * 3_001])
async def test_a_fact_says_something_and_fits(account: Account, text: str | None):
    session = await a_session(account)
    with pytest.raises(Invalid) as refusal:
        await a_fact(account, session, text)
    assert refusal.value.field == "text"
    assert (await account.session(session.id)).state_version == 0
    assert await account.trail(session.id) == ["session.started"]


async def test_a_colleague_edits_a_note(account: Account, clock: Clock):
    session = await a_session(account)
    fact = await a_fact(account, session)
    clock.forward(timedelta(minutes=1))
    async with account.unit("eva") as unit:
        await service.edit_fact(unit, EditFact(fact_id=FactId(fact.id), text="The spooler runs"))
    assert await known(account, session) == ["The spooler runs"]
    assert (await account.session(session.id)).state_version == 2


@pytest.mark.parametrize("source", [FactSource.QUESTION, FactSource.DIAGNOSTIC_CHECK])
async def test_what_came_from_elsewhere_is_edited_there(account: Account, source: FactSource):
    session = await a_session(account)
    fact = await a_fact(account, session)
    async with account.unit() as unit:
        (await queries.fact(unit, FactId(fact.id))).source = source
    with pytest.raises(Forbidden):
        async with account.unit("ben") as unit:
            await service.edit_fact(unit, EditFact(fact_id=FactId(fact.id), text="Otherwise"))
    assert await known(account, session) == ["The spooler is stopped"]
    assert (await account.session(session.id)).state_version == 1


async def test_a_removed_fact_is_no_longer_known_but_stays_on_record(account: Account):
    session = await a_session(account)
    fact = await a_fact(account, session)
    async with account.unit("eva") as unit:
        await service.remove_fact(unit, FactId(fact.id))
    assert await known(account, session) == []
    assert (await account.session(session.id)).state_version == 2
    assert await account.trail(session.id) == ["session.started", "fact.added", "fact.removed"]
    with pytest.raises(NotFound):
        async with account.unit("ben") as unit:
            await service.remove_fact(unit, FactId(fact.id))
    async with account.unit() as unit:
        kept = await unit.session.get(Fact, (account.id, fact.id))
    assert kept is not None
    assert kept.deleted_at is not None


@pytest.mark.parametrize("who", ["lena", "nia"])
async def test_only_engineers_change_what_is_known(account: Account, who: str):
    session = await a_session(account)
    fact = await a_fact(account, session)
    with pytest.raises(Forbidden):
        async with account.unit(who) as unit:
            await service.add_fact(unit, AddFact(session_id=SessionId(session.id), text="Mine"))
    with pytest.raises(Forbidden):
        async with account.unit(who) as unit:
            await service.edit_fact(unit, EditFact(fact_id=FactId(fact.id), text="Mine"))
    with pytest.raises(Forbidden):
        async with account.unit(who) as unit:
            await service.remove_fact(unit, FactId(fact.id))
    assert await known(account, session) == ["The spooler is stopped"]


async def test_another_accounts_facts_are_not_there(account: Account, database: Database):
    stranger = await an_account(database, "ben")
    fact = await a_fact(account, await a_session(account))
    for missing in (fact.id, new_id()):
        with pytest.raises(NotFound):
            async with stranger.unit("ben") as unit:
                await service.edit_fact(unit, EditFact(fact_id=FactId(missing), text="Mine now"))
