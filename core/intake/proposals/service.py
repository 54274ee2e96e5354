"""Flows that grow out of walks that helped: proposed, merged, edited, published or declined by an engineer."""

from __future__ import annotations

from typing import Literal

from core.errors import Invalid
from core.escalations.models import Reason
from core.ids import ProposalId, TicketId, new_id
from core.intake.commands import Command
from core.intake.flows import service as flows
from core.intake.flows.document import TITLE_LIMIT, FlowDocument
from core.intake.flows.models import Flow, FlowSource
from core.intake.flows.soundness import faults
from core.intake.flows.tree import LABEL_LIMIT, TEXT_LIMIT, NodeKind, Tree, as_json, from_json
from core.intake.likeness import like
from core.intake.proposals import queries, trees
from core.intake.proposals.models import FlowProposal, ProposalStatus
from core.intake.tickets.models import Ticket
from core.intake.walks.models import Walk
from core.outbox.events import FlowProposed
from core.scope import Scope
from core.text import clean, first_line, required
from core.unit import Unit


class EditStep(Command):
    """`end` is for an end: "resolved", or the reason for which an engineer is needed."""

    proposal_id: ProposalId
    node_id: str
    revision: int
    text: str | None = None
    labels: tuple[str, ...] = ()
    end: Literal["resolved"] | Reason | None = None


EXAMPLES_KEPT = 20
EXAMPLE_LIMIT = 300
SIMILAR = 0.5


async def propose(unit: Unit, walk: Walk, ticket: Ticket) -> FlowProposal | None:
    """Makes a proposal of a walk that was built and helped, or lets it join a similar one that waits; None when it has no step."""
    if walk.tree is None:
        return None
    grown = from_json(walk.tree)
    if grown.start not in grown:
        return None
    pending = walk.pending
    tree = trees.proposed(grown, walk.path, pending.node if pending else None)
    if faults(tree):
        return None
    example = first_line(clean(ticket.problem_statement), EXAMPLE_LIMIT)
    known = await queries.pending_in(unit, walk.category, lock=True)
    similar = next((one for one in known if _is_like(one, example)), None)
    if similar is not None:
        similar.regrow(trees.merged(similar.grown, tree))
        similar.examples = [*dict.fromkeys([*similar.examples, example])][-EXAMPLES_KEPT:]
        similar.walks += 1
        unit.audit("flow_proposal.joined", similar.id, walk=str(walk.id))
    else:
        similar = unit.add(
            FlowProposal(
                account_id=unit.account_id,
                id=new_id(),
                title=first_line(clean(ticket.problem_statement), TITLE_LIMIT),
                category=walk.category,
                examples=[example],
                tree=as_json(tree),
                source_walk_id=walk.id,
                created_at=unit.now,
            )
        )
        unit.audit("flow_proposal.made", similar.id, walk=str(walk.id))
    unit.emit(FlowProposed(TicketId(ticket.id), ProposalId(similar.id)))
    return similar


def _is_like(proposal: FlowProposal, example: str) -> bool:
    return max(like(example, one) for one in proposal.examples) >= SIMILAR


async def validate(unit: Unit, proposal_id: ProposalId, problem: str) -> None:
    """A walk along it helped: that is remembered, whatever was decided about it meanwhile."""
    proposal = (await queries.proposal_for_update(unit, proposal_id)).proposal
    example = first_line(clean(problem), EXAMPLE_LIMIT)
    if proposal.status is ProposalStatus.PUBLISHED and proposal.flow_id is not None:
        await flows.learn_choice(unit, problem, proposal.flow_id)
    proposal.examples = [*dict.fromkeys([*proposal.examples, example])][-EXAMPLES_KEPT:]
    if not proposal.validated_by_outcome:
        proposal.validated_by_outcome = True
        unit.audit("flow_proposal.validated", proposal_id)


def may_review(scope: Scope) -> None:
    """Raises `Forbidden` for who may not."""
    scope.need_engineer("review flows")


