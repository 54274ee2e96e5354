"""Providers that say what a test wants them to say, when it wants it; behind the port, so everything else is real."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from core.llm.flows import OfflineFlows
from core.llm.offline import OfflineProvider
from core.llm.offline_notes import OfflineNotes
from core.llm.parameters import OfflineParameters
from core.llm.playbooks import load_playbooks
from core.llm.provider import ModelProvider, PastFix, ProblemView, Tell, Turn, silent


@dataclass
class Thinker(OfflineFlows, OfflineNotes, OfflineParameters):
    """Says `answers` one after the other (the last one from then on), each as soon as `may_speak` is set; tells `steps` first.

    `asked` are the views it was given: one per call.
    """

    answers: Sequence[Turn]
    steps: Sequence[str] = ()
    may_speak: asyncio.Event = field(default_factory=asyncio.Event)
    asked: list[ProblemView] = field(default_factory=list[ProblemView])
    cancelled: int = 0

    @property
    def offline(self) -> ModelProvider:
        return OfflineProvider(load_playbooks())

    async def take_turn(self, problem: ProblemView, past: Sequence[PastFix], tell: Tell = silent) -> Turn:
        del past
        self.asked.append(problem)
        answer = self.answers[min(len(self.asked), len(self.answers)) - 1]
        try:
            for step in self.steps:
                tell(step)
                await asyncio.sleep(0.1)
            await self.may_speak.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        return answer


@dataclass
class Listener(OfflineFlows, OfflineNotes, OfflineParameters):
    """Says at once what `answer` makes of what it is asked."""

    answer: Callable[[ProblemView], Turn]

    @property
    def offline(self) -> ModelProvider:
        return self

    async def take_turn(self, problem: ProblemView, past: Sequence[PastFix], tell: Tell = silent) -> Turn:
        del past, tell
        return self.answer(problem)


def says(*replies: str) -> list[Turn]:
    """Turns that only say something."""
    return [Turn(None, reply) for reply in replies]
