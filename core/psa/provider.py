"""The ticket system (PSA) as the house sees it: a few verbs, types of our own, refusals a person can read.

Whoever implements `PsaProvider` promises: no call is repeated inside that might have been done already; a write is never believed, only what is
read afterwards; ids are the system's own, as text; texts arrive as they were sent.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from core.errors import Conflict, NotFound, Unavailable

MARK = "[FlowPilot "
"""How the last line of every note of ours begins."""
_OURS = re.compile(r"^\[FlowPilot [0-9a-f]{32}\]\s*\Z", re.MULTILINE)
PAGE = 25
"""Tickets on one page of a search."""


class System(StrEnum):
    """What we can talk to. `label` of a ticket begins with its mark ("CW #99123", "RT #17")."""

    CONNECTWISE = "connectwise"
    REQUEST_TRACKER = "request_tracker"

    @property
    def named(self) -> str:
        """How a person calls it."""
        return {System.CONNECTWISE: "ConnectWise", System.REQUEST_TRACKER: "Request Tracker"}[self]

    @property
    def mark(self) -> str:
        return {System.CONNECTWISE: "CW", System.REQUEST_TRACKER: "RT"}[self]

    def label(self, ticket_id: str) -> str:
        """How a ticket is named in notes, cards and lists."""
        return f"{self.mark} #{ticket_id}"


class Audience(StrEnum):
    """Who reads a note. For the customer it is a resolution note (ConnectWise) or a reply (Request Tracker); internal notes mail nobody."""

    CUSTOMER = "customer"
    INTERNAL = "internal"


@dataclass(frozen=True)
class Board:
    """A service board (ConnectWise) or queue (Request Tracker)."""

    id: str
    name: str


@dataclass(frozen=True)
class Status:
    """A status of one board. `closed`: a ticket that has it is finished."""

    id: str
    name: str
    closed: bool


@dataclass(frozen=True)
class Company:
    id: str
    name: str


@dataclass(frozen=True)
class Contact:
    id: str
    name: str
    email: str | None = None


@dataclass(frozen=True)
class Member:
    """Somebody who works in the system."""

    id: str
    name: str
    email: str | None = None


@dataclass(frozen=True)
class Ticket:
    """A ticket as it was just read. `merged_into` is the id of the ticket that goes on in its place."""

    id: str
    label: str
    title: str
    status: Status
    board: Board
    url: str
    company: Company | None = None
    contact: Contact | None = None
    changed_at: datetime | None = None
    merged_into: str | None = None


@dataclass(frozen=True)
class TicketPage:
    items: Sequence[Ticket]
    more: bool


@dataclass(frozen=True)
class Note:
    id: str
    text: str
    audience: Audience
    created_at: datetime | None = None
    by: str | None = None


@dataclass(frozen=True)
class NewNote:
    """A note to add. `notify` mails the customer's contact, and is ignored for an internal one; Request Tracker mails a reply by its own rules.

    `mark` finds the note again after a lost answer: it is written under the text (see `marked`).
    """

    text: str
    audience: Audience
    mark: UUID
    notify: bool = False


@dataclass(frozen=True)
class NewTime:
    """Work to be booked on a ticket. `minutes` from `started_at`, by `member_id` (None: whoever the keys belong to)."""

    started_at: datetime
    minutes: int
    text: str
    member_id: str | None = None


class PsaProvider(Protocol):
    """One connection to one ticket system. Every verb raises `PsaAway`, `Throttled`, `KeysRefused`, `PsaRefused`."""

    @property
    def system(self) -> System: ...

    async def read_ticket(self, ticket_id: str) -> Ticket:
        """Raises `TicketGone`. A merged ticket is returned as such, not followed."""
        ...

    async def find_tickets(self, text: str = "", *, boards: Sequence[str] = (), page: int = 0) -> TicketPage:
        """Open tickets, newest first, `PAGE` at a time: those whose number or title fits `text`, on the boards named (none: all)."""
        ...

    async def add_note(self, ticket_id: str, note: NewNote) -> str:
        """Adds it and returns its id. Raises `TicketGone`; after a `PsaAway` with `maybe_done` ask `find_note` before adding it again."""
        ...

    async def find_note(self, ticket_id: str, mark: UUID) -> str | None:
        """The id of the note that carries `mark`, None when there surely is none. Raises `TicketGone`."""
        ...

    async def notes_of(self, ticket_id: str) -> Sequence[Note]:
        """The newest hundred notes, newest first. Raises `TicketGone`."""
        ...

    async def set_status(self, ticket_id: str, status: Status) -> Ticket:
        """Asks for the status, then reads the ticket again and returns what was read: compare its status, it may be the old one.

        Raises `TicketGone`. May be repeated without harm.
        """
        ...

    async def boards(self) -> Sequence[Board]: ...

    async def statuses(self, board_id: str) -> Sequence[Status]:
        """The board's own statuses that a ticket can be given. Raises `PsaRefused` for an unknown board."""
        ...

    async def members(self) -> Sequence[Member]:
        """Everybody active."""
        ...

    async def companies(self, text: str = "") -> Sequence[Company]:
        """Those whose name contains `text`, at most `PAGE`."""
        ...

    async def contacts(self, company_id: str, text: str = "") -> Sequence[Contact]:
        """The company's people whose name contains `text`, at most `PAGE`."""
        ...

    async def add_time(self, ticket_id: str, time: NewTime) -> str:
        """Books it and returns the entry's id. Never repeated by itself: nothing tells a lost answer from a lost call."""
        ...

    async def follow(self, ticket_id: str, url: str) -> str | None:
        """Asks the system to call `url` when the ticket changes; returns what `unfollow` takes, None where it cannot."""
        ...

    async def unfollow(self, follow_id: str) -> None:
        """Harmless when it is gone already."""
        ...

    async def heard(self, signature: str, body: bytes) -> str:
        """The id of the ticket that a call to the `url` of `follow` says has changed. Raises `PsaRefused` unless the system signed it."""
        ...


