"""When somebody may be disturbed, compared minute by minute with the clock on their wall."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.nudges.hours import Hours, on_wall

MINUTE = timedelta(minutes=1)
ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kolkata",  # half an hour
    "Asia/Kathmandu",  # three quarters
    "Australia/Lord_Howe",  # its summer time is half an hour
    "America/St_Johns",
    "Pacific/Apia",
    "America/Sao_Paulo",
    "Africa/Casablanca",  # summer time is suspended for a month a year
    "Asia/Beirut",  # changes at midnight: a day that begins at one o'clock
    "UTC",
)
CHANGES = (
    datetime(2026, 3, 29, 0, tzinfo=UTC),  # Europe springs forward
    datetime(2026, 10, 25, 0, tzinfo=UTC),
    datetime(2026, 3, 8, 6, tzinfo=UTC),  # North America
    datetime(2026, 11, 1, 5, tzinfo=UTC),
    datetime(2026, 4, 4, 14, tzinfo=UTC),  # Lord Howe
    datetime(2028, 2, 28, 23, tzinfo=UTC),
    datetime(2028, 2, 29, 12, tzinfo=UTC),
    datetime(2026, 12, 31, 20, tzinfo=UTC),
)
NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)
clocks = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30, 45]))


@st.composite
def any_instant(draw: st.DrawFn) -> datetime:
    """Of three years to the minute, and often beside a change of the clocks."""
    if draw(st.booleans()):
        return draw(st.sampled_from(CHANGES)) + draw(st.integers(-2_000, 2_000)) * MINUTE
    return NEW_YEAR + draw(st.integers(0, 1_500_000)) * MINUTE


instants = any_instant()


@st.composite
def any_hours(draw: st.DrawFn) -> Hours:
    start = draw(clocks)
    end = draw(clocks.filter(lambda clock: clock != start))
    quiet = draw(st.none() | st.tuples(clocks, clocks))
    days = frozenset(draw(st.sets(st.integers(0, 6), min_size=1)))
    closed = draw(st.sets(st.sampled_from([date(2026, 3, 30), date(2026, 12, 25), date(2028, 2, 29)])))
    return Hours(ZoneInfo(draw(st.sampled_from(ZONES))), days, start, end, quiet, frozenset(closed))


def wall_says(hours: Hours, at: datetime) -> bool:
    """The same rule, told again by looking at the wall."""
    wall = at.astimezone(hours.zone)
    minute, day = wall.hour * 60 + wall.minute, wall.date()
    start, end = (clock.hour * 60 + clock.minute for clock in (hours.start, hours.end))
    days = [day] if start < end or minute >= start else [day - timedelta(days=1)]
    inside = start <= minute < end if start < end else minute >= start or minute < end
    if not inside or any(one.weekday() not in hours.days or one in hours.closed for one in days):
        return False
    if hours.quiet is None:
        return True
    since, until = (clock.hour * 60 + clock.minute for clock in hours.quiet)
    return not (since <= minute < until if since <= until else minute >= since or minute < until)


@given(any_hours(), instants)
@settings(max_examples=150, deadline=None)
def test_the_next_permitted_instant_is_permitted_and_none_before_it_is(hours: Hours, at: datetime):
    found = hours.next_permitted(at)
    assert found >= at
    if not wall_says(hours, found):  # only whoever left no such time at all
        looked_at = (at + n * 5 * MINUTE for n in range(8 * 24 * 12))
        assert not any(wall_says(hours, one) for one in looked_at)
        return
    step = at
    while step < min(found, at + timedelta(days=9)):
        assert not wall_says(hours, step), f"{step} was missed"
        step += MINUTE


@given(any_hours(), instants, st.integers(1, 12 * 60))
@settings(max_examples=80, deadline=None)
def test_so_many_working_minutes_go_by(hours: Hours, at: datetime, minutes: int):
    plain = Hours(hours.zone, hours.days, hours.start, hours.end, None, hours.closed)
    found = plain.after(at, minutes * MINUTE)
    if found > at + timedelta(days=12):
        return
    worked, step = 0, at
    while step < found:
        worked += wall_says(plain, step)
        step += MINUTE
    assert worked == minutes
    assert wall_says(plain, found) or not any(wall_says(plain, at + n * MINUTE) for n in range(14 * 24 * 60))


@given(any_hours(), instants)
@settings(max_examples=80, deadline=None)
def test_the_next_morning_is_on_another_day_that_is_worked(hours: Hours, at: datetime):
    found = hours.next_morning(at, time(9, 30))
    assert found.astimezone(hours.zone).date() > at.astimezone(hours.zone).date()
    assert hours.next_permitted(found) == found


@given(any_hours(), instants)
@settings(max_examples=80, deadline=None)
def test_the_end_of_a_permitted_time_is_the_first_instant_that_is_not(hours: Hours, at: datetime):
    begin = hours.next_permitted(at)
    if not wall_says(hours, begin):
        return
    end, step = hours.end_of(begin), begin
    while step < min(end, begin + timedelta(days=3)):
        assert wall_says(hours, step)
        step += MINUTE
    assert end > begin + timedelta(days=3) or not wall_says(hours, end)


BERLIN = Hours(ZoneInfo("Europe/Berlin"))


@pytest.mark.parametrize(
    ("began", "asked"),
    [
        ("2026-03-02 09:00", "2026-03-02 13:00"),
        ("2026-03-02 13:00", "2026-03-03 09:00"),  # five o'clock is no working time any more
        ("2026-03-02 15:30", "2026-03-03 11:30"),
        ("2026-03-06 16:00", "2026-03-09 12:00"),  # over the weekend
        ("2026-03-27 16:00", "2026-03-30 12:00"),  # over the weekend when the clocks are put forward
        ("2026-03-07 11:00", "2026-03-09 13:00"),  # parked on a Saturday
        ("2028-02-28 15:00", "2028-02-29 11:00"),  # a leap day is a day
    ],
)
def test_four_working_hours_by_the_wall_in_berlin(began: str, asked: str):
    def wall(text: str) -> datetime:
        return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Berlin"))

    assert BERLIN.after(wall(began), timedelta(hours=4)) == wall(asked)


def test_a_time_that_the_wall_skips_is_as_much_later():
    assert on_wall(date(2026, 3, 29), time(2, 30), ZoneInfo("Europe/Berlin")) == datetime(
        2026, 3, 29, 1, 30, tzinfo=UTC
    )


def test_whoever_is_quiet_all_day_is_asked_in_their_working_hours():
    monk = Hours(ZoneInfo("UTC"), quiet=(time(0), time(23, 59)), start=time(9), end=time(17))
    assert monk.next_permitted(datetime(2026, 3, 2, 3, tzinfo=UTC)) == datetime(2026, 3, 2, 9, tzinfo=UTC)
