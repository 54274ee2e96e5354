"""What intake stands on beside the database. A process has one desk, made by the composition root."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from core.errors import Unavailable
from core.intake.outcomes import Suggested
from core.intake.vocabulary import Category
from core.llm.flows import Choice

if TYPE_CHECKING:
    from core.intake.gate import Gate
    from core.intake.matcher.shelf import Matchers
    from core.llm.flows import FlowComposer

PATIENCE = 1.0
"""Seconds: a click must be answered within two, and three is when Slack gives up."""
FEWEST_TO_ORDER = 2


@dataclass
class Desk:
    """Its parts are made when the first call is taken: reading flows and stemming words is nothing that a start should pay for.

    `composer` is the model, where there is one in this process; `given_matchers` and `given_gate` stand in for its own parts.
    """

    composer: FlowComposer | None = None
    given_matchers: Matchers | None = None
    given_gate: Gate | None = None

    @cached_property
    def matchers(self) -> Matchers:
        from core.intake.matcher.shelf import Matchers  # noqa: PLC0415

        return self.given_matchers or Matchers()

    @cached_property
    def gate(self) -> Gate:
        from core.intake.gate import Gate  # noqa: PLC0415
        from core.llm.words import Words  # noqa: PLC0415

        return self.given_gate or Gate(Words())

    async def ready(self) -> None:
        """Makes its parts beside the event loop, at the first call: later it costs nothing."""
        if "gate" not in self.__dict__:
            await asyncio.to_thread(self._make)

    def _make(self) -> None:
        self.gate.category_of("")
        _ = self.matchers

    async def judged(self, problem: str) -> Category | None:
        """The category as the model sees it: asked only where the words did not say, for at most a second, and not missed when it is away."""
        if self.composer is None:
            return None
        try:
            async with asyncio.timeout(PATIENCE):
                found = await self.composer.classify(problem, self.gate.choices)
        except (Unavailable, TimeoutError):
            return None
        return Category(found) if found in set(Category) else None

    async def ordered(self, problem: str, near: Suggested) -> Suggested:
        """The same suggestions, in the order in which the model finds them fitting; as they were where it cannot be asked."""
        if self.composer is None or len(near.candidates) < FEWEST_TO_ORDER:
            return near
        choices = [Choice(str(one.flow_id), one.title) for one in near.candidates]
        try:
            async with asyncio.timeout(PATIENCE):
                ranked = list(await self.composer.rank(problem, choices))
        except (Unavailable, TimeoutError):
            return near
        place = {flow_id: n for n, flow_id in enumerate(ranked)}
        best_first = sorted(near.candidates, key=lambda one: place.get(str(one.flow_id), len(place)))
        return replace(near, candidates=tuple(best_first))
