"""The Web API through slack_sdk's own client: answers, refusals, mishaps, and the log."""

from collections.abc import Awaitable, Callable
from typing import Any, cast

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.sandbox.server import SandboxServer
from bot.sandbox.wire import obj
from tests.sandbox.tiny_bot import TinyBot, card, refusal
from tests.slack import Slack

pytestmark = [
    pytest.mark.parametrize("mode", ["http"]),
    pytest.mark.filterwarnings("ignore:The top-level `text` argument is missing"),
]

SECTION: dict[str, Any] = {"type": "section", "text": {"type": "mrkdwn", "text": "x"}}
Call = Callable[[AsyncWebClient], Awaitable[object]]


async def _append_to_a_finished_stream(client: AsyncWebClient) -> None:
    posted: Any = await client.chat_postMessage(channel="C0HELPDESK", text="done")
    await client.chat_appendStream(channel="C0HELPDESK", ts=posted["ts"], markdown_text="more")


REFUSALS: list[tuple[str, Call]] = [
    ("channel_not_found", lambda c: c.chat_postMessage(channel="C0NOWHERE1", text="x")),
    ("not_in_channel", lambda c: c.chat_postMessage(channel="C0RANDOM01", text="x")),
    ("no_text", lambda c: c.chat_postMessage(channel="C0HELPDESK")),
    ("msg_too_long", lambda c: c.chat_postMessage(channel="C0HELPDESK", text="x" * 4001)),
    ("invalid_blocks", lambda c: c.chat_postMessage(channel="C0HELPDESK", text="x", blocks=[{"type": "sektion"}])),
    (
        "msg_blocks_too_long",
        lambda c: c.chat_postMessage(
            channel="C0HELPDESK", text="x", blocks=[{**SECTION, "text": {"type": "mrkdwn", "text": "x" * 3000}}] * 5
        ),
    ),
    ("invalid_metadata_format", lambda c: c.chat_postMessage(channel="C0HELPDESK", text="x", metadata={"a": 1})),
    ("user_not_in_channel", lambda c: c.chat_postEphemeral(channel="C0HELPDESK", user="U0SARA0001", text="x")),
    ("user_not_found", lambda c: c.chat_postEphemeral(channel="C0HELPDESK", user="U0NOBODY01", text="x")),
    ("message_not_found", lambda c: c.chat_update(channel="C0HELPDESK", ts="1.000001", text="x")),
    ("message_not_found", lambda c: c.chat_getPermalink(channel="C0HELPDESK", message_ts="1.000001")),
    ("invalid_arguments", lambda c: c.api_call("chat.postMessage", json={"text": "x"})),
    ("not_in_channel", lambda c: c.conversations_history(channel="C0RANDOM01")),
    ("thread_not_found", lambda c: c.conversations_replies(channel="C0HELPDESK", ts="1.000001")),
    ("user_not_found", lambda c: c.users_info(user="U0NOBODY01")),
    ("users_not_found", lambda c: c.users_lookupByEmail(email="sara@example.com")),
    ("not_allowed_token_type", lambda c: c.apps_connections_open(app_token="xoxb-sandbox-bot")),
    ("invalid_auth", lambda c: c.api_call("auth.test", params={"token": "xoxb-somebody-else"})),
    ("unknown_method", lambda c: c.api_call("chat.levitate")),
    ("invalid_blocks", lambda c: c.blocks_validate(blocks=[{"type": "sektion"}])),
    ("file_not_found", lambda c: c.files_completeUploadExternal(files=[{"id": "F0NOWHERE"}])),
    ("message_not_in_streaming_state", _append_to_a_finished_stream),
]


@pytest.mark.parametrize(("error", "call"), REFUSALS)
async def test_what_slack_refuses_is_refused(tiny: TinyBot, error: str, call: Call) -> None:
    assert await refusal(call(tiny.client)) == error


async def test_a_refusal_says_where(tiny: TinyBot) -> None:
    with pytest.raises(SlackApiError) as refused:
        await tiny.client.chat_postMessage(channel="C0HELPDESK", text="x", blocks=[SECTION, {"type": "header"}])
    response = cast(Any, refused.value).response
    assert response["response_metadata"]["messages"] == [
        "[ERROR] missing required field: text [json-pointer:/blocks/1]"
    ]


async def test_who_has_no_token_gets_nothing(server: SandboxServer) -> None:
    assert await refusal(AsyncWebClient(base_url=server.api_url).auth_test()) == "not_authed"


