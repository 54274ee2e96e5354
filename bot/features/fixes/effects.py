"""The fix's card."""

from __future__ import annotations

from typing import cast

from bot.effects import House, NotYet, Outgoing, Posted
from bot.features.fixes import views
from bot.slack import Gone
from core.fixes import queries
from core.fixes.overview import fix_card
from core.ids import FixId, SessionId
from core.outbox.events import FixChanged, FixSuggested
from core.unit import Event, Unit


def _fix_of(event: Event) -> FixId:
    return cast("FixSuggested | FixChanged", event).fix_id


async def compose_card(unit: Unit, event: Event) -> Outgoing | None:
    card = await fix_card(unit, _fix_of(event))
    if card.fix.card_ts is not None:
        return None
    if card.session.thread_ts is None:
        raise NotYet("the session's card is not posted yet")
    return Outgoing(card.session.channel, views.card_text(card), views.card_blocks(card), card.session.thread_ts)


async def card_posted(unit: Unit, event: Event, where: Posted) -> None:
    locked = await queries.fix_for_update(unit, _fix_of(event))
    locked.fix.card_ts = where.ts


async def update_card(house: House, event: Event) -> None:
    """Shows the present state; a card that somebody deleted comes back while there is something to click on it."""
    async with house.unit() as unit:
        card = await fix_card(unit, _fix_of(event))
    if card.fix.card_ts is None:
        return
    try:
        await house.slack.call(
            "chat.update",
            channel=card.session.channel,
            ts=card.fix.card_ts,
            text=views.card_text(card),
            blocks=views.card_blocks(card),
        )
    except Gone:
        if card.fix.is_settled:
            return
        async with house.unit() as unit:
            locked = await queries.fix_for_update(unit, _fix_of(event))
            if locked.fix.card_ts != card.fix.card_ts:
                return  # another replica has seen to it, and there is a new card
            locked.fix.card_ts = None
            unit.emit(FixSuggested(SessionId(locked.session.id), FixId(locked.fix.id)))
