"""The door of the Web API: token, arguments, faults and the log round every method."""

import asyncio

from aiohttp import web

from bot.sandbox.api import agents, chat, conversations, files, team, views
from bot.sandbox.api.backend import Backend, Method
from bot.sandbox.faults import Fault, Faults
from bot.sandbox.scopes import missing
from bot.sandbox.wire import Json, decoded, obj, text
from bot.sandbox.workspace import Refused

METHODS: dict[str, Method] = {
    **agents.METHODS,
    **chat.METHODS,
    **conversations.METHODS,
    **files.METHODS,
    **team.METHODS,
    **views.METHODS,
}
TOKENLESS = ("api.test", "blocks.validate")
APP_TOKEN = ("apps.connections.open",)


class Door:
    """Answers /api/<method>."""

    def __init__(self, backend: Backend, faults: Faults) -> None:
        self._backend = backend
        self._faults = faults

    async def call(self, request: web.Request) -> web.StreamResponse:
        """Answer one call, with whatever mishap was ordered for it."""
        method = request.match_info["method"]
        args, token = await arguments(request)
        fault = self._faults.due(method)
        if fault is not None and fault.mode == "drop_before":
            self._backend.workspace.record(method, args, {"ok": False, "error": "fault: drop_before"})
            return cut(request)
        if fault is not None and fault.mode == "slow":
            await asyncio.sleep(fault.seconds)
        refusal = None if fault is None else ordered_refusal(fault)
        if refusal is not None:
            self._backend.workspace.record(
                method, args, {"ok": False, "error": f"fault: {fault.mode if fault else ''}"}
            )
            return refusal
        answer = self._answer(method, args, token)
        self._backend.workspace.record(method, args, answer)
        if fault is not None and fault.mode == "drop_after":
            return cut(request)
        headers = {"x-oauth-scopes": ",".join(self._backend.workspace.settings.scopes), "x-slack-req-id": "sandbox"}
        return web.json_response(answer, headers=headers)

    def _answer(self, method: str, args: Json, token: str | None) -> Json:
        workspace = self._backend.workspace
        if method not in METHODS:
            workspace.violation(f"unknown method {method}")
            return {"ok": False, "error": "unknown_method", "req_method": method}
        try:
            if method not in TOKENLESS:
                self._admit(method, token)
                self._within_scopes(method, args)
            return {"ok": True, **METHODS[method](self._backend, args)}
        except Refused as refused:
            answer: Json = {"ok": False, "error": refused.code}
            if refused.needed:
                answer |= {"needed": refused.needed, "provided": ",".join(workspace.settings.scopes)}
                workspace.violation(f"{method}: {refused}")
            if refused.messages:
                answer["response_metadata"] = {"messages": refused.messages}
                workspace.violation(f"{method}: {refused}")
            return answer

    def _admit(self, method: str, token: str | None) -> None:
        settings = self._backend.workspace.settings
        if not token:
            raise Refused("not_authed")
        if token not in (settings.bot_token, settings.app_token):
            raise Refused("invalid_auth")
        if (token == settings.app_token) != (method in APP_TOKEN):
            raise Refused("not_allowed_token_type")
        if not self._backend.workspace.installed:
            raise Refused("account_inactive")

    def _within_scopes(self, method: str, args: Json) -> None:
        channel = self._backend.workspace.channels.get(text(args.get("channel")))
        kind = None if channel is None else channel.kind
        scope = missing(method, kind, text(args.get("types")), self._backend.workspace.settings.scopes)
        if scope is not None:
            raise Refused("missing_scope", needed=scope)


async def arguments(request: web.Request) -> tuple[Json, str | None]:
    """Return the arguments of a call, from query, form or JSON, and its token."""
    args: Json = dict(request.query)
    if request.content_type == "application/json":
        try:
            args |= obj(await request.json())
        except ValueError:
            args["_"] = "not JSON"
    elif request.can_read_body:
        args |= {name: value for name, value in (await request.post()).items() if isinstance(value, str)}
    for name in ("attachments", "blocks", "chunks", "files", "message", "metadata", "prompts", "unfurls", "view"):
        if name in args:
            try:
                args[name] = decoded(args[name])
            except ValueError:
                args[name] = [args[name]]  # no member of an array of objects: the method's own check refuses it
    token = args.pop("token", None)
    header = request.headers.get("Authorization", "")
    if header.startswith("Bearer "):
        token = header.removeprefix("Bearer ")
    return args, token if isinstance(token, str) else None


def ordered_refusal(fault: Fault) -> web.Response | None:
    """Return the answer that the fault gives instead of the method's, or None where the method is to run."""
    match fault.mode:
        case "error":
            return web.json_response({"ok": False, "error": fault.error})
        case "http500":
            return web.Response(status=500, text="Internal Server Error")
        case "ratelimited":
            headers = {"Retry-After": str(fault.retry_after)}
            return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers=headers)
        case _:
            return None


def cut(request: web.Request) -> web.Response:
    """Cut the connection: no answer arrives."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)
