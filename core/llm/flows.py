"""The port's part for first-line calls: which category a problem belongs to, which flow, and the next step of a walk that is built on the way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from core.llm.provider import Usage

StepKind = Literal["question", "instruction", "resolved", "escalate"]


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a closed list: a category, or a flow. `id` is what is answered, the rest says what it is about."""

    id: str
    title: str
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Walked:
    """A step that was answered. An instruction is answered “Done”."""

    text: str
    answer: str


@dataclass(frozen=True, slots=True)
class GuideStep:
    """A step of a reviewed flow; `answers` lead from a label to the id of the next."""

    kind: StepKind
    text: str
    answers: tuple[tuple[str, str], ...] = ()
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Guide:
    """The starter flow that is nearest to the problem."""

    title: str
    start: str
    steps: Mapping[str, GuideStep]


@dataclass(frozen=True, slots=True)
class WalkView:
    """All that a provider may know of a walk. `left` is how many steps may still come, the end counted."""

    problem: str
    category: str
    walked: tuple[Walked, ...] = ()
    notes: str = ""
    guide: Guide | None = None
    left: int = 12


@dataclass(frozen=True, slots=True)
class NextStep:
    """A step as it was composed. It is checked by whoever asked: the provider's word is not taken for it."""

    kind: str
    text: str
    labels: tuple[str, ...] = ()
    reason: str | None = None
    composed_without_ai: bool = False
    usage: Usage | None = None


@dataclass(frozen=True, slots=True)
class Sorting:
    """Ids of the choices that fit, the best first, and what it took to find them. Without `usage` no model was asked."""

    ids: tuple[str, ...] = ()
    usage: Usage | None = None


class FlowComposer(Protocol):
    async def classify(self, problem: str, categories: Sequence[Choice]) -> Sorting:
        """The category a problem belongs to, or none. Raises Unavailable."""
        ...

    async def rank(self, problem: str, flows: Sequence[Choice]) -> Sorting:
        """The flows that fit, the best first; those that do not fit are left out. Raises Unavailable."""
        ...

    async def next_node(self, walk: WalkView) -> NextStep:
        """The next step of a walk. Raises Unavailable."""
        ...


HANDED_OVER = "Without AI there is no further step for this. Hand it to an engineer, who sees everything you walked."


class OfflineFlows:
    """Answers from words and from the starter flow alone: the same walk gives the same step."""

    async def classify(self, problem: str, categories: Sequence[Choice]) -> Sorting:
        """Leaves it to the words of the gate, which asked."""
        return Sorting()

    async def rank(self, problem: str, flows: Sequence[Choice]) -> Sorting:
        """Leaves the order as it is."""
        return Sorting(tuple(flow.id for flow in flows))

    async def next_node(self, walk: WalkView) -> NextStep:
        """The step of the guide behind what was walked; where that left the guide, an engineer."""
        step = _behind(walk.guide, walk.walked) if walk.guide else None
        if step is None:
            return NextStep("escalate", HANDED_OVER, reason="not_fixed_by_steps", composed_without_ai=True)
        labels = tuple(label for label, _ in step.answers)
        return NextStep(step.kind, step.text, labels, step.reason, composed_without_ai=True)


def _behind(guide: Guide, walked: Sequence[Walked]) -> GuideStep | None:
    at = guide.start
    for one in walked:
        step = guide.steps.get(at)
        if step is None or step.text != one.text:
            return None
        at = next((to for label, to in step.answers if label == one.answer), "")
    return guide.steps.get(at)
