"""Runs the migrations as `app_owner`, under an advisory lock, in one transaction."""

from __future__ import annotations

import asyncio

from alembic import context
from sqlalchemy import Connection, text
from sqlalchemy.engine import URL

from core.bootstrap import LOCK
from core.db import engine_as
from migrations.models import metadata


def run(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=metadata, compare_type=True)
    with context.begin_transaction():
        context.run_migrations()


async def migrate(url: URL) -> None:
    engine = engine_as(url, "app_owner", pool_size=1)
    async with engine.connect() as connection:
        await connection.execute(text(f"select pg_advisory_lock({LOCK})"))
        # Without this commit Alembic finds a transaction open, leaves committing to us, and everything is rolled back.
        await connection.commit()
        await connection.run_sync(run)
    await engine.dispose()


url = context.config.attributes.get("url")
if not isinstance(url, URL):
    raise SystemExit("Run `python -m bot migrate`: it knows the database and the roles.")
asyncio.run(migrate(url))
