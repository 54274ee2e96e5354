"""While an answer is made people see that, may stop it, and lose nothing when Slack cannot show it or the bot restarts."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest

from bot.app import Bot
from bot.sandbox.server import SandboxServer
from core.unit import Role
from tests.bot import seeds
from tests.conftest import Fresh, a_bot
from tests.slack import Message, Person, Slack
from tests.stories import Session, shows, started, whispered
from tests.thinkers import Thinker, says

PROBLEM = "the coffee machine on floor 3 shows only half of the menu"
QUESTION, ANSWER = "Which firmware does it have?", "Then the update of Monday is the likely cause."


@pytest.fixture
def thinker() -> Thinker:
    return Thinker(says(QUESTION, ANSWER), steps=["Comparing with what worked before", "Writing"])


@pytest.fixture
async def bot(fresh_database: Fresh, workspace: SandboxServer, thinker: Thinker) -> AsyncGenerator[Bot]:
    async with a_bot(await fresh_database(), workspace, provider=thinker) as one:
        await seeds.has_role(one, seeds.BEN, Role.ENGINEER)
        yield one
        thinker.may_speak.set()


async def a_talk(who: Person, thinker: Thinker) -> Session:
    """A session whose first question was asked; the next answer waits for the test."""
    thinker.may_speak.set()
    session = await started(who, PROBLEM)
    await _said(who, session, QUESTION)
    thinker.may_speak.clear()
    return session


async def _said(who: Person, session: Session, words: str) -> Message:
    async def there() -> Message | None:
        return next((each for each in await session.replies(who) if words in each.plain()), None)

    return await who.slack.until(there)


async def thinking(who: Person, session: Session) -> Message:
    """The message that shows the turn, once it has a stop button."""

    async def there() -> Message | None:
        return next((each for each in await session.replies(who) if "Stop" in each.buttons), None)

    return await who.slack.until(there)


async def test_the_steps_are_streamed_and_become_the_answer(slack: Slack, ana: Person, thinker: Thinker) -> None:
    session = await a_talk(ana, thinker)
    await ana.say("helpdesk", "2.19, since Monday", session.root)
    shown = await thinking(ana, session)
    await shows(ana, shown, "Comparing with what worked before")
    assert ANSWER not in shown.plain()
    thinker.may_speak.set()
    said = await shows(ana, shown, ANSWER)
    assert said.buttons == ["👍 Helpful", "👎 Not helpful…"]
    methods = [call.method for call in await slack.log()]
    assert "assistant.threads.setStatus" in methods
    assert methods.count("chat.startStream") == 1
    assert len([each for each in await session.replies(ana) if ANSWER in each.plain()]) == 1
    assert await slack.violations() == []


@pytest.mark.parametrize("code", ["unknown_method", "missing_scope", "not_allowed_token_type"])
async def test_where_slack_streams_nothing_the_message_is_changed_instead(
    slack: Slack, ana: Person, thinker: Thinker, code: str
) -> None:
    session = await a_talk(ana, thinker)
    for method in ("chat.startStream", "assistant.threads.setStatus"):
        await slack.fault(method, "error", error=code, times=9)
    await ana.say("helpdesk", "2.19, since Monday", session.root)
    shown = await thinking(ana, session)
    await shows(ana, shown, "… Writing")
    thinker.may_speak.set()
    await shows(ana, shown, ANSWER)
    assert await slack.violations() == []


async def test_a_stream_that_dies_is_gone_on_with_by_changing_the_message(
    slack: Slack, ana: Person, thinker: Thinker
) -> None:
    session = await a_talk(ana, thinker)
    await ana.say("helpdesk", "2.19, since Monday", session.root)
    shown = await thinking(ana, session)
    await slack.world(end_streams=True)
    thinker.may_speak.set()
    await shows(ana, shown, ANSWER)
    assert await slack.violations() == []


async def test_stop_really_stops_and_says_so(bot: Bot, slack: Slack, ana: Person, thinker: Thinker) -> None:
    session = await a_talk(ana, thinker)
    await ana.say("helpdesk", "2.19, since Monday", session.root)
    shown = await thinking(ana, session)
    await slack.as_("ben").press("Stop", on=shown)
    stopped = await shows(ana, shown, "Stopped by Ben Okafor.", buttons=[])
    await slack.until(lambda: seeds.nothing_waits(bot))
    assert thinker.cancelled == 1, "the provider goes on although nobody wants it"
    thinker.may_speak.set()
    assert ANSWER not in "\n".join(each.plain() for each in await session.replies(ana))
    await ana.press_stale(shown, "Stop")
    await whispered(ana, "Ben Okafor stopped this answer already.")
    await ana.say("helpdesk", "so, what now?", session.root)
    await _said(ana, session, ANSWER)
    assert stopped.ts == shown.ts


async def test_the_message_that_somebody_deleted_is_said_anew(slack: Slack, ana: Person, thinker: Thinker) -> None:
    session = await a_talk(ana, thinker)
    await ana.say("helpdesk", "2.19, since Monday", session.root)
    shown = await thinking(ana, session)
    await slack.world(delete_message={"channel": shown.channel, "ts": shown.ts})
    thinker.may_speak.set()
    assert (await _said(ana, session, ANSWER)).ts != shown.ts


async def test_what_helped_and_what_did_not_is_kept_with_its_reason(
    bot: Bot, slack: Slack, ana: Person, thinker: Thinker
) -> None:
    session = await a_talk(ana, thinker)
    asked = await _said(ana, session, QUESTION)
    await ana.press("👍 Helpful", on=asked)
    await whispered(ana, "Thank you, that is noted.")
    ben = slack.as_("ben")
    modal = await ben.open_modal("👎 Not helpful…", on=asked)
    assert (await ben.submit(modal, reason="We had said so: it is 2.19")).closed
    assert await seeds.count(bot, "turn_feedback where verdict = 'up'") == 1
    assert await seeds.count(bot, "turn_feedback where reason = 'We had said so: it is 2.19'") == 1
