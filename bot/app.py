"""The composition root: every part is made here, by hand, and handed to whoever needs it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

import aiohttp
import structlog
from aiohttp import web
from slack_bolt.async_app import AsyncApp

from bot.channels import Channels
from bot.consequences import EFFECTS, SUBSCRIPTIONS
from bot.door import Door, bolt_app
from bot.errands import Errands
from bot.guard import Guard
from bot.installations import Installations, settle_in
from bot.metrics import Metrics
from bot.psa_callbacks import Callbacks
from bot.settings import Settings
from bot.slack import SLACKS_PACE, TIMEOUT, Pace, Slack, SlackFailed
from bot.socket_mode import Socket
from bot.web import Probes, web_app
from core import bootstrap, embedded
from core.accounts.service import Workspace
from core.db import Url, async_url, engine_as
from core.errors import Unavailable
from core.intake.desk import Desk
from core.llm.provider import ModelProvider
from core.outbox import wakeups
from core.psa.registry import Psas
from core.unit import Database

log = structlog.get_logger()

DRAIN_SECONDS = 20.0  # for everything together: most platforms kill after 30
LISTENER_SECONDS = 4.0  # a click has 2.7 s at most
NOT_READY_SECONDS = 1.0  # balancers look at /readyz before requests stop coming
EVERYWHERE = "0.0.0.0"  # noqa: S104 - a container is reached from outside it


class Part(StrEnum):
    """What one process does; any number of each may run."""

    ALL = "all"
    WEB = "web"
    WORKER = "worker"


@dataclass
class Bot:
    """A running process. `url` is where its HTTP side listens."""

    database: Database
    slack: Slack
    bolt: AsyncApp
    probes: Probes
    url: str

    async def not_ready(self) -> None:
        """Says so on /readyz, and gives whoever sends us requests a moment to notice."""
        self.probes.ready = False
        await asyncio.sleep(NOT_READY_SECONDS)


@dataclass
class Deadline:
    """One limit for everything that a stop waits for; it runs from the first wait."""

    seconds: float
    _end: float | None = None

    async def bound(self, wait: Callable[[float], Awaitable[None]]) -> None:
        """Runs `wait` with the seconds that are left."""
        now = asyncio.get_running_loop().time()
        self._end = self._end or now + self.seconds
        await wait(max(0.1, self._end - now))


async def database_url(settings: Settings) -> Url:
    """Where the data is; starts the embedded server if that is what the settings say."""
    address = settings.need(
        "database_url", "give the address of a PostgreSQL, or the word “embedded” for the built-in one"
    )
    return await embedded.open_database() if address == "embedded" else async_url(address)


async def whoami(slack: Slack) -> Workspace:
    """The workspace the bot token belongs to. Raises `Unavailable` with what Slack said."""
    try:
        answer = await slack.call("auth.test")
    except SlackFailed as error:
        hint = (
            "check SLACK_BOT_TOKEN"
            if error.code in {"invalid_auth", "not_authed", "account_inactive", "token_revoked"}
            else "check SLACK_API_URL"
        )
        raise Unavailable("slack", f"Slack did not accept the bot ({error.code}): {hint}.") from None
    read = {
        name: str(answer.get(name) or "") for name in ("enterprise_id", "team_id", "team", "url", "user_id", "bot_id")
    }
    return Workspace(read["enterprise_id"], read["team_id"], read["team"], read["url"], read["user_id"], read["bot_id"])


def real_clock() -> datetime:
    return datetime.now(UTC)


@asynccontextmanager
async def running(
    settings: Settings,
    part: Part = Part.ALL,
    *,
    clock: Callable[[], datetime] = real_clock,
    pace: Pace = SLACKS_PACE,
    host: str = EVERYWHERE,
    provider: ModelProvider | None = None,
) -> AsyncGenerator[Bot]:
    """A whole bot, from settings to listening; leaving the context stops it in order: not ready, nothing new taken in, drained, closed.

    `provider` stands in for the one that the settings say.
    """
    settings.check_for_serving()
    url = await database_url(settings)
    await bootstrap.make_ready(url)
    metrics, errands, desk = Metrics(), Errands(), Desk()
    database = Database(engine_as(url, "app_rw"), clock, SUBSCRIPTIONS)
    deadline = Deadline(DRAIN_SECONDS)
    async with AsyncExitStack() as closing:
        closing.push_async_callback(database.dispose)
        session = await closing.enter_async_context(aiohttp.ClientSession(timeout=TIMEOUT))
        slack = Slack(settings.need("slack_bot_token", ""), settings.slack_api_url, session, metrics, pace)
        home = await whoami(slack)
        await settle_in(database, home, settings.owners)
        installations = Installations(database, slack, home)
        psas = Psas(settings.keyring, settings.psa_hosts, settings.flowpilot_public_url)
        closing.push_async_callback(psas.close)
        thinks = provider
        if thinks is None and (part is not Part.WEB or settings.model is not None):
            # Imported here: a process that only answers clicks carries no proposals, unless a model sorts the calls it takes.
            from core.llm import providing  # noqa: PLC0415

            thinks = await closing.enter_async_context(providing.provider(settings.model))
        if settings.model is not None:
            desk.composer = thinks
        if part is Part.WEB or thinks is None:
            database.wake = await closing.enter_async_context(wakeups.told(url))
        else:
            await closing.enter_async_context(
                delivering(database, installations, psas, desk, metrics, url, deadline, thinks)
            )
        closing.push_async_callback(deadline.bound, errands.drain)
        door = Door(installations, database, Guard(errands, metrics), Channels(), psas, desk)
        secret = settings.slack_signing_secret.get_secret_value() if settings.slack_signing_secret else None
        bolt = bolt_app(door, secret)
        listens = part is not Part.WORKER
        socket = (
            Socket(bolt, settings.need("slack_app_token", ""), settings.slack_api_url)
            if settings.socket_mode and listens
            else None
        )
        probes = Probes(database, socket.connected if socket else _always)
        application = web_app(
            bolt if listens and socket is None else None,
            probes,
            metrics,
            Callbacks(database, psas) if listens else None,
        )
        port = await closing.enter_async_context(listening(application, host, settings.port))
        if socket:
            await socket.connect_async()
            closing.push_async_callback(deadline.bound, socket.drain)
        log.info("serving", part=part.value, mode="socket" if socket else "http", port=port, workspace=home.team_id)
        try:
            yield Bot(database, slack, bolt, probes, f"http://127.0.0.1:{port}")
        finally:
            probes.ready = False


@asynccontextmanager
async def delivering(
    database: Database,
    installations: Installations,
    psas: Psas,
    desk: Desk,
    metrics: Metrics,
    url: Url,
    deadline: Deadline,
    provider: ModelProvider,
) -> AsyncGenerator[None]:
    """The outbox is delivered and the clock ticks until the context is left."""
    from bot.clock import scheduler  # noqa: PLC0415
    from bot.delivery import Worker  # noqa: PLC0415
    from bot.nudging import Nudging  # noqa: PLC0415

    worker_engine = engine_as(url, "app_worker", pool_size=2)
    worker = Worker(database, worker_engine, installations, provider, psas, desk, EFFECTS, metrics)
    database.wake = worker.wake
    running_worker = asyncio.ensure_future(worker.run())
    clock = scheduler(database, Nudging(database, worker_engine, installations, metrics))
    clock.start()
    try:
        async with wakeups.heard(url, worker.wake):
            yield
    finally:
        clock.shutdown(wait=False)
        await deadline.bound(worker.stop)
        await running_worker
        await worker_engine.dispose()


@asynccontextmanager
async def listening(application: web.Application, host: str, port: int) -> AsyncGenerator[int]:
    """The HTTP side; yields the port. Leaving it waits for the requests that are being answered."""
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=LISTENER_SECONDS)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


async def _always() -> bool:
    return True
