"""Taking a call: match, suggest, the category gate, build, in that order; suggesting and refusing create nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from core.accounts import preferences
from core.errors import Conflict, Invalid
from core.escalations import queries as escalations
from core.escalations.models import Reason
from core.ids import TicketId
from core.intake import service
from core.intake.commands import EscalateCall
from core.intake.flows import queries as flows
from core.intake.flows import service as flow_service
from core.intake.matcher.decision import Candidate, Outcome
from core.intake.outcomes import Duplicates, OutOfScope, Suggested, Walking
from core.intake.tickets.models import Ticket, TicketStatus
from core.intake.vocabulary import Category
from core.intake.walks.models import Walk, WalkKind, WalkStatus
from core.unit import Again
from tests.builders import Account
from tests.core.intake.walking import PROBLEM, a_flow, a_walk, call, made, now, saying, take

NEAR = 0.66


async def switched(account: Account, categories: Sequence[str]) -> None:
    async with account.unit("adil") as unit:
        await preferences.change(unit, {"enabled_l1_categories": list(categories)})


async def test_a_match_opens_the_ticket_and_begins_the_walk(account: Account):
    flow = await a_flow(account)
    taken = await take(account, call(customer_name=" Acme  Ltd ", customer_contact="+49 30 1"))
    assert isinstance(taken, Walking)
    walk, ticket = await now(account, taken.walk.id)
    assert (ticket.label, ticket.status, ticket.customer_name) == ("L1-1", TicketStatus.WALKING, "Acme Ltd")
    assert (walk.session_kind, walk.flow_id, walk.flow_version) == (WalkKind.FLOW, flow.id, 1)
    assert walk.pending is not None
    assert walk.pending.node.text == "Does Outlook say “Connected”?"
    assert taken.score is not None
    assert taken.score >= 0.75


async def test_near_misses_are_suggested_and_create_nothing(account: Account):
    flow = await a_flow(account)
    taken = await take(account, call(), saying(Outcome.SUGGEST, Candidate(flow.id, flow.title, NEAR)))
    assert isinstance(taken, Suggested)
    assert [one.flow_id for one in taken.candidates] == [flow.id]
    assert await made(account) == (0, 0)


async def test_a_chosen_suggestion_is_walked_and_learned(account: Account):
    flow = await a_flow(account)
    async with account.unit("lena") as unit:
        taken = await service.use_flow(unit, call("the post does not go away"), flow.id)
    assert taken.walk.flow_id == flow.id
    async with account.unit() as unit:
        (shelved,) = await flows.shelved(unit)
    assert "the post does not go away" in shelved.examples


async def test_what_belongs_to_no_category_is_out_of_scope_and_creates_nothing(account: Account):
    taken = await take(account, call("my dog ate the invoice of the gardener"), saying(Outcome.NONE))
    assert taken == OutOfScope(None)
    assert await made(account) == (0, 0)


async def test_a_category_that_is_switched_off_is_out_of_scope_by_its_name(account: Account):
    await switched(account, [Category.PRINTER])
    assert await take(account, call(), saying(Outcome.NONE)) == OutOfScope(Category.EMAIL_OUTLOOK_CLIENT)
    assert await take(account, call(), saying(Outcome.NONE), build_anyway=True) == OutOfScope(
        Category.EMAIL_OUTLOOK_CLIENT
    ), "building anyway skips the suggestion, and the gate stays"
    assert await made(account) == (0, 0)


async def test_a_published_flow_is_walked_whatever_is_switched_off(account: Account):
    await a_flow(account)
    await switched(account, [])
    assert isinstance(await take(account, call()), Walking)


async def test_what_matches_nothing_in_an_enabled_category_is_built(account: Account):
    taken = await take(account, call(), saying(Outcome.NONE))
    assert isinstance(taken, Walking)
    walk, ticket = await now(account, taken.walk.id)
    assert (walk.session_kind, walk.category, walk.is_thinking) == (
        WalkKind.AI_BUILD,
        Category.EMAIL_OUTLOOK_CLIENT,
        True,
    )
    assert ticket.status is TicketStatus.WALKING


async def test_building_anyway_passes_over_the_suggestion_and_is_learned(account: Account):
    flow = await a_flow(account)
    near = saying(Outcome.SUGGEST, Candidate(flow.id, flow.title, NEAR))
    taken = await take(account, call(), near, build_anyway=True)
    assert isinstance(taken, Walking)
    assert taken.walk.session_kind is WalkKind.AI_BUILD
    async with account.unit() as unit:
        assert await flows.belong_to_none(unit) == [PROBLEM]


async def test_an_open_ticket_of_the_same_caller_is_shown_first(account: Account):
    await a_flow(account)
    first = await take(account, call("outlook does not send mails", customer_name="Acme", despite=False))
    assert isinstance(first, Walking)
    again = call("outlook still does not send any mail", customer_name="ACME", despite=False)
    shown = await take(account, again)
    assert isinstance(shown, Duplicates)
    (known,) = shown.tickets
    assert (known.ticket.id, known.taker) == (first.ticket.id, "Lena")
    assert known.walk is not None
    assert await made(account) == (1, 1)
    assert isinstance(await take(account, again.model_copy(update={"despite": True})), Walking)


@pytest.mark.parametrize(
    ("other", "customer"),
    [
        ("outlook does not send mails", "Globex"),
        ("the monitor on my desk flickers", "Acme"),
        ("the monitor on my desk flickers", None),
    ],
    ids=["another caller", "another problem", "nobody named"],
)
async def test_what_is_another_call_is_not_held_up(account: Account, other: str, customer: str | None):
    await a_flow(account)
    await take(account, call("outlook does not send mails", customer_name="Acme"))
    taken = await take(account, call(other, customer_name=customer, despite=False))
    assert not isinstance(taken, Duplicates)


async def test_a_resolved_ticket_is_no_duplicate(account: Account):
    walk = await a_walk(account)
    async with account.unit("lena") as unit:
        ticket = await unit.session.get_one(Ticket, (account.id, walk.ticket_id))
        ticket.mirror(TicketStatus.RESOLVED, unit.now)
    assert not isinstance(await take(account, call(despite=False)), Duplicates)


async def test_an_open_ticket_is_taken_up_under_its_number(account: Account):
    walk = await a_walk(account)
    async with account.unit() as unit:
        left = await unit.session.get_one(Walk, (account.id, walk.id))
        ticket = await unit.session.get_one(Ticket, (account.id, walk.ticket_id))
        left.abandon(unit.now)
        ticket.mirror(TicketStatus.OPEN, unit.now)
    taken = await take(account, call(ticket_id=TicketId(walk.ticket_id), customer_name="Acme"))
    assert isinstance(taken, Walking)
    assert (taken.ticket.id, taken.ticket.number) == (walk.ticket_id, 1)
    with pytest.raises(Conflict, match="L1-1 is walking already"):
        await take(account, call(ticket_id=TicketId(walk.ticket_id)))


async def test_a_call_is_walked_ad_hoc(account: Account):
    async with account.unit("lena") as unit:
        taken = await service.walk_adhoc(unit, call("the coffee machine is broken"))
    walk, ticket = await now(account, taken.walk.id)
    assert (walk.session_kind, walk.pending, walk.is_thinking) == (WalkKind.ADHOC, None, False)
    assert ticket.status is TicketStatus.WALKING


async def test_a_call_is_escalated_without_a_walk(account: Account):
    wanted = EscalateCall(**call("the server room is on fire").model_dump(), reason_category=Reason.SUSPECTED_INCIDENT)
    async with account.unit("lena") as unit:
        taken = await service.escalate_call(unit, wanted)
    walk, ticket = await now(account, taken.walk.id)
    assert (walk.session_kind, walk.status, ticket.status) == (
        WalkKind.ADHOC,
        WalkStatus.ESCALATED,
        TicketStatus.ESCALATED,
    )
    async with account.unit() as unit:
        (handoff,), _ = await escalations.waiting(unit)
    assert handoff.escalation.walk_id == walk.id
    assert handoff.escalation.reason == "Looks like an incident"
    assert handoff.escalation.title == "L1-1 the server room is on fire"


async def test_an_escalation_needs_its_reason(account: Account):
    async with account.unit("lena") as unit:
        with pytest.raises(Invalid) as refused:
            await service.escalate_call(unit, EscalateCall(**call().model_dump()))
    assert refused.value.field == "reason_category"


async def test_two_calls_at_once_have_two_numbers(account: Account, engine: AsyncEngine):
    async def one(n: int) -> int:
        for _ in range(5):
            try:
                async with account.unit("lena") as unit:
                    return (await service.walk_adhoc(unit, call(f"problem number {n}"))).ticket.number
            except Again:
                continue
        raise AssertionError("never got through")

    assert sorted(await asyncio.gather(*(one(n) for n in range(6)))) == [1, 2, 3, 4, 5, 6]


async def test_a_flow_that_was_switched_off_meanwhile_is_said(account: Account):
    flow = await a_flow(account)
    async with account.unit("adil") as unit:
        await flow_service.retire(unit, flow.id)
    async with account.unit("lena") as unit:
        with pytest.raises(Exception, match="was switched off"):
            await service.use_flow(unit, call(), flow.id)
    assert await made(account) == (0, 0)
