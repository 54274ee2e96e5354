"""What a reminder says of a walk that is about to be abandoned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from core.intake.walks import queries
from core.intake.walks.models import WalkStatus
from core.nudges.policy import WALK_CLOSES_AFTER, Kind
from core.nudges.subjects import Subject
from core.unit import Unit


async def look(unit: Unit, ids: Sequence[UUID]) -> Mapping[UUID, Subject]:
    """The walks with these ids, each with its ticket."""
    found: dict[UUID, Subject] = {}
    for row in await queries.owned(unit, ids):
        walk, ticket = row.walk, row.ticket
        by = f" by {row.ender}" if row.ender and walk.status is not WalkStatus.ABANDONED else ""
        found[walk.id] = Subject(
            id=walk.id,
            kind=Kind.WALK,
            open=walk.is_active,
            settled=f"{walk.status.capitalize()}{by}",
            owner_id=walk.owner_id,
            owner=row.owner,
            title=f"{ticket.label} {ticket.title}",
            waits_for=None,
            since=walk.started_at,
            active_at=walk.last_step_at,
            place=f"{ticket.label} {ticket.title}",
            channel=ticket.channel,
            thread_ts=ticket.thread_ts,
            closes_at=walk.last_step_at + WALK_CLOSES_AFTER,
            lines=("A day after its last step it is closed as abandoned, and its ticket is open again.",),
        )
    return found
