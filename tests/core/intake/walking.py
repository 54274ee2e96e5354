"""Walks for the tests: a flow with several ways, a call along it, and a composer that says what it is told to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import func, select

from core.accounts import service as people
from core.ids import WalkId
from core.intake import building, service
from core.intake.commands import TakeCall
from core.intake.desk import Desk
from core.intake.flows import service as flows
from core.intake.flows.models import Flow, FlowSource
from core.intake.flows.written import read
from core.intake.gate import Gate
from core.intake.matcher.decision import Candidate, Decision, FlowMatcher, Outcome
from core.intake.matcher.shelf import Matchers
from core.intake.outcomes import Taken
from core.intake.tickets.models import Ticket
from core.intake.vocabulary import Category
from core.intake.walks import queries
from core.intake.walks import service as walks
from core.intake.walks.models import Walk, WalkKind
from core.intake.walks.service import Way
from core.llm.flows import NextStep, OfflineFlows, WalkView
from core.llm.words import Words
from core.scope import Role
from core.unit import Unit
from tests.builders import PEOPLE, Account

MAIL = """
flow: mail-stuck
title: Mail stays in the outbox
category: email_outlook_client
symptoms: [Mail stays in the outbox]
examples: [my mails do not leave the outbox, outlook does not send any mail, mail is stuck in the outbox]
nodes:
  online:
    question: Does Outlook say “Connected”?
    answers: {It does: size, It does not: offline, Cannot see: size}
  offline:
    question: Is “Work offline” pressed?
    answers: {Yes: press, No: restart}
  press: {instruction: Press “Work offline” once more., next: sent}
  restart: {instruction: Close Outlook and open it again., next: sent}
  size:
    question: Is the mail bigger than 20 MB?
    answers: {Yes: smaller, No: restart}
  smaller: {instruction: Send a link instead of the file., next: sent}
  sent:
    question: Did the mail leave?
    answers: {Yes: fixed, No: engineer}
  fixed: {resolved: The mail was sent.}
  engineer: {escalate: It stays in the outbox., reason: not_fixed_by_steps}
"""
STARTER = read(MAIL)
PROBLEM = "outlook does not send any mail since this morning"


def desk() -> Desk:
    """A desk whose starter flow is `MAIL`."""
    return Desk(given_gate=Gate(Words(), STARTER))


def call(problem: str = PROBLEM, **more: object) -> TakeCall:
    return TakeCall.model_validate({"problem_statement": problem, "channel": "C0DESK", "despite": True, **more})


async def a_flow(account: Account, text: str = MAIL) -> Flow:
    """A published flow."""
    async with account.unit() as unit:
        (document,) = read(text)
        return await flows.add(unit, document, publish=True, source=FlowSource.IMPORTED)


async def a_walk(account: Account, flow_id: UUID | None = None, *, by: str = "lena") -> Walk:
    """A call that is walked along a flow, a new one where none is named."""
    known = flow_id or (await a_flow(account)).id
    async with account.unit(by) as unit:
        return (await service.use_flow(unit, call(), known)).walk


async def a_built_walk(account: Account, *, by: str = "lena", problem: str = PROBLEM) -> Walk:
    """A call whose steps are built on the way; none is there yet."""
    async with account.unit(by) as unit:
        taken = await service.walk_adhoc(unit, call(problem))
    async with account.unit(by) as unit:
        locked = await queries.walk_for_update(unit, taken.walk.id)
        locked.walk.abandon(unit.now)
    async with account.unit(by) as unit:
        locked = await queries.walk_for_update(unit, taken.walk.id)
        return await walks.start(unit, locked.ticket, Way(WalkKind.AI_BUILD, "Mail", Category.EMAIL_OUTLOOK_CLIENT))


async def now(account: Account, walk_id: UUID) -> tuple[Walk, Ticket]:
    """A walk and its ticket as they stand."""
    async with account.unit() as unit:
        return await queries.walk(unit, walk_id)


@dataclass
class Scripted(OfflineFlows):
    """Says the steps it is given in turn, or what a function makes of the walk; keeps what it was asked."""

    says: Callable[[WalkView], NextStep]
    asked: list[WalkView] = field(default_factory=list[WalkView])

    async def next_node(self, walk: WalkView) -> NextStep:
        self.asked.append(walk)
        return self.says(walk)


async def build(account: Account, composer: OfflineFlows, walk_id: UUID, *, rounds: int = 2) -> None:
    """The effect that builds steps, so many rounds of it."""
    for _ in range(rounds):
        async with account.unit() as unit:
            wanted = await building.wanted(unit, desk().gate, WalkId(walk_id))
        for one in wanted:
            step = await building.compose(composer, one)
            async with account.unit() as unit:
                await building.place(unit, WalkId(walk_id), one.spot, step)


async def answer(unit: Unit, walk_id: UUID, visit: int, choice: int) -> Walk:
    return await walks.answer(unit, WalkId(walk_id), visit, choice)


async def covers(account: Account, who: str = "ben") -> None:
    """Lets an engineer cover for L1."""
    slack_user_id, role, _ = PEOPLE[who]
    async with account.unit() as unit:
        await people.grant(unit, slack_user_id, role or Role.ENGINEER, cover_l1=True)


async def walked(account: Account, *choices: int, by: str = "lena") -> Walk:
    """A walk with these answers given."""
    walk = await a_walk(account)
    for visit, choice in enumerate(choices, start=1):
        async with account.unit(by) as unit:
            await answer(unit, walk.id, visit, choice)
    return (await now(account, walk.id))[0]


class Saying(Matchers):
    """Matchers whose matcher says the same of every problem."""

    def __init__(self, decision: Decision) -> None:
        super().__init__()
        self._decision = decision

    async def of(self, unit: Unit) -> FlowMatcher:
        return self

    def decide(self, problem: str) -> Decision:
        return self._decision


def saying(outcome: Outcome, *candidates: Candidate) -> Desk:
    known = desk()
    return Desk(given_matchers=Saying(Decision(outcome, candidates)), given_gate=known.gate)


async def take(
    account: Account, wanted: TakeCall, at: Desk | None = None, *, by: str = "lena", build_anyway: bool = False
) -> Taken:
    async with account.unit(by) as unit:
        return await service.take(unit, at or desk(), wanted, build_anyway=build_anyway)


async def made(account: Account) -> tuple[int, int]:
    """How many tickets and walks there are."""
    async with account.unit() as unit:
        tickets = await unit.session.scalar(
            select(func.count()).select_from(Ticket).where(Ticket.account_id == account.id)
        )
        walks = await unit.session.scalar(select(func.count()).select_from(Walk).where(Walk.account_id == account.id))
    return tickets or 0, walks or 0