async def test_the_scopes_are_in_the_header(tiny: TinyBot) -> None:
    answer = await tiny.client.auth_test()
    assert answer["user_id"] == "U0FLOWBOT1"
    assert "chat:write" in answer.headers["x-oauth-scopes"]


async def test_an_update_keeps_the_blocks_it_does_not_give(slack: Slack, tiny: TinyBot) -> None:
    posted = await tiny.client.chat_postMessage(channel="C0HELPDESK", text="before", blocks=card("Card"))
    await tiny.client.chat_update(channel="C0HELPDESK", ts=posted["ts"], text="after")
    ana = slack.as_("ana")
    shown = await ana.message("helpdesk", posted["ts"])
    assert shown is not None
    assert (shown.text, shown.buttons[0]) == ("after", "Go")
    await tiny.client.chat_update(channel="C0HELPDESK", ts=posted["ts"], text="bare", blocks=[])
    shown = await ana.message("helpdesk", posted["ts"])
    assert shown is not None
    assert (shown.plain(), shown.buttons) == ("bare", [])


async def test_a_message_of_somebody_else_is_not_the_bots_to_change(slack: Slack, tiny: TinyBot) -> None:
    said = await slack.as_("ana").say("helpdesk", "mine")
    assert await refusal(tiny.client.chat_update(channel="C0HELPDESK", ts=said.ts, text="x")) == "cant_update_message"
    assert await refusal(tiny.client.chat_delete(channel="C0HELPDESK", ts=said.ts)) == "cant_delete_message"


async def test_history_and_threads_come_in_pages(slack: Slack, tiny: TinyBot) -> None:
    root = await tiny.client.chat_postMessage(
        channel="C0NOC00001", text="root", metadata={"event_type": "t", "event_payload": {"id": "7"}}
    )
    for number in range(5):
        await tiny.client.chat_postMessage(channel="C0NOC00001", text=str(number), thread_ts=root["ts"])
    await tiny.client.chat_postEphemeral(channel="C0NOC00001", user="U0ANA00001", text="whisper")
    last = await tiny.client.chat_postMessage(channel="C0NOC00001", text="last")
    history = await tiny.client.conversations_history(channel="C0NOC00001", include_all_metadata=True)
    assert [each["text"] for each in history["messages"]] == ["last", "root"]
    assert history["messages"][1]["metadata"]["event_payload"] == {"id": "7"}
    assert (history["messages"][1]["reply_count"], "metadata" in history["messages"][0]) == (5, False)
    seen: list[str] = []
    async for page in await tiny.client.conversations_replies(channel="C0NOC00001", ts=root["ts"], limit=2):
        seen += [each["text"] for each in page["messages"]]
    assert seen == ["root", "0", "1", "2", "3", "4"]
    newer = await tiny.client.conversations_history(channel="C0NOC00001", oldest=last["ts"])
    assert newer["messages"] == []
    both = await tiny.client.conversations_history(channel="C0NOC00001", oldest=root["ts"], inclusive=True, limit=1)
    assert (both["messages"][0]["text"], both["has_more"]) == ("last", True)


async def test_a_file_is_uploaded_in_three_steps(slack: Slack, tiny: TinyBot) -> None:
    root = await tiny.client.chat_postMessage(channel="C0HELPDESK", text="root")
    await tiny.client.files_upload_v2(
        content="Get-Process",
        filename="fix.ps1",
        title="Fix",
        channel="C0HELPDESK",
        thread_ts=root["ts"],
        initial_comment="Here",
    )
    thread = await slack.as_("ana").messages("helpdesk", root["ts"])
    assert thread[1].text == "Here"
    assert (thread[1].files[0]["title"], thread[1].files[0]["content"]) == ("Fix", "Get-Process")


async def test_a_stream_grows_and_ends(slack: Slack, tiny: TinyBot) -> None:
    said = await slack.as_("ana").say("bot", "tell me")
    channel = "D0ANA00001"
    await tiny.client.assistant_threads_setStatus(channel_id=channel, thread_ts=said.ts, status="is thinking…")
    root = await slack.as_("ana").message("bot", said.ts)
    assert root is not None
    assert root.raw["status"] == "is thinking…"
    stream = await tiny.client.chat_stream(channel=channel, thread_ts=said.ts, buffer_size=1)
    await stream.append(markdown_text="Hello ")
    await stream.append(markdown_text="world")
    await stream.stop(blocks=[SECTION])
    [_, answer] = await slack.as_("ana").messages("bot", said.ts)
    assert (answer.text, answer.raw["streaming"]) == ("Hello world", False)


