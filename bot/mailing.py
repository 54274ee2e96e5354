"""Many posts at once: composed in one transaction, sent side by side, and written down as they arrive, those of a moment in one transaction.

Each keeps the marker protocol of `posting`; what does not go smoothly goes its way alone.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from bot.effects import House, Mailing, Outgoing, Posted
from bot.posting import put_up, send, target
from bot.slack import Gone
from core.ids import DeliveryId
from core.outbox import queries
from core.outbox.models import Delivery, DeliveryState
from core.unit import Event

A_MOMENT = 0.05
"""So many seconds those that have arrived wait for the others, to be written down together with them."""

Letter = tuple[Delivery, Event]
Left = tuple[Delivery, Exception | None]
"""A delivery that has not ended: why, or None where it is to go alone."""


async def put_up_all(house: House, letters: Sequence[Letter], token: UUID, mailing: Mailing) -> Sequence[Left]:
    """Posts what is composed for each of `letters`, once, and returns those whose end is still to be written down.

    Raises what composing raises; then none of them was sent.
    """
    fresh = [letter for letter in letters if letter[0].state is not DeliveryState.SENDING]
    left: list[Left] = [(delivery, None) for delivery, _ in letters if delivery.state is DeliveryState.SENDING]
    if not fresh:
        return left
    outgoing: list[tuple[Letter, Outgoing]] = []
    async with house.unit() as unit:
        made = await mailing.compose(unit, [event for _, event in fresh])
        nothing: dict[DeliveryId, str | None] = {}
        for letter, one in zip(fresh, made, strict=True):
            match one:
                case None:
                    nothing[DeliveryId(letter[0].id)] = None
                case Outgoing():
                    outgoing.append((letter, one))
                case Exception():
                    left.append((letter[0], one))
        if nothing:
            await queries.conclude(unit, token, nothing)
        targets = {DeliveryId(delivery.id): target(one) for (delivery, _), one in outgoing}
        held = await queries.sending(unit, token, targets) if targets else set[DeliveryId]()
    return [*left, *await _send_all(house, [one for one in outgoing if one[0][0].id in held], token, mailing)]


async def _send_all(
    house: House, outgoing: Sequence[tuple[Letter, Outgoing]], token: UUID, mailing: Mailing
) -> list[Left]:
    # All at once: every call begins, and ends, well within the lease of a minute, however slow Slack is. The client keeps the pace.
    left, gone = list[Left](), list[Letter]()
    under_way = {asyncio.create_task(send(house, letter[0], what, patient=True)): letter for letter, what in outgoing}
    while under_way:
        ended, _ = await asyncio.wait(under_way, timeout=A_MOMENT)
        stand: list[tuple[Letter, Posted]] = []
        for task in ended:
            letter = under_way.pop(task)
            try:
                stand.append((letter, task.result()))
            except Gone:
                gone.append(letter)
            except Exception as error:  # noqa: BLE001 - whatever it was, it is written down as this one's end
                left.append((letter[0], error))
        left += await _posted(house, stand, token, mailing)
    others = await asyncio.gather(*(_elsewhere(house, letter, token, mailing) for letter in gone))
    return [*left, *(one for some in others for one in some)]


async def _elsewhere(house: House, letter: Letter, token: UUID, mailing: Mailing) -> list[Left]:
    """Its place is gone, so it was surely not sent."""
    delivery, event = letter
    try:
        await put_up(house, delivery, token, replace(mailing.alone, compose=mailing.elsewhere, elsewhere=None), event)
    except Exception as error:  # noqa: BLE001 - the same
        return [(delivery, error)]
    return []


async def _posted(house: House, stand: Sequence[tuple[Letter, Posted]], token: UUID, mailing: Mailing) -> list[Left]:
    if not stand:
        return []
    places = {DeliveryId(delivery.id): f"{where.channel}:{where.ts}" for (delivery, _), where in stand}
    try:
        async with house.unit() as unit:
            held = await queries.conclude(unit, token, places)
            ours = [(event, where) for (delivery, event), where in stand if delivery.id in held]
            if ours:
                await mailing.posted(unit, ours)
    except Exception as error:  # noqa: BLE001 - whatever it was, they stand in Slack: they stay `sending`, and are looked for
        return [(delivery, error) for (delivery, _), _ in stand]
    for _ in stand:
        mailing.counts(house.metrics)
    return []
