"""The desk as a test uses it: a ticket system of its own beside the bot, told to misbehave through its control door."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import cast

import aiohttp

from bot.app import Bot
from bot.sandbox.desk.server import DeskServer
from core.accounts import queries as accounts
from core.ids import AccountId, ConnectionId
from core.psa import service
from core.psa.address import TrustedHosts, site
from core.psa.login import ConnectWiseLogin, Login
from core.psa.models import Target
from core.psa.registry import Psas
from core.psa.trial import named, try_out
from core.sealed import Keyring
from core.unit import Database

SECRET_KEYS = "k1:c2VjcmV0LWtleS1vZi10aGUtdGVzdHMtMTIzNDU2Nzg="
TRUSTED = TrustedHosts.parse("127.0.0.1")
STATUSES = {
    Target.RESOLVED: ("Resolved", "Completed"),
    Target.ESCALATED: ("Escalated to Level 2", "Escalated to Vendor"),
}
Json = Mapping[str, object]


@dataclass
class Desk:
    """`server` is the desk itself; what a test does to it goes through its door."""

    server: DeskServer
    session: aiohttp.ClientSession

    @property
    def url(self) -> str:
        return self.server.url

    @property
    def login(self) -> ConnectWiseLogin:
        keys = self.server.keys
        return ConnectWiseLogin(
            site(self.url, TRUSTED, field="site"), keys.company, keys.public_key, keys.private_key, keys.client_id
        )

    async def fault(self, call: str, mode: str, **more: object) -> None:
        """Orders a mishap: drop_before, drop_after, error (with `error` the status), http500, ratelimited, slow, keep_status.

        Calls: read_ticket, set_status, notes, add_note, find_tickets, boards, statuses, members, add_time, follow, * (any).
        """
        await self._tell("fault", {"method": call, "mode": mode, **more})

    async def clear(self) -> None:
        await self._tell("clear", {})

    async def budget(self, calls: int, seconds: float) -> None:
        """So many calls in so many seconds; what is above is answered 429."""
        await self._tell("budget", {"calls": calls, "seconds": seconds})

    async def world(self, **changes: object) -> Json:
        """away=True, upgraded="v2025_2/", keys="expired", open={summary, board}, and, each with a ticket: deleted, merged(into), moved(board,
        status), status(status), customer_wrote(text)."""
        return await self._tell("world", changes)

    async def state(self) -> Json:
        async with self.session.get(f"{self.url}/desk/state") as answer:
            return cast("Json", await answer.json())

    async def ticket(self, number: int) -> Json:
        return cast("Mapping[str, Json]", (await self.state())["tickets"])[str(number)]

    async def status_of(self, number: int) -> str:
        return str(cast("Json", (await self.ticket(number))["status"])["name"])

    async def notes_on(self, number: int) -> Sequence[Json]:
        """Oldest first."""
        return cast("Mapping[str, Sequence[Json]]", (await self.state())["notes"]).get(str(number), [])

    async def calls(self, name: str | None = None) -> Sequence[Json]:
        """What was asked of the desk, oldest first; of one name, or everything."""
        async with self.session.get(f"{self.url}/desk/log") as answer:
            calls = cast("Sequence[Json]", (await answer.json())["calls"])
        return [one for one in calls if name is None or one["name"] == name]

    async def _tell(self, door: str, asked: Mapping[str, object]) -> Json:
        async with self.session.post(f"{self.url}/desk/{door}", json=asked) as answer:
            said = cast("Json", await answer.json())
        assert said["ok"], said
        return said


@asynccontextmanager
async def a_desk(server: DeskServer | None = None) -> AsyncGenerator[Desk]:
    """A desk that listens until the context is left."""
    desk = server or DeskServer()
    await desk.start()
    try:
        async with aiohttp.ClientSession() as session:
            yield Desk(desk, session)
    finally:
        await desk.stop()


async def connected(bot: Bot, desk: Desk) -> ConnectionId:
    """The bot's account, connected to the desk as an admin would do it, with both target statuses chosen on both boards."""
    (account_id,) = await accounts.accounts(bot.database.engine)
    return await connected_on(bot.database, account_id, desk)


async def connected_on(database: Database, account_id: AccountId, desk: Desk) -> ConnectionId:
    """The same for any account."""
    return await connected_by(database, account_id, desk.login, STATUSES)


async def connected_by(
    database: Database, account_id: AccountId, given: Login, statuses: Mapping[Target, Sequence[str]]
) -> ConnectionId:
    """An account connected by a login, with the statuses of these names chosen on every board that has one."""
    keyring = Keyring.parse(SECRET_KEYS)
    psas = Psas(keyring, TRUSTED)
    try:
        tried = await try_out(psas.trying(given))
    finally:
        await psas.close()
    async with database.unit(account_id, source="test") as unit:
        connection = await service.connect(unit, given, tried, keyring)
        for board in tried.boards:
            service.aim(unit, connection, board, named(tried, statuses)[board.id])
        return ConnectionId(connection.id)
