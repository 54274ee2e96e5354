"""The message that shows a turn while it is taken."""

from __future__ import annotations

from core.ids import SessionId, TurnId
from core.outbox.events import TurnShown
from core.turns import queries as turns
from core.turns.models import TurnStatus
from core.unit import Unit


async def shows_itself(unit: Unit, turn_id: TurnId) -> bool:
    """Written down before the message that shows the turn is posted. Says whether it still thinks: else there is nothing to show."""
    turn = await turns.turn_for_update(unit, turn_id)
    turn.progress_at = unit.now
    return turn.status is TurnStatus.THINKING


async def shown_at(unit: Unit, turn_id: TurnId, ts: str, *, streamed: bool) -> None:
    """Keeps where the turn shows itself; one that was stopped meanwhile shows that."""
    turn = await turns.turn_for_update(unit, turn_id)
    turn.progress_ts, turn.streamed = ts, streamed
    if turn.is_over:
        unit.emit(TurnShown(SessionId(turn.session_id), turn_id))


async def is_stopped(unit: Unit, turn_id: TurnId) -> bool:
    return (await turns.turn(unit, turn_id)).is_over
