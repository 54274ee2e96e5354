"""`doctor`: every setting and connection, and how to mend what is wrong."""

from __future__ import annotations

import aiohttp

from bot.app import database_url, whoami
from bot.metrics import Metrics
from bot.settings import Settings
from bot.shell import at_the_shell
from bot.slack import TIMEOUT, Slack, SlackFailed
from core import bootstrap
from core.db import engine_as, ping
from core.errors import DomainError, Invalid, Unavailable
from core.psa import queries as psa_queries
from core.psa.registry import Psas
from core.psa.trial import asked_how_it_is
from core.sealed import fresh_key


async def examine(settings: Settings) -> int:
    """Prints what is well and what is wrong, with how to mend it. Returns how many things are wrong."""
    wrong = 0
    for name, check in (
        ("settings", _settings),
        ("database", _database),
        ("slack", _slack),
        ("socket", _socket),
        ("secret keys", _keys),
        ("psa", _psa),
    ):
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


async def _keys(settings: Settings) -> str:
    if not settings.keyring.keys:
        raise Invalid(
            f"FLOWPILOT_SECRET_KEYS is not set, so no ticket system can be connected. A fresh one, made for you just now: {fresh_key()}"
        )
    first, *older = settings.keyring.keys
    return f"{first} seals" + (f", {', '.join(older)} still open" if older else "")


async def _psa(settings: Settings) -> str:
    async with at_the_shell(settings) as shell:
        async with shell.unit() as unit:
            connections = await psa_queries.connections(unit)
        if not connections:
            return "none is connected; `python -m bot connect` or /pilot settings does it"
        psas = Psas(settings.keyring, settings.psa_hosts)
        try:
            found = await asked_how_it_is(psas, connections)
        finally:
            await psas.close()
    if wrong := [f"{name}: {problem}" for name, problem in found if problem]:
        raise Unavailable("psa", "; ".join(wrong))
    return ", ".join(f"{name} answers" for name, _ in found)


CHECKS = (
    ("settings", _settings),
    ("database", _database),
    ("slack", _slack),
    ("socket", _socket),
    ("secret keys", _keys),
    ("psa", _psa),
)
