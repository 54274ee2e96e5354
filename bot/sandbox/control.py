"""The door for the page and for tests: /sandbox/*, JSON both ways."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeAlias

from aiohttp import web

from bot.sandbox import acts, clicks
from bot.sandbox.acts import Deed, Stage
from bot.sandbox.entries import Impossible
from bot.sandbox.faults import Faults
from bot.sandbox.gateway import HttpGateway
from bot.sandbox.seen import common_state, state_for
from bot.sandbox.wire import Json, flag, obj, seconds, text, whole
from bot.sandbox.world import change

Doing: TypeAlias = Callable[[Stage, Deed], Awaitable[Json]]
BotControl: TypeAlias = Callable[[str], Awaitable[Json]]

KINDS: dict[str, Doing] = {
    "close": clicks.close,
    "command": acts.command,
    "delete": acts.delete,
    "edit": acts.edit,
    "home": acts.home,
    "message": acts.message,
    "messages_tab": acts.messages_tab,
    "options": clicks.options,
    "press": clicks.press,
    "reload": clicks.reload,
    "shortcut": acts.shortcut,
    "submit": clicks.submit,
}
LONGEST_WAIT = 60.0


@dataclass
class Control:
    """Answers /sandbox/*. bot starts and stops the bot's process, where the sandbox has one beneath it."""

    stage: Stage
    faults: Faults
    bot: BotControl | None = None

    def routes(self) -> list[web.RouteDef]:
        """Return the routes of this door."""
        return [
            web.get("/sandbox/state", self.state),
            web.get("/sandbox/wait", self.wait),
            web.post("/sandbox/do", self.do),
            web.post("/sandbox/faults", self.order_fault),
            web.delete("/sandbox/faults", self.clear_faults),
            web.get("/sandbox/log", self.log),
            web.post("/sandbox/world", self.world),
            web.post("/sandbox/deliver", self.deliver),
            web.post("/sandbox/bot", self.bot_process),
        ]

    async def state(self, request: web.Request) -> web.Response:
        """What somebody sees; with delta=1 and since, only the messages touched after that version."""
        since = whole(request.query.get("since"), 0) if flag(request.query.get("delta")) else None
        return await self._state(request, since)

    async def wait(self, request: web.Request) -> web.Response:
        """The same, as soon as anything is newer than since."""
        since = whole(request.query.get("since"), 0)
        limit = min(seconds(request.query.get("timeout"), 20.0), LONGEST_WAIT)
        await self.stage.workspace.journal.beyond(since, limit)
        return await self._state(request, since if flag(request.query.get("delta")) else None)

    async def _state(self, request: web.Request, since: int | None) -> web.Response:
        alive = self.bot is not None and flag((await self.bot("status")).get("alive"))
        if "as" not in request.query:
            return web.json_response(common_state(self.stage.workspace, bot_alive=alive))
        person = self.stage.workspace.somebody(request.query["as"])
        if person is None:
            return refusal(f"There is nobody {request.query['as']!r} here.")
        return web.json_response(state_for(self.stage.workspace, person, bot_alive=alive, since=since))

    async def do(self, request: web.Request) -> web.Response:
        """One thing a person does."""
        asked = await body(request)
        doing = KINDS.get(text(asked.get("kind")))
        if doing is None:
            return refusal(f"There is nothing {asked.get('kind')!r} to do; there are {', '.join(KINDS)}.")
        try:
            return web.json_response(await doing(self.stage, self.stage.deed(asked)))
        except Impossible as impossible:
            return refusal(str(impossible))

    async def order_fault(self, request: web.Request) -> web.Response:
        """Order a mishap for the next calls of a method."""
        try:
            self.faults.order(await body(request))
        except ValueError as wrong:
            return refusal(str(wrong))
        return web.json_response({"ok": True})

    async def clear_faults(self, _request: web.Request) -> web.Response:
        """Order no mishaps any more."""
        self.faults.clear()
        return web.json_response({"ok": True})

    async def log(self, request: web.Request) -> web.Response:
        """The bot's calls after number since, and everything it did that Slack would let pass although it is wrong."""
        workspace, since = self.stage.workspace, whole(request.query.get("since"), 0)
        calls = [call.seen() for call in workspace.calls[since:]]
        return web.json_response({"ok": True, "calls": calls, "violations": workspace.violations})

    async def world(self, request: web.Request) -> web.Response:
        """Change people or channels."""
        try:
            return web.json_response({"ok": True, **change(self.stage, await body(request))})
        except Impossible as impossible:
            return refusal(str(impossible))

    async def deliver(self, request: web.Request) -> web.Response:
        """Send raw bytes to the bot's request URL."""
        asked = await body(request)
        if not isinstance(self.stage.gateway, HttpGateway):
            return refusal("Raw requests need a bot in HTTP mode.")
        headers = {name: text(value) for name, value in obj(asked.get("headers")).items()}
        answer = await self.stage.gateway.raw(headers, text(asked.get("body")))
        return web.json_response({"ok": True, "status": answer.status, "body": answer.body, "error": answer.failure})

    async def bot_process(self, request: web.Request) -> web.Response:
        """Start, kill or look at the bot's process."""
        if self.bot is None:
            return refusal("The sandbox did not start the bot, so it cannot do this.")
        said = await self.bot(text((await body(request)).get("action")))
        self.stage.workspace.journal.note()
        return web.json_response({"ok": True, **said})


async def body(request: web.Request) -> Json:
    """Return the JSON object of the request, an empty one where it is none."""
    try:
        return obj(await request.json())
    except ValueError:
        return {}


def refusal(sentence: str) -> web.Response:
    """Return the answer to something that cannot be done."""
    return web.json_response({"ok": False, "error": sentence}, status=400)
