"""What intake stands on beside the database. A process has one desk, made by the composition root."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.intake.gate import Gate
    from core.intake.matcher.shelf import Matchers


@dataclass
class Desk:
    """Its parts are made when the first call is taken: reading flows and stemming words is nothing that a start should pay for.

    `given_matchers` and `given_gate` stand in for them.
    """

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
