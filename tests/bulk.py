"""Thousands of rows at once, made by the models, so that they have every column there is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import insert, inspect

from core.accounts.models import Kind as PersonKind
from core.accounts.models import User
from core.db import Base
from core.fixes.models import FixStatus, SuggestedFix
from core.ids import AccountId, new_id
from core.nudges.models import Nudge
from core.nudges.policy import Kind
from core.scope import Role
from core.sessions.models import Session
from core.unit import Database


async def put(database: Database, account: AccountId, rows: Sequence[Base]) -> None:
    """Writes rows of one model."""
    columns = [column.key for column in inspect(type(rows[0])).column_attrs]
    async with database.unit(account) as unit:
        await unit.session.execute(
            insert(type(rows[0])), [{name: getattr(row, name) for name in columns} for row in rows]
        )


def an_engineer(account: AccountId, slack_id: str, tz: str = "UTC", wishes: dict[str, object] | None = None) -> User:
    return User(
        account_id=account,
        id=new_id(),
        slack_user_id=slack_id,
        name=f"Person {slack_id}",
        role=Role.ENGINEER,
        kind=PersonKind.MEMBER,
        tz=tz,
        nudge_wishes=wishes,
    )


def a_session(account: AccountId, owner: UUID, at: datetime) -> Session:
    return Session(
        account_id=account,
        id=new_id(),
        title="Printer",
        problem="Printer",
        owner_id=owner,
        started_by=owner,
        channel="C0BENCH001",
        created_at=at,
        last_active_at=at,
    )


def a_fix(account: AccountId, session: UUID, at: datetime, *, parked: bool = False) -> SuggestedFix:
    return SuggestedFix(
        account_id=account,
        id=new_id(),
        session_id=session,
        title="Restart the print spooler",
        description="",
        confidence_pct=70,
        sources=[],
        composed_without_ai=True,
        status=FixStatus.APPLIED_PENDING if parked else FixStatus.PROPOSED,
        applied_at=at if parked else None,
        pending_reason="the night backup" if parked else None,
        created_at=at,
    )


def a_nudge(account: AccountId, fix: UUID, owner: UUID, due: datetime) -> Nudge:
    return Nudge(
        account_id=account,
        id=new_id(),
        kind=Kind.FIX,
        subject_id=fix,
        user_id=owner,
        owed_at=due,
        due_at=due,
        number=1,
        planned_at=due - timedelta(days=1),
    )
