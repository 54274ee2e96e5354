"""The unit: one transaction in one account, and everything that belongs in it.

A click costs five round trips: BEGIN, the opening statement (account, receipt and person at once), whatever the listener reads, the closing
statement (every changed row, the audit and the outbox at once), COMMIT. Nothing that takes a unit touches the network.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar, cast
from uuid import UUID

from sqlalchemy import TIMESTAMP, bindparam, text
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession
from sqlalchemy.sql.selectable import TextualSelect

from core import closing
from core.db import Base
from core.errors import Forbidden, Unavailable
from core.ids import AccountId, UserId, new_id
from core.scope import Person, Role, Scope

Row = TypeVar("Row", bound=Base)


@dataclass(frozen=True)
class Event:
    """Something that happened, as ids only. What is sent because of it reads the state again."""


@dataclass(frozen=True)
class Subscription:
    """One effect of one kind of event. The keys are formats over the event's ids.

    `order`: effects with the same key are delivered one after the other (a conversation). `supersede`: while one with this key waits,
    another adds nothing, because what is shown is the state at delivery. `once`: never delivered twice for this key. `quiet`: delivered so
    many seconds after the last of its kind, so that a burst is one.
    """

    effect: str
    order: str | None = None
    supersede: str | None = None
    once: str | None = None
    quiet: float = 0.0


Subscriptions = Mapping[type[Event], Sequence[Subscription]]


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
    _connection: AsyncConnection
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
        ids = {name: str(value) for name, value in vars(event).items()}
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
                    "quiet": subscription.quiet,
                }
            )

    def audit(self, what: str, subject: UUID, *, acting_as: str | None = None, **detail: object) -> None:
        """Records who did `what` to `subject`; `detail` holds before and after, as JSON values, never texts of customers.

        `acting_as` is for who does it in the place of another role."""
        person = self.scope.person
        self._audit.append(
            {
                "id": str(new_id()),
                "what": what,
                "subject": str(subject),
                "slack_user_id": person and person.slack_user_id,
                "role": person and person.role.value,
                "acting_as": acting_as,
                "source": self.source,
                "detail": detail,
            }
        )

    @property
    def has_deliveries(self) -> bool:
        return bool(self._deliveries)

    @property
    def quiet(self) -> float:
        """After how many seconds the last of its deliveries is due."""
        return max((cast("float", row["quiet"]) for row in self._deliveries), default=0.0)

    async def close(self) -> None:
        """The closing statement: all changed rows, the audit, the outbox."""
        shapes, values = closing.changes(self.session)
        values |= {"account": self.account_id, "at": self.now}
        parts: list[TextualSelect] = []
        # Sorted by key, so that two units that touch the same waiting deliveries lock them in the same order.
        updates = {str(row["supersede_key"]): row for row in self._deliveries if row["supersede_key"]}
        posts = [row for row in self._deliveries if not row["supersede_key"]]
        for name, part, rows in (
            ("audit", closing.AUDIT, self._audit),
            ("updates", closing.UPDATES, [updates[key] for key in sorted(updates)]),
            ("posts", closing.POSTS, posts),
        ):
            if rows:
                parts.append(part)
                values[name] = json.dumps(rows)
        if shapes or parts:
            await self._connection.execute(closing.statement(tuple(shapes), tuple(parts)), values)
        self.session.expunge_all()


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
# The last one, a unique index: two made the same new thing at once, and who comes again finds the other's.
RETRIED = {"40001", "40P01", "23505"}


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
                unit = Unit(scope, now, session, source, connection, self.subscriptions)
                yield unit
                await unit.close()
                await self._commit(connection)
                session.expunge_all()
        if unit.has_deliveries:
            self.wake()
            if unit.quiet:  # else the next poll finds it, up to a second later
                asyncio.get_running_loop().call_later(unit.quiet, self.wake)

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
            case DBAPIError() if error.connection_invalidated or _is_cut(error.orig):
                raise Unavailable(
                    "database", "FlowPilot cannot reach its database right now. Nothing was changed; please try again."
                ) from error
            case _:
                return


def _is_cut(original: BaseException | None) -> bool:
    """Whether the server ended the connection, or the driver found it closed: then there is no state, only its words."""
    state = getattr(original, "sqlstate", None)
    return state.startswith(("57P", "08", "53")) if isinstance(state, str) else "connection was closed" in str(original)
