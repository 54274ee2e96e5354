from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, TIMESTAMP, Text, Uuid, bindparam, select, text

from core.ids import ReminderId
from core.nudges.models import Answer, Audience, NudgeState, Reminder, ReminderState
from core.nudges.policy import Kind
from core.unit import Unit

_NOW = bindparam("now", type_=TIMESTAMP(timezone=True))
_IDS = bindparam("ids", type_=ARRAY(Uuid()))
_HELD = text(
    """select r.id as reminder_id, r.audience, r.user_id, r.place, r.due_at as not_before, r.until, r.state as reminder, r.channel, r.ts,
         n.id, n.kind, n.subject_id, n.owed_at, n.next_due_at, n.chosen, n.rerouted, n.number, n.state, n.answer,
         (select i.url from slack_installations i where i.account_id = r.account_id limit 1) as url
       from nudge_reminders r
       join nudge_reminder_nudges l on l.account_id = r.account_id and l.reminder_id = r.id
       join nudges n on n.account_id = l.account_id and n.id = l.nudge_id
       where r.account_id = :account and r.id = any(:ids) order by n.id, r.id for update of r, n"""
).bindparams(_IDS)
_PLAN_AGAIN = text(
    """update nudges n set state = 'planned', due_at = greatest(n.due_at, m.due_at), next_due_at = null
       from unnest(:ids, :dues) as m(id, due_at)
       where n.account_id = :account and n.id = m.id and n.state = 'sending'"""
).bindparams(_IDS, bindparam("dues", type_=ARRAY(TIMESTAMP(timezone=True))))
# Their nudges are written down as sent, and the next of each is planned under the id that was made for it when it set out.
_MARK = text(
    """with r as (
         update nudge_reminders r set state = 'sent', sent_at = :now, channel = m.channel, ts = m.ts
         from unnest(:ids, :channels, :stamps) as m(id, channel, ts)
         where r.account_id = :account and r.id = m.id returning r.user_id),
       held as materialized (
         select n.id, n.state, n.subject_id from nudges n where n.account_id = :account and n.id in (
           select l.nudge_id from nudge_reminder_nudges l where l.account_id = :account and l.reminder_id = any(:ids))
         order by n.id for update of n),
       n as (
         update nudges n set state = 'sent', sent_at = :now from held
         where n.account_id = :account and n.id = held.id and held.state in ('sending', 'unknown')
         returning n.kind, n.subject_id, n.user_id, n.next_id, n.next_due_at, n.rerouted, n.number, held.state as before),
       following as (
         insert into nudges (account_id, id, kind, subject_id, user_id, owed_at, due_at, chosen, rerouted, number, state, planned_at)
         select :account, next_id, kind, subject_id, user_id, next_due_at, next_due_at, false, rerouted, number + 1, 'planned', :now
         from n where before = 'sending' and next_due_at is not null)
       select array(select distinct u.id from users u join r on u.id = r.user_id
                    where u.account_id = :account and u.home_opened_at is not null) as homes,
         array(select distinct subject_id from held where state not in ('sending', 'unknown', 'sent')) as settled"""
).bindparams(_NOW, _IDS, bindparam("channels", type_=ARRAY(Text())), bindparam("stamps", type_=ARRAY(Text())))
_DROP = text("update nudge_reminders set state = 'dropped' where account_id = :account and id = any(:ids)").bindparams(
    _IDS
)
_BECOME = text(
    "update nudge_reminders set state = :became, sent_at = :now where account_id = :account and id = :reminder"
).bindparams(_NOW)
_LOST = text(
    """with n as (
         update nudges set state = :nudge, sent_at = :now, ended_at = case when :nudge = 'cancelled' then cast(:now as timestamptz) end,
           answer = case when :nudge = 'cancelled' then 'undeliverable' end
         where account_id = :account and id = any(:ids) and state = 'sending'
         returning kind, subject_id, user_id, next_id, next_due_at, rerouted, number)
       insert into nudges (account_id, id, kind, subject_id, user_id, owed_at, due_at, chosen, rerouted, number, state, planned_at)
       select :account, next_id, kind, subject_id, user_id, next_due_at, next_due_at, false, rerouted, number + 1, 'planned', :now
       from n where next_due_at is not null"""
).bindparams(_NOW, _IDS, bindparam("nudge", type_=Text()))


@dataclass(frozen=True)
class Part:
    """A nudge in a reminder, locked until the unit ends."""

    id: UUID
    kind: Kind
    subject_id: UUID
    owed_at: datetime
    next_due_at: datetime | None
    chosen: bool
    rerouted: bool
    number: int
    state: NudgeState
    answer: Answer | None


@dataclass(frozen=True)
class Held:
    """A reminder and its nudges. `url` is the workspace's address."""

    audience: Audience
    user_id: UUID | None
    place: str
    due_at: datetime
    until: datetime | None
    state: ReminderState
    channel: str | None
    ts: str | None
    url: str
    parts: list[Part] = field(default_factory=list[Part])


