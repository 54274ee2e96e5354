"""The SQL of nudges. Due times are the domain's clock; rows are claimed with SKIP LOCKED, so replicas keep out of each other's way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, TIMESTAMP, Boolean, Integer, Uuid, bindparam, func, insert, select, text, update

from core.accounts import preferences
from core.accounts.models import AccountSettings, User
from core.accounts.preferences import Preferences
from core.db import Engine
from core.errors import NotFound
from core.ids import AccountId, ReminderId, new_id
from core.nudges.models import Answer, Nudge, NudgeState, Reminder, ReminderNudge, ReminderState
from core.nudges.policy import Kind
from core.unit import Unit

PEOPLE_LOOKED_AT = 200
MOST_AT_ONCE = 2_000
_NOW = bindparam("now", type_=TIMESTAMP(timezone=True))

_DUE_ACCOUNTS = text(
    """with recursive a as (
         (select account_id from nudges where state = 'planned' order by account_id limit 1)
         union all
         select (select n.account_id from nudges n where n.state = 'planned' and n.account_id > a.account_id
                 order by n.account_id limit 1) from a where a.account_id is not null)
       select account_id from a where account_id is not null and exists (
         select from nudges n where n.account_id = a.account_id and n.state = 'planned' and n.due_at <= :now)"""
).bindparams(_NOW)
# The people of the nudges that are due longest; a bounded look, however many are due.
_DUE_PEOPLE = text(
    """select user_id from (
         select user_id, due_at from nudges where account_id = :account and state = 'planned' and due_at <= :now
         order by due_at limit :looked_at) n
       group by user_id order by min(due_at) limit :people"""
).bindparams(_NOW)
# One dispatcher per person at a time: two replicas that shared a person's nudges out would send two messages for one digest.
_HOLD_PEOPLE = text(
    "select id from users where account_id = :account and id = any(:people) order by id for no key update skip locked"
).bindparams(bindparam("people", type_=ARRAY(Uuid())))
_HOLD_ACCOUNT = text("select 1 from accounts where account_id = :account for no key update skip locked")
_CLAIM = text(
    """select id, kind, subject_id, user_id, owed_at, due_at, chosen, rerouted, number from nudges
       where account_id = :account and state = 'planned' and due_at <= :now
         and (user_id = any(:people) or (:anybody and user_id is null))
       order by due_at, id limit :limit for update skip locked"""
).bindparams(_NOW, bindparam("people", type_=ARRAY(Uuid())), bindparam("anybody", type_=Boolean()))
_END = text(
    """with before as (
         select id, kind, state, number from nudges where account_id = :account and subject_id = :subject
           and state in ('planned', 'sending', 'sent', 'unknown') order by id for update),
       ended as (
         update nudges n set state = case when b.state in ('sent', 'unknown') then 'answered' else 'cancelled' end, answer = :answer, ended_at = :now
         from before b where n.account_id = :account and n.id = b.id)
       select kind, state, number from before"""
).bindparams(_NOW)
_MOVE = text(
    """update nudges n set due_at = m.due_at, user_id = m.user_id, number = m.number
       from unnest(:ids, :dues, :people, :numbers) as m(id, due_at, user_id, number)
       where n.account_id = :account and n.id = m.id"""
).bindparams(
    bindparam("ids", type_=ARRAY(Uuid())),
    bindparam("dues", type_=ARRAY(TIMESTAMP(timezone=True))),
    bindparam("people", type_=ARRAY(Uuid())),
    bindparam("numbers", type_=ARRAY(Integer())),
)
_QUEUE = text(
    """update nudges n set state = 'sending', next_due_at = m.next_due_at, next_id = m.next_id
       from unnest(:ids, :dues, :fresh) as m(id, next_due_at, next_id) where n.account_id = :account and n.id = m.id"""
).bindparams(
    bindparam("ids", type_=ARRAY(Uuid())),
    bindparam("dues", type_=ARRAY(TIMESTAMP(timezone=True))),
    bindparam("fresh", type_=ARRAY(Uuid())),
)


@dataclass(frozen=True)
class Due:
    """A nudge that was claimed, locked until the unit ends."""

    id: UUID
    kind: Kind
    subject_id: UUID
    user_id: UUID | None
    owed_at: datetime
    due_at: datetime
    chosen: bool
    rerouted: bool
    number: int


async def due_accounts(worker: Engine, now: datetime) -> Sequence[AccountId]:
    """The accounts that owe a nudge at `now`. Runs as the worker's role, which sees nothing else."""
    async with worker.connect() as connection:
        return [AccountId(row.account_id) for row in await connection.execute(_DUE_ACCOUNTS, {"now": now})]


