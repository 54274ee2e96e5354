"""The sandbox: a Slack on this machine, and the bot beneath it as plain `serve`, a process of its own that may be killed."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import yaml

from bot.sandbox import story
from bot.sandbox.desk.server import DeskServer
from bot.sandbox.server import SandboxServer
from bot.sandbox.settings import WorkspaceSettings
from bot.sandbox.wire import Json
from bot.settings import Settings
from bot.shell import connect, grant
from core import embedded
from core.db import Url
from core.errors import Unavailable
from core.psa.commands import ConnectConnectWise
from core.psa.models import Target
from core.sealed import fresh_key

MANIFEST = Path(__file__).resolve().parents[2] / "manifest.yml"
PATIENCE = 40.0
STOP_PATIENCE = 12.0


RESOLVED = ("Resolved", "Completed")
ESCALATED = ("Escalated to Level 2", "Escalated to Vendor")


def bot_environment(workspace: SandboxServer, database: Url, port: int) -> dict[str, str]:
    """Every setting of the bot, so that nothing of this machine's own settings or `.env` reaches it."""
    known = workspace.settings
    return {
        "DATABASE_URL": database.set(drivername="postgresql").render_as_string(hide_password=False),
        "SLACK_BOT_TOKEN": known.bot_token,
        "SLACK_APP_TOKEN": known.app_token if known.mode == "socket" else "",
        "SLACK_SIGNING_SECRET": known.signing_secret,
        "SLACK_API_URL": workspace.api_url,
        "FLOWPILOT_OWNERS": story.OWNER,
        "FLOWPILOT_SECRET_KEYS": fresh_key(),
        "FLOWPILOT_PSA_HOSTS": "127.0.0.1",
        "FLOWPILOT_PUBLIC_URL": "",
        "PORT": str(port),
        "LOG_FORMAT": "console",
    }


@dataclass
class BotProcess:
    """The bot beneath the workspace."""

    environment: dict[str, str]
    port: int
    process: asyncio.subprocess.Process | None = None

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.returncode is None

    async def start(self) -> None:
        """Starts it and waits until it serves. Raises `Unavailable` when it ends or does not get there."""
        if self.alive:
            return
        self.process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "serve", env={**os.environ, **self.environment}, cwd=MANIFEST.parent
        )
        async with aiohttp.ClientSession() as session:
            try:
                async with asyncio.timeout(PATIENCE):
                    while not await self._ready(session):
                        if not self.alive:
                            raise Unavailable("bot", "The bot ended while it was starting; its reason stands above.")
                        await asyncio.sleep(0.05)
            except TimeoutError:
                raise Unavailable("bot", f"The bot did not get ready within {PATIENCE:.0f} s.") from None

    async def _ready(self, session: aiohttp.ClientSession) -> bool:
        try:
            async with session.get(f"http://127.0.0.1:{self.port}/readyz") as answer:
                return answer.status == 200
        except aiohttp.ClientError:
            return False

    async def kill(self) -> None:
        """Ends it at once, as a crash would."""
        if self.process is not None and self.alive:
            self.process.kill()
            await self.process.wait()

    async def stop(self) -> None:
        """Ends it in order."""
        if self.process is None or not self.alive:
            return
        self.process.terminate()
        try:
            async with asyncio.timeout(STOP_PATIENCE):
                await self.process.wait()
        except TimeoutError:
            await self.kill()

    async def control(self, action: str) -> Json:
        """What the page's *Kill* and *Start* do."""
        if action == "kill":
            await self.kill()
        elif action == "start":
            await self.start()
        return {"alive": self.alive}


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


async def sandbox(port: int, mode: str, told: asyncio.Event) -> None:
    """Runs the sandbox on `port` until told to stop. Its data is new each time, like its workspace."""
    database = await embedded.open_database("sandbox", fresh=True)
    settings = WorkspaceSettings(mode="socket" if mode == "socket" else "http")
    workspace = SandboxServer(settings.of_manifest(yaml.safe_load(MANIFEST.read_text())))
    await workspace.start("127.0.0.1", port)
    desk = DeskServer()
    await desk.start()
    bot_port = free_port()
    if mode == "http":
        workspace.deliver_to(f"http://127.0.0.1:{bot_port}/slack/events")
    beneath = BotProcess(bot_environment(workspace, database, bot_port), bot_port)
    workspace.control_bot_with(beneath.control)
    try:
        await beneath.start()
        await _cast(beneath, desk)
        await story.tell(workspace.url)
        print(
            f"\nFlowPilot's sandbox is ready: {workspace.url}\nIts service desk: {desk.url}\nCtrl-C ends it.\n",
            flush=True,
        )
        await told.wait()
    finally:
        await beneath.stop()
        await workspace.stop()
        await desk.stop()
        await embedded.stop_if_unused()


async def _cast(beneath: BotProcess, desk: DeskServer) -> None:
    """Gives the people of the story their roles and connects the desk, as an operator would from the shell."""
    settings = Settings.model_validate({name.lower(): value for name, value in beneath.environment.items()})
    for person, role in story.ROLES.items():
        await grant(settings, person, role, cover_l1=False)
    keys = desk.keys
    form = ConnectConnectWise(
        site=desk.url,
        company=keys.company,
        public_key=keys.public_key,
        private_key=keys.private_key,
        client_id=keys.client_id,
    )
    await connect(settings, form.login(settings.psa_hosts), {Target.RESOLVED: RESOLVED, Target.ESCALATED: ESCALATED})
