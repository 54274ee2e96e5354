"""The first step of a turn: what a provider is asked, read in one unit. The others are in `answering`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import cast
from uuid import UUID

from core.accounts import queries as people
from core.fixes import queries
from core.fixes.models import FixStatus, SuggestedFix
from core.fixes.templates import known_templates
from core.ids import SessionId, TurnId, new_id
from core.llm.provider import (
    EarlierSuggestion,
    JudgedOutcome,
    PastFix,
    ProblemView,
    Said,
)
from core.llm.provider import Fact as KnownFact
from core.secrets import masked
from core.sessions import queries as sessions
from core.sessions.models import OPEN, Author, Fact, Message, Session
from core.spending import service as spending
from core.text import shorten
from core.turns import queries as turns
from core.turns.models import Turn, TurnStatus
from core.turns.service import ANSWERS_IN
from core.unit import Unit

READ_CHARACTERS, READ_OF_ONE = 24_000, 3_000
OFTEN = 2  # a provider is asked once more after a crash; from then on the rules answer


@dataclass(frozen=True)
class Asked:
    """What a provider is asked in one turn, and where. `is_answered`: it has said it already, and only `apply` is left.

    `for_whom` is the Slack id of who asked last. `without_model`: the budget is used up, or a model was asked twice and a crash lost it.
    """

    session_id: SessionId
    turn_id: TurnId
    view: ProblemView
    past: tuple[PastFix, ...]
    channel: str
    thread_ts: str | None
    for_whom: str
    is_answered: bool
    without_model: bool
    progress: Progress | None


@dataclass(frozen=True)
class Progress:
    """The message that shows a turn thinking. `ts` None: it may have been posted since `at`, before a crash."""

    at: datetime
    ts: str | None
    streamed: bool


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
    budget = await spending.this_month(unit)
    turn.over_budget = budget.is_used_up and budget.limit_usd > 0  # without a budget there is nothing to say
    return Asked(
        session_id=session_id,
        turn_id=TurnId(turn.id),
        view=replace(
            _view(session, known, offered, thread, {said.id for said in new}), templates=await known_templates(unit)
        ),
        past=tuple(await queries.past(unit, session_id)),
        channel=session.channel,
        thread_ts=session.thread_ts,
        for_whom=(await people.user(unit, turn.asked_by or session.owner_id)).slack_user_id,
        is_answered=turn.status is TurnStatus.ANSWERED,
        without_model=budget.is_used_up or turn.attempts > OFTEN,
        progress=Progress(turn.progress_at, turn.progress_ts, turn.streamed) if turn.progress_at else None,
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
