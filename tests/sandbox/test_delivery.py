"""How payloads travel: signatures, repeated and late deliveries, failures, and connections that break."""

import json
import time
from collections import Counter

import pytest

from bot.sandbox.gateway import signature
from bot.sandbox.server import SandboxServer
from bot.sandbox.settings import WorkspaceSettings
from tests.sandbox.tiny_bot import TinyBot, refusal, running, workspace
from tests.slack import Slack

http_only = pytest.mark.parametrize("mode", ["http"])
socket_only = pytest.mark.parametrize("mode", ["socket"])


async def test_a_failed_event_comes_again_with_the_same_event_id(slack: Slack, tiny: TinyBot) -> None:
    tiny.fail_events = 2
    await slack.as_("ben").say("noc", "hello")
    await slack.until(lambda: len(tiny.bodies("event")) == 3)
    events = tiny.bodies("event")
    assert len({event["event_id"] for event in events}) == 1
    attempts = [event["headers"].get("x-slack-retry-num", ["0"])[0] for event in events]
    assert attempts == ["0", "1", "2"]


async def test_an_event_is_given_up_after_three_redeliveries(
    server: SandboxServer, slack: Slack, tiny: TinyBot
) -> None:
    tiny.fail_events = 99
    await slack.as_("ben").say("noc", "hello")
    await slack.until(lambda: len(tiny.bodies("event")) == 4, within=6)
    tiny.fail_events = 0
    await slack.as_("ben").say("noc", "again")
    said = Counter(event["event"]["text"] for event in tiny.bodies("event"))
    assert said == {"hello": 4, "again": 1}
    assert server.workspace.violations == []


async def test_one_payload_can_be_delivered_many_times_at_once(slack: Slack, tiny: TinyBot) -> None:
    ana = slack.as_("ana")
    await ana.command("/tiny card")
    card = (await ana.messages("helpdesk"))[-1]
    reply = await ana.press("Answer", on=card, repeat=5)
    assert [each["status"] for each in reply.deliveries] == [200] * 5
    bodies = tiny.bodies("action")
    assert len({(body["trigger_id"], body["actions"][0]["action_ts"]) for body in bodies}) == 1
    assert len(bodies) == 5
    await ana.say("helpdesk", "once", repeat=3)
    assert len({body["event_id"] for body in tiny.bodies("event") if body["event"]["text"] == "once"}) == 1


async def test_a_bot_that_fails_is_shown_as_failed(slack: Slack, mode: str) -> None:
    ana = slack.as_("ana")
    reply = await ana.command("/tiny crash")
    # Over a websocket the failure is that nothing comes back.
    shown = "dispatch_failed" if mode == "http" else "operation_timeout"
    assert reply.error == shown
    assert await ana.toasts() == [f'/tiny failed with the error "{shown}"']


async def test_a_bot_that_says_nothing_is_out_of_time(slack: Slack, tiny: TinyBot) -> None:
    reply = await slack.as_("ana").command("/tiny hang")
    tiny.let_go.set()
    assert (reply.error, reply.status) == ("operation_timeout", None)
    assert 900 < reply.ms < 2000


async def test_without_a_bot_nothing_is_answered(server: SandboxServer) -> None:
    async with Slack(server.url) as slack:
        reply = await slack.as_("ana").command("/tiny hello")
        assert (reply.error, reply.status) == ("dispatch_failed", None)


async def test_a_press_on_an_old_window_sends_what_it_shows(slack: Slack, tiny: TinyBot) -> None:
    ana = slack.as_("ana")
    await ana.command("/tiny card")
    card = (await ana.messages("helpdesk"))[-1]
    await ana.press("Go", on=card)
    with pytest.raises(AssertionError, match="0 buttons 'Go'"):
        await ana.press("Go", on=card)
    await ana.press_stale(card, "Ask")
    await slack.world(delete_message={"channel": card.channel, "ts": card.ts})
    assert await ana.message("helpdesk", card.ts) is None
    await ana.press_stale(card, "Answer")
    assert [body["actions"][0]["action_id"] for body in tiny.bodies("action")] == ["go", "ask", "answer"]
    assert tiny.bodies("action")[-1]["message"]["text"] == "A card"


