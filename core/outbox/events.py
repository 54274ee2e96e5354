"""What can happen, as ids. `EVENTS` finds the class of a stored name again."""

from __future__ import annotations

from dataclasses import dataclass, fields
from uuid import UUID

from core.ids import (
    EscalationId,
    FixId,
    FollowId,
    MessageId,
    PostingId,
    PreviewId,
    RequestId,
    SessionId,
    TurnId,
    UserId,
)
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
class TicketNamed(Event):
    """A new session's problem names a ticket, or one was chosen for it."""

    session_id: SessionId


@dataclass(frozen=True)
class TicketFollowed(Event):
    """Somebody follows a ticket, or stopped: the system is asked to call us, or not to any more."""

    follow_id: FollowId


@dataclass(frozen=True)
class TicketToLookAt(Event):
    """A followed ticket may have changed."""

    follow_id: FollowId


@dataclass(frozen=True)
class PreviewWanted(Event):
    """A draft is to be composed."""

    preview_id: PreviewId


@dataclass(frozen=True)
class NoteReady(Event):
    """A draft is written, or a section rewritten: modals that wait for it show it."""

    preview_id: PreviewId


@dataclass(frozen=True)
class RewriteWanted(Event):
    """Somebody asked for a section of their working copy to be written anew."""

    preview_id: PreviewId
    user_id: UserId


@dataclass(frozen=True)
class NoteConfirmed(Event):
    """Somebody confirmed a note: its card in the thread says what became of it."""

    session_id: SessionId
    posting_id: PostingId


@dataclass(frozen=True)
class PostingWanted(Event):
    """A note is to be brought to its ticket, from wherever it stands."""

    posting_id: PostingId


@dataclass(frozen=True)
class PostingChanged(Event):
    """What shows the posting shows it anew."""

    session_id: SessionId
    posting_id: PostingId


@dataclass(frozen=True)
class EscalationRaised(Event):
    """Somebody handed work on, and the engineers are to know."""

    escalation_id: EscalationId


@dataclass(frozen=True)
class EscalationTold(Event):
    """One place or person is to hear of it: the channel that there is for it, else this person."""

    escalation_id: EscalationId
    user_id: UserId


@dataclass(frozen=True)
class EscalationChanged(Event):
    """Claimed or released: what shows it shows it anew."""

    escalation_id: EscalationId


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
    )
}


def revive(name: str, ids: dict[str, str]) -> Event:
    """The event that was stored as `name` with `ids`. Raises KeyError for a name no version of this program wrote."""
    kind = EVENTS[name]
    return kind(**{field.name: UUID(ids[field.name]) for field in fields(kind)})
