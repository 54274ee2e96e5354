"""What a reminder says of a draft that nobody has reviewed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from core.nudges.policy import Kind
from core.nudges.subjects import Subject
from core.scripts import queries
from core.scripts.models import DraftStatus
from core.unit import Unit

SETTLED = {DraftStatus.PENDING: "", DraftStatus.ACCEPTED: "Accepted into the library", DraftStatus.REJECTED: "Not kept"}


async def look(unit: Unit, ids: Sequence[UUID]) -> Mapping[UUID, Subject]:
    """The drafts with these ids, each with its session; whoever ran the script is asked."""
    found: dict[UUID, Subject] = {}
    for row in await queries.kept(unit, ids):
        draft, session = row.draft, row.session
        found[draft.id] = Subject(
            id=draft.id,
            kind=Kind.DRAFTS,
            open=draft.status is DraftStatus.PENDING,
            settled=f"{SETTLED[draft.status]}{f' by {row.reviewer}' if row.reviewer else ''}",
            owner_id=draft.source_user_id,
            owner=row.runner,
            title=draft.proposed_name,
            waits_for=None,
            since=draft.created_at,
            active_at=draft.opened_at,
            place=session.title,
            channel=session.channel,
            thread_ts=session.thread_ts,
        )
    return found
