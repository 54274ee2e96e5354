"""When a nudge is due, how often, and who else hears of it. Pure: data in, instants out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum

from core.nudges.hours import Hours

FIRST_AFTER = timedelta(hours=4)
MORNING = time(9, 30)
QUIET_AFTER_ACTIVITY = timedelta(minutes=30)
DIGEST_FROM = 3
WALK_AFTER = timedelta(hours=20)
WALK_CLOSES_AFTER = timedelta(hours=24)
"""So long after it was touched last a walk is closed as abandoned."""
BEFORE_THE_END = timedelta(minutes=30)
"""So long before the end of somebody's last working time they are asked about what is closed before the next one begins."""
DISTURB_AFTER = timedelta(days=3)
"""So long a nudge gives way to do-not-disturb; who never lets go of it is asked in spite of it."""


class Kind(StrEnum):
    """What waits: a fix to be verified, drafts to be reviewed, an escalation to be claimed, a walk to be gone on with. And the leads' digest."""

    FIX = "fix"
    DRAFTS = "drafts"
    ESCALATION = "escalation"
    WALK = "walk"
    WEEKLY = "weekly"


class Severity(StrEnum):
    """How soon somebody should take up an escalation."""

    CRITICAL = "critical"
    HIGH = "high"
    NORMAL = "normal"


@dataclass(frozen=True)
class Rhythm:
    """`most` nudges at most; from number `escalates_from` on the leads hear of it too; `always_digest`: never a message of its own."""

    most: int
    escalates_from: int | None = None
    always_digest: bool = False


RHYTHM = {
    Kind.FIX: Rhythm(most=5, escalates_from=3),
    Kind.DRAFTS: Rhythm(most=4, always_digest=True),
    Kind.ESCALATION: Rhythm(most=5),
    Kind.WALK: Rhythm(most=1),
    Kind.WEEKLY: Rhythm(most=2**31 - 1),
}
CLAIM_WITHIN = {
    Severity.CRITICAL: timedelta(minutes=15),
    Severity.HIGH: timedelta(hours=1),
    Severity.NORMAL: FIRST_AFTER,
}


def first_due(at: datetime, hours: Hours) -> datetime:
    """When to ask first about something that began to wait `at` and for which nobody chose a time: after four working hours."""
    return hours.after(at, FIRST_AFTER)


def next_due(
    kind: Kind, number: int, at: datetime, hours: Hours, severity: Severity = Severity.NORMAL
) -> datetime | None:
    """When to ask again after nudge `number` was sent `at`, or None: that was the last one."""
    if is_last(kind, number):
        return None
    match kind:
        case Kind.FIX:
            return hours.next_morning(at, MORNING)
        case Kind.DRAFTS | Kind.WEEKLY:
            return hours.next_morning(at + timedelta(days=6), MORNING)
        case Kind.ESCALATION:
            return claim_due(at, severity, hours)
        case Kind.WALK:
            return None


def claim_due(at: datetime, severity: Severity, hours: Hours) -> datetime:
    """When to point out that nobody has claimed an escalation. A critical one does not look at the clock."""
    if severity is Severity.CRITICAL:
        return at + CLAIM_WITHIN[severity]
    return hours.after(at, CLAIM_WITHIN[severity])


def walk_due(touched: datetime, hours: Hours) -> datetime:
    """When to ask about a walk that was touched last at `touched`: always before it is closed, and in working time as far as there is any.

    After 20 hours; where no working time is left then, in the last half hour of what there is (Friday's, before a Saturday). Whoever touched it after
    work, with a free day ahead, is asked half an hour later, while they may still be there.
    """
    closes = touched + WALK_CLOSES_AFTER
    due = hours.next_permitted(touched + WALK_AFTER)
    if due < closes:
        return due
    rested, last = touched + QUIET_AFTER_ACTIVITY, hours.last_stretch(touched, closes)
    return rested if last is None else max(rested, last[0], last[1] - BEFORE_THE_END)


def may_go(kind: Kind, now: datetime, hours: Hours, *, chosen: bool, active_at: datetime | None = None) -> datetime:
    """`now`, or the later instant to which what is due must be put off.

    A time that a person chose is kept. Ours keeps working hours and quiet hours, and gives way while somebody was active in the last 30
    minutes. Of a walk see `walk_due`; what was missed is asked at once where it would be closed before the next working time.
    """
    if chosen:
        return now
    if active_at is None:
        return hours.next_permitted(now)
    if kind is not Kind.WALK:
        return hours.next_permitted(max(now, active_at + QUIET_AFTER_ACTIVITY))
    due = walk_due(active_at, hours)
    if due > now:
        return due
    later = hours.next_permitted(now)
    return later if later < active_at + WALK_CLOSES_AFTER else now


def after_rest(now: datetime, owed_at: datetime, undisturbed_until: datetime, hours: Hours) -> datetime | None:
    """When to ask somebody who does not want to be disturbed until then, or None: now, because it has waited for three days."""
    if undisturbed_until <= now or now >= owed_at + DISTURB_AFTER:
        return None
    return hours.next_permitted(undisturbed_until)


def escalates(kind: Kind, number: int) -> bool:
    """Whether nudge `number` also goes to whoever covers or leads: two before it stayed unanswered."""
    start = RHYTHM[kind].escalates_from
    return start is not None and number >= start


def is_last(kind: Kind, number: int) -> bool:
    """Whether nothing more is asked after nudge `number`: who wants none at all leaves it to others to be asked then."""
    return number >= RHYTHM[kind].most


def is_digest(kinds: list[Kind], *, digest_only: bool) -> bool:
    """Whether nudges that are due for one person at once become one message."""
    return (
        len(kinds) >= DIGEST_FROM or digest_only or (bool(kinds) and all(RHYTHM[kind].always_digest for kind in kinds))
    )
