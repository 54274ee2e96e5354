"""What happens round a ticket after a click: the ticket that a problem names is linked, and followed ones are looked at."""

from __future__ import annotations

from typing import cast

from bot.effects import House
from core.errors import NotFound
from core.ids import ConnectionId
from core.outbox.ticket_events import TicketFollowed, TicketNamed, TicketToLookAt
from core.psa import queries as connections
from core.psa.provider import TicketGone
from core.psa.references import Reference, named_in
from core.sessions import queries as sessions
from core.sessions import service as session_service
from core.tickets import lookup, queries
from core.tickets import service as tickets
from core.unit import Event


async def settle(house: House, event: Event) -> None:
    """Reads the ticket that a new session names, and links it; another open session about it is pointed out in the thread."""
    session_id = cast("TicketNamed", event).session_id
    async with house.unit() as unit:
        session = await sessions.session(unit, session_id)
        known = await connections.connections(unit)
    if session.psa_ticket_id is not None:
        known = [one for one in known if one.id == session.psa_connection_id]
        named = [Reference(session.psa_ticket_id, one.system) for one in known]
    else:
        named = list(named_in(session.problem))
    for reference in named:
        found = await lookup.read(house.psas, known, reference)
        if len(found) == 1 and found[0].ticket.merged_into is None:
            async with house.unit() as unit:
                linked = await tickets.link(unit, session_id, ConnectionId(found[0].connection.id), found[0].ticket)
                if others := await tickets.others(unit, linked):
                    titles = ", ".join(f"“{one.title}”" for one in others)
                    session_service.say(unit, linked, f"{linked.psa_ticket_label} has another open session: {titles}.")
            return
        if known and (reference.is_certain or session.psa_ticket_id is not None):
            async with house.unit() as unit:
                where = await sessions.session_for_update(unit, session_id)
                text = f"Ticket {reference.ticket_id} was not linked: it is not there, or was merged into another one."
                session_service.say(unit, where, f"{text} *Link ticket…* on the card looks it up.")
            return


async def look(house: House, event: Event) -> None:
    """Reads a followed ticket and says what is new. Polling and callbacks both come here."""
    follow_id = cast("TicketToLookAt", event).follow_id
    async with house.unit() as unit:
        row = await queries.follow(unit, follow_id)
        connection = await connections.connection(unit, row.connection_id)
    if connection.removed_at is not None:
        raise NotFound("The connection was removed.")
    provider = house.psas.of(connection)
    try:
        ticket = await provider.read_ticket(row.ticket_id)
        notes = await provider.notes_of(row.ticket_id)
    except TicketGone:
        async with house.unit() as unit:
            await tickets.gone(unit, follow_id)
        return
    async with house.unit() as unit:
        await tickets.looked(unit, follow_id, ticket, notes)


async def call_us(house: House, event: Event) -> None:
    """Asks the ticket system to call us when the ticket changes, or not to any more. Where it cannot, looking at it now and then is enough."""
    follow_id = cast("TicketFollowed", event).follow_id
    async with house.unit() as unit:
        row = await queries.any_follow(unit, follow_id)
        connection = await connections.connection(unit, row.connection_id)
    url = house.psas.callback_url(connection)
    if connection.removed_at is not None or url is None:
        return
    provider = house.psas.of(connection)
    if row.ended_at is not None:
        if row.callback_id is not None:
            await provider.unfollow(row.callback_id)
        return
    if row.callback_id is None:
        made = await provider.follow(row.ticket_id, url)
        async with house.unit() as unit:
            (await queries.follow(unit, follow_id)).callback_id = made
