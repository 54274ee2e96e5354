"""What a reminder says of a walk that is about to be abandoned, and of one that was escalated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from core.escalations import reminders as escalations
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


async def escalated(unit: Unit, ids: Sequence[UUID]) -> Mapping[UUID, Subject]:
    """The escalations with these ids: those of sessions as they are, those of walks with the call's thread."""
    found = dict(await escalations.look(unit, ids))
    of = {one.walk_id: one for one in found.values() if one.walk_id is not None}
    for call in await queries.owned(unit, list(of)):
        escalation = of[call.walk.id]
        found[escalation.id] = _in_its_thread(escalation, call)
    return found


def _in_its_thread(escalation: Subject, call: queries.Owned) -> Subject:
    """A walk that goes on as a session already is not to be continued once more."""
    walk, ticket = call.walk, call.ticket
    return replace(
        escalation,
        place=f"{ticket.label} {ticket.title}",
        channel=ticket.channel,
        thread_ts=ticket.thread_ts,
        walk_id=None if walk.session_id else walk.id,
    )
