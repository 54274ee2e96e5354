"""What intake stands on beside the database. A process has one desk, made by the composition root."""

from __future__ import annotations

from dataclasses import dataclass, field

from core.intake.gate import Gate
from core.intake.matcher.shelf import Matchers
from core.llm.words import Words


@dataclass
class Desk:
    matchers: Matchers = field(default_factory=Matchers)
    gate: Gate = field(default_factory=lambda: Gate(Words()))
