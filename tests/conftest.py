"""One real PostgreSQL a run, one migrated template, one fresh database for each test that wants one."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy.engine import URL

from bot.app import Bot, Part, real_clock, running
from bot.sandbox.server import SandboxServer
from bot.sandbox.settings import WorkspaceSettings
from bot.settings import Settings
from bot.slack import Pace
from core import bootstrap, embedded
from core.llm.provider import ModelProvider
from tests.desk import SECRET_KEYS, Desk, a_desk
from tests.hurried import hurry
from tests.patience import ACK_SECONDS, be_patient
from tests.slack import Slack

FOLDER = "TEST_DATABASE_FOLDER"
TEMPLATE = "template"
UNHURRIED = Pace(per_channel=1e6, channel_burst=1e6, per_workspace=1e6, workspace_burst=1e6)


def pytest_configure(config: pytest.Config) -> None:
    """The first process of the run makes the folder; its workers find it in the environment."""
    os.environ.pop("ANTHROPIC_API_KEY", None)  # whoever runs the tests does not pay for them
    be_patient()
    if FOLDER not in os.environ:
        os.environ[FOLDER] = tempfile.mkdtemp(prefix="fp-")
        config.stash[made] = True


def pytest_xdist_auto_num_workers() -> int:
    """How many workers `-n auto` means: tests wait as much as they compute, so three for two cores."""
    return (os.cpu_count() or 1) * 3 // 2 or 1


made = pytest.StashKey[bool]()


def pytest_unconfigure(config: pytest.Config) -> None:
    if config.stash.get(made, False):
        folder = Path(os.environ.pop(FOLDER))
        embedded.stop(folder)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def server() -> Path:
    """The socket of the run's PostgreSQL."""
    folder = Path(os.environ[FOLDER])
    folder.chmod(0o755)  # as root the server runs as a user of its own
    return embedded.start(folder)


@pytest.fixture(scope="session")
async def template(server: Path) -> str:
    """A migrated database that others are copied from; the migrations' own lock lets only one worker make it."""
    await hurry(server)
    url = await embedded.database(server, TEMPLATE)
    await bootstrap.make_ready(url)
    return TEMPLATE


Fresh = Callable[[], Awaitable[URL]]


@pytest.fixture(scope="session")
def fresh_database(server: Path, template: str) -> Fresh:
    """Makes a migrated, empty database."""

    async def make() -> URL:
        return await embedded.database(server, f"t{uuid4().hex[:12]}", template=template)

    return make


@asynccontextmanager
async def a_bot(
    url: URL,
    workspace: SandboxServer,
    part: Part = Part.ALL,
    provider: ModelProvider | None = None,
    *,
    clock: Callable[[], datetime] = real_clock,
) -> AsyncGenerator[Bot]:
    """A bot beneath a workspace that already listens, in this process."""
    settings = settings_for(url, workspace)
    async with running(settings, part, clock=clock, pace=UNHURRIED, host="127.0.0.1", provider=provider) as bot:
        if workspace.settings.mode == "http":
            workspace.deliver_to(f"{bot.url}/slack/events")
        yield bot


def settings_for(url: URL, workspace: SandboxServer, owner: str = "U0ANA00001") -> Settings:
    known = workspace.settings
    return Settings.model_validate(
        {
            "database_url": url.render_as_string(hide_password=False),
            "slack_bot_token": known.bot_token,
            "slack_app_token": known.app_token if known.mode == "socket" else None,
            "slack_signing_secret": known.signing_secret,
            "slack_api_url": workspace.api_url,
            "flowpilot_owners": owner,
            "flowpilot_secret_keys": SECRET_KEYS,
            "flowpilot_psa_hosts": "127.0.0.1",
            "port": 0,
        }
    )


@asynccontextmanager
async def a_workspace(mode: str = "http") -> AsyncGenerator[SandboxServer]:
    workspace = SandboxServer(WorkspaceSettings(mode="socket" if mode == "socket" else "http", ack_seconds=ACK_SECONDS))
    await workspace.start("127.0.0.1", 0)
    try:
        yield workspace
    finally:
        await workspace.stop()


@pytest.fixture(params=["http"])
async def workspace(request: pytest.FixtureRequest) -> AsyncGenerator[SandboxServer]:
    async with a_workspace(request.param) as one:
        yield one


@pytest.fixture
async def bot(fresh_database: Fresh, workspace: SandboxServer) -> AsyncGenerator[Bot]:
    async with a_bot(await fresh_database(), workspace) as one:
        yield one


@pytest.fixture
async def slack(bot: Bot, workspace: SandboxServer) -> AsyncGenerator[Slack]:
    """The workspace as its people use it, with the bot beneath it."""
    del bot
    async with Slack(workspace.url) as one:
        yield one


@pytest.fixture
async def desk() -> AsyncGenerator[Desk]:
    """A service desk beside the bot; `tests.desk.connected` connects the bot's account to it."""
    async with a_desk() as one:
        yield one
