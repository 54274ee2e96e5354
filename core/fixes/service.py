"""Suggesting, deciding, applying and recording. All of it locks the fix and its session first, in one statement."""

from __future__ import annotations

from dataclasses import asdict

from core.errors import Invalid, Unavailable
from core.fixes import queries
from core.fixes.commands import CorrectOutcome, DecideFix, RecordOutcome
from core.fixes.models import FIX_TITLE_LIMIT, NOTES_LIMIT, Decision, Outcome, SuggestedFix
from core.fixes.queries import Locked
from core.ids import FixId, SessionId, new_id
from core.llm.provider import Proposal
from core.outbox.events import FixChanged, FixSuggested, ProposalWanted
from core.scope import Role
from core.sessions.models import Session
from core.sessions.service import changed
from core.text import clean, optional, required, shorten
from core.unit import Unit


async def decide(unit: Unit, wanted: DecideFix) -> SuggestedFix:
    """Chooses which way to go with a fix. For a run, the fix carries the script to hand back.

    Raises `Conflict`, `Invalid` (rules: `SuggestedFix.decide`), and `Unavailable` for the ways that need the script library.
    """
    person = unit.scope.need_engineer("decide on a fix")
    locked = await queries.fix_for_update(unit, wanted.fix_id)
    if wanted.decision in {Decision.DRAFT_TEMPLATE, Decision.BUILD_TEMPLATE} and not locked.fix.is_final:
        raise Unavailable(
            "scripts",
            "Templates come with the script library, which is not here yet. “Run once” gives you the script now.",
        )
    before = locked.fix.user_decision
    locked.fix.decide(wanted.decision, by=person.id, at=unit.now, recorder=locked.recorder)
    unit.audit("fix.decided", locked.fix.id, before=before, after=wanted.decision)
    _moved(unit, locked)
    if wanted.decision is Decision.DISMISSED:
        unit.emit(ProposalWanted(SessionId(locked.session.id)))
    return locked.fix


async def apply(unit: Unit, fix_id: FixId) -> SuggestedFix:
    """Marks a fix without a script of its own as applied. Raises `Conflict`, `Invalid`."""
    person = unit.scope.need_engineer("apply a fix")
    locked = await queries.fix_for_update(unit, fix_id)
    locked.fix.apply(by=person.id, at=unit.now, recorder=locked.recorder)
    unit.audit("fix.applied", locked.fix.id)
    _moved(unit, locked)
    return locked.fix


async def record_outcome(unit: Unit, wanted: RecordOutcome) -> SuggestedFix:
    """Records how a fix went. Raises `Conflict` when it is final (saying who recorded what), `Invalid` on `notes` or `check_at`."""
    person = unit.scope.need_engineer("record an outcome")
    notes = optional(wanted.notes, field="notes", limit=NOTES_LIMIT)
    locked = await queries.fix_for_update(unit, wanted.fix_id)
    before = locked.fix.status
    locked.fix.record(wanted.outcome, notes, wanted.check_at, by=person.id, at=unit.now, recorder=locked.recorder)
    unit.audit("fix.recorded", locked.fix.id, before=before, after=locked.fix.status)
    _moved(unit, locked)
    if wanted.outcome in {Outcome.APPLIED_FAILED, Outcome.DISMISSED}:
        unit.emit(ProposalWanted(SessionId(locked.session.id)))
    return locked.fix


async def never_applied(unit: Unit, fix_id: FixId) -> SuggestedFix:
    """Takes back that a fix was applied, and dismisses it. Raises `Conflict` when it is final."""
    person = unit.scope.need_engineer("record an outcome")
    locked = await queries.fix_for_update(unit, fix_id)
    before, applied_at = locked.fix.status, locked.fix.applied_at
    locked.fix.never_applied(by=person.id, at=unit.now, recorder=locked.recorder)
    was = applied_at.isoformat() if applied_at else None
    unit.audit("fix.never_applied", locked.fix.id, before=before, after=locked.fix.status, applied_at=was)
    _moved(unit, locked)
    return locked.fix


async def correct_outcome(unit: Unit, wanted: CorrectOutcome) -> SuggestedFix:
    """Replaces a final outcome; both stand in the audit. Raises `Conflict`, `Forbidden`, `Invalid` on `notes`."""
    person = unit.scope.need_engineer("correct an outcome")
    reason = required(wanted.notes, field="notes", limit=NOTES_LIMIT, empty="Say why it is corrected.")
    locked = await queries.fix_for_update(unit, wanted.fix_id)
    before = locked.fix.status
    locked.fix.correct(
        wanted.outcome, reason, by=person.id, is_admin=person.role in {Role.ADMIN, Role.OWNER}, at=unit.now
    )
    unit.audit("fix.corrected", locked.fix.id, before=before, after=locked.fix.status, reason=reason)
    _moved(unit, locked)
    return locked.fix


async def reject_proposal(unit: Unit, fix_id: FixId) -> SuggestedFix:
    """It did not go as FlowPilot understood; nothing is recorded, and this is not asked again of this fix. Raises `Conflict`."""
    unit.scope.need_engineer("answer for a fix")
    locked = await queries.fix_for_update(unit, fix_id)
    rejected = locked.fix.reject_proposal()
    unit.audit("fix.outcome_rejected", locked.fix.id, outcome=rejected)
    unit.emit(FixChanged(SessionId(locked.session.id), FixId(locked.fix.id)))
    return locked.fix


def _moved(unit: Unit, locked: Locked) -> None:
    locked.session.touch(unit.now)
    unit.emit(FixChanged(SessionId(locked.session.id), FixId(locked.fix.id)))
    changed(unit, locked.session)


async def suggest(unit: Unit, session: Session, proposal: Proposal) -> SuggestedFix:
    """Puts a fix before the engineer; the one that was active until now is superseded and stays on record."""
    title = shorten(clean(proposal.title).replace("\n", " "), FIX_TITLE_LIMIT)
    if not title:
        raise Invalid("A suggestion needs a title.")
    fix = SuggestedFix(
        account_id=unit.account_id,
        id=new_id(),
        session_id=session.id,
        title=title,
        description=clean(proposal.description),
        confidence_pct=min(100, max(0, proposal.confidence_pct)),
        script_template_id=proposal.template_id,
        ai_drafted_script=None if proposal.template_id else proposal.script,
        ai_drafted_language=proposal.language,
        ai_drafted_parameters={p.key: asdict(p) for p in proposal.parameters} or None,
        sources=[source.label for source in proposal.sources],
        composed_without_ai=proposal.composed_without_ai,
        created_at=unit.now,
    )
    for active in (await queries.active_of(unit, [session.id])).values():
        active.supersede(fix.id, unit.now)
        unit.emit(FixChanged(SessionId(session.id), FixId(active.id)))
        await unit.flush()  # the index that allows one active fix must see the old one go before the new one comes
    unit.add(fix)
    session.touch(unit.now)
    unit.audit("fix.suggested", fix.id, session=str(session.id), composed_without_ai=proposal.composed_without_ai)
    unit.emit(FixSuggested(SessionId(session.id), FixId(fix.id)))
    changed(unit, session)
    return fix
