from __future__ import annotations

from typing import cast

from bot.effects import House, Outgoing, Posted
from bot.features.access import views
from bot.slack import Gone
from core.accounts import queries, service
from core.accounts.models import RequestState
from core.outbox.events import AccessDecided, AccessRequested
from core.unit import Event, Unit


async def compose_card(unit: Unit, event: Event) -> Outgoing | None:
    asked = cast("AccessRequested", event)
    request = await queries.request(unit, asked.request_id)
    if request.state is not RequestState.OPEN:
        return None
    asker, admin = await queries.user(unit, request.user_id), await queries.user(unit, asked.user_id)
    text, blocks = views.card(request, asker.name, asker.slack_user_id, None)
    return Outgoing(admin.slack_user_id, text, blocks)


async def card_posted(unit: Unit, event: Event, where: Posted) -> None:
    await service.remember_card(unit, cast("AccessRequested", event).request_id, where.channel, where.ts)


async def update_cards(house: House, event: Event) -> None:
    """Every admin's card says who decided."""
    request_id = cast("AccessDecided", event).request_id
    async with house.unit() as unit:
        request = await queries.request(unit, request_id)
        asker = await queries.user(unit, request.user_id)
        decider = (await queries.user(unit, request.decided_by)).name if request.decided_by else None
        cards = await queries.cards(unit, request_id)
    text, blocks = views.card(request, asker.name, asker.slack_user_id, decider)
    for card in cards:
        try:
            await house.slack.call("chat.update", channel=card.channel, ts=card.ts, text=text, blocks=blocks)
        except Gone:
            continue  # somebody deleted their card; the decision stands without it


async def compose_verdict(unit: Unit, event: Event) -> Outgoing | None:
    request = await queries.request(unit, cast("AccessDecided", event).request_id)
    asker = await queries.user(unit, request.user_id)
    return Outgoing(asker.slack_user_id, *views.verdict(request))


async def verdict_posted(unit: Unit, event: Event, where: Posted) -> None:
    """Nothing to keep: nobody updates it."""
