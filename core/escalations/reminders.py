"""What a reminder says of an escalation that nobody has taken up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from core.escalations import queries
from core.nudges.policy import Kind
from core.nudges.subjects import Subject
from core.unit import Unit


async def look(unit: Unit, ids: Sequence[UUID]) -> Mapping[UUID, Subject]:
    """The escalations with these ids."""
    found: dict[UUID, Subject] = {}
    for handoff in await queries.handoffs(unit, ids):
        one = handoff.escalation
        found[one.id] = Subject(
            id=one.id,
            kind=Kind.ESCALATION,
            open=one.claimed_by is None and one.closed_at is None,
            settled=f"Claimed by {handoff.claimer}" if handoff.claimer else "Went on without being claimed",
            owner_id=None,
            owner="",
            title=one.title,
            waits_for=f"somebody to claim it. {handoff.raiser}: {one.reason}",
            since=one.raised_at,
            severity=one.severity,
        )
    return found
