"""Each account's matcher, kept while it is true."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from core.ids import AccountId
from core.intake.flows import queries
from core.intake.flows.queries import Shelved
from core.intake.matcher.account import AccountMatcher
from core.intake.matcher.decision import FlowMatcher
from core.llm.words import Words
from core.unit import Unit

if TYPE_CHECKING:
    from core.intake.matcher.stored import Lesson

MOST_ACCOUNTS = 20
"""Matchers kept in one process; of more accounts those asked last."""

Revisions = tuple[int, int | None]


@dataclass
class Matchers:
    """A process has one; it holds at most `MOST_ACCOUNTS` matchers."""

    _words: Words = field(default_factory=Words)
    _starter: Lesson | None = None
    _kept: OrderedDict[AccountId, tuple[Revisions, FlowMatcher]] = field(
        default_factory=OrderedDict[AccountId, tuple[Revisions, FlowMatcher]]
    )

    async def of(self, unit: Unit) -> FlowMatcher:
        """The matcher of the unit's account as its flows stand in this unit; building one takes up to a second for a thousand flows."""
        revisions = await queries.revisions(unit)
        known = self._kept.get(unit.account_id)
        if known is None or known[0] != revisions:
            flows = await queries.shelved(unit)
            weights = await queries.weights(unit) if revisions[1] is not None else None
            # Beside the event loop: other people's clicks do not wait for it.
            known = revisions, await asyncio.to_thread(self._build, flows, weights)
            self._kept[unit.account_id] = known
        self._kept.move_to_end(unit.account_id)
        while len(self._kept) > MOST_ACCOUNTS:
            self._kept.popitem(last=False)
        return known[1]

    def _build(self, flows: Sequence[Shelved], weights: bytes | None) -> FlowMatcher:
        # Imported here: numpy costs 30 MB, and most processes never take a call.
        from core.intake.matcher import stored  # noqa: PLC0415

        if weights is None and self._starter is None:
            self._starter = stored.starter(self._words)
        lesson = stored.unpack(weights, self._words) if weights is not None else self._starter
        return AccountMatcher(flows, self._words, lesson.learned if lesson else None)
