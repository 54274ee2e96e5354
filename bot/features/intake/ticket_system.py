"""What waits in a connected ticket system: beside the calls of the queue, and taken as a call from there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

import structlog

from bot.answers import Answer, Choices, Open, Reply
from bot.features.intake import views, waiting_views
from bot.inputs import VALUE
from bot.interaction import Interaction
from core.errors import DomainError, Invalid
from core.ids import ConnectionId
from core.intake.commands import TakeCall
from core.intake.tickets import queries as tickets
from core.intake.tickets.models import CUSTOMER_LIMIT, Ticket, TicketStatus
from core.intake.tickets.pages import Page
from core.psa import queries as psa_queries
from core.psa.provider import Ticket as PsaTicket
from core.sessions.service import chosen_ticket
from core.text import clean, shorten
from core.tickets import callers, waiting
from core.tickets.lookup import in_time
from core.unit import Unit

log = structlog.get_logger()


async def beside(interaction: Interaction, page: Page, status: TicketStatus | None) -> Reply:
    """The queue with the ticket systems' open tickets under it. A system that is away is said, and hides nothing."""
    async with interaction.read() as unit:
        connections = await psa_queries.connections(unit)
    found = await waiting.open_ones(interaction.psas, connections)
    async with interaction.read() as unit:
        calls = await _calls(unit, found)
    url = interaction.installation.url
    return Reply(*views.queue(page, status, url, waiting_views.waiting(found, calls, url)))


async def _calls(unit: Unit, found: waiting.Waiting) -> Mapping[tuple[UUID, str], Ticket]:
    return await tickets.taken_from(
        unit, list({one.connection.id for one in found.found}), [one.ticket.id for one in found.found]
    )


async def take(interaction: Interaction) -> Answer:
    """*Take this call*: the form with what the ticket says, as it is read now."""
    connection_id, number = chosen_ticket(interaction.value)
    async with interaction.read() as unit:
        unit.scope.need_l1("take a call")
        connection = await psa_queries.connection(unit, connection_id)
    if connection.removed_at is not None:
        raise Invalid("The connection to this ticket's system was removed.")
    interaction.desk.begin()
    found = await in_time(interaction.psas.of(connection).read_ticket(number))
    return Open(views.call_modal(_call(interaction, ConnectionId(connection.id), found)))


def _call(interaction: Interaction, connection_id: ConnectionId, found: PsaTicket) -> TakeCall:
    whose = " · ".join(
        one for one in (found.contact and found.contact.name, found.company and found.company.name) if one
    )
    mail = found.contact.email if found.contact else None
    return TakeCall(
        problem_statement=found.title,
        customer_name=shorten(whose, CUSTOMER_LIMIT) or None,
        customer_contact=shorten(mail, CUSTOMER_LIMIT) if mail else None,
        channel=interaction.channel or "",
        psa_connection_id=connection_id,
        psa_ticket_id=found.id,
        psa_ticket_label=found.label,
        looks_up=True,
    )


async def looking_up(unit: Unit, call: TakeCall) -> TakeCall:
    """The call as its form is opened: with the look-up of callers where there is a ticket system."""
    return call.model_copy(update={"looks_up": bool(await psa_queries.connections(unit))})


async def search_callers(interaction: Interaction) -> Answer:
    """The options of *Who is calling?*: what was typed first, as it stands; a system that cannot be asked in time adds nothing."""
    typed = shorten(" ".join(clean(interaction.value).split()), VALUE)
    async with interaction.read() as unit:
        unit.scope.need_l1("look up callers")
        connections = await psa_queries.connections(unit)
    if not typed:
        return Choices([])
    try:
        found: Sequence[str] = await in_time(callers.named(interaction.psas, connections, typed))
    except DomainError as error:
        log.info("no callers to offer", reason=str(error))
        found = []
    known = [shorten(one, VALUE) for one in found if one.casefold() != typed.casefold()]
    return Choices([(one, one) for one in (typed, *known)])
