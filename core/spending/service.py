"""The month's budget: what was spent of it, and whether a model may still be asked."""

from __future__ import annotations

from uuid import UUID

from core.accounts import preferences
from core.ids import SessionId, new_id
from core.llm.provider import Usage
from core.spending import queries
from core.spending.models import Spending
from core.spending.pages import Budget
from core.unit import Unit


def add(unit: Unit, usage: Usage, purpose: str, session_id: SessionId | UUID | None = None) -> None:
    """Writes down what a call took; `purpose` is what it was for ("turn", "note")."""
    unit.add(
        Spending(
            account_id=unit.account_id,
            id=new_id(),
            at=unit.now,
            purpose=purpose,
            session_id=session_id,
            model=usage.model,
            input_tokens=usage.input_tokens,
            output_tokens=usage.output_tokens,
            cached_tokens=usage.cached_tokens,
            cost_micro_usd=usage.cost_micro_usd,
        )
    )


async def this_month(unit: Unit) -> Budget:
    """The account's budget for the calendar month (UTC) that `unit.now` is in."""
    first = unit.now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return Budget(await queries.since(unit, first), (await preferences.of(unit)).model_budget_usd)
