"""One call to a ticket system, and what its failure means: whether it was done, may have been done, or surely was not."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import cast

import httpx

from core.psa.address import AddressRefused
from core.psa.gate import Gate
from core.psa.provider import KeysRefused, PsaAway, PsaRefused, System, Throttled
from core.psa.reading import Json
from core.text import clean, shorten

SECONDS = 12.0
"""For one call, whatever it does."""
LARGEST = 8 * 1024 * 1024
DEFAULT_PAUSE = 10.0
LONGEST_PAUSE = 3_600.0
SAID = 500

# What surely never reached the other side.
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


@dataclass(frozen=True)
class Heard:
    """An answer that is none of the refusals below. `body` is its JSON, None where it has none."""

    status: int
    headers: Mapping[str, str]
    body: object

    @property
    def entry(self) -> Json:
        return cast("Json", self.body) if isinstance(self.body, dict) else {}

    @property
    def entries(self) -> Sequence[Json]:
        items = cast("list[object]", self.body) if isinstance(self.body, list) else []
        return [cast("Json", one) for one in items if isinstance(one, dict)]


class Missing(Exception):
    """404: what it means depends on what was asked."""


@dataclass(frozen=True)
class Wire:
    """`said` reads the system's own sentence from the body of an error."""

    system: System
    client: httpx.AsyncClient
    gate: Gate
    headers: Mapping[str, str]
    said: Callable[[object, str], str]

    async def call(
        self,
        method: str,
        url: str,
        *,
        query: Mapping[str, str] | None = None,
        body: object = None,
        bare: bool = False,
    ) -> Heard:
        """One call; a read that never got an answer is made once more. `bare` leaves our keys out.

        Raises `Missing` for a 404, and what every verb of the port may raise.
        """
        reads = method == "GET"
        try:
            return await self._once(method, url, query, body, bare=bare)
        except PsaAway:
            if not reads:
                raise
        return await self._once(method, url, query, body, bare=bare)

    async def _once(self, method: str, url: str, query: Mapping[str, str] | None, body: object, *, bare: bool) -> Heard:
        await self.gate.enter()
        try:
            async with asyncio.timeout(SECONDS):
                answer, raw = await self._send(method, url, query, body, bare=bare)
        except _NOT_SENT as error:
            raise self._away(str(error) or "no connection") from error
        except (httpx.HTTPError, TimeoutError) as error:
            why = (
                "it did not answer in time"
                if isinstance(error, TimeoutError | httpx.TimeoutException)
                else "the connection broke"
            )
            raise self._away(why, maybe_done=method != "GET") from error
        return self._read(method, answer, raw)

    async def _send(
        self, method: str, url: str, query: Mapping[str, str] | None, body: object, *, bare: bool
    ) -> tuple[httpx.Response, bytes]:
        content = None if body is None else json.dumps(body).encode()
        headers = {} if bare else dict(self.headers)
        if content is not None:
            headers["Content-Type"] = "application/json"
        request = self.client.build_request(method, url, params=query, content=content, headers=headers)
        answer = await self.client.send(request, stream=True)
        try:
            raw = bytearray()
            async for part in answer.aiter_bytes():
                raw += part
                if len(raw) > LARGEST:
                    raise httpx.DecodingError("the answer is too large")
        finally:
            await answer.aclose()
        return answer, bytes(raw)

    def _read(self, method: str, answer: httpx.Response, raw: bytes) -> Heard:
        status, text = answer.status_code, raw[:4_000].decode("utf-8", "replace")
        body, readable = _json(raw)
        if status >= 500:
            raise self._away(f"it answers with error {status}", maybe_done=method != "GET")
        self.gate.answered()
        if status == 429:
            seconds = _seconds(answer.headers.get("Retry-After"))
            self.gate.pause(seconds)
            raise Throttled(self.system, seconds)
        if 300 <= status < 400:
            where = shorten(clean(str(answer.headers.get("Location") or "elsewhere").partition("?")[0]), 200)
            raise AddressRefused(
                f"This address sends FlowPilot on to {where}; please give the one where {self.system.named} itself answers."
            )
        said = shorten(clean(self.said(body, text)), SAID)
        if status == 401:
            raise KeysRefused(self.system, said)
        if status == 404:
            raise Missing(said)
        if status >= 400:
            raise PsaRefused(self.system, said or f"error {status}")
        if not readable:
            raise self._away("what answers there does not speak its language", maybe_done=method != "GET")
        return Heard(status, dict(answer.headers), body)

    def _away(self, why: str, *, maybe_done: bool = False) -> PsaAway:
        self.gate.failed()
        return PsaAway(self.system, why, maybe_done=maybe_done)


def _json(raw: bytes) -> tuple[object, bool]:
    """What a body says, and whether it could be read; an empty one says nothing."""
    try:
        return (json.loads(raw) if raw.strip() else None), True
    except (ValueError, RecursionError):
        return None, False


def _seconds(retry_after: str | None) -> float:
    """A `Retry-After`, in seconds or as a date."""
    try:
        seconds = float(int(retry_after)) if retry_after else DEFAULT_PAUSE
    except ValueError:
        try:
            seconds = (parsedate_to_datetime(retry_after or "") - datetime.now(UTC)).total_seconds()
        except (ValueError, TypeError):
            seconds = DEFAULT_PAUSE
    return min(max(seconds, 1.0), LONGEST_PAUSE)
