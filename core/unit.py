"""The unit: one transaction in one account, and everything that belongs in it.

A click costs five round trips: BEGIN, the opening statement (account, receipt and person at once), whatever the listener reads, the closing
statement (every changed row, the audit and the outbox at once), COMMIT. Nothing that takes a unit touches the network.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NewType, TypeVar
from uuid import UUID

from sqlalchemy import (
    TIMESTAMP,
    Integer,
    Text,
    Uuid,
    bindparam,
    delete,
    insert,
    inspect,
    literal_column,
    select,
    text,
    update,
)
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession
from sqlalchemy.orm import InstanceState, Mapper
from sqlalchemy.sql.dml import UpdateBase

from core.db import Base
from core.errors import Forbidden, Unavailable
from core.ids import AccountId, UserId, new_id

Effect = NewType("Effect", str)
Row = TypeVar("Row", bound=Base)


class Role(StrEnum):
    VIEWER = "viewer"
    L1 = "l1"
    ENGINEER = "engineer"
    ADMIN = "admin"
    OWNER = "owner"


@dataclass(frozen=True)
class Event:
    """Something that happened, as ids only. What is sent because of it reads the state again."""


@dataclass(frozen=True)
class Subscription:
    """One effect of one kind of event. The keys are formats over the event's ids.

    `order`: effects with the same key are delivered one after the other (a conversation). `supersede`: while one with this key waits,
    another adds nothing, because what is shown is the state at delivery. `once`: never delivered twice for this key.
    """

    effect: str
    order: str | None = None
    supersede: str | None = None
    once: str | None = None


Subscriptions = Mapping[type[Event], Sequence[Subscription]]


@dataclass(frozen=True)
class Person:
    """Who acts, as the account knows them at this moment."""

    id: UserId
    slack_user_id: str
    name: str
    role: Role
    can_cover_l1: bool
    tz: str


@dataclass(frozen=True)
class Scope:
    """Where a unit runs and for whom. `person` is None for the house's own work (deliveries, the clock)."""

    account_id: AccountId
    person: Person | None

    @property
    def actor(self) -> Person:
        """The person acting; a unit of the house's own has none, which is a fault of the caller."""
        if self.person is None:
            raise LookupError("this unit runs for nobody")
        return self.person

    def need_engineer(self, what: str) -> Person:
        """The person, if their role may do engineers' work. Raises `Forbidden` naming `what` ("start a session")."""
        person = self.actor
        if person.role not in {Role.ENGINEER, Role.ADMIN, Role.OWNER}:
            raise Forbidden(f"Only engineers can {what}; your role is {person.role}.", may_ask=True)
        return person

    def need_admin(self, what: str) -> Person:
        """The person, if an admin or owner. Raises `Forbidden`."""
        person = self.actor
        if person.role not in {Role.ADMIN, Role.OWNER}:
            raise Forbidden(f"Only admins and owners can {what}; your role is {person.role}.")
        return person


class Duplicate(Exception):
    pass


class Stranger(Exception):
    pass


class Again(Exception):
    pass


@dataclass
class Unit:
    """What services and queries are given. `now` is one instant for the whole unit."""

    scope: Scope
    now: datetime
    session: AsyncSession
    source: str
    _subscriptions: Subscriptions
    _audit: list[dict[str, object]] = field(default_factory=list[dict[str, object]])
    _deliveries: list[dict[str, object]] = field(default_factory=list[dict[str, object]])

    @property
    def account_id(self) -> AccountId:
        return self.scope.account_id

    def add(self, row: Row) -> Row:
        """Puts a new row among those the closing statement writes, and returns it."""
        self.session.add(row)
        return row

    async def flush(self) -> None:
        """Writes what changed so far at once: needed only where a later change relies on a unique index seeing an earlier one."""
        await self.session.flush()

    def emit(self, event: Event) -> None:
        """Queues one delivery per effect subscribed to this kind of event; they are committed with the state or not at all."""
        ids = {name: str(value) for name, value in asdict(event).items()}
        for subscription in self._subscriptions.get(type(event), ()):
            self._deliveries.append(
                {
                    "id": str(new_id()),
                    "event": type(event).__name__,
                    "effect": subscription.effect,
                    "ids": ids,
                    "order_key": subscription.order and subscription.order.format(**ids),
                    "supersede_key": subscription.supersede
                    and f"{subscription.effect}:{subscription.supersede.format(**ids)}",
                    "dedupe_key": f"{subscription.effect}:{subscription.once.format(**ids)}"
                    if subscription.once
                    else str(new_id()),
                }
            )

    def audit(self, what: str, subject: UUID, **detail: object) -> None:
        """Records who did `what` to `subject`; `detail` holds before and after, as JSON values, never texts of customers."""
        person = self.scope.person
        self._audit.append(
            {
                "id": str(new_id()),
                "what": what,
                "subject": str(subject),
                "slack_user_id": person and person.slack_user_id,
                "role": person and person.role.value,
                "source": self.source,
                "detail": detail,
            }
        )

    @property
    def has_deliveries(self) -> bool:
        return bool(self._deliveries)

    async def close(self) -> None:
        """The closing statement: all changed rows, the audit, the outbox."""
        writes = _changes(self.session)
        extra: list[Any] = []
        values: dict[str, object] = {"account": self.account_id, "at": self.now}
        if self._audit:
            extra.append(AUDIT)
            values["audit"] = json.dumps(self._audit)
        # Sorted by key, so that two units that touch the same waiting deliveries lock them in the same order.
        updates = {str(row["supersede_key"]): row for row in self._deliveries if row["supersede_key"]}
        posts = [row for row in self._deliveries if not row["supersede_key"]]
        if updates:
            extra.append(UPDATES)
            values["updates"] = json.dumps([updates[key] for key in sorted(updates)])
        if posts:
            extra.append(POSTS)
            values["posts"] = json.dumps(posts)
        await self._write(writes, extra, values)
        self.session.expunge_all()

    async def _write(
        self, writes: Sequence[UpdateBase], extra: Sequence[Any] = (), values: Mapping[str, object] | None = None
    ) -> None:
        if not writes and not extra:
            return
        parts = [write.cte(f"w{n}") for n, write in enumerate(writes)] + [
            part.cte(f"x{n}") for n, part in enumerate(extra)
        ]
        await self.session.execute(select(literal_column("1", Integer)).add_cte(*parts), dict(values or {}))


