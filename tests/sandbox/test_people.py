"""Who sees what, who is who, how the world changes round the bot; the exact payloads of what people do."""

import pytest

from bot.sandbox.server import SandboxServer
from tests.sandbox.tiny_bot import TinyBot, refusal
from tests.slack import Message, Slack


async def test_a_command_carries_what_slack_sends(slack: Slack, tiny: TinyBot) -> None:
    await slack.as_("ben").command("/tiny  two  spaces & <b>", "sec-private")
    body = dict(tiny.bodies("command")[0])
    assert body.pop("trigger_id").count(".") == 2
    assert "/respond/" in body.pop("response_url")
    assert body == {
        "token": "sandbox-verification",
        "team_id": "T0FLOWPLT1",
        "team_domain": "flowpilot-sandbox",
        "channel_id": "C0SECPRIV1",
        "channel_name": "privategroup",
        "user_id": "U0BEN00001",
        "user_name": "ben",
        "command": "/tiny",
        "text": " two  spaces & <b>",
        "api_app_id": "A0FLOWPLT1",
        "is_enterprise_install": "false",
    }


async def test_commands_do_not_work_in_threads(slack: Slack, tiny: TinyBot) -> None:
    ana = slack.as_("ana")
    said = await ana.say("helpdesk", "root")
    await ana.command("/tiny hello", thread_ts=said.ts)
    assert await ana.toasts() == ["/tiny is not supported in threads. Sorry!"]
    assert tiny.bodies("command") == []


async def test_a_press_carries_what_slack_sends(slack: Slack, tiny: TinyBot) -> None:
    ana = slack.as_("ana")
    root = await tiny.client.chat_postMessage(channel="C0HELPDESK", text="root")
    await tiny.client.chat_postMessage(
        channel="C0HELPDESK",
        thread_ts=root["ts"],
        text="in a thread",
        blocks=[
            {
                "type": "actions",
                "block_id": "row",
                "elements": [
                    {
                        "type": "overflow",
                        "action_id": "more",
                        "options": [
                            {"text": {"type": "plain_text", "text": each}, "value": each} for each in ("Park", "Close")
                        ],
                    }
                ],
            }
        ],
    )
    shown = (await ana.messages("helpdesk", root["ts"]))[1]
    await ana.choose("more", "Close", on=shown)
    body = tiny.bodies("action")[0]
    assert body["container"] == {
        "type": "message",
        "message_ts": shown.ts,
        "channel_id": "C0HELPDESK",
        "is_ephemeral": False,
        "thread_ts": root["ts"],
    }
    assert body["channel"] == {"id": "C0HELPDESK", "name": "helpdesk"}
    assert body["user"] == {"id": "U0ANA00001", "username": "ana", "name": "ana", "team_id": "T0FLOWPLT1"}
    assert body["message"]["thread_ts"] == root["ts"]
    assert body["message"]["bot_id"] == "B0FLOWPLT1"
    assert body["state"] == {"values": {}}
    [action] = body["actions"]
    assert action.pop("action_ts") > shown.ts
    assert action == {
        "type": "overflow",
        "action_id": "more",
        "block_id": "row",
        "selected_option": {"text": {"type": "plain_text", "text": "Close"}, "value": "Close"},
    }


async def test_the_content_of_an_ephemeral_message_is_not_sent(slack: Slack, tiny: TinyBot) -> None:
    ana = slack.as_("ana")
    await ana.command("/tiny private")
    [card] = await ana.ephemerals()
    await ana.press("Answer", on=card)
    body = tiny.bodies("action")[0]
    assert (body["container"]["is_ephemeral"], "message" in body) == (True, False)
    assert await refusal(tiny.client.chat_update(channel="C0HELPDESK", ts=card.ts, text="x")) == "message_not_found"


