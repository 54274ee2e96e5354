"""Tickets that a text names: by an address, by a label ("CW #99123") or by a bare number ("#99123")."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from core.psa.models import PsaConnection
from core.psa.provider import System

MOST = 3
_URL = re.compile(r"https?://[^\s<>|\"')\]]+", re.IGNORECASE)
_LABEL = re.compile(r"\b(CW|RT)\s?#?(\d{1,9})\b")
_NUMBER = re.compile(r"(?<![\w#&/])#(\d{1,9})\b")
_KEYS = ("service_recid", "recordid", "ticketid", "id")
_PATH = re.compile(r"/tickets?/(\d{1,9})(?:/|$)", re.IGNORECASE)


@dataclass(frozen=True)
class Reference:
    """`system` and `host` are None where the text does not say; a bare number may mean anything."""

    ticket_id: str
    system: System | None = None
    host: str | None = None

    @property
    def is_certain(self) -> bool:
        """Whether it can only mean a ticket."""
        return self.system is not None or self.host is not None

    def fits(self, connection: PsaConnection) -> bool:
        """Whether the ticket may be one of this connection's."""
        host = urlsplit(connection.url).netloc.lower()
        if self.host is not None:
            # In ConnectWise's cloud people work on one host and the API is on its sister.
            return self.host.removeprefix("api-") == host.removeprefix("api-")
        return self.system in {None, connection.system}


def named_in(text: str) -> Sequence[Reference]:
    """What `text` names, in its order, each once, at most `MOST`."""
    found = [(match.start(), one) for match in _URL.finditer(text) if (one := _of_address(match[0]))]
    bare = _URL.sub(lambda match: " " * len(match[0]), text)
    for match in _LABEL.finditer(bare):
        system = next(one for one in System if one.mark == match[1])
        found.append((match.start(), Reference(_canonical(match[2]), system)))
    bare = _LABEL.sub(lambda match: " " * len(match[0]), bare)
    found += [(match.start(), Reference(_canonical(match[1]))) for match in _NUMBER.finditer(bare)]
    ordered = [reference for _, reference in sorted(found, key=lambda one: one[0]) if reference.ticket_id != "0"]
    return list(dict.fromkeys(ordered))[:MOST]


def typed(text: str) -> Reference | None:
    """What a person means who was asked for a ticket: there a plain number is one."""
    word = text.strip()
    if word.isascii() and word.isdecimal() and len(word) < 10 and int(word):
        return Reference(_canonical(word))
    return next(iter(named_in(word)), None)


def _of_address(address: str) -> Reference | None:
    try:
        parts = urlsplit(address)
        query = {name.lower(): values for name, values in parse_qs(parts.query).items()}
    except ValueError:
        return None
    number = next((query[key][0] for key in _KEYS if key in query), None)
    if number is None and (match := _PATH.search(parts.path)):
        number = match[1]
    if number is None or not (number.isascii() and number.isdecimal() and len(number) < 10):
        return None
    return Reference(_canonical(number), host=parts.netloc.lower().rpartition("@")[2])


def _canonical(number: str) -> str:
    return str(int(number))
