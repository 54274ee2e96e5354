"""A ticket system tells us that a ticket changed. It is a hint and no more: the ticket is then read."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import structlog
from aiohttp import web

from core.errors import DomainError, NotFound
from core.ids import AccountId, ConnectionId
from core.psa import queries
from core.psa.registry import Psas
from core.tickets import service
from core.unit import Database

log = structlog.get_logger()

LARGEST = 1024 * 1024
SIGNATURE = "x-content-signature"


@dataclass(frozen=True)
class Callbacks:
    """Whoever calls must have signed it; nobody is told whether an account, a connection or a follower is there."""

    database: Database
    psas: Psas

    async def called(self, request: web.Request) -> web.Response:
        """`POST /psa/ACCOUNT/CONNECTION`. Always short: ConnectWise waits five seconds, and switches off who fails for three days."""
        refused = web.Response(status=403, text="This is not for us.")
        try:
            account_id = AccountId(UUID(request.match_info["account"]))
            connection_id = ConnectionId(UUID(request.match_info["connection"]))
        except ValueError:
            return refused
        body = await request.content.read(LARGEST + 1)
        signature = request.headers.get(SIGNATURE, "")
        if not signature or len(body) > LARGEST:
            return refused
        try:
            async with self.database.unit(account_id, source="psa") as unit:
                connection = await queries.connection(unit, connection_id)
            if connection.removed_at is not None:
                raise NotFound("The connection was removed.")
            ticket_id = await self.psas.of(connection).heard(signature, body)
            async with self.database.unit(account_id, source="psa") as unit:
                followers = await service.look_now(unit, connection_id, ticket_id)
        except DomainError as error:
            log.info("a call of a ticket system was refused", reason=str(error))
            return refused
        log.info("a ticket changed", connection=str(connection_id), followers=followers)
        return web.Response(status=204)
