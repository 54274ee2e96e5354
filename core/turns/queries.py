from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from core.accounts.models import User
from core.errors import NotFound
from core.ids import SessionId, TurnId, UserId
from core.sessions.models import Author, Message
from core.turns.models import UNFINISHED, Feedback, Turn
from core.unit import Unit

READ_MESSAGES = 40


async def turn_for_update(unit: Unit, turn_id: TurnId | UUID) -> Turn:
    """The turn, locked until the unit ends. Raises `NotFound`."""
    wanted = select(Turn).where(Turn.account_id == unit.account_id, Turn.id == turn_id)
    row = await unit.session.scalar(wanted.with_for_update())
    if row is None:
        raise NotFound("That answer is not there.")
    return row


async def turn(unit: Unit, turn_id: TurnId | UUID) -> Turn:
    """Raises `NotFound`."""
    row = await unit.session.scalar(select(Turn).where(Turn.account_id == unit.account_id, Turn.id == turn_id))
    if row is None:
        raise NotFound("That answer is not there.")
    return row


async def unfinished(unit: Unit, session_id: SessionId | UUID) -> Turn | None:
    """The turn that is under way in a session, or that a crash left so; locked until the unit ends."""
    wanted = select(Turn).where(
        Turn.account_id == unit.account_id, Turn.session_id == session_id, Turn.status.in_(UNFINISHED)
    )
    return await unit.session.scalar(wanted.with_for_update())


async def thread(unit: Unit, session_id: SessionId | UUID) -> Sequence[tuple[Message, str | None]]:
    """The last messages of the thread with their authors' names, oldest first, at most 40, without those that were deleted."""
    wanted = (
        select(Message, User.name)
        .join(User, (User.account_id == Message.account_id) & (User.id == Message.user_id), isouter=True)
        .where(Message.account_id == unit.account_id, Message.session_id == session_id, Message.deleted_at.is_(None))
        .order_by(Message.id.desc())
        .limit(READ_MESSAGES)
    )
    return [(row[0], row[1]) for row in reversed((await unit.session.execute(wanted)).all())]


async def message_at(unit: Unit, session_id: SessionId | UUID, ts: str) -> Message | None:
    """A person's message by its place in the thread, locked."""
    wanted = select(Message).where(
        Message.account_id == unit.account_id,
        Message.session_id == session_id,
        Message.ts == ts,
        Message.author == Author.PERSON,
    )
    return await unit.session.scalar(wanted.with_for_update())


async def said_in(unit: Unit, turn_id: TurnId | UUID) -> Message | None:
    """What FlowPilot said in a turn."""
    wanted = select(Message).where(
        Message.account_id == unit.account_id, Message.turn_id == turn_id, Message.author == Author.FLOWPILOT
    )
    return await unit.session.scalar(wanted.limit(1))


async def said_since(unit: Unit, session_id: SessionId | UUID, since: datetime) -> int:
    """How many messages people wrote in the thread after `since`."""
    wanted = select(func.count()).where(
        Message.account_id == unit.account_id,
        Message.session_id == session_id,
        Message.author == Author.PERSON,
        Message.deleted_at.is_(None),
        Message.created_at > since,
    )
    return await unit.session.scalar(wanted) or 0


async def feedback_of(unit: Unit, turn_id: TurnId, user_id: UserId) -> Feedback | None:
    wanted = select(Feedback).where(
        Feedback.account_id == unit.account_id, Feedback.turn_id == turn_id, Feedback.user_id == user_id
    )
    return await unit.session.scalar(wanted.with_for_update())


async def last_version(unit: Unit, session_id: SessionId | UUID) -> int | None:
    """The state of the session that its last turn knew; None before the first."""
    wanted = select(Turn.asked_version).where(
        Turn.account_id == unit.account_id, Turn.session_id == session_id, Turn.status.not_in(UNFINISHED)
    )
    return await unit.session.scalar(wanted.order_by(Turn.id.desc()).limit(1))
