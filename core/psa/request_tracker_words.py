"""Request Tracker's own language: how it is asked, and what its answers mean."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import cast

from core.psa.login import RequestTrackerLogin
from core.psa.provider import Board, Contact, PsaRefused, Status, System, Ticket
from core.psa.reading import Json, id_of, inner, listed, maybe, moment
from core.psa.wire import Heard

DEFAULT_LIFECYCLE = (
    Status("new", "new", closed=False),
    Status("open", "open", closed=False),
    Status("stalled", "stalled", closed=False),
    Status("resolved", "resolved", closed=True),
    Status("rejected", "rejected", closed=True),
)
"""What a queue has unless somebody gave it a lifecycle of its own. “deleted” is not offered."""
DELETED = "deleted"
TICKET_FIELDS = {
    "fields": "Subject,Status,Queue,Requestor,LastUpdated",
    "fields[Queue]": "Name,Lifecycle",
    "fields[Requestor]": "Name,RealName,EmailAddress",
}


def headers(login: RequestTrackerLogin) -> Mapping[str, str]:
    pair = base64.b64encode(f"{login.user}:{login.password}".encode()).decode()
    return {"Authorization": f"Basic {pair}", "Accept": "application/json"}


def said(body: object, text: str) -> str:
    """What it says: a message, or a list of them."""
    if isinstance(body, dict):
        return maybe(cast("Json", body).get("message")) or ""
    if isinstance(body, list):
        return " ".join(str(one) for one in cast("list[object]", body))
    return text


def quoted(text: str) -> str:
    """A text as a literal of TicketSQL."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def ticket(login: RequestTrackerLogin, entry: Json) -> Ticket:
    ticket_id = id_of(System.REQUEST_TRACKER, entry)
    queue, people = inner(entry, "Queue"), listed(entry, "Requestor")
    name = str(entry.get("Status") or "")
    closed = any(one.closed for one in DEFAULT_LIFECYCLE if one.id == name)
    return Ticket(
        id=ticket_id,
        label=System.REQUEST_TRACKER.label(ticket_id),
        title=str(entry.get("Subject") or ""),
        status=Status(name, name, closed),
        board=Board(str(queue.get("id") or ""), str(queue.get("Name") or "")),
        url=page_of(login, ticket_id),
        contact=contact(people[0]) if people else None,
        changed_at=moment(entry.get("LastUpdated")),
    )


def page_of(login: RequestTrackerLogin, ticket_id: str) -> str:
    return f"{login.site.url}/Ticket/Display.html?id={ticket_id}"


def number(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 11):
        raise PsaRefused(System.REQUEST_TRACKER, f"“{text[:40]}” is no number of Request Tracker's.")
    return int(text)


def is_default(queue: Json) -> bool:
    return queue.get("Lifecycle") in {None, "", "default"}


def items(heard: Heard) -> list[Json]:
    return listed(heard.entry, "items")


def has_next(heard: Heard) -> bool:
    page, pages = heard.entry.get("page"), heard.entry.get("pages")
    return isinstance(page, int) and isinstance(pages, int) and page < pages


def contact(entry: Json) -> Contact:
    """Where only the name is told, a name that is an address is the address too."""
    login = str(entry.get("id") or "")
    mail = maybe(entry.get("EmailAddress")) or (login if "@" in login else None)
    return Contact(login, maybe(entry.get("RealName")) or maybe(entry.get("Name")) or login, mail)
