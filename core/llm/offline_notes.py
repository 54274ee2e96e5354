"""The notes' part of the port without a model."""

from __future__ import annotations

from core.llm import notes_offline, rewriting_offline
from core.llm.notes import DraftNote, NoteBundle, NoteKind, Rewritten


class OfflineNotes:
    """From fixed wording alone."""

    async def write_note(self, kind: NoteKind, bundle: NoteBundle) -> DraftNote:
        """Return the note in plain sentences."""
        return notes_offline.compose(kind, bundle)

    async def rewrite_section(
        self, kind: NoteKind, bundle: NoteBundle, key: str, text: str, instruction: str
    ) -> Rewritten:
        """Return the section as far as the instruction is one of those that words alone can follow."""
        del kind, bundle, key
        return rewriting_offline.rewrite(text, instruction)
