"""What is due becomes reminders: looked at once more, put off where it must be, gathered by person, and handed to the outbox."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

from core.accounts import preferences
from core.accounts import queries as people
from core.ids import ReminderId, new_id
from core.nudges import policy, queries, wishes
from core.nudges.models import Answer, Audience, Reminder, ReminderState
from core.nudges.policy import Severity
from core.nudges.queries import Due
from core.nudges.recipients import Recipient, Staff, recipients
from core.nudges.subjects import Subject, Subjects, described
from core.outbox.events import NudgeDue
from core.unit import Unit

MOST_UNDER_WAY = 48
"""Reminders in the outbox per account: what else is due stays in the table, so that cards and App Home never stand behind a long line."""
WORTH_A_LOOK = MOST_UNDER_WAY // 2
"""Room for less is left until more of them are gone: what is looked at together costs hardly more than one."""


@dataclass(frozen=True)
class Outward:
    """A nudge on its way to one recipient. `now`: it does not wait for that recipient's day."""

    due: Due
    recipient: Recipient
    now: bool


@dataclass
class Plan:
    """What becomes of the nudges that were claimed."""

    cancelled: list[UUID] = field(default_factory=list[UUID])
    moved: list[tuple[Due, datetime, UUID | None, int]] = field(
        default_factory=list[tuple[Due, datetime, UUID | None, int]]
    )
    sent: list[tuple[Due, datetime | None]] = field(default_factory=list[tuple[Due, datetime | None]])
    to: dict[tuple[str, bool], list[Outward]] = field(
        default_factory=lambda: defaultdict[tuple[str, bool], "list[Outward]"](list)
    )


@dataclass(frozen=True)
class Dispatched:
    """How many nudges were looked at and how many of them went out; `late` are the seconds since each of those was due."""

    looked_at: int
    late: Sequence[float]


NOTHING = Dispatched(0, ())


async def soon_asked(unit: Unit) -> dict[UUID, str] | None:
    """Whom the next `dispatch` is about, and their Slack ids; None when there is no room for any."""
    room = MOST_UNDER_WAY - await queries.under_way(unit)
    return await queries.soon_asked(unit, room) if room >= WORTH_A_LOOK else None


async def dispatch(
    unit: Unit, subjects: Subjects, undisturbed: Mapping[UUID, datetime] = MappingProxyType({})
) -> Dispatched:
    """Hands what is due now to the outbox, as far as there is room. `undisturbed`: until when people want to be left alone."""
    room = MOST_UNDER_WAY - await queries.under_way(unit)
    if room < WORTH_A_LOOK:
        return NOTHING
    claimed = await queries.claim(unit, room)
    if not claimed:
        return NOTHING
    found = await described(unit, subjects, [(due.kind, due.subject_id) for due in claimed])
    staff = await _staff(
        unit, [*(due.user_id for due in claimed), *(one.owner_id or one.not_to for one in found.values())]
    )
    plan = Plan()
    for due in claimed:
        _judge(plan, due, found.get(due.subject_id), staff, unit.now, undisturbed)
    await queries.cancel(unit, plan.cancelled, Answer.SETTLED)
    await queries.move(unit, plan.moved)
    await _make(unit, plan, staff)
    return Dispatched(len(claimed), [(unit.now - due.due_at).total_seconds() for due, _ in plan.sent])


async def _staff(unit: Unit, ids: Sequence[UUID | None]) -> Staff:
    account = await preferences.of(unit)
    wanted = {one for one in ids if one is not None}
    if account.nudge_cover:
        wanted.add(UUID(account.nudge_cover))
    admins = await people.admins(unit)
    # Asked for only where an admin may be who cannot be asked.
    engineers = await people.engineers(unit) if len(admins) < 2 else ()
    return Staff(await people.users(unit, sorted(wanted)), admins, engineers, account)


