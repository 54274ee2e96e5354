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
"""A walk is closed when nobody touched it for a day."""
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
    if number >= RHYTHM[kind].most:
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


def may_go(kind: Kind, now: datetime, hours: Hours, *, chosen: bool, active_at: datetime | None = None) -> datetime:
    """`now`, or the later instant to which what is due must be put off.

    A time that a person chose is kept. Ours keeps working hours and quiet hours, and gives way while somebody was active in the last 30
    minutes (in a walk: the last 20 hours).
    """
    if chosen:
        return now
    rest = WALK_AFTER if kind is Kind.WALK else QUIET_AFTER_ACTIVITY
    return hours.next_permitted(now if active_at is None else max(now, active_at + rest))


def after_rest(now: datetime, owed_at: datetime, undisturbed_until: datetime, hours: Hours) -> datetime | None:
    """When to ask somebody who does not want to be disturbed until then, or None: now, because it has waited for three days."""
    if undisturbed_until <= now or now >= owed_at + DISTURB_AFTER:
        return None
    return hours.next_permitted(undisturbed_until)


def escalates(kind: Kind, number: int) -> bool:
    """Whether nudge `number` also goes to whoever covers or leads: two before it stayed unanswered."""
    start = RHYTHM[kind].escalates_from
    return start is not None and number >= start


def is_digest(kinds: list[Kind], *, digest_only: bool) -> bool:
    """Whether nudges that are due for one person at once become one message."""
    return (
        len(kinds) >= DIGEST_FROM or digest_only or (bool(kinds) and all(RHYTHM[kind].always_digest for kind in kinds))
    )
