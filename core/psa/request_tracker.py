"""Request Tracker 5 over REST2. Board = queue, customer's note = reply, internal note = comment, contact = requestor; it has no companies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import quote
from uuid import UUID

import httpx

from core.errors import Unavailable
from core.psa import request_tracker_words as words
from core.psa.gate import Gate
from core.psa.login import RequestTrackerLogin
from core.psa.provider import (
    PAGE,
    Audience,
    Board,
    Company,
    Contact,
    Member,
    NewNote,
    NewTime,
    Note,
    PsaAway,
    PsaRefused,
    Status,
    System,
    Ticket,
    TicketGone,
    TicketPage,
    mark_line,
    marked,
)
from core.psa.reading import Json, inner, maybe, moment
from core.psa.request_tracker_words import has_next, items, number
from core.psa.wire import Heard, Missing, Wire

NOBODY = {"Nobody", "RT_System"}
NOTE_TYPES = {"Comment": Audience.INTERNAL, "Correspond": Audience.CUSTOMER}
BIG_PAGE = 100
NOTES_AT_ONCE = 50  # texts may be long
MOST_PAGES = 40


@dataclass
class RequestTracker:
    login: RequestTrackerLogin
    wire: Wire

    @staticmethod
    def over(client: httpx.AsyncClient, gate: Gate, login: RequestTrackerLogin) -> RequestTracker:
        return RequestTracker(login, Wire(System.REQUEST_TRACKER, client, gate, words.headers(login), words.said))

    @property
    def system(self) -> System:
        return System.REQUEST_TRACKER

    async def read_ticket(self, ticket_id: str) -> Ticket:
        heard = await self._of_ticket("GET", ticket_id, query=words.TICKET_FIELDS)
        ticket = await self._settled(words.ticket(self.login, heard.entry), heard.entry)
        if ticket.contact is not None and ticket.contact.email is None:
            ticket = replace(ticket, contact=await self._whole(ticket.contact))
        if ticket.status.id == words.DELETED:
            raise TicketGone(System.REQUEST_TRACKER, ticket_id)
        if ticket.id != ticket_id:
            # It answers with the ticket that goes on; what was asked for is the one that was merged away.
            label, url = System.REQUEST_TRACKER.label(ticket_id), words.page_of(self.login, ticket_id)
            return replace(ticket, id=ticket_id, label=label, url=url, merged_into=ticket.id)
        return ticket

    async def find_tickets(self, text: str = "", *, boards: Sequence[str] = (), page: int = 0) -> TicketPage:
        conditions = ["Status = '__Active__'"]
        if wanted := text.strip().lstrip("#")[:100]:
            by_number = (
                f" OR id = {int(wanted)}" if wanted.isascii() and wanted.isdecimal() and len(wanted) < 10 else ""
            )
            conditions.append(f"(Subject LIKE {words.quoted(wanted)}{by_number})")
        if boards:
            conditions.append(f"({' OR '.join(f'Queue = {number(one)}' for one in boards)})")
        query = {
            "query": " AND ".join(conditions),
            "orderby": "id",
            "order": "DESC",
            "page": str(page + 1),
            "per_page": str(PAGE),
        }
        heard = await self._call("GET", "tickets", query=query | words.TICKET_FIELDS)
        return TicketPage([words.ticket(self.login, one) for one in items(heard)], has_next(heard))

    async def add_note(self, ticket_id: str, note: NewNote) -> str:
        """It does not say which note it made, so that is looked up."""
        verb = "comment" if note.audience is Audience.INTERNAL else "correspond"
        body = {"Content": marked(note), "ContentType": "text/plain"}
        try:
            await self._of_ticket("POST", ticket_id, f"/{verb}", body=body)
        except PsaRefused:
            await self.read_ticket(ticket_id)  # a ticket that is not there is refused like any other fault
            raise
        try:
            made = await self.find_note(ticket_id, note.mark)
        except (Unavailable, PsaRefused, TicketGone) as unseen:
            # Whatever keeps us from looking, a pause that it asks for too: the note may be there, so nobody may send it again.
            raise PsaAway(System.REQUEST_TRACKER, "it took the note, then went away", maybe_done=True) from unseen
        if made is None:
            raise PsaAway(System.REQUEST_TRACKER, "it took the note, but does not show it yet", maybe_done=True)
        return made

    async def find_note(self, ticket_id: str, mark: UUID) -> str | None:
        line = mark_line(mark)
        found: list[int] = []
        for page in range(1, MOST_PAGES + 1):
            heard = await self._texts(ticket_id, page)
            found += [
                int(str(one.get("TransactionId"))) for one in items(heard) if line in str(one.get("Content") or "")
            ]
            if not has_next(heard):
                break
        # The mails it sends because of a note carry the same text, and come after it.
        return str(min(found)) if found else None

    async def notes_of(self, ticket_id: str) -> Sequence[Note]:
        query = {"fields": "Type,Created,Creator", "orderby": "id", "order": "DESC", "per_page": str(BIG_PAGE)}
        history = items(await self._of_ticket("GET", ticket_id, "/history", query=query))
        texts: dict[str, str] = {}
        for one in items(await self._texts(ticket_id, 1)):
            if str(one.get("ContentType")) == "text/plain":
                texts.setdefault(str(one.get("TransactionId")), str(one.get("Content") or ""))
        return [
            Note(
                id=str(one.get("id")),
                text=texts.get(str(one.get("id")), ""),
                audience=NOTE_TYPES[str(one.get("Type"))],
                created_at=moment(one.get("Created")),
                by=maybe(inner(one, "Creator").get("id")),
            )
            for one in history
            if one.get("Type") in NOTE_TYPES
        ]

    async def _texts(self, ticket_id: str, page: int) -> Heard:
        query = {"fields": "Content,ContentType,TransactionId", "orderby": "id", "order": "DESC"}
        query |= {"page": str(page), "per_page": str(NOTES_AT_ONCE)}
        return await self._of_ticket("GET", ticket_id, "/attachments", query=query)

    async def set_status(self, ticket_id: str, status: Status) -> Ticket:
        # It answers 200 to a status it does not know, with a sentence and nothing changed: only the reading tells.
        await self._of_ticket("PUT", ticket_id, body={"Status": status.id})
        return await self.read_ticket(ticket_id)

    async def boards(self) -> Sequence[Board]:
        return [Board(str(one.get("id")), str(one.get("Name"))) for one in await self._queues()]

    async def statuses(self, board_id: str) -> Sequence[Status]:
        """Of a queue with a lifecycle of its own, those that its last tickets have had: it does not list the others."""
        queue = next((one for one in await self._queues() if str(one.get("id")) == board_id), None)
        if queue is None:
            raise PsaRefused(System.REQUEST_TRACKER, "There is no such queue.")
        if words.is_default(queue):
            return words.DEFAULT_LIFECYCLE
        seen: dict[str, Status] = {}
        for closed in (False, True):
            group = "__Inactive__" if closed else "__Active__"
            query = {
                "query": f"Queue = {number(board_id)} AND Status = '{group}'",
                "fields": "Status",
                "orderby": "id",
                "order": "DESC",
                "per_page": str(BIG_PAGE),
            }
            for one in items(await self._call("GET", "tickets", query=query)):
                name = str(one.get("Status"))
                if name != words.DELETED:
                    seen.setdefault(name, Status(name, name, closed))
        return list(seen.values())

    async def _queues(self) -> list[Json]:
        found = await self._all("GET", "queues/all", {"fields": "Name,Lifecycle,Disabled"})
        return [one for one in found if str(one.get("Disabled")) != "1"]

    async def members(self) -> Sequence[Member]:
        body = [{"field": "id", "operator": ">", "value": 0}]
        found = await self._all("POST", "users", {"fields": "Name,RealName,EmailAddress"}, body)
        return [
            Member(str(one.get("id")), maybe(one.get("RealName")) or str(one.get("id")), mail)
            for one in found
            if one.get("id") not in NOBODY and (mail := maybe(one.get("EmailAddress")))
        ]

    async def companies(self, text: str = "") -> Sequence[Company]:
        del text
        return ()

    async def contacts(self, company_id: str, text: str = "") -> Sequence[Contact]:
        del company_id
        query = {"fields": "Name,RealName,EmailAddress", "per_page": str(PAGE)}
        body = [{"field": "EmailAddress", "operator": "LIKE", "value": text.strip()[:100]}]
        return [words.contact(one) for one in items(await self._call("POST", "users", query=query, body=body))]

    async def add_time(self, ticket_id: str, time: NewTime) -> str:
        """Booked for whoever the keys belong to: it books for nobody else."""
        body = {"Content": time.text, "ContentType": "text/plain", "TimeTaken": time.minutes}
        await self._of_ticket("POST", ticket_id, "/comment", body=body)
        query = {"fields": "Type", "orderby": "id", "order": "DESC", "per_page": "10"}
        try:
            history = items(await self._of_ticket("GET", ticket_id, "/history", query=query))
        except (Unavailable, PsaRefused, TicketGone):
            return ticket_id  # it is booked; only under which number is not known
        return next((str(one.get("id")) for one in history if one.get("Type") == "Comment"), ticket_id)

    async def follow(self, ticket_id: str, url: str) -> str | None:
        del ticket_id, url  # it calls nobody; it is looked at instead
        return None

    async def unfollow(self, follow_id: str) -> None:
        del follow_id

    async def heard(self, signature: str, body: bytes) -> str:
        del signature, body
        raise PsaRefused(System.REQUEST_TRACKER, "It calls nobody.")

    async def _of_ticket(
        self,
        method: str,
        ticket_id: str,
        rest: str = "",
        *,
        query: Mapping[str, str] | None = None,
        body: object = None,
    ) -> Heard:
        try:
            return await self._call(method, f"ticket/{number(ticket_id)}{rest}", query=query, body=body)
        except Missing:
            raise TicketGone(System.REQUEST_TRACKER, ticket_id) from None

    async def _all(self, method: str, path: str, query: Mapping[str, str], body: object = None) -> list[Json]:
        found: list[Json] = []
        for page in range(1, MOST_PAGES + 1):
            try:
                asked = {**query, "page": str(page), "per_page": str(BIG_PAGE)}
                heard = await self._call(method, path, query=asked, body=body)
            except Missing:
                raise PsaAway(System.REQUEST_TRACKER, "there is no Request Tracker at this address") from None
            found += items(heard)
            if not has_next(heard):
                break
        return found

    async def _call(
        self, method: str, path: str, *, query: Mapping[str, str] | None = None, body: object = None
    ) -> Heard:
        return await self.wire.call(method, f"{self.login.site.url}/REST/2.0/{path}", query=query, body=body)

    async def _whole(self, contact: Contact) -> Contact:
        """A single ticket tells its requestor's login only."""
        try:
            return words.contact(
                (await self._call("GET", f"user/{quote(contact.id, safe='')}")).entry | {"id": contact.id}
            )
        except (Missing, PsaRefused):
            return contact

    async def _settled(self, ticket: Ticket, entry: Json) -> Ticket:
        """Whether a status closes a ticket is a matter of the queue's lifecycle; of one that is not the default, it is asked."""
        if words.is_default(inner(entry, "Queue")) or ticket.status.id == words.DELETED:
            return ticket
        query = {"query": f"id = {number(ticket.id)} AND Status = '__Inactive__'"}
        closed = bool(items(await self._call("GET", "tickets", query=query)))
        return replace(ticket, status=replace(ticket.status, closed=closed))
