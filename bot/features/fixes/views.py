"""Fix card, outcome forms, and the list of what waits. Pure: data in, blocks out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from bot import blocks, waiting
from bot.blocks import Block, View
from core.fixes.models import LABEL, NEEDS_NOTES, Decision, FixStatus, Outcome, SuggestedFix
from core.fixes.overview import FixCard
from core.fixes.pages import PAGE, Waiting
from core.text import shorten

OUTCOMES = [
    ("It worked", Outcome.APPLIED_SUCCESS),
    ("It did not work", Outcome.APPLIED_FAILED),
    ("It worked partly", Outcome.APPLIED_PARTIAL),
    ("Waiting to verify", Outcome.APPLIED_PENDING),
]
NOTES_LABEL = {
    Outcome.APPLIED_SUCCESS: "Anything to note?",
    Outcome.APPLIED_FAILED: "What happened instead?",
    Outcome.APPLIED_PARTIAL: "Which part worked, and which did not?",
    Outcome.APPLIED_PENDING: "What are you waiting for?",
}
DECISION_LABEL = {
    Decision.ONE_OFF: "Run once",
    Decision.DRAFT_TEMPLATE: "Run now, templatize later",
    Decision.BUILD_TEMPLATE: "Build template",
    Decision.DISMISSED: "Dismissed",
}
BESIDE_SCRIPT = 6_500  # what the rest of a card may take, so that a script has the other half


def card_text(card: FixCard) -> str:
    return blocks.escape(shorten(f"Suggested fix: {card.fix.title} ({state(card.fix)})", blocks.FALLBACK))


def state(fix: SuggestedFix) -> str:
    """Where it stands, in words."""
    if fix.is_judged:
        return LABEL[fix.status]
    if fix.applied_at:
        return "applied, not judged yet"
    return "superseded" if fix.superseded_at else "proposed"


def card_blocks(card: FixCard) -> list[Block]:
    fix = card.fix
    shown: list[Block] = [
        blocks.header(fix.title),
        blocks.context(f"Suggested fix · *{state(fix).capitalize()}* · Confidence {fix.confidence_pct} %"),
    ]
    if fix.description:
        shown.append(blocks.said(fix.description))
    script_at = len(shown)
    origin = "Composed without AI" if fix.composed_without_ai else "Suggested by AI"
    told = fix.sources[:5] if any(origin in source for source in fix.sources) else [origin, *fix.sources[:5]]
    shown.append(blocks.context(*(blocks.escape(line) for line in told)))
    shown += [blocks.context(line) for line in _history(card)]
    shown += _asked_how(fix)
    shown += _buttons(fix)
    if fix.ai_drafted_script:
        shown = blocks.fitted(shown, BESIDE_SCRIPT)
        shown[script_at:script_at] = script_blocks(fix.ai_drafted_script, blocks.MESSAGE - blocks.size(shown))
    return blocks.fitted(shown)


def script_blocks(script: str, room: int = blocks.MESSAGE) -> list[Block]:
    """The script as code, its beginning where the whole does not fit into `room`: then it says so."""
    end = blocks.context(f"The script goes on: {len(script):,} characters in all.")
    shown: list[Block] = []
    for part in blocks.codes(script):
        if blocks.size([*shown, part, end]) > room:
            return [*shown, end]
        shown.append(part)
    return shown


def _history(card: FixCard) -> list[str]:
    fix = card.fix

    def who(person: UUID | None) -> str:
        return blocks.escape(card.names.get(person, "somebody")) if person else "somebody"

    lines: list[str] = []
    if fix.user_decision and fix.user_decision is not Decision.DISMISSED:
        lines.append(f"{DECISION_LABEL[fix.user_decision]}: chosen by {who(fix.decided_by)}")
    if fix.applied_at:
        lines.append(f"Applied by {who(fix.applied_by)}, {blocks.when(fix.applied_at)}")
    if fix.is_judged and fix.recorded_at:
        lines.append(
            f"*{LABEL[fix.status].capitalize()}*: recorded by {who(fix.recorded_by)}, {blocks.when(fix.recorded_at)}"
        )
    # What was said of an earlier outcome stays on record; the card says what holds now.
    said = {
        FixStatus.APPLIED_PARTIAL: ("Works so far", fix.partial_notes),
        FixStatus.APPLIED_PENDING: ("Waits for", fix.pending_reason),
        FixStatus.APPLIED_FAILED: ("What happened", fix.failure_reason),
    }
    label, text = said.get(fix.status, ("", None))
    if text:
        lines.append(f"{label}: {blocks.escape(shorten(text, 1_500))}")
    if fix.check_at:
        lines.append(f"To be checked {blocks.when(fix.check_at)}")
    if card.successor:
        lines.append(f"A newer suggestion took its place: {blocks.escape(card.successor)}")
    return lines


def _buttons(fix: SuggestedFix) -> list[Block]:
    """Only what can still be done: a final card keeps nothing but the correction, a superseded one nothing unless it was applied."""
    if fix.is_final:
        return [blocks.actions([blocks.menu("fixes.menu", [("Correct…", f"correct:{fix.id}")])], block_id="menu")]
    if fix.is_settled:
        return []
    decide = [] if fix.superseded_at else _decisions(fix)
    record = [
        blocks.button("It worked", "fixes.record.applied_success", fix.id, style="primary"),
        blocks.button("Didn't work…", "fixes.record.applied_failed", fix.id),
        blocks.button("Partly…", "fixes.record.applied_partial", fix.id),
        blocks.button("Waiting to verify…", "fixes.record.applied_pending", fix.id),
    ]
    if not fix.superseded_at:
        verb = "fixes.record.dismissed" if fix.applied_at else "fixes.decide.dismissed"
        sure = blocks.confirm(
            "Dismiss this suggestion?", "It stays on record, and FlowPilot looks for another one.", "Dismiss"
        )
        record.append(blocks.button("Dismiss", verb, fix.id, confirm=sure))
    return [*([blocks.actions(decide, block_id="decide")] if decide else []), blocks.actions(record, block_id="record")]


def _asked_how(fix: SuggestedFix) -> list[Block]:
    """What somebody wrote sounds like an outcome: a person's click says so, or says no."""
    if fix.ai_outcome_proposal is None or fix.is_final:
        return []
    how = {
        Outcome.APPLIED_SUCCESS: "it worked",
        Outcome.APPLIED_FAILED: "it did not work",
        Outcome.APPLIED_PARTIAL: "it worked partly",
    }.get(fix.ai_outcome_proposal, "it is over")
    form = "" if fix.ai_outcome_proposal is Outcome.APPLIED_SUCCESS else "…"
    answers = [
        blocks.button(f"Yes, {how}{form}", "fixes.confirm_proposal", fix.id, style="primary"),
        blocks.button("No", "fixes.reject_proposal", fix.id),
    ]
    asked = blocks.section(f"*Is that so?* What was written in the thread sounds as if {how}.")
    quote = [blocks.said(f"“{shorten(fix.ai_outcome_notes, 300)}”")] if fix.ai_outcome_notes else []
    return [asked, *quote, blocks.actions(answers, block_id="proposal")]


