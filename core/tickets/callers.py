"""Looking up who is calling, in the ticket systems of an account. Network only, no unit."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from core.errors import DomainError
from core.psa.models import PsaConnection
from core.psa.registry import Psas

COMPANIES = 3
"""Companies whose people are asked for: a person is waiting, and each is a call of its own."""


async def named(psas: Psas, connections: Sequence[PsaConnection], text: str) -> Sequence[str]:
    """Companies whose name contains `text`, and the people of the first of them ("Kim Novak · Northwind Traders"); one that is away is left out."""
    found = await asyncio.gather(*(_asked(psas, one, text) for one in connections))
    return list(dict.fromkeys(name for names in found for name in names))


async def _asked(psas: Psas, connection: PsaConnection, text: str) -> Sequence[str]:
    provider = psas.of(connection)
    try:
        companies = await provider.companies(text)
        people = await asyncio.gather(*(provider.contacts(one.id) for one in companies[:COMPANIES]))
    except DomainError:
        return []
    theirs = [f"{one.name} · {of.name}" for of, some in zip(companies, people, strict=False) for one in some]
    return [*(one.name for one in companies), *theirs]
