"""From a connection to somebody who can talk to its system. One of these per process; it holds the way out and what stands before each connection."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from uuid import UUID

from core.psa.address import TrustedHosts
from core.psa.login import Login, login_of
from core.psa.models import PsaConnection
from core.psa.provider import PsaProvider
from core.sealed import Keyring

KEPT = 500
"""Connections that are remembered between calls; the one used longest ago makes room."""


@dataclass(frozen=True)
class Kept:
    revision: tuple[str, ...]
    provider: PsaProvider


@dataclass
class Psas:
    """`connect` makes the one who talks; by default the real adapters, loaded when they are first needed. `public_url` is where others can call us,
    empty where nobody can."""

    keyring: Keyring
    trusted: TrustedHosts
    public_url: str = ""
    connect: Callable[[Login], PsaProvider] | None = None
    _close: Callable[[], Awaitable[None]] | None = None
    _kept: dict[tuple[UUID, UUID], Kept] = field(default_factory=dict[tuple[UUID, UUID], Kept])

    def of(self, connection: PsaConnection) -> PsaProvider:
        """Whoever talks for this connection. Raises `Unavailable` when its keys cannot be opened."""
        key = (connection.account_id, connection.id)
        revision = (connection.url, json.dumps(connection.login, sort_keys=True), connection.sealed_keys)
        kept = self._kept.pop(key, None)
        if kept is None or kept.revision != revision:
            kept = Kept(revision, self.trying(login_of(connection, self.keyring, self.trusted)))
        self._kept[key] = kept
        if len(self._kept) > KEPT:
            del self._kept[next(iter(self._kept))]
        return kept.provider

    def trying(self, login: Login) -> PsaProvider:
        """Whoever talks for a login that is not kept: to test it before it is."""
        if self.connect is None:
            # Loaded now: a process that meets no ticket system carries no HTTP client for it.
            from core.psa.adapters import Adapters  # noqa: PLC0415

            adapters = Adapters.over(self.trusted)
            self.connect, self._close = adapters.connect, adapters.close
        return self.connect(login)

    def callback_url(self, connection: PsaConnection) -> str | None:
        """Where a ticket system tells us of changes."""
        return f"{self.public_url}/psa/{connection.account_id}/{connection.id}" if self.public_url else None

    async def close(self) -> None:
        if self._close is not None:
            await self._close()