async def retitle(unit: Unit, proposal_id: ProposalId, title: str | None) -> FlowProposal:
    """Keeps another title for it; None leaves it. Raises `Forbidden`, `Conflict` when it was decided."""
    may_review(unit.scope)
    locked = await queries.proposal_for_update(unit, proposal_id)
    locked.proposal.need_pending(locked.decider)
    if said := first_line(clean(title or ""), TITLE_LIMIT):
        locked.proposal.title = said
    return locked.proposal


async def edit_step(unit: Unit, wanted: EditStep) -> FlowProposal:
    """Changes the words of one step, which counts as reviewed then. Raises `Invalid` on `text` or `label_<n>`, `Conflict`."""
    may_review(unit.scope)
    locked = await queries.proposal_for_update(unit, wanted.proposal_id)
    proposal = locked.proposal
    proposal.need_pending(locked.decider)
    proposal.need_revision(wanted.revision)
    tree = proposal.grown
    if wanted.node_id not in tree:
        raise Invalid("This step is not in the flow any more. Please open the review again.", field="text")
    node = tree[wanted.node_id]
    text = required(wanted.text, field="text", limit=TEXT_LIMIT, empty="Say what is asked or done in this step.")
    labels = [answer.label for answer in node.answers]
    if node.kind is NodeKind.QUESTION:
        labels = [
            required(label, field=f"label_{n}", limit=LABEL_LIMIT, empty="An answer needs a word.")
            for n, label in enumerate(wanted.labels)
        ]
        if len(labels) != len(node.answers):
            raise Invalid("This step has other answers by now. Please open the review again.", field="text")
    tree = trees.edited(tree, node.id, text, labels)
    if node.is_end and wanted.end:
        tree = trees.with_end(tree, node.id, None if wanted.end == "resolved" else Reason(wanted.end))
    _keep_sound(proposal, tree)
    unit.audit("flow_proposal.edited", proposal.id, node=node.id, revision=proposal.revision)
    return proposal


def _keep_sound(proposal: FlowProposal, tree: Tree) -> None:
    if found := faults(tree):
        raise Invalid(found[0].sentence, field="text")
    proposal.regrow(tree)


async def publish(unit: Unit, proposal_id: ProposalId, title: str | None, revision: int) -> tuple[FlowProposal, Flow]:
    """Makes it a published flow: whoever publishes vouches for every step. Raises `Conflict`, `Invalid` on `title`."""
    person = unit.scope.need_engineer("publish a proposed flow")
    name = required(title, field="title", limit=TITLE_LIMIT, empty="Give the flow a title.").replace("\n", " ")
    locked = await queries.proposal_for_update(unit, proposal_id)
    proposal = locked.proposal
    proposal.need_pending(locked.decider)
    proposal.need_revision(revision)
    document = FlowDocument(
        slug=f"walked-{str(proposal_id)[-12:]}",
        title=name,
        category=proposal.category,
        symptoms=(),
        examples=tuple(proposal.examples),
        tree=trees.reviewed(proposal.grown),
    )
    flow = await flows.add(unit, document, publish=True, source=FlowSource.PROPOSAL)
    proposal.title, proposal.flow_id = name, flow.id
    proposal.decide(ProposalStatus.PUBLISHED, by=person.id, at=unit.now)
    unit.audit("flow_proposal.published", proposal_id, flow=str(flow.id))
    return proposal, flow


async def decline(unit: Unit, proposal_id: ProposalId) -> FlowProposal:
    """It becomes no flow. Raises `Conflict`."""
    person = unit.scope.need_engineer("decline a proposed flow")
    locked = await queries.proposal_for_update(unit, proposal_id)
    locked.proposal.need_pending(locked.decider)
    locked.proposal.decide(ProposalStatus.DECLINED, by=person.id, at=unit.now)
    unit.audit("flow_proposal.declined", proposal_id)
    return locked.proposal
