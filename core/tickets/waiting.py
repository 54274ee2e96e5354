"""What waits in the ticket systems of an account. Network only, no unit."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from core.errors import DomainError, Unavailable
from core.psa.models import PsaConnection
from core.psa.registry import Psas
from core.tickets.lookup import Found

PATIENCE = 8.0
"""Seconds, for what is said after the ack."""


@dataclass(frozen=True)
class Waiting:
    """Open tickets, newest first for each system; `away` says in a sentence each which systems could not tell, `more` that there are others."""

    found: Sequence[Found] = ()
    away: Sequence[str] = ()
    more: bool = False


async def open_ones(psas: Psas, connections: Sequence[PsaConnection]) -> Waiting:
    """The open tickets of each connection, on the boards that an admin chose statuses for (where none was chosen: on all), one page of each."""
    answers = await asyncio.gather(*(_asked(psas, one) for one in connections))
    return Waiting(
        [found for answer in answers for found in answer.found],
        [sentence for answer in answers for sentence in answer.away],
        any(answer.more for answer in answers),
    )


async def _asked(psas: Psas, connection: PsaConnection) -> Waiting:
    try:
        async with asyncio.timeout(PATIENCE):
            page = await psas.of(connection).find_tickets(boards=sorted(connection.targets))
    except TimeoutError:
        error: DomainError = Unavailable("psa", "it did not answer in time.")
    except DomainError as failed:
        error = failed
    else:
        return Waiting([Found(connection, one) for one in page.items], (), page.more)
    return Waiting((), [f"{connection.name} could not tell its tickets: {error}"])
