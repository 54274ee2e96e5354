"""The way out: every request goes to an address that was checked the moment before, and nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpx

from core.psa.address import AddressRefused, Resolve, TrustedHosts, checked, resolve

CONNECT_SECONDS = 4.0
ANSWER_SECONDS = 10.0
CONNECTIONS = 20


class PinnedTransport(httpx.AsyncBaseTransport):
    """Resolves, checks, and connects to what was checked; the certificate is still the name's.

    One pool per host, so that none serves another's name.
    """

    def __init__(
        self,
        trusted: TrustedHosts,
        look_up: Resolve = resolve,
        pool: Callable[[], httpx.AsyncBaseTransport] | None = None,
    ) -> None:
        self._trusted = trusted
        self._look_up = look_up
        self._pool = pool or _pool
        self._pools: dict[str, httpx.AsyncBaseTransport] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        host = request.url.host
        port = request.url.port or (443 if request.url.scheme == "https" else 80)
        if request.url.scheme != "https" and not self._trusted.has(host, port):
            raise AddressRefused(f"FlowPilot talks to “{host}” over https only.")
        try:
            address = await checked(host, port, self._trusted, self._look_up)
        except OSError as error:
            raise httpx.ConnectError(f"{host} cannot be found", request=request) from error
        pinned = httpx.Request(
            request.method,
            request.url.copy_with(host=address, port=port),
            headers=request.headers,  # the Host header is the name's already
            stream=request.stream,
            extensions={**request.extensions, "sni_hostname": host},
        )
        pool = self._pools.get(host) or self._pools.setdefault(host, self._pool())
        return await pool.handle_async_request(pinned)

    async def aclose(self) -> None:
        for pool in self._pools.values():
            await pool.aclose()


def _pool() -> httpx.AsyncBaseTransport:
    return httpx.AsyncHTTPTransport(limits=httpx.Limits(max_connections=CONNECTIONS), trust_env=False)


def client(trusted: TrustedHosts, look_up: Resolve = resolve) -> httpx.AsyncClient:
    """One client for all connections: it follows no redirect, keeps no cookie, and reads no proxy from the environment."""
    return httpx.AsyncClient(
        transport=PinnedTransport(trusted, look_up),
        timeout=httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS),
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        follow_redirects=False,
        trust_env=False,
        headers={"User-Agent": "FlowPilot"},
    )
