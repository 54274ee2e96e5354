"""A test's PostgreSQL does not wait for the disk: processes are killed in tests, never the machine."""

from __future__ import annotations

from pathlib import Path

import asyncpg


async def hurry(socket: Path) -> None:
    """From now on what is committed is safe as long as the machine runs."""
    connection = await asyncpg.connect(host=str(socket), user="postgres", database="postgres")
    try:
        await connection.execute("alter system set fsync = off")
        await connection.execute("alter system set full_page_writes = off")
        await connection.execute("select pg_reload_conf()")
    finally:
        await connection.close()
