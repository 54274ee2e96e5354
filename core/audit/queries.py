from __future__ import annotations

from collections.abc import Sequence
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
