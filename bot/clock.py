"""Each replica's clock: it only wakes what finds its due work in Postgres, so a missed tick loses nothing."""

from __future__ import annotations

from datetime import timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.nudging import Nudging
from core.accounts import queries as accounts
from core.intake.walks import ends as walks
from core.outbox import queries as outbox
from core.scripts import queries as scripts
from core.sessions import service as sessions
from core.tickets import service as tickets
from core.unit import Database

KEPT = timedelta(days=7)
SHEETS_KEPT = timedelta(days=60)  # what somebody typed and never saved


def scheduler(database: Database, nudging: Nudging) -> AsyncIOScheduler:
    """APScheduler on a memory store: jobs are code, not data."""
    clock = AsyncIOScheduler(job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1})

    async def prune() -> None:
        """Forgets concluded deliveries and old receipts; Slack delivers nothing again after an hour."""
        for account_id in await accounts.accounts(database.engine):
            async with database.unit(account_id, source="clock") as unit:
                await outbox.prune(unit, unit.now - KEPT)
                await scripts.prune_sheets(unit, unit.now - SHEETS_KEPT)

    async def look_at_tickets() -> None:
        """Followed tickets are looked at every few minutes, whether the ticket system calls us or not."""
        for account_id in await accounts.accounts(database.engine):
            async with database.unit(account_id, source="clock") as unit:
                await tickets.plan_looks(unit)

    async def close_idle() -> None:
        """Says of sessions that nobody touches that they will be closed, and a day later closes them."""
        for account_id in await accounts.accounts(database.engine):
            async with database.unit(account_id, source="clock") as unit:
                await sessions.close_idle(unit)

    async def abandon_walks() -> None:
        """Ends the walks that nobody has touched for a day."""
        for account_id in await accounts.accounts(database.engine):
            ended = walks.AT_ONCE
            while ended == walks.AT_ONCE:
                async with database.unit(account_id, source="clock") as unit:
                    ended = await walks.abandon_untouched(unit)

    clock.add_job(prune, "interval", hours=1)
    clock.add_job(nudging.tick, "interval", seconds=1)
    clock.add_job(nudging.look_after, "interval", seconds=60)
    clock.add_job(close_idle, "interval", minutes=20)
    clock.add_job(abandon_walks, "interval", minutes=5)
    clock.add_job(look_at_tickets, "interval", minutes=1)
    return clock
