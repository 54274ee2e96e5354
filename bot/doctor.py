"""`doctor` and `grant`: what an operator needs from the shell."""

from __future__ import annotations

import aiohttp

from bot.app import database_url, real_clock, whoami
from bot.consequences import SUBSCRIPTIONS
from bot.metrics import Metrics
from bot.settings import Settings
from bot.slack import TIMEOUT, Slack, SlackFailed
from core import bootstrap
from core.accounts import queries, service
from core.db import engine_as, ping
from core.errors import DomainError, Invalid
from core.unit import Database


async def examine(settings: Settings) -> int:
    """Prints what is well and what is wrong, with how to mend it. Returns how many things are wrong."""
    wrong = 0
    for name, check in (("settings", _settings), ("database", _database), ("slack", _slack), ("socket", _socket)):
        try:
            print(f"ok     {name}: {await check(settings)}")
        except (DomainError, SlackFailed) as error:
            wrong += 1
            print(f"WRONG  {name}: {error}")
    return wrong


async def _settings(settings: Settings) -> str:
    settings.check_for_serving()
    return f"complete, {'Socket Mode' if settings.socket_mode else 'HTTP mode'}, {len(settings.owners)} owners named"


async def _database(settings: Settings) -> str:
    url = await database_url(settings)
    connection = await bootstrap.connect(url)
    try:
        version = await connection.fetchval("show server_version")
        superuser = await connection.fetchval("select rolsuper from pg_roles where rolname = current_user")
    finally:
        await connection.close()
    await bootstrap.make_ready(url)
    engine = engine_as(url, "app_rw", pool_size=1)
    role = await ping(engine)
    await engine.dispose()
    advice = (
        "; the login is a superuser, a plain one that may assume app_owner, app_rw and app_worker is safer"
        if superuser
        else ""
    )
    return f"PostgreSQL {version}, migrated, units run as {role}{advice}"


async def _slack(settings: Settings) -> str:
    async with aiohttp.ClientSession(timeout=TIMEOUT) as session:
        slack = Slack(
            settings.need("slack_bot_token", "the token of your Slack app, xoxb-…"),
            settings.slack_api_url,
            session,
            Metrics(),
        )
        home = await whoami(slack)
    return f"the bot is {home.bot_user_id} in “{home.name}” ({home.team_id})"


async def _socket(settings: Settings) -> str:
    if not settings.socket_mode:
        return "not used: Slack reaches us at POST /slack/events"
    async with aiohttp.ClientSession(timeout=TIMEOUT) as session:
        slack = Slack(settings.need("slack_app_token", "xapp-…"), settings.slack_api_url, session, Metrics())
        await slack.call("apps.connections.open")
    return "Slack hands out a connection"


async def grant(settings: Settings, slack_user: str, role: str, *, cover_l1: bool) -> str:
    """Gives a role in the one account of the settings' bot token. Raises `Invalid`, `Conflict`."""
    wanted = service.role_named(role)
    url = await database_url(settings)
    await bootstrap.make_ready(url)
    database = Database(engine_as(url, "app_rw", pool_size=1), real_clock, SUBSCRIPTIONS)
    try:
        found = await queries.accounts(database.engine)
        if len(found) != 1:
            raise Invalid(
                "There is no account yet: start `serve` once, so that FlowPilot learns which workspace it is in."
                if not found
                else "There are several accounts here."
            )
        async with database.unit(found[0], source="shell") as unit:
            user = await service.grant(unit, slack_user, wanted, cover_l1=cover_l1)
            name = user.name
    finally:
        await database.dispose()
    return f"{name} is now {wanted}{' and may cover L1' if cover_l1 else ''}."
