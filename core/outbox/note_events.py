"""What can happen to a note and to a handoff, as ids; `core.outbox.events` has the rest, and the names of all."""

from __future__ import annotations

from dataclasses import dataclass

from core.ids import EscalationId, PostingId, PreviewId, SessionId, UserId
from core.unit import Event


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
class EscalationTold(Event):
    """One place or person is to hear of it: the channel that there is for it, else this person."""

    escalation_id: EscalationId
    user_id: UserId