async def under_way(unit: Unit) -> int:
    """How many reminders are made and could be sent by now, but are not."""
    wanted = select(func.count()).where(
        Reminder.account_id == unit.account_id, Reminder.state == ReminderState.QUEUED, Reminder.due_at <= unit.now
    )
    return await unit.session.scalar(wanted) or 0


async def claim(unit: Unit, people: int) -> Sequence[Due]:
    """Everything that is due for at most `people` people, those who wait longest; a person's nudges come together or not at all."""
    values = {"account": unit.account_id, "now": unit.now, "looked_at": PEOPLE_LOOKED_AT, "people": people}
    due = [row.user_id for row in await unit.session.execute(_DUE_PEOPLE, values)]
    known = [one for one in due if one is not None]
    held: list[UUID] = []
    if known:
        held = [
            row.id for row in await unit.session.execute(_HOLD_PEOPLE, {"account": unit.account_id, "people": known})
        ]
    anybody = (
        None in due and (await unit.session.execute(_HOLD_ACCOUNT, {"account": unit.account_id})).first() is not None
    )
    if not held and not anybody:
        return []
    wanted = {"account": unit.account_id, "now": unit.now, "people": held, "anybody": anybody, "limit": MOST_AT_ONCE}
    rows = (await unit.session.execute(_CLAIM, wanted)).all()
    return [
        Due(
            row.id,
            Kind(row.kind),
            row.subject_id,
            row.user_id,
            row.owed_at,
            row.due_at,
            row.chosen,
            row.rerouted,
            row.number,
        )
        for row in rows
    ]


async def soon_asked(unit: Unit, people: int) -> dict[UUID, str]:
    """The people whom something that FlowPilot timed is due for, at most `people`: their ids and Slack ids."""
    values = {"account": unit.account_id, "now": unit.now, "looked_at": PEOPLE_LOOKED_AT, "people": people}
    due = [row.user_id for row in await unit.session.execute(_DUE_PEOPLE, values) if row.user_id is not None]
    if not due:
        return {}
    wanted = select(User.id, User.slack_user_id).where(User.account_id == unit.account_id, User.id.in_(due))
    return {row.id: row.slack_user_id for row in await unit.session.execute(wanted)}


@dataclass(frozen=True)
class Ended:
    """`asked`: a message that asks is out or on its way. `number` is that of the last one sent, else of the one planned, 0 for none at all:
    then `kind` is None."""

    asked: bool
    number: int
    kind: Kind | None


async def end(unit: Unit, subject_id: UUID, answer: Answer) -> Ended:
    """Ends everything that is planned, under way or unanswered about a subject."""
    if any(isinstance(one, Nudge) for one in unit.session.new):
        await unit.flush()  # it was planned in this very unit
    values = {"account": unit.account_id, "subject": subject_id, "answer": answer.value, "now": unit.now}
    rows = list(await unit.session.execute(_END, values))
    if rows and all(row.state != NudgeState.PLANNED for row in rows):
        # Perhaps the reminder was just being written down as sent: then its next nudge came while this one waited for it, unseen.
        rows += list(await unit.session.execute(_END, values))
    out = [row.number for row in rows if row.state != NudgeState.PLANNED]
    kind = Kind(rows[0].kind) if rows else None
    return Ended(bool(out), max(out or [row.number for row in rows], default=0), kind)


async def move(unit: Unit, moves: Sequence[tuple[Due, datetime, UUID | None, int]]) -> None:
    """Puts nudges off: to when, for whom, and as which number."""
    if moves:
        values = {
            "account": unit.account_id,
            "ids": [due.id for due, *_ in moves],
            "dues": [at for _, at, _, _ in moves],
            "people": [person for _, _, person, _ in moves],
            "numbers": [number for *_, number in moves],
        }
        await unit.session.execute(_MOVE, values)


