"""Taking a turn: a provider is asked between two units, never inside one."""

from __future__ import annotations

from contextlib import suppress
from typing import cast

from bot import said
from bot.effects import House
from bot.features.turns import live, views
from bot.slack import Gone, Refused
from core.accounts import queries as people
from core.fixes import answering, asking
from core.ids import MessageId
from core.llm.provider import Tell, Turn
from core.outbox.events import MessageHeard, MessageWritten, SecretHeard, TurnShown
from core.sessions import queries as sessions
from core.turns import queries
from core.turns.models import TurnStatus
from core.unit import Event


async def take(house: House, event: Event) -> None:
    """Answers what was said since the last turn, or proposes the next fix. After a crash it goes on from what is stored."""
    session_id = cast("MessageHeard", event).session_id
    async with house.unit() as unit:
        asked = await asking.begin(unit, session_id)
    if asked is None:
        return
    if not asked.is_answered:
        provider = house.provider.offline if asked.without_model else house.provider

        async def think(tell: Tell) -> Turn:
            return await provider.take_turn(asked.view, asked.past, tell)

        answer = await live.thought(house, asked, think)
        if answer is None:
            return
        async with house.unit() as unit:
            if not await answering.keep_answer(unit, asked.turn_id, answer):
                return
    async with house.unit() as unit:
        await answering.apply(unit, asked)


async def show_end(house: House, event: Event) -> None:
    """The message that showed a turn thinking becomes what came of it. One that somebody deleted meanwhile is said anew."""
    turn_id = cast("TurnShown", event).turn_id
    async with house.unit() as unit:
        turn = await queries.turn(unit, turn_id)
        session = await sessions.session(unit, turn.session_id)
        message = await queries.said_in(unit, turn_id)
        stopper = await people.user(unit, turn.stopped_by) if turn.stopped_by else None
    if turn.progress_ts is None:
        return
    if turn.streamed:
        with suppress(Refused):  # it died by itself, or the message is gone: the next call tells
            await house.slack.call("chat.stopStream", channel=session.channel, ts=turn.progress_ts)
    try:
        if turn.status is TurnStatus.STOPPED:
            text, blocks = views.stopped(stopper.name if stopper else "somebody")
        elif message is not None:
            text, blocks = said.text(message), said.said(message)
        else:
            await house.slack.call("chat.delete", channel=session.channel, ts=turn.progress_ts)
            return
        await house.slack.call("chat.update", channel=session.channel, ts=turn.progress_ts, text=text, blocks=blocks)
    except Gone:
        if message is None:
            return
        async with house.unit() as unit:
            fresh = await sessions.message(unit, MessageId(message.id))
            if fresh.ts == turn.progress_ts:
                fresh.ts = None
                unit.emit(
                    MessageWritten(session_id=cast("TurnShown", event).session_id, message_id=MessageId(message.id))
                )


async def warn_author(house: House, event: Event) -> None:
    """Who wrote a secret is told privately; twice does no harm."""
    secret = cast("SecretHeard", event)
    async with house.unit() as unit:
        session = await sessions.session(unit, secret.session_id)
        message = await sessions.message(unit, secret.message_id)
        author = await people.user(unit, message.user_id) if message.user_id else None
    if author is None or message.deleted_at is not None:
        return
    text, blocks = views.secret_warning()
    try:
        await house.slack.call(
            "chat.postEphemeral",
            channel=session.channel,
            user=author.slack_user_id,
            thread_ts=session.thread_ts,
            text=text,
            blocks=blocks,
        )
    except Refused:
        await house.slack.post(author.slack_user_id, text=text, blocks=blocks)
