"""Engineers hear of what was escalated, and every card says who has it."""

from __future__ import annotations

from typing import cast

from bot.effects import House, Outgoing, Posted
from bot.features.escalations import views
from bot.slack import Gone
from core.accounts import preferences
from core.accounts import queries as people
from core.escalations import queries, service
from core.escalations.pages import Handoff
from core.ids import EscalationId
from core.outbox.events import EscalationChanged, EscalationRaised
from core.outbox.note_events import EscalationTold
from core.sessions import queries as sessions
from core.sessions.models import Session
from core.unit import Event, Unit


async def announce(house: House, event: Event) -> None:
    """Decides who hears of it."""
    escalation_id = cast("EscalationRaised", event).escalation_id
    async with house.unit() as unit:
        _, session = await _read(unit, escalation_id)
        await service.tell(unit, escalation_id, somewhere=await _channel(unit, session) is not None)


async def _read(unit: Unit, escalation_id: EscalationId) -> tuple[Handoff, Session | None]:
    handoff = await queries.handoff(unit, escalation_id)
    of = handoff.escalation.session_id
    return handoff, await sessions.session(unit, of) if of else None


async def _channel(unit: Unit, session: Session | None) -> str | None:
    """Where the team hears of escalations: the channel chosen for it, else the session's own; None where neither is a channel."""
    chosen = (await preferences.of(unit)).escalation_channel
    if chosen:
        return chosen
    in_channel = session is not None and session.channel.startswith(("C", "G"))
    return session.channel if session is not None and in_channel else None


async def compose_card(unit: Unit, event: Event) -> Outgoing | None:
    told = cast("EscalationTold", event)
    handoff, session = await _read(unit, told.escalation_id)
    if handoff.escalation.claimed_by is not None or handoff.escalation.closed_at is not None:
        return None
    where = await _channel(unit, session) or (await people.user(unit, told.user_id)).slack_user_id
    installation = await people.installation(unit)
    return Outgoing(where, *views.card(handoff, session, installation.url))


async def card_elsewhere(unit: Unit, event: Event) -> Outgoing | None:
    """The channel is gone: who escalated it hears that it was told to nobody else, and can pass it on."""
    told = cast("EscalationTold", event)
    handoff, session = await _read(unit, told.escalation_id)
    person = await people.user(unit, told.user_id)
    installation = await people.installation(unit)
    return Outgoing(person.slack_user_id, *views.card(handoff, session, installation.url))


async def card_posted(unit: Unit, event: Event, where: Posted) -> None:
    await service.remember_card(unit, cast("EscalationTold", event).escalation_id, where.channel, where.ts)


async def update_cards(house: House, event: Event) -> None:
    """Claimed, released or closed: every card says so."""
    escalation_id = cast("EscalationChanged", event).escalation_id
    async with house.unit() as unit:
        handoff, session = await _read(unit, escalation_id)
        cards = await queries.cards(unit, escalation_id)
        service.show_queue(unit, await people.engineers(unit))
    text, blocks = views.card(handoff, session, house.installation.url)
    for card in cards:
        try:
            await house.slack.call("chat.update", channel=card.channel, ts=card.ts, text=text, blocks=blocks)
        except Gone:
            continue  # somebody deleted it; the queue has it still
