"""Walks that are built on the way: one step at a time, prepared for each answer, nothing unsafe or malformed, never too deep."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.consequences import SUBSCRIPTIONS
from core.accounts import preferences
from core.errors import Conflict, Unavailable
from core.ids import WalkId
from core.intake import building
from core.intake.building import AWAY, NOT_SAFE
from core.intake.flows.tree import DEPTH_LIMIT, NodeKind, from_json
from core.intake.walks import growing
from core.intake.walks import service as walks
from core.intake.walks.growing import TOO_DEEP
from core.intake.walks.models import Walk
from core.intake.walks.steps import standing
from core.llm.flows import Choice, NextStep, OfflineFlows, Sorting, WalkView
from core.llm.provider import Usage
from core.spending import queries as spending
from core.unit import Database
from tests.builders import Account, Clock, an_account
from tests.core.intake.walking import Scripted, a_built_walk, answer, build, desk, now


def asks(walk: WalkView) -> NextStep:
    """A question with two answers, another at each place."""
    way = " ".join(one.answer for one in walk.walked) or "nothing"
    return NextStep("question", f"What comes after {way}?", ("Yes", "No"))


async def shown(account: Account, walk: Walk) -> tuple[NodeKind, str]:
    """What is before the person."""
    pending = (await now(account, walk.id))[0].pending
    assert pending is not None
    return pending.node.kind, pending.node.text


async def test_the_first_step_comes_and_one_behind_each_answer_while_they_read(account: Account):
    walk = await a_built_walk(account)
    composer = Scripted(asks)
    await build(account, composer, walk.id, rounds=1)
    assert await shown(account, walk) == (NodeKind.QUESTION, "What comes after nothing?")
    await build(account, composer, walk.id, rounds=1)
    assert [len(view.walked) for view in composer.asked] == [0, 1, 1]
    async with account.unit("lena") as unit:
        after = await answer(unit, walk.id, 1, 1)
    assert after.pending is not None, "what was prepared is there at once"
    assert after.pending.node.text == "What comes after No?"


async def test_an_answer_that_was_faster_waits_and_then_goes_on(account: Account):
    walk = await a_built_walk(account)
    composer = Scripted(asks)
    await build(account, composer, walk.id, rounds=1)
    async with account.unit("lena") as unit:
        after = await answer(unit, walk.id, 1, 0)
    assert after.is_thinking
    async with account.unit("lena") as unit:
        with pytest.raises(Conflict, match="not before you"):
            await answer(unit, walk.id, 2, 0)
    await build(account, composer, walk.id, rounds=1)
    assert await shown(account, walk) == (NodeKind.QUESTION, "What comes after Yes?")


async def test_going_back_shows_the_same_step_and_composes_nothing_again(account: Account):
    walk = await a_built_walk(account)
    composer = Scripted(asks)
    await build(account, composer, walk.id)
    async with account.unit("lena") as unit:
        await answer(unit, walk.id, 1, 0)
    async with account.unit("lena") as unit:
        await walks.back(unit, WalkId(walk.id), 2)
    assert await shown(account, walk) == (NodeKind.QUESTION, "What comes after nothing?")
    asked = len(composer.asked)
    await build(account, composer, walk.id)
    assert len(composer.asked) == asked
    async with account.unit("lena") as unit:
        after = await answer(unit, walk.id, 3, 1)
    assert after.pending is not None


async def test_ids_are_ours_and_a_late_step_does_not_replace_one_that_is_there(account: Account):
    walk = await a_built_walk(account)
    await build(account, Scripted(asks), walk.id)
    before, _ = await now(account, walk.id)
    async with account.unit() as unit:
        late = await walks.place(unit, WalkId(walk.id), growing.Spot("n1", 0), growing.hand_over("Late."))
    assert late is None
    after, _ = await now(account, walk.id)
    assert after.tree == before.tree
    assert after.tree is not None
    assert [node.id for node in from_json(after.tree)] == ["n1", "n2", "n3"]


HOSTILE = [
    NextStep("question", "Did you run format c: in the console?", ("Yes", "No")),
    NextStep("instruction", "Open the registry editor as administrator and delete the key."),
    NextStep("question", "What next?", ("Restart", "Disable the antivirus")),
    NextStep("question", "What next?", ("Restart", "f\u200bormat c\u200b:")),
    NextStep("instruction", "Right-click PowerShell, choose “Run as administrator”, and paste the script."),
    NextStep("instruction", "Reset the user's MFA in the admin center."),
]
MALFORMED = [
    NextStep("question", "Only one answer?", ("Yes",)),
    NextStep("question", "The same twice?", ("Yes", "yes")),
    NextStep("question", "No answers?"),
    NextStep("question", "  ", ("Yes", "No")),
    NextStep("question", "A long label?", ("Yes", "x" * 76)),
    NextStep("question", "Eleven?", tuple(f"answer {n}" for n in range(11))),
    NextStep("lecture", "Let me tell you about printers."),
    NextStep("", ""),
]


@pytest.mark.parametrize("step", [*HOSTILE, *MALFORMED])
async def test_an_unsafe_or_malformed_step_is_asked_for_once_more_and_then_goes_to_an_engineer(
    account: Account, step: NextStep
):
    walk = await a_built_walk(account)
    composer = Scripted(lambda _: step)
    await build(account, composer, walk.id, rounds=1)
    assert len(composer.asked) == 2
    assert await shown(account, walk) == (NodeKind.ESCALATE, NOT_SAFE)


async def test_the_second_try_counts(account: Account):
    walk = await a_built_walk(account)
    composer = Scripted(
        lambda _: HOSTILE[0] if len(composer.asked) == 1 else NextStep("instruction", "Restart Outlook.")
    )
    await build(account, composer, walk.id, rounds=1)
    assert await shown(account, walk) == (NodeKind.INSTRUCTION, "Restart Outlook.")


async def test_where_nobody_can_be_asked_it_goes_to_an_engineer(account: Account):
    def away(_: WalkView) -> NextStep:
        raise Unavailable("model", "away")

    walk = await a_built_walk(account)
    await build(account, Scripted(away), walk.id, rounds=1)
    assert await shown(account, walk) == (NodeKind.ESCALATE, AWAY)


async def test_a_walk_is_never_deeper_than_twelve_steps(account: Account):
    walk = await a_built_walk(account)
    composer = Scripted(asks)
    for visit in range(1, DEPTH_LIMIT):
        await build(account, composer, walk.id, rounds=1)
        async with account.unit("lena") as unit:
            await answer(unit, walk.id, visit, 0)
    await build(account, composer, walk.id, rounds=1)
    assert await shown(account, walk) == (NodeKind.ESCALATE, TOO_DEEP)
    assert len((await now(account, walk.id))[0].path) == DEPTH_LIMIT - 1
    assert max(len(view.walked) for view in composer.asked) == DEPTH_LIMIT - 2


async def test_without_a_model_the_nearest_starter_flow_is_followed(account: Account):
    walk = await a_built_walk(account)
    offline = OfflineFlows()
    await build(account, offline, walk.id)
    assert await shown(account, walk) == (NodeKind.QUESTION, "Does Outlook say “Connected”?")
    async with account.unit("lena") as unit:
        await answer(unit, walk.id, 1, 1)
    await build(account, offline, walk.id)
    assert await shown(account, walk) == (NodeKind.QUESTION, "Is “Work offline” pressed?")
    assert (await now(account, walk.id))[0].composed_without_ai


async def test_a_walk_that_left_the_starter_flow_goes_to_an_engineer_without_a_model(account: Account):
    walk = await a_built_walk(account)
    await build(account, Scripted(asks), walk.id, rounds=1)
    async with account.unit("lena") as unit:
        await answer(unit, walk.id, 1, 0)
    await build(account, OfflineFlows(), walk.id, rounds=1)
    kind, text = await shown(account, walk)
    assert kind is NodeKind.ESCALATE
    assert "Without AI" in text


async def test_a_walk_that_ended_meanwhile_gets_no_step(account: Account):
    walk = await a_built_walk(account)
    async with account.unit() as unit:
        (await unit.session.get_one(Walk, (account.id, walk.id))).abandon(unit.now)
    composer = Scripted(asks)
    await build(account, composer, walk.id)
    assert composer.asked == []


async def test_what_steps_took_is_paid_from_the_months_budget(account: Account):
    walk = await a_built_walk(account)
    took = Usage("claude-sonnet-5-5", 1_000, 100, cost_micro_usd=4_500)
    await build(account, Scripted(lambda view: replace(asks(view), usage=took)), walk.id, rounds=1)
    async with account.unit() as unit:
        assert (await spending.since(unit, unit.now)).cost_micro_usd == took.cost_micro_usd
        (wanted, _) = await building.wanted(unit, desk().gate, WalkId(walk.id))
    assert not wanted.without_model
    async with account.unit("adil") as unit:
        await preferences.change(unit, {"model_budget_usd": 0})
    async with account.unit() as unit:
        assert all(one.without_model for one in await building.wanted(unit, desk().gate, WalkId(walk.id)))


async def test_a_model_that_sorts_too_slowly_is_not_waited_for():
    class Slow(OfflineFlows):
        async def classify(self, problem: str, categories: Sequence[Choice]) -> Sorting:
            await asyncio.Event().wait()
            raise AssertionError(problem)

    class Away(OfflineFlows):
        async def classify(self, problem: str, categories: Sequence[Choice]) -> Sorting:
            raise Unavailable("model", "away")

    for composer in (Slow(), Away(), None):
        at = desk()
        at.composer = composer
        assert await at.judged("the aquarium is loud") == Sorting()


@dataclass
class Built:
    """Keeps what stood there first."""

    account: Account
    walk: Walk
    first: dict[str, str] = field(default_factory=dict[str, str])

    async def compare(self) -> None:
        walk, _ = await now(self.account, self.walk.id)
        assert walk.tree is not None
        tree = from_json(walk.tree)
        for node in tree:
            assert self.first.setdefault(node.id, node.text) == node.text, "a step changed under the person"
        here = growing.Spot(None)
        for step in standing(walk.path):
            node = growing.behind(tree, here)
            assert node is not None
            assert node.text == step.node.text, "a step was skipped"
            here = growing.Spot(node.id, step.choice)
        behind = growing.behind(tree, here)
        assert (walk.pending.node.id if walk.pending else None) == (behind.id if behind else None)


@given(acts=st.lists(st.sampled_from(["yes", "no", "back", "build", "build", "late"]), min_size=4, max_size=25))
@settings(max_examples=12, deadline=None)
async def test_steps_come_late_early_or_twice_and_the_walk_stays_whole(engine: AsyncEngine, acts: list[str]):
    account = await an_account(Database(engine, Clock(), SUBSCRIPTIONS), "lena")
    built = Built(account, await a_built_walk(account))
    composer = Scripted(asks)
    for act in acts:
        walk, _ = await now(account, built.walk.id)
        if act == "build":
            await build(account, composer, walk.id, rounds=1)
        elif act == "late":  # two replicas build the same at once: the second finds it done
            await build(account, composer, walk.id, rounds=2)
            await build(account, composer, walk.id, rounds=1)
        else:
            try:
                async with account.unit("lena") as unit:
                    if act == "back":
                        await walks.back(unit, WalkId(walk.id), walk.visit)
                    else:
                        await answer(unit, walk.id, walk.visit, ["yes", "no"].index(act))
            except Conflict:
                pass
        await built.compare()
