"""The model within a time limit, and the rules that work without one behind it: whoever waits has an answer in any case."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import TypeVar

import structlog

from core.errors import Unavailable
from core.llm.asking import ModelAway, Unusable
from core.llm.flows import Choice, NextStep, Sorting, WalkView
from core.llm.notes import DraftNote, NoteBundle, NoteKind, Rewritten
from core.llm.provider import (
    FoundParameters,
    ModelProvider,
    PastFix,
    ProblemView,
    ScriptView,
    Tell,
    Turn,
    Usage,
    silent,
)

log = structlog.get_logger()

# A person has waited up to three seconds for the burst to end and for a worker, and must have an answer after twenty.
TURN_SECONDS = 15.0
NOTE_SECONDS = 20.0  # below the lease of the draft
STEP_SECONDS = 12.0  # somebody is on the phone
SORTING_SECONDS = 3.0
EXTRACTION_SECONDS = 20.0  # nobody waits for it

OPENS_AFTER = 3  # failures in a row
FIRST_PAUSE, LONGEST_PAUSE = 30.0, 300.0  # seconds; each failed probe doubles it
LONGEST_ASKED_PAUSE = 6 * 3_600.0  # a Retry-After beyond this is no longer believed

_T = TypeVar("_T")


class Admission(Enum):
    ORDINARY = "ordinary"
    PROBE = "probe"


@dataclass
class Breaker:
    """Keeps calls away from a model that fails. Closed: all go through. Open: none, until a pause is over. Then one goes through, and decides."""

    clock: Callable[[], float] = time.monotonic
    _failures: int = 0
    _pause: float = FIRST_PAUSE
    _open_until: float | None = None
    _probing: bool = False

    def admit(self) -> Admission | None:
        """Whether a call may go through now, and as what; None: not. It must be followed by `worked`, `failed` or `gave_up`."""
        if self._open_until is None:
            return Admission.ORDINARY
        if self._probing or self.clock() < self._open_until:
            return None
        self._probing = True
        return Admission.PROBE

    def worked(self, call: Admission) -> None:
        self._failures = 0
        # What went out before the others failed says nothing about now.
        if call is Admission.PROBE:
            log.info("the model answers again")
            self._pause, self._open_until, self._probing = FIRST_PAUSE, None, False

    def failed(self, call: Admission, why: str, after: float | None = None) -> None:
        """A call failed. `after`: the seconds that the model asked to be left alone, which are kept."""
        self._failures += 1
        if call is Admission.PROBE:
            self._probing, self._pause = False, min(self._pause * 2, LONGEST_PAUSE)
        if call is Admission.PROBE or self._failures >= OPENS_AFTER or after:
            pause = max(self._pause, min(after or 0.0, LONGEST_ASKED_PAUSE))
            # Calls that were under way together end one after the other: none of them shortens what another was told.
            self._open_until = max(self._open_until or 0.0, self.clock() + pause)
            log.warning("the model is left alone", seconds=round(pause), reason=why)

    def gave_up(self, call: Admission) -> None:
        """Whoever asked went away before there was an answer: that says nothing about the model."""
        if call is Admission.PROBE:
            self._probing = False


class FallbackProvider:
    """Asks `model` as long as it is well, each time within a limit; what it does not answer, `offline` does."""

    def __init__(
        self,
        model: ModelProvider,
        offline: ModelProvider,
        breaker: Breaker | None = None,
        turn_seconds: float = TURN_SECONDS,
    ) -> None:
        self._model = model
        self._offline = offline
        self._breaker = breaker or Breaker()
        self._turn_seconds = turn_seconds

    @property
    def offline(self) -> ModelProvider:
        return self._offline

    async def take_turn(self, problem: ProblemView, past: Sequence[PastFix], tell: Tell = silent) -> Turn:
        """Return the model's turn or, where it has none in time, the one composed without it; raises nothing of the model's."""
        turn, spent = await self._within(self._turn_seconds, lambda: self._model.take_turn(problem, past, tell))
        if turn is not None:
            return turn
        composed = await self._offline.take_turn(problem, past, tell)
        return replace(composed, usage=spent)

    async def extract_parameters(self, script: ScriptView) -> FoundParameters:
        """Return the model's choice or, where it has none in time, that of the rules; raises nothing of the model's."""
        found, spent = await self._within(EXTRACTION_SECONDS, lambda: self._model.extract_parameters(script))
        if found is not None:
            return found
        return replace(await self._offline.extract_parameters(script), usage=spent)

    async def write_note(self, kind: NoteKind, bundle: NoteBundle) -> DraftNote:
        """Return the model's note or, where it has none in time, the one composed without it."""
        note, spent = await self._within(NOTE_SECONDS, lambda: self._model.write_note(kind, bundle))
        return note or replace(await self._offline.write_note(kind, bundle), usage=spent)

    async def rewrite_section(
        self, kind: NoteKind, bundle: NoteBundle, key: str, text: str, instruction: str
    ) -> Rewritten:
        """Return the section as the model has it, else as far as words alone can follow the instruction."""
        anew, spent = await self._within(
            NOTE_SECONDS, lambda: self._model.rewrite_section(kind, bundle, key, text, instruction)
        )
        if anew is not None:
            return anew
        return replace(await self._offline.rewrite_section(kind, bundle, key, text, instruction), usage=spent)

    async def classify(self, problem: str, categories: Sequence[Choice]) -> Sorting:
        """The model's category; none where it does not answer in time, too: then the words have the last word."""
        found, spent = await self._within(SORTING_SECONDS, lambda: self._model.classify(problem, categories))
        return found or replace(await self._offline.classify(problem, categories), usage=spent)

    async def rank(self, problem: str, flows: Sequence[Choice]) -> Sorting:
        """The model's order or, where it has none in time, the given one."""
        ranked, spent = await self._within(SORTING_SECONDS, lambda: self._model.rank(problem, flows))
        return ranked or replace(await self._offline.rank(problem, flows), usage=spent)

    async def next_node(self, walk: WalkView) -> NextStep:
        """The model's next step or, where it has none in time, that of the nearest starter flow."""
        step, spent = await self._within(STEP_SECONDS, lambda: self._model.next_node(walk))
        return step or replace(await self._offline.next_node(walk), usage=spent)

    async def _within(self, seconds: float, ask: Callable[[], Awaitable[_T]]) -> tuple[_T | None, Usage | None]:
        """The answer, or None and what was spent on an answer that could not be used. For every method of the port the same."""
        call = self._breaker.admit()
        if call is None:
            return None, None
        try:
            async with asyncio.timeout(seconds):
                answer = await ask()
        except Unusable as unusable:
            log.warning("the model's answer was not used", reason=str(unusable))
            if unusable.refused:
                self._breaker.worked(call)  # it is there, and does not like this one text
            else:
                self._breaker.failed(call, str(unusable))
            return None, unusable.usage
        except ModelAway as away:
            self._breaker.failed(call, str(away), away.after)
            return None, None
        except (TimeoutError, Unavailable) as error:
            self._breaker.failed(call, str(error) or "it took too long")
            return None, None
        except asyncio.CancelledError:
            self._breaker.gave_up(call)
            raise
        except Exception as error:
            # A fault of ours in reading an answer must not cost the person theirs.
            log.exception("the model's answer was not used")
            self._breaker.failed(call, type(error).__name__)
            return None, None
        self._breaker.worked(call)
        return answer, None
