"""What a list of tickets shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.intake.tickets.models import Ticket

PAGE = 10


@dataclass(frozen=True)
class Page:
    """`total` counts what the whole list has, up to 1,000; `number` starts at 0."""

    items: Sequence[Ticket]
    total: int
    number: int

    @property
    def more(self) -> bool:
        return (self.number + 1) * PAGE < self.total
