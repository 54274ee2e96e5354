"""A turn in its three steps: what it reads, that its answer is stored before anything is done with it, and when there is one."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from core.accounts import preferences
from core.errors import Forbidden
from core.ids import SessionId, TurnId
from core.llm.provider import Turn, Usage
from core.sessions import service as session_service
from core.sessions.models import Session, SessionStatus
from core.spending import service as spending
from core.turns import queries
from core.turns import service as turns
from core.turns.models import TurnStatus
from tests.builders import Account, Clock, a_session
from tests.core.talk import HELLO, a_turn, applied, begun, heard, kept, new, thread


async def test_what_was_said_is_asked_once_and_answered_once(account: Account):
    session = await a_session(account)
    await a_turn(account, session, HELLO)
    await heard(account, session, "since Monday", ts="1.1")
    await heard(account, session, "on two machines", by="eva", ts="1.2")
    asked = await begun(account, session)
    assert asked is not None
    assert [(said.author, said.text) for said in new(asked)] == [("Ben", "since Monday"), ("Eva", "on two machines")]
    assert await kept(account, asked, Turn(None, "Then it is the update."))
    await applied(account, asked)
    await applied(account, asked)
    assert await thread(account, session) == [
        "Since when?",
        "since Monday",
        "on two machines",
        "Then it is the update.",
    ]
    assert await begun(account, session) is None, "nobody waits for an answer, and nothing has changed"


async def test_after_a_crash_the_provider_is_asked_once_more_and_never_once_its_answer_is_stored(account: Account):
    session = await a_session(account)
    first = await begun(account, session)
    again = await begun(account, session)
    assert first is not None
    assert again is not None
    assert (again.turn_id, again.is_answered, again.without_model) == (first.turn_id, False, False)
    assert await kept(account, again, HELLO)
    stored = await begun(account, session)
    assert stored is not None
    assert stored.is_answered
    await applied(account, stored)
    assert await thread(account, session) == ["Since when?"]


async def test_a_turn_that_crashes_again_and_again_is_left_to_the_rules(account: Account):
    session = await a_session(account)
    attempts = [await begun(account, session) for _ in range(3)]
    assert [asked and asked.without_model for asked in attempts] == [False, False, True]


async def test_what_is_said_while_it_thinks_is_for_the_next_turn(account: Account):
    session = await a_session(account)
    await a_turn(account, session, HELLO)
    await heard(account, session, "since Monday", ts="1.1")
    asked = await begun(account, session)
    await heard(account, session, "no, Tuesday", ts="1.2")
    assert asked is not None
    await kept(account, asked, Turn(None, "Monday, then."))
    await applied(account, asked)
    following = await begun(account, session)
    assert following is not None
    assert [said.text for said in new(following)] == ["no, Tuesday"]


@pytest.mark.parametrize("text", ["", "  ", ":thumbsup:", "…", "👍", "\u200b"])
async def test_what_says_nothing_gets_no_answer(account: Account, text: str):
    session = await a_session(account)
    await a_turn(account, session, HELLO)
    await heard(account, session, text)
    assert await begun(account, session) is None


async def test_a_file_alone_is_noted_and_answered(account: Account):
    session = await a_session(account)
    await a_turn(account, session, HELLO)
    await heard(account, session, "", files=["screen\u202e.png"])
    asked = await begun(account, session)
    assert asked is not None
    assert new(asked)[0].files == ("screen.png",)


async def test_a_message_to_a_colleague_is_read_with_the_next_one(account: Account):
    session = await a_session(account)
    await a_turn(account, session, HELLO)
    await heard(account, session, "@eva can you look at the switch?", for_flowpilot=False, ts="1.1")
    assert await begun(account, session) is None
    await heard(account, session, "the switch is fine", by="eva", ts="1.2")
    asked = await begun(account, session)
    assert asked is not None
    assert [said.text for said in asked.view.thread][-2:] == ["@eva can you look at the switch?", "the switch is fine"]


async def test_a_message_that_comes_twice_is_one(account: Account):
    session = await a_session(account)
    assert await heard(account, session, "since Monday") is not None
    assert await heard(account, session, "since Monday") is None


@pytest.mark.parametrize("who", ["lena", "nia"])
async def test_who_may_not_work_on_sessions_is_not_heard(account: Account, who: str):
    session = await a_session(account)
    with pytest.raises(Forbidden):
        await heard(account, session, "since Monday", by=who)


async def test_a_paused_session_listens_and_answers_when_it_goes_on(account: Account):
    session = await a_session(account)
    await a_turn(account, session, HELLO)
    async with account.unit("ben") as unit:
        await session_service.pause(unit, SessionId(session.id))
    await heard(account, session, "since Monday")
    assert await begun(account, session) is None
    async with account.unit("ben") as unit:
        await session_service.resume(unit, SessionId(session.id))
    asked = await begun(account, session)
    assert asked is not None
    assert [said.text for said in new(asked)] == ["since Monday"]


async def test_a_secret_is_masked_in_what_is_kept(account: Account):
    session = await a_session(account)
    message = await heard(account, session, "the admin password is Tr0ub4dor&3 by the way")
    assert message is not None
    assert "Tr0ub4dor&3" not in message.text
    assert "secret.masked" in await account.trail(session.id)


async def test_what_a_model_costs_is_written_down_and_the_budget_ends_it(account: Account, clock: Clock):
    session = await a_session(account)
    await a_turn(account, session, replace(HELLO, usage=Usage("claude-sonnet-5-5", 900, 100, 0, 50_000_000)))
    async with account.unit() as unit:
        budget = await spending.this_month(unit)
        assert (budget.spent.tokens, budget.is_used_up) == (1_000, True)
    await heard(account, session, "since Monday")
    asked = await begun(account, session)
    assert asked is not None
    assert asked.without_model
    await kept(account, asked, Turn(None, "Noted.", composed_without_ai=True))
    await applied(account, asked)
    assert "This month's budget for the model is used up" in (await thread(account, session))[-1]
    clock.forward(timedelta(days=31))
    async with account.unit() as unit:
        assert not (await spending.this_month(unit)).is_used_up


async def test_with_no_budget_at_all_no_model_is_asked_and_nobody_is_told_so_each_time(account: Account):
    async with account.unit("adil") as unit:
        await preferences.change(unit, {"model_budget_usd": 0})
    session = await a_session(account)
    asked = await a_turn(account, session, HELLO)
    assert asked.without_model
    assert await thread(account, session) == ["Since when?"]


async def test_what_was_paid_for_a_stopped_turn_counts(account: Account):
    session = await a_session(account)
    asked = await begun(account, session)
    assert asked is not None
    async with account.unit("eva") as unit:
        await turns.stop(unit, asked.turn_id)
    await kept(account, asked, replace(HELLO, usage=Usage("m", 10, 1, 0, 7)))
    async with account.unit() as unit:
        assert (await spending.this_month(unit)).spent.cost_micro_usd == 7
        assert (await queries.turn(unit, TurnId(asked.turn_id))).status is TurnStatus.STOPPED


async def test_an_idle_session_is_warned_then_abandoned_and_a_word_brings_it_back(account: Account, clock: Clock):
    session = await a_session(account)

    async def tick(days: float) -> Session:
        clock.forward(timedelta(days=days))
        async with account.unit() as unit:
            await session_service.close_idle(unit)
        return await account.session(session.id)

    assert (await tick(12.9)).warned_at is None
    assert (await tick(0.2)).warned_at is not None
    assert (await tick(0.5)).status is SessionStatus.ACTIVE
    assert (await tick(0.6)).status is SessionStatus.ABANDONED
    assert len([text for text in await thread(account, session) if "closed as abandoned" in text]) == 1
    await heard(account, session, "sorry, I was away")
    back = await account.session(session.id)
    assert (back.status, back.warned_at) == (SessionStatus.ACTIVE, None)


async def test_a_session_that_nobody_was_warned_of_is_not_abandoned_however_long_the_house_was_down(
    account: Account, clock: Clock
):
    session = await a_session(account)
    clock.forward(timedelta(days=100))
    async with account.unit() as unit:
        await session_service.close_idle(unit)
    assert (await account.session(session.id)).status is SessionStatus.ACTIVE
