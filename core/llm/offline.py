"""Turns without a model: what worked before in the account, the team's templates, the starter playbooks, else good questions."""

import asyncio
from collections.abc import Iterable, Sequence

from core.llm.candidates import QUESTIONS, Background, Shelf, statement_of, title_key
from core.llm.conversing import ASKS_FROM, JUDGED, converse
from core.llm.flows import OfflineFlows
from core.llm.hearing import GENERAL_QUESTIONS
from core.llm.offline_notes import OfflineNotes
from core.llm.parameters import OfflineParameters
from core.llm.playbooks import Playbook
from core.llm.provider import (
    EarlierSuggestion,
    ModelProvider,
    PastFix,
    ProblemView,
    Tell,
    Turn,
    silent,
)
from core.llm.wording import after_failures, carried_on
from core.llm.words import Words


class OfflineProvider(OfflineFlows, OfflineParameters, OfflineNotes):
    """Answers from rules alone: the same problem and past give the same turn, and nothing outside is asked."""

    def __init__(self, playbooks: Iterable[Playbook]) -> None:
        self._shelf = Shelf(playbooks)

    @property
    def offline(self) -> ModelProvider:
        return self

    @property
    def words(self) -> Words:
        return self._shelf.words

    async def take_turn(self, problem: ProblemView, past: Sequence[PastFix], tell: Tell = silent) -> Turn:
        """Return the answer to the new messages of the thread; without any, the best fix that was not judged in this session yet, or questions."""
        # In a thread: hundreds of past fixes take tens of milliseconds to compare, and clicks must not wait for them.
        if any(said.is_new and not said.by_flowpilot for said in problem.thread):
            return await asyncio.to_thread(converse, self._shelf, problem, past)
        return await asyncio.to_thread(self._turn, problem, past)

    async def background(self, problem: ProblemView, past: Sequence[PastFix]) -> Background:
        """Return what a model is shown beside the session."""
        return await asyncio.to_thread(self._shelf.background, statement_of(problem), past)

    def _turn(self, problem: ProblemView, past: Sequence[PastFix]) -> Turn:
        statement = statement_of(problem)
        judged = {title_key(earlier.title) for earlier in problem.earlier if earlier.status in JUDGED}
        candidates = self._shelf.candidates(statement, past, problem.templates, judged)
        if not candidates:
            return self._ask(statement, problem.earlier, judged)
        best = candidates[0].proposal
        if any(title_key(earlier.title) == title_key(best.title) for earlier in problem.earlier):
            said = f"“{best.title}”, suggested above, still fits best. Record how it went, or dismiss it."
            return Turn(None, said, composed_without_ai=True)
        return Turn(
            best, f"{carried_on(after_failures(problem.earlier), best.sources[0].label)}.", composed_without_ai=True
        )

    def _ask(self, statement: str, earlier: Sequence[EarlierSuggestion], judged: set[str]) -> Turn:
        nearest = self._shelf.nearest(statement, 1, judged)
        said = carried_on(after_failures(earlier), "Nothing that is known here fits this well enough to propose a fix.")
        if nearest and nearest[0][1] >= ASKS_FROM:
            playbook, _ = nearest[0]
            reply = f"{said} It may be “{playbook.title}”; this would tell:"
            return Turn(None, reply, playbook.questions[:QUESTIONS], composed_without_ai=True)
        return Turn(None, f"{said} This would help to know:", GENERAL_QUESTIONS, composed_without_ai=True)
