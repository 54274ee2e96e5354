"""A preview is what was composed for one state of a session; a working copy is what one person makes of it before it is posted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import cast
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from core.db import AccountOwned, Base, one_of
from core.llm.notes import SECTIONS, DraftNote, Line, NoteKind, Section
from core.text import clean

NOTE_LIMIT = 60_000
"""Characters of a whole note."""
SUMMARY_LIMIT = 500
PROMPT_VERSION = "3"
"""Rises when the wording of the composer or of the prompt changes: then no draft of the old wording is shown any more."""
INSTRUCTION_LIMIT = 500


class Preview(AccountOwned, Base, kw_only=True):
    """One draft. Empty until it is written; whoever holds the lease writes it, so that a state is composed once, also by two replicas.

    `answers` are the outcomes of the open fixes that the draft takes as given (`core.notes.answers` reads them), empty where none is open.
    """

    __tablename__ = "previews"
    __table_args__ = (
        one_of("kind", NoteKind),
        ForeignKeyConstraint(
            ["account_id", "session_id"], ["ai_sessions.account_id", "ai_sessions.id"], ondelete="CASCADE"
        ),
        Index(
            "previews_state_key",
            "account_id",
            "session_id",
            "kind",
            "state_version",
            "prompt_version",
            "answer_key",
            unique=True,
        ),
    )

    session_id: Mapped[UUID]
    kind: Mapped[NoteKind]
    state_version: Mapped[int]
    prompt_version: Mapped[str]
    answers: Mapped[dict[str, object]]
    answer_key: Mapped[str]
    # Unwritten is SQL's null, not JSON's: the lease asks for it.
    sections: Mapped[dict[str, object] | None] = mapped_column(JSONB(none_as_null=True), default=None)
    basis: Mapped[dict[str, object] | None] = mapped_column(JSONB(none_as_null=True), default=None)
    composed_without_ai: Mapped[bool] = mapped_column(default=False)
    lease_token: Mapped[UUID | None] = mapped_column(default=None)
    lease_until: Mapped[datetime | None] = mapped_column(default=None)
    wanted_at: Mapped[datetime]
    written_at: Mapped[datetime | None] = mapped_column(default=None)

    @property
    def is_written(self) -> bool:
        return self.sections is not None

    def write(self, note: DraftNote, basis: Mapping[str, object], at: datetime) -> None:
        """Keeps the draft; the first one stays."""
        if self.sections is not None:
            return
        self.sections = {
            section.key: [[line.text, *map(str, line.cites)] for line in section.lines] for section in note.sections
        }
        self.basis, self.composed_without_ai, self.written_at = dict(basis), note.composed_without_ai, at
        self.lease_token = self.lease_until = None

    def draft(self) -> Sequence[Section]:
        """Its sections in order; none while it is not written."""
        stored = cast("Mapping[str, Sequence[Sequence[str]]]", self.sections or {})
        return [
            Section(
                name.key,
                tuple(Line(line[0], tuple(UUID(cite) for cite in line[1:])) for line in stored.get(name.key, ())),
            )
            for name in SECTIONS[self.kind]
        ]

    def texts(self) -> dict[str, str]:
        """The draft's text by section."""
        return {section.key: section.text for section in self.draft()}


class WorkingCopy(AccountOwned, Base, kw_only=True):
    """What one person typed over a draft, section by section; kept until it is posted, whatever happens to the modal it was typed in.

    `revisions` count how often the house itself gave a section another text: each needs a new input, or Slack would show the old one.
    `asked_section` is one to be written anew as `instruction` says; without an instruction it is one where that could not be done.
    `modal` is the external id of the modal it was last seen in, and `awaits` says that the modal waits for `preview_id` to be written;
    `replaces` is the draft that stands in it until then. `answers` are those that are not what is preset.
    """

    __tablename__ = "note_working_copies"
    __table_args__ = (
        one_of("kind", NoteKind),
        ForeignKeyConstraint(
            ["account_id", "session_id"], ["ai_sessions.account_id", "ai_sessions.id"], ondelete="CASCADE"
        ),
        ForeignKeyConstraint(["account_id", "user_id"], ["users.account_id", "users.id"], ondelete="CASCADE"),
        Index("note_working_copies_key", "account_id", "session_id", "kind", "user_id", unique=True),
        Index("note_working_copies_preview_ix", "account_id", "preview_id"),
    )

    session_id: Mapped[UUID]
    kind: Mapped[NoteKind]
    user_id: Mapped[UUID]
    preview_id: Mapped[UUID | None] = mapped_column(default=None)
    texts: Mapped[dict[str, str]] = mapped_column(default_factory=dict)
    revisions: Mapped[dict[str, object]] = mapped_column(default_factory=dict)
    answers: Mapped[dict[str, object]] = mapped_column(default_factory=dict)
    replaces: Mapped[UUID | None] = mapped_column(default=None)
    modal: Mapped[str | None] = mapped_column(default=None)
    awaits: Mapped[bool] = mapped_column(default=False)
    asked_section: Mapped[str | None] = mapped_column(default=None)
    instruction: Mapped[str | None] = mapped_column(default=None)
    updated_at: Mapped[datetime]

    def keep(self, typed: Mapping[str, str | None], draft: Mapping[str, str], at: datetime) -> None:
        """Keeps what differs from the draft; a section typed back to the draft's text is the draft's again."""
        kept = dict(self.texts)
        for key, text in typed.items():
            whole = clean(text or "")
            if whole == clean(draft.get(key, "")):
                kept.pop(key, None)
            else:
                kept[key] = whole
        self.texts, self.updated_at = kept, at
        if self.instruction is None:
            self.asked_section = None

    def replace(self, key: str, text: str | None, at: datetime) -> None:
        """The house gives the section another text; None: the draft's own."""
        kept = {name: text for name, text in self.texts.items() if name != key}
        self.texts = kept if text is None else {**kept, key: text}
        self.revise([key], at)

    def revise(self, keys: Sequence[str], at: datetime) -> None:
        """These sections are shown in new inputs."""
        self.revisions = {**self.revisions, **{key: self.revision(key) + 1 for key in keys}}
        self.updated_at = at

    def revision(self, key: str) -> int:
        count = self.revisions.get(key, 0)
        return count if isinstance(count, int) else 0
