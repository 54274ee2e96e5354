"""The decision tree that a call is walked along: questions, instructions, and the ends where it is resolved or handed over."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import cast

from core.escalations.models import Reason

NODES_LIMIT = 200
DEPTH_LIMIT = 12
"""Nodes on one way from the start to an end, both counted: a longer call belongs to an engineer."""
TEXT_LIMIT = 2_000
LABEL_LIMIT = 75
"""What fits on a button in Slack."""
ANSWERS_LIMIT = 10
DONE = "Done"
NODE_ID = re.compile(r"[a-z0-9_]{1,40}")


class NodeKind(StrEnum):
    QUESTION = "question"
    INSTRUCTION = "instruction"
    RESOLVED = "resolved"
    ESCALATE = "escalate"


ENDS = (NodeKind.RESOLVED, NodeKind.ESCALATE)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the caller may say, and the id of the node that follows."""

    label: str
    to: str


@dataclass(frozen=True, slots=True)
class Node:
    """One step. A question has its own answers, an instruction the one answer `DONE`, an end none.

    `needs_review` marks a place nobody has walked yet; it is filled in before people rely on it.
    """

    id: str
    kind: NodeKind
    text: str
    answers: tuple[Answer, ...] = ()
    reason: Reason | None = None
    needs_review: bool = False

    @property
    def is_end(self) -> bool:
        return self.kind in ENDS


@dataclass(frozen=True)
class Tree:
    """Nodes in the order they were written. Several answers may lead to one node; none may lead back."""

    start: str
    nodes: tuple[Node, ...]

    @cached_property
    def _by_id(self) -> Mapping[str, Node]:
        return {node.id: node for node in self.nodes}

    def __getitem__(self, node_id: str) -> Node:
        return self._by_id[node_id]

    def __contains__(self, node_id: object) -> bool:
        return node_id in self._by_id

    def __iter__(self) -> Iterator[Node]:
        return iter(self.nodes)

    @property
    def first(self) -> Node:
        return self[self.start]

    @property
    def unreviewed(self) -> tuple[Node, ...]:
        """The nodes that somebody should look at before the flow is relied on."""
        return tuple(node for node in self.nodes if node.needs_review)


def as_json(tree: Tree) -> dict[str, object]:
    """The tree as it is stored."""
    return {"start": tree.start, "nodes": [node_as_json(node) for node in tree.nodes]}


def node_as_json(node: Node) -> dict[str, object]:
    """One node as it is stored."""
    stored: dict[str, object] = {"id": node.id, "kind": node.kind.value, "text": node.text}
    if node.answers:
        stored["answers"] = [[answer.label, answer.to] for answer in node.answers]
    if node.reason:
        stored["reason"] = node.reason.value
    if node.needs_review:
        stored["needs_review"] = True
    return stored


def from_json(stored: Mapping[str, object]) -> Tree:
    """The tree that `as_json` stored."""
    return Tree(str(stored["start"]), tuple(map(node_from_json, cast("list[dict[str, object]]", stored["nodes"]))))


def node_from_json(stored: Mapping[str, object]) -> Node:
    """The node that `node_as_json` stored."""
    reason = stored.get("reason")
    return Node(
        id=str(stored["id"]),
        kind=NodeKind(str(stored["kind"])),
        text=str(stored["text"]),
        answers=tuple(Answer(label, to) for label, to in cast("list[tuple[str, str]]", stored.get("answers", []))),
        reason=Reason(str(reason)) if reason else None,
        needs_review=bool(stored.get("needs_review")),
    )
