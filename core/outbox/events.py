"""What can happen, as ids. `EVENTS` finds the class of a stored name again."""

from __future__ import annotations

from dataclasses import dataclass, fields
from uuid import UUID

from core.ids import EscalationId, FixId, MessageId, ReminderId, RequestId, SessionId, UserId
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
class NudgeDue(Event):
    """A reminder is to be sent."""

    reminder_id: ReminderId


@dataclass(frozen=True)
class NudgeAnswered(Event):
    """What was asked about is settled, snoozed or muted: the messages that ask say so."""

    subject_id: UUID


EVENTS: dict[str, type[Event]] = {
    kind.__name__: kind
    for kind in (
        SessionStarted,
        SessionChanged,
        SessionCardLost,
        ProposalWanted,
        MessageWritten,
        FixSuggested,
        FixChanged,
        HomeChanged,
        AccessRequested,
        AccessDecided,
        SessionResolved,
        SessionEscalated,
        EscalationRaised,
        EscalationChanged,
        NudgeDue,
        NudgeAnswered,
    )
}


def revive(name: str, ids: dict[str, str]) -> Event:
    """The event that was stored as `name` with `ids`. Raises KeyError for a name no version of this program wrote."""
    kind = EVENTS[name]
    return kind(**{field.name: UUID(ids[field.name]) for field in fields(kind)})
