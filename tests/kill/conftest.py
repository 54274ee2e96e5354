from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from tests.conftest import Fresh
from tests.kill.bots import Nursery, a_nursery
from tests.kill.place import Place, a_place


@pytest.fixture(scope="session")
async def nursery() -> AsyncGenerator[Nursery]:
    async with a_nursery() as one:
        yield one


@pytest.fixture
async def place(server: Path, fresh_database: Fresh, nursery: Nursery) -> AsyncGenerator[Place]:
    async with a_place(server, await fresh_database(), nursery.bot) as one:
        yield one
