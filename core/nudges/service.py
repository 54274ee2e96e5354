"""Planning a nudge, and what a person does about one. Called in the unit of whatever makes something wait, or ends it."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from enum import StrEnum
from uuid import UUID

from core.accounts import preferences
from core.accounts import queries as people
from core.errors import Conflict
from core.ids import UserId, new_id
from core.nudges import policy, queries, wishes
from core.nudges.hours import Hours, on_wall
from core.nudges.models import Answer, Nudge
from core.nudges.policy import Kind, Severity
from core.nudges.wishes import Wishes
from core.outbox.events import HomeChanged, NudgeAnswered
from core.unit import Unit

SNOOZED_UNTIL = time(9)


async def plan(
    unit: Unit,
    kind: Kind,
    subject_id: UUID,
    *,
    owner_id: UUID | None,
    at: datetime | None = None,
    severity: Severity = Severity.NORMAL,
) -> Nudge:
    """Something begins to wait: the first nudge about it is planned, for `at` if a person chose a time.

    Whatever was planned or asked about the same subject before is over. `owner_id` None: whoever covers or leads is asked.
    """
    await _end(unit, subject_id, Answer.PARKED_AGAIN)
    due = at or _first_due(kind, unit.now, await hours_of(unit, owner_id), severity)
    return _planned(unit, kind, subject_id, owner_id, due, number=1, chosen=at is not None)


def _first_due(kind: Kind, now: datetime, hours: Hours, severity: Severity) -> datetime:
    match kind:
        case Kind.FIX:
            return policy.first_due(now, hours)
        case Kind.DRAFTS | Kind.WEEKLY:
            return hours.next_morning(now + timedelta(days=6), policy.MORNING)
        case Kind.ESCALATION:
            return policy.claim_due(now, severity, hours)
        case Kind.WALK:
            return hours.next_permitted(now + policy.WALK_AFTER)


async def cancel(unit: Unit, subject_id: UUID) -> None:
    """It waits no longer: what is planned is dropped, and messages that asked say how it ended."""
    await _end(unit, subject_id, Answer.SETTLED)


class Snooze(StrEnum):
    HOUR = "hour"
    TOMORROW = "tomorrow"


async def snooze(unit: Unit, kind: Kind, subject_id: UUID, length: Snooze) -> Nudge:
    """Asks whoever presses again in an hour, or tomorrow at nine by their clock; that does not count as one more.

    Raises `Conflict` when nothing is planned or asked about it any more.
    """
    person = unit.scope.actor
    ended = await _end(unit, subject_id, Answer.SNOOZED)
    if not ended:
        raise Conflict("FlowPilot does not ask about this any more, so there is nothing to put off.")
    due = unit.now + timedelta(hours=1)
    if length is Snooze.TOMORROW:
        zone = (await hours_of(unit, person.id)).zone
        due = on_wall(unit.now.astimezone(zone).date() + timedelta(days=1), SNOOZED_UNTIL, zone)
    unit.audit("nudge.snoozed", subject_id, until=due.isoformat())
    unit.emit(HomeChanged(person.id))
    return _planned(unit, kind, subject_id, person.id, due, number=ended, chosen=True)


async def mute(unit: Unit, subject_id: UUID) -> None:
    """Nobody is asked about this one any more; it stays in the lists. Raises `Conflict` when nobody would have been."""
    person = unit.scope.actor
    if not await _end(unit, subject_id, Answer.MUTED):
        raise Conflict("FlowPilot does not ask about this any more.")
    unit.audit("nudge.muted", subject_id)
    unit.emit(HomeChanged(person.id))


async def wish(unit: Unit, wanted: Wishes) -> None:
    """How the person who asks wants to be nudged from now on. What is due meanwhile already follows it."""
    person = unit.scope.actor
    user = await people.user(unit, person.id)
    before, user.nudge_wishes = user.nudge_wishes, wanted.model_dump(mode="json", exclude_defaults=True)
    unit.audit("nudge.wishes_changed", user.id, before=before or {}, after=user.nudge_wishes)
    unit.emit(HomeChanged(UserId(user.id)))


async def weekly(unit: Unit, *, wanted: bool) -> None:
    """Switches the leads' weekly digest on or off."""
    if wanted:
        await plan(unit, Kind.WEEKLY, unit.account_id, owner_id=None)
    else:
        await cancel(unit, unit.account_id)


async def hours_of(unit: Unit, user_id: UUID | None) -> Hours:
    """When a person may be nudged; the account's own hours for None."""
    account = await preferences.of(unit)
    return wishes.hours(account, await people.user(unit, user_id) if user_id is not None else None)


def _planned(
    unit: Unit, kind: Kind, subject_id: UUID, owner_id: UUID | None, due: datetime, *, number: int, chosen: bool
) -> Nudge:
    return unit.add(
        Nudge(
            account_id=unit.account_id,
            id=new_id(),
            kind=kind,
            subject_id=subject_id,
            user_id=owner_id,
            owed_at=due,
            due_at=due,
            chosen=chosen,
            number=number,
            planned_at=unit.now,
        )
    )


async def _end(unit: Unit, subject_id: UUID, answer: Answer) -> int:
    """Returns the number of the last nudge, 0 when there was none."""
    ended = await queries.end(unit, subject_id, answer)
    if ended.asked:
        unit.emit(NudgeAnswered(subject_id))
    return ended.number
