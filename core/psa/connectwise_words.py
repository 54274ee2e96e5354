"""ConnectWise's own language: how it is asked, and what its answers mean."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import cast
from urllib.parse import urlencode, urlsplit

from core.psa.address import Site
from core.psa.login import ConnectWiseLogin
from core.psa.provider import Audience, Board, Company, Contact, Member, Note, PsaRefused, Status, System, Ticket
from core.psa.reading import Json, id_of, inner, listed, maybe, moment
from core.psa.wire import Heard

VERSION = "application/vnd.connectwise.com+json; version=2025.1"
ON_PREMISES = "v4_6_release/"
CLOUD = ".myconnectwise.net"


def headers(login: ConnectWiseLogin) -> Mapping[str, str]:
    pair = f"{login.company}+{login.public_key}:{login.private_key}".encode()
    return {
        "Authorization": f"Basic {base64.b64encode(pair).decode()}",
        "clientId": login.client_id,
        "Accept": VERSION,
    }


def said(body: object, text: str) -> str:
    """The sentences of an error: those of its parts, or its own. A 429 has another shape."""
    if not isinstance(body, dict):
        return text
    entry = cast("Json", body)
    sentences = [maybe(one.get("message")) for one in listed(entry, "errors")]
    return " ".join(one for one in sentences if one) or maybe(entry.get("message")) or maybe(entry.get("error")) or ""


def quoted(text: str) -> str:
    """A text as a literal of ConnectWise's conditions."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def ticket(login: ConnectWiseLogin, entry: Json) -> Ticket:
    ticket_id = id_of(System.CONNECTWISE, entry)
    board, status, company = inner(entry, "board"), inner(entry, "status"), inner(entry, "company")
    contact, merged = inner(entry, "contact"), inner(entry, "mergedParentTicket")
    name = maybe(entry.get("contactName")) or maybe(contact.get("name"))
    return Ticket(
        id=ticket_id,
        label=System.CONNECTWISE.label(ticket_id),
        title=str(entry.get("summary") or ""),
        status=Status(str(status.get("id") or ""), str(status.get("name") or ""), bool(entry.get("closedFlag"))),
        board=Board(str(board.get("id") or ""), str(board.get("name") or "")),
        url=page_of(login, ticket_id),
        company=Company(str(company["id"]), str(company.get("name") or "")) if company.get("id") else None,
        contact=Contact(str(contact.get("id") or ""), name, maybe(entry.get("contactEmailAddress"))) if name else None,
        changed_at=moment(inner(entry, "_info").get("lastUpdated")),
        merged_into=str(merged["id"]) if merged.get("id") else None,
    )


def page_of(login: ConnectWiseLogin, ticket_id: str) -> str:
    query = urlencode({"service_recid": ticket_id, "companyName": login.company})
    return f"{login.site.url}/{ON_PREMISES}services/system_io/Service/fv_sr100_request.rails?{query}"


def number(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 11):
        raise PsaRefused(System.CONNECTWISE, f"“{text[:40]}” is no number of ConnectWise's.")
    return int(text)


def api_host(site: Site, told: str | None) -> str:
    """In the cloud the API has a host of its own, which companyinfo names; any other host than ConnectWise's own is not believed."""
    if not site.host.endswith(CLOUD):
        return site.url
    name = (told or "").removeprefix("https://").strip("/").lower()
    if name.endswith(CLOUD) and "/" not in name and "@" not in name and ":" not in name:
        return f"https://{name}"
    return site.url if site.host.startswith("api-") else f"https://api-{site.host}"


def has_next(heard: Heard) -> bool:
    return 'rel="next"' in heard.headers.get("link", "")


def note(entry: Json) -> Note:
    internal = (
        bool(entry.get("internalAnalysisFlag"))
        and not entry.get("detailDescriptionFlag")
        and not entry.get("resolutionFlag")
    )
    return Note(
        id=id_of(System.CONNECTWISE, entry),
        text=str(entry.get("text") or ""),
        audience=Audience.INTERNAL if internal else Audience.CUSTOMER,
        created_at=moment(entry.get("dateCreated")),
        by=maybe(entry.get("createdBy")),
    )


def contact(entry: Json) -> Contact:
    mails = [one for one in listed(entry, "communicationItems") if one.get("communicationType") == "Email"]
    mails.sort(key=lambda one: not one.get("defaultFlag"))
    name = f"{entry.get('firstName') or ''} {entry.get('lastName') or ''}".strip()
    return Contact(id_of(System.CONNECTWISE, entry), name, maybe(mails[0].get("value")) if mails else None)


def member(entry: Json) -> Member:
    name = f"{entry.get('firstName') or ''} {entry.get('lastName') or ''}".strip()
    mail = maybe(entry.get("primaryEmail")) or maybe(entry.get("officeEmail"))
    return Member(id_of(System.CONNECTWISE, entry), name or str(entry.get("identifier")), mail)


def note_body(text: str, audience: Audience, *, notify: bool) -> Mapping[str, object]:
    """A resolution note for the customer, an internal analysis for us. Without one of its three flags a note is refused."""
    internal = audience is Audience.INTERNAL
    return {
        "text": text,
        "detailDescriptionFlag": False,
        "internalAnalysisFlag": internal,
        "resolutionFlag": not internal,
        "internalFlag": internal,
        "externalFlag": not internal,
        "processNotifications": notify and not internal,
    }


def callback(body: bytes) -> Json:
    """What a callback says. Raises `PsaRefused` when that cannot be read."""
    try:
        read = json.loads(body)
    except ValueError:
        read = None
    if not isinstance(read, dict):
        raise PsaRefused(System.CONNECTWISE, "This call cannot be read.")
    return cast("Json", read)


def key_url(at: Site, said: Json) -> str:
    """Where the key of a callback is to be had. Raises `PsaRefused` for any host but the connection's own."""
    address = maybe(inner(said, "Metadata").get("key_url")) or ""
    try:
        parts = urlsplit(address)
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        parts, port = urlsplit(""), 0
    host = (parts.hostname or "").removeprefix("api-")
    if (parts.scheme, host, port) != (at.scheme, at.host.removeprefix("api-"), at.port) or parts.username:
        raise PsaRefused(System.CONNECTWISE, "This call names a key that is not ConnectWise's.")
    return address


def is_signed(signing_key: str, signature: str, body: bytes) -> bool:
    key = hashlib.sha256(signing_key.encode()).digest()
    expected = base64.b64encode(hmac.new(key, body, hashlib.sha256).digest()).decode()
    return hmac.compare_digest(expected.encode(), signature.encode())
