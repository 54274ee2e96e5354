"""Starting: on a server that nobody has prepared, twice at once, and with a login that may not do it."""

from __future__ import annotations

import asyncio
import shutil
import sys
import tempfile
from collections.abc import AsyncGenerator, Generator
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest
from sqlalchemy import select
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.installations import settle_in
from core import bootstrap, embedded
from core.accounts import queries
from core.accounts.models import User
from core.db import async_url
from core.errors import Invalid, Unavailable
from core.scope import Role
from core.unit import Database
from tests.builders import Account, Clock, a_place
from tests.core.subscribed import SUBSCRIPTIONS

PROJECT = Path(__file__).parents[2]
_START = """
import asyncio, sys
from core import bootstrap
from core.db import async_url
asyncio.run(bootstrap.make_ready(async_url(sys.argv[1])))
"""


@pytest.fixture
def folder() -> Generator[Path]:
    """A place for a server of its own, stopped afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="fp-start-"))
    folder.chmod(0o755)  # as root the server runs as a user of its own
    yield folder
    embedded.stop(folder)
    shutil.rmtree(folder, ignore_errors=True)


async def a_start(url: URL) -> tuple[int, str]:
    """One process that makes the database ready: how it ended, and what it said."""
    address = url.render_as_string(hide_password=False)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", _START, address),
        cwd=PROJECT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    return process.returncode or 0, said.decode()


async def test_two_processes_that_start_at_once_on_a_new_server_both_find_it_ready(folder: Path):
    socket = await asyncio.to_thread(embedded.start, folder)
    url = await embedded.database(socket, "new")
    results = await asyncio.gather(a_start(url), a_start(url))
    assert [code for code, _ in results] == [0, 0], results
    connection = await bootstrap.connect(url)
    await connection.execute("set role app_rw")
    assert await connection.fetchval("select count(*) from users") == 0
    await connection.close()


async def test_making_a_ready_database_ready_changes_nothing(url: URL):
    await bootstrap.make_ready(url)
    await bootstrap.make_ready(url)


@pytest.fixture
async def plain(server: Path) -> AsyncGenerator[tuple[URL, asyncpg.Connection]]:
    """A login that may not make roles and belongs to none, with a database of its own; and an administrator."""
    name = f"p{uuid4().hex[:12]}"
    admin = await asyncpg.connect(host=str(server), user="postgres", database="postgres")
    await admin.execute(f"create role {name} login nosuperuser nocreaterole")
    await admin.execute(f"create database {name} owner {name}")
    url = async_url(f"postgresql://{name}@/{name}?host={server}")
    inside = await asyncpg.connect(host=str(server), user="postgres", database=name)
    yield url, inside
    await inside.close()
    await admin.execute(f"drop database {name} with (force)")
    await admin.execute(f"drop role {name}")
    await admin.close()


async def test_a_login_that_may_not_make_roles_is_told_what_an_administrator_must_run(
    template: str, plain: tuple[URL, asyncpg.Connection]
):
    del template  # the roles exist, as on any server where another FlowPilot runs
    url, admin = plain
    with pytest.raises(Invalid, match=f"“{url.username}” may not create roles") as refusal:
        await bootstrap.prepare(url)
    _, _, commands = str(refusal.value).partition(" run: ")
    for command in commands.split(";"):
        if command.strip() and not command.strip().startswith("create role"):
            await admin.execute(command)
    await bootstrap.prepare(url)
    await asyncio.to_thread(bootstrap.migrate, url)
    await bootstrap.make_ready(url)


async def test_a_database_that_is_not_there_is_named_and_the_password_is_not(tmp_path: Path):
    url = async_url(f"postgresql://bot:hunter2@localhost:1/nowhere?host={tmp_path}")
    with pytest.raises(Unavailable, match="nowhere") as refusal:
        await bootstrap.prepare(url)
    assert "hunter2" not in str(refusal.value)


@pytest.mark.parametrize("address", ["", "nonsense", "mysql://root@localhost/x", "postgresql://[::1", "sqlite://"])
def test_an_address_that_is_no_postgres_is_refused_with_a_sentence(address: str):
    with pytest.raises(Invalid, match="DATABASE_URL"):
        async_url(address)


async def test_processes_that_settle_in_at_once_make_one_account_with_its_owners(engine: AsyncEngine):
    place, owners = a_place(), ("U0ANA00001", "U0BEN00001")
    replicas = [Database(engine, Clock(), SUBSCRIPTIONS) for _ in range(4)]
    accounts = await asyncio.gather(*(settle_in(replica, place, owners) for replica in replicas))
    assert len(set(accounts)) == 1
    account = Account(replicas[0], accounts[0])
    async with account.unit() as unit:
        people = (await unit.session.scalars(select(User).where(User.account_id == account.id))).all()
        installation = await queries.installation(unit)
    assert {(user.slack_user_id, user.role) for user in people} == {(owner, Role.OWNER) for owner in owners}
    assert (installation.team_id, installation.url) == (place.team_id, place.url)
    assert await account.trail(account.id) == ["account.installed"]
    for owner in owners:
        assert await account.trail((await account.user(owner)).id) == ["role.changed"]
    assert await queries.account_of(engine, "", place.team_id) == account.id


async def test_settling_in_again_follows_what_slack_says_now(engine: AsyncEngine):
    place = a_place()
    database = Database(engine, Clock(), SUBSCRIPTIONS)
    first = await settle_in(database, place, ())
    moved = type(place)("", place.team_id, "Renamed", "https://new.slack.com/", "UBOTNEW", "BNEW")
    assert await settle_in(database, moved, ()) == first
    async with database.unit(first) as unit:
        installation = await queries.installation(unit)
    assert (installation.url, installation.bot_user_id) == ("https://new.slack.com/", "UBOTNEW")
