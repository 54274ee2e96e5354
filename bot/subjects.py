"""What nudges can be about, and who describes it: one line per kind."""

from __future__ import annotations

from types import MappingProxyType

from core.escalations import reminders as escalations
from core.fixes import reminders as fixes
from core.nudges.policy import Kind
from core.nudges.subjects import Subjects

SUBJECTS: Subjects = MappingProxyType(
    {Kind.FIX: fixes.look, Kind.ESCALATION: escalations.look, Kind.WEEKLY: fixes.week}
)
