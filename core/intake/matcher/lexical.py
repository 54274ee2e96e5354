"""Finding a flow by its words: BM25, which needs no more than a title, symptoms and a few examples."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from core.intake.flows.queries import Shelved
from core.intake.matcher.decision import Candidate, Decision, decision
from core.llm.matching import Document, Matcher
from core.llm.words import Words

_LOOKED_AT = 5


class LexicalMatcher:
    """Knows the flows it was built from."""

    def __init__(self, flows: Sequence[Shelved], words: Words) -> None:
        self._titles = {str(flow.flow_id): flow.title for flow in flows}
        self._matcher = Matcher(
            (Document(str(flow.flow_id), flow.title, tuple(flow.symptoms), tuple(flow.examples)) for flow in flows),
            words,
        )

    def decide(self, problem: str) -> Decision:
        """Which flow the problem belongs to."""
        found = self._matcher.match(problem, limit=_LOOKED_AT)
        return decision([Candidate(UUID(one.id), self._titles[one.id], one.score) for one in found])
