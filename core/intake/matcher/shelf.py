"""Each account's matcher, kept while it is true."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, field

from core.ids import AccountId
from core.intake.flows import queries
from core.intake.matcher.decision import FlowMatcher
from core.intake.matcher.lexical import LexicalMatcher
from core.llm.words import Words
from core.unit import Unit

MOST_ACCOUNTS = 20
"""Matchers kept in one process; of more accounts those asked last."""

Revisions = tuple[int, int | None]


@dataclass
class Matchers:
    """A process has one; it holds at most `MOST_ACCOUNTS` matchers."""

    _words: Words = field(default_factory=Words)
    _kept: OrderedDict[AccountId, tuple[Revisions, FlowMatcher]] = field(
        default_factory=OrderedDict[AccountId, tuple[Revisions, FlowMatcher]]
    )

    async def of(self, unit: Unit) -> FlowMatcher:
        """The matcher of the unit's account as its flows stand in this unit; building one takes up to a second for a thousand flows."""
        revisions = await queries.revisions(unit)
        known = self._kept.get(unit.account_id)
        if known is None or known[0] != revisions:
            flows = await queries.shelved(unit)
            # Beside the event loop: other people's clicks do not wait for it.
            known = revisions, await asyncio.to_thread(LexicalMatcher, flows, self._words)
            self._kept[unit.account_id] = known
        self._kept.move_to_end(unit.account_id)
        while len(self._kept) > MOST_ACCOUNTS:
            self._kept.popitem(last=False)
        return known[1]
