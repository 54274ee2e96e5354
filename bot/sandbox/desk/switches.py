"""How the desk behaves at the moment, and what it was asked."""

from dataclasses import dataclass, field

from bot.sandbox.faults import Faults
from bot.sandbox.wire import Json

CODEBASE = "v2025_1/"


@dataclass
class Budget:
    """So many calls in so many seconds, then 429; none: no limit."""

    calls: int = 0
    seconds: float = 60.0
    taken: list[float] = field(default_factory=list[float])

    def spend(self, now: float) -> float:
        """Take one call; return 0, or how long to wait."""
        self.taken = [at for at in self.taken if now - at < self.seconds]
        if self.calls and len(self.taken) >= self.calls:
            return max(1.0, self.seconds - (now - self.taken[0]))
        self.taken.append(now)
        return 0.0


@dataclass(frozen=True)
class Called:
    """One call of the API, as the log shows it."""

    name: str
    method: str
    path: str
    query: Json
    body: object
    status: int


@dataclass
class Switches:
    """away: every connection is cut; expired: the keys hold no longer; codebase: where the API is since the last upgrade."""

    faults: Faults = field(default_factory=Faults)
    budget: Budget = field(default_factory=Budget)
    away: bool = False
    expired: bool = False
    codebase: str = CODEBASE
    calls: list[Called] = field(default_factory=list[Called])
