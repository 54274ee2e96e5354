"""Asking the ticket systems of an account for a ticket. Network only, no unit."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from core.errors import DomainError, NotFound, Unavailable
from core.psa.models import PsaConnection
from core.psa.provider import PsaRefused, Ticket, TicketGone
from core.psa.references import Reference, typed
from core.psa.registry import Psas

PATIENCE = 1.4
"""Seconds, for what a person waits for in a form."""
Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Found:
    connection: PsaConnection
    ticket: Ticket


async def in_time(asking: Awaitable[Answer]) -> Answer:
    """The answer, within `PATIENCE`. Raises `Unavailable` when it does not come."""
    try:
        async with asyncio.timeout(PATIENCE):
            return await asking
    except TimeoutError:
        raise Unavailable(
            "psa", "The ticket system did not answer in time. Nothing was changed; please try again."
        ) from None


async def read(psas: Psas, connections: Sequence[PsaConnection], reference: Reference) -> Sequence[Found]:
    """The ticket that `reference` names, in every system that has it. Raises what the systems said when none of them could tell."""
    fitting = [one for one in connections if reference.fits(one)]
    answers = await asyncio.gather(*(_read(psas, one, reference.ticket_id) for one in fitting))
    found = [one for one in answers if isinstance(one, Found)]
    failed = [one for one in answers if isinstance(one, DomainError)]
    if failed and not found:
        raise failed[0]
    return found


async def the_one(psas: Psas, connections: Sequence[PsaConnection], reference: Reference) -> Found:
    """The one ticket that `reference` names. Raises `NotFound`, also when several systems have one."""
    found = await read(psas, connections, reference)
    if not found:
        named = connections[0].system.label(reference.ticket_id) if len(connections) == 1 else f"#{reference.ticket_id}"
        raise NotFound(f"There is no ticket {named} in any connected system.")
    if len(found) > 1:
        where = ", ".join(f"{one.ticket.label} ({one.connection.name})" for one in found)
        raise NotFound(f"Several systems have this number: {where}. Please give the ticket's address instead.")
    return found[0]


async def offers(psas: Psas, connections: Sequence[PsaConnection], text: str) -> Sequence[Found]:
    """Tickets that fit what somebody types: the one they name first, then open ones by their title. A system that cannot tell is left out."""
    reference = typed(text)
    exact = await asyncio.gather(
        *(_read(psas, one, reference.ticket_id) for one in connections if reference and reference.fits(one))
    )
    named = [one for one in exact if isinstance(one, Found)]
    if reference and reference.is_certain:
        return named
    lists = await asyncio.gather(*(_search(psas, one, text) for one in connections))
    known = {(one.connection.id, one.ticket.id) for one in named}
    return [*named, *(one for found in lists for one in found if (one.connection.id, one.ticket.id) not in known)]


async def _read(psas: Psas, connection: PsaConnection, ticket_id: str) -> Found | DomainError | None:
    try:
        return Found(connection, await psas.of(connection).read_ticket(ticket_id))
    except (TicketGone, PsaRefused):
        return None
    except DomainError as error:
        return error


async def _search(psas: Psas, connection: PsaConnection, text: str) -> Sequence[Found]:
    try:
        page = await psas.of(connection).find_tickets(text)
    except DomainError:
        return []
    return [Found(connection, one) for one in page.items]
