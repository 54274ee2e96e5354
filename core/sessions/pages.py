"""What a list of sessions shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.sessions.models import Session

PAGE = 10


@dataclass(frozen=True)
class Listed:
    """A session in a list, with its owner's name."""

    session: Session
    owner: str


@dataclass(frozen=True)
class Page:
    """`total` counts what the whole list has, up to 1,000; `number` starts at 0."""

    items: Sequence[Listed]
    total: int
    number: int

    @property
    def more(self) -> bool:
        return (self.number + 1) * PAGE < self.total
