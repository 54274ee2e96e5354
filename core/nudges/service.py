"""Planning a nudge, and what a person does about one. Called in the unit of whatever makes something wait, or ends it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from enum import StrEnum
from uuid import UUID

from core.accounts import preferences
from core.accounts import queries as people
from core.errors import Conflict, Invalid
from core.ids import UserId, new_id
from core.nudges import policy, queries, wishes
from core.nudges.hours import Hours, on_wall
from core.nudges.models import Answer, Nudge
from core.nudges.policy import Kind, Severity
from core.nudges.queries import Ended
from core.nudges.recipients import can_act
from core.nudges.subjects import Subjects, described
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
    again: bool = False,
) -> Nudge:
    """Something begins to wait: the first nudge about it is planned, for `at` if a person chose a time.

    `owner_id` None: whoever covers or leads is asked. `again`: it waited before, and what was planned or asked then is over.
    """
    if again:
        await _end(unit, subject_id, Answer.PARKED_AGAIN)
    due = at or _first_due(kind, unit.now, await hours_of(unit, owner_id), severity)
    return _planned(unit, kind, subject_id, owner_id, due, number=1, chosen=at is not None)


def _first_due(kind: Kind, now: datetime, hours: Hours, severity: Severity) -> datetime:
    match kind:
        case Kind.FIX:
            return policy.first_due(now, hours)
        case Kind.DRAFTS:
            return hours.next_morning(now + timedelta(days=7), policy.MORNING)
        case Kind.WEEKLY:
            return hours.next_morning(now + timedelta(days=6), policy.MORNING)
        case Kind.ESCALATION:
            return policy.claim_due(now, severity, hours)
        case Kind.WALK:
            return policy.walk_due(now, hours)


async def cancel(unit: Unit, subject_id: UUID) -> None:
    """It waits no longer: what is planned is dropped, and messages that asked say how it ended."""
    await _end(unit, subject_id, Answer.SETTLED)


class Snooze(StrEnum):
    HOUR = "hour"
    TOMORROW = "tomorrow"


async def snooze(unit: Unit, subjects: Subjects, subject_id: UUID, length: Snooze) -> Nudge:
    """Asks again in an hour, or tomorrow at nine by the clock of whoever presses; that does not count as one more.

    Whoever it is owed to chose that time. Of anybody else (a lead, an admin) it is a time like ours: it keeps to the owner's hours.
    Raises `Forbidden`, `Conflict` when nothing is planned or asked about it any more, or when it ends by itself before that.
    """
    person = unit.scope.actor
    ended = await _end(unit, subject_id, Answer.SNOOZED)
    if ended.kind is None:
        raise Conflict("FlowPilot does not ask about this any more, so there is nothing to put off.")
    _check_role(unit, ended.kind, "snooze a reminder")
    due = unit.now + timedelta(hours=1)
    if length is Snooze.TOMORROW:
        zone = (await hours_of(unit, person.id)).zone
        due = on_wall(unit.now.astimezone(zone).date() + timedelta(days=1), SNOOZED_UNTIL, zone)
    subject = (await described(unit, subjects, [(ended.kind, subject_id)])).get(subject_id)
    if subject is not None and subject.closes_at is not None and due >= subject.closes_at:
        raise Conflict("It is closed before that, unless somebody goes on with it. Resume keeps it.")
    unit.audit("nudge.snoozed", subject_id, until=due.isoformat())
    unit.emit(HomeChanged(person.id))
    chosen = subject is None or subject.owner_id in {None, person.id}
    return _planned(unit, ended.kind, subject_id, person.id, due, number=ended.number, chosen=chosen)


async def mute(unit: Unit, subject_id: UUID) -> None:
    """Nobody is asked about this one any more; it stays in the lists. Raises `Forbidden`, `Conflict` when nobody would have been."""
    person = unit.scope.actor
    ended = await _end(unit, subject_id, Answer.MUTED)
    if ended.kind is None:
        raise Conflict("FlowPilot does not ask about this any more.")
    _check_role(unit, ended.kind, "mute a reminder")
    unit.audit("nudge.muted", subject_id)
    unit.emit(HomeChanged(person.id))


async def wish(unit: Unit, wanted: Wishes) -> None:
    """How the person who asks wants to be nudged from now on. What is due meanwhile already follows it."""
    person = unit.scope.actor
    user = await people.user(unit, person.id)
    before, user.nudge_wishes = user.nudge_wishes, wanted.model_dump(mode="json", exclude_defaults=True)
    unit.audit("nudge.wishes_changed", user.id, before=before or {}, after=user.nudge_wishes)
    unit.emit(HomeChanged(UserId(user.id)))


async def settle(unit: Unit, changes: Mapping[str, object], *, cover: str | None) -> None:
    """What the account prefers about nudges; `cover` is the Slack id of who is asked where nobody answers. Admins only.

    Raises `Forbidden`, `Invalid` on the key that does not fit.
    """
    unit.scope.need_admin("change the preferences")
    wanted = {**changes, "nudge_cover": ""}
    if cover:
        person = await people.user_by_slack_id(unit, cover)
        if person is None or not can_act(person, Kind.FIX):
            raise Invalid("This person is not an engineer here.", field="nudge_cover")
        wanted["nudge_cover"] = str(person.id)
    if name := str(wanted.get("nudge_holidays") or ""):
        wishes.calendar(name)
    if (name := str(wanted.get("nudge_timezone") or "")) and not wishes.is_zone(name):
        raise Invalid(f"There is no time zone “{name}”; one is named like Europe/Berlin.", field="nudge_timezone")
    if not wanted.get("nudge_days"):
        raise Invalid("Choose at least one day.", field="nudge_days")
    if wanted.get("nudge_start") == wanted.get("nudge_end"):
        raise Invalid("The day must end at another time than it begins.", field="nudge_end")
    if bool(wanted.get("nudge_quiet_from")) != bool(wanted.get("nudge_quiet_until")):
        raise Invalid("Give both a start and an end of the quiet time, or neither.", field="nudge_quiet_until")
    before = await preferences.of(unit)
    after = await preferences.change(unit, wanted)
    if after.nudge_weekly_digest and not (after.nudge_lead_channel or after.nudge_cover):
        raise Invalid("The weekly digest needs a lead channel, or somebody who covers.", field="nudge_weekly_digest")
    if after.nudge_weekly_digest and not before.nudge_weekly_digest:
        await plan(unit, Kind.WEEKLY, unit.account_id, owner_id=None)
    elif before.nudge_weekly_digest and not after.nudge_weekly_digest:
        await cancel(unit, unit.account_id)


async def hours_of(unit: Unit, user_id: UUID | None) -> Hours:
    """When a person may be nudged; the account's own hours for None."""
    if user_id is None:
        return wishes.hours(await preferences.of(unit), None)
    return wishes.hours(*await queries.whose_day(unit, user_id))


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


def _check_role(unit: Unit, kind: Kind, what: str) -> None:
    """Raises `Forbidden`."""
    if kind is Kind.WALK:
        unit.scope.need_l1(what)
    else:
        unit.scope.need_engineer(what)


async def _end(unit: Unit, subject_id: UUID, answer: Answer) -> Ended:
    ended = await queries.end(unit, subject_id, answer)
    if ended.asked:
        unit.emit(NudgeAnswered(subject_id))
    return ended
