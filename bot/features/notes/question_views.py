"""What a note's preview asks about the fixes that were applied and are not settled. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from bot import blocks
from bot.blocks import Block
from core.fixes.models import LABEL, SuggestedFix
from core.llm.notes import NoteKind
from core.notes.answers import notes_field, outcome_field
from core.notes.commands import Answered
from core.notes.previews import Page
from core.text import shorten

ANSWERS = {
    NoteKind.RESOLUTION: (
        ("It worked", Answered.WORKED),
        ("It worked partly", Answered.PARTLY),
        ("Still waiting to verify", Answered.WAITING),
    ),
    NoteKind.ESCALATION: (
        ("It did not work", Answered.FAILED),
        ("It worked partly", Answered.PARTLY),
        ("Still waiting to verify", Answered.WAITING),
        ("It worked", Answered.WORKED),
        ("It was never applied", Answered.NEVER_APPLIED),
    ),
}


def questions(page: Page) -> list[Block]:
    """An outcome and its words for each fix that is asked about, and the names of the others."""
    if not page.asked:
        return []
    shown = [block for place, fix in enumerate(page.asked) for block in _question(page, fix, is_first=place == 0)]
    if page.unasked:
        shown.append(
            blocks.said(
                f"Applied as well, and not asked about here: {named([fix.title for fix in page.unasked])}. Their cards in the thread ask."
            )
        )
    return [*shown, blocks.divider()]


def _question(page: Page, fix: SuggestedFix, *, is_first: bool) -> list[Block]:
    """How one fix went. Its inputs are its own: Slack keeps what was chosen in an input whose id stays."""
    answer, mark = page.answers[fix.id], fix.id.hex[-8:]
    state = LABEL[fix.status] if fix.is_judged else "applied, not judged yet"
    options = ANSWERS[page.kind] if is_first else ANSWERS[NoteKind.ESCALATION]
    return [
        blocks.said(f"How did “{fix.title}” go? It is {state}."),
        blocks.field(
            f"{outcome_field(fix, is_first=is_first)}~{mark}",
            "Outcome",
            blocks.radio([(label, answered.value) for label, answered in options], answer.outcome),
            heard=True,
        ),
        blocks.field(
            f"{notes_field(fix, is_first=is_first)}~{mark}",
            "Which part worked, what are you waiting for, or what happened instead?",
            blocks.text_input(lines=True, value=answer.notes, heard=True),
            optional=True,
            hint="Needed when it worked partly, or still waits to be verified.",
            heard=True,
        ),
    ]


def named(titles: Sequence[str]) -> str:
    """The first five of them, and how many more there are."""
    more = f" and {len(titles) - 5} more" if len(titles) > 5 else ""
    return "; ".join(f"“{shorten(title, 100)}”" for title in titles[:5]) + more
