"""A fresh workspace with a tiny bot beneath it, in both modes."""

from collections.abc import AsyncIterator
from typing import Literal, cast

import pytest

from bot.sandbox.server import SandboxServer
from bot.sandbox.settings import WorkspaceSettings
from tests.sandbox.tiny_bot import TinyBot, running
from tests.slack import Slack


@pytest.fixture(params=["http", "socket"])
def mode(request: pytest.FixtureRequest) -> Literal["http", "socket"]:
    """The way by which payloads reach the bot."""
    return cast(Literal["http", "socket"], request.param)


@pytest.fixture
async def server(mode: Literal["http", "socket"]) -> AsyncIterator[SandboxServer]:
    """A started sandbox, impatient so that no test waits long."""
    server = SandboxServer(
        WorkspaceSettings(mode=mode, ack_seconds=1.0, trigger_seconds=0.5, retry_seconds=(0.0, 0.0, 0.0))
    )
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def tiny(server: SandboxServer) -> AsyncIterator[TinyBot]:
    """The bot beneath the sandbox."""
    async with running(server) as tiny:
        yield tiny


@pytest.fixture
async def slack(server: SandboxServer, tiny: TinyBot) -> AsyncIterator[Slack]:
    """The workspace as people use it."""
    async with Slack(server.url) as slack:
        yield slack
