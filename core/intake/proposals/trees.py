"""From a walk that helped to a tree that can be reviewed, and two such trees in one. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from core.escalations.models import Reason
from core.intake.flows.tree import DEPTH_LIMIT, NODES_LIMIT, Answer, Node, NodeKind, Tree
from core.intake.walks.steps import Step, standing
from core.text import shorten

NOT_EXPLORED = "Not explored yet: what comes after “{label}”?"
SOLVED = "This is where it was solved before. Check it with the caller, and close the call."


def proposed(tree: Tree, path: Sequence[Step], solved_at: Node | None) -> Tree:
    """The walk's tree as a sound one: what was on its way to the solution stands; whatever nobody walked is marked, and a way that ends
    nowhere ends with an engineer. `solved_at` is the step that was before the person when the call was solved."""
    walked = {step.node.id for step in standing(path)}
    if solved_at is not None:
        walked.add(solved_at.id)
    grown = _Grown([replace(node, needs_review=node.id not in walked) for node in tree.nodes])
    for node in tree.nodes:
        for choice, answer in enumerate(node.answers):
            if not answer.to:
                solved = node.kind is NodeKind.INSTRUCTION and solved_at is not None and node.id == solved_at.id
                grown.put(node.id, choice, _solved() if solved else _stub(answer.label))
    return Tree(tree.start, tuple(grown.nodes))


def merged(first: Tree, second: Tree) -> Tree:
    """The first tree with what the second explored beyond it; where they ask differently the first stays as it is."""
    grown = _Grown(list(first.nodes))
    _merge(grown, first.start, second, second.start, depth=1)
    return Tree(first.start, tuple(grown.nodes))


def _merge(grown: _Grown, here: str, other: Tree, there: str, *, depth: int) -> None:
    mine, theirs = grown[here], other[there]
    if not _same(mine, theirs):
        return
    if mine.needs_review and not theirs.needs_review:
        grown.change(replace(mine, needs_review=False))
    for choice, (answer, seen) in enumerate(zip(mine.answers, theirs.answers, strict=True)):
        known, found = grown[answer.to], other[seen.to]
        if known.needs_review and not known.answers and not found.needs_review:
            if depth + _height(other, seen.to) <= DEPTH_LIMIT:
                grown.transplant(here, choice, other, seen.to)
        else:
            _merge(grown, answer.to, other, seen.to, depth=depth + 1)


def _same(one: Node, other: Node) -> bool:
    labels = [answer.label.casefold() for answer in one.answers] == [
        answer.label.casefold() for answer in other.answers
    ]
    return one.kind is other.kind and labels and one.text.casefold() == other.text.casefold()


def _height(tree: Tree, node_id: str) -> int:
    return 1 + max((_height(tree, answer.to) for answer in tree[node_id].answers), default=0)


def edited(tree: Tree, node_id: str, text: str, labels: Sequence[str]) -> Tree:
    """The tree with other words at one node, which counts as reviewed then. Its ways stay."""
    return Tree(
        tree.start,
        tuple(
            replace(
                node,
                text=text,
                answers=tuple(replace(answer, label=label) for answer, label in zip(node.answers, labels, strict=True)),
                needs_review=False,
            )
            if node.id == node_id
            else node
            for node in tree.nodes
        ),
    )


def with_end(tree: Tree, node_id: str, reason: Reason | None) -> Tree:
    """The tree with an end that hands over for `reason`, or where it is None, that says it is solved."""
    kind = NodeKind.ESCALATE if reason else NodeKind.RESOLVED
    return Tree(
        tree.start,
        tuple(replace(node, kind=kind, reason=reason) if node.id == node_id else node for node in tree.nodes),
    )


def reviewed(tree: Tree) -> Tree:
    """The tree with nothing marked any more: whoever publishes it has looked."""
    return Tree(tree.start, tuple(replace(node, needs_review=False) for node in tree.nodes))


def _stub(label: str) -> Node:
    text = NOT_EXPLORED.format(label=shorten(label, 60))
    return Node("", NodeKind.ESCALATE, text, (), Reason.NOT_FIXED_BY_STEPS, needs_review=True)


def _solved() -> Node:
    return Node("", NodeKind.RESOLVED, SOLVED, needs_review=True)


@dataclass
class _Grown:
    """Nodes while they are being put together; the ids of new ones go on from the highest number there is."""

    nodes: list[Node]
    _last: int = field(init=False)

    def __post_init__(self) -> None:
        self._last = max([int(node.id[1:]) for node in self.nodes if node.id[1:].isdigit()], default=0)

    def __getitem__(self, node_id: str) -> Node:
        return next(node for node in self.nodes if node.id == node_id)

    def change(self, node: Node) -> None:
        self.nodes = [node if one.id == node.id else one for one in self.nodes]

    def put(self, parent: str, choice: int, node: Node) -> str:
        self._last += 1
        made = replace(node, id=f"n{self._last}")
        self.nodes.append(made)
        above = self[parent]
        answers = tuple(Answer(a.label, made.id) if n == choice else a for n, a in enumerate(above.answers))
        self.change(replace(above, answers=answers))
        return made.id

    def transplant(self, parent: str, choice: int, other: Tree, root: str) -> None:
        """Puts a branch of another tree in the place of a stub."""
        stub = self[parent].answers[choice].to
        if len(self.nodes) + len(other.nodes) > NODES_LIMIT:
            return
        waiting = [(parent, choice, root)]
        while waiting:
            above, at, source = waiting.pop()
            node = other[source]
            made = self.put(above, at, node)
            waiting += [(made, n, answer.to) for n, answer in enumerate(node.answers)]
        self.nodes = [node for node in self.nodes if node.id != stub]
