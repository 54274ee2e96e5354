"""What was learned from examples, and what it says of a problem."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from core.intake.matcher.features import Vocabulary
from core.intake.matcher.network import Model, probabilities

_LEAST = 1e-6


@dataclass(frozen=True, slots=True)
class Curve:
    """From the log-odds of the best flow to the probability that it is right."""

    bias: float
    slope: float

    def probability(self, odds: float) -> float:
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, self.bias + self.slope * odds))))


@dataclass(frozen=True, slots=True)
class Learned:
    """Knows `flows`, the ids it was taught; where there were statements of none, the models have a last class for these."""

    flows: tuple[str, ...]
    vocabulary: Vocabulary
    models: tuple[Model, ...]
    curve: Curve

    def with_curve(self, curve: Curve) -> Learned:
        return replace(self, curve=curve)

    def scores(self, statement: str, limit: int = 5) -> list[tuple[str, float]]:
        """At most `limit` flows with the probability that the statement is theirs, the surest first."""
        ranked = self._ranked(statement, limit)
        if not ranked:
            return []
        first, rest = ranked[0], ranked[1:]
        sure = self.curve.probability(_odds(first[1]))
        # What is left when the first is wrong is shared as the models would share it.
        left = (1 - sure) / max(_LEAST, 1 - first[1])
        return [(first[0], sure), *((flow, min(sure, chance * left)) for flow, chance in rest)]

    def judged(self, statement: str, flow: str | None) -> tuple[float, bool, bool]:
        """The log-odds of the best flow, whether it is `flow`, and whether there is one."""
        ranked = self._ranked(statement, 1)
        best, chance = ranked[0] if ranked else ("", 0.0)
        return _odds(chance), best == flow, flow is not None

    def _ranked(self, statement: str, limit: int) -> Sequence[tuple[str, float]]:
        indices, values = self.vocabulary.row(statement)
        if not len(indices):
            return []
        chances: list[float] = probabilities(self.models, indices, values).tolist()
        places = sorted(range(len(self.flows)), key=lambda place: -chances[place])
        return [(self.flows[place], chances[place]) for place in places[:limit]]


def _odds(chance: float) -> float:
    kept = min(max(chance, _LEAST), 1 - _LEAST)
    return math.log(kept / (1 - kept))