async def test_a_message_raises_the_events_slack_sends(slack: Slack, tiny: TinyBot) -> None:
    lena = slack.as_("lena")
    root = await lena.say("helpdesk", "root https://example.com")
    await lena.say("helpdesk", "reply to @ana in #noc", thread_ts=root.ts)
    await lena.say("helpdesk", "a file", files=[{"name": "log.txt"}])
    await lena.say("random", "@FlowPilot the bot is not here")
    await lena.say("bot", "@FlowPilot just us")
    bodies = tiny.bodies("event")
    assert [body["event"]["type"] for body in bodies] == ["message"] * 4
    first, reply, file, direct = (body["event"] for body in bodies)
    assert (first["text"], first["channel_type"], first["team"]) == (
        "root <https://example.com>",
        "channel",
        "T0FLOWPLT1",
    )
    assert first["event_ts"] == first["ts"] == root.ts
    assert first["blocks"][0]["elements"][0]["elements"][1] == {"type": "link", "url": "https://example.com"}
    assert (reply["thread_ts"], reply["parent_user_id"]) == (root.ts, "U0LENA0001")
    assert reply["text"] == "reply to <@U0ANA00001> in <#C0NOC00001|noc>"
    assert (file["subtype"], file["files"][0]["name"]) == ("file_share", "log.txt")
    assert (direct["channel_type"], direct["channel"]) == ("im", "D0LENA0001")
    assert bodies[0]["authorizations"][0]["team_id"] == bodies[0]["team_id"] == "T0FLOWPLT1"
    assert (await lena.toasts())[-1] == "FlowPilot is not in this channel."


async def test_edits_and_deletions_are_events_too(slack: Slack, tiny: TinyBot) -> None:
    lena = slack.as_("lena")
    await lena.say("helpdesk", "first")
    [said] = await lena.messages("helpdesk")
    await lena.edit(said, "second")
    await slack.until(lambda: len(tiny.bodies("event")) == 2)
    await lena.delete(said)
    await slack.until(lambda: len(tiny.bodies("event")) == 3)
    changed, deleted = (body["event"] for body in tiny.bodies("event")[1:])
    assert (changed["subtype"], changed["message"]["text"], changed["previous_message"]["text"]) == (
        "message_changed",
        "second",
        "first",
    )
    assert (deleted["subtype"], deleted["deleted_ts"]) == ("message_deleted", said.ts)
    with pytest.raises(AssertionError, match="Only one's own"):
        await slack.as_("ana").edit((await _posted(tiny, slack)), "not mine")


async def _posted(tiny: TinyBot, slack: Slack) -> Message:
    await tiny.client.chat_postMessage(channel="C0HELPDESK", text="the bot's")
    return (await slack.as_("ana").messages("helpdesk"))[-1]


async def test_shortcuts(slack: Slack, tiny: TinyBot) -> None:
    ben = slack.as_("ben")
    await ben.say("noc", "start here")
    [said] = await ben.messages("noc")
    await ben.shortcut("start", on=said)
    await ben.shortcut("new")
    on_message, everywhere = tiny.bodies("shortcut")
    assert (on_message["type"], on_message["message"]["text"], on_message["message_ts"]) == (
        "message_action",
        "start here",
        said.ts,
    )
    assert (everywhere["type"], everywhere["callback_id"], "channel" in everywhere) == ("shortcut", "new", False)


async def test_everybody_sees_what_is_theirs(slack: Slack) -> None:
    ana, gus, sara = slack.as_("ana"), slack.as_("gus"), slack.as_("sara")

    async def channels(name: str) -> list[str]:
        screen = await slack.screen(name)
        return [str(each["name"]) for each in screen.channels if each["kind"] != "im"]

    assert await channels("ana") == ["helpdesk", "noc", "random", "sec-private", "shared-acme"]
    assert await channels("gus") == ["helpdesk"]
    assert await channels("sara") == ["shared-acme"]
    assert "sec-private" not in await channels("lena")
    await ana.say("helpdesk", "hello")
    assert len(await gus.messages("helpdesk")) == 1
    with pytest.raises(AssertionError, match="no channel 'helpdesk'"):
        await sara.messages("helpdesk")
    with pytest.raises(AssertionError, match="not a member of #noc"):
        await slack.as_("nia").say("noc", "let me in")
    await slack.world(join={"channel": "noc", "user": "nia"})
    await slack.as_("nia").say("noc", "thanks")


