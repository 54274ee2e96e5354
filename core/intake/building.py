"""Walks that are built on the way: what is to be composed next, and the check that nothing unsafe or malformed comes before a person."""

from __future__ import annotations

from dataclasses import dataclass

import structlog

from core.errors import Unavailable
from core.escalations.models import Reason
from core.ids import WalkId
from core.intake.floor import unsafe
from core.intake.flows.soundness import faults
from core.intake.flows.tree import DEPTH_LIMIT, DONE, Answer, Node, NodeKind, Tree, from_json
from core.intake.gate import Gate
from core.intake.vocabulary import CATEGORY_LABEL
from core.intake.walks import growing, queries
from core.intake.walks import service as walks
from core.intake.walks.growing import Draft, Spot
from core.intake.walks.steps import standing
from core.llm.flows import FlowComposer, Guide, GuideStep, NextStep, Walked, WalkView
from core.llm.provider import Usage
from core.spending import service as spending
from core.text import clean, shorten
from core.unit import Unit

log = structlog.get_logger()

TRIES = 2
TEXT_KEPT = 1_000
NOT_SAFE = "The next step would go beyond what first-line staff may do. Hand this to an engineer, who sees everything you walked."
AWAY = "The next step could not be built just now. Hand this to an engineer, or go back and try another answer."


@dataclass(frozen=True)
class Wanted:
    """A place without a step, and what a composer may know to fill it. `without_model`: the month's budget is used up."""

    spot: Spot
    view: WalkView
    is_last: bool
    without_model: bool = False


@dataclass(frozen=True)
class Composed:
    """A draft, and what was paid for it."""

    draft: Draft
    usages: tuple[Usage, ...] = ()


async def wanted(unit: Unit, gate: Gate, walk_id: WalkId) -> list[Wanted]:
    """What is to be composed now: the step the person waits for or, while they read, one behind each answer. Empty: nothing."""
    walk, ticket = await queries.walk(unit, walk_id)
    if not walk.is_active or walk.tree is None:
        return []
    tree, path, pending = from_json(walk.tree), standing(walk.path), walk.pending
    walked = [Walked(step.node.text, step.label) for step in path]
    if pending is None:
        spots = [(growing.spot_after(path), walked)]
    else:
        node = pending.node
        spots = [
            (spot, [*walked, Walked(node.text, node.answers[spot.choice].label)])
            for spot in growing.open_spots(tree, tree[node.id])
        ]
    over_budget = bool(spots) and (await spending.this_month(unit)).is_used_up
    guide = gate.guide_for(ticket.problem_statement, walk.category)
    return [
        Wanted(
            spot,
            WalkView(
                problem=ticket.problem_statement,
                category=CATEGORY_LABEL[walk.category] if walk.category else "",
                walked=tuple(so_far),
                notes=walk.walk_notes,
                guide=_as_guide(*guide) if guide else None,
                left=DEPTH_LIMIT - len(so_far),
            ),
            growing.is_last(tree, spot),
            over_budget,
        )
        for spot, so_far in spots
        if growing.behind(tree, spot) is None
    ]


def _as_guide(title: str, tree: Tree) -> Guide:
    steps = {
        node.id: GuideStep(
            node.kind.value,
            node.text,
            tuple((answer.label, answer.to) for answer in node.answers),
            node.reason.value if node.reason else None,
        )
        for node in tree
    }
    return Guide(title, tree.start, steps)


async def compose(composer: FlowComposer, wanted: Wanted) -> Composed:
    """The next step: asked for twice at most; what is unsafe or malformed then is a step to an engineer. Raises nothing of the composer's."""
    if wanted.is_last:
        return Composed(growing.hand_over(growing.TOO_DEEP))
    usages: list[Usage] = []
    for _ in range(TRIES):
        try:
            step = await composer.next_node(wanted.view)
        except Unavailable:
            return Composed(growing.hand_over(AWAY), tuple(usages))
        usages += [step.usage] if step.usage else []
        draft = checked(step)
        if draft is not None:
            return Composed(draft, tuple(usages))
        log.warning("a step was not taken", kind=step.kind)
    return Composed(growing.hand_over(NOT_SAFE, Reason.OUTSIDE_SCOPE), tuple(usages))


async def place(unit: Unit, walk_id: WalkId, spot: Spot, composed: Composed) -> None:
    """Puts a step where it belongs, if nothing is there yet; what it took is written down in any case."""
    await walks.place(unit, walk_id, spot, composed.draft)
    for usage in composed.usages:
        spending.add(unit, usage, "walk")


def checked(composed: NextStep) -> Draft | None:
    """The step as a draft, None when it is malformed or below the floor: its text and every label are looked at."""
    draft = _read(composed)
    if draft is None or unsafe(draft.text, *draft.labels) is not None:
        return None
    answers = tuple(Answer(label, f"a{n}") for n, label in enumerate(draft.labels))
    ends = (Node(answer.to, NodeKind.RESOLVED, "x") for answer in answers)
    node = Node("n", draft.kind, draft.text, answers, draft.reason)
    return None if faults(Tree("n", (node, *ends))) else draft


def _read(composed: NextStep) -> Draft | None:
    if composed.kind not in set(NodeKind):
        return None
    kind = NodeKind(composed.kind)
    labels = tuple(clean(label) for label in composed.labels) if kind is NodeKind.QUESTION else ()
    if kind is NodeKind.INSTRUCTION:
        labels = (DONE,)
    reason = None
    if kind is NodeKind.ESCALATE:
        reason = Reason(composed.reason) if composed.reason in set(Reason) else Reason.OTHER
    text = shorten(clean(composed.text), TEXT_KEPT)
    return Draft(kind, text, labels, reason, composed.composed_without_ai)
