from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from uuid import UUID

from sqlalchemy import select

from core.audit.models import AuditEvent
from core.unit import Unit


async def trail(unit: Unit, subject: UUID) -> Sequence[AuditEvent]:
    """Everything that was recorded about `subject`, oldest first."""
    wanted = (
        select(AuditEvent)
        .where(AuditEvent.account_id == unit.account_id, AuditEvent.subject == subject)
        .order_by(AuditEvent.id)
    )
    return (await unit.session.scalars(wanted)).all()


async def everything(unit: Unit) -> AsyncGenerator[AuditEvent]:
    """The whole audit of the account, oldest first, read in portions."""
    wanted = select(AuditEvent).where(AuditEvent.account_id == unit.account_id).order_by(AuditEvent.id)
    rows = await unit.session.stream_scalars(wanted.execution_options(yield_per=500))
    async for row in rows:
        yield row
