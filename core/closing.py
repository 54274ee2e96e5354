"""The closing statement of a unit: every row it made, changed or deleted, the audit and the outbox, in one round trip.

Building a statement costs more than running it, so one is built per shape (which rows, which columns) and kept; a click that was seen before
only brings its values.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any, Literal, cast

from sqlalchemy import (
    TIMESTAMP,
    Integer,
    Table,
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
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapper
from sqlalchemy.sql.dml import UpdateBase
from sqlalchemy.sql.selectable import Select, TextualSelect

from core.db import Base

Kind = Literal["insert", "update", "delete"]
Shape = tuple[Kind, "Mapper[Any]", tuple[str, ...]]
MOST_SHAPES = 500

_ACCOUNT = bindparam("account", type_=Uuid())
_AT = bindparam("at", type_=TIMESTAMP(timezone=True))


def _part(sql: str, argument: str) -> TextualSelect:
    return text(sql).bindparams(_ACCOUNT, _AT, bindparam(argument, type_=Text())).columns()


AUDIT = _part(
    """insert into audit_events (account_id, id, at, what, subject, slack_user_id, role, acting_as, source, detail)
       select :account, id, :at, what, subject, slack_user_id, role, acting_as, source, detail
       from jsonb_to_recordset(cast(:audit as jsonb))
         as x(id uuid, what text, subject uuid, slack_user_id text, role text, acting_as text, source text, detail jsonb)""",
    "audit",
)
_OUTBOX = """insert into outbox (account_id, id, event, effect, ids, order_key, supersede_key, dedupe_key, due_at, state, attempts)
       select :account, id, event, effect, ids, order_key, supersede_key, dedupe_key, :at + make_interval(secs => quiet), 'waiting', 0
       from jsonb_to_recordset(cast(:{0} as jsonb))
         as x(id uuid, event text, effect text, ids jsonb, order_key text, supersede_key text, dedupe_key text, quiet float8)
       """
# DO UPDATE and not DO NOTHING: the row must be locked until this unit commits, or a worker could claim the waiting delivery
# and show the state from before this commit, and nobody would show the new one. What waits for quiet waits anew.
UPDATES = _part(
    _OUTBOX.format("updates")
    + "on conflict (account_id, supersede_key) where state = 'waiting' do update set due_at = "
    "case when excluded.due_at > :at then greatest(outbox.due_at, excluded.due_at) else least(outbox.due_at, excluded.due_at) end",
    "updates",
)
POSTS = _part(_OUTBOX.format("posts") + "on conflict (account_id, dedupe_key) do nothing", "posts")


def changes(session: AsyncSession) -> tuple[list[Shape], dict[str, object]]:
    """What the session has to write: the shape of each statement, and the values of all, named after statement and attribute."""
    shapes: list[Shape] = []
    values: dict[str, object] = {}

    def write(kind: Kind, row: Base, attributes: Sequence[str]) -> None:
        number, mapper = len(shapes), inspect(row).mapper
        shapes.append((kind, mapper, tuple(attributes)))
        values.update({f"w{number}_{name}": getattr(row, name) for name in attributes})
        if kind != "insert":
            values.update({f"w{number}_of_{name}": getattr(row, name) for name in _key(mapper)})

    for row in session.new:
        write("insert", row, [column.key for column in inspect(row).mapper.column_attrs])
    for row in session.dirty:
        state = inspect(row)
        # What an attribute was before is kept there; one that was set to what it was is no change.
        before = state.committed_state
        changed = [name for name in before if name in state.mapper.column_attrs and before[name] != getattr(row, name)]
        if changed:
            write("update", row, sorted(changed))
    for row in session.deleted:
        write("delete", row, [])
    return shapes, values


@cache
def _key(mapper: Mapper[Any]) -> tuple[str, ...]:
    return tuple(mapper.get_property_by_column(column).key for column in mapper.primary_key)


@lru_cache(maxsize=MOST_SHAPES)
def statement(shapes: tuple[Shape, ...], parts: tuple[TextualSelect, ...]) -> Select[int]:
    """One statement that makes all these changes; its parameters are those of `changes` and of the parts."""
    rows = [_one(number, *shape).cte(f"w{number}") for number, shape in enumerate(shapes)]
    return select(literal_column("1", Integer)).add_cte(*rows, *(part.cte(f"x{n}") for n, part in enumerate(parts)))


def _one(number: int, kind: Kind, mapper: Mapper[Any], attributes: tuple[str, ...]) -> UpdateBase:
    table = cast("Table", mapper.local_table)

    def column(name: str) -> Any:
        return mapper.column_attrs[name].columns[0]

    values = {column(name).name: bindparam(f"w{number}_{name}", type_=column(name).type) for name in attributes}
    if kind == "insert":
        return insert(table).values(values)
    its_key = [column(name) == bindparam(f"w{number}_of_{name}", type_=column(name).type) for name in _key(mapper)]
    return update(table).where(*its_key).values(values) if kind == "update" else delete(table).where(*its_key)