def _decisions(fix: SuggestedFix) -> list[Block]:
    if fix.script_template_id is not None:
        fill = blocks.button("Fill in and run…", "scripts.fill.fix", fix.id, style="primary")
        return [fill] if fix.applied_at else [fill, blocks.button("I applied it", "fixes.applied", fix.id)]
    if fix.ai_drafted_script is None:
        return [] if fix.applied_at else [blocks.button("I applied it", "fixes.applied", fix.id, style="primary")]
    ways = (Decision.ONE_OFF, Decision.DRAFT_TEMPLATE, Decision.BUILD_TEMPLATE)
    decide = [blocks.button(DECISION_LABEL[way], f"fixes.decide.{way}", fix.id) for way in ways]
    built_by_hand = fix.user_decision is Decision.BUILD_TEMPLATE and not fix.applied_at
    return [*decide, *([blocks.button("I applied it", "fixes.applied", fix.id)] if built_by_hand else [])]


def run_reply(fix: SuggestedFix) -> tuple[str, list[Block]]:
    """The script, handed back to whoever runs it; one that no message holds is a button away."""
    text = _run_text(fix, "Here is the script for “{title}”.")
    said = blocks.said(text)
    script = fix.ai_drafted_script or ""
    whole = blocks.actions([blocks.button("Whole script", "scripts.show", fix.id)], block_id="whole")
    shown = script_blocks(script, blocks.MESSAGE - blocks.size([said, whole]))
    return blocks.escape(text), [said, *shown, *([whole] if len(script) > blocks.SECTION else [])]


