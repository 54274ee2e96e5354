"""A reminder's way out: read again when its turn comes, written down when it stands in Slack, and shown as it is from then on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from core.errors import NotFound
from core.ids import NudgeId, ReminderId, UserId
from core.nudges import policy, queries, reminder_queries
from core.nudges.models import Answer, Audience, NudgeState, ReminderState
from core.nudges.reminder_queries import Held, Part, Stands
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
    """What a reminder says now. `place` is where it goes, `channel` and `ts` where it stands; `url` is the workspace's address."""

    id: ReminderId
    audience: Audience
    user_id: UUID | None
    place: str
    channel: str | None
    ts: str | None
    lines: Sequence[Line]
    url: str


class NotBefore(Exception):  # an outcome: it is night where its recipient is
    def __init__(self, at: datetime) -> None:
        super().__init__(f"not before {at:%Y-%m-%d %H:%M} UTC")
        self.at = at


async def ready(
    unit: Unit, ids: Sequence[ReminderId], subjects: Subjects
) -> Mapping[ReminderId, Shown | NotBefore | None]:
    """What to send now for each of these reminders: None where there is nothing to ask any more, `NotBefore` where its time is still to come.
    What may not be asked at this hour is planned anew."""
    found = await reminder_queries.held(unit, ids)
    waiting = {one: held for one, held in found.items() if held.state in {ReminderState.QUEUED, ReminderState.UNKNOWN}}
    due = {one: held for one, held in waiting.items() if held.due_at <= unit.now}
    made: dict[ReminderId, Shown | NotBefore | None] = dict.fromkeys(ids)
    made |= {one: NotBefore(held.due_at) for one, held in waiting.items() if one not in due}
    live = {one: [part for part in held.parts if part.state in LIVE] for one, held in due.items()}
    asked = [(part.kind, part.subject_id) for parts in live.values() for part in parts]
    about = await described(unit, subjects, list(dict.fromkeys(asked)))
    going = {
        one: [part for part in live[one] if _goes(unit, held, part, about.get(part.subject_id))]
        for one, held in due.items()
    }
    late = [part.id for one in due for part in live[one] if part not in going[one] and part.state is NudgeState.SENDING]
    await reminder_queries.plan_again(unit, list(dict.fromkeys(late)))
    await reminder_queries.drop(unit, [one for one, parts in going.items() if not parts])
    for one, held in due.items():
        if going[one]:
            lines = [_line(part, about[part.subject_id], None) for part in going[one]]
            made[one] = Shown(one, held.audience, held.user_id, held.place, None, None, lines, held.url)
    return made


def _goes(unit: Unit, held: Held, part: Part, subject: Subject | None) -> bool:
    """Whether it is still to be asked, of this person, and at this hour. What is not is looked at afresh by the dispatcher."""
    if subject is None or not subject.open:
        return False
    if held.state is ReminderState.UNKNOWN:
        return True  # a person looked, did not find it, and wants it sent again
    if held.audience is Audience.PERSON and subject.owner_id != held.user_id:
        return False
    if part.chosen or subject.severity is policy.Severity.CRITICAL:
        return True
    # What ends by itself soon was looked at when it set out: put off once more it might never be asked about.
    at_work = held.until is None or unit.now <= held.until or subject.closes_at is not None
    if held.audience is not Audience.PERSON:
        return at_work or part.state is not NudgeState.SENDING
    rests = subject.active_at is None or unit.now >= subject.active_at + policy.QUIET_AFTER_ACTIVITY
    return at_work and rests


async def sent(unit: Unit, standing: Sequence[Stands]) -> None:
    """They stand in Slack: their nudges are sent, and each one's next is planned."""
    marked = await reminder_queries.mark_sent(unit, standing)
    for subject_id in marked.settled:
        unit.emit(NudgeAnswered(subject_id))  # while the message was on its way
    for user_id in marked.homes:
        unit.emit(HomeChanged(UserId(user_id)))


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
    held = (await reminder_queries.held(unit, [reminder_id])).get(reminder_id)
    alone = await _only_here(unit, reminder_id, held)
    if held is None:
        return
    again = held.audience is Audience.PERSON and not any(part.rerouted for part in alone)
    if again:
        await reminder_queries.reroute(unit, [part.id for part in alone])
    ended = [] if again else [part.id for part in alone]
    await reminder_queries.mark_lost(unit, reminder_id, ReminderState.FAILED, ended, NudgeState.CANCELLED)


async def _in_question(unit: Unit, reminder_id: ReminderId) -> None:
    """Nobody can tell whether it arrived: it counts as asked, and its recipient sees it in App Home."""
    held = (await reminder_queries.held(unit, [reminder_id])).get(reminder_id)
    alone = await _only_here(unit, reminder_id, held)
    ids = [part.id for part in alone]
    await reminder_queries.mark_lost(unit, reminder_id, ReminderState.UNKNOWN, ids, NudgeState.UNKNOWN)
    if held is not None and held.user_id is not None:
        unit.emit(HomeChanged(UserId(held.user_id)))


async def _only_here(unit: Unit, reminder_id: ReminderId, held: Held | None) -> Sequence[Part]:
    """The nudges under way that no other reminder asks."""
    waiting = [part for part in held.parts if part.state is NudgeState.SENDING] if held is not None else []
    others = await reminder_queries.asked_elsewhere(unit, reminder_id, [part.id for part in waiting])
    return [part for part in waiting if part.id not in others]


async def shown(unit: Unit, reminder_id: ReminderId, subjects: Subjects) -> Shown:
    """What a reminder that stands in Slack says now. Raises `NotFound`."""
    held = (await reminder_queries.held(unit, [reminder_id])).get(reminder_id)
    if held is None:
        raise NotFound("That reminder is not there.")
    found = await described(unit, subjects, [(part.kind, part.subject_id) for part in held.parts])
    again = await queries.planned(unit, [part.subject_id for part in held.parts])
    lines = [
        _line(part, subject, again.get(part.subject_id))
        for part in held.parts
        if (subject := found.get(part.subject_id)) is not None
    ]
    return Shown(reminder_id, held.audience, held.user_id, held.place, held.channel, held.ts, lines, held.url)


def _line(part: Part, subject: Subject, again_at: datetime | None) -> Line:
    return Line(NudgeId(part.id), part.number, subject, subject.open and part.state in LIVE, part.answer, again_at)
