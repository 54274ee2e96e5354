"""Finding a flow by its words: BM25, which needs no more than a title, symptoms and a few examples."""

from __future__ import annotations

from collections.abc import Sequence

from core.intake.flows.queries import Shelved
from core.llm.matching import Document, Matcher
from core.llm.words import Words

_LOOKED_AT = 8


class ByWords:
    """Knows the flows it was built from, by their names."""

    def __init__(self, flows: Sequence[Shelved], words: Words) -> None:
        self._matcher = Matcher(
            (Document(flow.slug, flow.title, tuple(flow.symptoms), tuple(flow.examples)) for flow in flows), words
        )

    def scores(self, problem: str) -> list[tuple[str, float]]:
        """At most eight flows that share a word with the problem, with the probability that they are right, the surest first."""
        return [(found.id, found.score) for found in self._matcher.match(problem, limit=_LOOKED_AT)]
