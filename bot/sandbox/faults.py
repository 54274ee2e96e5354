"""Mishaps on order: the next calls of a method are cut, delayed or refused."""

from dataclasses import dataclass, field
from typing import Literal

from bot.sandbox.wire import Json, seconds, text, whole

Mode = Literal["drop_before", "drop_after", "error", "http500", "ratelimited", "slow", "keep_status"]
MODES = ("drop_before", "drop_after", "error", "http500", "ratelimited", "slow", "keep_status")
"""keep_status is the desk's alone: a change of status is accepted and not made."""


@dataclass
class Fault:
    """What happens to the next `times` calls of the method ("*" is any; "respond" is a response URL)."""

    method: str
    mode: Mode
    times: int = 1
    error: str = "internal_error"
    retry_after: int = 1
    seconds: float = 1.0


@dataclass
class Faults:
    """The mishaps that are still to come."""

    ordered: list[Fault] = field(default_factory=list[Fault])

    def order(self, asked: Json) -> Fault:
        """Order one. Raises ValueError for an unknown mode."""
        mode = text(asked.get("mode"))
        if mode not in MODES:
            raise ValueError(f"There is no fault {mode!r}; there are {', '.join(MODES)}.")
        fault = Fault(
            method=text(asked.get("method"), "*"),
            mode=mode,
            times=whole(asked.get("times"), 1),
            error=text(asked.get("error"), "internal_error"),
            retry_after=whole(asked.get("retry_after"), 1),
            seconds=seconds(asked.get("seconds"), 1.0),
        )
        self.ordered.append(fault)
        return fault

    def due(self, method: str) -> Fault | None:
        """Return the mishap for this call, and count it."""
        for fault in self.ordered:
            if fault.method in (method, "*"):
                fault.times -= 1
                if fault.times <= 0:
                    self.ordered.remove(fault)
                return fault
        return None

    def clear(self) -> None:
        """Order nothing any more."""
        self.ordered.clear()
