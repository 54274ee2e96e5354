"""What it takes to be let into a ticket system."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

from core.psa.address import Site, TrustedHosts, site
from core.psa.models import PsaConnection
from core.psa.provider import System
from core.sealed import Keyring


@dataclass(frozen=True)
class ConnectWiseLogin:
    """`client_id` is the integration's own id, from ConnectWise's developer site."""

    site: Site
    company: str
    public_key: str
    private_key: str = field(repr=False)
    client_id: str

    @property
    def shown(self) -> dict[str, str]:
        return {"company": self.company, "public_key": self.public_key, "client_id": self.client_id}

    @property
    def secret(self) -> dict[str, str]:
        return {"private_key": self.private_key}


@dataclass(frozen=True)
class RequestTrackerLogin:
    site: Site
    user: str
    password: str = field(repr=False)

    @property
    def shown(self) -> dict[str, str]:
        return {"user": self.user}

    @property
    def secret(self) -> dict[str, str]:
        return {"password": self.password}


Login = ConnectWiseLogin | RequestTrackerLogin


def system_of(login: Login) -> System:
    return System.CONNECTWISE if isinstance(login, ConnectWiseLogin) else System.REQUEST_TRACKER


def login_of(connection: PsaConnection, keyring: Keyring, trusted: TrustedHosts) -> Login:
    """The login that a connection keeps. Raises `Unavailable` when its keys cannot be opened, `AddressRefused`."""
    keys = cast("Mapping[str, str]", json.loads(keyring.open(connection.sealed_keys, connection.place_of_keys)))
    known = connection.login
    match connection.system:
        case System.CONNECTWISE:
            at = site(connection.url, trusted, field="site")
            return ConnectWiseLogin(at, known["company"], known["public_key"], keys["private_key"], known["client_id"])
        case System.REQUEST_TRACKER:
            at = site(connection.url, trusted, field="url", path=True)
            return RequestTrackerLogin(at, known["user"], keys["password"])
