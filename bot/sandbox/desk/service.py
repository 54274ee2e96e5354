"""What each call of ConnectWise's API does at this desk."""

from dataclasses import dataclass
from typing import cast

from bot.sandbox.desk.conditions import Unreadable, condition, looked_up
from bot.sandbox.desk.records import (
    BOARDS,
    COMPANIES,
    CONTACTS,
    MEMBERS,
    STATUSES,
    DeskTicket,
    Records,
    board,
    company,
    contact,
    member,
    stamp,
    status,
    ticket_shown,
)
from bot.sandbox.wire import Json, obj, objs, text, whole

LARGEST_PAGE = 1000
NOTE_PLACES = ("detailDescriptionFlag", "internalAnalysisFlag", "resolutionFlag")


class Refusal(Exception):
    """An answer other than success: status, code, message, and the errors of its parts."""

    def __init__(self, status: int, code: str, message: str, *errors: Json) -> None:
        super().__init__(message)
        self.status = status
        self.body: Json = {"code": code, "message": message}
        if errors:
            self.body["errors"] = list(errors)


@dataclass(frozen=True)
class Page:
    """A part of a list; number starts at 1."""

    entries: list[Json]
    number: int
    more: bool


@dataclass
class Service:
    """The desk's own work, without HTTP. keep_status: the next change of a status is accepted and not made."""

    records: Records
    by: str = "flowpilot"

    def tickets(self, query: Json) -> Page:
        """List tickets."""
        return paged([ticket_shown(self.records, one) for one in self.records.tickets.values()], query)

    def ticket(self, ticket_id: int) -> Json:
        """Show one ticket."""
        return ticket_shown(self.records, self.found(ticket_id))

    def found(self, ticket_id: int) -> DeskTicket:
        """Return a ticket. Raises Refusal."""
        ticket = self.records.tickets.get(ticket_id)
        if ticket is None:
            raise Refusal(404, "NotFound", f"Ticket {ticket_id} not found")
        return ticket

    def change(self, ticket_id: int, operations: object, *, keep_status: bool) -> Json:
        """Change a ticket as a PATCH says, and show it."""
        ticket = self.found(ticket_id)
        if not isinstance(operations, list):
            raise Refusal(400, "InvalidObject", "The request body must be an array of operations")
        for each in objs(cast(object, operations)):
            if text(each.get("op")) != "replace" or text(each.get("path")) != "status":
                raise Refusal(400, "InvalidPatch", f"This desk cannot {each.get('op')} {each.get('path')}")
            wanted = whole(obj(each.get("value")).get("id"), 0)
            if wanted not in [status_id for status_id, _, _ in STATUSES[ticket.board]]:
                problem: Json = {
                    "code": "InvalidObject",
                    "message": f"Status {wanted} does not belong to board {BOARDS[ticket.board]}",
                    "resource": "ticket",
                    "field": "status",
                }
                raise Refusal(400, "InvalidObject", "ticket object is invalid", problem)
            if not keep_status:
                ticket.status = wanted
                self.records.touch(ticket)
        return ticket_shown(self.records, ticket)

    def notes(self, ticket_id: int, query: Json) -> Page:
        """List the notes of a ticket."""
        return paged(list(self.records.notes.get(self.found(ticket_id).id, [])), query)

    def add_note(self, ticket_id: int, given: Json) -> Json:
        """Write a note on a ticket."""
        ticket = self.found(ticket_id)
        if not text(given.get("text")).strip():
            problem: Json = {"code": "MissingRequiredField", "message": "The text field is required.", "field": "text"}
            raise Refusal(400, "InvalidObject", "serviceNote object is invalid", problem)
        if not any(given.get(place) for place in NOTE_PLACES):
            raise Refusal(
                400, "InvalidObject", "Please choose where to display the notes: discussion, internal or resolution"
            )
        return self.records.add_note(ticket, given, self.by)

    def boards(self, query: Json) -> Page:
        """List the boards."""
        return paged([board(one) for one in BOARDS], query)

    def statuses(self, board_id: int, query: Json) -> Page:
        """List the statuses of a board."""
        if board_id not in STATUSES:
            raise Refusal(404, "NotFound", f"Board {board_id} not found")
        return paged([status(board_id, *one) for one in STATUSES[board_id]], query)

    def members(self, query: Json) -> Page:
        """List the members."""
        return paged([member(one) for one in MEMBERS], query)

    def companies(self, query: Json) -> Page:
        """List the companies."""
        return paged([company(one) for one in COMPANIES], query)

    def contacts(self, query: Json) -> Page:
        """List the contacts."""
        return paged([contact(one) for one in CONTACTS], query)

    def book(self, given: Json) -> Json:
        """Book time on a ticket."""
        ticket = self.found(whole(given.get("chargeToId"), 0))
        if text(given.get("chargeToType")) != "ServiceTicket" or not text(given.get("timeStart")):
            raise Refusal(400, "InvalidObject", "timeEntry object is invalid")
        entry = {**given, "id": self.records.next_id()}
        self.records.times.append(entry)
        self.records.touch(ticket)
        return entry

    def listen(self, given: Json) -> Json:
        """Keep a callback."""
        if not text(given.get("url")) or text(given.get("type")) != "ticket":
            raise Refusal(400, "InvalidObject", "callbackEntry object is invalid")
        entry = {**given, "id": self.records.next_id()}
        self.records.callbacks[whole(entry["id"], 0)] = entry
        return entry

    def forget(self, callback_id: int) -> None:
        """Take a callback away."""
        if self.records.callbacks.pop(callback_id, None) is None:
            raise Refusal(404, "NotFound", f"Callback {callback_id} not found")

    def customer_writes(self, ticket_id: int, said: str) -> None:
        """The customer answers on a ticket."""
        ticket = self.found(ticket_id)
        note = self.records.add_note(
            ticket, {"text": said, "detailDescriptionFlag": True, "externalFlag": True}, "Kim Novak"
        )
        note["dateCreated"] = stamp(self.records.now)


def paged(entries: list[Json], query: Json) -> Page:
    """Choose, sort and cut a list as the query asks. Raises Refusal."""
    try:
        test = condition(text(query.get("conditions")))
    except Unreadable as wrong:
        raise Refusal(400, "InvalidConditions", f"The conditions cannot be read near {wrong}") from None
    size = whole(query.get("pageSize"), 25)
    number = whole(query.get("page"), 1)
    if not 1 <= size <= LARGEST_PAGE or number < 1:
        raise Refusal(400, "InvalidPage", f"pageSize must be between 1 and {LARGEST_PAGE}")
    path, _, direction = text(query.get("orderBy"), "id asc").partition(" ")
    chosen = [one for one in entries if test(one)]
    chosen.sort(key=lambda one: place(looked_up(one, path)), reverse=direction == "desc")
    start = (number - 1) * size
    return Page(chosen[start : start + size], number, len(chosen) > start + size)


def place(value: object) -> tuple[float, str]:
    """Return what a list is sorted by: numbers by size, texts as texts."""
    return (float(value), "") if isinstance(value, int | float) else (0.0, str(value))
