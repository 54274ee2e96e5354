"""Reviewing a flow that grew out of walks. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from bot import blocks
from bot.blocks import Block, View
from core.escalations.models import Reason
from core.intake.flows.document import TITLE_LIMIT
from core.intake.flows.tree import LABEL_LIMIT, TEXT_LIMIT, Node, NodeKind, Tree
from core.intake.proposals.models import FlowProposal
from core.intake.vocabulary import CATEGORY_LABEL, REASON_LABEL
from core.text import shorten

PAGE = 40
KIND = {
    NodeKind.QUESTION: "Question",
    NodeKind.INSTRUCTION: "Instruction",
    NodeKind.RESOLVED: "Resolved",
    NodeKind.ESCALATE: "To an engineer",
}


def review_modal(proposal: FlowProposal, page: int = 0) -> View:
    """All its steps in the order in which they are met, each to be edited; publishing vouches for every one of them."""
    tree = proposal.grown
    steps = list(_in_order(tree))
    shown = steps[page * PAGE : (page + 1) * PAGE]
    lines: list[Block] = [
        blocks.field("title", "Title", blocks.text_input(value=proposal.title, limit=TITLE_LIMIT)),
        blocks.context(_about(proposal, tree)),
    ]
    if proposal.examples:
        callers = "\n".join(f"• {shorten(one, 200)}" for one in proposal.examples[-5:])
        lines.append(blocks.said(f"In callers' words:\n{callers}"))
    numbers = {node.id: n for n, node in enumerate(steps, start=1)}
    lines += [_step(proposal, node, numbers) for node in shown]
    turn = [
        blocks.button(name, f"flows.page.{name.lower()}", f"{to}:{proposal.id}")
        for name, to in (("Previous", page - 1), ("Next", page + 1))
        if 0 <= to * PAGE < len(steps) and to >= 0
    ]
    decline = blocks.button(
        "Decline",
        "flows.decline",
        proposal.id,
        style="danger",
        confirm=blocks.confirm(
            "Decline this flow?", "It will not become a flow, and is not proposed again.", "Decline"
        ),
    )
    lines.append(blocks.actions([*turn, decline], block_id="decide"))
    return blocks.modal(
        "flows.publish",
        "Review a flow",
        lines,
        submit="Publish",
        proposal_id=proposal.id,
        revision=proposal.revision,
    )


def _about(proposal: FlowProposal, tree: Tree) -> str:
    category = CATEGORY_LABEL[proposal.category] if proposal.category else "No category"
    helped = " · helped again since" if proposal.validated_by_outcome else ""
    left = len(tree.unreviewed)
    review = f" · *{left} step{'s' if left != 1 else ''} nobody has walked yet*" if left else ""
    return f"{category} · from {proposal.walks} walk{'s' if proposal.walks > 1 else ''}{helped}{review}"


def _in_order(tree: Tree) -> Sequence[Node]:
    met: dict[str, Node] = {}
    waiting = [tree.start]
    while waiting:
        node = tree[waiting.pop()]
        if node.id in met:
            continue
        met[node.id] = node
        waiting += [answer.to for answer in reversed(node.answers)]
    return list(met.values())


def _step(proposal: FlowProposal, node: Node, numbers: dict[str, int]) -> Block:
    kind = KIND[node.kind] + (f" ({REASON_LABEL[node.reason]})" if node.reason else "")
    mark = " · *nobody has walked this yet*" if node.needs_review else ""
    ways = "".join(f"\n    {blocks.escape(answer.label)} → {numbers[answer.to]}" for answer in node.answers)
    words = f"*{numbers[node.id]}* · {kind}{mark}\n{blocks.escape(shorten(node.text, 500))}{ways}"
    return blocks.section(words, accessory=blocks.button("Edit…", "flows.edit", f"{node.id}:{proposal.id}"))


def edit_modal(proposal: FlowProposal, node: Node) -> View:
    """The words of one step; an end can become the other kind of end."""
    shown: list[Block] = [
        blocks.field("text", KIND[node.kind], blocks.text_input(lines=True, value=node.text, limit=TEXT_LIMIT)),
    ]
    if node.kind is NodeKind.QUESTION:
        shown += [
            blocks.field(f"label_{n}", f"Answer {n + 1}", blocks.text_input(value=answer.label, limit=LABEL_LIMIT))
            for n, answer in enumerate(node.answers)
        ]
    if node.is_end:
        ends = [("Resolved", "resolved"), *((f"To an engineer: {REASON_LABEL[one]}", one.value) for one in Reason)]
        shown.append(blocks.field("end", "It ends", blocks.radio(ends, node.reason or "resolved")))
    return blocks.modal(
        "flows.edit",
        "Edit a step",
        shown,
        submit="Save",
        proposal_id=proposal.id,
        node_id=node.id,
        revision=proposal.revision,
    )


def decided(proposal: FlowProposal) -> View:
    """What a decision ends with."""
    words = f"“{blocks.escape(proposal.title)}” is {proposal.status}."
    if proposal.flow_id is not None:
        words += " Calls find it from now on."
    return blocks.modal("house.notice", "Review a flow", [blocks.section(words)], close="Close")


def told(proposal: FlowProposal) -> tuple[str, list[Block]]:
    """In the thread of the walk it came from."""
    joined = proposal.walks > 1
    words = (
        "This walk helped, and joined a proposed flow." if joined else "This walk helped, and became a proposed flow."
    )
    return words, [
        blocks.section(f"{words} An engineer can review and publish it."),
        blocks.said(proposal.title),
        blocks.actions(
            [
                blocks.button("Review…", "flows.review", proposal.id),
                blocks.button("Draw it", "flows.draw", proposal.id),
            ],
            block_id="review",
        ),
    ]
