"""What a list of fixes shows."""

from __future__ import annotations

from dataclasses import dataclass

from core.fixes.models import SuggestedFix
from core.nudges.queries import Asking
from core.sessions.models import Session

PAGE = 10


@dataclass(frozen=True)
class Waiting:
    """A fix that waits to be verified, with its session and the session's owner, and how it stands with asking them."""

    fix: SuggestedFix
    session: Session
    owner: str
    asking: Asking | None = None