async def test_steps_are_streamed_and_one_nobody_knows_is_refused(slack: Slack, tiny: TinyBot) -> None:
    said = await slack.as_("ana").say("helpdesk", "tell me")
    where = {"channel": "C0HELPDESK", "thread_ts": said.ts, "recipient_user_id": "U0ANA00001", "recipient_team_id": "T"}
    begun = {"type": "task_update", "id": "1", "title": "Reading", "status": "in_progress"}
    button = {"type": "button", "text": {"type": "plain_text", "text": "Stop"}, "action_id": "stop"}
    shown: list[dict[str, Any]] = [begun, {"type": "blocks", "blocks": [{"type": "actions", "elements": [button]}]}]
    posted: Any = await tiny.client.chat_startStream(**where, chunks=shown)
    stream: dict[str, Any] = {"channel": "C0HELPDESK", "ts": posted["ts"]}
    await tiny.client.chat_appendStream(**stream, chunks=[{**begun, "status": "complete"}])
    [_, answer] = await slack.as_("ana").messages("helpdesk", said.ts)
    assert [(block["type"], block.get("status")) for block in answer.blocks] == [
        ("task_card", "complete"),
        ("actions", None),
    ]
    for wrong in ({**begun, "status": "nearly"}, {"type": "smoke_signal"}, {"type": "task_update", "id": "2"}):
        assert await refusal(tiny.client.chat_appendStream(**stream, chunks=[wrong])) == "invalid_arguments"
    await slack.world(end_streams=True)
    assert await refusal(tiny.client.chat_stopStream(**stream)) == "message_not_in_streaming_state"


async def test_mishaps_on_order(slack: Slack, tiny: TinyBot) -> None:
    say: Call = lambda client: client.chat_postMessage(channel="C0HELPDESK", text="x")  # noqa: E731
    await slack.fault("chat.postMessage", "error", error="fatal_error", times=2)
    assert [await refusal(say(tiny.client)), await refusal(say(tiny.client))] == ["fatal_error", "fatal_error"]
    await slack.fault("chat.postMessage", "ratelimited", retry_after=0)
    tiny.client.retry_handlers.append(AsyncRateLimitErrorRetryHandler())
    await say(tiny.client)
    await slack.fault("chat.postMessage", "drop_before")
    await say(tiny.client)  # slack_sdk tries once more by itself
    assert len(await slack.as_("ana").messages("helpdesk")) == 2
    await slack.fault("chat.postMessage", "drop_after")
    await say(tiny.client)  # … and says it twice, because the first one was done although no answer came
    assert len(await slack.as_("ana").messages("helpdesk")) == 4
    await slack.fault("chat.postMessage", "http500")
    assert (await _status(say(tiny.client))) == 500
    await slack.fault("chat.postMessage", "slow", seconds=0.05, times=99)
    await slack.clear_faults()
    with pytest.raises(AssertionError, match="There is no fault 'odd'"):
        await slack.fault("chat.postMessage", "odd")
    answers = [obj(call.response).get("error", "ok") for call in await slack.log("chat.postMessage")]
    assert answers[:3] == ["fault: error", "fault: error", "fault: ratelimited"]


async def _status(call: Any) -> int:
    with pytest.raises(SlackApiError) as refused:
        await call
    response = cast(Any, refused.value).response
    return int(response.status_code)


async def test_a_response_url_holds_five_times(slack: Slack, tiny: TinyBot) -> None:
    ana = slack.as_("ana")
    await ana.command("/tiny card")
    shown = (await ana.messages("helpdesk"))[-1]
    await ana.press("Answer", on=shown)
    address = tiny.bodies("action")[0]["response_url"]
    hook = AsyncWebhookClient(address)
    statuses = [(await hook.send(text="again")).status_code for _ in range(4)]
    late = await hook.send(text="too late")
    assert (statuses, late.status_code, late.body) == ([200] * 4, 404, "used_url")
    assert (await AsyncWebhookClient(f"{slack.url}/respond/made-up").send(text="x")).body == "expired_url"


async def test_a_message_without_text_is_remembered(slack: Slack, tiny: TinyBot) -> None:
    await tiny.client.chat_postMessage(channel="C0HELPDESK", blocks=[SECTION])
    assert "top-level text" in (await slack.violations())[0]
