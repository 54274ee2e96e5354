"""Nobody sees or writes another account's row: for every table the models have, the ones of tomorrow too."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import pytest
from sqlalchemy import Column, Enum, Executable, Table, func, select, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from core.ids import new_id
from migrations.models import metadata
from tests.builders import NOON

BEFORE_THE_ACCOUNT_IS_KNOWN = "slack_workspaces"
OF_AN_ACCOUNT = sorted(
    name for name, table in metadata.tables.items() if "account_id" in table.c and name != BEFORE_THE_ACCOUNT_IS_KNOWN
)
DENIED = "42501"
# Columns that may be empty, but not all of them at once.
ONE_OF_SEVERAL = {"escalations": "session_id", "flow_proposals": "source_session_id"}


class Two(NamedTuple):
    """Two accounts: the first has a row in every table, the second has none."""

    full: UUID
    empty: UUID


def a_row(table: Table, account: UUID) -> dict[str, object]:
    """A row of which the database could complain about nothing but its account (and what it belongs to)."""
    required = [column for column in table.c if not column.nullable and column.server_default is None]
    if table.name in ONE_OF_SEVERAL:
        required.append(table.c[ONE_OF_SEVERAL[table.name]])
    return {**{column.name: _fitting(column) for column in required}, "account_id": account}


def _fitting(column: Column[object]) -> object:
    kind = column.type
    if isinstance(kind, Enum):
        return next(iter(kind.enum_class)) if kind.enum_class else kind.enums[0]
    values: dict[type, object] = {UUID: new_id(), str: "x", datetime: NOON, int: 1, bool: False, float: 1.0}
    return values.get(kind.python_type, {})


@pytest.fixture(scope="module")
async def two(url: URL) -> AsyncGenerator[Two]:
    """Rows of every table, made by the superuser, without the rows they belong to: foreign keys are not what is tested here."""
    settings = {"server_settings": {"session_replication_role": "replica"}}
    superuser = create_async_engine(
        url.difference_update_query(["logins"]).set(username="postgres"), connect_args=settings
    )
    two = Two(new_id(), new_id())
    async with superuser.begin() as connection:
        for name in OF_AN_ACCOUNT:
            table = metadata.tables[name]
            await connection.execute(table.insert().values(a_row(table, two.full)))
    yield two
    async with superuser.begin() as connection:
        for name in OF_AN_ACCOUNT:
            table = metadata.tables[name]
            await connection.execute(table.delete().where(table.c.account_id == two.full))
    await superuser.dispose()


@asynccontextmanager
async def within(engine: AsyncEngine, account: UUID | None) -> AsyncGenerator[AsyncConnection]:
    """A transaction of the bot's role in an account, or in none; whatever it does is rolled back."""
    async with engine.connect() as connection:
        if account is not None:
            await connection.execute(text("select set_config('app.account_id', :a, true)"), {"a": str(account)})
        yield connection


async def outcome(connection: AsyncConnection, statement: Executable) -> int | str:
    """How many rows it touched, or the code of the refusal."""
    try:
        async with connection.begin_nested():
            return (await connection.execute(statement)).rowcount
    except DBAPIError as error:
        return str(getattr(error.orig, "sqlstate", None))


@pytest.mark.parametrize("name", OF_AN_ACCOUNT)
async def test_an_account_sees_its_own_rows(engine: AsyncEngine, two: Two, name: str):
    async with within(engine, two.full) as connection:
        assert await connection.scalar(select(func.count()).select_from(metadata.tables[name])) == 1


@pytest.mark.parametrize("name", OF_AN_ACCOUNT)
async def test_another_account_or_none_sees_no_row(engine: AsyncEngine, two: Two, name: str):
    for who in (two.empty, None):
        async with within(engine, who) as connection:
            assert await connection.scalar(select(func.count()).select_from(metadata.tables[name])) == 0


@pytest.mark.parametrize("name", OF_AN_ACCOUNT)
async def test_another_account_or_none_can_neither_change_nor_remove_nor_add_a_row(
    engine: AsyncEngine, two: Two, name: str
):
    table = metadata.tables[name]
    for who in (two.empty, None):
        async with within(engine, who) as connection:
            change = table.update().values(account_id=two.empty)
            assert await outcome(connection, change) in {0, DENIED}
            assert await outcome(connection, table.delete()) in {0, DENIED}
            assert await outcome(connection, table.insert().values(a_row(table, two.full))) == DENIED


