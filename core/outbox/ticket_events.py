"""What can happen to a session's ticket in its system, as ids; `core.outbox.events` has the rest, and the names of all."""

from __future__ import annotations

from dataclasses import dataclass

from core.ids import FollowId, SessionId
from core.unit import Event


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
