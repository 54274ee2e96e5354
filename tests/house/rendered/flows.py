"""Proposed flows."""

from __future__ import annotations

from collections.abc import Iterator

from bot.features.flows import catalogue_views as catalogue
from bot.features.flows import views as flows
from core.escalations.models import Reason
from core.ids import new_id
from core.intake.flows.models import Flow
from core.intake.flows.tree import LABEL_LIMIT, NODES_LIMIT, TEXT_LIMIT, Answer, Node, NodeKind, Tree, as_json
from core.intake.proposals.models import FlowProposal, ProposalStatus
from core.intake.vocabulary import Category
from tests.builders import NOON
from tests.house.rendered.data import Data, Rendered, message


def proposal(data: Data, status: ProposalStatus = ProposalStatus.PENDING) -> FlowProposal:
    text, label = data.text[:TEXT_LIMIT], data.text[:LABEL_LIMIT]
    last = NODES_LIMIT
    ends = [
        Node(f"n{n}", NodeKind.ESCALATE, text, (), Reason.NOT_FIXED_BY_STEPS, needs_review=True)
        for n in range(12, last)
    ]
    first = [
        Node(
            f"n{n}",
            NodeKind.QUESTION,
            text,
            tuple(Answer(label, f"n{min(n + 1 + step * 17, last - 1)}") for step in range(10)),
        )
        for n in range(1, 12)
    ]
    return FlowProposal(
        account_id=new_id(),
        id=new_id(),
        status=status,
        title=data.text[:120],
        category=Category.TEAMS_ZOOM_AV,
        examples=[data.text[:300]] * 20,
        tree=as_json(Tree("n1", (*first, *ends))),
        walks=3,
        source_walk_id=new_id(),
        validated_by_outcome=True,
        created_at=NOON,
        flow_id=new_id(),
    )


def flows_views(data: Data) -> Iterator[Rendered]:
    one = proposal(data)
    for page in (0, 1):
        yield Rendered("flows.review_modal", None, view=flows.review_modal(one, page))
    for node in (one.grown["n1"], one.grown["n12"]):
        yield Rendered("flows.edit_modal", None, view=flows.edit_modal(one, node))
    yield Rendered("flows.decided", None, view=flows.decided(proposal(data, ProposalStatus.PUBLISHED)))
    yield message("flows.told", flows.told(one))


def catalogue_views(data: Data) -> Iterator[Rendered]:
    flows = [
        Flow(
            account_id=new_id(),
            id=new_id(),
            slug="x",
            title=data.text[:120],
            category=Category.TEAMS_ZOOM_AV,
            published=n % 2 == 0,
            published_version=99,
            created_at=NOON,
            updated_at=NOON,
        )
        for n in range(100)
    ]
    for enabled in (None, [], ["printer"]):
        yield Rendered("flows.section_modal", None, view=catalogue.section_modal(enabled))
    for page in (0, 1):
        yield Rendered("flows.catalogue", None, view=catalogue.catalogue(flows, page))
    yield Rendered("flows.catalogue", None, view=catalogue.catalogue([], 0))