@pytest.mark.parametrize("name", OF_AN_ACCOUNT)
async def test_an_account_cannot_give_a_row_of_its_own_to_another(engine: AsyncEngine, two: Two, name: str):
    table = metadata.tables[name]
    async with within(engine, two.full) as connection:
        assert await outcome(connection, table.update().values(account_id=two.empty)) == DENIED


async def test_the_account_of_one_transaction_is_not_that_of_the_next(engine: AsyncEngine, two: Two):
    async with engine.connect() as connection:
        async with connection.begin():
            await connection.execute(text("select set_config('app.account_id', :a, true)"), {"a": str(two.full)})
            assert await connection.scalar(text("select count(*) from users")) == 1
        assert await connection.scalar(text("select count(*) from users")) == 0


async def test_the_audit_can_be_added_to_but_neither_changed_nor_cut(engine: AsyncEngine, two: Two):
    audit = metadata.tables["audit_events"]
    async with within(engine, two.full) as connection:
        assert await outcome(connection, audit.insert().values(a_row(audit, two.full))) == 1
        assert await outcome(connection, audit.update().values(what="nothing")) == DENIED
        assert await outcome(connection, audit.delete()) == DENIED
        assert await outcome(connection, text("truncate audit_events")) == DENIED


@pytest.mark.parametrize(
    "command",
    [
        "create table mine (id int)",
        "create schema mine",
        "create role mine",
        "alter table users disable row level security",
        "alter table users no force row level security",
        "drop policy account on users",
        "create policy all_of_them on users using (true)",
        "truncate users",
        "select from alembic_version",
        "create or replace function app.account_id() returns uuid language sql as 'select null::uuid'",
        "set session_replication_role = replica",
        "set session authorization postgres",
        "set role app_owner",
        "set role app_worker",
        "set role flowpilot",
        "create temporary table mine (id int)",
        "copy users to program 'true'",
    ],
)
async def test_the_bots_role_can_change_nothing_but_rows(engine: AsyncEngine, two: Two, command: str):
    async with within(engine, two.full) as connection:
        assert await outcome(connection, text(command)) == DENIED


async def test_there_is_no_way_out_of_the_bots_role(engine: AsyncEngine, two: Two):
    for command in ("reset role", "set role none", "reset session authorization", "reset all", "discard all"):
        async with within(engine, two.empty) as connection:
            await outcome(connection, text(command))
            assert await connection.scalar(text("select current_user || ', ' || session_user")) == "app_rw, app_rw"


@pytest.mark.parametrize("role", ["app_rw", "app_worker"])
async def test_the_roles_belong_to_no_other_and_bypass_nothing(engine: AsyncEngine, role: str):
    async with engine.connect() as connection:
        wanted = text(
            """select rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication,
                      (select count(*) from pg_auth_members where member = r.oid)
               from pg_roles r where rolname = :role"""
        )
        assert tuple((await connection.execute(wanted, {"role": role})).one()) == (False, 0)


async def test_the_worker_sees_of_every_account_when_a_delivery_or_nudge_is_due_and_nothing_else(
    worker_engine: AsyncEngine,
):
    wanted = text(
        """select c.relname, a.attname from pg_class c join pg_attribute a on a.attrelid = c.oid
           where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm') and a.attnum > 0
             and not a.attisdropped and has_column_privilege('app_worker', c.oid, a.attnum, 'select')"""
    )
    changes = text(
        """select count(*) from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm')
             and has_table_privilege('app_worker', c.oid, 'insert, update, delete, truncate, references, trigger')"""
    )
    async with worker_engine.connect() as connection:
        seen = {(row.relname, row.attname) for row in await connection.execute(wanted)}
        due = {("nudges", column) for column in ("account_id", "state", "due_at")}
        assert seen == due | {("outbox", column) for column in ("account_id", "state", "due_at", "lease_until")}
        assert await connection.scalar(changes) == 0


async def test_the_worker_sees_unfinished_deliveries_only(worker_engine: AsyncEngine, url: URL, two: Two):
    superuser = create_async_engine(url.difference_update_query(["logins"]).set(username="postgres"))
    mine = text("select count(*) from outbox where account_id = :a").bindparams(a=two.full)
    for state, sees in (("waiting", 1), ("done", 0), ("unknown", 0), ("sending", 1)):
        async with superuser.begin() as connection:
            change = text("update outbox set state = :s where account_id = :a")
            await connection.execute(change, {"s": state, "a": two.full})
        async with worker_engine.connect() as connection:
            assert await connection.scalar(mine) == sees, state
    await superuser.dispose()
