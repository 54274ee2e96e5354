"""What arrives at the request URL and is not what Slack sends: refused or answered, never a 500, never silence."""

from __future__ import annotations

import json
import time
from itertools import product

import pytest

from bot.app import Bot
from bot.sandbox.server import SandboxServer
from bot.sandbox.wire import Json, items, obj
from tests.bot import seeds
from tests.bot.raw import FORM, Sender, sender
from tests.slack import Person, Slack

DEEP = '{"a":' * 5_000 + "1" + "}" * 5_000


@pytest.fixture
def slack_says(slack: Slack, workspace: SandboxServer) -> Sender:
    return sender(slack, workspace)


async def test_a_wrong_signature_is_refused(slack_says: Sender) -> None:
    assert (await slack_says.body("command=%2Fpilot&text=help", secret="another secret")).status == 401


async def test_an_old_timestamp_is_refused(slack_says: Sender, bot: Bot) -> None:
    assert (await slack_says.body("command=%2Fpilot&text=help", age=301)).status == 401
    assert (await slack_says.body("command=%2Fpilot&text=help", age=-301)).status == 401


async def test_what_a_person_sends_with_an_old_clock_has_no_effect(bot: Bot, ana: Person) -> None:
    reply = await ana.command("/pilot new the printer is stuck", stale_clock=600)
    assert (reply.status, reply.error) == (401, "dispatch_failed")
    assert await seeds.count(bot, "ai_sessions") == 0


@pytest.mark.parametrize("header", ["X-Slack-Signature", "X-Slack-Request-Timestamp"])
async def test_a_request_without_its_signature_is_refused(slack: Slack, header: str) -> None:
    headers = {"Content-Type": FORM, "X-Slack-Request-Timestamp": str(int(time.time())), "X-Slack-Signature": "v0=00"}
    del headers[header]
    status, _ = await slack.deliver_raw(headers, "command=%2Fpilot")
    assert status == 401


GARBAGE = [
    "",
    "{",
    "payload=",
    "payload=%7B",
    "payload=[]",
    "payload=null",
    "payload=7",
    "[]",
    "null",
    "7",
    "\x00\xff",
    "a" * 100_000,
    DEEP,
]
TYPES = [FORM, "application/json", "text/plain", "multipart/form-data", ""]


async def test_unsigned_garbage_is_refused(slack: Slack) -> None:
    for garbage, content_type in product(GARBAGE, TYPES):
        status, answer = await slack.deliver_raw({"Content-Type": content_type}, garbage)
        assert status is not None, (garbage[:20], content_type)
        assert 400 <= status < 500, (garbage[:20], content_type, answer)


async def test_signed_garbage_is_answered(slack_says: Sender) -> None:
    for garbage, content_type in product(GARBAGE, TYPES):
        answered = await slack_says.body(garbage, content_type)
        assert answered.status is not None, (garbage[:20], content_type)
        assert answered.status < 500, (garbage[:20], content_type, answered.body)


async def test_a_body_of_many_megabytes_is_refused(slack: Slack) -> None:
    status, _ = await slack.deliver_raw({"Content-Type": FORM}, "a" * 5_000_000)
    assert status is not None
    assert 400 <= status < 500


NONSENSE: list[object] = [
    None,
    7,
    "x",
    [],
    {},
    [None],
    [[]],
    {"id": None},
    {"id": 7},
    {"id": ["U0ANA00001"]},
    "y" * 70_000,
]
PRESS: dict[str, object] = {
    "type": "block_actions",
    "container": {"type": "message", "message_ts": "1.2", "channel_id": "C0HELPDESK"},
    "channel": {"id": "C0HELPDESK"},
    "message": {"ts": "1.2"},
    "actions": [{"action_id": "fixes.record.applied_success", "value": "x", "action_ts": "1.1"}],
}
SUBMISSION: dict[str, object] = {
    "type": "view_submission",
    "view": {
        "id": "V1",
        "hash": "h",
        "type": "modal",
        "callback_id": "sessions.new",
        "private_metadata": '{"channel": "C0HELPDESK"}',
        "blocks": [{"type": "input", "block_id": "problem", "element": {"type": "plain_text_input"}}],
        "state": {"values": {"problem": {"value": {"type": "plain_text_input", "value": ""}}}},
    },
}
SHORTCUT: dict[str, object] = {
    "type": "message_action",
    "callback_id": "sessions.start_here",
    "channel": {"id": "C0HELPDESK"},
    "message": {"ts": "1.2", "text": "x"},
}
SUGGESTION: dict[str, object] = {"type": "block_suggestion", "action_id": "value", "value": "x"}
KINDS = {"press": PRESS, "submission": SUBMISSION, "shortcut": SHORTCUT, "suggestion": SUGGESTION}