def _judge(
    plan: Plan,
    due: Due,
    subject: Subject | None,
    staff: Staff,
    now: datetime,
    undisturbed: Mapping[UUID, datetime],
) -> None:
    if subject is None or not subject.open:
        plan.cancelled.append(due.id)
        return
    if subject.owner_id != due.user_id and not due.chosen:
        # Handed over since: whether it is time is for the new owner's day to say, and it belongs with what else they are asked.
        plan.moved.append((due, due.due_at, subject.owner_id, due.number))
        return
    asked = recipients(staff, due.kind, subject.owner_id, due.number, rerouted=due.rerouted, not_to=subject.not_to)
    hours = asked[0].hours if asked else staff.hours(staff.owner(subject.owner_id, due.kind))
    critical = subject.severity is Severity.CRITICAL
    at = wished = policy.may_go(due.kind, now, hours, chosen=due.chosen or critical, active_at=subject.active_at)
    if asked and not due.chosen and _digest_only(staff, asked[0]):
        wished = max(wished, hours.morning_from(due.due_at, policy.MORNING))
    rests = undisturbed.get(asked[0].user_id) if asked and asked[0].user_id else None
    if rests is not None and not (due.chosen or critical):
        wished = max(wished, policy.after_rest(now, due.owed_at, rests, hours) or now)
    if subject.closes_at is None or wished < subject.closes_at:
        at = wished  # else it would be over by then: a wish how to be asked is none never to be
    if at > now:
        plan.moved.append((due, at, subject.owner_id, due.number))
        return
    following = policy.next_due(due.kind, due.number, now, hours, subject.severity)
    if not asked:
        _not_asked(plan, due, following, hours.next_morning(now, policy.MORNING), subject, staff)
        return
    plan.sent.append((due, following))
    # Who put off what waits for anybody chose the time for themselves or for their channel, not for everybody else's night.
    chose = {due.user_id, None} if due.chosen and subject.owner_id is None else set[UUID | None]()
    for one in asked:
        at_once = critical or one.audience is Audience.PERSON or one.user_id in chose
        over = subject.closes_at is not None and one.hours.next_permitted(now) >= subject.closes_at
        outward = Outward(due, one, now=at_once or over)
        plan.to[one.place, policy.RHYTHM[due.kind].always_digest].append(outward)


def _not_asked(
    plan: Plan, due: Due, following: datetime | None, tomorrow: datetime, subject: Subject, staff: Staff
) -> None:
    """Who wants no nudges gets none, but their time runs on; and where there is nobody at all, somebody may be there tomorrow."""
    if staff.owner(subject.owner_id, due.kind) is None:
        plan.moved.append((due, tomorrow, subject.owner_id, due.number))
    elif following is None:
        plan.cancelled.append(due.id)
    else:
        plan.moved.append((due, following, subject.owner_id, due.number + 1))


async def _make(unit: Unit, plan: Plan, staff: Staff) -> None:
    waiting = await queries.waiting_at(unit, [place for place, _ in plan.to]) if plan.to else {}
    made: list[Reminder] = []
    links: list[tuple[UUID, UUID]] = []
    for group in plan.to.values():
        for bundle in _bundles(group, staff):
            recipient = bundle[0].recipient
            soon = any(one.now for one in bundle)
            due_at = unit.now if soon else recipient.hours.next_permitted(unit.now)
            reminder_id = waiting.get(recipient.place) if due_at > unit.now else None
            if reminder_id is None:
                made.append(_reminder(unit, recipient, due_at))
                reminder_id = ReminderId(made[-1].id)
                if due_at > unit.now:
                    waiting[recipient.place] = reminder_id
            links += [(reminder_id, one.due.id) for one in bundle]
    await queries.queue(unit, plan.sent, made, links)
    for reminder in made:
        unit.emit(NudgeDue(ReminderId(reminder.id)))


def _bundles(group: Sequence[Outward], staff: Staff) -> list[Sequence[Outward]]:
    """One message for all, or one each."""
    digest_only = _digest_only(staff, group[0].recipient)
    if policy.is_digest([one.due.kind for one in group], digest_only=digest_only):
        return [group]
    return [[one] for one in group]


def _digest_only(staff: Staff, recipient: Recipient) -> bool:
    user = staff.people.get(recipient.user_id) if recipient.user_id else None
    return user is not None and wishes.of(user).digest_only


def _reminder(unit: Unit, recipient: Recipient, due_at: datetime) -> Reminder:
    """`until` is the end of the recipient's day: what is not sent by then and was not due at a chosen time waits for the next one."""
    return Reminder(
        account_id=unit.account_id,
        id=new_id(),
        audience=recipient.audience,
        user_id=recipient.user_id,
        place=recipient.place,
        due_at=due_at,
        until=recipient.hours.end_of(due_at),
        state=ReminderState.QUEUED,
    )