async def test_somebody_from_another_organisation(slack: Slack, tiny: TinyBot) -> None:
    await slack.as_("sara").say("shared-acme", "@FlowPilot hello")
    event = tiny.bodies("event")[0]
    assert (event["is_ext_shared_channel"], event["event"]["user_team"]) == (True, "T0ACMECORP")
    await tiny.client.chat_postMessage(
        channel="C0SHAREACM",
        text="x",
        blocks=[
            {
                "type": "actions",
                "elements": [{"type": "button", "action_id": "a", "text": {"type": "plain_text", "text": "A"}}],
            },
        ],
    )
    await slack.as_("sara").press("A", on=(await slack.as_("sara").messages("shared-acme"))[-1])
    body = tiny.bodies("action")[0]
    assert body["team"]["id"] == body["user"]["team_id"] == "T0ACMECORP"
    user = (await tiny.client.users_info(user="U0SARA0001"))["user"]
    assert (user["is_stranger"], user["team_id"], "email" in user["profile"]) == (True, "T0ACMECORP", False)
    guest = (await tiny.client.users_info(user="U0GUS00001"))["user"]
    assert (guest["is_restricted"], guest["is_ultra_restricted"], guest["is_stranger"]) == (True, True, False)


async def test_people_come_change_and_go(slack: Slack, tiny: TinyBot) -> None:
    added = await slack.world(add_person={"name": "zoe", "channels": ["helpdesk"]})
    await slack.as_("zoe").say("helpdesk", "hello")
    await slack.world(change_person={"id": "zoe", "title": "Engineer"})
    await slack.world(deactivate="zoe")
    await slack.until(lambda: len(tiny.bodies("event")) >= 4)
    kinds = [body["event"]["type"] for body in tiny.bodies("event")]
    assert sorted(kinds) == ["message", "team_join", "user_change", "user_change"]
    assert (await tiny.client.users_info(user=str(added["person"])))["user"]["deleted"] is True
    with pytest.raises(AssertionError, match="nobody 'zoe'"):
        await slack.as_("zoe").say("helpdesk", "still here?")
    assert await refusal(tiny.client.conversations_open(users=str(added["person"]))) == "user_disabled"


async def test_channels_close_and_the_bot_is_shown_the_door(slack: Slack, tiny: TinyBot) -> None:
    await slack.world(archive="noc", kick_bot="helpdesk")
    assert await refusal(tiny.client.chat_postMessage(channel="C0NOC00001", text="x")) == "is_archived"
    assert await refusal(tiny.client.chat_postMessage(channel="C0HELPDESK", text="x")) == "not_in_channel"
    await slack.world(kick_bot="sec-private")
    assert await refusal(tiny.client.conversations_info(channel="C0SECPRIV1")) == "channel_not_found"
    await tiny.client.conversations_join(channel="C0HELPDESK")
    await tiny.client.chat_postMessage(channel="C0HELPDESK", text="back again")
    await slack.world(add_channel={"name": "new", "members": ["ana"], "bot_is_member": True})
    await slack.as_("ana").say("new", "hello")
    with pytest.raises(AssertionError, match="no change 'explode'"):
        await slack.world(explode=True)


async def test_an_app_that_is_removed_can_do_nothing(slack: Slack, tiny: TinyBot) -> None:
    await slack.world(uninstall=True)
    await slack.until(lambda: len(tiny.bodies("event")) == 2)
    assert {body["event"]["type"] for body in tiny.bodies("event")} == {"tokens_revoked", "app_uninstalled"}
    assert await refusal(tiny.client.chat_postMessage(channel="C0NOC00001", text="x")) == "account_inactive"
    await slack.world(install=True)
    await tiny.client.chat_postMessage(channel="C0NOC00001", text="x")


async def test_an_impossible_deed_is_refused_with_a_sentence(slack: Slack, server: SandboxServer) -> None:
    ana = slack.as_("ana")
    with pytest.raises(AssertionError, match="nothing 'fly' to do"):
        await ana.do("fly")
    with pytest.raises(AssertionError, match="nobody 'mallory'"):
        await slack.as_("mallory").do("home")
    said = await ana.say("helpdesk", "x")
    with pytest.raises(AssertionError, match="nothing to press"):
        await ana.do("press", channel="C0HELPDESK", ts=said.ts, block_id="a", action_id="b")
    assert server.workspace.violations == []
