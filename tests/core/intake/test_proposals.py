"""Flows that grow out of walks that helped."""

from __future__ import annotations

import pytest

from core.errors import Conflict, Forbidden, Invalid
from core.ids import ProposalId, WalkId
from core.intake import service as intake
from core.intake.commands import ResolveWalk
from core.intake.flows import queries as flows
from core.intake.flows.soundness import faults
from core.intake.flows.tree import NodeKind
from core.intake.matcher.decision import Outcome
from core.intake.outcomes import Suggested
from core.intake.proposals import queries, service, trees
from core.intake.proposals.models import FlowProposal, ProposalStatus
from core.intake.proposals.service import EditStep
from core.intake.walks import ends
from core.intake.walks.models import Walk, WalkKind
from core.llm.flows import NextStep, WalkView
from tests.builders import Account
from tests.core.intake.walking import PROBLEM, Scripted, a_built_walk, answer, build, call, now, saying, take


def mail(walk: WalkView) -> NextStep:
    """Offline? → press; else restart; then it is solved."""
    match [one.answer for one in walk.walked]:
        case []:
            return NextStep("question", "Is “Work offline” pressed?", ("Yes", "No"))
        case ["Yes"]:
            return NextStep("instruction", "Press “Work offline” once more.")
        case ["No"]:
            return NextStep("instruction", "Close Outlook and open it again.")
        case _:
            return NextStep("resolved", "The mail leaves.")


async def helped(
    account: Account, *choices: int, problem: str = PROBLEM, helpful: bool = True, prepared: bool = True
) -> Walk:
    """A built walk with these answers, resolved."""
    walk = await a_built_walk(account, problem=problem)
    composer = Scripted(mail)
    await build(account, composer, walk.id, rounds=1)
    for visit, choice in enumerate(choices, start=1):
        async with account.unit("lena") as unit:
            await answer(unit, walk.id, visit, choice)
        await build(account, composer, walk.id, rounds=2 if prepared else 1)
    async with account.unit("lena") as unit:
        return await ends.resolve(
            unit, ResolveWalk(walk_id=WalkId(walk.id), helpful=helpful, resolution_notes="It was offline.")
        )


async def pending(account: Account) -> list[FlowProposal]:
    async with account.unit() as unit:
        found, _ = await queries.pending(unit)
    return list(found)


async def test_a_helpful_walk_becomes_a_sound_proposal_whose_unwalked_branches_are_marked(account: Account):
    walk = await helped(account, 0, 0)
    (proposal,) = await pending(account)
    tree = proposal.grown
    assert faults(tree) == []
    assert (proposal.source_walk_id, proposal.category, proposal.examples) == (walk.id, walk.category, [PROBLEM])
    marked = {node.text for node in tree.unreviewed}
    assert "Is “Work offline” pressed?" not in marked
    assert "Press “Work offline” once more." not in marked
    assert "The mail leaves." not in marked
    assert any("Not explored yet" in text or "Close Outlook" in text for text in marked)


async def test_a_walk_that_was_solved_at_an_instruction_ends_there(account: Account):
    await helped(account, 0, prepared=False)
    (proposal,) = await pending(account)
    tree = proposal.grown
    press = next(node for node in tree if node.kind is NodeKind.INSTRUCTION)
    assert tree[press.answers[0].to].kind is NodeKind.RESOLVED
    assert faults(tree) == []


async def test_a_walk_that_did_not_help_proposes_nothing(account: Account):
    await helped(account, 0, 0, helpful=False)
    assert await pending(account) == []


async def test_a_similar_proposal_is_joined_and_grows_where_it_had_not_been(account: Account):
    await helped(account, 0, 0, prepared=False)
    (before,) = await pending(account)
    stubs = len(before.grown.unreviewed)
    await helped(account, 1, 0, prepared=False, problem="outlook does not send any mail since tonight")
    (after,) = await pending(account)
    assert (after.id, after.walks, len(after.examples)) == (before.id, 2, 2)
    assert len(after.grown.unreviewed) < stubs
    assert faults(after.grown) == []
    assert "Close Outlook and open it again." in {node.text for node in after.grown}


async def test_another_problem_makes_another_proposal(account: Account):
    await helped(account, 0, 0)
    await helped(account, 0, 0, problem="calendar invitations show the wrong time zone")
    assert len(await pending(account)) == 2


