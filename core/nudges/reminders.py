"""A reminder's way out: read again when its turn comes, written down when it stands in Slack, and shown as it is from then on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from core.errors import NotFound
from core.ids import NudgeId, ReminderId, UserId, new_id
from core.nudges import policy, queries, reminder_queries, wishes
from core.nudges.models import Answer, Audience, NudgeState, ReminderState
from core.nudges.reminder_queries import Held, Part
from core.nudges.subjects import Subject, Subjects, described
from core.outbox import queries as outbox
from core.outbox.events import HomeChanged, NudgeAnswered
from core.outbox.models import DeliveryState
from core.unit import Unit

POST = "nudges.post"
LIVE = {NudgeState.SENDING, NudgeState.SENT, NudgeState.UNKNOWN}


@dataclass(frozen=True)
class Line:
    """One thing a reminder asks about. `asks`: its buttons still do something. `again_at`: when it is asked again, as far as is planned."""

    nudge_id: NudgeId
    number: int
    subject: Subject
    asks: bool
    answer: Answer | None
    again_at: datetime | None


@dataclass(frozen=True)
class Shown:
    """What a reminder says now. `place` is where it goes, `channel` and `ts` where it stands."""

    id: ReminderId
    audience: Audience
    place: str
    channel: str | None
    ts: str | None
    lines: Sequence[Line]


class NotBefore(Exception):  # an outcome: it is night where its recipient is
    def __init__(self, at: datetime) -> None:
        super().__init__(f"not before {at:%Y-%m-%d %H:%M} UTC")
        self.at = at


async def ready(unit: Unit, reminder_id: ReminderId, subjects: Subjects) -> Shown | None:
    """What to send now, or None: there is nothing to ask any more. What may not be asked at this hour is planned anew.

    Raises `NotBefore`.
    """
    held = await reminder_queries.held(unit, reminder_id)
    if held is None or held.state not in {ReminderState.QUEUED, ReminderState.UNKNOWN}:
        return None
    if held.due_at > unit.now:
        raise NotBefore(held.due_at)
    live = [part for part in held.parts if part.state in LIVE]
    found = await described(unit, subjects, [(part.kind, part.subject_id) for part in live])
    going = [part for part in live if _goes(unit, held, part, found.get(part.subject_id))]
    late = [part.id for part in live if part not in going and part.state is NudgeState.SENDING]
    await reminder_queries.plan_again(unit, late)
    if not going:
        await reminder_queries.drop(unit, reminder_id)
        return None
    lines = [_line(part, found[part.subject_id], None) for part in going]
    return Shown(reminder_id, held.audience, held.place, None, None, lines)


def _goes(unit: Unit, held: Held, part: Part, subject: Subject | None) -> bool:
    """Whether it is still to be asked, of this person, and at this hour. What is not is looked at afresh by the dispatcher."""
    if subject is None or not subject.open:
        return False
    if held.state is ReminderState.UNKNOWN:
        return True  # a person looked, did not find it, and wants it sent again
    if held.audience is not Audience.PERSON:
        return part.chosen or held.until is None or unit.now <= held.until or part.state is not NudgeState.SENDING
    if subject.owner_id != held.user_id:
        return False
    if part.chosen or subject.severity is policy.Severity.CRITICAL:
        return True
    at_work = held.until is None or unit.now <= held.until
    rests = subject.active_at is None or unit.now >= subject.active_at + policy.QUIET_AFTER_ACTIVITY
    return at_work and rests


async def put_off(unit: Unit, reminder_id: ReminderId, until: datetime) -> bool:
    """Its recipient does not want to be disturbed until then: what they did not choose the time of is planned anew. Says whether anything
    was."""
    held = await reminder_queries.held(unit, reminder_id)
    if held is None or held.user_id is None or held.state is not ReminderState.QUEUED:
        return False
    hours = wishes.hours(*await queries.whose_day(unit, held.user_id))
    late: list[tuple[UUID, datetime]] = []
    for part in held.parts:
        if part.state is NudgeState.SENDING and not part.chosen:
            at = policy.after_rest(unit.now, part.owed_at, until, hours)
            if at is not None:
                late.append((part.id, at))
    await reminder_queries.plan_again(unit, [one for one, _ in late], [at for _, at in late])
    return bool(late)


async def sent(unit: Unit, reminder_id: ReminderId, channel: str, ts: str) -> int:
    """It stands in Slack: its nudges are sent, and each one's next is planned. Returns how many were."""
    held = await reminder_queries.held(unit, reminder_id)
    if held is None:
        return 0
    flipped = [part for part in held.parts if part.state in {NudgeState.SENDING, NudgeState.UNKNOWN}]
    following = [(new_id(), part.id) for part in flipped if part.state is NudgeState.SENDING and part.next_due_at]
    await reminder_queries.mark_sent(unit, reminder_id, channel, ts, [part.id for part in flipped], following)
    for part in held.parts:
        if part.state not in LIVE:
            unit.emit(NudgeAnswered(part.subject_id))  # it was settled while the message was on its way
    if held.home_is_kept and held.user_id is not None:
        unit.emit(HomeChanged(UserId(held.user_id)))
    return len(flipped)


