"""What a matcher decides: this flow, one of these, or none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol
from uuid import UUID

MATCH = 0.75
SUGGEST = 0.60
CLEAR = 0.15
"""How far a match stands above the next flow."""
NEAR_MISSES = 3
_WORTH_SHOWING = 0.05


class Outcome(StrEnum):
    MATCH = "match"
    SUGGEST = "suggest"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A flow, and the probability, 0 to 1, that the problem is its."""

    flow_id: UUID
    title: str
    score: float


@dataclass(frozen=True, slots=True)
class Decision:
    """Candidates are the surest first: a match has the one flow, a suggestion one to three, none has none."""

    outcome: Outcome
    candidates: tuple[Candidate, ...] = ()

    @property
    def best(self) -> Candidate | None:
        return self.candidates[0] if self.candidates else None


class FlowMatcher(Protocol):
    """Knows the published flows of one account as they were when it was made."""

    def decide(self, problem: str) -> Decision:
        """Which flow the problem belongs to. Takes milliseconds, asks nobody, and says the same each time."""
        ...


def decision(ranked: Sequence[Candidate]) -> Decision:
    """What follows from the scores, the surest first."""
    if not ranked or ranked[0].score < SUGGEST:
        return Decision(Outcome.NONE)
    rival = ranked[1].score if len(ranked) > 1 else 0.0
    if ranked[0].score >= MATCH and ranked[0].score - rival >= CLEAR:
        return Decision(Outcome.MATCH, (ranked[0],))
    return Decision(Outcome.SUGGEST, tuple(one for one in ranked[:NEAR_MISSES] if one.score >= _WORTH_SHOWING))
