"""The session's card and what is said in its thread."""

from __future__ import annotations

from dataclasses import replace
from typing import cast
from uuid import UUID

from bot import said
from bot.blocks import session_link
from bot.effects import House, NotYet, Outgoing, Posted
from bot.features.sessions import views
from bot.slack import Gone
from core.accounts import queries as people
from core.fixes import queries as fixes
from core.fixes.overview import SessionCard, session_card
from core.ids import FixId, SessionId
from core.notes.overview import under_way
from core.outbox.events import MessageWritten, SessionCardLost, SessionStarted
from core.sessions import queries
from core.sessions.models import Session
from core.sessions.service import changed
from core.unit import Event, Unit


def _session_of(event: Event) -> SessionId:
    return cast("SessionStarted", event).session_id  # every event subscribed here names its session


def _card_message(card: SessionCard, channel: str, thread_ts: str | None) -> Outgoing:
    return Outgoing(channel, views.card_text(card), views.card_blocks(card), thread_ts)


async def compose_card(unit: Unit, event: Event) -> Outgoing | None:
    card = await session_card(unit, _session_of(event))
    if card.session.card_ts is not None:
        return None
    return _card_message(card, card.session.channel, card.session.thread_ts)


async def card_elsewhere(unit: Unit, event: Event) -> Outgoing | None:
    """The channel is gone or closed to us: the owner's direct messages become the session's place."""
    card = await session_card(unit, _session_of(event))
    return _card_message(card, card.owner.slack_user_id, None)


async def card_posted(unit: Unit, event: Event, where: Posted) -> None:
    session = await queries.session_for_update(unit, _session_of(event))
    if session.thread_ts is None or session.channel != where.channel:
        session.channel, session.thread_ts = where.channel, where.ts
    session.card_ts = where.ts
    if isinstance(event, SessionCardLost):
        changed(unit, session)


async def update_card(house: House, event: Event) -> None:
    """Shows the present state. A card that somebody deleted, or whose channel is closed, is put up once more."""
    async with house.unit() as unit:
        card = await session_card(unit, _session_of(event))
        card = replace(card, note=await under_way(unit, _session_of(event)))
    if card.session.card_ts is None:
        return
    message = _card_message(card, card.session.channel, None)
    try:
        await house.slack.call(
            "chat.update",
            channel=message.channel,
            ts=card.session.card_ts,
            text=message.text,
            blocks=list(message.blocks),
        )
    except Gone as gone:
        async with house.unit() as unit:
            session = await queries.session_for_update(unit, _session_of(event))
            if session.card_ts == card.session.card_ts:  # else another replica has seen to it, and there is a new card
                await _displace(unit, session, gone.code)


async def displaced(unit: Unit, event: Event, code: str) -> None:
    """The thread cannot be written to any more: the session gets a new card, in its channel or in its owner's direct messages."""
    session = await queries.session_for_update(unit, _session_of(event))
    if session.card_ts is not None:  # else a new card is on its way already
        await _displace(unit, session, code)


async def _displace(unit: Unit, session: Session, code: str) -> None:
    session.card_ts = None
    if code != "message_not_found":
        session.thread_ts = None
    if code not in {"message_not_found", "thread_not_found"}:
        session.channel = (await people.user(unit, session.owner_id)).slack_user_id
    unit.emit(SessionCardLost(SessionId(session.id)))


def _thread(session: Session) -> str:
    if session.thread_ts is None:
        raise NotYet("the session's card is not posted yet")
    return session.thread_ts


async def compose_problem(unit: Unit, event: Event) -> Outgoing | None:
    """The whole problem in the thread, when the card shows only its beginning."""
    session = await queries.session(unit, _session_of(event))
    if len(session.problem) <= views.SHOWN_PROBLEM:
        return None
    text, blocks = views.problem_text(session)
    return Outgoing(session.channel, text, blocks, _thread(session))


async def compose_message(unit: Unit, event: Event) -> Outgoing | None:
    session = await queries.session(unit, _session_of(event))
    message = await queries.message(unit, cast("MessageWritten", event).message_id)
    more = await _card_of(unit, message.fix_id, session) if message.fix_id else None
    return Outgoing(session.channel, said.text(message), said.said(message, more=more), _thread(session))


async def _card_of(unit: Unit, fix_id: UUID, session: Session) -> str | None:
    """A link to a fix's card, for small print."""
    fix = await fixes.fix(unit, FixId(fix_id))
    url = (await people.installation(unit)).url
    return None if fix.card_ts is None else f"Its card: {session_link(url, fix.title, session.channel, fix.card_ts)}"


async def message_posted(unit: Unit, event: Event, where: Posted) -> None:
    if isinstance(event, MessageWritten):
        (await queries.message(unit, event.message_id)).ts = where.ts
