"""A bot of a few lines, on stock Bolt, to hold the sandbox against: it knows of it no more than its addresses."""

import asyncio
import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any, cast

import pytest
from aiohttp import web
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.server import SandboxServer
from bot.sandbox.settings import WorkspaceSettings
from tests.slack import Slack

Body = dict[str, Any]


class TinyBot:
    """Keeps every body it is sent in `heard`, by type."""

    def __init__(self, server: SandboxServer) -> None:
        settings = server.settings
        self.heard: list[tuple[str, Body]] = []
        self.fail_events = 0
        self.let_go = asyncio.Event()
        self.client: Any = AsyncWebClient(  # its answers have no types
            token=settings.bot_token, base_url=server.api_url
        )
        self.app = AsyncApp(
            name="tiny",
            client=self.client,
            signing_secret=settings.signing_secret,
            process_before_response=True,
            raise_error_for_unhandled_request=False,
        )
        self._listen()

    def bodies(self, kind: str) -> list[Body]:
        """Return the bodies of one kind, in order."""
        return [body for each, body in self.heard if each == kind]

    def _listen(self) -> None:
        app = self.app

        @app.command("/tiny")
        async def command(ack: Any, body: Body, client: AsyncWebClient) -> None:
            self.heard.append(("command", body))
            match body["text"].split(" ")[0]:
                case "modal":
                    await ack()
                    await client.views_open(trigger_id=body["trigger_id"], view=modal("first"))
                case "card":
                    await ack()
                    await client.chat_postMessage(channel=body["channel_id"], text="A card", blocks=card("A card"))
                case "private":
                    await ack()
                    await client.chat_postEphemeral(
                        channel=body["channel_id"], user=body["user_id"], text="Only you", blocks=card("Only you")
                    )
                case "hang":
                    await self.let_go.wait()
                    await ack()
                case "crash":
                    raise RuntimeError("on purpose")
                case _:
                    await ack(text=f"You said {body['text']}")

        @app.action(re.compile(".*"))
        async def action(ack: Any, body: Body, client: AsyncWebClient, respond: Any) -> None:
            self.heard.append(("action", body))
            await ack()
            match body["actions"][0]["action_id"]:
                case "go":
                    message = body["message"]
                    await client.chat_update(
                        channel=body["channel"]["id"], ts=message["ts"], text="Gone", blocks=card("Gone", button=False)
                    )
                case "ask":
                    await client.views_open(trigger_id=body["trigger_id"], view=modal("first"))
                case "deeper":
                    await client.views_push(trigger_id=body["trigger_id"], view=modal("second"))
                case "answer":
                    await respond(text="Answered", replace_original=False)
                case "replace":
                    await respond(text="Replaced", replace_original=True)
                case _:
                    pass

        @app.view(re.compile(".*"))
        async def submitted(ack: Any, body: Body) -> None:
            self.heard.append(("submission", body))
            title = body["view"]["state"]["values"]["title"]["title"]["value"]
            match title:
                case "bad":
                    await ack(response_action="errors", errors={"title": "Not this one."})
                case "stranger":
                    await ack(response_action="errors", errors={"nowhere": "Not this one."})
                case "update":
                    await ack(response_action="update", view=modal("updated"))
                case "push":
                    await ack(response_action="push", view=modal("pushed"))
                case "clear":
                    await ack(response_action="clear")
                case _:
                    await ack()

        @app.view_closed(re.compile(".*"))
        async def closed(ack: Any, body: Body) -> None:
            self.heard.append(("closed", body))
            await ack()

        @app.shortcut(re.compile(".*"))
        async def shortcut(ack: Any, body: Body) -> None:
            self.heard.append(("shortcut", body))
            await ack()

        @app.options(re.compile(".*"))
        async def options(ack: Any, body: Body) -> None:
            self.heard.append(("options", body))
            texts = [f"{body['value']} {number}" for number in (1, 2)]
            await ack(options=[{"text": {"type": "plain_text", "text": each}, "value": each} for each in texts])

        @app.event(re.compile(".*"))
        async def event(body: Body, client: AsyncWebClient, request: Any) -> None:
            self.heard.append(("event", body | {"headers": dict(request.headers)}))
            if self.fail_events:
                self.fail_events -= 1
                raise RuntimeError("on purpose")
            inner = body["event"]
            if inner["type"] == "app_home_opened" and inner["tab"] == "home":
                await client.views_publish(user_id=inner["user"], view={"type": "home", "blocks": card("At home")})
            if inner["type"] == "app_mention":
                await client.chat_postMessage(
                    channel=inner["channel"], thread_ts=inner.get("thread_ts") or inner["ts"], text="You called?"
                )


