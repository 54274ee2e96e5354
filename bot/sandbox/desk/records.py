"""What the desk knows: boards, their statuses, companies, people, tickets and what was written on them."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from bot.sandbox.wire import Json

OPENED = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
BOARDS = {1: "Help Desk", 2: "Infrastructure"}
STATUSES = {
    1: (
        (11, "New", False),
        (12, "In Progress", False),
        (13, "Waiting on Customer", False),
        (14, "Escalated to Level 2", False),
        (15, "Resolved", True),
    ),
    2: (
        (21, "New", False),
        (22, "Assigned", False),
        (24, "Escalated to Vendor", False),
        (25, "Completed", True),
    ),
}
COMPANIES = {
    301: ("NORTHWIND", "Northwind Traders"),
    302: ("CONTOSO", "Contoso Dental"),
    303: ("FABRIKAM", "Fabrikam & Söhne"),
}
CONTACTS = {
    401: (301, "Kim", "Novak", "kim.novak@northwind.example"),
    402: (301, "Luis", "Ortega", "luis.ortega@northwind.example"),
    403: (302, "Mara", "Lindt", "mara.lindt@contoso.example"),
    404: (303, "Jörg", "Weiß", "joerg.weiss@fabrikam.example"),
}
MEMBERS = {
    501: ("ana", "Ana", "Petrova", "ana@example.com"),
    502: ("ben", "Ben", "Okafor", "ben@example.com"),
    503: ("adil", "Adil", "Khan", "adil@example.com"),
    504: ("dispatch", "Dana", "Dispatch", "dispatch@example.com"),
}
TICKETS = (
    (99120, 1, 12, 401, "Print spooler on PRINT01 stops every few minutes, accounting cannot print"),
    (99121, 1, 11, 403, "Outlook keeps asking for the password, mail profile cannot be opened"),
    (99122, 2, 22, 402, "SRV-APP02: C: drive is full, backups fail"),
    (99123, 1, 11, 404, "VPN verbindet, aber der Dateiserver ist nicht erreichbar"),
    (99124, 1, 13, 401, "New starter on Monday: account, laptop, badge"),
    (99125, 2, 21, 402, "Certificate of remote.northwind.example expires in five days"),
    (99126, 1, 11, 403, 'Scanner says "cannot reach folder" \\\\SRV-FS01\\scans'),
    (99127, 1, 15, 404, "Maus am Empfang ersetzt"),
)


def stamp(at: datetime) -> str:
    """Return an instant as ConnectWise writes it."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass
class DeskTicket:
    """One ticket; merged_into is the ticket that goes on in its place."""

    id: int
    board: int
    status: int
    contact: int
    summary: str
    changed: datetime
    merged_into: int | None = None


@dataclass
class Records:
    """All of it. Ids rise; `now` is moved on by a second with every change, so that changes differ in their time."""

    now: datetime = OPENED
    tickets: dict[int, DeskTicket] = field(default_factory=dict[int, DeskTicket])
    notes: dict[int, list[Json]] = field(default_factory=dict[int, list[Json]])
    times: list[Json] = field(default_factory=list[Json])
    callbacks: dict[int, Json] = field(default_factory=dict[int, Json])
    mails: list[Json] = field(default_factory=list[Json])
    last_id: int = 7000

    def __post_init__(self) -> None:
        for ticket_id, board, status, contact, summary in TICKETS:
            self.tickets[ticket_id] = DeskTicket(ticket_id, board, status, contact, summary, OPENED)

    def next_id(self) -> int:
        """Return an id that nothing has yet."""
        self.last_id += 1
        return self.last_id

    def touch(self, ticket: DeskTicket) -> None:
        """The ticket changes now."""
        self.now += timedelta(seconds=1)
        ticket.changed = self.now

    def open_ticket(self, summary: str, board: int = 1, contact: int = 401) -> DeskTicket:
        """Add a ticket and return it."""
        ticket = DeskTicket(max(self.tickets) + 1, board, STATUSES[board][0][0], contact, summary, self.now)
        self.tickets[ticket.id] = ticket
        return ticket

    def status_name(self, ticket: DeskTicket) -> tuple[str, bool]:
        """Return the name of a ticket's status, and whether it closes it."""
        return next((name, closed) for status_id, name, closed in STATUSES[ticket.board] if status_id == ticket.status)

    def add_note(self, ticket: DeskTicket, given: Json, by: str) -> Json:
        """Write a note and return it as the API shows it; who is to be mailed is."""
        self.touch(ticket)
        note: Json = {
            "id": self.next_id(),
            "ticketId": ticket.id,
            "text": given["text"],
            **{name: bool(given.get(name)) for name in NOTE_FLAGS},
            "dateCreated": stamp(self.now),
            "createdBy": by,
            "_info": {"lastUpdated": stamp(self.now), "updatedBy": by},
        }
        self.notes.setdefault(ticket.id, []).append(note)
        if given.get("processNotifications") and not given.get("internalAnalysisFlag"):
            self.mails.append({"to": CONTACTS[ticket.contact][3], "note": note["id"]})
        return note


