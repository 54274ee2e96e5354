from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.sql.functions import count

from core.accounts.models import User
from core.errors import NotFound
from core.ids import FactId, MessageId, SessionId, UserId
from core.sessions.models import OPEN, Fact, Message, Session, SessionStatus
from core.sessions.pages import PAGE, Listed, Page
from core.sessions.similar import OpenOne
from core.unit import Unit


async def session(unit: Unit, session_id: SessionId | UUID) -> Session:
    """Raises `NotFound`."""
    row = await unit.session.scalar(
        select(Session).where(Session.account_id == unit.account_id, Session.id == session_id)
    )
    if row is None:
        raise NotFound("That session is not there.")
    return row


async def by_id(unit: Unit, ids: Sequence[UUID]) -> dict[UUID, Session]:
    """The sessions with these ids."""
    if not ids:
        return {}
    wanted = select(Session).where(Session.account_id == unit.account_id, Session.id.in_(set(ids)))
    return {row.id: row for row in await unit.session.scalars(wanted)}


async def session_for_update(unit: Unit, session_id: SessionId | UUID) -> Session:
    """The session, locked until the unit ends. Raises `NotFound`."""
    wanted = select(Session).where(Session.account_id == unit.account_id, Session.id == session_id).with_for_update()
    row = await unit.session.scalar(wanted)
    if row is None:
        raise NotFound("That session is not there.")
    return row


async def several(unit: Unit, ids: Sequence[UUID]) -> dict[UUID, Session]:
    """The sessions with these ids, by id."""
    wanted = select(Session).where(Session.account_id == unit.account_id, Session.id.in_(set(ids)))
    return {row.id: row for row in await unit.session.scalars(wanted)}


async def in_thread(unit: Unit, channel: str, thread_ts: str) -> Session | None:
    """The session of one Slack thread."""
    return await unit.session.scalar(
        select(Session).where(
            Session.account_id == unit.account_id, Session.channel == channel, Session.thread_ts == thread_ts
        )
    )


_CARD_UNDER_WAY = timedelta(minutes=5)


async def has_newcomer(unit: Unit, channel: str) -> bool:
    """Whether a session was started in this channel within five minutes whose thread is not known yet: its card may stand in Slack already, and only
    that it does is still to be written down."""
    wanted = select(Session.id).where(
        Session.account_id == unit.account_id,
        Session.channel == channel,
        Session.thread_ts.is_(None),
        Session.created_at > unit.now - _CARD_UNDER_WAY,
    )
    return (await unit.session.execute(wanted.limit(1))).first() is not None


async def open_in(unit: Unit, channel: str, statuses: Sequence[SessionStatus] = OPEN) -> Sequence[Session]:
    """The sessions of one channel that are open, or have one of `statuses`; the most recently used first, at most 20."""
    wanted = select(Session).where(
        Session.account_id == unit.account_id, Session.channel == channel, Session.status.in_(statuses)
    )
    return (await unit.session.scalars(wanted.order_by(Session.last_active_at.desc()).limit(20))).all()


async def open_problems(unit: Unit) -> Sequence[OpenOne]:
    """What is being worked on in the account, the most recently used first, at most 200."""
    wanted = (
        select(Session.id, Session.title, Session.problem, User.name, Session.channel, Session.thread_ts)
        .join(User, (User.account_id == Session.account_id) & (User.id == Session.owner_id))
        .where(Session.account_id == unit.account_id, Session.status.in_(OPEN))
        .order_by(Session.last_active_at.desc())
        .limit(200)
    )
    return [OpenOne(*row) for row in await unit.session.execute(wanted)]


async def untouched(unit: Unit, before: datetime) -> Sequence[Session]:
    """Open sessions that nobody has touched since `before`, the oldest first, at most 50, locked; those somebody is at are left out."""
    wanted = (
        select(Session)
        .where(
            Session.account_id == unit.account_id,
            Session.status.in_([SessionStatus.ACTIVE, SessionStatus.PAUSED]),
            Session.last_active_at < before,
        )
        .order_by(Session.last_active_at)
        .limit(50)
    )
    return (await unit.session.scalars(wanted.with_for_update(skip_locked=True))).all()


async def facts(unit: Unit, session_id: SessionId | UUID) -> Sequence[Fact]:
    """What is known, oldest first, without what was removed."""
    wanted = (
        select(Fact)
        .where(Fact.account_id == unit.account_id, Fact.session_id == session_id, Fact.deleted_at.is_(None))
        .order_by(Fact.id)
    )
    return (await unit.session.scalars(wanted)).all()


async def fact(unit: Unit, fact_id: FactId) -> Fact:
    """Raises `NotFound`, also for one that was removed."""
    wanted = select(Fact).where(Fact.account_id == unit.account_id, Fact.id == fact_id, Fact.deleted_at.is_(None))
    row = await unit.session.scalar(wanted)
    if row is None:
        raise NotFound("That fact is not there any more.")
    return row


async def message(unit: Unit, message_id: MessageId) -> Message:
    """Raises `NotFound`."""
    row = await unit.session.scalar(
        select(Message).where(Message.account_id == unit.account_id, Message.id == message_id)
    )
    if row is None:
        raise NotFound("That message is not there.")
    return row


async def _page(unit: Unit, condition: ColumnElement[bool], number: int) -> Page:
    mine = (Session.account_id == unit.account_id) & condition
    # Counting stops at 1,000: a list says "1000+" long before anybody pages that far.
    total = await unit.session.scalar(
        select(count()).select_from(select(Session.id).where(mine).limit(1_000).subquery())
    )
    wanted = (
        select(Session, User.name)
        .join(User, (User.account_id == Session.account_id) & (User.id == Session.owner_id))
        .where(mine)
        .order_by(Session.last_active_at.desc(), Session.id.desc())
        .offset(number * PAGE)
        .limit(PAGE)
    )
    return Page([Listed(*row) for row in await unit.session.execute(wanted)], total or 0, number)


async def mine(unit: Unit, owner: UserId, number: int = 0) -> Page:
    """The owner's open sessions, the most recently used first."""
    return await _page(unit, (Session.owner_id == owner) & Session.status.in_(OPEN), number)


async def open_ones(unit: Unit, number: int = 0) -> Page:
    """The account's open sessions, the most recently used first."""
    return await _page(unit, Session.status.in_(OPEN), number)


async def found(unit: Unit, text: str, number: int = 0) -> Page:
    """Sessions, old ones too, whose title or problem holds every word of `text`, whatever its case."""
    words = text.split()[:10]
    holds = [
        or_(
            func.lower(Session.title).contains(word.lower(), autoescape=True),
            func.lower(Session.problem).contains(word.lower(), autoescape=True),
        )
        for word in words
    ]
    condition = holds[0]
    for one in holds[1:]:
        condition &= one
    return await _page(unit, condition, number)
