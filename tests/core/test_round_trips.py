"""What a click costs in round trips to the database, BEGIN and COMMIT included."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

import pytest
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from core.fixes import service
from core.fixes.commands import RecordOutcome
from core.fixes.models import Outcome
from core.ids import FixId
from core.unit import Duplicate
from tests.builders import Account, a_fix
from tests.core.intake.walking import a_walk, answer

AT_MOST = 5
DUPLICATE_AT_MOST = 3
AT_MOST_IN_A_WALK = 7


@contextmanager
def counted(engine: AsyncEngine) -> Generator[list[str]]:
    """The trips made while the context is open, in order."""
    trips: list[str] = []

    def statement(_connection: object, _cursor: object, sql: str, *_rest: object) -> None:
        trips.append(sql)

    def begin(_connection: object) -> None:
        trips.append("begin")

    def commit(_connection: object) -> None:
        trips.append("commit")

    def rollback(_connection: object) -> None:
        trips.append("rollback")

    listeners = {"before_cursor_execute": statement, "begin": begin, "commit": commit, "rollback": rollback}
    for name, listener in listeners.items():
        event.listen(engine.sync_engine, name, listener)
    try:
        yield trips
    finally:
        for name, listener in listeners.items():
            event.remove(engine.sync_engine, name, listener)


@pytest.mark.parametrize("outcome", Outcome)
async def test_recording_an_outcome_takes_five_round_trips(account: Account, outcome: Outcome):
    """And parking one more: when to ask goes by the owner's day."""
    fix = await a_fix(account)
    wanted = RecordOutcome(fix_id=FixId(fix.id), outcome=outcome, notes="the weekend")
    with counted(account.database.engine) as trips:
        async with account.unit("ben", receipt="click-1") as unit:
            await service.record_outcome(unit, wanted)
    assert (trips[0], trips[-1]) == ("begin", "commit")
    assert len(trips) <= AT_MOST + (outcome is Outcome.APPLIED_PENDING), "\n".join(trips)
    assert (await account.fix(fix.id)).status.value == outcome.value


async def test_a_redelivered_click_takes_three(account: Account):
    async with account.unit("ben", receipt="click-1"):
        pass

    async def again() -> None:
        async with account.unit("ben", receipt="click-1"):
            pass

    with counted(account.database.engine) as trips, pytest.raises(Duplicate):
        await again()
    assert len(trips) <= DUPLICATE_AT_MOST, "\n".join(trips)


async def test_answering_a_step_takes_seven_round_trips_at_most(account: Account):
    walk = await a_walk(account)
    with counted(account.database.engine) as trips:
        async with account.unit("lena", receipt="click-2") as unit:
            await answer(unit, walk.id, 1, 1)
    assert len(trips) <= AT_MOST_IN_A_WALK, "\n".join(trips)
