"""What a list of escalations shows."""

from __future__ import annotations

from dataclasses import dataclass

from core.escalations.models import Escalation

PAGE = 10


@dataclass(frozen=True)
class Handoff:
    """An escalation with the names of who raised and who claimed it."""

    escalation: Escalation
    raiser: str
    claimer: str | None