async def cancel(unit: Unit, ids: Sequence[UUID], answer: Answer) -> None:
    if ids:
        wanted = update(Nudge).where(Nudge.account_id == unit.account_id, Nudge.id.in_(ids))
        values = wanted.values(state=NudgeState.CANCELLED, answer=answer, ended_at=unit.now)
        await unit.session.execute(values.execution_options(synchronize_session=False))


async def queue(
    unit: Unit,
    dues: Sequence[tuple[Due, datetime | None]],
    made: Sequence[Reminder],
    links: Sequence[tuple[UUID, UUID]],
) -> None:
    """Nudges (each with when the next one comes) go out with reminders; `links` are of reminder and nudge."""
    if not dues:
        return
    values = {
        "account": unit.account_id,
        "ids": [due.id for due, _ in dues],
        "dues": [at for _, at in dues],
        "fresh": [new_id() for _ in dues],
    }
    await unit.session.execute(_QUEUE, values)
    columns = [column.key for column in Reminder.__mapper__.column_attrs]
    if made:
        await unit.session.execute(insert(Reminder), [{name: getattr(one, name) for name in columns} for one in made])
    rows = [{"account_id": unit.account_id, "reminder_id": reminder, "nudge_id": nudge} for reminder, nudge in links]
    await unit.session.execute(insert(ReminderNudge), rows)


async def waiting_at(unit: Unit, places: Sequence[str]) -> dict[str, ReminderId]:
    """Reminders that are made already and wait for their recipient's day to begin, by place: what comes until then joins them."""
    wanted = select(Reminder.place, Reminder.id).where(
        Reminder.account_id == unit.account_id,
        Reminder.state == ReminderState.QUEUED,
        Reminder.due_at > unit.now,
        Reminder.place.in_(places),
    )
    return {row.place: ReminderId(row.id) for row in await unit.session.execute(wanted.with_for_update())}


async def planned(unit: Unit, subjects: Sequence[UUID]) -> dict[UUID, datetime]:
    """When each of these subjects is asked about next, where it is."""
    wanted = select(Nudge.subject_id, Nudge.due_at).where(
        Nudge.account_id == unit.account_id, Nudge.subject_id.in_(subjects), Nudge.state == NudgeState.PLANNED
    )
    return {row.subject_id: row.due_at for row in await unit.session.execute(wanted)}


@dataclass(frozen=True)
class Asking:
    """How often a subject was asked about since it began to wait, when it is asked about next (None: not any more), and how the last one ended.

    `unsure`: nobody can tell whether the last one arrived."""

    times: int
    next_at: datetime | None
    last: Answer | None
    unsure: bool


_ASKING = text(
    """select subject_id, min(due_at) filter (where state = 'planned') as next_at,
         coalesce(max(number) filter (where sent_at is not null and answer is distinct from 'parked_again'), 0) as times,
         (array_agg(answer order by id desc))[1] as last, (array_agg(state order by id desc) filter (where state <> 'planned'))[1] as state
       from nudges where account_id = :account and subject_id = any(:subjects) group by subject_id"""
).bindparams(bindparam("subjects", type_=ARRAY(Uuid())))


async def asking(unit: Unit, subjects: Sequence[UUID]) -> dict[UUID, Asking]:
    """How it stands with asking about each of these; about whom nobody ever planned to ask is left out."""
    if not subjects:
        return {}
    rows = await unit.session.execute(_ASKING, {"account": unit.account_id, "subjects": list(subjects)})
    return {
        row.subject_id: Asking(
            row.times, row.next_at, Answer(row.last) if row.last else None, row.state == NudgeState.UNKNOWN
        )
        for row in rows
    }


async def whose_day(unit: Unit, user_id: UUID) -> tuple[Preferences, User]:
    """What the account prefers and who somebody is, in one round trip. Raises `NotFound`."""
    wanted = (
        select(User, AccountSettings.preferences)
        .outerjoin(AccountSettings, AccountSettings.account_id == User.account_id)
        .where(User.account_id == unit.account_id, User.id == user_id)
    )
    row = (await unit.session.execute(wanted)).first()
    if row is None:
        raise NotFound("That person is not known here.")
    user, stored = row
    return preferences.read(stored or {}), user