_KEYS = {
    "account": bindparam("account", type_=Uuid()),
    "at": bindparam("at", type_=TIMESTAMP(timezone=True)),
}


def _closing(sql: str, argument: str) -> Any:
    return text(sql).bindparams(_KEYS["account"], _KEYS["at"], bindparam(argument, type_=Text())).columns()


AUDIT = _closing(
    """insert into audit_events (account_id, id, at, what, subject, slack_user_id, role, source, detail)
       select :account, id, :at, what, subject, slack_user_id, role, source, detail
       from jsonb_to_recordset(cast(:audit as jsonb))
         as x(id uuid, what text, subject uuid, slack_user_id text, role text, source text, detail jsonb)""",
    "audit",
)
_OUTBOX = """insert into outbox (account_id, id, event, effect, ids, order_key, supersede_key, dedupe_key, due_at, state, attempts)
       select :account, id, event, effect, ids, order_key, supersede_key, dedupe_key, :at, 'waiting', 0
       from jsonb_to_recordset(cast(:{0} as jsonb))
         as x(id uuid, event text, effect text, ids jsonb, order_key text, supersede_key text, dedupe_key text)
       """
# DO UPDATE and not DO NOTHING: the row must be locked until this unit commits, or a worker could claim the waiting delivery
# and show the state from before this commit, and nobody would show the new one.
UPDATES = _closing(
    _OUTBOX.format("updates")
    + "on conflict (account_id, supersede_key) where state = 'waiting' do update set due_at = least(outbox.due_at, excluded.due_at)",
    "updates",
)
POSTS = _closing(_OUTBOX.format("posts") + "on conflict (account_id, dedupe_key) do nothing", "posts")

OPEN_PLAIN = text("select set_config('app.account_id', cast(:account as text), true)")
# One statement, and the person is looked up in a subquery that depends on set_config's row, so row level security
# already sees the account when it looks.
OPEN_FOR_PERSON = text(
    """with s as materialized (select set_config('app.account_id', cast(:account as text), true) v),
       r as (insert into received (account_id, key, at) select v::uuid, cast(:key as text), :now from s where cast(:key as text) is not null
             on conflict do nothing returning true)
       select cast(:key as text) is null or exists (select from r) as fresh, u.id, u.name, u.role, u.can_cover_l1, u.tz, u.kind
       from s left join lateral (
         select id, name, role, can_cover_l1, tz, kind from users
         where account_id = s.v::uuid and slack_user_id = :person offset 0) u on true"""
).bindparams(bindparam("now", type_=TIMESTAMP(timezone=True)))

IN_DOUBT = "The database went away while this was being saved, so it may or may not be saved. Please look at the card before you repeat it."
RETRIED = {"40001", "40P01"}


def _key_of(mapper: Mapper[Any], row: Base) -> list[Any]:
    table = mapper.local_table
    return [
        column == bindparam(None, getattr(row, mapper.get_property_by_column(column).key), type_=column.type)
        for column in table.primary_key
    ]


def _values(state: InstanceState[Any], *, changed_only: bool) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for prop in state.mapper.column_attrs:
        if changed_only and not state.attrs[prop.key].history.has_changes():
            continue
        column = prop.columns[0]
        values[column.name] = bindparam(None, getattr(state.object, prop.key), type_=column.type)
    return values


