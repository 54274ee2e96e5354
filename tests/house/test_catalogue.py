"""The database that the migrations make is the one that the models describe, and it could move to a sharded cluster as it stands."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path
from uuid import uuid4

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, text
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from core import bootstrap, embedded
from core.db import engine_as
from migrations.models import MODELS, metadata
from tests.conftest import Fresh

OURS = "namespace.nspname = 'public' and class.relname <> 'alembic_version'"
BEFORE_THE_ACCOUNT_IS_KNOWN = "slack_workspaces"

COLUMNS = f"""
select class.relname, attribute.attname, format_type(attribute.atttypid, attribute.atttypmod), attribute.attnotnull,
       pg_get_expr(fallback.adbin, fallback.adrelid)
from pg_attribute attribute join pg_class class on class.oid = attribute.attrelid
join pg_namespace namespace on namespace.oid = class.relnamespace
left join pg_attrdef fallback on fallback.adrelid = class.oid and fallback.adnum = attribute.attnum
where {OURS} and class.relkind = 'r' and attribute.attnum > 0 and not attribute.attisdropped"""
CONSTRAINTS = f"""
select class.relname, constraints.conname, pg_get_constraintdef(constraints.oid)
from pg_constraint constraints join pg_class class on class.oid = constraints.conrelid
join pg_namespace namespace on namespace.oid = class.relnamespace where {OURS}"""
INDEXES = f"""
select class.relname, pg_get_indexdef(indexes.indexrelid)
from pg_index indexes join pg_class class on class.oid = indexes.indrelid
join pg_namespace namespace on namespace.oid = class.relnamespace where {OURS}"""
SECURITY = f"""
select class.relname, class.relrowsecurity and class.relforcerowsecurity, pg_get_userbyid(class.relowner),
       (select count(*) from pg_policy where polrelid = class.oid and polroles = '{{0}}' and polcmd = '*' and polpermissive
          and pg_get_expr(polqual, polrelid) = '(account_id = app.account_id())'
          and pg_get_expr(polwithcheck, polrelid) = '(account_id = app.account_id())'),
       (select count(*) from pg_policy where polrelid = class.oid)
from pg_class class join pg_namespace namespace on namespace.oid = class.relnamespace
where {OURS} and class.relkind = 'r' and exists (
  select from pg_attribute where attrelid = class.oid and attname = 'account_id' and attnum > 0)"""
FIRST_OF_KEYS = f"""
select class.relname, indexes.indexrelid::regclass::text, attribute.attname
from pg_index indexes join pg_class class on class.oid = indexes.indrelid
join pg_namespace namespace on namespace.oid = class.relnamespace
left join pg_attribute attribute on attribute.attrelid = class.oid and attribute.attnum = indexes.indkey[0] where {OURS}
union all
select class.relname, constraints.conname, attribute.attname || case when far.attname = attribute.attname then '' else ' to ' || far.attname end
from pg_constraint constraints join pg_class class on class.oid = constraints.conrelid
join pg_namespace namespace on namespace.oid = class.relnamespace
join pg_attribute attribute on attribute.attrelid = class.oid and attribute.attnum = constraints.conkey[1]
join pg_attribute far on far.attrelid = constraints.confrelid and far.attnum = constraints.confkey[1]
where {OURS} and constraints.contype = 'f'"""


async def rows(connection: AsyncConnection, query: str) -> set[tuple[object, ...]]:
    return {tuple(row) for row in await connection.execute(text(query))}


@pytest.fixture(scope="module")
async def migrated(fresh_database: Fresh) -> AsyncGenerator[AsyncEngine]:
    """What the migrations make."""
    engine = engine_as(await fresh_database(), "app_owner")
    yield engine
    await engine.dispose()


@pytest.fixture(scope="module")
async def modelled(server: Path) -> AsyncGenerator[AsyncEngine]:
    """What the models say by themselves."""
    url: URL = await embedded.database(server, f"m{uuid4().hex[:12]}")
    await bootstrap.prepare(url)
    engine = engine_as(url, "app_owner")
    async with engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
    yield engine
    await engine.dispose()


@pytest.mark.parametrize(
    "query",
    [
        pytest.param(COLUMNS, id="columns, types, nullability, defaults"),
        pytest.param(CONSTRAINTS, id="keys, checks"),
        pytest.param(INDEXES, id="indexes, partial ones too"),
    ],
)
async def test_the_migrations_make_what_the_models_say(migrated: AsyncEngine, modelled: AsyncEngine, query: str):
    async with migrated.connect() as made, modelled.connect() as said:
        assert await rows(made, query) == await rows(said, query)


async def test_alembic_finds_nothing_to_add(migrated: AsyncEngine):
    def differences(connection: Connection) -> list[object]:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        return list(compare_metadata(context, metadata))

    async with migrated.connect() as connection:
        assert await connection.run_sync(differences) == []


def test_the_list_of_models_is_whole():
    assert {model.__tablename__ for model in MODELS} == set(metadata.tables)


async def test_every_table_of_an_account_is_kept_to_its_account_whoever_asks(migrated: AsyncEngine):
    async with migrated.connect() as connection:
        found = await rows(connection, SECURITY)
    secured = {name for name, forced, owner, policies, _ in found if forced and owner == "app_owner" and policies == 1}
    assert {row[0] for row in found} - secured == {BEFORE_THE_ACCOUNT_IS_KNOWN}
    # A second policy would widen the first: only the worker's is known.
    assert {name for name, *_, all_of_them in found if all_of_them != 1} == {
        BEFORE_THE_ACCOUNT_IS_KNOWN,
        "nudges",
        "outbox",
    }


async def test_the_one_table_read_before_the_account_is_known_holds_ids_only(migrated: AsyncEngine):
    async with migrated.connect() as connection:
        columns = {row[1] for row in await rows(connection, COLUMNS) if row[0] == BEFORE_THE_ACCOUNT_IS_KNOWN}
    assert columns == {"enterprise_id", "team_id", "account_id"}


async def test_the_account_comes_first_in_every_key_and_index(migrated: AsyncEngine):
    async with migrated.connect() as connection:
        first = await rows(connection, FIRST_OF_KEYS)
    wrong = {row for row in first if row[0] != BEFORE_THE_ACCOUNT_IS_KNOWN and row[2] != "account_id"}
    assert not wrong
    assert len(first) > len(metadata.tables)


@pytest.mark.parametrize(
    ("what", "query"),
    [
        ("an ENUM type", "select typname from pg_type where typtype = 'e'"),
        ("a sequence", "select relname from pg_class where relkind = 'S'"),
        ("a trigger", "select tgname from pg_trigger where not tgisinternal"),
        (
            "an identity column",
            "select attname from pg_attribute where attidentity <> '' or attgenerated <> ''",
        ),
        (
            "a view",
            f"select relname from pg_class class join pg_namespace namespace on namespace.oid = relnamespace "
            f"where {OURS} and relkind in ('v', 'm')",
        ),
        (
            "a timestamp without zone",
            f"select * from ({COLUMNS}) as c (t, c, type, n, d) where type like '%without time zone'",
        ),
    ],
)
async def test_the_schema_has_none_of_what_it_must_not_have(migrated: AsyncEngine, what: str, query: str):
    async with migrated.connect() as connection:
        assert await rows(connection, query) == set(), f"{what} was found"
