"""What tests of nudges need: parked fixes, a dispatcher, and reminders that are sent as Slack would take them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select

from bot.subjects import SUBJECTS
from core.accounts import preferences
from core.accounts import queries as people
from core.fixes import service as fixes
from core.fixes.commands import RecordOutcome
from core.fixes.models import Outcome, SuggestedFix
from core.ids import FixId, ReminderId
from core.nudges import dispatch, reminders
from core.nudges.models import Nudge, Reminder
from core.nudges.reminder_queries import Stands
from core.nudges.reminders import Shown
from core.nudges.wishes import Wishes
from core.sessions.models import Session
from tests.builders import Account, Clock, a_fix, a_session, slack_id

HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)
BERLIN = ZoneInfo("Europe/Berlin")
_ts = count(1)


def berlin(text: str) -> datetime:
    """A time by the walls of Berlin."""
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN).astimezone(UTC)


async def parked(
    account: Account, *, by: str = "ben", check_at: datetime | None = None, session: Session | None = None
) -> SuggestedFix:
    """A fix of a session of `by`'s that waits to be verified."""
    fix = await a_fix(account, session or await a_session(account, by=by))
    await record(account, fix, Outcome.APPLIED_PENDING, by=by, check_at=check_at)
    return fix


async def record(
    account: Account, fix: SuggestedFix, outcome: Outcome, *, by: str = "ben", check_at: datetime | None = None
) -> None:
    async with account.unit(by) as unit:
        wanted = RecordOutcome(fix_id=FixId(fix.id), outcome=outcome, notes="the night backup", check_at=check_at)
        await fixes.record_outcome(unit, wanted)


async def nudges(account: Account, subject: UUID | None = None) -> Sequence[Nudge]:
    """All of them, or those about one subject, oldest first."""
    async with account.unit() as unit:
        wanted = select(Nudge).where(Nudge.account_id == unit.account_id).order_by(Nudge.id)
        if subject is not None:
            wanted = wanted.where(Nudge.subject_id == subject)
        return (await unit.session.scalars(wanted)).all()


async def planned(account: Account, subject: UUID) -> Nudge:
    """The one that is planned. Raises ValueError unless it is exactly one."""
    (one,) = [each for each in await nudges(account, subject) if each.state == "planned"]
    return one


async def made(account: Account) -> Sequence[Reminder]:
    """All reminders, oldest first."""
    async with account.unit() as unit:
        wanted = select(Reminder).where(Reminder.account_id == unit.account_id).order_by(Reminder.id)
        return (await unit.session.scalars(wanted)).all()


async def tick(account: Account) -> int:
    """The dispatcher's turn, until it finds nothing more; how many reminders it made."""
    before = len(await made(account))
    while True:
        async with account.unit() as unit:
            if not (await dispatch.dispatch(unit, SUBJECTS)).looked_at:
                return len(await made(account)) - before


async def send(account: Account) -> list[tuple[str, Shown]]:
    """Every reminder whose time has come goes out, as far as it still has something to ask; where to, and what it says."""
    out: list[tuple[str, Shown]] = []
    for reminder in await made(account):
        if reminder.state != "queued":
            continue
        async with account.unit() as unit:
            if reminder.due_at > unit.now:
                continue
            (shown,) = (await reminders.ready(unit, [ReminderId(reminder.id)], SUBJECTS)).values()
        if not isinstance(shown, Shown):
            continue
        async with account.unit() as unit:
            await reminders.sent(unit, [Stands(ReminderId(reminder.id), f"D{reminder.place}", f"1.{next(_ts):06}")])
        out.append((reminder.place, shown))
    return out


async def asked(account: Account, clock: Clock, at: datetime) -> list[tuple[str, Shown]]:
    """The clock is put to `at`, and what is due then goes out, a second later: there is always a line to stand in."""
    clock.now = at
    await tick(account)
    clock.forward(SECOND)
    out = await send(account)
    clock.now = at
    return out


async def wishes(account: Account, who: str, wanted: Wishes) -> None:
    async with account.unit() as unit:
        user = await people.user_by_slack_id(unit, slack_id(who))
        assert user is not None
        user.nudge_wishes = wanted.model_dump(mode="json")


async def prefers(account: Account, **changes: object) -> None:
    async with account.unit("ana") as unit:
        await preferences.change(unit, changes)
