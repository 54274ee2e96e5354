"""A problem that is much like an open one is pointed out before a second session is made, whichever way it comes in."""

from __future__ import annotations

import pytest

from bot.app import Bot
from tests.bot import seeds
from tests.slack import Message, Person, Slack
from tests.stories import Session, started, whispered

PROBLEM = "vpn connects but the file server at head office is not reachable since the update"
AGAIN = "VPN connected, but cannot reach the file server at head office since the update"
ALIKE = "An open session looks very much like this"


@pytest.fixture
async def session(ana: Person) -> Session:
    session = await started(ana, PROBLEM)
    await session.first_turn(ana)  # so its thread is known, and can be linked to
    return session


async def test_the_command_shows_the_open_one_and_keeps_what_was_typed(
    bot: Bot, slack: Slack, ana: Person, ben: Person, session: Session
) -> None:
    await ben.command(f"/pilot new {AGAIN}")
    form = await slack.until(ben.modal)
    assert ALIKE in form.plain()
    assert "Owner: Ana Duarte" in form.plain()
    assert session.root.replace(".", "") in form.plain(), "no link to it"
    assert form.submit_label == "Start anyway"
    assert await seeds.count(bot, "ai_sessions") == 1
    assert (await ben.submit(form)).closed
    assert await seeds.count(bot, f"ai_sessions where problem = '{AGAIN}'") == 1
    del ana


async def test_the_form_turns_into_the_question_and_back_into_the_session(
    bot: Bot, slack: Slack, ben: Person, session: Session
) -> None:
    await ben.command("/pilot new")
    form = await slack.until(ben.modal)
    assert not (await ben.submit(form, problem=AGAIN)).closed
    asked = await ben.next_modal(form)
    assert ALIKE in asked.plain()
    assert (await ben.submit(asked)).closed
    assert await seeds.count(bot, "ai_sessions") == 2
    del session


async def test_a_mention_gets_a_button_that_starts_it_with_its_own_words(
    bot: Bot, slack: Slack, ben: Person, session: Session
) -> None:
    said = await ben.say("noc", f"@FlowPilot {AGAIN}")
    asked = await whispered(ben, ALIKE, "noc")
    assert await seeds.count(bot, "ai_sessions") == 1
    await ben.press("Start anyway", on=asked)
    form = await slack.until(ben.modal)
    assert AGAIN in str(form.values)
    assert (await ben.submit(form)).closed

    async def card() -> Message | None:
        return next((each for each in await ben.messages("noc", said.ts) if each.by_bot), None)

    assert AGAIN in (await slack.until(card)).plain()
    assert await slack.violations() == []
    del session


async def test_another_machine_is_another_problem(bot: Bot, ana: Person) -> None:
    for number in (1, 2):
        await started(ana, f"the print spooler on PRN{number:03} keeps stopping and nobody can print")
    assert await seeds.count(bot, "ai_sessions") == 2
