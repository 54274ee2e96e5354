"""The ticket's card, which is the root of its thread."""

from __future__ import annotations

from typing import cast

from bot.effects import House, NotYet, Outgoing, Posted
from bot.features.intake import views
from bot.slack import Gone
from core.accounts import queries as people
from core.ids import TicketId, WalkId
from core.intake.cards import TicketCard, ticket_card
from core.intake.tickets import queries
from core.intake.tickets.models import Ticket
from core.intake.walks import queries as walks
from core.outbox.events import TicketCardLost, TicketChanged, TicketOpened, WalkStarted
from core.unit import Event, Unit


def _ticket_of(event: Event) -> TicketId:
    return cast("TicketOpened", event).ticket_id  # every event subscribed here names its ticket


async def _message(unit: Unit, card: TicketCard, channel: str, thread_ts: str | None = None) -> Outgoing:
    url = (await people.installation(unit)).url
    return Outgoing(channel, views.card_text(card), views.card_blocks(card, url), thread_ts)


async def compose_card(unit: Unit, event: Event) -> Outgoing | None:
    card = await ticket_card(unit, _ticket_of(event))
    ticket = card.ticket
    return None if ticket.card_ts is not None else await _message(unit, card, ticket.channel, ticket.thread_ts)


async def card_elsewhere(unit: Unit, event: Event) -> Outgoing | None:
    """The channel is gone or closed to us: the direct messages of who took the call become its place."""
    card = await ticket_card(unit, _ticket_of(event))
    return await _message(unit, card, (card.owner or card.taker).slack_user_id)


async def card_posted(unit: Unit, event: Event, where: Posted) -> None:
    ticket = await queries.ticket_for_update(unit, _ticket_of(event))
    moved = ticket.thread_ts is None or ticket.channel != where.channel
    if moved:
        ticket.channel, ticket.thread_ts = where.channel, where.ts
    ticket.card_ts = where.ts
    if isinstance(event, TicketCardLost):
        unit.emit(TicketChanged(TicketId(ticket.id)))
        walk = await walks.latest_of(unit, ticket.id) if moved else None
        if walk is not None and walk.is_active:  # its card stayed behind in the old thread
            walk.card_ts = None
            unit.emit(WalkStarted(TicketId(ticket.id), WalkId(walk.id)))


async def update_card(house: House, event: Event) -> None:
    """Shows the present state. A card that somebody deleted, or whose channel is closed, is put up once more."""
    async with house.unit() as unit:
        card = await ticket_card(unit, _ticket_of(event))
        message = await _message(unit, card, card.ticket.channel)
    if card.ticket.card_ts is None:
        return
    try:
        await house.slack.call(
            "chat.update",
            channel=message.channel,
            ts=card.ticket.card_ts,
            text=message.text,
            blocks=list(message.blocks),
        )
    except Gone as gone:
        async with house.unit() as unit:
            ticket = await queries.ticket_for_update(unit, _ticket_of(event))
            if ticket.card_ts == card.ticket.card_ts:  # else another replica has seen to it, and there is a new card
                await displace(unit, ticket, gone.code)


async def displace(unit: Unit, ticket: Ticket, code: str) -> None:
    """The thread cannot be written to any more: the ticket gets a new card, in its channel or in the taker's direct messages."""
    ticket.card_ts = None
    if code != "message_not_found":
        ticket.thread_ts = None
    if code not in {"message_not_found", "thread_not_found"}:
        ticket.channel = (await people.user(unit, ticket.created_by)).slack_user_id
    unit.emit(TicketCardLost(TicketId(ticket.id)))


async def displaced(unit: Unit, event: Event, code: str) -> None:
    """A message of the thread found no place."""
    ticket = await queries.ticket_for_update(unit, _ticket_of(event))
    if ticket.card_ts is not None:  # else a new card is on its way already
        await displace(unit, ticket, code)


def thread_of(ticket: Ticket) -> str:
    """Raises `NotYet` while the ticket has no card."""
    if ticket.thread_ts is None:
        raise NotYet("the ticket's card is not posted yet")
    return ticket.thread_ts


async def compose_problem(unit: Unit, event: Event) -> Outgoing | None:
    """The whole problem in the thread, when the card shows only its beginning."""
    ticket = await queries.ticket(unit, _ticket_of(event))
    if len(ticket.problem_statement) <= views.SHOWN_PROBLEM:
        return None
    return Outgoing(ticket.channel, *views.problem_text(ticket), thread_of(ticket))


async def message_posted(unit: Unit, event: Event, where: Posted) -> None:
    """Nothing to keep: nobody updates it."""
