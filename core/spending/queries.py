from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, cast, func, select

from core.ids import SessionId
from core.spending.models import Spending
from core.spending.pages import Spent
from core.unit import Unit

_SUMS = (
    func.coalesce(
        cast(func.sum(Spending.input_tokens + Spending.output_tokens + Spending.cached_tokens), BigInteger), 0
    ),
    func.coalesce(cast(func.sum(Spending.cost_micro_usd), BigInteger), 0),
)


async def of_session(unit: Unit, session_id: SessionId | UUID) -> Spent:
    """What one session has taken so far."""
    wanted = select(*_SUMS).where(Spending.account_id == unit.account_id, Spending.session_id == session_id)
    return Spent(*(await unit.session.execute(wanted)).one())


async def since(unit: Unit, start: datetime) -> Spent:
    """What the account has spent since `start`."""
    wanted = select(*_SUMS).where(Spending.account_id == unit.account_id, Spending.at >= start)
    return Spent(*(await unit.session.execute(wanted)).one())