NOTE_FLAGS = ("detailDescriptionFlag", "internalAnalysisFlag", "resolutionFlag", "internalFlag", "externalFlag")


def board(board_id: int) -> Json:
    """Return a board as the API shows it."""
    return {"id": board_id, "name": BOARDS[board_id], "projectFlag": False, "inactiveFlag": False}


def status(board_id: int, status_id: int, name: str, closed: bool) -> Json:
    """Return a status as the API shows it."""
    return {
        "id": status_id,
        "name": name,
        "board": {"id": board_id, "name": BOARDS[board_id]},
        "sortOrder": status_id,
        "displayOnBoard": True,
        "inactive": False,
        "closedStatus": closed,
    }


def company(company_id: int) -> Json:
    """Return a company as the API shows it."""
    identifier, name = COMPANIES[company_id]
    return {"id": company_id, "identifier": identifier, "name": name}


def contact(contact_id: int) -> Json:
    """Return a contact as the API shows it."""
    company_id, first, last, mail = CONTACTS[contact_id]
    item = {"id": contact_id + 1000, "type": {"id": 1, "name": "Email"}, "value": mail, "defaultFlag": True}
    return {
        "id": contact_id,
        "firstName": first,
        "lastName": last,
        "company": company(company_id),
        "inactiveFlag": False,
        "communicationItems": [item | {"communicationType": "Email"}],
    }


def member(member_id: int) -> Json:
    """Return a member as the API shows it."""
    identifier, first, last, mail = MEMBERS[member_id]
    return {
        "id": member_id,
        "identifier": identifier,
        "firstName": first,
        "lastName": last,
        "licenseClass": "F",
        "defaultEmail": "Office",
        "officeEmail": mail,
        "primaryEmail": mail,
        "defaultPhone": "Office",
        "hireDate": "2020-01-01T00:00:00Z",
        "inactiveFlag": False,
        "companyActivityTabFormat": "SummaryList",
        "invoiceTimeTabFormat": "SummaryList",
        "invoiceScreenDefaultTabFormat": "ShowInvoicingTab",
        "invoicingDisplayOptions": "RemainOnInvoicingScreen",
        "agreementInvoicingDisplayOptions": "RemainOnInvoicingScreen",
    }


def ticket_shown(records: Records, ticket: DeskTicket) -> Json:
    """Return a ticket as the API shows it."""
    company_id, first, last, mail = CONTACTS[ticket.contact]
    name, closed = records.status_name(ticket)
    shown: Json = {
        "id": ticket.id,
        "summary": ticket.summary,
        "recordType": "ServiceTicket",
        "board": {"id": ticket.board, "name": BOARDS[ticket.board]},
        "status": {"id": ticket.status, "name": name},
        "company": company(company_id),
        "contact": {"id": ticket.contact, "name": f"{first} {last}"},
        "contactName": f"{first} {last}",
        "contactEmailAddress": mail,
        "priority": {"id": 4, "name": "Priority 3 - Medium"},
        "severity": "Medium",
        "impact": "Medium",
        "closedFlag": closed,
        "_info": {"lastUpdated": stamp(ticket.changed), "updatedBy": "flowpilot"},
    }
    if ticket.merged_into is not None:
        shown["mergedParentTicket"] = {"id": ticket.merged_into, "summary": records.tickets[ticket.merged_into].summary}
    return shown
