"""What is asked of whoever writes notes: a model, or the composer that works without one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol
from uuid import UUID

from core.text import shorten

if TYPE_CHECKING:
    from core.llm.provider import Usage


class NoteKind(StrEnum):
    """A resolution note is read by the customer, an escalation package by the next engineer only."""

    RESOLUTION = "resolution"
    ESCALATION = "escalation"


@dataclass(frozen=True, slots=True)
class SectionName:
    """`key` is the field of the form, `title` the heading in the note."""

    key: str
    title: str


SECTIONS: Mapping[NoteKind, Sequence[SectionName]] = {
    NoteKind.RESOLUTION: (
        SectionName("problem", "Problem"),
        SectionName("confirmed", "What we confirmed"),
        SectionName("root_cause", "Root cause"),
        SectionName("resolution", "Resolution"),
    ),
    NoteKind.ESCALATION: (
        SectionName("problem", "Problem"),
        SectionName("confirmed", "What we've confirmed"),
        SectionName("tried", "What we've tried"),
        SectionName("hypothesis", "Current hypothesis"),
        SectionName("next_steps", "Suggested next steps"),
    ),
}


@dataclass(frozen=True, slots=True)
class NoteFact:
    """Something the session established."""

    id: UUID
    text: str
    source: str


@dataclass(frozen=True, slots=True)
class NoteFix:
    """A fix with all that was recorded of it; `status` is one of the domain's words (proposed, applied_success …).

    `by_script`: it was applied by running its script. A superseded fix that was never applied is not part of a note.
    """

    id: UUID
    title: str
    status: str
    applied_at: datetime | None = None
    verified_at: datetime | None = None
    by_script: bool = False
    partial_notes: str | None = None
    pending_reason: str | None = None
    check_at: datetime | None = None
    failure_reason: str | None = None


@dataclass(frozen=True, slots=True)
class NoteScript:
    """A script of the library that `by` filled in for this session; neither its text nor what was filled in.

    `used_for`: the fix that it was prepared for and that was applied afterwards. None: nothing says that it was ever run.
    """

    id: UUID
    name: str
    prepared_at: datetime
    by: str
    used_for: UUID | None = None


@dataclass(frozen=True, slots=True)
class NoteBundle:
    """All that a note may say: the state of the session and nothing else, never what was said in the thread. `problem_id` is what a line cites
    that rests on the problem itself. `language` is the ticket's (None: as the problem is written)."""

    problem_id: UUID
    title: str
    problem: str
    facts: tuple[NoteFact, ...] = ()
    fixes: tuple[NoteFix, ...] = ()
    scripts: tuple[NoteScript, ...] = ()
    ticket: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a note, and the ids of what it rests on: facts, fixes, scripts, the problem. None: it says that something is missing."""

    text: str
    cites: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    key: str
    lines: tuple[Line, ...]

    @property
    def text(self) -> str:
        return "\n".join(line.text for line in self.lines)


@dataclass(frozen=True, slots=True)
class DraftNote:
    """A note in its sections, in the order of `SECTIONS`. `usage` is what the call took, None where no model was asked."""

    sections: tuple[Section, ...]
    composed_without_ai: bool = False
    usage: "Usage | None" = None


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A section as it was asked for. `understood` is False where the instruction could not be followed: then the text is as it was.
    `usage` as in `DraftNote`."""

    text: str
    understood: bool = True
    usage: "Usage | None" = None


class NoteWriter(Protocol):
    """What the house asks of whoever writes notes."""

    async def write_note(self, kind: NoteKind, bundle: NoteBundle) -> DraftNote:
        """The note for this state. Raises Unavailable when the model cannot be reached in time."""
        ...

    async def rewrite_section(
        self, kind: NoteKind, bundle: NoteBundle, key: str, text: str, instruction: str
    ) -> Rewritten:
        """One section's text, written anew as the instruction asks. Raises Unavailable."""
        ...


def cited(bundle: NoteBundle) -> Mapping[UUID, str]:
    """What each id that a line may cite is called, for a person."""
    known = {bundle.problem_id: "the problem as stated"}
    known |= {fact.id: f"the fact “{shorten(' '.join(fact.text.split()), 60)}”" for fact in bundle.facts}
    known |= {fix.id: f"what was recorded of “{shorten(fix.title, 60)}”" for fix in bundle.fixes}
    known |= {one.id: f"the script “{shorten(one.name, 60)}”, prepared by {one.by}" for one in bundle.scripts}
    return known