class PsaAway(Unavailable):
    """It cannot be reached, or answers with an error of its own. `maybe_done`: a write may have been done although its answer was lost."""

    def __init__(self, system: System, why: str, *, maybe_done: bool = False) -> None:
        super().__init__(system.value, f"{system.named} cannot be reached right now ({why}).")
        self.maybe_done = maybe_done


class Throttled(Unavailable):
    """Too many calls in a short time; nothing was done. `retry_after` is in seconds."""

    def __init__(self, system: System, retry_after: float) -> None:
        super().__init__(
            system.value, f"{system.named} asks for a pause of {retry_after:.0f} seconds; please try again then."
        )
        self.retry_after = retry_after


class KeysRefused(Unavailable):
    """The keys are wrong or have expired: an admin must look at the connection."""

    def __init__(self, system: System, said: str = "") -> None:
        word = f" It says: {said}" if said else ""
        super().__init__(
            system.value, f"{system.named} does not accept our keys; an admin can renew them in the settings.{word}"
        )


class PsaRefused(Conflict):
    """The system said no; `said` is its own sentence, shown as it stands."""

    def __init__(self, system: System, said: str) -> None:
        super().__init__(f"{system.named} refused this: {said}")
        self.said = said


class TicketGone(NotFound):
    """Deleted, or never there."""

    def __init__(self, system: System, ticket_id: str) -> None:
        super().__init__(f"There is no ticket {system.label(ticket_id)}; it may have been deleted.")


def is_ours(note: Note) -> bool:
    """Whether FlowPilot wrote it: it ends in our mark. A reply that only quotes such a note is somebody else's."""
    return bool(_OURS.search(note.text))


def marked(note: NewNote) -> str:
    """The text as it is sent: with the line that finds it again."""
    return f"{note.text.rstrip()}\n\n{mark_line(note.mark)}"


def mark_line(mark: UUID) -> str:
    return f"{MARK}{mark.hex}]"
