"""One migrated database for all of these tests, and an account of its own for each: row level security keeps them apart."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.consequences import SUBSCRIPTIONS
from core.db import engine_as
from core.unit import Database
from tests.builders import Account, Clock, an_account
from tests.conftest import Fresh


@pytest.fixture(scope="session")
async def url(fresh_database: Fresh) -> URL:
    """The database that these tests share."""
    return await fresh_database()


@pytest.fixture(scope="session")
async def engine(url: URL) -> AsyncGenerator[AsyncEngine]:
    """Its connections, as the bot has them."""
    engine = engine_as(url, "app_rw")
    yield engine
    await engine.dispose()


@pytest.fixture(scope="session")
async def worker_engine(url: URL) -> AsyncGenerator[AsyncEngine]:
    """Its connections, as the outbox worker has them."""
    engine = engine_as(url, "app_worker", pool_size=2)
    yield engine
    await engine.dispose()


@pytest.fixture
def clock() -> Clock:
    """The domain's clock; it stands at noon until a test moves it."""
    return Clock()


@pytest.fixture
def database(engine: AsyncEngine, clock: Clock) -> Database:
    """Units on the shared database, with the bot's own subscriptions."""
    return Database(engine, clock, SUBSCRIPTIONS)


@pytest.fixture
async def account(database: Database) -> Account:
    """An account with people of every role."""
    return await an_account(database)
