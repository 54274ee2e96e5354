"""The database: what a table of an account is, and how connections are made.

Three roles (made by `core.bootstrap`): `app_owner` migrates, `app_rw` is what every unit runs as, `app_worker` may see which
accounts have deliveries due and nothing else. One login assumes them by the `role` start parameter, so one URL is all the settings need.
"""

from __future__ import annotations

import enum
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, Enum, MetaData, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import URL as Url
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine as Engine
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedAsDataclass, mapped_column

from core.errors import Invalid

NAMES = {
    "ix": "%(table_name)s_%(column_0_N_name)s_ix",
    "uq": "%(table_name)s_%(column_0_N_name)s_key",
    "ck": "%(table_name)s_%(constraint_name)s_check",
    "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
    "pk": "%(table_name)s_pkey",
}


def _words(kind: type[enum.Enum]) -> list[str]:
    return [str(one.value) for one in kind]


# In a database's address: the three roles may log in themselves (with the same password), and need not be assumed.
ROLES_LOG_IN = {"logins": "roles"}


class Base(MappedAsDataclass, DeclarativeBase, kw_only=True):
    """Rows load and remember what changed; `Unit` writes them, all in its closing statement (decision 0003)."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map: ClassVar = {  # pyright: ignore[reportIncompatibleVariableOverride]
        datetime: DateTime(timezone=True),
        str: Text(),
        dict[str, object]: JSONB(),
        dict[str, str]: JSONB(),
        list[str]: JSONB(),
        list[object]: JSONB(),
        # Stored by value in a plain column; the CHECK (`one_of`) keeps the words, so adding one is no ALTER TYPE.
        enum.Enum: Enum(
            enum.Enum,
            native_enum=False,
            create_constraint=False,
            length=40,
            values_callable=_words,
        ),
    }


class AccountOwned(MappedAsDataclass, kw_only=True):
    """A row of one account. `account_id` comes first in every key; row level security compares it with the unit's account."""

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)


def one_of(column: str, values: type) -> CheckConstraint:
    """The CHECK that keeps `column` to the values of a string enum, named after the column."""
    words = ", ".join(f"'{value.value}'" for value in values)  # type: ignore[attr-defined]
    return CheckConstraint(f"{column} in ({words})", name=column)


def async_url(address: str) -> Url:
    """`address` as SQLAlchemy wants it for asyncpg. Raises `Invalid` (a sentence) when it is not a PostgreSQL URL."""
    try:
        url = make_url(address)
    except Exception as error:  # SQLAlchemy raises several kinds for an unreadable URL
        raise Invalid(
            "DATABASE_URL is not a database address; it looks like postgresql://user:password@host:5432/name."
        ) from error
    if url.get_backend_name() not in {"postgresql", "postgres"}:
        raise Invalid(
            f"DATABASE_URL names “{url.get_backend_name()}”; FlowPilot keeps its data in PostgreSQL (postgresql://…)."
        )
    return url.set(drivername="postgresql+asyncpg")


def engine_as(url: Url, role: str, *, pool_size: int = 10) -> Engine:
    """An engine whose every connection runs as `role`. Connecting takes at most 5 s, waiting for a free one at most 1.5 s."""
    roles_log_in = url.query.get("logins") == ROLES_LOG_IN["logins"]
    plain = url.difference_update_query(["logins"])
    return create_async_engine(
        plain.set(username=role) if roles_log_in else plain,
        hide_parameters=True,  # an error's text goes to the log, what people wrote does not
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=1.5,
        pool_use_lifo=True,
        connect_args={
            "timeout": 5,
            "server_settings": {
                "application_name": f"flowpilot {role}",
                "timezone": "UTC",
                **({} if roles_log_in else {"role": role}),
            },
        },
    )


async def ping(engine: Engine) -> str:
    """Asks the database something, and returns the role it was asked as."""
    async with engine.connect() as connection:
        return str((await connection.execute(text("select current_user"))).scalar_one())


__all__ = ["AccountOwned", "Base", "Engine", "Url", "async_url", "engine_as", "one_of", "ping"]
