"""Starting, owning, pausing and naming a session."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest

from core.errors import Conflict, Forbidden, Invalid, NotFound
from core.ids import SessionId, UserId, new_id
from core.sessions import queries, service
from core.sessions.commands import AddFact, HandTo, RenameSession, StartSession
from core.sessions.models import Session, SessionStatus
from core.unit import Again, Database
from tests.builders import Account, Clock, a_session, an_account

ENGINEERS = ["ben", "adil", "ana"]
OTHERS = ["lena", "nia"]


def ident(session: Session) -> SessionId:
    return SessionId(session.id)


@pytest.mark.parametrize("who", ENGINEERS)
async def test_an_engineer_starts_a_session_and_owns_it(account: Account, clock: Clock, who: str):
    made = await a_session(account, by=who, problem="  Printer on fire\nsince noon  ", channel="C0DESK")
    session = await account.session(made.id)
    owner = await account.user(who)
    assert (session.owner_id, session.started_by) == (owner.id, owner.id)
    assert (session.title, session.problem) == ("Printer on fire", "Printer on fire\nsince noon")
    assert (session.status, session.state_version, session.created_at) == (SessionStatus.ACTIVE, 0, clock.now)
    assert await account.trail(made.id) == ["session.started"]


@pytest.mark.parametrize("who", OTHERS)
async def test_nobody_else_starts_one_and_may_ask_for_access(account: Account, who: str):
    with pytest.raises(Forbidden, match="Only engineers can start a session") as refusal:
        await a_session(account, by=who)
    assert refusal.value.may_ask


@pytest.mark.parametrize("problem", ["", "  \n", "\u200b", "x" * 8_001])
async def test_a_problem_says_something_and_fits(account: Account, problem: str):
    with pytest.raises(Invalid) as refusal:
        await a_session(account, problem=problem)
    assert refusal.value.field == "problem"


async def test_a_problem_of_8000_characters_is_kept_whole(account: Account):
    made = await a_session(account, problem="ü" * 8_000)
    session = await account.session(made.id)
    assert len(session.problem) == 8_000
    assert len(session.title) <= 150


async def test_one_thread_is_one_session(account: Account):
    where = StartSession(problem="Printer", channel="C1", thread_ts="1.0")
    async with account.unit("ben") as unit:
        await service.start(unit, where)
    with pytest.raises(Conflict, match="already the session “Printer”"):
        async with account.unit("eva") as unit:
            await service.start(unit, where)
    async with account.unit("eva") as unit:
        await service.start(unit, where.model_copy(update={"channel": "C2"}))


async def test_pause_and_resume_by_a_colleague_leave_the_version_alone(account: Account):
    session = await a_session(account, by="ben")
    async with account.unit("eva") as unit:
        await service.pause(unit, ident(session))
    assert (await account.session(session.id)).status is SessionStatus.PAUSED
    async with account.unit("adil") as unit:
        await service.resume(unit, ident(session))
    after = await account.session(session.id)
    assert (after.status, after.state_version) == (SessionStatus.ACTIVE, 0)
    assert await account.trail(session.id) == ["session.started", "session.paused", "session.resumed"]


async def test_renaming_raises_the_version(account: Account, clock: Clock):
    session = await a_session(account)
    clock.forward(timedelta(minutes=5))
    async with account.unit("eva") as unit:
        await service.rename(unit, RenameSession(session_id=ident(session), title=" Floor 3 "))
    after = await account.session(session.id)
    assert (after.title, after.state_version, after.last_active_at) == ("Floor 3", 1, clock.now)


@pytest.mark.parametrize("title", [None, " ", "x" * 151])
async def test_a_title_says_something_and_fits(account: Account, title: str | None):
    session = await a_session(account)
    with pytest.raises(Invalid) as refusal:
        async with account.unit("ben") as unit:
            await service.rename(unit, RenameSession(session_id=ident(session), title=title))
    assert refusal.value.field == "title"
    assert (await account.session(session.id)).state_version == 0


async def test_a_colleague_takes_over_and_taking_what_is_yours_is_refused(account: Account):
    session = await a_session(account, by="ben")
    async with account.unit("eva") as unit:
        await service.take_over(unit, ident(session))
    eva = await account.user("eva")
    after = await account.session(session.id)
    assert (after.owner_id, after.state_version) == (eva.id, 0)
    with pytest.raises(Conflict, match="already yours"):
        async with account.unit("eva") as unit:
            await service.take_over(unit, ident(session))
    assert await account.trail(session.id) == ["session.started", "session.handed"]


@pytest.mark.parametrize("heir", ["lena", "nia", "gus", "sara"])
async def test_a_session_is_handed_to_engineers_only(account: Account, heir: str):
    session = await a_session(account)
    wanted = HandTo(session_id=ident(session), user_id=UserId((await account.user(heir)).id))
    with pytest.raises(Invalid, match="not an engineer") as refusal:
        async with account.unit("ben") as unit:
            await service.hand_to(unit, wanted)
    assert refusal.value.field == "user_id"
    async with account.unit("ben") as unit:
        eva = UserId((await account.user("eva")).id)
        await service.hand_to(unit, HandTo(session_id=ident(session), user_id=eva))
    assert (await account.session(session.id)).owner_id == eva


async def test_acting_on_an_abandoned_session_makes_it_active_in_the_same_unit(account: Account):
    session = await a_session(account)
    async with account.unit() as unit:
        (await queries.session_for_update(unit, session.id)).status = SessionStatus.ABANDONED
    async with account.unit("eva") as unit:
        await service.add_fact(unit, AddFact(session_id=ident(session), text="Still broken"))
    assert (await account.session(session.id)).status is SessionStatus.ACTIVE


async def test_another_accounts_session_is_as_missing_as_none(account: Account, database: Database):
    stranger = await an_account(database, "ben")
    session = await a_session(account)
    sentences: set[str] = set()
    for missing in (session.id, new_id()):
        with pytest.raises(NotFound) as refusal:
            async with stranger.unit("ben") as unit:
                await service.pause(unit, SessionId(missing))
        sentences.add(str(refusal.value))
    assert len(sentences) == 1
    assert (await account.session(session.id)).status is SessionStatus.ACTIVE


async def test_lists_hold_open_sessions_the_most_recently_used_first(account: Account, clock: Clock):
    made: list[UUID] = []
    for number in range(12):
        clock.forward(timedelta(minutes=1))
        made.append((await a_session(account, by="ben" if number % 2 else "eva", problem=f"Printer {number}")).id)
    async with account.unit() as unit:
        (await queries.session_for_update(unit, made[11])).status = SessionStatus.RESOLVED
    async with account.unit() as unit:
        first, second = await queries.open_ones(unit, 0), await queries.open_ones(unit, 1)
        mine = await queries.mine(unit, UserId((await account.user("ben")).id))
    assert [one.session.id for one in [*first.items, *second.items]] == made[10::-1]
    assert (first.total, first.more, second.more) == (11, True, False)
    assert [one.session.id for one in mine.items] == [made[n] for n in (9, 7, 5, 3, 1)]
    assert {one.owner for one in mine.items} == {"Ben"}


@pytest.mark.parametrize(
    ("text", "finds"),
    [
        ("PRINTER floor", {"Printer on floor 3"}),
        ("100%", {"Disk at 100% on SRV_1"}),
        ("srv_1", {"Disk at 100% on SRV_1"}),
        ("s_v", set[str]()),  # an underscore is itself, no wildcard
        ("%", {"Disk at 100% on SRV_1"}),
        ("über", {"Über-Drucker"}),
    ],
)
async def test_finding_means_every_word_literally_whatever_its_case(account: Account, text: str, finds: set[str]):
    for problem in ("Printer on floor 3", "Disk at 100% on SRV_1", "Über-Drucker"):
        await a_session(account, problem=problem)
    async with account.unit("ben") as unit:
        page = await queries.found(unit, text)
    assert {one.session.title for one in page.items} == finds


async def test_two_who_start_a_session_in_one_thread_at_once_make_one(account: Account):
    async def start(who: str) -> None:
        async with account.unit(who) as unit:
            await service.start(unit, StartSession(problem="Printer", channel="C1", thread_ts="1.0"))

    results = await asyncio.gather(*map(start, ["ben", "eva", "adil"]), return_exceptions=True)
    assert {type(result) for result in results} <= {type(None), Again, Conflict}
    async with account.unit() as unit:
        assert (await queries.open_ones(unit)).total == 1
    # Coming again, as the door does, ends with a sentence.
    with pytest.raises(Conflict, match="already the session"):
        await start("eva")
