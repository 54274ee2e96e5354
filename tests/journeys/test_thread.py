"""The thread is a conversation: what people say in it is heard and answered; what they say elsewhere is not."""

from __future__ import annotations

import pytest

from bot.app import Bot
from bot.sandbox.scopes import ALL
from bot.sandbox.server import SandboxServer
from bot.sandbox.settings import WorkspaceSettings
from tests.bot import seeds
from tests.conftest import Fresh, a_bot
from tests.slack import Person, Slack
from tests.stories import answered, live_markup, started

VAGUE = "the coffee machine on floor 3 shows only half of the menu"


@pytest.mark.parametrize("workspace", ["http", "socket"], indirect=True)
async def test_a_reply_in_the_thread_is_kept_and_answered(bot: Bot, slack: Slack, ana: Person, ben: Person) -> None:
    session = await started(ana, VAGUE)
    await session.first_turn(ana)
    said = await ben.say("helpdesk", "It says ERR-0815 on the display since the update on Monday", session.root)
    answer = await answered(ana, session, said.ts)
    assert answer.thread_ts == session.root
    assert await seeds.count(bot, "session_messages where author = 'person'") == 1
    assert await slack.violations() == []
    assert await live_markup(slack) == []


@pytest.mark.parametrize("workspace", ["http", "socket"], indirect=True)
@pytest.mark.parametrize(
    "words", ["The display says ERR-0815 since Monday", "@FlowPilot it says ERR-0815 since Monday"]
)
async def test_who_replies_before_the_card_is_known_to_stand_is_heard(
    bot: Bot, slack: Slack, ana: Person, words: str
) -> None:
    await slack.fault("chat.postMessage", "drop_after")  # the card is up, and FlowPilot has yet to find that out
    session = await started(ana, VAGUE)
    await ana.say("helpdesk", words, session.root)
    await slack.until(lambda: seeds.count(bot, "session_messages where author = 'person' and text like '%ERR-0815%'"))
    assert await seeds.count(bot, "ai_sessions") == 1, "a mention there is no problem of its own"


async def test_a_burst_is_answered_once(bot: Bot, slack: Slack, ana: Person, ben: Person) -> None:
    session = await started(ana, VAGUE)
    first = await session.first_turn(ana)
    for words in ("one more thing", "it happens on both machines", "since Monday"):
        await ana.say("helpdesk", words, session.root)
    said = await ben.say("helpdesk", "the display says ERR-0815", session.root)
    await answered(ana, session, said.ts)
    await slack.until(lambda: seeds.nothing_waits(bot))
    assert await seeds.count(bot, "session_turns") == 2, "one for the problem, one for the burst"
    assert [each.ts for each in await session.replies(ana) if first.ts < each.ts < said.ts] == []


async def test_what_people_say_elsewhere_is_neither_kept_nor_answered(bot: Bot, slack: Slack, ana: Person) -> None:
    session = await started(ana, VAGUE)
    await session.first_turn(ana)
    root = await ana.say("helpdesk", "lunch at twelve?")
    await ana.say("helpdesk", "yes, the usual place", root.ts)
    await slack.until(lambda: seeds.nothing_waits(bot))
    assert await seeds.count(bot, "session_messages where author = 'person'") == 0
    assert [each for each in await ana.messages("helpdesk", root.ts) if each.by_bot] == []


async def test_without_the_history_scopes_a_mention_in_the_thread_is_heard(fresh_database: Fresh) -> None:
    scopes = tuple(scope for scope in ALL if scope not in ("channels:history", "groups:history"))
    workspace = SandboxServer(WorkspaceSettings(scopes=scopes))
    await workspace.start("127.0.0.1", 0)
    try:
        async with a_bot(await fresh_database(), workspace) as bot, Slack(workspace.url) as slack:
            ana = slack.as_("ana")
            session = await started(ana, VAGUE)
            await session.first_turn(ana)
            await ana.say("helpdesk", "nobody hears this", session.root)
            said = await ana.say("helpdesk", "@FlowPilot the display says ERR-0815", session.root)
            await answered(ana, session, said.ts)
            assert await seeds.count(bot, "session_messages where author = 'person'") == 1
            assert await slack.violations() == []
    finally:
        await workspace.stop()
