"""What a nudge about a fix has to say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from core.fixes import queries
from core.fixes.models import LABEL, FixStatus
from core.nudges.policy import Kind
from core.nudges.subjects import Subject
from core.unit import Unit

WEEK = timedelta(days=7)


async def look(unit: Unit, ids: Sequence[UUID]) -> Mapping[UUID, Subject]:
    """The fixes with these ids, each with its session."""
    found: dict[UUID, Subject] = {}
    for row in await queries.parked(unit, ids):
        by = f" by {row.recorder}" if row.recorder else ""
        found[row.id] = Subject(
            id=row.id,
            kind=Kind.FIX,
            open=row.status is FixStatus.APPLIED_PENDING,
            settled=f"{LABEL[row.status].capitalize()}: recorded{by}",
            owner_id=row.owner_id,
            owner=row.owner,
            title=row.title,
            waits_for=row.pending_reason,
            since=row.applied_at or row.created_at,
            active_at=row.last_active_at,
            place=row.session_title,
            channel=row.channel,
            thread_ts=row.thread_ts,
        )
    return found


async def week(unit: Unit, ids: Sequence[UUID]) -> Mapping[UUID, Subject]:
    """The leads' weekly digest: what waits to be verified, what waits longest, and what was verified in the last seven days."""
    waiting, total = await queries.pending(unit)
    worked, failed = await queries.judged_since(unit, unit.now - WEEK)
    lines = (
        f"{total} {'fixes wait' if total != 1 else 'fix waits'} to be verified.",
        f"In the last seven days {worked} worked and {failed} did not.",
        *(
            f"{(unit.now - (one.fix.applied_at or one.fix.created_at)).days} days: {one.fix.title} · {one.owner}"
            for one in waiting
        ),
    )
    return {
        one: Subject(
            id=one,
            kind=Kind.WEEKLY,
            open=True,
            settled="",
            owner_id=None,
            owner="",
            title="What waits to be verified",
            waits_for=None,
            since=unit.now,
            lines=lines,
        )
        for one in ids
    }
