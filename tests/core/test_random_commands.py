"""Whatever anybody asks for in whatever order, the house does exactly what the rules say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.consequences import SUBSCRIPTIONS
from core.audit.models import AuditEvent
from core.errors import DomainError
from core.fixes import queries as fix_queries
from core.fixes import service as fixes
from core.fixes.commands import CorrectOutcome, DecideFix, RecordOutcome
from core.fixes.models import Decision, Outcome
from core.ids import FixId, SessionId
from core.sessions import queries as session_queries
from core.sessions import service as sessions
from core.sessions.commands import AddFact
from core.sessions.models import SessionStatus
from core.unit import Database, Unit
from tests.builders import PROPOSAL, SCRIPTED, Account, Clock, a_fix, a_session, an_account
from tests.core import oracle

WHO = ["ben", "eva", "adil", "lena"]
OUTCOMES = [outcome.value for outcome in Outcome]


@dataclass(frozen=True)
class Step:
    """What somebody asks for. `which` picks a fix, counted from the newest."""

    what: str
    who: str
    which: int
    outcome: str
    words: str | None


STEPS = st.lists(
    st.builds(
        Step,
        what=st.sampled_from(
            [
                "suggest",
                "script",
                "decide",
                "apply",
                "record",
                "record",
                "correct",
                "fact",
                "pause",
                "resume",
                "take_over",
            ]
        ),
        who=st.sampled_from(WHO),
        which=st.integers(0, 2),
        outcome=st.sampled_from(OUTCOMES),
        words=st.sampled_from([None, " ", "the customer is away"]),
    ),
    min_size=4,
    max_size=30,
)
Ask = Callable[[Unit], Awaitable[object]]


class Desk:
    """One session in the house, and the same one as the oracle imagines it."""

    def __init__(self, account: Account, clock: Clock, session_id: UUID, fix_id: UUID) -> None:
        self.account, self.clock, self.session_id = account, clock, SessionId(session_id)
        self.fixes: list[UUID] = [fix_id]
        self.expected = oracle.Session(owner="ben")
        self.expected.suggest(script=True)

    async def take(self, step: Step) -> None:
        at = self.clock.forward(timedelta(minutes=1))
        if step.what in {"suggest", "script"}:
            self.expected.suggest(script=step.what == "script")
            session = await self.account.session(self.session_id)
            made = await a_fix(self.account, session, SCRIPTED if step.what == "script" else PROPOSAL)
            self.fixes.append(made.id)
            return
        refused = ""
        try:
            self.imagine(step)
        except oracle.Refused as refusal:
            refused = str(refusal)
        assert at == self.clock.now
        answered = ""
        try:
            async with self.account.unit(step.who) as unit:
                await self.asked(step)(unit)
        except DomainError as refusal:
            answered = type(refusal).__name__
        assert answered == refused, step

    def chosen(self, step: Step) -> int:
        return len(self.fixes) - 1 - step.which % len(self.fixes)

    def imagine(self, step: Step) -> None:
        fix, now = self.expected.fixes[self.chosen(step)], self.clock.now
        words = (step.words or "").strip() or None
        match step.what:
            case "decide":
                self.expected.decide(step.who, fix, decision_of(step).value, now)
            case "apply":
                self.expected.apply(step.who, fix, now)
            case "record":
                self.expected.record(step.who, fix, step.outcome, words, now)
            case "correct":
                self.expected.correct(step.who, fix, step.outcome, words, now)
            case "fact":
                self.expected.add_fact(step.who, words)
            case "pause":
                self.expected.pause(step.who)
            case "resume":
                self.expected.resume(step.who)
            case _:
                self.expected.take_over(step.who)

    def asked(self, step: Step) -> Ask:
        fix, outcome = FixId(self.fixes[self.chosen(step)]), Outcome(step.outcome)
        match step.what:
            case "decide":
                return lambda unit: fixes.decide(unit, DecideFix(fix_id=fix, decision=decision_of(step)))
            case "apply":
                return lambda unit: fixes.apply(unit, fix)
            case "record":
                return lambda unit: fixes.record_outcome(
                    unit, RecordOutcome(fix_id=fix, outcome=outcome, notes=step.words)
                )
            case "correct":
                return lambda unit: fixes.correct_outcome(
                    unit, CorrectOutcome(fix_id=fix, outcome=outcome, notes=step.words)
                )
            case "fact":
                return lambda unit: sessions.add_fact(unit, AddFact(session_id=self.session_id, text=step.words))
            case "pause":
                return lambda unit: sessions.pause(unit, self.session_id)
            case "resume":
                return lambda unit: sessions.resume(unit, self.session_id)
            case _:
                return lambda unit: sessions.take_over(unit, self.session_id)

    async def compare(self, names: dict[UUID, str], before: int) -> None:
        """The house stands where the oracle does, and the audit has a row for each accepted command and for no other."""
        async with self.account.unit() as unit:
            session = await session_queries.session(unit, self.session_id)
            kept = await fix_queries.fixes_of(unit, self.session_id)
            mine = select(AuditEvent.what).where(AuditEvent.account_id == self.account.id).order_by(AuditEvent.id)
            audited = list((await unit.session.scalars(mine)).all())[before:]
        expected = self.expected
        assert session.state_version == expected.version
        assert (session.status is SessionStatus.PAUSED, names[session.owner_id]) == (expected.paused, expected.owner)
        assert Counter(audited) == Counter(expected.audited)
        assert sum(fix.superseded_at is None for fix in kept) <= 1
        seen = [
            oracle.Fix(
                script=fix.ai_drafted_script is not None,
                status=fix.status.value,
                decision=fix.user_decision.value if fix.user_decision else None,
                applied_at=fix.applied_at,
                applied_by=names[fix.applied_by] if fix.applied_by else None,
                verified_at=fix.verified_at,
                recorded_by=names[fix.recorded_by] if fix.recorded_by else None,
                superseded=fix.superseded_at is not None,
            )
            for fix in kept
        ]
        assert seen == expected.fixes


def decision_of(step: Step) -> Decision:
    return Decision.DISMISSED if step.outcome == Outcome.DISMISSED.value else Decision.ONE_OFF


@given(steps=STEPS)
@settings(max_examples=40, deadline=None)
async def test_random_commands_by_random_people_do_what_the_rules_say(engine: AsyncEngine, steps: list[Step]):
    clock = Clock()
    account = await an_account(Database(engine, clock, SUBSCRIPTIONS), *WHO)
    names = {(await account.user(who)).id: who for who in WHO}
    async with account.unit() as unit:
        mine = select(AuditEvent.id).where(AuditEvent.account_id == account.id)
        before = len((await unit.session.scalars(mine)).all())
    session = await a_session(account, by="ben")
    desk = Desk(account, clock, session.id, (await a_fix(account, session, SCRIPTED)).id)
    for step in steps:
        await desk.take(step)
        await desk.compare(names, before)
