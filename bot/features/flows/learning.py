"""The worker teaches an account's matcher anew, once there is enough that it has not learned from."""

from __future__ import annotations

import structlog

from bot.effects import House
from core.intake.flows import queries
from core.intake.matcher import teaching
from core.intake.matcher.apart import taught_apart
from core.unit import Event

log = structlog.get_logger()


async def learn(house: House, event: Event) -> None:
    """Learns in a process of its own; what changes meanwhile is another event's."""
    async with house.unit() as unit:
        revision, learned_at = await queries.revisions(unit)
        given = teaching.material(await queries.shelved(unit), await queries.belong_to_none(unit))
        last = await queries.weights(unit) if learned_at is not None else None
    if not teaching.is_enough(given, last):
        return
    weights = await taught_apart(given)
    async with house.unit() as unit:
        await queries.keep_weights(unit, weights, revision)
    log.info("flows learned", flows=len(given.examples), bytes=len(weights or b""))
