from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from core.errors import NotFound
from core.ids import ConnectionId
from core.psa.models import PsaConnection
from core.unit import Unit

MOST = 20
"""Connections of one account."""


async def connection(unit: Unit, connection_id: ConnectionId | UUID) -> PsaConnection:
    """Also one that was removed: look at `removed_at`. Raises `NotFound`."""
    wanted = select(PsaConnection).where(PsaConnection.account_id == unit.account_id, PsaConnection.id == connection_id)
    return _there(await unit.session.scalar(wanted))


async def connection_for_update(unit: Unit, connection_id: ConnectionId | UUID) -> PsaConnection:
    """One that is in use, locked until the unit ends. Raises `NotFound`."""
    wanted = select(PsaConnection).where(
        PsaConnection.account_id == unit.account_id,
        PsaConnection.id == connection_id,
        PsaConnection.removed_at.is_(None),
    )
    return _there(await unit.session.scalar(wanted.with_for_update()))


async def connections(unit: Unit) -> Sequence[PsaConnection]:
    """Those in use, oldest first, at most `MOST`."""
    wanted = (
        select(PsaConnection)
        .where(PsaConnection.account_id == unit.account_id, PsaConnection.removed_at.is_(None))
        .order_by(PsaConnection.id)
        .limit(MOST)
    )
    return (await unit.session.scalars(wanted)).all()


def _there(row: PsaConnection | None) -> PsaConnection:
    if row is None:
        raise NotFound("That connection is not there any more.")
    return row
