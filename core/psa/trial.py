"""Trying a connection before it is kept: the verbs that FlowPilot lives by, asked once each. Network only, no unit."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.errors import DomainError, Invalid
from core.psa.models import PsaConnection, Target
from core.psa.provider import Board, Member, PsaProvider, Status, Ticket
from core.psa.registry import Psas

MOST_BOARDS = 40
PATIENCE = 8.0
"""Seconds for a self-test."""


@dataclass(frozen=True)
class Tried:
    """What was found there. `ticket` is the newest open one, None on an empty desk. Statuses stand by the board's id."""

    boards: Sequence[Board]
    statuses: Mapping[str, Sequence[Status]]
    members: Sequence[Member]
    ticket: Ticket | None

    @property
    def by_mail(self) -> dict[str, str]:
        """Who is who there, by e-mail address."""
        return {one.email.strip().lower(): one.id for one in self.members if one.email}


async def try_out(provider: PsaProvider) -> Tried:
    """Lists boards and their statuses, the members, and reads a ticket. Raises whatever one of these raises."""
    boards = (await provider.boards())[:MOST_BOARDS]
    if not boards:
        raise Invalid(f"{provider.system.named} shows these keys no board; give them the right to see one.")
    # All at once: a person waits for it in front of a form.
    statuses = asyncio.gather(*(provider.statuses(board.id) for board in boards))
    members, newest, of_boards = await asyncio.gather(provider.members(), _newest(provider), statuses)
    return Tried(boards, dict(zip([board.id for board in boards], of_boards, strict=True)), members, newest)


async def _newest(provider: PsaProvider) -> Ticket | None:
    found = (await provider.find_tickets()).items
    return await provider.read_ticket(found[0].id) if found else None


def named(tried: Tried, names: Mapping[Target, Sequence[str]]) -> dict[str, dict[Target, Status | None]]:
    """For every board the statuses that carry one of the names wanted, whatever their case. Raises `Invalid` for a name that no board has."""
    found: dict[str, dict[Target, Status | None]] = {}
    for board in tried.boards:
        known = {status.name.lower(): status for status in tried.statuses[board.id]}
        found[board.id] = {
            kind: next((known[name.lower()] for name in wanted if name.lower() in known), None)
            for kind, wanted in names.items()
        }
    for kind, wanted in names.items():
        if wanted and not any(targets[kind] for targets in found.values()):
            known = sorted({status.name for statuses in tried.statuses.values() for status in statuses})
            raise Invalid(f"No board has the status “{wanted[0]}”. There are: {', '.join(known)}.", field=kind.value)
    return found


async def asked_how_it_is(psas: Psas, connections: Sequence[PsaConnection]) -> Sequence[tuple[str, str | None]]:
    """Every connection by its name, with what is wrong with it: a board is listed and a ticket looked for, each within `PATIENCE` seconds."""

    async def one(connection: PsaConnection) -> tuple[str, str | None]:
        try:
            async with asyncio.timeout(PATIENCE):
                provider = psas.of(connection)
                await provider.boards()
                await provider.find_tickets()
        except TimeoutError:
            return connection.name, f"does not answer within {PATIENCE:.0f} seconds"
        except DomainError as error:
            return connection.name, str(error)
        return connection.name, None

    return await asyncio.gather(*(one(connection) for connection in connections))


async def belonging(provider: PsaProvider, board_id: str, chosen: Mapping[Target, str]) -> dict[Target, Status | None]:
    """The statuses chosen by id for a board; an empty id is none. Raises `Invalid` on the kind whose status the board does not have (any more)."""
    known = {status.id: status for status in await provider.statuses(board_id)}
    for kind, status_id in chosen.items():
        if status_id and status_id not in known:
            raise Invalid(
                "This status does not belong to the board; please choose one from its list.", field=kind.value
            )
    return {kind: known.get(status_id) for kind, status_id in chosen.items()}
