"""The outbox's SQL. Due times are the domain's clock (`now`), leases the database's own."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ARRAY, Interval, Text, Uuid, bindparam, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import TIMESTAMP

from core.db import Engine
from core.ids import AccountId, DeliveryId
from core.outbox.models import Delivery, DeliveryState, Received
from core.unit import Unit

LEASE = timedelta(seconds=60)
CLOCK = func.clock_timestamp()
LEASE_FROM_NOW = CLOCK + LEASE

# A loose index scan: one step of the index per account, however many deliveries an account has waiting.
_DUE_ACCOUNTS = text(
    """with recursive a as (
         (select account_id from outbox where state in ('waiting', 'leased', 'sending') order by account_id limit 1)
         union all
         select (select o.account_id from outbox o where o.state in ('waiting', 'leased', 'sending') and o.account_id > a.account_id
                 order by o.account_id limit 1) from a where a.account_id is not null)
       select account_id from a where account_id is not null and exists (
         select from outbox o where o.account_id = a.account_id and o.due_at <= :now and o.state in ('waiting', 'leased', 'sending')
           and (o.state = 'waiting' or o.lease_until < clock_timestamp()))"""
).bindparams(bindparam("now", type_=TIMESTAMP(timezone=True)))

_READY = """o.account_id = :account and o.due_at <= :now and o.state in ('waiting', 'leased', 'sending')
           and (o.state = 'waiting' or o.lease_until < clock_timestamp())
           and (o.order_key is null or not exists (
             select from outbox e where e.account_id = o.account_id and e.order_key = o.order_key and e.id < o.id
               and e.state in ('waiting', 'leased', 'sending')))"""
# Only the head of each conversation is claimed; `for update skip locked` keeps replicas apart. What is slow comes after what is quick, and what is
# patient after everything else.
_CLAIM = text(
    f"""with heads as materialized (
         select o.id from outbox o where {_READY} and not o.effect = any(:slow) and not o.effect = any(:patient)
         order by o.due_at, o.id limit :limit for update skip locked),
       behind as materialized (
         select o.id from outbox o where {_READY} and o.effect = any(:slow)
         order by o.due_at, o.id limit least(:slow_limit, :limit - (select count(*) from heads)) for update skip locked),
       after as materialized (
         select o.id from outbox o where {_READY} and o.effect = any(:patient) order by o.due_at, o.id
         limit case when (select count(*) from heads) + (select count(*) from behind) < :limit then :patient_limit else 0 end
         for update skip locked)
       update outbox set state = case state when 'sending' then 'sending' else 'leased' end, attempts = attempts + 1,
              lease_token = :token, lease_until = clock_timestamp() + :lease
       where account_id = :account and id in (select id from heads union all select id from behind union all select id from after)
       returning id"""  # noqa: S608 - a constant of ours
).bindparams(
    bindparam("now", type_=TIMESTAMP(timezone=True)),
    bindparam("lease", type_=Interval()),
    bindparam("slow", type_=ARRAY(Text())),
    bindparam("patient", type_=ARRAY(Text())),
)


async def due_accounts(worker: Engine, now: datetime) -> Sequence[AccountId]:
    """The accounts that have a delivery due at `now`. Runs as the worker's role, which sees nothing else."""
    async with worker.connect() as connection:
        return [AccountId(row.account_id) for row in await connection.execute(_DUE_ACCOUNTS, {"now": now})]


@dataclass(frozen=True)
class Share:
    """Effects of one sort, and how many of them may be claimed at most."""

    effects: Sequence[str] = ()
    limit: int = 0


NOTHING = Share()


async def claim(
    unit: Unit, token: UUID, limit: int, *, slow: Share = NOTHING, patient: Share = NOTHING
) -> Sequence[Delivery]:
    """At most `limit` due deliveries, leased to `token` for a minute, oldest first.

    Those that are `slow` come after the others; those that are `patient` only where all of these have found room, beside the `limit`.
    """
    values = {
        "token": token,
        "lease": LEASE,
        "account": unit.account_id,
        "now": unit.now,
        "limit": limit,
        "slow": list(slow.effects),
        "slow_limit": slow.limit,
        "patient": list(patient.effects),
        "patient_limit": patient.limit,
    }
    ids = [row.id for row in await unit.session.execute(_CLAIM, values)]
    if not ids:
        return []
    rows = (
        select(Delivery)
        .where(Delivery.account_id == unit.account_id, Delivery.id.in_(ids))
        .order_by(Delivery.due_at, Delivery.id)
    )
    return (await unit.session.scalars(rows)).all()


# The two that every post needs, for any number at once; built once: building a statement costs more than running it.
_HELD = """where o.account_id = :account and o.id = m.id and o.lease_token = :token and o.state in ('leased', 'sending') returning o.id"""
_SENDING = text(
    f"""update outbox o set state = 'sending', target = m.target::jsonb, sent_at = clock_timestamp(),
          lease_until = clock_timestamp() + :lease from unnest(:ids, :targets) as m(id, target) {_HELD}"""  # noqa: S608 - a constant of ours
).bindparams(
    bindparam("lease", type_=Interval()),
    bindparam("ids", type_=ARRAY(Uuid())),
    bindparam("targets", type_=ARRAY(Text())),
)
_CONCLUDE = text(
    f"""update outbox o set state = 'done', external_id = m.external_id
        from unnest(:ids, :externals) as m(id, external_id) {_HELD}"""  # noqa: S608
).bindparams(bindparam("ids", type_=ARRAY(Uuid())), bindparam("externals", type_=ARRAY(Text())))


