"""Suggesting, deciding, applying and recording. All of it locks the fix and its session first, in one statement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from core.errors import Invalid, Unavailable
from core.fixes import queries
from core.fixes.commands import CorrectOutcome, DecideFix, RecordOutcome
from core.fixes.models import FIX_TITLE_LIMIT, NOTES_LIMIT, Decision, FixStatus, Outcome, SuggestedFix
from core.fixes.queries import Locked
from core.ids import FixId, SessionId, new_id
from core.llm.provider import EarlierSuggestion, PastFix, ProblemView, Proposal, Turn
from core.llm.provider import Fact as KnownFact
from core.outbox.events import FixChanged, FixSuggested, ProposalWanted
from core.scope import Role
from core.sessions import queries as sessions
from core.sessions.models import OPEN, Session
from core.sessions.service import changed, say
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


def _moved(unit: Unit, locked: Locked) -> None:
    locked.session.touch(unit.now)
    unit.emit(FixChanged(SessionId(locked.session.id), FixId(locked.fix.id)))
    changed(unit, locked.session)


@dataclass(frozen=True)
class Question:
    """What a provider is asked: the session as it stood at `state_version`."""

    session_id: SessionId
    state_version: int
    problem: ProblemView
    past: tuple[PastFix, ...]


async def question(unit: Unit, session_id: SessionId) -> Question | None:
    """What to ask for this session, or None when a fix is before the engineer already or the session is not open."""
    session = await sessions.session(unit, session_id)
    offered = await queries.fixes_of(unit, session_id)
    if not _wants_proposal(session, offered):
        return None
    known = await sessions.facts(unit, session_id)
    view = ProblemView(
        problem=session.problem,
        facts=tuple(KnownFact(fact.id, fact.text, fact.source.value) for fact in known),
        earlier=tuple(EarlierSuggestion(fix.title, fix.status.value) for fix in offered),
    )
    return Question(session_id, session.state_version, view, tuple(await queries.past(unit, session_id)))


def _wants_proposal(session: Session, offered: Sequence[SuggestedFix]) -> bool:
    before_the_engineer = [fix for fix in offered if fix.superseded_at is None and not fix.is_final]
    solved = any(fix.status is FixStatus.APPLIED_SUCCESS for fix in offered)
    return session.status in OPEN and not before_the_engineer and not solved


async def answer(unit: Unit, asked: Question, turn: Turn) -> SuggestedFix | None:
    """Puts a provider's answer into the session: a fix, or what it says instead.

    An answer to a state that has moved on is dropped: whatever moved it asked again.
    """
    session = await sessions.session_for_update(unit, asked.session_id)
    offered = await queries.fixes_of(unit, asked.session_id)
    if session.state_version != asked.state_version or not _wants_proposal(session, offered):
        return None
    if turn.proposal is None:
        questions = "".join(f"\n• {line}" for line in turn.questions)
        say(unit, session, clean(turn.reply) + questions)
        return None
    return await suggest(unit, session, turn.proposal)


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
        ai_drafted_script=proposal.script,
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