async def held(unit: Unit, ids: Sequence[ReminderId]) -> dict[ReminderId, Held]:
    """These reminders with everything they ask, those that wait longest first; who is not there any more is left out."""
    found: dict[ReminderId, Held] = {}
    rows = await unit.session.execute(_HELD, {"account": unit.account_id, "ids": list(ids)})
    for row in sorted(rows, key=lambda row: (row.owed_at, row.id)):
        its = found.get(ReminderId(row.reminder_id))
        if its is None:
            its = found[ReminderId(row.reminder_id)] = Held(
                Audience(row.audience),
                row.user_id,
                row.place,
                row.not_before,
                row.until,
                ReminderState(row.reminder),
                row.channel,
                row.ts,
                row.url or "",
            )
        its.parts.append(
            Part(
                row.id,
                Kind(row.kind),
                row.subject_id,
                row.owed_at,
                row.next_due_at,
                row.chosen,
                row.rerouted,
                row.number,
                NudgeState(row.state),
                Answer(row.answer) if row.answer else None,
            )
        )
    return found


async def plan_again(unit: Unit, ids: Sequence[UUID], dues: Sequence[datetime] | None = None) -> None:
    """What was on its way is planned once more, for these times (none given: the dispatcher decides at once)."""
    if ids:
        values = {"account": unit.account_id, "ids": list(ids), "dues": list(dues or [unit.now] * len(ids))}
        await unit.session.execute(_PLAN_AGAIN, values)


async def drop(unit: Unit, ids: Sequence[ReminderId]) -> None:
    if ids:
        await unit.session.execute(_DROP, {"account": unit.account_id, "ids": list(ids)})


@dataclass(frozen=True)
class Stands:
    """Where a reminder stands in Slack."""

    id: ReminderId
    channel: str
    ts: str


@dataclass(frozen=True)
class Marked:
    """`settled` are the subjects that were settled before it was written down; `homes` the recipients who have opened App Home before."""

    settled: Sequence[UUID]
    homes: Sequence[UUID]


async def mark_sent(unit: Unit, standing: Sequence[Stands]) -> Marked:
    """The reminders and what they ask are sent, and what is asked next is planned."""
    values = {
        "account": unit.account_id,
        "now": unit.now,
        "ids": [one.id for one in standing],
        "channels": [one.channel for one in standing],
        "stamps": [one.ts for one in standing],
    }
    row = (await unit.session.execute(_MARK, values)).one()
    return Marked(row.settled, row.homes)


async def standing(unit: Unit, subject_id: UUID) -> Sequence[ReminderId]:
    """The reminders about a subject that stand in Slack, oldest first."""
    wanted = text(
        """select distinct r.id from nudges n
           join nudge_reminder_nudges l on l.account_id = n.account_id and l.nudge_id = n.id
           join nudge_reminders r on r.account_id = l.account_id and r.id = l.reminder_id
           where n.account_id = :account and n.subject_id = :subject and r.ts is not null order by r.id"""
    )
    rows = await unit.session.execute(wanted, {"account": unit.account_id, "subject": subject_id})
    return [ReminderId(row.id) for row in rows]


async def queued(unit: Unit) -> Sequence[ReminderId]:
    """The reminders that should have gone out by now, oldest first, at most 200."""
    wanted = (
        select(Reminder.id)
        .where(
            Reminder.account_id == unit.account_id, Reminder.state == ReminderState.QUEUED, Reminder.due_at <= unit.now
        )
        .order_by(Reminder.due_at)
        .limit(200)
    )
    return [ReminderId(one) for one in await unit.session.scalars(wanted)]


async def mark_lost(
    unit: Unit, reminder_id: ReminderId, state: ReminderState, ids: Sequence[UUID], nudge: NudgeState
) -> None:
    """The reminder did not surely arrive, and no other asks `ids`: they become `nudge`, and what is asked next is planned."""
    values = {"account": unit.account_id, "now": unit.now, "reminder": reminder_id, "became": state.value}
    await unit.session.execute(_BECOME, values)
    if ids:
        asked = {"account": unit.account_id, "now": unit.now, "ids": list(ids), "nudge": nudge.value}
        await unit.session.execute(_LOST, asked)


async def reroute(unit: Unit, ids: Sequence[UUID]) -> None:
    """Their person cannot be reached: they are planned once more, for the admins."""
    wanted = text(
        "update nudges set state = 'planned', rerouted = true, due_at = :now, next_due_at = null "
        "where account_id = :account and id = any(:ids) and state = 'sending'"
    ).bindparams(_NOW, _IDS)
    await unit.session.execute(wanted, {"account": unit.account_id, "now": unit.now, "ids": list(ids)})


async def asked_elsewhere(unit: Unit, reminder_id: ReminderId, ids: Sequence[UUID]) -> set[UUID]:
    """Which of these nudges another reminder asks or will ask."""
    wanted = text(
        """select l.nudge_id from nudge_reminder_nudges l
           join nudge_reminders r on r.account_id = l.account_id and r.id = l.reminder_id
           where l.account_id = :account and l.nudge_id = any(:ids) and r.id <> :reminder and r.state in ('queued', 'sent')"""
    ).bindparams(_IDS)
    values = {"account": unit.account_id, "ids": list(ids), "reminder": reminder_id}
    return {row.nudge_id for row in await unit.session.execute(wanted, values)}


async def seconds_to_answer(unit: Unit, subject_id: UUID) -> float | None:
    """How long the last question about a subject waited for its answer; None when it was put off, or nobody answered yet."""
    wanted = text(
        """select extract(epoch from ended_at - sent_at)::float from nudges where account_id = :account and subject_id = :subject
             and state = 'answered' and answer in ('settled', 'parked_again') and sent_at is not null
           order by ended_at desc, sent_at desc limit 1"""
    )
    return await unit.session.scalar(wanted, {"account": unit.account_id, "subject": subject_id})
