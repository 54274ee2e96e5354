"""The tree of a walk that is built on the way: where a step is missing, and how one is put there. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from core.escalations.models import Reason
from core.intake.flows.tree import DEPTH_LIMIT, Answer, Node, NodeKind, Tree
from core.intake.walks.steps import Step

EMPTY = Tree("n1", ())
TOO_DEEP = f"{DEPTH_LIMIT} steps did not solve it. An engineer goes on from here."


@dataclass(frozen=True)
class Spot:
    """A place without a step behind it: an answer of a node, or the very beginning (`node_id` None)."""

    node_id: str | None
    choice: int = 0


@dataclass(frozen=True)
class Draft:
    """A step that was composed, before it has an id. `labels` are a question's answers, in order."""

    kind: NodeKind
    text: str
    labels: tuple[str, ...] = ()
    reason: Reason | None = None
    composed_without_ai: bool = False


def spot_after(path: Sequence[Step]) -> Spot:
    """Where the next step belongs, after these standing steps."""
    return Spot(path[-1].node.id, path[-1].choice) if path else Spot(None)


def behind(tree: Tree, spot: Spot) -> Node | None:
    """The step that is there already."""
    if spot.node_id is None:
        return _node(tree, tree.start)
    if spot.node_id not in tree:
        return None
    to = tree[spot.node_id].answers[spot.choice].to
    return _node(tree, to)


def _node(tree: Tree, node_id: str) -> Node | None:
    return next((node for node in tree.nodes if node.id == node_id), None)


def open_spots(tree: Tree, node: Node) -> Iterator[Spot]:
    """The answers of `node` that lead nowhere yet."""
    for choice in range(len(node.answers)):
        spot = Spot(node.id, choice)
        if behind(tree, spot) is None:
            yield spot


def grafted(tree: Tree, spot: Spot, draft: Draft) -> tuple[Tree, Node]:
    """The tree with the draft behind that answer, and the node it became: its id is ours, whoever composed it."""
    node_id = f"n{len(tree.nodes) + 1}"
    node = Node(node_id, draft.kind, draft.text, tuple(Answer(label, "") for label in draft.labels), draft.reason)
    if spot.node_id is None:
        return Tree(node_id, (*tree.nodes, node)), node
    return Tree(tree.start, (*(_linked(one, spot, node_id) for one in tree.nodes), node)), node


def _linked(node: Node, spot: Spot, to: str) -> Node:
    if node.id != spot.node_id:
        return node
    answers = (replace(answer, to=to) if n == spot.choice else answer for n, answer in enumerate(node.answers))
    return replace(node, answers=tuple(answers))


def depth_of(tree: Tree, node_id: str) -> int:
    """How many nodes there are on the way to this one, both ends counted. Every node of a grown tree is reached by one way only."""
    parents = {answer.to: node.id for node in tree.nodes for answer in node.answers if answer.to}
    depth, at = 1, node_id
    while at in parents:
        depth, at = depth + 1, parents[at]
    return depth


def is_last(tree: Tree, spot: Spot) -> bool:
    """Whether what comes here can only be an end: one more step would be deeper than a walk may go."""
    return spot.node_id is not None and depth_of(tree, spot.node_id) >= DEPTH_LIMIT - 1


def hand_over(text: str, reason: Reason = Reason.NOT_FIXED_BY_STEPS) -> Draft:
    """The step that ends the way with an engineer."""
    return Draft(NodeKind.ESCALATE, text, (), reason)
