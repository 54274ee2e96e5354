"""A restart in the middle of a turn finishes it once; two replicas answer one burst once."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

from pydantic import SecretStr
from sqlalchemy.engine import URL

from bot.sandbox.server import SandboxServer
from bot.settings import Settings
from tests.conftest import Fresh, a_workspace, settings_for
from tests.kill.bots import BotProcess, Nursery
from tests.kill.place import Database, a_database, nothing_twice
from tests.model_server import ModelServer, a_model_server
from tests.slack import Message, Person, Slack
from tests.stories import Session, started

PROBLEM = "the coffee machine on floor 3 shows only half of the menu"
PATIENCE = 20.0


def with_model(url: URL, workspace: SandboxServer, model: ModelServer) -> Settings:
    settings = settings_for(url, workspace, owner="U0ANA00001 U0BEN00001")
    return settings.model_copy(update={"anthropic_api_key": SecretStr("sk-test"), "anthropic_base_url": model.url})


async def told(who: Person, session: Session, words: str) -> list[Message]:
    return [each for each in await session.replies(who) if words in each.plain()]


async def until_settled(database: Database) -> None:
    end = time.monotonic() + PATIENCE
    while not await database.settled():
        assert time.monotonic() < end, await database.unfinished()
        await database.pause()


async def expire_all(database: Database) -> None:
    """A minute passes for every lease that a dead process held."""
    await database.connection.execute(
        "update outbox set lease_until = now() - interval '1 second' where state in ('leased', 'sending')"
    )


async def test_a_restart_in_the_middle_of_a_turn_finishes_it_once(
    server: Path, fresh_database: Fresh, nursery: Nursery
) -> None:
    url = await fresh_database()
    async with (
        a_workspace() as workspace,
        a_database(server, url) as database,
        a_model_server() as model,
        Slack(workspace.url) as slack,
    ):
        settings = with_model(url, workspace, model)
        bot: BotProcess = await (await nursery.bot(settings)).serving()
        try:
            workspace.deliver_to(f"{bot.url}/slack/events")
            ana = slack.as_("ana")
            model.may_speak.set()
            session = await started(ana, PROBLEM)
            await slack.until(lambda: told(ana, session, "Which version is it?"))
            await until_settled(database)
            before, model.reply = model.calls, "Then it is the update of Monday."
            model.may_speak.clear()
            await ana.say("helpdesk", "2.19, since Monday", session.root)

            async def shown() -> Message | None:
                return next((each for each in await session.replies(ana) if "Stop" in each.buttons), None)

            progress = await slack.until(shown)
            bot.kill()
            await bot.gone()
            await expire_all(database)
            model.may_speak.set()
            bot = await (await nursery.bot(settings)).serving()
            workspace.deliver_to(f"{bot.url}/slack/events")
            said = await slack.until(lambda: told(ana, session, model.reply))
            await until_settled(database)
            assert [each.ts for each in said] == [progress.ts], "what showed the turn is what holds its answer"
            assert len(await told(ana, session, model.reply)) == 1
            assert model.calls - before == 2, "once more after the crash, and not again"
            assert await database.count("select count(*) from session_turns where status = 'done'") == 2
            await nothing_twice(slack)
        finally:
            bot.kill()
            await bot.gone()


async def test_two_replicas_answer_one_burst_once(server: Path, fresh_database: Fresh, nursery: Nursery) -> None:
    url = await fresh_database()
    async with (
        a_workspace() as workspace,
        a_database(server, url) as database,
        a_model_server() as model,
        Slack(workspace.url) as slack,
    ):
        settings = with_model(url, workspace, model)
        model.may_speak.set()
        bots = [await (await nursery.bot(settings)).serving() for _ in range(2)]
        try:
            workspace.deliver_to(f"{bots[0].url}/slack/events")
            ana, ben = slack.as_("ana"), slack.as_("ben")
            session = await started(ana, PROBLEM)
            await slack.until(lambda: told(ana, session, "Which version is it?"))
            await until_settled(database)
            before, model.reply = model.calls, "Then it is the update of Monday."
            for n, words in enumerate(("it is 2.19", "since Monday", "on both machines", "nobody changed it")):
                workspace.deliver_to(f"{bots[n % 2].url}/slack/events")
                await (ana, ben)[n % 2].say("helpdesk", words, session.root, repeat=2)
            await slack.until(lambda: told(ana, session, model.reply))
            await until_settled(database)
            assert len(await told(ana, session, model.reply)) == 1
            assert model.calls - before == 1
            assert await database.count("select count(*) from session_messages where author = 'person'") == 4
            await nothing_twice(slack)
        finally:
            await asyncio.gather(*(_end(bot) for bot in bots))


async def _end(bot: BotProcess) -> None:
    bot.kill()
    await bot.gone()
