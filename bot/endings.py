"""How a delivery ends that did not arrive: what each failure means for it."""

from __future__ import annotations

from functools import partial
from typing import Protocol
from uuid import UUID

from bot.effects import ComeAgain, NotYet
from bot.posting import CannotTell, Lost
from bot.slack import Lacking, Refused, ShutOut, SlackFailed, Throttled
from core.errors import NotFound, Unavailable
from core.nudges.reminders import NotBefore
from core.outbox import service
from core.outbox.models import Delivery
from core.unit import Again, Unit


class End(Protocol):
    async def __call__(self, unit: Unit, delivery: Delivery, token: UUID, problem: str) -> None: ...


LOUD = {"refused", "shut out", "lacking", "accident"}


def ending(error: Exception, *, is_post: bool) -> tuple[str, End]:
    """What becomes of a delivery that ended with `error`, and the word for it in the metrics."""
    match error:
        case NotFound():
            return "nothing left to show", service.give_up
        case NotYet():
            return "too early", service.step_back
        case NotBefore(at=at):
            return "too early", partial(service.not_before, at=at)
        case ComeAgain(after=after) | Throttled(after=after):
            return "throttled" if isinstance(error, Throttled) else "put off", partial(service.retry, after=after)
        case Lost(after=after):
            return "answer lost", partial(service.look_again, after=after)
        case CannotTell():
            return "cannot tell", service.cannot_tell
        case Lacking():
            return ("lacking", service.give_up) if is_post else ("left out", service.leave_out)
        case ShutOut():
            return "shut out", partial(service.retry, after=service.LONGEST_WAIT)
        case Refused():
            return "refused", service.give_up
        case SlackFailed():
            return "away", service.put_off
        case Unavailable() | Again():
            # Perhaps the post went out, and only its end could not be written down: then it stays `sending`.
            return "away", service.look_again
        case _:
            return "accident", service.stumbled if is_post else service.retry
