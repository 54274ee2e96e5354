"""The real ticket systems, over one way out."""

from __future__ import annotations

from dataclasses import dataclass

import httpx

from core.psa.address import Resolve, TrustedHosts, resolve
from core.psa.connectwise import ConnectWise
from core.psa.gate import PER_MINUTE, Gate
from core.psa.login import ConnectWiseLogin, Login, RequestTrackerLogin, system_of
from core.psa.pinned import client
from core.psa.provider import PsaProvider
from core.psa.request_tracker import RequestTracker


@dataclass(frozen=True)
class Adapters:
    client: httpx.AsyncClient
    per_minute: float = PER_MINUTE

    @staticmethod
    def over(trusted: TrustedHosts, look_up: Resolve = resolve) -> Adapters:
        return Adapters(client(trusted, look_up))

    def connect(self, login: Login) -> PsaProvider:
        """Somebody who talks for `login`, with a gate of their own."""
        gate = Gate(system_of(login), self.per_minute)
        match login:
            case ConnectWiseLogin():
                return ConnectWise.over(self.client, gate, login)
            case RequestTrackerLogin():
                return RequestTracker.over(self.client, gate, login)

    async def close(self) -> None:
        await self.client.aclose()