async def reconcile(unit: Unit) -> None:
    """Looks after the reminders that should have gone out by now: where the outbox gave one up or cannot tell, its nudges go on all the same."""
    late = await reminder_queries.queued(unit)
    states = await outbox.states(unit, [f"{POST}:{one}" for one in late])
    for reminder_id in late:
        match states.get(f"{POST}:{reminder_id}"):
            # Concluded without a message: there was no other place for it either.
            case DeliveryState.FAILED | DeliveryState.DONE | None:
                await _undeliverable(unit, reminder_id)
            case DeliveryState.UNKNOWN:
                await _in_question(unit, reminder_id)
            case DeliveryState.WAITING | DeliveryState.LEASED | DeliveryState.SENDING:
                continue


async def _undeliverable(unit: Unit, reminder_id: ReminderId) -> None:
    """A person who cannot be reached is asked through the admins; where they cannot either, the next one is tried when it is due."""
    held = await reminder_queries.held(unit, reminder_id)
    alone = await _only_here(unit, reminder_id, held)
    if held is None:
        return
    again = held.audience is Audience.PERSON and not any(part.rerouted for part in alone)
    if again:
        await reminder_queries.reroute(unit, [part.id for part in alone])
    ended = [] if again else [part.id for part in alone]
    fresh = [new_id() for _ in ended]
    await reminder_queries.mark_lost(unit, reminder_id, ReminderState.FAILED, ended, NudgeState.CANCELLED, fresh)


async def _in_question(unit: Unit, reminder_id: ReminderId) -> None:
    """Nobody can tell whether it arrived: it counts as asked, and its recipient sees it in App Home."""
    held = await reminder_queries.held(unit, reminder_id)
    alone = await _only_here(unit, reminder_id, held)
    fresh = [new_id() for _ in alone]
    ids = [part.id for part in alone]
    await reminder_queries.mark_lost(unit, reminder_id, ReminderState.UNKNOWN, ids, NudgeState.UNKNOWN, fresh)
    if held is not None and held.user_id is not None:
        unit.emit(HomeChanged(UserId(held.user_id)))


async def _only_here(unit: Unit, reminder_id: ReminderId, held: Held | None) -> Sequence[Part]:
    """The nudges under way that no other reminder asks."""
    waiting = [part for part in held.parts if part.state is NudgeState.SENDING] if held is not None else []
    others = await reminder_queries.asked_elsewhere(unit, reminder_id, [part.id for part in waiting])
    return [part for part in waiting if part.id not in others]


async def shown(unit: Unit, reminder_id: ReminderId, subjects: Subjects) -> Shown:
    """What a reminder that stands in Slack says now. Raises `NotFound`."""
    held = await reminder_queries.held(unit, reminder_id)
    if held is None:
        raise NotFound("That reminder is not there.")
    found = await described(unit, subjects, [(part.kind, part.subject_id) for part in held.parts])
    again = await queries.planned(unit, [part.subject_id for part in held.parts])
    lines = [
        _line(part, subject, again.get(part.subject_id))
        for part in held.parts
        if (subject := found.get(part.subject_id)) is not None
    ]
    return Shown(reminder_id, held.audience, held.place, held.channel, held.ts, lines)


def _line(part: Part, subject: Subject, again_at: datetime | None) -> Line:
    return Line(NudgeId(part.id), part.number, subject, subject.open and part.state in LIVE, part.answer, again_at)
