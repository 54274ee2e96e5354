"""The desk's server: ConnectWise's API at its usual paths, and a door through which it is told to misbehave."""

import asyncio
import base64
import json
import time
from collections.abc import Callable
from dataclasses import dataclass

from aiohttp import web

from bot.sandbox.api.door import cut
from bot.sandbox.desk.callbacks import Callbacks
from bot.sandbox.desk.control import Control
from bot.sandbox.desk.records import Records
from bot.sandbox.desk.service import Page, Refusal, Service
from bot.sandbox.desk.switches import Called, Switches
from bot.sandbox.faults import Fault
from bot.sandbox.wire import Json, obj, whole

KIND = "application/vnd.connectwise.com+json; version=2025.1"


@dataclass(frozen=True)
class DeskKeys:
    """What lets FlowPilot in, and what the desk signs its callbacks with."""

    company: str = "flowpilot"
    public_key: str = "sandboxPublic"
    private_key: str = "sandboxPrivate"  # worth nothing outside the loopback
    client_id: str = "7a1b0b3e-0000-4000-8000-00000000f1a7"
    signing_key: str = "sandbox-signing-key"

    @property
    def authorization(self) -> str:
        pair = f"{self.company}+{self.public_key}:{self.private_key}"
        return f"Basic {base64.b64encode(pair.encode()).decode()}"


