"""What the preview submits."""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID

from pydantic import Field

from core.ids import FixId, PreviewId, SessionId
from core.llm.notes import NoteKind
from core.sessions.commands import Command


class Answered(StrEnum):
    """How the open fix went, as it is answered when a note is confirmed."""

    WORKED = "applied_success"
    PARTLY = "applied_partial"
    WAITING = "applied_pending"
    FAILED = "applied_failed"
    NEVER_APPLIED = "never_applied"


NEEDED = {
    NoteKind.RESOLUTION: ("resolution", "Say how it was resolved: this is what the customer reads."),
    NoteKind.ESCALATION: ("problem", "Say what the problem is."),
}
"""The section without which a note says nothing, and what is said of a note without it."""


class PostNote(Command):
    """`state_version` is the state the person saw; `secrets_seen` the fingerprint of findings they said may be posted. One field per section.

    `outcome` is what was answered of the fix `first`, `outcomes` of the others that were asked about by their ids, each with its words.
    """

    session_id: SessionId
    kind: NoteKind
    preview_id: PreviewId
    state_version: int
    first: FixId | None = None
    outcome: Answered | None = None
    outcome_notes: str | None = None
    outcomes: dict[UUID, tuple[Answered, str | None]] = Field(default_factory=dict[UUID, tuple[Answered, str | None]])
    secrets_seen: list[str] | None = None
    problem: str | None = None
    confirmed: str | None = None
    root_cause: str | None = None
    resolution: str | None = None
    tried: str | None = None
    hypothesis: str | None = None
    next_steps: str | None = None

    def section(self, key: str) -> str | None:
        """What stands in a section's field."""
        text = getattr(self, key)
        return text if isinstance(text, str) else None


class RewriteSection(Command):
    session_id: SessionId
    kind: NoteKind
    section: str
    instruction: str | None = None
