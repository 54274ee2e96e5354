"""Taking a turn: a provider is asked between two units, never inside one."""

from __future__ import annotations

from typing import cast

from bot.effects import House
from core.fixes import conversation
from core.outbox.events import MessageHeard
from core.unit import Event


async def take(house: House, event: Event) -> None:
    """Answers what was said since the last turn, or proposes the next fix. After a crash it goes on from what is stored."""
    session_id = cast("MessageHeard", event).session_id
    async with house.unit() as unit:
        asked = await conversation.begin(unit, session_id)
    if asked is None:
        return
    if not asked.is_answered:
        answer = await house.provider.take_turn(asked.view, asked.past)
        async with house.unit() as unit:
            if not await conversation.keep_answer(unit, asked.turn_id, answer):
                return
    async with house.unit() as unit:
        await conversation.apply(unit, asked)
