"""What a reminder says of an escalation that nobody has taken up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from core.escalations import queries
from core.nudges.policy import Kind
from core.nudges.subjects import Subject
from core.sessions import queries as sessions
from core.unit import Unit


async def look(unit: Unit, ids: Sequence[UUID]) -> Mapping[UUID, Subject]:
    """The escalations with these ids."""
    found: dict[UUID, Subject] = {}
    handoffs = await queries.handoffs(unit, ids)
    about = await sessions.by_id(unit, [one.escalation.session_id for one in handoffs if one.escalation.session_id])
    for handoff in handoffs:
        one = handoff.escalation
        session = about.get(one.session_id) if one.session_id else None
        found[one.id] = Subject(
            id=one.id,
            kind=Kind.ESCALATION,
            open=one.claimed_by is None and one.closed_at is None,
            settled=f"Claimed by {handoff.claimer}" if handoff.claimer else "Went on without being claimed",
            owner_id=None,
            owner="",
            title=one.title,
            waits_for=f"somebody to claim it. {handoff.raiser} wrote: {one.reason}",
            since=one.raised_at,
            place=session.title if session else "",
            channel=session.channel if session else None,
            thread_ts=session.thread_ts if session else None,
            severity=one.severity,
            not_to=one.raised_by,
            walk_id=one.walk_id,
        )
    return found
