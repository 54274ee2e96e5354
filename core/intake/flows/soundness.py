"""Whether a tree can be walked: every way ends, nothing is out of reach, nothing leads back, and every text fits on a card."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from core.errors import Invalid
from core.intake.flows.tree import (
    ANSWERS_LIMIT,
    DEPTH_LIMIT,
    LABEL_LIMIT,
    NODE_ID,
    NODES_LIMIT,
    TEXT_LIMIT,
    Node,
    NodeKind,
    Tree,
)
from core.text import clean, shorten

_FEWEST_ANSWERS = 2
_SHOWN = 8
_NAMED = 60


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, as a sentence; `node` is the id of the node, `field` the field of a document; neither: the whole."""

    sentence: str
    node: str | None = None
    field: str | None = None


def check(tree: Tree) -> Tree:
    """The tree itself. Raises `Invalid` naming what cannot be walked."""
    if found := faults(tree):
        raise Invalid(told([fault.sentence for fault in found]), field="tree")
    return tree


def told(sentences: list[str]) -> str:
    """At most eight faults, one a line, and how many more there are."""
    more = len(sentences) - _SHOWN
    return "\n".join(sentences[:_SHOWN] + ([f"… and {more} more."] if more > 0 else []))


def faults(tree: Tree) -> list[Fault]:
    """Everything that is wrong with it, in the order of its nodes; empty when it is sound."""
    if not tree.nodes:
        return [Fault("There are no nodes.")]
    if len(tree.nodes) > NODES_LIMIT:
        return [Fault(f"There are {len(tree.nodes)} nodes; at most {NODES_LIMIT} fit into a flow. Please split it.")]
    counted = Counter(node.id for node in tree.nodes)
    found = [Fault(f"{_q(one)} is the name of {times} nodes.", one) for one, times in counted.items() if times > 1]
    for node in tree.nodes:
        found += [Fault(sentence, node.id) for sentence in _of_node(node, tree)]
    if tree.start not in tree:
        found.append(Fault(f"It starts with {_q(tree.start)}, which is not one of its nodes."))
    # Which way it leads can be told only of nodes that are there, once each.
    return found or _of_ways(tree)


def _of_node(node: Node, tree: Tree) -> Iterator[str]:
    name = _q(node.id)
    if not NODE_ID.fullmatch(node.id):
        yield f"{name} is no name for a node: use small letters, digits and _, at most 40."
    yield from _of_text(name, node.text)
    match node.kind:
        case NodeKind.QUESTION:
            yield from _of_labels(node)
        case NodeKind.INSTRUCTION:
            if len(node.answers) != 1:
                yield f"{name} is an instruction and needs the one node that comes next."
        case NodeKind.RESOLVED | NodeKind.ESCALATE:
            if node.answers:
                yield f"{name} is an end; nothing can follow it."
    if node.kind is NodeKind.ESCALATE and node.reason is None:
        yield f"{name} is handed over and needs a reason."
    if node.kind is not NodeKind.ESCALATE and node.reason is not None:
        yield f"{name} is not handed over, so it has no reason."
    for answer in node.answers:
        if answer.to not in tree:
            yield f"{name} leads to {_q(answer.to)}, which is not one of the nodes."


def _of_text(name: str, text: str) -> Iterator[str]:
    if not clean(text):
        yield f"{name} says nothing."
    elif text != clean(text):
        yield f"{name} has invisible characters, or blanks at an end."
    if len(text) > TEXT_LIMIT:
        yield f"{name} has {len(text):,} characters; at most {TEXT_LIMIT:,} fit on a card."


def _of_labels(node: Node) -> Iterator[str]:
    name = _q(node.id)
    if not _FEWEST_ANSWERS <= len(node.answers) <= ANSWERS_LIMIT:
        yield f"{name} has {len(node.answers)} answers; a question has 2 to {ANSWERS_LIMIT}."
    labels = Counter(answer.label.casefold() for answer in node.answers)
    for answer in node.answers:
        label = answer.label
        if not clean(label) or label != clean(label) or "\n" in label or "\t" in label:
            yield f"{name} has an answer that is empty, or not one plain line."
        elif len(label) > LABEL_LIMIT:
            yield f"{name} has the answer {_q(label)} of {len(label)} characters; at most {LABEL_LIMIT} fit on a button."
    for label, times in labels.items():
        if times > 1:
            yield f"{name} has the answer {_q(label)} {times} times."


def _of_ways(tree: Tree) -> list[Fault]:
    depth, circles = _walked(tree)
    if circles:
        return [Fault(f"{_q(come)} leads back to {_q(go)}: a flow must come to an end.", come) for come, go in circles]
    found = [Fault(f"No way leads to {_q(node.id)}.", node.id) for node in tree.nodes if node.id not in depth]
    if depth[tree.start] > DEPTH_LIMIT:
        found.append(
            Fault(f"Its longest way has {depth[tree.start]} nodes; at most {DEPTH_LIMIT}, the end counted.", tree.start)
        )
    return found


def _walked(tree: Tree) -> tuple[dict[str, int], list[tuple[str, str]]]:
    """Per node in reach the nodes of the longest way from it to an end, and every step that closes a circle."""
    depth: dict[str, int] = {}
    circles: list[tuple[str, str]] = []
    under_way: set[str] = set()
    # By hand and not by recursion: the deepest tree is as deep as it has nodes.
    waiting = [(tree.start, False)]
    while waiting:
        here, leaving = waiting.pop()
        answers = tree[here].answers
        if leaving:
            under_way.discard(here)
            depth[here] = 1 + max((depth.get(answer.to, 0) for answer in answers), default=0)
            continue
        if here in depth or here in under_way:
            continue
        under_way.add(here)
        waiting.append((here, True))
        for answer in answers:
            if answer.to in under_way:
                circles.append((here, answer.to))
            elif answer.to not in depth:
                waiting.append((answer.to, False))
    return depth, circles


def _q(name: str) -> str:
    return f"“{shorten(clean(name), _NAMED)}”"
