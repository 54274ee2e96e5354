"""The clock's part in nudges: what is due goes to the outbox, one account after the other and a little of each at a time."""

from __future__ import annotations

from dataclasses import dataclass

import structlog

from bot.metrics import Metrics
from bot.subjects import SUBJECTS
from core.accounts import queries as accounts
from core.db import Engine
from core.errors import DomainError
from core.nudges import dispatch, queries, reminders
from core.unit import Again, Database

log = structlog.get_logger()


@dataclass(frozen=True)
class Nudging:
    """One per replica; any number of them share the work."""

    database: Database
    worker_engine: Engine
    metrics: Metrics

    async def tick(self) -> None:
        """Everything that is due and has room. Costs one look at the database when nothing is."""
        try:
            due = await queries.due_accounts(self.worker_engine, self.database.clock())
        except Exception as error:  # noqa: BLE001 - whatever it is (the database restarts), the next tick tries again
            log.warning("nudges cannot be read", error=str(error) or type(error).__name__)
            return
        for account_id in due:
            try:
                async with self.database.unit(account_id, source="clock") as unit:
                    done = await dispatch.dispatch(unit, SUBJECTS)
            except (DomainError, Again) as error:
                log.warning("an account's nudges wait", account=str(account_id), reason=str(error))
                continue
            self.metrics.nudges_due.inc(len(done.late))
            for seconds in done.late:
                self.metrics.nudge_late_seconds.observe(seconds)

    async def look_after(self) -> None:
        """Nudges whose reminder the outbox gave up go on in another way."""
        for account_id in await accounts.accounts(self.database.engine):
            async with self.database.unit(account_id, source="clock") as unit:
                await reminders.reconcile(unit)
