"""The category gate: which of the ten a problem belongs to, by words alone."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from core.intake.flows.document import FlowDocument
from core.intake.flows.starter import documents
from core.intake.flows.tree import Tree
from core.intake.vocabulary import CATEGORY_LABEL, Category
from core.llm.candidates import as_document
from core.llm.flows import Choice
from core.llm.matching import Document, Matcher
from core.llm.playbooks import load_playbooks
from core.llm.words import Words

EXAMPLES_TOLD = 6
SURE = 0.25
"""Below this chance the words do not say: with engineers' work among the rivals even a right category stands rarely alone. Of a hundred problems
of the ten categories 80 pass with their own and one with another; of fifty that belong to none, one."""
FIRST_LINE = frozenset(
    {
        "account-lockout", "blue-screen", "browser", "credential-prompt-loop", "mail-not-delivered", "mobile-device", "monitor-dock",
        "network-down", "office-app", "outlook-profile", "password-reset", "peripheral", "print-spooler", "printer-setup",
        "slow-computer", "vpn-connect", "wifi", "windows-update-stuck",
    }
)  # fmt: skip
"""The playbooks that are about what first-line staff do, too; all others are work of engineers, which no category should win."""


class Gate:
    """Knows the categories by the starter flows, and what is none of them by the engineers' playbooks. Both are read at the first question."""

    def __init__(self, words: Words, starter: Iterable[FlowDocument] | None = None) -> None:
        self._words = words
        self._given = starter

    @cached_property
    def _starter(self) -> tuple[FlowDocument, ...]:
        return tuple(documents() if self._given is None else self._given)

    @cached_property
    def _matcher(self) -> Matcher:
        rivals = [as_document(playbook) for playbook in load_playbooks() if playbook.slug not in FIRST_LINE]
        return Matcher([*(self._known(category) for category in Category), *rivals], self._words)

    def _known(self, category: Category) -> Document:
        flows = [flow for flow in self._starter if flow.category is category]
        titles = ". ".join([CATEGORY_LABEL[category], *(flow.title for flow in flows)])
        symptoms = tuple(line for flow in flows for line in flow.symptoms)
        return Document(category, titles, symptoms, tuple(line for flow in flows for line in flow.examples))

    @property
    def choices(self) -> list[Choice]:
        """The categories as a model is told of them."""
        return [
            Choice(category.value, CATEGORY_LABEL[category], self._known(category).examples[:EXAMPLES_TOLD])
            for category in Category
        ]

    def category_of(self, problem: str) -> Category | None:
        """The category, None where the words do not say."""
        best = next(iter(self._matcher.match(problem, 1)), None)
        return Category(best.id) if best is not None and best.id in set(Category) and best.score >= SURE else None

    def guide_for(self, problem: str, category: Category | None) -> tuple[str, Tree] | None:
        """The title and tree of the starter flow nearest to a problem, in its category where that is known; None where there is none."""
        near = [flow for flow in self._starter if category is None or flow.category is category]
        if category is None:
            found = self.category_of(problem)
            near = [flow for flow in near if flow.category is found]
        return (near[0].title, near[0].tree) if near else None
