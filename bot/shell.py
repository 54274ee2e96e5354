"""What an operator does to the one account from the shell. Whoever has the database is the owner."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot.app import database_url, real_clock
from bot.consequences import SUBSCRIPTIONS
from bot.settings import Settings
from core import bootstrap
from core.accounts import queries, service
from core.audit import queries as audit
from core.db import engine_as
from core.errors import Invalid
from core.ids import AccountId
from core.psa import service as psa_service
from core.psa.login import Login
from core.psa.models import Target
from core.psa.registry import Psas
from core.psa.trial import named, try_out
from core.unit import Database


@dataclass(frozen=True)
class Shell:
    """The account of the settings' bot token, and the database it is in."""

    database: Database
    account_id: AccountId

    def unit(self):
        return self.database.unit(self.account_id, source="shell")


@asynccontextmanager
async def at_the_shell(settings: Settings) -> AsyncGenerator[Shell]:
    """Opens the one account there is. Raises `Invalid` when there is none yet, or several."""
    url = await database_url(settings)
    await bootstrap.make_ready(url)
    database = Database(engine_as(url, "app_rw", pool_size=2), real_clock, SUBSCRIPTIONS)
    try:
        found = await queries.accounts(database.engine)
        if len(found) != 1:
            raise Invalid(
                "There is no account yet: start `serve` once, so that FlowPilot learns which workspace it is in."
                if not found
                else "There are several accounts here."
            )
        yield Shell(database, found[0])
    finally:
        await database.dispose()


async def grant(settings: Settings, slack_user: str, role: str, *, cover_l1: bool) -> str:
    """Gives a role. Returns what to say; raises `Invalid`, `Conflict` for the last owner."""
    wanted = service.role_named(role)
    async with at_the_shell(settings) as shell, shell.unit() as unit:
        name = (await service.grant(unit, slack_user, wanted, cover_l1=cover_l1)).name
    return f"{name} is now {wanted}{' and may cover L1' if cover_l1 else ''}."


async def connect(settings: Settings, login: Login, names: Mapping[Target, Sequence[str]]) -> str:
    """Tries a ticket system, and keeps it with the statuses that carry the names wanted. Returns what to say.

    Raises what the system said, and `Invalid` for a status that no board has.
    """
    psas = Psas(settings.keyring, settings.psa_hosts)
    try:
        tried = await try_out(psas.trying(login))
    finally:
        await psas.close()
    targets = named(tried, names)
    async with at_the_shell(settings) as shell, shell.unit() as unit:
        connection = await psa_service.connect(unit, login, tried, settings.keyring)
        for board in tried.boards:
            if any(names.values()):
                psa_service.aim(unit, connection, board, targets[board.id])
        name = connection.name
    found = f"{len(tried.boards)} boards, {len(tried.members)} members with {len(tried.by_mail)} addresses"
    seen = f"; read {tried.ticket.label}" if tried.ticket else ""
    chosen = "" if any(names.values()) else " Choose in /pilot settings which statuses its tickets are set to."
    return f"{name} is connected: {found}{seen}.{chosen}"


async def export_audit(settings: Settings) -> None:
    """Prints the whole audit, oldest first, one JSON object a line."""
    async with at_the_shell(settings) as shell, shell.unit() as unit:
        async for event in audit.everything(unit):
            line = {
                "id": str(event.id),
                "at": event.at.isoformat(),
                "what": event.what,
                "subject": str(event.subject),
                "slack_user_id": event.slack_user_id,
                "role": event.role,
                "acting_as": event.acting_as,
                "source": event.source,
                "detail": event.detail,
            }
            print(json.dumps(line, ensure_ascii=False))
