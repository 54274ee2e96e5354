"""A conversation at the level of the core: somebody says something, a turn is begun, its answer is kept and applied."""

from __future__ import annotations

from core.fixes import answering, asking
from core.fixes.asking import Asked
from core.ids import SessionId
from core.llm.provider import Said, Turn
from core.sessions import queries as sessions
from core.sessions.models import Fact, Message, Session
from core.turns import queries
from core.turns import service as turns
from core.turns.commands import Hear
from tests.builders import Account

HELLO = Turn(None, "Since when?")


async def heard(
    account: Account, session: Session, text: str, *, by: str = "ben", ts: str = "1.1", **more: object
) -> Message | None:
    async with account.unit(by) as unit:
        return await turns.hear(unit, Hear.model_validate({"session_id": session.id, "ts": ts, "text": text, **more}))


async def begun(account: Account, session: Session) -> Asked | None:
    async with account.unit() as unit:
        return await asking.begin(unit, SessionId(session.id))


async def kept(account: Account, asked: Asked, answer: Turn) -> bool:
    async with account.unit() as unit:
        return await answering.keep_answer(unit, asked.turn_id, answer)


async def applied(account: Account, asked: Asked) -> None:
    async with account.unit() as unit:
        await answering.apply(unit, asked)


async def a_turn(account: Account, session: Session, answer: Turn) -> Asked:
    asked = await begun(account, session)
    assert asked is not None
    assert await kept(account, asked, answer)
    await applied(account, asked)
    return asked


async def thread(account: Account, session: Session) -> list[str]:
    async with account.unit() as unit:
        return [message.text for message, _ in await queries.thread(unit, session.id)]


async def facts(account: Account, session: Session) -> list[Fact]:
    async with account.unit() as unit:
        return list(await sessions.facts(unit, session.id))


def new(asked: Asked) -> list[Said]:
    return [said for said in asked.view.thread if said.is_new]
