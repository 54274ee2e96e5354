"""Slack as the tests use it: people with names who type, press and read, through the sandbox's control door alone."""

import inspect
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from types import TracebackType
from typing import TypeVar, overload

import aiohttp

from bot.sandbox.wire import Json, flag, items, obj, objs, text, whole
from tests.patience import PATIENCE
from tests.slack_person import Person
from tests.slack_screen import Reply, Screen
from tests.slack_things import Home, Message, Modal, NotThere

__all__ = ["Call", "Home", "Message", "Modal", "NotThere", "Person", "Reply", "Slack"]

Seen = TypeVar("Seen")


@dataclass(frozen=True)
class Call:
    """One call of the bot to the Web API, or to a response URL (method "respond")."""

    n: int
    method: str
    args: Json
    response: Json
    at: float

    @property
    def ok(self) -> bool:
        """Whether it was answered with ok."""
        return flag(self.response.get("ok"))


class Slack:
    """The workspace at url (of SandboxServer.start). Use it as an async context manager."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._session: aiohttp.ClientSession | None = None
        self._screens: dict[str, Screen] = {}
        self._version = 0

    async def __aenter__(self) -> "Slack":
        """Open the connection."""
        self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connection."""
        if self._session is not None:
            await self._session.close()

    def as_(self, name: str) -> Person:
        """Return the person with this name (ana, ben, lena, adil, gus, sara, nia, or one added) or id."""
        return Person(self, name)

    async def ask(self, verb: str, path: str, content: object = None) -> Json:
        """Return the answer of the control door. Raises NotThere with its sentence where a person could not do that."""
        if self._session is None:
            raise RuntimeError("Use `async with Slack(url) as slack`.")
        async with self._session.request(verb, self.url + path, json=content) as answer:
            said = obj(await answer.json())
        if answer.status == 400:
            raise NotThere(text(said.get("error")))
        self._version = max(self._version, whole(said.get("version"), 0))
        return said

    async def screen(self, name: str) -> Screen:
        """Return what the person sees now; only what has changed since the last look is fetched."""
        known = self._screens.setdefault(name, Screen())
        state = await self.ask("GET", f"/sandbox/state?as={name}&since={known.version}&delta=1")
        known.take(state)
        return known

    @overload
    async def until(self, predicate: Callable[[], Awaitable[Seen | None]], within: float = PATIENCE) -> Seen: ...
    @overload
    async def until(self, predicate: Callable[[], Seen | None], within: float = PATIENCE) -> Seen: ...
    async def until(self, predicate: Callable[[], object], within: float = PATIENCE) -> object:
        """Return the predicate's value as soon as it is true; it is asked again whenever anything in Slack changes.

        The predicate may be async: `await slack.until(ana.modal)`. Raises AssertionError after `within` seconds.
        """
        end = time.monotonic() + within
        while True:
            since = self._version
            value = predicate()
            seen: object = await value if inspect.isawaitable(value) else value
            if seen:
                return seen
            left = end - time.monotonic()
            if left <= 0:
                raise AssertionError(await self._disappointment(within))
            # A second at most: what a predicate asks may also be true without any change in Slack.
            await self.ask("GET", f"/sandbox/wait?since={since}&timeout={min(left, 1.0):.3f}")

    async def _disappointment(self, within: float) -> str:
        calls = [f"{call.method}: {'ok' if call.ok else call.response}" for call in await self.log()]
        wrong = await self.violations()
        return f"Not within {within} s. Last calls of the bot: {calls[-8:]}. Violations: {wrong[-8:]}"

    async def log(self, method: str | None = None, *, since: int = 0) -> list[Call]:
        """Return the bot's calls in order, all or those of one method; since is the n of a call already known."""
        said = await self.ask("GET", f"/sandbox/log?since={since}")
        calls = [
            Call(whole(each["n"], 0), text(each["method"]), obj(each["args"]), obj(each["response"]), _at(each))
            for each in objs(said["calls"])
        ]
        return [call for call in calls if method in (None, call.method)]

    async def violations(self) -> list[str]:
        """Return what the bot did that Slack refuses as malformed, or lets pass although it is wrong."""
        return [text(each) for each in items((await self.ask("GET", "/sandbox/log?since=999999999"))["violations"])]

    async def fault(
        self,
        method: str,
        mode: str,
        *,
        times: int = 1,
        error: str = "internal_error",
        retry_after: int = 1,
        seconds: float = 1.0,
    ) -> None:
        """Let the next calls of the method go wrong: drop_before, drop_after, error, http500, ratelimited or slow."""
        await self.ask(
            "POST",
            "/sandbox/faults",
            {
                "method": method,
                "mode": mode,
                "times": times,
                "error": error,
                "retry_after": retry_after,
                "seconds": seconds,
            },
        )

    async def clear_faults(self) -> None:
        """Let nothing go wrong any more."""
        await self.ask("DELETE", "/sandbox/faults")

    async def world(self, **changes: object) -> Json:
        """Change the world: add_person={…}, add_channel={…}, archive="noc", deactivate="ben", kick_bot="noc", …"""
        return await self.ask("POST", "/sandbox/world", changes)

    async def deliver_raw(self, headers: dict[str, str], body: str) -> tuple[int | None, str]:
        """POST the body as it is to the bot's request URL (HTTP mode); return status and answer."""
        said = await self.ask("POST", "/sandbox/deliver", {"headers": headers, "body": body})
        return None if said["status"] is None else whole(said["status"], 0), text(said["body"])

    async def bot(self, action: str) -> Json:
        """Kill, start or look at (status) the bot's process, where the sandbox runs one."""
        return await self.ask("POST", "/sandbox/bot", {"action": action})


def _at(call: Json) -> float:
    at = call["at"]
    return at if isinstance(at, float) else 0.0
