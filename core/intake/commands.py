"""What can be asked of intake and of walks, as the forms and buttons submit it."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from core.escalations.models import Reason
from core.ids import ConnectionId, TicketId, WalkId


class Command(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class TakeCall(Command):
    """A call as somebody takes it. `channel` is where its ticket's thread will be; `ticket_id` is a ticket that is there already and is
    taken up (again); `psa_…` names the ticket system's ticket that it came from; `despite` says that the caller's open tickets were
    shown, and this is another problem; `looks_up` that the form offers callers from a ticket system."""

    problem_statement: str | None = None
    customer_name: str | None = None
    customer_contact: str | None = None
    channel: str = ""
    private_channel: bool = False
    ticket_id: TicketId | None = None
    psa_connection_id: ConnectionId | None = None
    psa_ticket_id: str | None = None
    psa_ticket_label: str | None = None
    looks_up: bool = False
    despite: bool = False


class EscalateCall(TakeCall):
    """The same, handed to an engineer at once."""

    reason_category: Reason | None = None
    reason: str | None = None


class ResolveWalk(Command):
    walk_id: WalkId
    helpful: bool | None = None
    resolution_notes: str | None = None


class EscalateWalk(Command):
    walk_id: WalkId
    reason_category: Reason | None = None
    reason: str | None = None


class NoteWalk(Command):
    """`kept` is how many characters at the beginning of the notes the form did not show, because it could not hold them all."""

    walk_id: WalkId
    revision: int
    kept: int = Field(default=0, ge=0)
    walk_notes: str | None = None
