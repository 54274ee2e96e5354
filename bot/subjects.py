"""What nudges can be about, and who describes it: one line per kind."""

from __future__ import annotations

from types import MappingProxyType

from core.fixes import reminders as fixes
from core.intake.walks import reminders as walks
from core.nudges.policy import Kind
from core.nudges.subjects import Subjects
from core.scripts import reminders as scripts

SUBJECTS: Subjects = MappingProxyType(
    {
        Kind.FIX: fixes.look,
        Kind.DRAFTS: scripts.look,
        Kind.ESCALATION: walks.escalated,
        Kind.WALK: walks.look,
        Kind.WEEKLY: fixes.week,
    }
)
