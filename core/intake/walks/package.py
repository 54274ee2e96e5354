"""What an engineer is given when a walk is handed over. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from core.intake.flows.tree import NodeKind
from core.intake.tickets.models import Ticket
from core.intake.vocabulary import CATEGORY_LABEL, REASON_LABEL
from core.intake.walks.models import Walk
from core.intake.walks.steps import Step

NOBODY = "Somebody"


@dataclass(frozen=True)
class Finding:
    """One thing that is known from the walk; `asked` tells a question from a check that was made."""

    text: str
    asked: bool


@dataclass(frozen=True)
class Package:
    """`steps` are lines in the order they were walked, undone ones marked; `unanswered` is the step the walk stood at."""

    why: str
    reason: str
    customer: str
    along: str
    steps: tuple[str, ...]
    unanswered: str | None
    notes: str


def findings(walk: Walk) -> tuple[Finding, ...]:
    """The steps that count, as facts."""
    return tuple(
        Finding(f"{_one_line(step.node.text)} {step.label}", step.node.kind is NodeKind.QUESTION)
        for step in walk.path
        if step.undone_by is None
    )


def package(walk: Walk, ticket: Ticket, names: Mapping[UUID, str]) -> Package:
    """What was asked, answered and noted; `names` of who did it."""
    pending = walk.pending
    category = walk.escalation_reason_category
    return Package(
        why=REASON_LABEL[category] if category else "",
        reason=walk.escalation_reason or "",
        customer=customer(ticket),
        along=along(walk),
        steps=tuple(f"{n}. {_line(step, names)}" for n, step in enumerate(walk.path, start=1)),
        unanswered=_one_line(pending.node.text) if pending and not pending.node.is_end else None,
        notes=walk.walk_notes,
    )


def customer(ticket: Ticket) -> str:
    """Who called, and how to reach them, as far as it is known."""
    return " · ".join(part for part in (ticket.customer_name, ticket.customer_contact) if part)


def along(walk: Walk) -> str:
    """What was walked, in words."""
    category = f", {CATEGORY_LABEL[walk.category]}" if walk.category else ""
    match walk.session_kind:
        case "flow":
            return f"{walk.title} (flow, version {walk.flow_version}{category})"
        case "proposal":
            return f"{walk.title} (proposal, not reviewed yet{category})"
        case "ai_build":
            return f"Steps built on the way{category}"
        case _:
            return "No flow: notes only"


def _line(step: Step, names: Mapping[UUID, str]) -> str:
    undone = f" (undone by {names.get(step.undone_by, NOBODY)})" if step.undone_by else ""
    return f"{_one_line(step.node.text)} → {step.label} ({names.get(step.by, NOBODY)}){undone}"


def _one_line(text: str) -> str:
    return " ".join(text.split())
