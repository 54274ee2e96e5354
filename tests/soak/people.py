"""The people of the soak and what they are owed, told again without the house: by looking at the clock on their wall, minute by minute."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from uuid import UUID
from zoneinfo import ZoneInfo

import holidays

MINUTE = timedelta(minutes=1)
MORNING = time(9, 30)
ZONES = (
    "Europe/Berlin",
    "Europe/Lisbon",
    "America/New_York",
    "America/Los_Angeles",
    "America/St_Johns",
    "America/Sao_Paulo",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Asia/Tokyo",
    "Australia/Lord_Howe",
    "Pacific/Auckland",
    "Africa/Casablanca",
)
HOLIDAYS = "DE"
_CLOSED = holidays.country_holidays(HOLIDAYS)


@dataclass(frozen=True)
class Somebody:
    """`wishes` as the house keeps them."""

    slack_id: str
    zone: str
    start: time = time(9)
    end: time = time(17)
    days: tuple[int, ...] = (0, 1, 2, 3, 4)
    quiet: tuple[time, time] | None = None
    digest: bool = False

    @property
    def wishes(self) -> dict[str, object]:
        said: dict[str, object] = {}
        if (self.start, self.end) != (time(9), time(17)):
            said |= {"start": self.start.isoformat(), "end": self.end.isoformat()}
        if self.days != (0, 1, 2, 3, 4):
            said["days"] = list(self.days)
        if self.quiet:
            said |= {"quiet_from": self.quiet[0].isoformat(), "quiet_until": self.quiet[1].isoformat()}
        if self.digest:
            said["mode"] = "digest"
        return said

    def wall(self, at: datetime) -> datetime:
        return at.astimezone(ZoneInfo(self.zone or "UTC"))

    def at_work(self, at: datetime) -> bool:
        wall = self.wall(at)
        return self.works_on(wall.date()) and self.start <= wall.time() < self.end

    def works_on(self, day: date) -> bool:
        return day.weekday() in self.days and not _closed(day)

    def may(self, at: datetime) -> bool:
        """Whether this is a permitted minute."""
        clock = self.wall(at).time()
        return self.at_work(at) and not (self.quiet and self.quiet[0] <= clock < self.quiet[1])

    def next_permitted(self, at: datetime) -> datetime:
        while not self.may(at):
            at = at.replace(second=0, microsecond=0) + MINUTE
        return at

    def after_four_hours(self, at: datetime) -> datetime:
        """Four working hours later: every second that is worked counts."""
        left = timedelta(hours=4)
        while left:
            step = at.replace(second=0, microsecond=0) + MINUTE - at
            if self.at_work(at):
                if left < step:
                    return self.next_permitted(at + left)
                left -= step
            at += step
        return self.next_permitted(at)

    def next_morning(self, after: datetime, *, same_day: bool = False) -> datetime:
        day = self.wall(after).date() - timedelta(days=1 if same_day else 0)
        while True:
            day += timedelta(days=1)
            if not self.works_on(day):
                continue
            at = datetime.combine(day, MORNING, ZoneInfo(self.zone or "UTC")).astimezone(UTC)
            found = self.next_permitted(at)
            if not same_day or found >= after:
                return found

    def tomorrow_at_nine(self, at: datetime) -> datetime:
        day = self.wall(at).date() + timedelta(days=1)
        return datetime.combine(day, time(9), ZoneInfo(self.zone or "UTC")).astimezone(UTC)


@lru_cache(maxsize=2_000)
def _closed(day: date) -> bool:
    return day in _CLOSED


@dataclass
class Owed:
    """A question that is owed: the `number`-th, at `at`; `chosen` by a person, so kept whatever the hour."""

    number: int
    at: datetime
    chosen: bool


@dataclass
class Fix:
    """One fix as its engineer sees it. `settled_at`: nobody is to be asked from then on."""

    id: UUID
    owner: Somebody
    owed: Owed | None = None
    settled_at: datetime | None = None
    pending: bool = False
    asked: list[tuple[datetime, int]] = field(default_factory=list[tuple[datetime, int]])
    unknown: int = 0

    def park(self, at: datetime, check_at: datetime | None) -> None:
        self.pending, self.settled_at = True, None
        first = check_at or self.owner.after_four_hours(at)
        self.owed = self._gathered(Owed(1, first, check_at is not None))

    def end(self, at: datetime) -> None:
        self.settled_at, self.owed = at, None

    def snooze(self, until: datetime) -> None:
        number = self.asked[-1][1] if self.asked else 1
        self.owed = Owed(number, until, chosen=True)

    def was_asked(self, owed: Owed, at: datetime) -> None:
        """The next one is owed the next working morning, until there were five."""
        self.asked.append((at, owed.number))
        following = Owed(owed.number + 1, self.owner.next_morning(at), chosen=False)
        self.owed = self._gathered(following) if owed.number < 5 else None

    def _gathered(self, owed: Owed) -> Owed:
        if self.owner.digest and not owed.chosen:
            owed.at = self.owner.next_morning(owed.at, same_day=True)
        return owed


def crowd(number: int, chance: random.Random) -> list[Somebody]:
    """So many people in twelve zones, some without one, some with hours, days, quiet times or wishes of their own."""
    found: list[Somebody] = []
    for n in range(number):
        zone = "" if chance.random() < 0.03 else ZONES[n % len(ZONES)]
        start, end = chance.choice([(time(9), time(17))] * 6 + [(time(7), time(15, 30)), (time(10, 15), time(19, 45))])
        days = chance.choice([(0, 1, 2, 3, 4)] * 6 + [(0, 1, 2, 3), (2, 3, 4, 5, 6)])
        quiet = chance.choice([None] * 5 + [(time(12), time(13))])
        digest = chance.random() < 0.1
        found.append(Somebody(f"U{n:09d}", zone, start, end, days, quiet, digest))
    return found
