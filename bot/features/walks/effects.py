"""The walk's card in its ticket's thread, what an engineer is given, and the steps that are built on the way."""

from __future__ import annotations

import asyncio
from typing import cast

from bot.effects import House, NotYet, Outgoing, Posted
from bot.features.walks import views
from bot.slack import Gone
from core.accounts import queries as people
from core.ids import TicketId, WalkId
from core.intake.cards import walk_card
from core.intake.walks import queries
from core.intake.walks.package import package
from core.outbox.events import WalkChanged, WalkStarted
from core.unit import Event, Unit


def _walk_of(event: Event) -> WalkId:
    return cast("WalkChanged", event).walk_id  # every event subscribed here names its walk


async def compose_card(unit: Unit, event: Event) -> Outgoing | None:
    card = await walk_card(unit, _walk_of(event))
    if card.walk.card_ts is not None:
        return None
    if card.ticket.thread_ts is None:
        raise NotYet("the ticket's card is not posted yet")
    url = (await people.installation(unit)).url
    return Outgoing(card.ticket.channel, views.card_text(card), views.card_blocks(card, url), card.ticket.thread_ts)


async def card_posted(unit: Unit, event: Event, where: Posted) -> None:
    locked = await queries.walk_for_update(unit, _walk_of(event))
    locked.walk.card_ts = where.ts


async def update_card(house: House, event: Event) -> None:
    """Shows the present state; a card that somebody deleted comes back while there is something to click on it."""
    async with house.unit() as unit:
        card = await walk_card(unit, _walk_of(event))
        url = (await people.installation(unit)).url
    if card.walk.card_ts is None:
        return
    try:
        await house.slack.call(
            "chat.update",
            channel=card.ticket.channel,
            ts=card.walk.card_ts,
            text=views.card_text(card),
            blocks=views.card_blocks(card, url),
        )
    except Gone:
        if not card.walk.is_active:
            return
        async with house.unit() as unit:
            locked = await queries.walk_for_update(unit, _walk_of(event))
            if locked.walk.card_ts == card.walk.card_ts:  # else another replica has seen to it, and there is a new card
                locked.walk.card_ts = None
                unit.emit(WalkStarted(TicketId(locked.ticket.id), WalkId(locked.walk.id)))


async def compose_package(unit: Unit, event: Event) -> Outgoing | None:
    """The walked path for the engineer, once, in the thread."""
    card = await walk_card(unit, _walk_of(event))
    if card.ticket.thread_ts is None:
        raise NotYet("the ticket's card is not posted yet")
    held = package(card.walk, card.ticket, card.names)
    return Outgoing(card.ticket.channel, *views.package_message(card.ticket, held), card.ticket.thread_ts)


async def package_posted(unit: Unit, event: Event, where: Posted) -> None:
    """Nothing to keep: nobody updates it."""


async def build(house: House, event: Event) -> None:
    """Composes what is missing, between units: first the step the person waits for, then, while they read, one behind each answer.

    What was composed for an answer nobody gave stays in the tree, for when they go back.
    """
    from core.intake import building  # noqa: PLC0415 - with all that the floor knows, which only a worker needs

    walk_id = _walk_of(event)
    while True:
        async with house.unit() as unit:
            wanted = await building.wanted(unit, house.desk.gate, walk_id)
        if not wanted:
            return
        composer = house.provider.offline if wanted[0].without_model else house.provider
        composed = await asyncio.gather(*(building.compose(composer, one) for one in wanted))
        for one, step in zip(wanted, composed, strict=True):
            async with house.unit() as unit:
                await building.place(unit, walk_id, one.spot, step)
