"""What lists of templates and drafts show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.scripts.models import Draft, Template
from core.sessions.models import Session

PAGE = 10


@dataclass(frozen=True)
class Listed:
    """A template in the library, with its category's name."""

    template: Template
    category: str


@dataclass(frozen=True)
class Shelf:
    """`total` counts up to 1,000; `number` starts at 0."""

    items: Sequence[Listed]
    total: int
    number: int

    @property
    def more(self) -> bool:
        return (self.number + 1) * PAGE < self.total


@dataclass(frozen=True)
class ListedDraft:
    """A draft with the session it came from, and who accepted or rejected it."""

    draft: Draft
    session: Session
    reviewer: str | None


@dataclass(frozen=True)
class DraftPage:
    """`total` counts up to 1,000; `number` starts at 0."""

    items: Sequence[ListedDraft]
    total: int
    number: int

    @property
    def more(self) -> bool:
        return (self.number + 1) * PAGE < self.total