def _changes(session: AsyncSession) -> list[UpdateBase]:
    writes: list[UpdateBase] = []
    for row in session.new:
        state = inspect(row)
        writes.append(insert(state.mapper.local_table).values(_values(state, changed_only=False)))
    for row in session.dirty:
        state = inspect(row)
        if values := _values(state, changed_only=True):
            writes.append(update(state.mapper.local_table).where(*_key_of(state.mapper, row)).values(values))
    for row in session.deleted:
        state = inspect(row)
        writes.append(delete(state.mapper.local_table).where(*_key_of(state.mapper, row)))
    return writes


@dataclass
class Database:
    """Opens units. `clock` tells the time of the domain; `wake` is called after a commit that queued deliveries."""

    engine: AsyncEngine
    clock: Callable[[], datetime]
    subscriptions: Subscriptions
    wake: Callable[[], None] = lambda: None
    _committing: set[asyncio.Future[None]] = field(default_factory=set["asyncio.Future[None]"])

    @asynccontextmanager
    async def unit(
        self, account_id: AccountId, *, person: str | None = None, receipt: str | None = None, source: str = "house"
    ) -> AsyncGenerator[Unit]:
        """One transaction in `account_id`, for the Slack user `person` (None: the house's own work).

        `receipt` is the delivery's key: it is stored with the effect, and the same key a second time raises `Duplicate`. Raises `Stranger`
        when the account does not know the person yet, `Again` when the database asks for a retry, `Unavailable` when it is away.
        """
        with _database_faults():
            async with self.engine.connect() as connection:
                await connection.begin()
                session = AsyncSession(connection, expire_on_commit=False, autoflush=False)
                now = self.clock()
                scope = await _open(connection, account_id, person, receipt, now)
                unit = Unit(scope, now, session, source, self.subscriptions)
                yield unit
                await unit.close()
                await self._commit(connection)
                session.expunge_all()
        if unit.has_deliveries:
            self.wake()

    async def _commit(self, connection: AsyncConnection) -> None:
        commit = asyncio.ensure_future(connection.commit())
        self._committing.add(commit)
        commit.add_done_callback(self._committing.discard)
        try:
            await _commit_to_the_end(commit)
        except (DBAPIError, OSError) as error:
            if getattr(getattr(error, "orig", None), "sqlstate", None) in RETRIED:
                raise
            raise Unavailable("database", IN_DOUBT) from error

    async def dispose(self) -> None:
        await self.engine.dispose()


class CommitUnderWay(asyncio.CancelledError):
    """The time was up while the commit was under way; `committed` tells how it ended, None that nobody knows."""

    def __init__(self, committed: bool | None) -> None:
        super().__init__()
        self.committed = committed


async def _commit_to_the_end(commit: asyncio.Future[None]) -> None:
    # A cancelled COMMIT would leave nobody knowing whether it happened, so it is waited for even when the caller is out of time.
    try:
        await asyncio.shield(commit)
    except asyncio.CancelledError:
        await asyncio.wait({commit})
        raise CommitUnderWay(
            committed=True if not commit.cancelled() and commit.exception() is None else None
        ) from None


async def _open(
    connection: AsyncConnection, account_id: AccountId, person: str | None, receipt: str | None, now: datetime
) -> Scope:
    if person is None:
        await connection.execute(OPEN_PLAIN, {"account": str(account_id)})
        return Scope(account_id, None)
    values = {"account": str(account_id), "key": receipt, "now": now, "person": person}
    row = (await connection.execute(OPEN_FOR_PERSON, values)).one()
    if not row.fresh:
        raise Duplicate(receipt)
    if row.id is None or row.kind == "unknown":
        raise Stranger(person)
    if row.kind != "member":
        raise Forbidden(
            "FlowPilot works for full members of this workspace; guests, bots and people of other organisations cannot use it."
        )
    return Scope(account_id, Person(UserId(row.id), person, row.name, Role(row.role), row.can_cover_l1, row.tz))


class _database_faults:
    """Turns what the driver raises into what a person can be told."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        match error:
            case DBAPIError() if getattr(error.orig, "sqlstate", None) in RETRIED or "InvalidCachedStatement" in str(
                error.orig
            ):
                raise Again from error
            case InterfaceError() | OperationalError() | PoolTimeout() | OSError() | TimeoutError():
                raise Unavailable(
                    "database", "FlowPilot cannot reach its database right now. Nothing was changed; please try again."
                ) from error
            case DBAPIError() if error.connection_invalidated or (getattr(error.orig, "sqlstate", "") or "").startswith(
                ("57P", "08", "53")
            ):
                raise Unavailable(
                    "database", "FlowPilot cannot reach its database right now. Nothing was changed; please try again."
                ) from error
            case _:
                return
