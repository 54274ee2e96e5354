"""What nudges are about, as whoever owns it describes it: nudges know a fix, a draft or a walk by its id only."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from core.nudges.policy import Kind, Severity
from core.unit import Unit


@dataclass(frozen=True)
class Subject:
    """`open`: it still waits. `settled` says as what it was settled otherwise. `owner_id`: whom the question is owed to now (None: it waits for
    anybody), and `owner` their name. `active_at`: when somebody last worked on it. Texts are as they were typed; `channel` and `thread_ts` say
    where it is, `place` what it is called there. `closes_at`: then it ends by itself. `not_to` is who may not take it up, `walk_id` the walk
    that can go on as a session."""

    id: UUID
    kind: Kind
    open: bool
    settled: str
    owner_id: UUID | None
    owner: str
    title: str
    waits_for: str | None
    since: datetime
    active_at: datetime | None = None
    place: str = ""
    channel: str | None = None
    thread_ts: str | None = None
    severity: Severity = Severity.NORMAL
    lines: tuple[str, ...] = ()
    closes_at: datetime | None = None
    not_to: UUID | None = None
    walk_id: UUID | None = None


Look = Callable[[Unit, Sequence[UUID]], Awaitable[Mapping[UUID, Subject]]]
"""Describes the subjects with these ids; who is not there any more is left out."""

Subjects = Mapping[Kind, Look]


async def described(unit: Unit, subjects: Subjects, wanted: Sequence[tuple[Kind, UUID]]) -> dict[UUID, Subject]:
    """Every subject that is still there, by id: one question to each kind that occurs."""
    found: dict[UUID, Subject] = {}
    for kind in sorted({kind for kind, _ in wanted}):
        if look := subjects.get(kind):
            found.update(await look(unit, [one for its_kind, one in wanted if its_kind is kind]))
    return found