async def test_an_engineer_edits_a_step_and_publishes(account: Account):
    await helped(account, 0, 0)
    (proposal,) = await pending(account)
    stub = proposal.grown.unreviewed[0]
    wanted = EditStep(
        proposal_id=ProposalId(proposal.id),
        node_id=stub.id,
        revision=0,
        text="Ask what the status bar says.",
        end="resolved" if stub.is_end else None,
    )
    async with account.unit("ben") as unit:
        edited = await service.edit_step(unit, wanted)
    assert edited.grown[stub.id].text == "Ask what the status bar says."
    assert not edited.grown[stub.id].needs_review
    async with account.unit("ben") as unit:
        published, flow = await service.publish(unit, ProposalId(proposal.id), "Mail stays in the outbox", 1)
    assert (published.status, published.flow_id, flow.published) == (ProposalStatus.PUBLISHED, flow.id, True)
    async with account.unit() as unit:
        _, _, tree = await flows.published_tree(unit, flow.id)
    assert tree.unreviewed == ()
    taken = await take(account, call(PROBLEM))
    assert getattr(taken, "walk", None) is not None, "calls find it from now on"


async def test_who_reviewed_an_older_state_is_told(account: Account):
    await helped(account, 0, 0)
    (proposal,) = await pending(account)
    await helped(account, 1, 0)
    async with account.unit("ben") as unit:
        with pytest.raises(Conflict, match="changed meanwhile"):
            await service.publish(unit, ProposalId(proposal.id), "Mail", proposal.revision)


@pytest.mark.parametrize("text", [None, " ", "x" * 2_001])
async def test_a_step_needs_words_that_fit(account: Account, text: str | None):
    await helped(account, 0, 0)
    (proposal,) = await pending(account)
    wanted = EditStep(proposal_id=ProposalId(proposal.id), node_id="n1", revision=0, text=text, labels=("Yes", "No"))
    async with account.unit("ben") as unit:
        with pytest.raises(Invalid) as refused:
            await service.edit_step(unit, wanted)
    assert refused.value.field == "text"


@pytest.mark.parametrize("labels", [("Yes", "yes"), ("Yes",), ("Yes", ""), ("Yes", "No", "Maybe")])
async def test_answers_stay_as_many_and_differ(account: Account, labels: tuple[str, ...]):
    await helped(account, 0, 0)
    (proposal,) = await pending(account)
    wanted = EditStep(proposal_id=ProposalId(proposal.id), node_id="n1", revision=0, text="Hm?", labels=labels)
    async with account.unit("ben") as unit:
        with pytest.raises(Invalid):
            await service.edit_step(unit, wanted)


async def test_a_decision_is_made_once_and_by_engineers(account: Account):
    await helped(account, 0, 0)
    (proposal,) = await pending(account)
    async with account.unit("lena") as unit:
        with pytest.raises(Forbidden):
            await service.decline(unit, ProposalId(proposal.id))
    async with account.unit("ben") as unit:
        await service.decline(unit, ProposalId(proposal.id))
    async with account.unit("eva") as unit:
        with pytest.raises(Conflict, match="already declined by Ben"):
            await service.publish(unit, ProposalId(proposal.id), "Mail", 0)
    assert await pending(account) == []


async def test_a_proposal_is_offered_walked_and_validated_by_its_outcome(account: Account):
    await helped(account, 0, 0)
    (proposal,) = await pending(account)
    found = await take(account, call(), saying(Outcome.NONE))
    assert isinstance(found, Suggested)
    assert [one.id for one in found.proposals] == [proposal.id]
    async with account.unit("lena") as unit:
        taken = await intake.use_proposal(unit, call(), ProposalId(proposal.id))
    assert (taken.walk.session_kind, taken.walk.flow_proposal_id) == (WalkKind.PROPOSAL, proposal.id)
    async with account.unit("ben") as unit:  # it is edited while it is walked
        await service.edit_step(
            unit,
            EditStep(
                proposal_id=ProposalId(proposal.id), node_id="n1", revision=0, text="Else?", labels=("Ja", "Nein")
            ),
        )
    async with account.unit("lena") as unit:
        await answer(unit, taken.walk.id, 1, 0)
    walk, _ = await now(account, taken.walk.id)
    assert walk.pending is not None
    assert walk.path[0].label == "Yes", "the walk keeps the proposal as it was"
    async with account.unit("lena") as unit:
        await ends.resolve(unit, ResolveWalk(walk_id=WalkId(walk.id), helpful=True, resolution_notes="Again."))
    (after,) = await pending(account)
    assert after.validated_by_outcome


async def test_a_declined_proposal_is_not_walked_any_more(account: Account):
    await helped(account, 0, 0)
    (proposal,) = await pending(account)
    async with account.unit("ben") as unit:
        await service.decline(unit, ProposalId(proposal.id))
    async with account.unit("lena") as unit:
        with pytest.raises(Conflict, match="already declined"):
            await intake.use_proposal(unit, call(), ProposalId(proposal.id))


async def test_trees_that_ask_differently_are_not_mixed(account: Account):
    await helped(account, 0, 0)
    (proposal,) = await pending(account)
    other = trees.edited(proposal.grown, "n1", "Something else?", ("Yes", "No"))
    assert trees.merged(proposal.grown, other) == proposal.grown
