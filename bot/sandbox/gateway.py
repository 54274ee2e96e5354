"""How payloads reach the bot: signed HTTP requests, or envelopes over a Socket Mode websocket."""

import asyncio
import hashlib
import hmac
import itertools
import json
import time
from dataclasses import dataclass
from typing import Literal, Protocol
from urllib.parse import urlencode

import aiohttp
from aiohttp import web

from bot.sandbox.settings import WorkspaceSettings
from bot.sandbox.wire import Json, obj, text

Kind = Literal["slash_commands", "interactive", "events_api"]


@dataclass(frozen=True)
class Attempt:
    """Which delivery of a payload this is (0 the first), why it is repeated, and how old (seconds) its signature is."""

    number: int = 0
    reason: str = ""
    clock_behind: float = 0.0


@dataclass(frozen=True)
class Answer:
    """What came back: status 200 is good. failure is timeout, http_timeout, http_error or connection_failed."""

    status: int | None
    ms: float
    failure: str | None = None
    body: str = ""
    no_retry: bool = False

    @property
    def content(self) -> Json:
        """The body as an object; a body of plain text is its `text`."""
        if not self.body.strip():
            return {}
        try:
            return obj(json.loads(self.body))
        except ValueError:
            return {"text": self.body}


class Gateway(Protocol):
    """A way to the bot."""

    async def deliver(self, kind: Kind, payload: Json, attempt: Attempt) -> Answer:
        """Deliver the payload and return the bot's answer; a failure is part of the answer, never raised."""
        ...

    async def close(self) -> None:
        """Give up every connection."""
        ...


def signature(secret: str, timestamp: str, body: str) -> str:
    """Return the v0 signature of a request body."""
    digest = hmac.new(secret.encode(), f"v0:{timestamp}:{body}".encode(), hashlib.sha256)
    return f"v0={digest.hexdigest()}"


class HttpGateway:
    """Signed POST requests to the bot's request URL."""

    def __init__(self, settings: WorkspaceSettings, request_url: str | None = None) -> None:
        self.request_url = request_url
        self._settings = settings
        self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))

    async def deliver(self, kind: Kind, payload: Json, attempt: Attempt) -> Answer:
        """Deliver the payload; Slack's form for each kind: a form, a form with `payload`, or JSON."""
        match kind:
            case "slash_commands":
                body, content_type = urlencode({name: str(value) for name, value in payload.items()}), "form"
            case "interactive":
                body, content_type = urlencode({"payload": json.dumps(payload)}), "form"
            case "events_api":
                body, content_type = json.dumps(payload), "json"
        timestamp = str(int(time.time() - attempt.clock_behind))
        headers = {
            "Content-Type": "application/json" if content_type == "json" else "application/x-www-form-urlencoded",
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": signature(self._settings.signing_secret, timestamp, body),
        }
        if attempt.number:
            headers |= {"X-Slack-Retry-Num": str(attempt.number), "X-Slack-Retry-Reason": attempt.reason}
        return await self.raw(headers, body)

    async def raw(self, headers: dict[str, str], body: str) -> Answer:
        """POST these bytes as they are, and return the answer."""
        begun = time.perf_counter()
        if self.request_url is None:
            return Answer(None, 0.0, "connection_failed")
        limit = aiohttp.ClientTimeout(total=self._settings.ack_seconds)
        try:
            async with self._session.post(
                self.request_url, data=body.encode(), headers=headers, timeout=limit
            ) as answer:
                content = await answer.text()
                failure = None if answer.status == 200 else "http_error"
                no_retry = answer.headers.get("X-Slack-No-Retry") == "1"
                return Answer(answer.status, _since(begun), failure, content, no_retry)
        except TimeoutError:
            return Answer(None, _since(begun), "http_timeout")
        except aiohttp.ClientError:
            return Answer(None, _since(begun), "connection_failed")

    async def close(self) -> None:
        """Close the connections."""
        await self._session.close()


class SocketGateway:
    """Envelopes over the websockets the bot has opened; each goes to one, and is answered by its envelope_id."""

    def __init__(self, settings: WorkspaceSettings) -> None:
        self._settings = settings
        self._sockets: list[web.WebSocketResponse] = []
        self._waiting: dict[str, tuple[asyncio.Future[str], web.WebSocketResponse]] = {}
        self._serial = itertools.count(1)

    async def serve(self, socket: web.WebSocketResponse) -> None:
        """Greet a websocket and read its answers until it closes."""
        self._sockets.append(socket)
        await socket.send_json(
            {
                "type": "hello",
                "num_connections": len(self._sockets),
                "debug_info": {"host": "sandbox", "build_number": 1, "approximate_connection_time": 18060},
                "connection_info": {"app_id": self._settings.app_id},
            }
        )
        try:
            async for message in socket:
                if message.type == aiohttp.WSMsgType.TEXT:
                    self._answered(text(message.data))
        finally:
            self._sockets.remove(socket)
            for waiting, over in self._waiting.values():
                if over is socket and not waiting.done():
                    waiting.set_exception(ConnectionResetError("the websocket closed"))

    def _answered(self, line: str) -> None:
        try:
            answer = obj(json.loads(line))
        except ValueError:
            return
        known = self._waiting.get(text(answer.get("envelope_id")))
        if known is not None and not known[0].done():
            payload = answer.get("payload")
            known[0].set_result("" if payload is None else json.dumps(payload))

    async def deliver(self, kind: Kind, payload: Json, attempt: Attempt) -> Answer:
        """Deliver the payload as an envelope and wait for the acknowledgement."""
        begun = time.perf_counter()
        if not self._sockets:
            return Answer(None, 0.0, "connection_failed")
        serial = next(self._serial)
        socket = self._sockets[serial % len(self._sockets)]
        envelope_id = f"{serial:08x}-0000-4000-8000-{time.time_ns() & 0xFFFFFFFFFFFF:012x}"
        envelope: Json = {"envelope_id": envelope_id, "payload": payload, "type": kind}
        envelope["accepts_response_payload"] = kind != "events_api"
        if kind == "events_api":
            envelope |= {"retry_attempt": attempt.number, "retry_reason": attempt.reason}
        waiting: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._waiting[envelope_id] = (waiting, socket)
        try:
            await socket.send_str(json.dumps(envelope))
            body = await asyncio.wait_for(waiting, self._settings.ack_seconds)
            return Answer(200, _since(begun), body=body)
        except TimeoutError:
            return Answer(None, _since(begun), "timeout")
        except ConnectionError:
            return Answer(None, _since(begun), "connection_failed")
        finally:
            del self._waiting[envelope_id]

    async def disconnect(self, reason: str) -> None:
        """Ask every websocket to reconnect, as Slack does now and then, and close it."""
        for socket in list(self._sockets):
            await socket.send_json({"type": "disconnect", "reason": reason, "debug_info": {"host": "sandbox"}})
            await socket.close()

    async def close(self) -> None:
        """Close every websocket."""
        for socket in list(self._sockets):
            await socket.close()


def _since(begun: float) -> float:
    return round((time.perf_counter() - begun) * 1000, 2)


def failure_shown(answer: Answer) -> str | None:
    """Return what Slack shows the person about an interaction that failed; None for one that did not."""
    if answer.failure is None:
        return None
    return "operation_timeout" if answer.failure in ("timeout", "http_timeout") else "dispatch_failed"
