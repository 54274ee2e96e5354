"""What a list of fixes shows."""

from __future__ import annotations

from dataclasses import dataclass

from core.fixes.models import SuggestedFix
from core.sessions.models import Session

PAGE = 10


@dataclass(frozen=True)
class Waiting:
    """A fix that waits to be verified, with its session and the session's owner."""

    fix: SuggestedFix
    session: Session
    owner: str
