"""The port answered by a model. The rules that work without one find what it is told to draw on."""

from __future__ import annotations

from collections.abc import Sequence

from core.llm import flow_asking, note_asking, turns
from core.llm.asking import Asks
from core.llm.flows import Choice, NextStep, Sorting, WalkView
from core.llm.notes import DraftNote, NoteBundle, NoteKind, Rewritten
from core.llm.offline import OfflineProvider
from core.llm.parameters import found_by_model
from core.llm.provider import (
    FoundParameters,
    ModelProvider,
    PastFix,
    ProblemView,
    ScriptView,
    Tell,
    Turn,
    silent,
)


class OnlineProvider:
    """Asks `asks` for everything; it has no limit of its own but that of the single call, see `core.llm.fallback`."""

    def __init__(self, asks: Asks, offline: OfflineProvider) -> None:
        self._asks = asks
        self._offline = offline
        self._words = offline.words

    @property
    def offline(self) -> ModelProvider:
        return self._offline

    async def take_turn(self, problem: ProblemView, past: Sequence[PastFix], tell: Tell = silent) -> Turn:
        """Return the model's turn, checked. Raises `ModelAway` or `Unusable`."""
        tell("Comparing with what worked before")
        background = await self._offline.background(problem, past)
        tell("Thinking about the next step")
        turn = await turns.take_turn(self._asks, problem, background, self._words)
        tell("Checking the answer against what is known")
        return turn

    async def write_note(self, kind: NoteKind, bundle: NoteBundle) -> DraftNote:
        return await note_asking.write_note(self._asks, kind, bundle)

    async def rewrite_section(
        self, kind: NoteKind, bundle: NoteBundle, key: str, text: str, instruction: str
    ) -> Rewritten:
        return await note_asking.rewrite_section(self._asks, kind, bundle, key, text, instruction)

    async def extract_parameters(self, script: ScriptView) -> FoundParameters:
        """Return what the model picks of the script. Raises `ModelAway` or `Unusable`."""
        return await found_by_model(self._asks, script)

    async def classify(self, problem: str, categories: Sequence[Choice]) -> Sorting:
        return await flow_asking.classify(self._asks, problem, categories)

    async def rank(self, problem: str, flows: Sequence[Choice]) -> Sorting:
        return await flow_asking.rank(self._asks, problem, flows)

    async def next_node(self, walk: WalkView) -> NextStep:
        return await flow_asking.next_node(self._asks, walk)
