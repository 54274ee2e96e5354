"""Commands, messages, buttons and modals make the round trip through a real Bolt app, in both modes."""

from tests.sandbox.tiny_bot import TinyBot
from tests.slack import Person, Slack


async def test_a_command_is_answered_in_its_acknowledgement(slack: Slack, tiny: TinyBot) -> None:
    ana = slack.as_("ana")
    reply = await ana.command("/tiny hello <world>", "helpdesk")
    assert reply.error is None
    assert reply.ephemeral is not None
    assert reply.ephemeral.text == "You said hello <world>"
    assert [each.text for each in await ana.ephemerals("helpdesk")] == ["You said hello <world>"]
    assert await slack.as_("ben").ephemerals() == []
    assert tiny.bodies("command")[0]["channel_name"] == "helpdesk"


async def test_a_press_updates_the_card_and_the_button_is_gone(slack: Slack, tiny: TinyBot) -> None:
    ana = slack.as_("ana")
    await ana.command("/tiny card")
    card = (await ana.messages("helpdesk"))[-1]
    assert card.buttons == ["Go", "Ask", "Answer", "Replace"]
    await ana.press("Go", on=card)
    assert (await ana.messages("helpdesk"))[-1].plain() == "Gone"
    body = tiny.bodies("action")[0]
    assert body["message"]["ts"] == card.ts
    assert body["actions"][0]["value"] == "7"


async def test_a_modal_is_opened_refused_and_closed(slack: Slack) -> None:
    ana = slack.as_("ana")
    await ana.command("/tiny modal")
    modal = await slack.until(ana.modal)
    assert modal.title == "first"
    assert (await ana.submit(modal, title="")).field_errors == {"title": "Please complete this required field."}
    refused = await ana.submit(modal, title="bad")
    assert (refused.field_errors, refused.closed) == ({"title": "Not this one."}, False)
    done = await ana.submit(modal, title="good", level="High")
    assert (done.field_errors, done.closed) == ({}, True)
    assert await ana.modal() is None


async def test_a_mention_is_answered_in_its_thread(slack: Slack, tiny: TinyBot) -> None:
    ben = slack.as_("ben")
    said = await ben.say("noc", "@FlowPilot a < b & c")
    answer = await slack.until(lambda: _second(ben, said.ts))
    assert answer == "You called?"
    mention = next(body["event"] for body in tiny.bodies("event") if body["event"]["type"] == "app_mention")
    assert mention["text"] == "<@U0FLOWBOT1> a &lt; b &amp; c"


async def _second(person: Person, ts: str) -> str | None:
    thread = await person.messages("noc", ts)
    return thread[1].text if len(thread) > 1 else None


async def test_app_home_is_published_when_it_is_opened(slack: Slack) -> None:
    assert "At home" in (await slack.as_("lena").home()).plain()


async def test_an_answer_by_response_url(slack: Slack) -> None:
    ana = slack.as_("ana")
    await ana.command("/tiny private")
    [card] = await ana.ephemerals()
    await ana.press("Answer", on=card)
    assert [each.text for each in await ana.ephemerals()] == ["Only you", "Answered"]
    await ana.press("Replace", on=card)
    assert [each.text for each in await ana.ephemerals()] == ["Replaced", "Answered"]
