"""What a walk has shown and what was answered: the pending step and the record of the steps before it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import cast
from uuid import UUID

from core.ids import UserId
from core.intake.flows.tree import Node, node_as_json, node_from_json

Stored = Mapping[str, object]


@dataclass(frozen=True)
class Pending:
    """The step before the person. `visit` counts what the walk has shown: a node that is shown again is another visit, so that an old
    button cannot answer a new question."""

    visit: int
    node: Node


@dataclass(frozen=True)
class Step:
    """A step that was answered. One that was undone stays in the record, and says by whom."""

    visit: int
    node: Node
    choice: int
    by: UserId
    at: datetime
    undone_by: UserId | None = None

    @property
    def label(self) -> str:
        return self.node.answers[self.choice].label

    def undo(self, by: UserId) -> Step:
        return replace(self, undone_by=by)


def pending_as_json(pending: Pending) -> dict[str, object]:
    return {"visit": pending.visit, "node": node_as_json(pending.node)}


def pending_from_json(stored: Stored) -> Pending:
    return Pending(cast("int", stored["visit"]), node_from_json(cast("dict[str, object]", stored["node"])))


def step_as_json(step: Step) -> dict[str, object]:
    return {
        "visit": step.visit,
        "node": node_as_json(step.node),
        "choice": step.choice,
        "by": str(step.by),
        "at": step.at.isoformat(),
        "undone_by": str(step.undone_by) if step.undone_by else None,
    }


def step_from_json(stored: Stored) -> Step:
    undone_by = stored.get("undone_by")
    return Step(
        visit=cast("int", stored["visit"]),
        node=node_from_json(cast("dict[str, object]", stored["node"])),
        choice=cast("int", stored["choice"]),
        by=UserId(UUID(str(stored["by"]))),
        at=datetime.fromisoformat(str(stored["at"])),
        undone_by=UserId(UUID(str(undone_by))) if undone_by else None,
    )


def standing(steps: Sequence[Step]) -> tuple[Step, ...]:
    """The steps that count: those nobody undid, oldest first."""
    return tuple(step for step in steps if step.undone_by is None)
