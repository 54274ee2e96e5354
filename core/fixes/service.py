"""Suggesting, deciding, applying and recording. All of it locks the fix and its session first, in one statement."""

from __future__ import annotations

from dataclasses import asdict

from core.errors import Invalid
from core.fixes import queries, templates
from core.fixes.commands import CorrectOutcome, DecideFix, RecordOutcome
from core.fixes.models import FIX_TITLE_LIMIT, NOTES_LIMIT, Decision, FixStatus, Outcome, SuggestedFix
from core.fixes.queries import Locked
from core.ids import FixId, SessionId, new_id
from core.llm.provider import Proposal
from core.nudges import service as nudges
from core.nudges.policy import Kind
from core.outbox.events import FixChanged, FixSuggested, ProposalWanted
from core.scope import Role
from core.scripts import service as drafts
from core.sessions.models import Session
from core.sessions.service import changed
from core.text import clean, optional, required, shorten
from core.unit import Unit


async def decide(unit: Unit, wanted: DecideFix) -> SuggestedFix:
    """Chooses which way to go with a fix. For a run, the fix carries the script to hand back.

    *Run now, templatize later* makes a draft in the same breath; deciding twice makes one. Raises `Conflict`, `Invalid` (rules:
    `SuggestedFix.decide`).
    """
    person = unit.scope.need_engineer("decide on a fix")
    locked = await queries.fix_for_update(unit, wanted.fix_id)
    before, status = locked.fix.user_decision, locked.fix.status
    locked.fix.decide(wanted.decision, by=person.id, at=unit.now, recorder=locked.recorder)
    unit.audit("fix.decided", locked.fix.id, before=before, after=wanted.decision)
    await _moved(unit, locked, status)
    match wanted.decision:
        case Decision.DISMISSED:
            unit.emit(ProposalWanted(SessionId(locked.session.id)))
        case Decision.DRAFT_TEMPLATE:
            await drafts.keep_draft(unit, templates.draft_from(locked.fix))
        case Decision.ONE_OFF | Decision.BUILD_TEMPLATE:
            pass
    return locked.fix


async def apply(unit: Unit, fix_id: FixId) -> SuggestedFix:
    """Marks a fix without a script of its own as applied. Raises `Conflict`, `Invalid`."""
    person = unit.scope.need_engineer("apply a fix")
    locked = await queries.fix_for_update(unit, fix_id)
    locked.fix.apply(by=person.id, at=unit.now, recorder=locked.recorder)
    unit.audit("fix.applied", locked.fix.id)
    await _moved(unit, locked, locked.fix.status)
    return locked.fix


async def record_outcome(unit: Unit, wanted: RecordOutcome) -> SuggestedFix:
    """Records how a fix went. Raises `Conflict` when it is final (saying who recorded what), `Invalid` on `notes` or `check_at`."""
    person = unit.scope.need_engineer("record an outcome")
    notes = optional(wanted.notes, field="notes", limit=NOTES_LIMIT)
    locked = await queries.fix_for_update(unit, wanted.fix_id)
    before = locked.fix.status
    locked.fix.record(wanted.outcome, notes, wanted.check_at, by=person.id, at=unit.now, recorder=locked.recorder)
    unit.audit("fix.recorded", locked.fix.id, before=before, after=locked.fix.status)
    await _moved(unit, locked, before, parked=wanted.outcome is Outcome.APPLIED_PENDING)
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
    await _moved(unit, locked, before)
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
    await _moved(unit, locked, before, parked=wanted.outcome is Outcome.APPLIED_PENDING)
    return locked.fix


async def reject_proposal(unit: Unit, fix_id: FixId) -> SuggestedFix:
    """It did not go as FlowPilot understood; nothing is recorded, and this is not asked again of this fix. Raises `Conflict`."""
    unit.scope.need_engineer("answer for a fix")
    locked = await queries.fix_for_update(unit, fix_id)
    rejected = locked.fix.reject_proposal()
    unit.audit("fix.outcome_rejected", locked.fix.id, outcome=rejected)
    unit.emit(FixChanged(SessionId(locked.session.id), FixId(locked.fix.id)))
    return locked.fix


async def _moved(unit: Unit, locked: Locked, before: FixStatus, *, parked: bool = False) -> None:
    """What every change of a fix brings about; a parked one owes a question, and one that is settled owes none any more."""
    fix, waited = locked.fix, before is FixStatus.APPLIED_PENDING
    if parked:
        await nudges.plan(unit, Kind.FIX, fix.id, owner_id=locked.session.owner_id, at=fix.check_at, again=waited)
    elif waited and fix.status is not before:
        await nudges.cancel(unit, fix.id)
    locked.session.touch(unit.now)
    unit.emit(FixChanged(SessionId(locked.session.id), FixId(locked.fix.id)))
    changed(unit, locked.session)


async def suggest(unit: Unit, session: Session, proposal: Proposal) -> SuggestedFix:
    """Puts a fix before the engineer; the one that was active until now is superseded and stays on record.

    Where the library has its script as a template, the fix points to that instead of carrying a script of its own.
    """
    title = shorten(clean(proposal.title).replace("\n", " "), FIX_TITLE_LIMIT)
    if not title:
        raise Invalid("A suggestion needs a title.")
    template = await templates.template_for(unit, proposal)
    found = [f"In the script library: “{template.name}”"] if template else []
    fix = SuggestedFix(
        account_id=unit.account_id,
        id=new_id(),
        session_id=session.id,
        title=title,
        description=clean(proposal.description),
        confidence_pct=min(100, max(0, proposal.confidence_pct)),
        script_template_id=template and template.id,
        ai_drafted_script=proposal.script if template is None else None,
        ai_drafted_language=proposal.language if template is None else None,
        ai_drafted_parameters={p.key: asdict(p) for p in proposal.parameters} or None if template is None else None,
        sources=[*(source.label for source in proposal.sources), *found],
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
