"""The second and third step of a turn: the answer is stored before anything is done with it, then it is put into the session.

The provider speaks between `asking.begin` and `keep_answer`, outside of any unit. Whoever comes after a crash goes on from the last step.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast
from uuid import UUID

import structlog
from pydantic import TypeAdapter

from core.fixes import queries
from core.fixes.asking import Asked
from core.fixes.models import NOTES_LIMIT, Outcome, SuggestedFix
from core.fixes.service import suggest
from core.ids import FixId, SessionId, TurnId
from core.llm.provider import FactToKeep, OutcomeToPropose, Proposal
from core.llm.provider import Turn as Answer
from core.outbox.events import FixChanged, ProposalWanted, TurnShown
from core.secrets import masked
from core.sessions import queries as sessions
from core.sessions.models import FACT_LIMIT, OPEN, Author, FactSource, Message, Session
from core.sessions.service import keep, say
from core.spending import service as spending
from core.text import clean, shorten
from core.turns import queries as turns
from core.turns.models import Turn, TurnStatus
from core.unit import Unit

log = structlog.get_logger()

ASKS_AFTER = 3  # messages since the fix was applied, and nobody has said how it went
OVER_BUDGET = "\n\nThis month's budget for the model is used up, so this was composed without AI. An admin can raise it under /pilot settings, Model."

_ANSWER = TypeAdapter(Answer)


async def keep_answer(unit: Unit, turn_id: TurnId, answer: Answer) -> bool:
    """Stores what the provider said. From here on it is never asked again. Says whether anybody still wants it: not when it was stopped."""
    turn = await turns.turn_for_update(unit, turn_id)
    if answer.usage is not None:  # it is paid for, whether or not it is wanted
        turn.model = answer.usage.model
        spending.add(unit, answer.usage, "turn", turn.session_id)
    if turn.status is not TurnStatus.THINKING:
        return False
    turn.prompt_version, turn.composed_without_ai = answer.prompt_version, answer.composed_without_ai
    turn.answer = cast("dict[str, object]", _ANSWER.dump_python(answer, mode="json"))
    turn.status, turn.answered_at = TurnStatus.ANSWERED, unit.now
    return True


async def apply(unit: Unit, asked: Asked) -> None:
    """Puts a stored answer into the session: what it says, what is known from now on, a fix, a question how it went."""
    session = await sessions.session_for_update(unit, asked.session_id)
    turn = await turns.turn_for_update(unit, asked.turn_id)
    if turn.status is not TurnStatus.ANSWERED:
        return
    answer = _ANSWER.validate_python(turn.answer)
    offered = await queries.fixes_of(unit, asked.session_id)
    thread = {message.id: message for message, _ in await turns.thread(unit, asked.session_id)}
    unmoved = session.state_version == turn.asked_version
    await _keep_facts(unit, session, answer.facts, thread)
    active = next((fix for fix in offered if fix.superseded_at is None), None)
    unjudged = next((fix for fix in reversed(offered) if fix.applied_at is not None and not fix.is_final), None)
    asks_how = _propose_outcome(unit, active or unjudged, answer.outcome, thread, turn)
    fix: SuggestedFix | None = None
    # What was proposed for a state that has moved on is dropped, and asked for once more: what moved it need not have asked (a ticket linked).
    if answer.proposal is not None and not unmoved:
        unit.emit(ProposalWanted(asked.session_id))
    is_timely = unmoved and not asks_how and session.status in OPEN
    if answer.proposal is not None and is_timely and _is_new(answer.proposal, offered):
        fix = await suggest(unit, session, answer.proposal)
    answers_somebody = any(message.turn_id == turn.id for message in thread.values() if message.author is Author.PERSON)
    _speak(unit, session, turn, answer, is_wanted=answers_somebody or (fix is None and unmoved))
    await _ask_how_it_went(unit, session, fix or active)
    turn.end(unit.now)
    if unmoved:  # else what moved it is still to be asked about
        turn.asked_version = session.state_version


async def _keep_facts(
    unit: Unit, session: Session, facts: Sequence[FactToKeep], thread: Mapping[UUID, Message]
) -> None:
    known = {_same(fact.text) for fact in await sessions.facts(unit, session.id)}
    for fact in facts:
        text = shorten(masked(clean(fact.text)), FACT_LIMIT)
        message = thread.get(fact.message_id)
        if not text or message is None or message.author is not Author.PERSON:
            log.warning("a fact without a source was dropped", session=str(session.id))
            continue
        if _same(text) not in known:
            known.add(_same(text))
            keep(unit, session, text, FactSource(fact.source), message)


def _same(text: str) -> str:
    return " ".join(text.casefold().split()).rstrip(".")


def _propose_outcome(
    unit: Unit,
    fix: SuggestedFix | None,
    wanted: OutcomeToPropose | None,
    thread: Mapping[UUID, Message],
    turn: Turn,
) -> bool:
    """Asks on the fix's card whether it went as somebody said. Says whether it asks."""
    if wanted is None or fix is None:
        return False
    message = thread.get(wanted.message_id)
    if message is None or message.author is not Author.PERSON or message.turn_id != turn.id:
        log.warning("an outcome that nobody stated was dropped", fix=str(fix.id))
        return False
    notes = shorten(masked(clean(wanted.notes)), NOTES_LIMIT)
    if not fix.propose_outcome(Outcome(wanted.outcome), notes or None):
        return False
    unit.audit("fix.outcome_proposed", fix.id, outcome=fix.ai_outcome_proposal)
    unit.emit(FixChanged(SessionId(fix.session_id), FixId(fix.id)))
    return True


def _is_new(proposal: Proposal, offered: Sequence[SuggestedFix]) -> bool:
    """A fix that is before the engineer, or was judged in this session, is not suggested a second time."""
    return all(_same(fix.title) != _same(clean(proposal.title)) for fix in offered)


def _speak(unit: Unit, session: Session, turn: Turn, answer: Answer, *, is_wanted: bool) -> None:
    questions = "".join(f"\n• {line}" for line in answer.questions)
    said = clean(f"{answer.reply}{questions}")
    if turn.over_budget:
        said += OVER_BUDGET
    if said and (is_wanted or turn.progress_ts):
        say(
            unit,
            session,
            said,
            turn_id=turn.id,
            composed_without_ai=answer.composed_without_ai,
            at=turn.progress_ts,
        )
    if turn.progress_ts is not None:
        unit.emit(TurnShown(SessionId(session.id), TurnId(turn.id)))


async def _ask_how_it_went(unit: Unit, session: Session, fix: SuggestedFix | None) -> None:
    """Once, when people go on talking after a fix was applied and nobody says what it did."""
    if fix is None or fix.applied_at is None or fix.is_judged or fix.asked_how_at or fix.ai_outcome_proposal:
        return
    if await turns.said_since(unit, session.id, fix.applied_at) < ASKS_AFTER:
        return
    fix.asked_how_at = unit.now
    say(
        unit,
        session,
        f"“{fix.title}” was applied, and nobody has said yet how it went. Its card has the buttons: it worked, it did not, partly, or still waiting.",
        fix_id=fix.id,
    )