class DeskServer:
    """A service desk on the loopback; `clock` counts the seconds of its budget."""

    def __init__(self, keys: DeskKeys | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self.keys = keys or DeskKeys()
        self.clock = clock
        self.records = Records()
        self.switches = Switches()
        self.url = ""
        self._service = Service(self.records, self.keys.public_key)
        self._callbacks = Callbacks(self.records, self.keys.signing_key)
        self._control = Control(self._service, self.switches, self._callbacks)
        self._runner: web.AppRunner | None = None

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> str:
        """Listen, and return the address; port 0 takes a free one."""
        application = web.Application(client_max_size=16 * 1024 * 1024)
        application.add_routes(
            [
                web.get("/login/companyinfo/{company}", self._company_info),
                web.get("/login/keys", self._signing_key),
                web.route("*", "/{codebase}/apis/3.0/{path:.+}", self._api),
                web.get("/{codebase}/services/{rest:.+}", self._page),
                *self._control.routes(),
            ]
        )
        runner = self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        await web.TCPSite(runner, host, port).start()
        self.url = f"http://{host}:{runner.addresses[0][1]}"
        self._callbacks.key_url = f"{self.url}/login/keys"
        return self.url

    async def stop(self) -> None:
        """Stop listening, and calling others."""
        await self._callbacks.stop()
        if self._runner is not None:
            await self._runner.cleanup()

    async def _company_info(self, request: web.Request) -> web.Response:
        if self.switches.away:
            return cut(request)
        if request.match_info["company"] != self.keys.company:
            return web.json_response(None)
        return web.json_response(
            {
                "CompanyName": "FlowPilot Sandbox",
                "CompanyID": self.keys.company,
                "Codebase": self.switches.codebase,
                "VersionCode": "v2025.1",
                "IsCloud": False,
                "SiteUrl": request.host,
            }
        )

    async def _signing_key(self, _request: web.Request) -> web.Response:
        return web.json_response({"signing_key": self.keys.signing_key})

    async def _page(self, request: web.Request) -> web.Response:
        """What a ticket's link opens: the desk has no pages, so it shows what it knows."""
        ticket_id = whole(request.query.get("service_recid"), 0)
        ticket = self.records.tickets.get(ticket_id)
        if ticket is None:
            return web.Response(status=404, text="There is no such ticket.")
        notes = [str(note["text"]) for note in self.records.notes.get(ticket_id, [])]
        lines = [f"CW #{ticket.id}", ticket.summary, self.records.status_name(ticket)[0], *notes]
        return web.Response(text="\n\n".join(lines))

    async def _api(self, request: web.Request) -> web.StreamResponse:
        path = request.match_info["path"].strip("/").split("/")
        name = named(request.method, path)
        body = await read_body(request)
        fault = None if self.switches.away else self.switches.faults.due(name)
        if self.switches.away or (fault is not None and fault.mode == "drop_before"):
            self._note(request, name, body, 0)
            return cut(request)
        if fault is not None and fault.mode == "slow":
            await asyncio.sleep(fault.seconds)
        answer = self._refused(request, fault) or self._answer(request, name, path, body, fault)
        self._note(request, name, body, answer.status)
        if answer.status < 400 and name in ("set_status", "add_note"):
            self._callbacks.tell(whole(path[2], 0))
        return cut(request) if fault is not None and fault.mode == "drop_after" else answer

    def _refused(self, request: web.Request, fault: Fault | None) -> web.Response | None:
        if request.match_info["codebase"] != self.switches.codebase.strip("/"):
            return answered({"code": "NotFound", "message": "Not found"}, 404)
        wait = self.switches.budget.spend(self.clock())
        if fault is not None and fault.mode == "ratelimited":
            wait = float(fault.retry_after)
        if wait:
            said = {"error": "Too Many Requests", "message": "API calls quota exceeded"}
            return web.json_response(said, status=429, headers={"Retry-After": f"{wait:.0f}"})
        if fault is not None and fault.mode == "http500":
            return web.Response(status=500, text="<html>Server Error</html>", content_type="text/html")
        if fault is not None and fault.mode == "error":
            return answered({"code": "Ordered", "message": "Ordered by the control door"}, whole(fault.error, 400))
        wrong = self.switches.expired or request.headers.get("Authorization") != self.keys.authorization
        if wrong or not request.headers.get("clientId"):
            return answered({"code": "Unauthorized", "message": "Cannot route. Codebase/company is invalid"}, 401)
        return None

    def _answer(
        self, request: web.Request, name: str, path: list[str], body: object, fault: Fault | None
    ) -> web.Response:
        keep = fault is not None and fault.mode == "keep_status"
        asked = Asked(whole(path[2], 0) if len(path) > 2 else 0, dict(request.query), body, keep)
        try:
            if name in LISTS:
                return self._listed(request, LISTS[name](self._service, asked))
            if name in ENTRIES:
                done, status = ENTRIES[name]
                return answered(done(self._service, asked), status)
        except Refusal as refusal:
            return answered(refusal.body, refusal.status)
        return answered({"code": "NotFound", "message": f"This desk has no {request.method} {request.path}"}, 404)

    def _listed(self, request: web.Request, page: Page) -> web.Response:
        answer = answered(page.entries)
        if page.more:
            following = request.url.update_query(page=str(page.number + 1))
            answer.headers["Link"] = f'<{following}>; rel="next"'
        return answer

    def _note(self, request: web.Request, name: str, body: object, status: int) -> None:
        self.switches.calls.append(Called(name, request.method, request.path, dict(request.query), body, status))


def answered(body: object, status: int = 200) -> web.Response:
    """Return an answer in ConnectWise's own content type."""
    if body is None:
        return web.Response(status=status)
    return web.Response(body=json.dumps(body).encode(), status=status, headers={"Content-Type": KIND})


async def read_body(request: web.Request) -> object:
    """Return the JSON of a request, None where it has none."""
    try:
        return await request.json() if request.can_read_body else None
    except ValueError:
        return None


@dataclass(frozen=True)
class Asked:
    """What one call asks: the number in its path, its query and body; keep_status is a mishap on order."""

    number: int
    query: Json
    body: object
    keep_status: bool


LISTS: dict[str, Callable[[Service, Asked], Page]] = {
    "find_tickets": lambda desk, asked: desk.tickets(asked.query),
    "search_tickets": lambda desk, asked: desk.tickets(asked.query | obj(asked.body)),
    "notes": lambda desk, asked: desk.notes(asked.number, asked.query),
    "boards": lambda desk, asked: desk.boards(asked.query),
    "statuses": lambda desk, asked: desk.statuses(asked.number, asked.query),
    "members": lambda desk, asked: desk.members(asked.query),
    "companies": lambda desk, asked: desk.companies(asked.query),
    "contacts": lambda desk, asked: desk.contacts(asked.query),
}
ENTRIES: dict[str, tuple[Callable[[Service, Asked], Json | None], int]] = {
    "read_ticket": (lambda desk, asked: desk.ticket(asked.number), 200),
    "set_status": (lambda desk, asked: desk.change(asked.number, asked.body, keep_status=asked.keep_status), 200),
    "add_note": (lambda desk, asked: desk.add_note(asked.number, obj(asked.body)), 201),
    "add_time": (lambda desk, asked: desk.book(obj(asked.body)), 201),
    "follow": (lambda desk, asked: desk.listen(obj(asked.body)), 201),
    "unfollow": (lambda desk, asked: desk.forget(asked.number), 204),
    "info": (lambda desk, asked: {"version": "v2025.1", "isCloud": False, "serverTimeZone": "UTC"}, 200),
}
PATHS = {
    ("GET", "service/tickets"): "find_tickets",
    ("POST", "service/tickets/search"): "search_tickets",
    ("GET", "service/tickets/#"): "read_ticket",
    ("PATCH", "service/tickets/#"): "set_status",
    ("GET", "service/tickets/#/notes"): "notes",
    ("POST", "service/tickets/#/notes"): "add_note",
    ("GET", "service/boards"): "boards",
    ("GET", "service/boards/#/statuses"): "statuses",
    ("GET", "system/info"): "info",
    ("GET", "system/members"): "members",
    ("POST", "system/callbacks"): "follow",
    ("DELETE", "system/callbacks/#"): "unfollow",
    ("GET", "company/companies"): "companies",
    ("GET", "company/contacts"): "contacts",
    ("POST", "time/entries"): "add_time",
}


def named(method: str, path: list[str]) -> str:
    """Return the name of a call, by which mishaps are ordered and the log is read."""
    shape = "/".join("#" if part.isdigit() else part for part in path)
    return PATHS.get((method, shape), "unknown")
