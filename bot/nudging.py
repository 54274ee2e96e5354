"""The clock's part in nudges: what is due goes to the outbox, one account after the other and a little of each at a time."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import cast
from uuid import UUID

import structlog

from bot.installations import Installations
from bot.metrics import Metrics
from bot.slack import SlackFailed
from bot.subjects import SUBJECTS
from core.accounts import queries as accounts
from core.db import Engine
from core.errors import DomainError
from core.ids import AccountId
from core.nudges import dispatch, queries, reminders
from core.unit import Again, Database

log = structlog.get_logger()


@dataclass(frozen=True)
class Nudging:
    """One per replica; any number of them share the work."""

    database: Database
    worker_engine: Engine
    installations: Installations
    metrics: Metrics

    async def tick(self) -> None:
        """Everything that is due and has room. Costs one look at the database when nothing is."""
        try:
            due = await queries.due_accounts(self.worker_engine, self.database.clock())
        except Exception as error:  # noqa: BLE001 - whatever it is (the database restarts), the next tick tries again
            log.warning("nudges cannot be read", error=str(error) or type(error).__name__)
            return
        await self._for_each(due, self._ask)

    async def _for_each(self, account_ids: Sequence[AccountId], work: Callable[[AccountId], Awaitable[None]]) -> None:
        """What goes wrong in one account holds up no other."""
        for account_id in account_ids:
            try:
                await work(account_id)
            except (DomainError, Again) as error:
                log.warning("an account's nudges wait", account=str(account_id), reason=str(error))
            except Exception:
                log.exception("an account's nudges stopped", account=str(account_id))

    async def _ask(self, account_id: AccountId) -> None:
        async with self.database.unit(account_id, source="clock") as unit:
            soon = await dispatch.soon_asked(unit)
        if soon is None:
            return
        undisturbed = await self._undisturbed(soon) if soon else {}
        async with self.database.unit(account_id, source="clock") as unit:
            done = await dispatch.dispatch(unit, SUBJECTS, undisturbed)
        self.metrics.nudges_due.inc(len(done.late))
        for seconds in done.late:
            self.metrics.nudge_late_seconds.observe(seconds)

    async def _undisturbed(self, soon: Mapping[UUID, str]) -> dict[UUID, datetime]:
        """Until when these people want to be left alone, all asked of Slack at once. Where it does not say, they are asked."""
        try:
            said = await self.installations.client.call("dnd.teamInfo", users=",".join(soon.values()))
        except SlackFailed:
            return {}
        users = cast("Mapping[str, Mapping[str, object]]", said.get("users") or {})
        now = self.database.clock()
        found = {person: rests_until(users.get(slack_id, {}), now) for person, slack_id in soon.items()}
        return {person: until for person, until in found.items() if until is not None}

    async def look_after(self) -> None:
        """Nudges whose reminder the outbox gave up go on in another way."""
        await self._for_each(await accounts.accounts(self.database.engine), self._reconcile)

    async def _reconcile(self, account_id: AccountId) -> None:
        async with self.database.unit(account_id, source="clock") as unit:
            await reminders.reconcile(unit)


def rests_until(said: Mapping[str, object], now: datetime) -> datetime | None:
    """Until when somebody does not want to be disturbed, by Slack's do-not-disturb; None: they may be."""
    since, until = (_number(said.get(name)) for name in ("next_dnd_start_ts", "next_dnd_end_ts"))
    rests = bool(said.get("dnd_enabled")) and since <= now.timestamp() < until
    return datetime.fromtimestamp(until, UTC) if rests else None


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