@pytest.mark.parametrize("kind", KINDS)
async def test_an_interaction_that_lacks_a_field_or_holds_nonsense_is_answered(
    bot: Bot, slack_says: Sender, kind: str
) -> None:
    for field in ["user", "team", "trigger_id", *KINDS[kind]]:
        for value in NONSENSE:
            answered = await slack_says.interaction({**KINDS[kind], field: value})
            assert answered.status is not None, (field, value)
            assert answered.status < 500, (field, value, answered.body)
    assert await seeds.count(bot, "ai_sessions") == 0


@pytest.mark.parametrize("kind", KINDS)
async def test_an_interaction_with_nonsense_deeper_inside_is_answered(bot: Bot, slack_says: Sender, kind: str) -> None:
    for field, inner in KINDS[kind].items():
        inside = obj(items(inner)[0]) if items(inner) else obj(inner)
        for name in inside:
            for value in NONSENSE:
                changed = {**inside, name: value}
                answered = await slack_says.interaction({**KINDS[kind], field: [changed] if items(inner) else changed})
                assert answered.status is not None, (field, name, value)
                assert answered.status < 500, (field, name, value, answered.body)
    assert await seeds.count(bot, "ai_sessions") == 0


@pytest.mark.parametrize("field", ["command", "text", "user_id", "channel_id", "trigger_id", "team_id", "response_url"])
async def test_a_command_that_lacks_a_field_or_holds_nonsense_is_answered(slack_says: Sender, field: str) -> None:
    for value in ["-", "", "x", "\x00", "y" * 70_000, "💥", "U' or 1=1 --"]:
        answered = await slack_says.command(**{"text": "mine", field: value})
        assert answered.status is not None, value
        assert answered.status < 500, (value, answered.body)


EVENTS: list[Json] = [
    {},
    {"user": None},
    {"user": 7},
    {"user": {}},
    {"user": {"id": "U0ANA00001"}},
    {"user": {"id": "U0ANA00001", "profile": 7, "enterprise_user": []}},
    {"user": "U0ANA00001", "channel": 7, "text": ["x"], "ts": {}},
    {"user": "U0ANA00001", "channel": "D0ANA00001", "text": "y" * 50_000, "ts": "x", "tab": "home"},
]


@pytest.mark.parametrize("kind", ["app_mention", "message", "app_home_opened", "user_change", "made_up"])
async def test_an_event_that_holds_nonsense_does_nothing(bot: Bot, slack_says: Sender, kind: str) -> None:
    for inner in EVENTS:
        assert (await slack_says.event({"type": kind, **inner})).status in (200, 400), inner
    assert await seeds.count(bot, "ai_sessions") == 0


@pytest.mark.parametrize("inner", [None, 7, [], "x", {}, {"type": 7}])
async def test_an_event_that_is_none_is_answered(slack_says: Sender, inner: object) -> None:
    assert (await slack_says.event(inner)).status in (200, 400)


async def test_an_unknown_kind_of_payload_is_answered(slack_says: Sender) -> None:
    payloads: list[Json] = [{"type": "dialog_submission"}, {"type": "workflow_step_edit"}, {"type": 7}, {}]
    for payload in payloads:
        assert (await slack_says.interaction(payload)).status in (200, 400, 404)


async def test_slacks_question_whether_the_address_is_ours_is_answered(slack_says: Sender) -> None:
    asked = json.dumps({"type": "url_verification", "challenge": "abc"})
    answered = await slack_says.body(asked, "application/json")
    assert answered.status == 200
    assert "abc" in answered.body


async def test_a_payload_of_another_workspace_is_told_that_it_is_not_installed_there(
    bot: Bot, slack_says: Sender
) -> None:
    answered = await slack_says.command(team_id="T0STRANGER", text="new the printer is stuck")
    assert answered.content["text"] == "FlowPilot is not installed in this workspace."
    view = await slack_says.interaction({**SUBMISSION, "team": {"id": "T0STRANGER"}})
    assert "FlowPilot is not installed in this workspace." in view.body
    assert (await slack_says.interaction({**PRESS, "team": {"id": "T0STRANGER"}})).status == 200
    assert await seeds.count(bot, "ai_sessions") == 0
