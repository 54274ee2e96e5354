"""A ticket system that does what a test tells it: it fails, lies, is slow, or the process dies beside it. Its notes and status are the truth."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from core.psa.address import AddressRefused
from core.psa.provider import (
    Board,
    Company,
    Contact,
    KeysRefused,
    Member,
    NewNote,
    NewTime,
    Note,
    PsaAway,
    PsaRefused,
    Status,
    System,
    Throttled,
    Ticket,
    TicketPage,
    marked,
)

NEW, RESOLVED, ESCALATED = Status("11", "New", False), Status("15", "Resolved", True), Status("14", "Escalated", False)


class Mishap(StrEnum):
    """What happens to one call. `late`: no answer, and the call arrives only a while after. `elsewhere`: its address leads where we do not go.
    `nonsense`: it is done, and FlowPilot stumbles over the answer."""

    NONE = "none"
    AWAY = "away"
    ANSWER_LOST = "answer lost"
    LATE = "late"
    THROTTLED = "throttled"
    KEYS = "keys"
    REFUSED = "refused"
    ELSEWHERE = "elsewhere"
    NOT_KEPT = "not kept"
    NONSENSE = "nonsense"
    DIES_BEFORE = "dies before"
    DIES_AFTER = "dies after"


class Died(BaseException):
    """The process is gone: nothing more is written down."""


class Stumbled(Exception):
    """A fault of ours."""


@dataclass
class Ticketing:
    """One ticket, and the mishaps of the calls to come, in order."""

    mishaps: list[Mishap] = field(default_factory=list[Mishap])
    notes: list[NewNote] = field(default_factory=list[NewNote])
    late: list[NewNote] = field(default_factory=list[NewNote])
    status: Status = NEW
    calls: Counter[str] = field(default_factory=Counter[str])

    @property
    def system(self) -> System:
        return System.CONNECTWISE

    def a_while_passes(self) -> None:
        """What was under way arrives."""
        self.notes += self.late
        self.late.clear()

    def _call(self, name: str) -> Mishap:
        self.calls[name] += 1
        mishap = self.mishaps.pop(0) if self.mishaps else Mishap.NONE
        match mishap:
            case Mishap.DIES_BEFORE:
                raise Died
            case Mishap.AWAY:
                raise PsaAway(self.system, "it does not answer")
            case Mishap.THROTTLED:
                raise Throttled(self.system, 3.0)
            case Mishap.KEYS:
                raise KeysRefused(self.system)
            case Mishap.REFUSED:
                raise PsaRefused(self.system, "no")
            case Mishap.ELSEWHERE:
                raise AddressRefused("This address sends FlowPilot on to 10.0.0.7.")
            case _:
                return mishap

    def _answered(self, mishap: Mishap) -> None:
        if mishap is Mishap.DIES_AFTER:
            raise Died
        if mishap is Mishap.NONSENSE:
            raise Stumbled
        if mishap in {Mishap.ANSWER_LOST, Mishap.LATE}:
            raise PsaAway(self.system, "no answer", maybe_done=True)

    def _ticket(self) -> Ticket:
        return Ticket(
            "99123", "CW #99123", "Printer", self.status, Board("1", "Help Desk"), "https://desk.example/99123"
        )

    async def read_ticket(self, ticket_id: str) -> Ticket:
        del ticket_id
        self._answered(self._call("read_ticket"))
        return self._ticket()

    async def add_note(self, ticket_id: str, note: NewNote) -> str:
        del ticket_id
        mishap = self._call("add_note")
        (self.late if mishap is Mishap.LATE else self.notes).append(note)
        self._answered(mishap)
        return str(len(self.notes))

    async def find_note(self, ticket_id: str, mark: UUID) -> str | None:
        del ticket_id
        self._answered(self._call("find_note"))
        return next((str(n) for n, note in enumerate(self.notes, 1) if note.mark == mark), None)

    async def notes_of(self, ticket_id: str) -> Sequence[Note]:
        del ticket_id
        return [Note(str(n), marked(note), note.audience) for n, note in enumerate(self.notes, 1)]

    async def set_status(self, ticket_id: str, status: Status) -> Ticket:
        del ticket_id
        mishap = self._call("set_status")
        if mishap is not Mishap.NOT_KEPT:
            self.status = status
        self._answered(mishap)
        return self._ticket()

    async def statuses(self, board_id: str) -> Sequence[Status]:
        del board_id
        self._answered(self._call("statuses"))
        return [NEW, RESOLVED, ESCALATED]

    async def find_tickets(self, text: str = "", *, boards: Sequence[str] = (), page: int = 0) -> TicketPage:
        raise NotImplementedError

    async def boards(self) -> Sequence[Board]:
        raise NotImplementedError

    async def members(self) -> Sequence[Member]:
        raise NotImplementedError

    async def companies(self, text: str = "") -> Sequence[Company]:
        raise NotImplementedError

    async def contacts(self, company_id: str, text: str = "") -> Sequence[Contact]:
        raise NotImplementedError

    async def add_time(self, ticket_id: str, time: NewTime) -> str:
        raise NotImplementedError

    async def follow(self, ticket_id: str, url: str) -> str | None:
        raise NotImplementedError

    async def unfollow(self, follow_id: str) -> None:
        raise NotImplementedError

    async def heard(self, signature: str, body: bytes) -> str:
        raise NotImplementedError
