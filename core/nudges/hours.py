"""When somebody may be disturbed: their working time, by the clock on their wall. Pure.

Instants come and go with their zone; the wall decides. So an hour that the wall shows twice counts twice, and one it skips does not exist.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
FARTHEST = 400  # days: whoever does not work for longer is asked all the same


@dataclass(frozen=True)
class Hours:
    """Working time from `start` until before `end` on `days` (Monday is 0) that are not `closed`; an `end` before `start` is on the next day.

    `quiet` (from, until before) is cut out of it, on every day.
    """

    zone: ZoneInfo
    days: frozenset[int] = frozenset(range(5))
    start: time = time(9)
    end: time = time(17)
    quiet: tuple[time, time] | None = None
    closed: Container[date] = ()

    def works_on(self, day: date) -> bool:
        return day.weekday() in self.days and day not in self.closed

    def working(self, at: datetime) -> bool:
        """Whether `at` is working time, quiet or not."""
        wall = at.astimezone(self.zone)
        day, clock = wall.date(), wall.time()
        if self.start < self.end:
            return self.works_on(day) and self.start <= clock < self.end
        return (self.works_on(day) and clock >= self.start) or (self.works_on(day - DAY) and clock < self.end)

    def permitted(self, at: datetime) -> bool:
        """Whether a time that FlowPilot chooses may be `at`."""
        return self.working(at) and not self._quiet(at)

    def _quiet(self, at: datetime) -> bool:
        if self.quiet is None:
            return False
        since, until = self.quiet
        clock = at.astimezone(self.zone).time()
        return since <= clock < until if since <= until else clock >= since or clock < until

    def next_permitted(self, at: datetime) -> datetime:
        """The first instant from `at` on that is permitted. Whoever left no such time at all is asked in their working hours, or at `at`."""
        found = self._next(at, forbidden=False)
        if found is None and self.quiet is not None:
            return replace(self, quiet=None).next_permitted(at)
        return found or at

    def end_of(self, at: datetime) -> datetime:
        """When the permitted time that `at` is in ends."""
        return self._next(at, forbidden=True) or at + FARTHEST * DAY

    def last_stretch(self, since: datetime, until: datetime) -> tuple[datetime, datetime] | None:
        """The last stretch of permitted time between these instants, from when until when; it may go on after `until`. None: there is none."""
        found, at = None, self.next_permitted(since)
        while at < until and (end := self.end_of(at)) > at:
            found, at = (at, end), self.next_permitted(end)
        return found

    def after(self, at: datetime, working: timedelta) -> datetime:
        """The permitted instant when so much working time has gone by since `at`."""
        awake = replace(self, quiet=None)
        now, left = awake.next_permitted(at), working
        while awake.working(now):
            end = awake.end_of(now)
            if left < end - now:
                return self.next_permitted(now + left)
            now, left = awake.next_permitted(end), left - (end - now)
            if not left:
                break
        return self.next_permitted(now)

    def next_morning(self, after: datetime, at: time) -> datetime:
        """`at` on the wall of the next working day after the day of `after`, or the first permitted instant from then on."""
        day = after.astimezone(self.zone).date()
        for _ in range(FARTHEST):
            day += DAY
            if self.works_on(day):
                break
        return self.next_permitted(on_wall(day, at, self.zone))

    def morning_from(self, at: datetime, clock: time) -> datetime:
        """The same, but it may be the day of `at`, if that time is still to come."""
        day = at.astimezone(self.zone).date()
        today = self.next_permitted(on_wall(day, clock, self.zone))
        return today if self.works_on(day) and today >= at else self.next_morning(at, clock)

    def _next(self, at: datetime, *, forbidden: bool) -> datetime | None:
        """The first instant from `at` on that is (not) permitted. It can only change where the wall shows a border, or jumps."""
        if self.permitted(at) != forbidden:
            return at
        first = at.astimezone(self.zone).date()
        for days in range(FARTHEST):
            for border in sorted(self._borders(first + days * DAY)):
                if border > at and self.permitted(border) != forbidden:
                    return border
        return None

    def _borders(self, day: date) -> Iterator[datetime]:
        for clock in {time(0), self.start, self.end, *(self.quiet or ())}:
            for fold in (0, 1):
                yield datetime.combine(day, clock.replace(fold=fold), self.zone).astimezone(UTC)
        yield from _jumps(day, self.zone)


def on_wall(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """The first instant when the wall shows that day and time, or, where it skips it, as much later as it skips."""
    return datetime.combine(day, clock.replace(fold=0), zone).astimezone(UTC)


def _jumps(day: date, zone: ZoneInfo) -> Iterator[datetime]:
    """The instants of a day at which its wall clock is put forward or back, to the minute."""
    early = datetime.combine(day, time(0), zone).astimezone(UTC)
    late = datetime.combine(day + DAY, time(0), zone).astimezone(UTC)

    def offset(at: datetime) -> timedelta | None:
        return at.astimezone(zone).utcoffset()

    if offset(early) == offset(late):
        return
    before = offset(early)
    while late - early > MINUTE:
        middle = early + MINUTE * ((late - early) // MINUTE // 2)
        if offset(middle) == before:
            early = middle
        else:
            late = middle
    yield late
