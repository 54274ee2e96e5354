"""A small bot that shows every kind of block and element, to hold the sandbox's page against."""

import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any, cast

from aiohttp import web
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.server import SandboxServer

Body = dict[str, Any]

HOSTILE = "<img src=x onerror='window.hacked=1'><script>window.hacked=1</script>"
HOSTILE_LINK = "<javascript:window.hacked=1|look here>"


def plain(text: str) -> Body:
    """Return a plain_text object."""
    return {"type": "plain_text", "text": text}


def option(value: str, text: str | None = None) -> Body:
    """Return an option."""
    return {"text": plain(text or value), "value": value}


def button(action_id: str, text: str, **more: object) -> Body:
    """Return a button."""
    return {"type": "button", "action_id": action_id, "text": plain(text), "value": action_id, **more}


def field(name: str, label: str, element: Body, *, optional: bool = True) -> Body:
    """Return an input block whose block_id is the field's name."""
    return {
        "type": "input",
        "block_id": name,
        "label": plain(label),
        "optional": optional,
        "element": {"action_id": "value", **element},
    }


def outcome_modal(intro: str = "How did it go?") -> Body:
    """Return a modal with most kinds of inputs."""
    days = [option("mon", "Monday"), option("tue", "Tuesday")]
    return {
        "type": "modal",
        "callback_id": "outcome",
        "notify_on_close": True,
        "title": plain("Outcome"),
        "submit": plain("Record"),
        "blocks": [
            {"type": "section", "block_id": "intro", "text": {"type": "mrkdwn", "text": intro}},
            field("notes", "Notes", {"type": "plain_text_input", "multiline": True}, optional=False),
            field("day", "Day", {"type": "static_select", "options": days}),
            field("kind", "Kind", {"type": "radio_buttons", "options": days, "initial_option": days[0]}),
            field("also", "Also", {"type": "checkboxes", "options": days}),
            field("ticket", "Ticket", {"type": "external_select", "min_query_length": 1}),
            field("tell", "Tell", {"type": "multi_users_select"}),
            field("until", "Until", {"type": "datepicker"}),
            field("check", "Check at", {"type": "datetimepicker"}),
            {
                "type": "actions",
                "block_id": "row",
                "elements": [button("deeper", "Deeper"), button("refresh", "Refresh")],
            },
        ],
    }


def card() -> list[Body]:
    """Return a card with buttons, a menu and a press that has to be confirmed."""
    sure: Body = {
        "title": plain("Really?"),
        "text": {"type": "mrkdwn", "text": "It *cannot* be undone."},
        "confirm": plain("Yes, dismiss"),
        "deny": plain("Keep it"),
    }
    menu: Body = {"type": "overflow", "action_id": "menu", "options": [option("park", "Park"), option("drop", "Drop")]}
    return [
        {"type": "header", "text": plain("A card")},
        {
            "type": "section",
            "text": {"type": "mrkdwn", "text": "*bold* `code` <!date^0^{date_num}|1970>"},
            "accessory": menu,
        },
        {"type": "actions", "elements": [button("done", "It worked"), button("dismiss", "Dismiss", confirm=sure)]},
    ]


def hostile_blocks() -> list[Body]:
    """Return blocks in which every text tries to be more than text."""
    piece: Body = {"type": "text", "text": HOSTILE, "style": {"bold": True}}
    link: Body = {"type": "link", "url": "javascript:window.hacked=1", "text": "look there"}
    return [
        {"type": "header", "text": plain(HOSTILE)},
        {"type": "section", "text": {"type": "mrkdwn", "text": f"*{HOSTILE}* {HOSTILE_LINK} `{HOSTILE}`"}},
        {"type": "section", "text": plain(f"*not bold* {HOSTILE_LINK}")},
        {"type": "markdown", "text": f"# {HOSTILE}\n\n**{HOSTILE}** [here](javascript:window.hacked=1)"},
        {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [piece, link]}]},
        {"type": "image", "image_url": "https://example.invalid/pixel.png", "alt_text": HOSTILE},
        {"type": "actions", "elements": [button("hostile", HOSTILE[:75])]},
    ]


