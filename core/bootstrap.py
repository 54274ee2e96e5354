"""Makes a database ready: the three roles, the schema's rights, the migrations. Safe to run by any number of processes at once."""

from __future__ import annotations

import asyncio
from pathlib import Path

import asyncpg
from sqlalchemy.engine import URL

from core.errors import Invalid, Unavailable

PROJECT = Path(__file__).resolve().parent.parent
LOCK = 7126353

_ROLES = """
do $$ begin create role app_owner nologin nosuperuser nobypassrls; exception when duplicate_object or unique_violation then null; end $$;
do $$ begin create role app_rw nologin nosuperuser nobypassrls; exception when duplicate_object or unique_violation then null; end $$;
do $$ begin create role app_worker nologin nosuperuser nobypassrls noinherit; exception when duplicate_object or unique_violation then null; end $$;
"""
_MISSING = "select count(*) < 3 from pg_roles where rolname in ('app_owner', 'app_rw', 'app_worker')"
# Since PostgreSQL 16 whoever makes a role may administer it, but only assume it ("set") once it is granted to them.
_MAY_ASSUME = """
select bool_and(pg_has_role(current_user, r, case when current_setting('server_version_num')::int >= 160000 then 'set' else 'member' end))
from unnest(array['app_owner', 'app_rw', 'app_worker']) r"""


async def connect(url: URL) -> asyncpg.Connection:
    """A plain connection as the URL's own login. Raises `Unavailable` (a sentence naming the place, never the password)."""
    host = url.query.get("host") or url.host
    try:
        return await asyncpg.connect(
            user=url.username,
            password=url.password,
            host=host if isinstance(host, str) else None,
            port=url.port,
            database=url.database,
            timeout=5,
        )
    except (OSError, TimeoutError, asyncpg.PostgresError) as error:
        place = f"{url.host or host}:{url.port or 5432}/{url.database}"
        raise Unavailable(
            "database", f"The database at {place} cannot be reached: {str(error) or type(error).__name__}."
        ) from error


async def prepare(url: URL) -> None:
    """Makes the roles and lets the login assume them. Raises `Invalid` with what to run when the login may not do that itself."""
    connection = await connect(url)
    try:
        await connection.execute("select pg_advisory_lock($1)", LOCK)
        try:
            if await connection.fetchval(_MISSING):
                await connection.execute(_ROLES)
            if not await connection.fetchval(_MAY_ASSUME):
                await connection.execute("grant app_owner, app_rw, app_worker to current_user")
            await connection.execute(
                f"""grant create, connect on database "{url.database}" to app_owner;
                    grant create, usage on schema public to app_owner;
                    revoke create on schema public from public;
                    revoke temporary on database "{url.database}" from public"""
            )
        except asyncpg.InsufficientPrivilegeError as error:
            if not await connection.fetchval(_MISSING) and await connection.fetchval(_MAY_ASSUME):
                return  # an administrator has prepared it all; this login need not be able to
            raise Invalid(
                f"The database login “{url.username}” may not create roles. Let an administrator run: create role app_owner; create role app_rw; "
                f"create role app_worker noinherit; grant app_owner, app_rw, app_worker to {url.username}; "
                f"grant create on database {url.database} to app_owner; grant create, usage on schema public to app_owner;"
            ) from error
    finally:
        await connection.close()  # and with it the lock


def migrate(url: URL) -> None:
    """Brings the schema up to date, as `app_owner`, under a lock. Blocking: it runs its own event loop."""
    from alembic import command  # noqa: PLC0415 - a start that has nothing to migrate does not pay for it
    from alembic.config import Config  # noqa: PLC0415

    config = Config(toml_file=str(PROJECT / "pyproject.toml"))
    config.attributes["url"] = url
    command.upgrade(config, "head")


async def make_ready(url: URL) -> None:
    """`prepare`, then `migrate`; nothing where the schema is this program's already."""
    if await _is_ready(url):
        return
    await prepare(url)
    await asyncio.to_thread(migrate, url)


async def _is_ready(url: URL) -> bool:
    newest = max(file.name.partition("_")[0] for file in (PROJECT / "migrations" / "versions").glob("[0-9]*.py"))
    connection = await connect(url)
    try:
        if await connection.fetchval(_MISSING) or not await connection.fetchval(_MAY_ASSUME):
            return False
        if await connection.fetchval("select to_regclass('public.alembic_version') is null"):
            return False
        # The table is its owner's; whoever may not read it cannot know, and migrates.
        return await connection.fetchval("select version_num from alembic_version") == newest
    except asyncpg.InsufficientPrivilegeError:
        return False
    finally:
        await connection.close()