def card(words: str, *, button: bool = True) -> list[Body]:
    """Return a section, and below it some buttons and menus."""
    blocks: list[Body] = [{"type": "section", "text": {"type": "mrkdwn", "text": words}}]
    if button:
        options = [{"text": {"type": "plain_text", "text": each}, "value": each.lower()} for each in ("Park", "Close")]
        buttons: list[Body] = [
            {
                "type": "button",
                "action_id": name,
                "text": {"type": "plain_text", "text": name.capitalize()},
                "value": "7",
            }
            for name in ("go", "ask", "answer", "replace")
        ]
        menu = {"type": "overflow", "action_id": "more", "options": options}
        blocks.append({"type": "actions", "block_id": "row", "elements": [*buttons, menu]})
    return blocks


def modal(name: str) -> Body:
    """Return a modal with a needed field, an optional menu, and a button that pushes another one."""
    options = [{"text": {"type": "plain_text", "text": each}, "value": each.lower()} for each in ("Low", "High")]
    return {
        "type": "modal",
        "callback_id": name,
        "title": {"type": "plain_text", "text": name},
        "submit": {"type": "plain_text", "text": "Send"},
        "notify_on_close": True,
        "private_metadata": "17",
        "blocks": [
            {
                "type": "input",
                "block_id": "title",
                "label": {"type": "plain_text", "text": "Title"},
                "element": {"type": "plain_text_input", "action_id": "title"},
            },
            {
                "type": "input",
                "block_id": "level",
                "optional": True,
                "label": {"type": "plain_text", "text": "Level"},
                "element": {"type": "static_select", "action_id": "level", "options": options},
            },
            {
                "type": "input",
                "block_id": "company",
                "optional": True,
                "label": {"type": "plain_text", "text": "Company"},
                "element": {"type": "external_select", "action_id": "company", "min_query_length": 1},
            },
            {
                "type": "actions",
                "block_id": "row",
                "elements": [
                    {"type": "button", "action_id": "deeper", "text": {"type": "plain_text", "text": "Deeper"}}
                ],
            },
        ],
    }


@asynccontextmanager
async def running(server: SandboxServer) -> AsyncGenerator[TinyBot]:
    """Run a tiny bot against a started sandbox, in the mode of its settings."""
    tiny = TinyBot(server)
    if server.settings.mode == "socket":
        handler = AsyncSocketModeHandler(
            tiny.app, server.settings.app_token, web_client=AsyncWebClient(base_url=server.api_url), ping_interval=1
        )
        await handler.connect_async()
        try:
            yield tiny
        finally:
            await handler.close_async()
        return
    runner = web.AppRunner(tiny.app.web_app(path="/slack/events"), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    server.deliver_to(f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events")
    try:
        yield tiny
    finally:
        await runner.cleanup()


@asynccontextmanager
async def workspace(settings: WorkspaceSettings) -> AsyncGenerator[tuple[SandboxServer, TinyBot, Slack]]:
    """Run a sandbox with these settings, a tiny bot beneath it, and the people in it."""
    server = SandboxServer(settings)
    await server.start()
    try:
        async with running(server) as tiny, Slack(server.url) as slack:
            yield server, tiny, slack
    finally:
        await server.stop()


async def refusal(call: Any) -> str:
    """Return the error code with which the call is refused."""
    with pytest.raises(SlackApiError) as refused:
        await call
    response = cast(Any, refused.value).response
    return str(response["error"])