def run_as_file(fix: SuggestedFix) -> tuple[str, list[Block]]:
    text = _run_text(fix, "The script for “{title}” is a file in this thread.")
    whole = blocks.actions([blocks.button("Whole script", "scripts.show", fix.id)], block_id="whole")
    return blocks.escape(text), [blocks.said(text), whole]


def _run_text(fix: SuggestedFix, begin: str) -> str:
    kept = (
        " A draft of it waits for a review after the resolve." if fix.user_decision is Decision.DRAFT_TEMPLATE else ""
    )
    open_ones = [f"{{{{{key}}}}}" for key in fix.ai_drafted_parameters or {}]
    fill = f" Put your values in place of {', '.join(open_ones[:8])}, with quotes." if open_ones else ""
    return f"{begin.replace('{title}', fix.title)}{fill} The fix is marked as applied; say how it went when you know.{kept}"


def outcome_modal(fix: SuggestedFix, preset: Outcome, *, typed: str | None = None) -> View:
    fields = [
        blocks.said(fix.title),
        blocks.field(
            "outcome", "Outcome", blocks.radio([(label, outcome.value) for label, outcome in OUTCOMES], preset.value)
        ),
        blocks.field(
            "notes", NOTES_LABEL[preset], blocks.text_input(lines=True, value=typed), optional=preset not in NEEDS_NOTES
        ),
        blocks.field(
            "check_at",
            "When should FlowPilot ask again?",
            blocks.moment(),
            optional=True,
            hint="Only while it waits to be verified.",
        ),
    ]
    return blocks.modal("fixes.outcome", "How did it go?", fields, submit="Record", fix_id=fix.id)


def correct_modal(fix: SuggestedFix) -> View:
    options = [(label, outcome.value) for label, outcome in OUTCOMES] + [("It was dismissed", Outcome.DISMISSED.value)]
    fields = [
        blocks.said(f"{fix.title}\nRecorded as: {LABEL[fix.status]}"),
        blocks.field("outcome", "What is right", blocks.radio([one for one in options if one[1] != fix.status.value])),
        blocks.field(
            "notes", "Why is it corrected?", blocks.text_input(lines=True), hint="Both outcomes stay on record."
        ),
    ]
    return blocks.modal("fixes.correct", "Correct outcome", fields, submit="Correct", fix_id=fix.id)


def pending(found: Sequence[Waiting], total: int, number: int, url: str, now: datetime) -> tuple[str, list[Block]]:
    """What waits to be verified, oldest first."""
    title = "Fixes that wait to be verified"
    if not found:
        return f"{title}: none.", [blocks.section(f"*{title}*\nNone.")]
    first = number * PAGE + 1
    shown: list[Block] = [
        blocks.section(f"*{title}*"),
        blocks.context(f"{first} to {first + len(found) - 1} of {total}, oldest first"),
    ]
    for one in found:
        shown += waiting.entry(one, url, now)
    if (number + 1) * PAGE < total:
        shown.append(blocks.actions([blocks.button("Next page", "fixes.page", str(number + 1))]))
    return f"{title}: {total}", blocks.fitted(shown)
