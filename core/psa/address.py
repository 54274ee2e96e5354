"""Where a ticket system may be: public hosts over https. Further hosts, private or plain http ones too, are named by whoever runs FlowPilot."""

from __future__ import annotations

import asyncio
import ipaddress
import re
import socket
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from core.errors import Invalid

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
HOSTS = "FLOWPILOT_PSA_HOSTS"
_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?")
# IPv6 networks that carry an IPv4 address inside: what they lead to is somebody else's to decide.
_CARRIERS = [ipaddress.ip_network(one) for one in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32")]


class AddressRefused(Invalid):
    """An address that FlowPilot does not talk to; the sentence says why."""


@dataclass(frozen=True)
class TrustedHosts:
    """The hosts of FLOWPILOT_PSA_HOSTS: `host` (every port) or `host:port`."""

    named: frozenset[str] = frozenset()

    @staticmethod
    def parse(text: str) -> TrustedHosts:
        return TrustedHosts(frozenset(one.lower() for one in text.replace(",", " ").split()))

    def has(self, host: str, port: int) -> bool:
        return host in self.named or f"{host}:{port}" in self.named


async def resolve(host: str, port: int) -> Sequence[str]:
    """Every address of a host, as the system resolves it. Raises OSError."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def is_public(address: str) -> bool:
    """Whether an IP address is one of the open internet's."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped is not None:
            return is_public(str(ip.ipv4_mapped))
        if any(ip in carrier for carrier in _CARRIERS):
            return False
    return ip.is_global and not ip.is_multicast


@dataclass(frozen=True)
class Site:
    """A checked address: scheme, host and port, without a path unless the system lives under one."""

    scheme: str
    host: str
    port: int
    path: str = ""

    @property
    def url(self) -> str:
        """Without a slash at the end."""
        usual = {"https": 443, "http": 80}[self.scheme]
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}{'' if self.port == usual else f':{self.port}'}{self.path}"


def site(text: str, trusted: TrustedHosts, *, field: str, path: bool = False) -> Site:
    """Reads an address as a person types it ("na.myconnectwise.net", "https://rt.example.com/rt"). Raises `AddressRefused` on `field`.

    Only its form is checked: where the name leads is looked at when a connection is made, each time.
    """
    wanted = text.strip()
    if "://" not in wanted:
        wanted = f"https://{wanted}"
    try:
        parts = urlsplit(wanted)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        host, port, parts = "", None, urlsplit("")
    if ":" not in host and not _HOST.fullmatch(host):
        raise AddressRefused(
            "This is not the address of a server; it looks like https://na.myconnectwise.net.", field=field
        )
    if parts.scheme not in {"http", "https"}:
        raise AddressRefused("The address must begin with https://.", field=field)
    if parts.username or parts.password or parts.query or parts.fragment:
        raise AddressRefused(
            "Please give the address alone: no user, no password, nothing after a ? or #.", field=field
        )
    at = port or (443 if parts.scheme == "https" else 80)
    if parts.scheme == "http" and not trusted.has(host, at):
        raise AddressRefused(
            f"Keys are sent over https only. Whoever runs FlowPilot can allow “{host}” with {HOSTS}.", field=field
        )
    return Site(parts.scheme, host, at, parts.path.rstrip("/") if path else "")


async def checked(host: str, port: int, trusted: TrustedHosts, look_up: Resolve) -> str:
    """The one IP address to connect to. Raises `AddressRefused` for a private one, OSError when the name leads nowhere.

    Every answer must be public, and the connection is made to the address that was checked: a name that changes its mind in between gains nothing.
    """
    found = await look_up(host, port)
    if not found:
        raise OSError(f"{host} has no address")
    if not trusted.has(host, port):
        for address in found:
            if not is_public(address):
                raise AddressRefused(
                    f"“{host}” leads into a private network, where FlowPilot does not go. Whoever runs FlowPilot can allow it with {HOSTS}."
                )
    return found[0]
