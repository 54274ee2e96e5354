"""The sandbox's one server: Slack's Web API, its websockets and response URLs, the page, and the control door."""

import asyncio
from pathlib import Path

from aiohttp import web

from bot.sandbox.acts import Stage
from bot.sandbox.api.backend import Backend
from bot.sandbox.api.door import Door, cut, ordered_refusal
from bot.sandbox.control import BotControl, Control, body
from bot.sandbox.events import Events
from bot.sandbox.faults import Faults
from bot.sandbox.gateway import HttpGateway, SocketGateway
from bot.sandbox.replies import Replies
from bot.sandbox.settings import WorkspaceSettings
from bot.sandbox.tickets import TicketRefused
from bot.sandbox.workspace import Refused, Workspace

STATIC = Path(__file__).parent / "static"
UPLOAD_LIMIT = 64 * 1024 * 1024


class SandboxServer:
    """A Slack workspace on the loopback. Construct it within a running loop, start it, and point the bot at `url`."""

    def __init__(self, settings: WorkspaceSettings) -> None:
        self.settings = settings
        self.workspace = Workspace(settings)
        self.faults = Faults()
        self._gateway = HttpGateway(settings) if settings.mode == "http" else SocketGateway(settings)
        self._events = Events(self.workspace, self._gateway)
        self._replies = Replies(self.workspace, self._events)
        self._control = Control(Stage(self.workspace, self._gateway, self._events, self._replies), self.faults)
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        """The address of the sandbox, without a slash at the end; empty before it has started."""
        return self.workspace.base_url

    @property
    def api_url(self) -> str:
        """The base_url for the bot's Slack client."""
        return f"{self.url}/api/"

    def deliver_to(self, request_url: str) -> None:
        """Send payloads to this address of the bot (HTTP mode). Raises TypeError in Socket Mode."""
        if not isinstance(self._gateway, HttpGateway):
            raise TypeError("In Socket Mode the bot fetches its payloads itself.")
        self._gateway.request_url = request_url

    def tell_readers(self) -> None:
        """Wake those who wait for news: the bot's process has come or gone."""
        self.workspace.journal.note()

    def control_bot_with(self, control: BotControl) -> None:
        """Let /sandbox/bot start, kill and look at the bot's process through this function."""
        self._control.bot = control

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> str:
        """Listen, and return the address; port 0 takes a free one."""
        application = web.Application(client_max_size=UPLOAD_LIMIT)
        door = Door(Backend(self.workspace, self._events), self.faults)
        application.add_routes(
            [
                web.get("/", self._page),
                web.get("/api/{method}", door.call),
                web.post("/api/{method}", door.call),
                web.get("/socket", self._socket),
                web.post("/respond/{url_id}", self._respond),
                web.post("/upload/{file_id}", self._upload),
                *self._control.routes(),
            ]
        )
        if STATIC.is_dir():
            application.router.add_static("/static", STATIC)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        site = web.TCPSite(self._runner, host, port)
        await site.start()
        actual = self._runner.addresses[0][1]
        self.workspace.base_url = f"http://{host}:{actual}"
        return self.workspace.base_url

    async def stop(self) -> None:
        """Stop listening and end everything under way."""
        self.workspace.journal.note()  # lets go of those who wait for news
        await self._events.stop()
        await self._gateway.close()
        if self._runner is not None:
            await self._runner.cleanup()

    async def _page(self, _request: web.Request) -> web.StreamResponse:
        return web.FileResponse(STATIC / "index.html")

    async def _socket(self, request: web.Request) -> web.StreamResponse:
        if not isinstance(self._gateway, SocketGateway):
            return web.Response(status=404)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await self._gateway.serve(socket)
        return socket

    async def _respond(self, request: web.Request) -> web.StreamResponse:
        said = await body(request)
        fault = self.faults.due("respond")
        if fault is not None and fault.mode == "drop_before":
            return cut(request)
        if fault is not None and fault.mode == "slow":
            await asyncio.sleep(fault.seconds)
        refusal = None if fault is None else ordered_refusal(fault)
        if refusal is not None:
            return refusal
        try:
            self._replies.respond(self.workspace.tickets.use(request.match_info["url_id"]), said)
        except TicketRefused as refused:
            self.workspace.record("respond", said, {"ok": False, "error": str(refused)})
            return web.Response(status=404, text=str(refused))
        except Refused as refused:
            self.workspace.violation(f"response URL: {refused}")
            self.workspace.record("respond", said, {"ok": False, "error": refused.code})
            return web.Response(status=400, text=refused.code)
        self.workspace.record("respond", said, {"ok": True})
        return cut(request) if fault is not None and fault.mode == "drop_after" else web.Response(text="ok")

    async def _upload(self, request: web.Request) -> web.StreamResponse:
        upload = self.workspace.uploads.get(request.match_info["file_id"])
        if upload is None:
            return web.Response(status=404)
        content = await request.read()
        if request.content_type == "multipart/form-data":
            return web.Response(status=400, text="The sandbox takes the plain bytes only.")
        upload["content"] = content.decode("utf-8", "replace")
        return web.Response(text=f"OK - {len(content)}")