async def sending(unit: Unit, token: UUID, targets: Mapping[DeliveryId, Mapping[str, str]]) -> set[DeliveryId]:
    """The same as `write`, for posts that are about to go out; their leases begin anew. Returns those that `token` still holds."""
    values = {
        "account": unit.account_id,
        "token": token,
        "lease": LEASE,
        "ids": list(targets),
        "targets": [json.dumps(target) for target in targets.values()],
    }
    return {DeliveryId(row.id) for row in await unit.session.execute(_SENDING, values)}


async def conclude(unit: Unit, token: UUID, externals: Mapping[DeliveryId, str | None]) -> set[DeliveryId]:
    """The same as `write`, for what is done, each with its id outside if it has one. Returns those that `token` still held."""
    values = {
        "account": unit.account_id,
        "token": token,
        "ids": list(externals),
        "externals": list(externals.values()),
    }
    return {DeliveryId(row.id) for row in await unit.session.execute(_CONCLUDE, values)}


async def write(unit: Unit, delivery_id: DeliveryId, token: UUID, **values: object) -> bool:
    """Writes `values` on a delivery if `token` still holds its lease; says whether it does.

    A delivery that has ended stays ended, whoever holds its token: the answer to the commit that ended it may have been lost.
    """
    wanted = (
        update(Delivery)
        .where(Delivery.account_id == unit.account_id, Delivery.id == delivery_id, Delivery.lease_token == token)
        .where(Delivery.state.in_([DeliveryState.LEASED, DeliveryState.SENDING]))
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    return (await unit.session.execute(wanted.returning(Delivery.id))).first() is not None


async def is_waiting(unit: Unit, supersede_key: str) -> bool:
    """Whether a delivery with this key waits already, so that one that comes back would be its twin."""
    wanted = select(Delivery.id).where(
        Delivery.account_id == unit.account_id,
        Delivery.supersede_key == supersede_key,
        Delivery.state == DeliveryState.WAITING,
    )
    return (await unit.session.execute(wanted.limit(1))).first() is not None


async def unknown_for_update(unit: Unit, delivery_id: DeliveryId) -> Delivery | None:
    """A post of which nobody can tell whether it arrived, locked, so that two people do not both send it again."""
    wanted = select(Delivery).where(
        Delivery.account_id == unit.account_id, Delivery.id == delivery_id, Delivery.state == DeliveryState.UNKNOWN
    )
    return await unit.session.scalar(wanted.with_for_update())


async def give_back(unit: Unit, tokens: Sequence[UUID], delivery_id: DeliveryId | None = None) -> None:
    """Ends these leases (of one delivery only, where it is given), so that another can take over at once."""
    held = Delivery.lease_token.in_(tokens) & Delivery.state.in_([DeliveryState.LEASED, DeliveryState.SENDING])
    if delivery_id is not None:
        held &= Delivery.id == delivery_id
    await unit.session.execute(
        update(Delivery)
        .where(Delivery.account_id == unit.account_id, held)
        .values(lease_until=CLOCK)
        .execution_options(synchronize_session=False)
    )


async def was_received(unit: Unit, key: str) -> bool:
    """Whether this delivery of Slack's has had its effect already."""
    wanted = select(Received.key).where(Received.account_id == unit.account_id, Received.key == key)
    return (await unit.session.execute(wanted)).first() is not None


async def unknown(unit: Unit, reader: str | None = None) -> Sequence[Delivery]:
    """Posts of which nobody can tell whether they arrived, oldest first, at most 20; for a `reader` (a Slack user) without other people's own."""
    wanted = select(Delivery).where(Delivery.account_id == unit.account_id, Delivery.state == DeliveryState.UNKNOWN)
    if reader is not None:
        place = Delivery.target["channel"].astext
        wanted = wanted.where(or_(place == reader, place.is_(None), place.not_like("U%") & place.not_like("W%")))
    return (await unit.session.scalars(wanted.order_by(Delivery.id).limit(20))).all()


async def states(unit: Unit, keys: Sequence[str]) -> dict[str, DeliveryState]:
    """How the deliveries with these dedupe keys stand; who was pruned is left out."""
    wanted = select(Delivery.dedupe_key, Delivery.state)
    rows = await unit.session.execute(
        wanted.where(Delivery.account_id == unit.account_id, Delivery.dedupe_key.in_(keys))
    )
    return {row.dedupe_key: row.state for row in rows}


async def lag(unit: Unit) -> tuple[int, datetime | None]:
    """How many deliveries of the account are due and not done, and since when the oldest is."""
    wanted = select(func.count(), func.min(Delivery.due_at)).where(
        Delivery.account_id == unit.account_id,
        Delivery.due_at <= unit.now,
        Delivery.state.in_([DeliveryState.WAITING, DeliveryState.LEASED, DeliveryState.SENDING]),
    )
    row = (await unit.session.execute(wanted)).one()
    return row[0], row[1]


async def prune(unit: Unit, before: datetime) -> None:
    """Forgets deliveries and receipts of the account that ended before `before`."""
    for sql in (
        "delete from outbox where account_id = :account and state in ('done', 'failed') and due_at < :before",
        "delete from received where account_id = :account and at < :before",
    ):
        statement = text(sql).bindparams(bindparam("before", type_=TIMESTAMP(timezone=True)))
        await unit.session.execute(statement, {"account": unit.account_id, "before": before})