class PageBot:
    """Keeps every interaction it is sent in `heard`, by kind."""

    def __init__(self, server: SandboxServer) -> None:
        self.heard: list[tuple[str, Body]] = []
        self.client = AsyncWebClient(token=server.settings.bot_token, base_url=server.api_url)
        self.app = AsyncApp(
            name="page",
            client=self.client,
            signing_secret=server.settings.signing_secret,
            process_before_response=True,
        )
        self._listen()

    def bodies(self, kind: str) -> list[Body]:
        """Return the bodies of one kind, in order."""
        return [body for each, body in self.heard if each == kind]

    def _listen(self) -> None:
        app = self.app
        anything = re.compile(".*")

        @app.command("/pilot")
        async def command(ack: Any, body: Body) -> None:
            match body["text"]:
                case "card":
                    await ack()
                    await self.client.chat_postMessage(channel=body["channel_id"], text="A card", blocks=card())
                case "secret":
                    await ack(text="Between *us*")
                case "hostile":
                    await ack()
                    await self.client.chat_postMessage(channel=body["channel_id"], text="!", blocks=hostile_blocks())
                case "crash":
                    raise RuntimeError("on purpose")
                case _:
                    await ack()
                    await self.client.views_open(trigger_id=body["trigger_id"], view=outcome_modal())

        @app.action(anything)
        async def action(ack: Any, body: Body) -> None:
            self.heard.append(("action", body))
            await ack()
            match body["actions"][0]["action_id"]:
                case "done":
                    where = {"channel": body["channel"]["id"], "ts": body["message"]["ts"]}
                    await self.client.chat_update(**where, text="It worked, says Ana.", blocks=[])
                case "deeper":
                    view = outcome_modal("Deeper now") | {"title": plain("Second")}
                    await self.client.views_push(trigger_id=body["trigger_id"], view=view)
                case "refresh":
                    view = outcome_modal("Refreshed")
                    await self.client.views_update(view_id=body["view"]["id"], view=view)
                case _:
                    pass

        @app.view("outcome")
        async def submitted(ack: Any, body: Body) -> None:
            self.heard.append(("submission", body))
            notes = body["view"]["state"]["values"]["notes"]["value"]["value"]
            if notes == "crash":
                raise RuntimeError("on purpose")
            if notes == "bad":
                await ack(response_action="errors", errors={"notes": "Say what you are waiting for."})
                return
            await ack()
            root = await self.client.chat_postMessage(channel="C0HELPDESK", text="Recorded", blocks=card())
            ts = cast(Body, root.data)["ts"]
            await self.client.chat_postMessage(channel="C0HELPDESK", thread_ts=ts, text="Thread starts here")

        @app.view_closed(anything)
        async def closed(ack: Any, body: Body) -> None:
            self.heard.append(("closed", body))
            await ack()

        @app.shortcut(anything)
        async def shortcut(ack: Any, body: Body) -> None:
            self.heard.append(("shortcut", body))
            await ack()

        @app.options(anything)
        async def options(ack: Any, body: Body) -> None:
            await ack(options=[option(f"T{number}", f"{body['value']} #{number}") for number in (1, 2)])

        @app.event(anything)
        async def event(body: Body) -> None:
            inner = body["event"]
            if inner["type"] == "app_home_opened" and inner["tab"] == "home":
                await self.client.views_publish(user_id=inner["user"], view={"type": "home", "blocks": card()})


@asynccontextmanager
async def running(server: SandboxServer) -> AsyncGenerator[PageBot]:
    """Run the bot against a started sandbox in HTTP mode."""
    bot = PageBot(server)
    runner = web.AppRunner(bot.app.web_app(path="/slack/events"), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    server.deliver_to(f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events")
    try:
        yield bot
    finally:
        await runner.cleanup()