@http_only
async def test_an_old_or_wrong_signature_is_refused_by_the_bot(slack: Slack, tiny: TinyBot) -> None:
    reply = await slack.as_("ana").command("/tiny hello", stale_clock=400)
    assert (reply.status, reply.error) == (401, "dispatch_failed")
    assert await slack.deliver_raw({"Content-Type": "application/json"}, '{"type": "event_callback"}') == (
        401,
        '{"error": "invalid request"}',
    )
    assert tiny.heard == []


@http_only
async def test_a_request_url_can_be_verified(slack: Slack) -> None:
    body = json.dumps({"type": "url_verification", "challenge": "abc", "token": "x"})
    now = str(int(time.time()))
    headers = {
        "Content-Type": "application/json",
        "X-Slack-Request-Timestamp": now,
        "X-Slack-Signature": signature(WorkspaceSettings().signing_secret, now, body),
    }
    assert await slack.deliver_raw(headers, body) == (200, '{"challenge": "abc"}')


@socket_only
async def test_a_websocket_that_is_recycled_comes_back(server: SandboxServer, slack: Slack) -> None:
    await slack.world(disconnect_sockets="refresh_requested")

    async def opened_again() -> bool:
        return len(await slack.log("apps.connections.open")) == 2

    await slack.until(opened_again)
    ana = slack.as_("ana")

    async def answered() -> bool:
        return (await ana.command("/tiny hello")).error is None

    await slack.until(answered)  # there is a moment between the call and the websocket
    assert (await ana.ephemerals())[-1].text == "You said hello"


@socket_only
async def test_each_payload_goes_to_one_of_several_websockets(
    server: SandboxServer, slack: Slack, tiny: TinyBot
) -> None:
    async with running(server) as other:
        for number in range(6):
            await slack.as_("ana").command(f"/tiny {number}")
        assert len(tiny.bodies("command")) == len(other.bodies("command")) == 3


async def test_nothing_is_sent_that_the_app_has_not_subscribed_to() -> None:
    settings = WorkspaceSettings().of_manifest(
        {
            "features": {
                "bot_user": {"display_name": "Tiny"},
                "slash_commands": [{"command": "/tiny", "description": "x", "should_escape": True}],
                "shortcuts": [{"name": "New", "type": "global", "callback_id": "new", "description": "x"}],
            },
            "oauth_config": {"scopes": {"bot": ["chat:write", "commands"], "bot_optional": ["channels:history"]}},
            "settings": {"event_subscriptions": {"bot_events": ["message.channels", "app_mention"]}},
        }
    )
    async with workspace(settings) as (_, tiny, slack):
        ana = slack.as_("ana")
        await ana.say("helpdesk", "@Tiny hello")  # app_mentions:read is not granted
        await ana.say("bot", "hello")
        assert [body["event"]["type"] for body in tiny.bodies("event")] == ["message"]
        await ana.command("/tiny ask @ben")
        assert tiny.bodies("command")[0]["text"] == "ask <@U0BEN00001>"
        await ana.command("/other")
        assert await ana.toasts() == ["/other is not a valid command."]
        await ana.shortcut("new")
        with pytest.raises(AssertionError, match="no global shortcut 'old'"):
            await ana.shortcut("old")


async def test_a_scope_that_was_not_granted() -> None:
    async with workspace(WorkspaceSettings(scopes=("chat:write", "channels:read"))) as (_, tiny, slack):
        reacting = tiny.client.reactions_add(channel="C0HELPDESK", timestamp="1.1", name="eyes")
        assert await refusal(reacting) == "missing_scope"
        assert await refusal(tiny.client.conversations_info(channel="C0SECPRIV1")) == "missing_scope"
        assert (await tiny.client.conversations_info(channel="C0HELPDESK"))["channel"]["name"] == "helpdesk"
        assert len(await slack.violations()) == 2
