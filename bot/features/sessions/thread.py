"""What people write in the threads of sessions. What is said elsewhere is neither kept nor read."""

from __future__ import annotations

import re

from bot.answers import Answer, Done, NotNow, TooEarly
from bot.interaction import Interaction
from bot.words import mentioned, readable
from core.accounts import queries as people
from core.errors import Forbidden, Unavailable
from core.ids import SessionId
from core.sessions import queries
from core.sessions.models import Session
from core.turns import service
from core.turns.commands import Hear
from core.unit import Unit

_TO_SOMEBODY = re.compile(r"\s*<@([A-Z0-9]+)(?:\|[^>]*)?>")


async def session_of(interaction: Interaction) -> Session | None:
    """The session in whose thread this was written. Nobody in particular asks: most threads are none of ours, whoever writes there.

    Raises `TooEarly` where it may be that of a card that has only just come up: who answers at once is not to be lost.
    """
    if interaction.thread_ts is None or interaction.channel is None:
        return None
    async with interaction.database.unit(interaction.installation.account_id, source="event") as unit:
        session = await queries.in_thread(unit, interaction.channel, interaction.thread_ts)
        if session is None and interaction.answers_us and await queries.has_newcomer(unit, interaction.channel):
            raise TooEarly
        return session


async def reply(interaction: Interaction) -> Answer:
    """A plain reply in a thread of a channel. Who may not work on sessions is not heard, and not told so for talking to colleagues."""
    try:
        session = await session_of(interaction)
        return Done() if session is None else await heard(interaction, session)
    except Forbidden:
        return Done()
    except Unavailable:
        return NotNow()


async def heard(interaction: Interaction, session: Session) -> Answer:
    """Keeps what was said in the session's thread. Raises `Forbidden` for who may not work on sessions."""
    us = interaction.installation.bot_user_id
    named = _TO_SOMEBODY.match(interaction.text)
    async with interaction.unit() as unit:
        unit.scope.need_engineer("work on a session")
        wanted = Hear(
            session_id=SessionId(session.id),
            ts=interaction.message_ts or "",
            text=await _read(unit, interaction),
            files=interaction.files,
            for_flowpilot=named is None or named[1] == us or f"<@{us}" in interaction.text,
        )
        await service.hear(unit, wanted)
    return Done()


async def _read(unit: Unit, interaction: Interaction) -> str:
    """The message as people read it, with the names of those it mentions."""
    us = interaction.installation.bot_user_id
    others = mentioned(interaction.text) - {us}
    return readable(interaction.text, without=us, names=await people.names(unit, others) if others else None)


async def changed(interaction: Interaction) -> Answer:
    """A message was changed in Slack."""
    return await _rewritten(interaction, gone=False)


async def deleted(interaction: Interaction) -> Answer:
    """A message was deleted in Slack."""
    return await _rewritten(interaction, gone=True)


async def _rewritten(interaction: Interaction, *, gone: bool) -> Answer:
    """Follows it, where it stood in a session's thread; the house does, since Slack lets nobody change what another wrote."""
    try:
        session = await session_of(interaction)
        if session is None or interaction.message_ts is None:
            return Done()
        async with interaction.database.unit(interaction.installation.account_id, source=interaction.name) as unit:
            if gone:
                await service.follow_deletion(unit, SessionId(session.id), interaction.message_ts)
            else:
                text = await _read(unit, interaction)
                await service.follow_edit(unit, SessionId(session.id), interaction.message_ts, text)
    except Unavailable:
        return NotNow()
    return Done()
