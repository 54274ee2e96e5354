"""How walks end, and what follows: tickets, packages, sessions, what is learned."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

import pytest

from core.errors import Conflict, Forbidden, Invalid
from core.escalations import queries as escalations
from core.escalations import service as escalation_service
from core.escalations.models import Reason
from core.ids import EscalationId, WalkId
from core.intake.commands import EscalateWalk, NoteWalk, ResolveWalk
from core.intake.flows import queries as flows
from core.intake.tickets.models import TicketStatus
from core.intake.walks import ends
from core.intake.walks import service as walks
from core.intake.walks.models import Walk, WalkStatus
from core.intake.walks.package import package
from core.sessions import queries as sessions
from core.sessions.models import FactSource
from core.unit import Unit
from tests.builders import Account, Clock
from tests.core.intake.walking import PROBLEM, a_walk, answer, covers, now, walked


async def resolved(account: Account, walk: Walk, **more: object) -> Walk:
    wanted = ResolveWalk.model_validate(
        {"walk_id": walk.id, "helpful": True, "resolution_notes": "It was offline.", **more}
    )
    async with account.unit("lena") as unit:
        return await ends.resolve(unit, wanted)


async def test_resolving_closes_the_ticket_too_and_teaches_the_flow(account: Account):
    walk = await walked(account, 1, 0)
    await resolved(account, walk)
    after, ticket = await now(account, walk.id)
    assert (after.status, after.helpful, after.resolution_notes) == (WalkStatus.RESOLVED, True, "It was offline.")
    assert (ticket.status, ticket.closed_at) == (TicketStatus.RESOLVED, after.resolved_at)
    assert await account.trail(walk.id) == ["walk.started", "walk.resolved"]
    async with account.unit() as unit:
        (shelved,) = await flows.shelved(unit)
    assert PROBLEM in shelved.examples


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"helpful": None}, "helpful"),
        ({"resolution_notes": " "}, "resolution_notes"),
        ({"resolution_notes": "x" * 3_001}, "resolution_notes"),
    ],
)
async def test_resolving_needs_both_answers(account: Account, more: dict[str, object], field: str):
    walk = await a_walk(account)
    with pytest.raises(Invalid) as refused:
        await resolved(account, walk, **more)
    assert refused.value.field == field
    assert (await now(account, walk.id))[0].is_active


async def escalated(account: Account, walk: Walk, by: str = "lena", **more: object) -> Walk:
    wanted = EscalateWalk.model_validate({"walk_id": walk.id, "reason_category": Reason.OTHER, **more})
    async with account.unit(by) as unit:
        return await ends.escalate(unit, wanted)


async def test_escalating_puts_it_before_the_engineers(account: Account):
    walk = await walked(account, 1, 1)
    await escalated(account, walk, reason="The caller is the boss.\nReally.")
    after, ticket = await now(account, walk.id)
    assert (after.status, ticket.status, ticket.closed_at) == (WalkStatus.ESCALATED, TicketStatus.ESCALATED, None)
    async with account.unit() as unit:
        (handoff,), total = await escalations.waiting(unit)
    assert (total, handoff.raiser, handoff.escalation.reason) == (1, "Lena", "Something else: The caller is the boss.")
    assert await account.trail(walk.id) == ["walk.started", "walk.escalated"]


async def test_escalating_needs_its_category(account: Account):
    walk = await a_walk(account)
    with pytest.raises(Invalid) as refused:
        await escalated(account, walk, reason_category=None)
    assert refused.value.field == "reason_category"


async def test_the_package_holds_the_path_undone_steps_and_notes(account: Account):
    walk = await walked(account, 1, 0)
    async with account.unit("lena") as unit:
        await walks.back(unit, WalkId(walk.id), 3)
    async with account.unit("lena") as unit:
        await walks.note(unit, NoteWalk(walk_id=WalkId(walk.id), revision=0, walk_notes="In a hurry."))
    await escalated(account, walk, reason="Please call back.")
    after, ticket = await now(account, walk.id)
    held = package(after, ticket, {after.owner_id: "Lena"})
    assert held.steps == (
        "1. Does Outlook say “Connected”? → It does not (Lena)",
        "2. Is “Work offline” pressed? → Yes (Lena) (undone by Lena)",
    )
    assert (held.unanswered, held.notes, held.reason) == (
        "Is “Work offline” pressed?",
        "In a hurry.",
        "Please call back.",
    )
    assert held.why == "Something else"


async def test_an_engineer_continues_as_a_session_that_knows_the_path(account: Account):
    walk = await walked(account, 1, 1, 0)
    async with account.unit("lena") as unit:
        await walks.note(unit, NoteWalk(walk_id=WalkId(walk.id), revision=0, walk_notes="In a hurry."))
    await escalated(account, walk)
    async with account.unit("ben") as unit:
        session = await ends.continue_as_session(unit, WalkId(walk.id))
    async with account.unit() as unit:
        known = await sessions.facts(unit, session.id)
        (handoff,) = await escalations.open_of(unit, walk_id=walk.id)
    assert session.problem == PROBLEM
    assert [(fact.source, fact.text) for fact in known] == [
        (FactSource.QUESTION, "Does Outlook say “Connected”? It does not"),
        (FactSource.QUESTION, "Is “Work offline” pressed? No"),
        (FactSource.DIAGNOSTIC_CHECK, "Close Outlook and open it again. Done"),
        (FactSource.NOTE, "L1's notes: In a hurry."),
    ]
    assert handoff.claimed_by == (await account.user("ben")).id
    async with account.unit("eva") as unit:
        with pytest.raises(Conflict, match="goes on as a session already"):
            await ends.continue_as_session(unit, WalkId(walk.id))


async def test_the_second_engineer_is_told_who_claimed_it(account: Account):
    walk = await a_walk(account)
    await escalated(account, walk)
    async with account.unit() as unit:
        (handoff,), _ = await escalations.waiting(unit)
    async with account.unit("eva") as unit:
        await escalation_service.claim(unit, EscalationId(handoff.escalation.id))
    async with account.unit("ben") as unit:
        with pytest.raises(Conflict, match="Eva claimed this"):
            await ends.continue_as_session(unit, WalkId(walk.id))


async def test_who_escalated_does_not_continue_it_themselves(account: Account):
    await covers(account)
    walk = await a_walk(account)
    await escalated(account, walk, by="ben")
    async with account.unit("ben") as unit:
        with pytest.raises(Conflict, match="yourself"):
            await ends.continue_as_session(unit, WalkId(walk.id))


async def test_only_an_escalated_walk_is_continued_and_only_by_an_engineer(account: Account):
    walk = await a_walk(account)
    async with account.unit("ben") as unit:
        with pytest.raises(Conflict, match="this one is active"):
            await ends.continue_as_session(unit, WalkId(walk.id))
    async with account.unit("lena") as unit:
        with pytest.raises(Forbidden):
            await ends.continue_as_session(unit, WalkId(walk.id))


async def test_after_a_day_untouched_it_is_abandoned_and_its_ticket_open(account: Account, clock: Clock):
    left, used = await a_walk(account), await a_walk(account, (await a_flow_of(account)))
    clock.forward(timedelta(hours=23, minutes=59))
    async with account.unit("lena") as unit:
        await answer(unit, used.id, 1, 1)
    async with account.unit() as unit:
        assert await ends.abandon_untouched(unit) == 0
    clock.forward(timedelta(minutes=2))
    async with account.unit() as unit:
        assert await ends.abandon_untouched(unit) == 1
    walk, ticket = await now(account, left.id)
    assert (walk.status, ticket.status) == (WalkStatus.ABANDONED, TicketStatus.OPEN)
    assert (await now(account, used.id))[0].is_active
    async with account.unit("lena") as unit:
        with pytest.raises(Conflict, match="abandoned"):
            await answer(unit, left.id, 1, 1)


async def a_flow_of(account: Account):
    async with account.unit() as unit:
        (flow,) = await flows.listed(unit)
    return flow.id


async def test_an_ended_walk_cannot_be_changed_and_says_by_whom(account: Account):
    walk = await a_walk(account)
    await resolved(account, walk)
    changes: Sequence[Callable[[Unit], Awaitable[object]]] = (
        lambda unit: answer(unit, walk.id, 1, 1),
        lambda unit: walks.back(unit, WalkId(walk.id), 1),
        lambda unit: walks.note(unit, NoteWalk(walk_id=WalkId(walk.id), revision=0, walk_notes="x")),
        lambda unit: walks.take_over(unit, WalkId(walk.id)),
        lambda unit: walks.resume(unit, WalkId(walk.id)),
        lambda unit: ends.resolve(unit, ResolveWalk(walk_id=WalkId(walk.id), helpful=True, resolution_notes="x")),
        lambda unit: ends.escalate(unit, EscalateWalk(walk_id=WalkId(walk.id), reason_category=Reason.OTHER)),
    )
    for change in changes:
        async with account.unit("lena") as unit:
            with pytest.raises(Conflict, match="resolved by Lena"):
                await change(unit)
