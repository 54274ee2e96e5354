"""Where a payload belongs: from (enterprise, team) to an account and its client, through a small cache that forgets."""

from __future__ import annotations

import time
from collections import OrderedDict
from dataclasses import dataclass, field

from bot.slack import Slack
from core.accounts import queries, service
from core.accounts.service import Workspace
from core.errors import Forbidden, NotFound
from core.ids import AccountId, new_id
from core.intake.flows import service as flows
from core.unit import Database

KEPT_SECONDS = 60.0
KEPT = 10_000


@dataclass(frozen=True)
class Installation:
    account_id: AccountId
    enterprise_id: str
    team_id: str
    bot_user_id: str
    bot_id: str
    url: str


@dataclass
class Installations:
    """Finds installations. With one bot token in the settings there is one client, and it serves only the workspace of that token."""

    database: Database
    client: Slack
    home: Workspace
    _kept: OrderedDict[tuple[str, str], tuple[float, Installation | None]] = field(
        default_factory=OrderedDict[tuple[str, str], tuple[float, "Installation | None"]]
    )

    async def find(self, enterprise_id: str | None, team_id: str | None) -> Installation:
        """The installation of a workspace. Raises `Forbidden` when there is none; never guesses another."""
        key = (enterprise_id or "", team_id or "")
        at, found = self._kept.get(key, (0.0, None))
        if time.monotonic() - at > KEPT_SECONDS:
            found = await self._look_up(*key)
            self._kept[key] = (time.monotonic(), found)
            self._kept.move_to_end(key)
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        if found is None:
            raise Forbidden("FlowPilot is not installed in this workspace.")
        return found

    async def of_account(self, account_id: AccountId) -> Installation:
        """The installation of an account. Raises `NotFound` once it was removed, and for one whose token this process does not hold."""
        async with self.database.unit(account_id) as unit:
            row = await queries.installation(unit)
        if (row.enterprise_id, row.team_id) != (self.home.enterprise_id, self.home.team_id):
            raise NotFound("This process holds no token for that workspace.")
        return Installation(account_id, row.enterprise_id, row.team_id, row.bot_user_id, row.bot_id, row.url)

    async def _look_up(self, enterprise_id: str, team_id: str) -> Installation | None:
        account_id = await queries.account_of(self.database.engine, enterprise_id, team_id)
        if account_id is None:
            return None
        try:
            return await self.of_account(account_id)
        except NotFound:
            return None


async def settle_in(database: Database, home: Workspace, owners: tuple[str, ...]) -> AccountId:
    """Makes the account of the workspace the token belongs to, if it is new, with the flows in the box, and its owners owners."""
    account_id = await queries.claim_workspace(database.engine, home.enterprise_id, home.team_id, AccountId(new_id()))
    async with database.unit(account_id, source="start") as unit:
        await service.install(unit, home)
        await flows.settle_starter(unit)
    for owner in owners:
        async with database.unit(account_id, source="settings") as unit:
            await service.ensure_owner(unit, owner)
    return account_id
