"""ConnectWise PSA over its REST API."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import quote
from uuid import UUID

import httpx

from core.psa import connectwise_words as words
from core.psa.connectwise_words import api_host, has_next, number
from core.psa.gate import Gate
from core.psa.login import ConnectWiseLogin
from core.psa.provider import (
    PAGE,
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
from core.psa.reading import Json, id_of, maybe, utc_text
from core.psa.wire import Heard, Missing, Wire

WHOLE_PAGE = 1_000
MOST_PAGES = 10
REDISCOVER_SECONDS = 60.0
LONG_CONDITIONS = 1_500
"""Characters; longer ones are sent in a body, not in the address."""


@dataclass
class ConnectWise:
    """One company's ConnectWise. `clock` counts seconds."""

    login: ConnectWiseLogin
    wire: Wire
    clock: Callable[[], float] = time.monotonic
    _base: str | None = None
    _discovered: float = 0.0

    @staticmethod
    def over(client: httpx.AsyncClient, gate: Gate, login: ConnectWiseLogin) -> ConnectWise:
        return ConnectWise(login, Wire(System.CONNECTWISE, client, gate, words.headers(login), words.said))

    @property
    def system(self) -> System:
        return System.CONNECTWISE

    async def read_ticket(self, ticket_id: str) -> Ticket:
        return words.ticket(self.login, (await self._of_ticket("GET", ticket_id)).entry)

    async def find_tickets(self, text: str = "", *, boards: Sequence[str] = (), page: int = 0) -> TicketPage:
        conditions = ["closedFlag = false"]
        if wanted := text.strip().lstrip("#")[:100]:
            by_number = (
                f"id = {int(wanted)} or " if wanted.isascii() and wanted.isdecimal() and len(wanted) < 10 else ""
            )
            conditions.append(f"({by_number}summary contains {words.quoted(wanted)})")
        if boards:
            conditions.append(f"board/id in ({', '.join(str(number(one)) for one in boards)})")
        condition = " and ".join(conditions)
        query = {"orderBy": "id desc", "page": str(page + 1), "pageSize": str(PAGE)}
        if len(condition) > LONG_CONDITIONS:
            heard = await self._call("POST", "service/tickets/search", query=query, body={"conditions": condition})
        else:
            heard = await self._call("GET", "service/tickets", query={"conditions": condition, **query})
        return TicketPage([words.ticket(self.login, one) for one in heard.entries], has_next(heard))

    async def add_note(self, ticket_id: str, note: NewNote) -> str:
        body = words.note_body(marked(note), note.audience, notify=note.notify)
        heard = await self._of_ticket("POST", ticket_id, "/notes", body=body)
        return id_of(System.CONNECTWISE, heard.entry)

    async def find_note(self, ticket_id: str, mark: UUID) -> str | None:
        line = mark_line(mark)
        for page in range(1, MOST_PAGES + 1):
            heard = await self._notes(ticket_id, page, WHOLE_PAGE)
            for one in heard.entries:
                if line in str(one.get("text") or ""):
                    return id_of(System.CONNECTWISE, one)
            if not has_next(heard):
                break
        return None

    async def notes_of(self, ticket_id: str) -> Sequence[Note]:
        return [words.note(one) for one in (await self._notes(ticket_id, 1, 100)).entries]

    async def _notes(self, ticket_id: str, page: int, size: int) -> Heard:
        query = {"orderBy": "id desc", "page": str(page), "pageSize": str(size)}
        return await self._of_ticket("GET", ticket_id, "/notes", query=query)

    async def set_status(self, ticket_id: str, status: Status) -> Ticket:
        # An array, and the whole object: a path of status/id may be answered with a 200 that changed nothing.
        change = [{"op": "replace", "path": "status", "value": {"id": number(status.id)}}]
        await self._of_ticket("PATCH", ticket_id, body=change)
        return await self.read_ticket(ticket_id)

    async def boards(self) -> Sequence[Board]:
        found = await self._all("service/boards", {"orderBy": "name asc"})
        return [
            Board(id_of(System.CONNECTWISE, one), str(one.get("name"))) for one in found if not one.get("inactiveFlag")
        ]

    async def statuses(self, board_id: str) -> Sequence[Status]:
        path = f"service/boards/{number(board_id)}/statuses"
        found = await self._all(path, {"orderBy": "sortOrder asc"}, missing="There is no such board.")
        return [
            Status(id_of(System.CONNECTWISE, one), str(one.get("name")), bool(one.get("closedStatus")))
            for one in found
            if not one.get("inactive")
        ]

    async def members(self) -> Sequence[Member]:
        found = await self._all("system/members", {"conditions": "inactiveFlag = false", "orderBy": "id asc"})
        return [words.member(one) for one in found]

    async def companies(self, text: str = "") -> Sequence[Company]:
        query = {"orderBy": "name asc", "pageSize": str(PAGE)}
        if wanted := text.strip()[:100]:
            query["conditions"] = f"name contains {words.quoted(wanted)}"
        heard = await self._call("GET", "company/companies", query=query)
        return [Company(id_of(System.CONNECTWISE, one), str(one.get("name"))) for one in heard.entries]

    async def contacts(self, company_id: str, text: str = "") -> Sequence[Contact]:
        condition = f"company/id = {number(company_id)} and inactiveFlag = false"
        if wanted := text.strip()[:100]:
            condition += f" and (firstName contains {words.quoted(wanted)} or lastName contains {words.quoted(wanted)})"
        query = {"conditions": condition, "orderBy": "lastName asc", "pageSize": str(PAGE)}
        heard = await self._call("GET", "company/contacts", query=query)
        return [words.contact(one) for one in heard.entries]

    async def add_time(self, ticket_id: str, time: NewTime) -> str:
        body: dict[str, object] = {
            "chargeToId": number(ticket_id),
            "chargeToType": "ServiceTicket",
            "timeStart": utc_text(time.started_at),
            "timeEnd": utc_text(time.started_at + timedelta(minutes=time.minutes)),
            "actualHours": round(time.minutes / 60, 2),
            "notes": time.text,
        }
        if time.member_id is not None:
            body["member"] = {"id": number(time.member_id)}
        heard = await self._call("POST", "time/entries", body=body)
        return id_of(System.CONNECTWISE, heard.entry)

    async def follow(self, ticket_id: str, url: str) -> str | None:
        body = {
            "description": f"FlowPilot follows ticket {ticket_id}",
            "url": url,
            "objectId": number(ticket_id),
            "type": "ticket",
            "level": "ticket",
            "inactiveFlag": False,
        }
        return id_of(System.CONNECTWISE, (await self._call("POST", "system/callbacks", body=body)).entry)

    async def unfollow(self, follow_id: str) -> None:
        try:
            await self._call("DELETE", f"system/callbacks/{number(follow_id)}")
        except Missing:
            return

    async def heard(self, signature: str, body: bytes) -> str:
        """The key is fetched from where the call says, if that is ConnectWise's own host: whoever forged the call would name another."""
        said = words.callback(body)
        key_url = words.key_url(self.login.site, said)
        try:
            key = maybe((await self.wire.call("GET", key_url, bare=True)).entry.get("signing_key"))
        except Missing:
            key = None
        if key is None or not words.is_signed(key, signature, body):
            raise PsaRefused(System.CONNECTWISE, "This call is not signed by it.")
        return id_of(System.CONNECTWISE, {"id": said.get("ID")})

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
            return await self._call(method, f"service/tickets/{number(ticket_id)}{rest}", query=query, body=body)
        except Missing:
            raise TicketGone(System.CONNECTWISE, ticket_id) from None

    async def _all(self, path: str, query: Mapping[str, str], *, missing: str = "") -> list[Json]:
        """Every row of a list, up to `MOST_PAGES` of a thousand."""
        found: list[Json] = []
        for page in range(1, MOST_PAGES + 1):
            try:
                heard = await self._call("GET", path, query={**query, "page": str(page), "pageSize": str(WHOLE_PAGE)})
            except Missing as gone:
                raise PsaRefused(System.CONNECTWISE, missing or str(gone) or "Not found.") from None
            found += heard.entries
            if not has_next(heard):
                break
        return found

    async def _call(
        self, method: str, path: str, *, query: Mapping[str, str] | None = None, body: object = None
    ) -> Heard:
        """The base moves when ConnectWise is upgraded: on a 404 it is asked for again, once."""
        base = await self._where()
        try:
            return await self.wire.call(method, base + path, query=query, body=body)
        except Missing:
            if self.clock() - self._discovered < REDISCOVER_SECONDS:
                raise
            self._base = None
            if await self._where() == base:
                raise
        return await self.wire.call(method, await self._where() + path, query=query, body=body)

    async def _where(self) -> str:
        if self._base is None:
            site = self.login.site
            address = f"{site.url}/login/companyinfo/{quote(self.login.company, safe='')}"
            try:
                heard = await self.wire.call("GET", address, bare=True)
            except Missing:
                raise PsaAway(System.CONNECTWISE, "there is no ConnectWise at this address") from None
            if heard.body is None:
                raise PsaRefused(System.CONNECTWISE, f"There is no company “{self.login.company}” here.")
            codebase = (maybe(heard.entry.get("Codebase")) or words.ON_PREMISES).strip("/")
            self._base = f"{api_host(site, maybe(heard.entry.get('SiteUrl')))}/{quote(codebase, safe='')}/apis/3.0/"
            self._discovered = self.clock()
        return self._base
