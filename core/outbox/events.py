"""What can happen, as ids. `EVENTS` finds the class of a stored name again."""

from __future__ import annotations

from dataclasses import dataclass, fields
from uuid import UUID

from core.ids import (
    AccountId,
    DraftId,
    EscalationId,
    FixId,
    MessageId,
    ProposalId,
    ReminderId,
    RequestId,
    SessionId,
    TicketId,
    TurnId,
    UserId,
    WalkId,
)
from core.outbox.note_events import (
    EscalationTold,
    NoteConfirmed,
    NoteReady,
    PostingChanged,
    PostingWanted,
    PreviewWanted,
    RewriteWanted,
)
from core.outbox.ticket_events import TicketFollowed, TicketNamed, TicketToLookAt
from core.unit import Event


@dataclass(frozen=True)
class SessionStarted(Event):
    session_id: SessionId


@dataclass(frozen=True)
class SessionChanged(Event):
    """Something its card shows: status, owner, title, facts."""

    session_id: SessionId


@dataclass(frozen=True)
class SessionCardLost(Event):
    """The card was deleted, or its channel is gone."""

    session_id: SessionId


@dataclass(frozen=True)
class ProposalWanted(Event):
    """The session has no fix to try: the problem is new, the last one failed, or there is a new fact."""

    session_id: SessionId


@dataclass(frozen=True)
class MessageHeard(Event):
    """Somebody wrote in the session's thread, and waits for an answer."""

    session_id: SessionId


@dataclass(frozen=True)
class SecretHeard(Event):
    """Somebody wrote a secret in the session's thread: its author is told, nobody else."""

    session_id: SessionId
    message_id: MessageId


@dataclass(frozen=True)
class TurnShown(Event):
    """A turn that showed itself while it was thinking has ended: what stands there becomes what came of it."""

    session_id: SessionId
    turn_id: TurnId


@dataclass(frozen=True)
class MessageWritten(Event):
    """FlowPilot has something to say in the thread; the text is a row of `session_messages`."""

    session_id: SessionId
    message_id: MessageId


@dataclass(frozen=True)
class FixSuggested(Event):
    session_id: SessionId
    fix_id: FixId


@dataclass(frozen=True)
class FixChanged(Event):
    """Decided, applied, recorded, corrected or superseded: its card and the session's show it."""

    session_id: SessionId
    fix_id: FixId


@dataclass(frozen=True)
class HomeChanged(Event):
    user_id: UserId


@dataclass(frozen=True)
class AccessRequested(Event):
    """One admin is to be asked about one request."""

    request_id: RequestId
    user_id: UserId


@dataclass(frozen=True)
class AccessDecided(Event):
    request_id: RequestId


@dataclass(frozen=True)
class SessionResolved(Event):
    """Closed as solved; what its ticket says was verified, or there is none."""

    session_id: SessionId


@dataclass(frozen=True)
class SessionEscalated(Event):
    session_id: SessionId


@dataclass(frozen=True)
class EscalationRaised(Event):
    """Somebody handed work on, and the engineers are to know."""

    escalation_id: EscalationId


@dataclass(frozen=True)
class EscalationChanged(Event):
    """Claimed or released: what shows it shows it anew."""

    escalation_id: EscalationId


@dataclass(frozen=True)
class DraftMade(Event):
    """A script was run and may become a template: its parameters are to be found."""

    draft_id: DraftId


@dataclass(frozen=True)
class DraftsChanged(Event):
    """A draft of the session was accepted or rejected: what offers it shows that."""

    session_id: SessionId


@dataclass(frozen=True)
class NudgeDue(Event):
    """A reminder is to be sent."""

    reminder_id: ReminderId


@dataclass(frozen=True)
class NudgeAnswered(Event):
    """What was asked about is settled, snoozed or muted: the messages that ask say so."""

    subject_id: UUID


@dataclass(frozen=True)
class FlowsChanged(Event):
    """What is published, or what people taught, is another: what finds flows is learned anew."""

    account_id: AccountId


@dataclass(frozen=True)
class TicketOpened(Event):
    """Somebody took a call; its ticket has no card yet."""

    ticket_id: TicketId


@dataclass(frozen=True)
class TicketChanged(Event):
    ticket_id: TicketId


@dataclass(frozen=True)
class TicketCardLost(Event):
    """The card was deleted, or its channel is gone."""

    ticket_id: TicketId


@dataclass(frozen=True)
class WalkStarted(Event):
    """The walk's card belongs in its ticket's thread, as its last message."""

    ticket_id: TicketId
    walk_id: WalkId


@dataclass(frozen=True)
class WalkChanged(Event):
    """Something its card shows: the step, the notes, the owner, the end."""

    ticket_id: TicketId
    walk_id: WalkId


@dataclass(frozen=True)
class WalkHandedOver(Event):
    """It was escalated: the thread is to hold what the engineer needs."""

    ticket_id: TicketId
    walk_id: WalkId


@dataclass(frozen=True)
class StepsWanted(Event):
    """A walk that is built on the way has answers without a step behind them."""

    ticket_id: TicketId
    walk_id: WalkId


@dataclass(frozen=True)
class FlowProposed(Event):
    """A walk that helped became a proposal, or joined one."""

    ticket_id: TicketId
    proposal_id: ProposalId


EVENTS: dict[str, type[Event]] = {
    kind.__name__: kind
    for kind in (
        SessionStarted,
        SessionChanged,
        SessionCardLost,
        ProposalWanted,
        MessageHeard,
        SecretHeard,
        TurnShown,
        MessageWritten,
        FixSuggested,
        FixChanged,
        HomeChanged,
        AccessRequested,
        AccessDecided,
        SessionResolved,
        SessionEscalated,
        TicketNamed,
        TicketFollowed,
        TicketToLookAt,
        PreviewWanted,
        NoteReady,
        RewriteWanted,
        NoteConfirmed,
        PostingWanted,
        PostingChanged,
        EscalationRaised,
        EscalationTold,
        EscalationChanged,
        DraftMade,
        DraftsChanged,
        NudgeDue,
        NudgeAnswered,
        TicketOpened,
        TicketChanged,
        TicketCardLost,
        WalkStarted,
        WalkChanged,
        WalkHandedOver,
        StepsWanted,
        FlowProposed,
        FlowsChanged,
    )
}


def revive(name: str, ids: dict[str, str]) -> Event:
    """The event that was stored as `name` with `ids`. Raises KeyError for a name no version of this program wrote."""
    kind = EVENTS[name]
    return kind(**{field.name: UUID(ids[field.name]) for field in fields(kind)})
