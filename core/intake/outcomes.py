"""What becomes of a call that is taken: it is walked, or something stands before that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from core.intake.matcher.decision import Candidate
from core.intake.proposals.models import FlowProposal
from core.intake.tickets.models import Ticket
from core.intake.vocabulary import Category
from core.intake.walks.models import Walk


@dataclass(frozen=True)
class Walking:
    """The ticket is open and its walk has begun; `score` is how sure the match was, None where a person chose."""

    ticket: Ticket
    walk: Walk
    score: float | None = None


@dataclass(frozen=True)
class OpenTicket:
    """A ticket that may be this call's already, who took it, and its walk if one is active."""

    ticket: Ticket
    taker: str
    walk: Walk | None


@dataclass(frozen=True)
class Duplicates:
    tickets: Sequence[OpenTicket]


@dataclass(frozen=True)
class Suggested:
    """Flows that are near, the nearest first, and flows that nobody has reviewed yet."""

    candidates: Sequence[Candidate]
    proposals: Sequence[FlowProposal] = ()

    def in_order(self, ids: Sequence[str]) -> Suggested:
        """The same, those named first and in their order; the others as they were."""
        place = {flow_id: n for n, flow_id in enumerate(ids)}
        return replace(
            self, candidates=sorted(self.candidates, key=lambda one: place.get(str(one.flow_id), len(place)))
        )


@dataclass(frozen=True)
class OutOfScope:
    """`category` is the one that is switched off; None: it is none of them."""

    category: Category | None


Taken = Walking | Duplicates | Suggested | OutOfScope
