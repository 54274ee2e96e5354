"""What intake stands on beside the database. A process has one desk, made by the composition root."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING

from core.errors import Unavailable
from core.llm.flows import Choice, Sorting

if TYPE_CHECKING:
    from core.intake.gate import Gate
    from core.intake.matcher.decision import Candidate
    from core.intake.matcher.shelf import Matchers
    from core.llm.flows import FlowComposer

PATIENCE = 1.0
"""Seconds: a click must be answered within two, and three is when Slack gives up."""


@dataclass
class Desk:
    """Its parts are made when the first call is taken: reading flows and stemming words is nothing that a start should pay for.

    `composer` is the model, where there is one in this process; `given_matchers` and `given_gate` stand in for its own parts.
    """

    composer: FlowComposer | None = None
    given_matchers: Matchers | None = None
    given_gate: Gate | None = None
    _making: asyncio.Future[None] | None = None

    @cached_property
    def matchers(self) -> Matchers:
        from core.intake.matcher.shelf import Matchers  # noqa: PLC0415

        return self.given_matchers or Matchers()

    @cached_property
    def gate(self) -> Gate:
        from core.intake.gate import Gate  # noqa: PLC0415
        from core.llm.words import Words  # noqa: PLC0415

        return self.given_gate or Gate(Words())

    def begin(self) -> asyncio.Future[None]:
        """Starts to make its parts beside the event loop, while somebody still types what the call is about."""
        if self._making is None:
            self._making = asyncio.ensure_future(asyncio.to_thread(self._make))
        return self._making

    async def ready(self) -> None:
        """Waits until its parts are there: at the first call of a process only, and not even then where the form was opened before."""
        await asyncio.shield(self.begin())  # a click that is out of time does not stop it for the others

    def _make(self) -> None:
        import_module("core.intake.matcher.stored")  # with numpy, for what was learned
        self.gate.category_of("")
        _ = self.matchers

    async def judged(self, problem: str) -> Sorting:
        """The category as the model sees it: asked only where the words did not say, for at most a second, and not missed when it is away."""
        return await self._sorted(lambda composer: composer.classify(problem, self.gate.choices))

    async def ordered(self, problem: str, candidates: Sequence[Candidate]) -> Sorting:
        """The candidates' ids in the order in which the model finds them fitting; none where it cannot be asked."""
        choices = [Choice(str(one.flow_id), one.title) for one in candidates]
        return await self._sorted(lambda composer: composer.rank(problem, choices))

    async def _sorted(self, ask: Callable[[FlowComposer], Awaitable[Sorting]]) -> Sorting:
        if self.composer is None:
            return Sorting()
        try:
            async with asyncio.timeout(PATIENCE):
                return await ask(self.composer)
        except (Unavailable, TimeoutError):
            return Sorting()
