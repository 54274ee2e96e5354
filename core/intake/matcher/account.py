"""The matcher of one account: what was learned says which flow with many examples it is, words say which of the others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from core.intake.flows.queries import Shelved
from core.intake.matcher.decision import Candidate, Decision, decision
from core.intake.matcher.lexical import ByWords
from core.llm.words import Words

READ = 600
"""Characters of a problem that decide: it is named at the beginning."""


class Taught(Protocol):
    """What was learned: the flows it knows, and how it judges a statement."""

    @property
    def flows(self) -> Sequence[str]: ...

    def scores(self, statement: str) -> list[tuple[str, float]]: ...


class AccountMatcher:
    """Knows the published flows as they were when it was built."""

    def __init__(self, flows: Sequence[Shelved], words: Words, taught: Taught | None) -> None:
        self._flows = {flow.slug: flow for flow in flows}
        self._by_words = ByWords(flows, words)
        self._taught = taught
        self._learned = frozenset(taught.flows) & self._flows.keys() if taught else frozenset[str]()

    def decide(self, problem: str) -> Decision:
        """Which flow the problem belongs to."""
        statement = problem[:READ]
        found = [(slug, score) for slug, score in self._by_words.scores(statement) if slug not in self._learned]
        if self._taught:
            found += [(slug, score) for slug, score in self._taught.scores(statement) if slug in self._learned]
        found.sort(key=lambda one: (-one[1], one[0]))
        return decision([Candidate(self._flows[slug].flow_id, self._flows[slug].title, score) for slug, score in found])
