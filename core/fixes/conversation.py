"""A turn of the conversation: what a provider is asked, and what becomes of its answer.

Three steps, each in a unit of its own, and the provider between the first two: `begin` reads, `keep_answer` stores what was said before anything
is done with it, `apply` puts it into the session. Whoever comes after a crash goes on from the last one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast
from uuid import UUID

import structlog
from pydantic import TypeAdapter

from core.fixes import queries
from core.fixes.models import NOTES_LIMIT, FixStatus, Outcome, SuggestedFix
from core.fixes.service import suggest
from core.ids import FixId, SessionId, TurnId, new_id
from core.llm.provider import (
    EarlierSuggestion,
    FactToKeep,
    JudgedOutcome,
    OutcomeToPropose,
    PastFix,
    ProblemView,
    Proposal,
    Said,
)
from core.llm.provider import Fact as KnownFact
from core.llm.provider import Turn as Answer
from core.outbox.events import FixChanged, TurnShown
from core.secrets import masked
from core.sessions import queries as sessions
from core.sessions.models import FACT_LIMIT, OPEN, Author, Fact, FactSource, Message, Session
from core.sessions.service import keep, say
from core.text import clean, shorten
from core.turns import queries as turns
from core.turns.models import Turn, TurnStatus
from core.turns.service import ANSWERS_IN
from core.unit import Unit

log = structlog.get_logger()

READ_CHARACTERS, READ_OF_ONE = 24_000, 3_000
ASKS_AFTER = 3  # messages since the fix was applied, and nobody has said how it went
OFTEN = 2  # a provider is asked once more after a crash; from then on the rules answer

_ANSWER = TypeAdapter(Answer)


@dataclass(frozen=True)
class Asked:
    """What a provider is asked in one turn. `is_answered`: it has said it already, and only `apply` is left."""

    session_id: SessionId
    turn_id: TurnId
    view: ProblemView
    past: tuple[PastFix, ...]
    channel: str
    thread_ts: str | None
    asked_by: str | None
    attempts: int
    is_answered: bool


async def begin(unit: Unit, session_id: SessionId) -> Asked | None:
    """What to ask for this session now; None when nobody waits for an answer and nothing has changed since the last one."""
    session = await sessions.session_for_update(unit, session_id)
    turn = await turns.unfinished(unit, session_id)
    thread = await turns.thread(unit, session_id)
    mine = {None, turn.id if turn else None}
    new = [said for said, _ in thread if said.wants_answer and said.turn_id in mine and said.author is Author.PERSON]
    offered = await queries.fixes_of(unit, session_id)
    if turn is None or turn.status is not TurnStatus.ANSWERED:
        moved = await turns.last_version(unit, session_id) != session.state_version
        due = session.status in ANSWERS_IN and (new or (moved and wants_proposal(session, offered)))
        if not due:
            if turn is not None:
                turn.end(unit.now)  # a crash left it, and nobody waits for it any more
            return None
        turn = _started(unit, session, turn, new)
    known = await sessions.facts(unit, session_id)
    return Asked(
        session_id=session_id,
        turn_id=TurnId(turn.id),
        view=_view(session, known, offered, thread, {said.id for said in new}),
        past=tuple(await queries.past(unit, session_id)),
        channel=session.channel,
        thread_ts=session.thread_ts,
        asked_by=str(turn.asked_by) if turn.asked_by else None,
        attempts=turn.attempts,
        is_answered=turn.status is TurnStatus.ANSWERED,
    )


def _started(unit: Unit, session: Session, turn: Turn | None, new: Sequence[Message]) -> Turn:
    if turn is None:
        turn = unit.add(
            Turn(
                account_id=unit.account_id,
                id=new_id(),
                session_id=session.id,
                asked_version=session.state_version,
                asked_by=new[-1].user_id if new else None,
                started_at=unit.now,
            )
        )
    else:
        turn.attempts += 1
        turn.asked_version = session.state_version
    for said in new:
        said.turn_id = turn.id
    return turn


def _view(
    session: Session,
    known: Sequence[Fact],
    offered: Sequence[SuggestedFix],
    thread: Sequence[tuple[Message, str | None]],
    new: set[UUID],
) -> ProblemView:
    return ProblemView(
        problem=masked(session.problem),
        facts=tuple(KnownFact(fact.id, masked(fact.text), fact.source.value) for fact in known),
        earlier=tuple(map(_earlier, offered)),
        thread=_read(thread, new),
    )


def _earlier(fix: SuggestedFix) -> EarlierSuggestion:
    notes = {
        FixStatus.APPLIED_PARTIAL: fix.partial_notes,
        FixStatus.APPLIED_PENDING: fix.pending_reason,
        FixStatus.APPLIED_FAILED: fix.failure_reason,
    }
    return EarlierSuggestion(
        title=fix.title,
        status=fix.status.value,
        applied=fix.applied_at is not None,
        superseded=fix.superseded_at is not None,
        rejected=cast("tuple[JudgedOutcome, ...]", tuple(fix.ai_outcomes_rejected)),
        notes=masked(notes.get(fix.status) or ""),
    )


def _read(thread: Sequence[tuple[Message, str | None]], new: set[UUID]) -> tuple[Said, ...]:
    """The end of the thread, as much of it as a turn reads: a new message always, older ones while there is room."""
    read: list[Said] = []
    room = READ_CHARACTERS
    for message, name in reversed(thread):
        text = shorten(message.text, READ_OF_ONE)
        room -= len(text)
        if room < 0 and message.id not in new:
            break
        by_flowpilot = message.author is Author.FLOWPILOT
        author = "FlowPilot" if by_flowpilot else name or "somebody"
        read.append(Said(message.id, author, by_flowpilot, text, message.id in new, tuple(message.files)))
    return tuple(reversed(read))


def wants_proposal(session: Session, offered: Sequence[SuggestedFix]) -> bool:
    """Whether the session has no fix to try: none is before the engineer, and none has worked."""
    before_the_engineer = [fix for fix in offered if fix.superseded_at is None and not fix.is_final]
    solved = any(fix.status is FixStatus.APPLIED_SUCCESS for fix in offered)
    return session.status in OPEN and not before_the_engineer and not solved


async def keep_answer(unit: Unit, turn_id: TurnId, answer: Answer) -> bool:
    """Stores what the provider said. From here on it is never asked again. Says whether anybody still wants it: not when it was stopped."""
    turn = await turns.turn_for_update(unit, turn_id)
    if answer.usage is not None:  # it is paid for, whether or not it is wanted
        turn.model = answer.usage.model
        turn.input_tokens += answer.usage.input_tokens
        turn.output_tokens += answer.usage.output_tokens
        turn.cost_micro_usd += answer.usage.cost_micro_usd
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
    # What was proposed for a state in which a fix was since judged or suggested is dropped: whatever moved it asked again.
    is_timely = not asks_how and (unmoved or wants_proposal(session, offered))
    if answer.proposal is not None and is_timely and _is_new(answer.proposal, offered):
        fix = await suggest(unit, session, answer.proposal)
    answers_somebody = any(message.turn_id == turn.id for message in thread.values() if message.author is Author.PERSON)
    _speak(unit, session, turn, answer, is_wanted=answers_somebody or (fix is None and unmoved))
    await _ask_how_it_went(unit, session, fix or active)
    turn.end(unit.now)
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
    if is_wanted and said:
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
