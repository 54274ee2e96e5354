"""Every door into a session: the form, a message, a mention, a direct message; and a fact kept from the thread."""

from __future__ import annotations

import pytest

from bot.app import Bot
from tests.bot import seeds
from tests.slack import Message, Person, Slack
from tests.stories import Session, answered, new_session, started, told_directly, whispered

PROBLEM = "The label printer in the warehouse prints every label twice since Monday"
BOTH_WAYS = pytest.mark.parametrize("workspace", ["http", "socket"], indirect=True)


async def in_thread_of(reader: Person, channel: str, ts: str) -> Session:
    """The session whose card is a reply to this message."""

    async def card() -> Message | None:
        thread = await reader.messages(channel, ts)
        return next((each for each in thread if each.by_bot and "*What we know*" in each.plain()), None)

    found = await reader.slack.until(card)
    return Session(found.channel, ts, found.ts)


async def said(who: Person, channel: str, words: str, thread_ts: str | None = None) -> Message:
    """Writes a message and returns it."""
    reply = await who.say(channel, words, thread_ts)
    message = await who.message(channel, reply.ts)
    assert message is not None
    return message


@BOTH_WAYS
async def test_without_a_text_the_command_opens_the_form(ana: Person) -> None:
    await ana.command("/pilot new")
    modal = await ana.slack.until(ana.modal)
    assert modal.fields == ["problem"]
    assert (await ana.submit(modal, problem=PROBLEM)).closed
    session = await new_session(ana, "helpdesk", set())
    assert PROBLEM in (await session.card(ana)).plain()


@BOTH_WAYS
async def test_the_global_shortcut_asks_for_the_channel_too(ana: Person) -> None:
    await ana.shortcut("sessions.new")
    modal = await ana.slack.until(ana.modal)
    assert modal.fields == ["problem", "channel"]
    assert (await ana.submit(modal, problem=PROBLEM, channel="noc")).closed
    assert (await new_session(ana, "noc", set())).channel == "C0NOC00001"


@BOTH_WAYS
async def test_a_session_starts_at_somebody_elses_message(slack: Slack, ana: Person) -> None:
    message = await said(slack.as_("lena"), "helpdesk", f"{PROBLEM} & see https://example.com/rota")
    await ana.shortcut("sessions.start_here", on=message)
    modal = await slack.until(ana.modal)
    assert modal.values["problem"] == {
        "value": {"type": "plain_text_input", "value": f"{PROBLEM} & see https://example.com/rota"}
    }
    assert (await ana.submit(modal)).closed
    session = await in_thread_of(ana, "helpdesk", message.ts)
    assert "Owner <@U0ANA00001>" in (await session.card(ana)).plain()
    assert await session.first_turn(ana)
    assert [each.ts for each in await ana.messages("helpdesk")] == [message.ts], "nothing beside the thread"


@BOTH_WAYS
async def test_a_message_of_the_thread_is_kept_as_fact(ana: Person, ben: Person) -> None:
    session = await started(ana, PROBLEM)
    await session.first_turn(ana)
    message = await said(ben, "helpdesk", "The driver was renewed on *Sunday* & nobody told us", session.root)
    await ana.shortcut("facts.keep", on=message)
    modal = await ana.slack.until(ana.modal)
    assert (await ana.submit(modal)).closed
    await session.becomes(ben, "• The driver was renewed on *Sunday* & nobody told us")


async def test_a_message_elsewhere_cannot_be_kept_and_the_answer_says_why(ana: Person) -> None:
    message = await said(ana, "helpdesk", "The driver was renewed on Sunday")
    await ana.shortcut("facts.keep", on=message)
    await whispered(ana, "This message is in no session's thread, so there is nothing to keep it for.")


@BOTH_WAYS
async def test_a_mention_makes_its_own_thread_the_session(bot: Bot, ana: Person, ben: Person) -> None:
    message = await said(ben, "noc", f"@FlowPilot {PROBLEM}")
    session = await in_thread_of(ana, "noc", message.ts)
    card = await session.card(ana)
    assert PROBLEM in card.plain()
    assert "@FlowPilot" not in card.plain(), "the mention is not part of the problem"
    await session.first_turn(ana)
    assert await seeds.count(bot, "ai_sessions") == 1

    said_again = await ana.say("noc", "@FlowPilot and now the other printer as well", message.ts)
    await answered(ana, session, said_again.ts)
    assert await seeds.count(bot, "ai_sessions") == 1
    assert await seeds.count(bot, "session_messages where text = 'and now the other printer as well'") == 1


async def test_a_mention_without_a_problem_is_answered_with_how_to(ben: Person) -> None:
    await ben.say("noc", "@FlowPilot")
    await whispered(ben, "Tell me the problem in the same message", "noc")


@BOTH_WAYS
async def test_a_direct_message_that_states_a_problem_becomes_a_session(ana: Person) -> None:
    message = await said(ana, "bot", PROBLEM)
    session = await in_thread_of(ana, "bot", message.ts)
    assert PROBLEM in (await session.card(ana)).plain()
    await session.first_turn(ana)

    said_again = await ana.say("bot", "it is only the labels of the return desk", message.ts)
    await answered(ana, session, said_again.ts)


@BOTH_WAYS
async def test_a_direct_message_that_states_none_gets_an_answer_and_a_button(bot: Bot, ana: Person) -> None:
    await ana.say("bot", "hello, who are you?")
    answer = await told_directly(ana, "Tell me what is broken")
    assert answer.buttons == ["Start a session"]
    modal = await ana.open_modal("Start a session", on=answer)
    assert (await ana.submit(modal, problem=PROBLEM)).closed
    await told_directly(ana, "*What we know*")
    assert await seeds.count(bot, "ai_sessions") == 1


async def test_what_people_say_in_channels_among_themselves_is_not_touched(bot: Bot, slack: Slack, ana: Person) -> None:
    await ana.say("helpdesk", PROBLEM)
    await ana.command("/pilot help")
    assert await seeds.count(bot, "ai_sessions") == 0
    assert {call.method for call in await slack.log()} <= {"auth.test", "users.info"}, "nothing is written"


async def test_a_session_in_a_private_channel_says_who_can_see_it(ana: Person) -> None:
    session = await started(ana, PROBLEM, "sec-private")
    sentence = "This channel is private, but every engineer of the account can see this session in App Home."
    assert sentence in (await session.card(ana)).plain()
