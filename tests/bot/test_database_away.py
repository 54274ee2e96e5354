"""The database goes away in the middle: every click says so at once, nothing is half done, and it goes on afterwards."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import AsyncGenerator, Generator
from pathlib import Path

import aiohttp
import pytest

from bot.app import Bot
from bot.sandbox.server import SandboxServer
from core.unit import IN_DOUBT, Role
from tests.bot import seeds
from tests.conftest import Fresh, a_bot
from tests.patience import as_meant
from tests.proxies import DatabaseProxy
from tests.slack import Message, Person, Slack
from tests.stories import Session, a_fix, shows, started, whispered

AWAY = "FlowPilot cannot reach its database right now. Nothing was changed; please try again."
PROBLEM = "the print spooler on PRN02 keeps stopping and nobody can print"


@pytest.fixture
def folder() -> Generator[Path]:
    with tempfile.TemporaryDirectory(prefix="fp") as name:
        yield Path(name)


@pytest.fixture
async def proxy(server: Path, folder: Path) -> AsyncGenerator[DatabaseProxy]:
    one = DatabaseProxy(server, folder)
    await one.mend()
    yield one
    await one.cut()


@pytest.fixture
async def bot(proxy: DatabaseProxy, fresh_database: Fresh, workspace: SandboxServer) -> AsyncGenerator[Bot]:
    async with a_bot(proxy.url(await fresh_database()), workspace) as one:
        yield one
        await proxy.mend()


@pytest.fixture
async def session(ana: Person) -> Session:
    return await started(ana, PROBLEM)


@pytest.fixture
async def fix(ana: Person, session: Session) -> Message:
    return await a_fix(ana, session)


async def test_every_kind_of_click_says_so_at_once(
    bot: Bot, slack: Slack, ana: Person, fix: Message, proxy: DatabaseProxy
) -> None:
    modal = await ana.open_modal("Didn't work…", on=fix)
    await slack.until(lambda: seeds.nothing_waits(bot))
    before = await seeds.count(bot, "audit_events")
    await proxy.cut()

    began = time.monotonic()
    answered = await ana.command(f"/pilot new {PROBLEM}")
    assert answered.ephemeral is not None
    assert answered.ephemeral.plain() == f"{AWAY}\nYou typed: /pilot new {PROBLEM}"
    submitted = await ana.submit(modal, notes="It stopped again")
    assert submitted.field_errors == {"outcome": AWAY}
    await ana.press("It worked", on=fix)
    await whispered(ana, AWAY, "helpdesk")
    await ana.say("noc", "@FlowPilot the scanner is slow since the morning")
    await whispered(ana, AWAY, "noc")
    await ana.say("bot", "the scanner on floor 3 is slow since the morning")

    async def told_in_the_conversation() -> bool:
        screen = await ana.screen()
        return any(AWAY in each.text for each in screen.known[screen.channel_id("bot")].values())

    await slack.until(told_in_the_conversation)
    assert time.monotonic() - began < 5, "a click waited"

    still = await ana.modal()
    assert still is not None
    assert "It stopped again" in str(still.values), "what was typed is lost"
    await proxy.mend()
    assert await seeds.count(bot, "audit_events") == before
    assert (await ana.submit(still)).closed
    await shows(ana, fix, "*Did not work*: recorded by Ana Duarte", buttons=[])


async def test_a_click_during_the_cut_is_either_there_or_was_told(
    bot: Bot, slack: Slack, ana: Person, proxy: DatabaseProxy
) -> None:
    some = await seeds.fixes_in(bot, 24)
    screen = await ana.screen()
    cards = [card for card in (screen.message("helpdesk", seed.ts) for seed in some) if card is not None]

    async def cut_after(clicks: int) -> None:
        async def that_many() -> bool:
            return len(await seeds.outcomes_recorded(bot)) >= clicks

        await slack.until(that_many)
        await proxy.cut()

    clicks = [ana.press_stale(card, "It worked") for card in cards]
    replies, _ = await asyncio.gather(asyncio.gather(*clicks), cut_after(1))
    assert [reply.status for reply in replies] == [200] * 24
    await proxy.mend()

    async def nothing_missing() -> bool:
        told = len([each for each in await ana.ephemerals() if AWAY in each.text or IN_DOUBT in each.text])
        recorded = await seeds.outcomes_recorded(bot)
        assert {len(outcomes) for outcomes in recorded.values()} <= {1}
        return told + len(recorded) >= len(cards)

    await slack.until(nothing_missing)
    for seed in some:  # and what was told to be undone can be done now
        if seed.fix_id not in await seeds.outcomes_recorded(bot):
            card = await ana.message("helpdesk", seed.ts)
            assert card is not None
            await ana.press_stale(card, "It worked")
    await slack.until(lambda: seeds.nothing_waits(bot))
    for card in cards:
        await shows(ana, card, "*Worked*: recorded by Ana Duarte", buttons=[])


async def test_what_was_promised_before_the_cut_is_shown_after_it(
    bot: Bot, slack: Slack, ana: Person, session: Session, fix: Message, proxy: DatabaseProxy
) -> None:
    await slack.until(lambda: seeds.nothing_waits(bot))
    await slack.fault("chat.update", "ratelimited", retry_after=1)
    await ana.press("It worked", on=fix)

    async def both_put_off() -> bool:
        return bool(await slack.log("chat.update")) and await seeds.nothing_is_under_way(bot)

    await slack.until(both_put_off)
    await proxy.cut()
    answered = await ana.command("/pilot mine")
    assert answered.ephemeral is not None
    assert AWAY in answered.ephemeral.plain()
    await proxy.mend()
    await shows(ana, fix, "*Worked*: recorded by Ana Duarte", buttons=[])
    await session.becomes(ana, "*Fix* · worked")


async def test_a_database_that_is_silent_keeps_nobody_waiting(
    bot: Bot, ana: Person, fix: Message, proxy: DatabaseProxy
) -> None:
    proxy.hold()
    with as_meant():
        reply = await ana.press("It worked", on=fix)
    assert (reply.status, reply.error) == (200, None)
    assert reply.ms < 3_000, "Slack gave up waiting"
    await whispered(ana, "This took too long and was stopped. Nothing was saved; please try again.")
    await proxy.mend()
    assert await seeds.outcomes_recorded(bot) == {}
    await ana.press("It worked", on=fix)
    await shows(ana, fix, "*Worked*: recorded by Ana Duarte", buttons=[])


async def test_whoever_runs_it_sees_that_it_cannot_serve(bot: Bot, proxy: DatabaseProxy) -> None:
    await seeds.has_role(bot, seeds.BEN, Role.ENGINEER)
    async with aiohttp.ClientSession() as http:
        assert (await http.get(f"{bot.url}/readyz")).status == 200
        await proxy.cut()
        away = await http.get(f"{bot.url}/readyz")
        assert away.status == 503
        assert "database" in await away.text()
        assert (await http.get(f"{bot.url}/livez")).status == 200
        await proxy.mend()
        assert (await http.get(f"{bot.url}/readyz")).status == 200


async def test_a_message_in_a_sessions_thread_is_brought_again_and_nobody_is_told(
    bot: Bot, slack: Slack, ana: Person, session: Session, proxy: DatabaseProxy
) -> None:
    await session.first_turn(ana)
    await slack.until(lambda: seeds.nothing_waits(bot))
    await proxy.cut()
    reply = await ana.say("helpdesk", "since Monday, on both machines", session.root)
    assert reply.status == 503
    await proxy.mend()

    async def heard() -> bool:
        return await seeds.count(bot, "session_messages where author = 'person'") == 1

    await slack.until(heard)
    assert not [each for each in await ana.ephemerals() if AWAY in each.text]
