from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, bindparam, case, func, select, union

from core.accounts.models import User
from core.errors import NotFound
from core.fixes.models import FixStatus, SuggestedFix
from core.fixes.pages import PAGE, Waiting
from core.ids import FixId, SessionId, UserId
from core.llm.provider import PastFix
from core.nudges import queries as nudges
from core.scripts.models import Generation, Template
from core.sessions.models import Session
from core.unit import Unit

PAST_LIMIT = 300


@dataclass(frozen=True)
class Locked:
    """A fix and its session, both locked until the unit ends, and who recorded the fix's outcome so far."""

    fix: SuggestedFix
    session: Session
    recorder: str | None


# A subquery and not a join: who waits here for another click's lock is then given the fix as that click left it, but joined to the rows of
# before, and would not learn who was first. Built once: building it anew costs a click more than running it.
_RECORDER = (
    select(User.name)
    .where(User.account_id == SuggestedFix.account_id, User.id == SuggestedFix.recorded_by)
    .correlate(SuggestedFix)
    .scalar_subquery()
)
_FIX_FOR_UPDATE = (
    select(SuggestedFix, Session, _RECORDER)
    .join(Session, and_(Session.account_id == SuggestedFix.account_id, Session.id == SuggestedFix.session_id))
    .where(SuggestedFix.account_id == bindparam("account"), SuggestedFix.id == bindparam("fix"))
    .with_for_update(of=(SuggestedFix, Session))
)


async def fix_for_update(unit: Unit, fix_id: FixId) -> Locked:
    """Raises `NotFound`."""
    row = (await unit.session.execute(_FIX_FOR_UPDATE, {"account": unit.account_id, "fix": fix_id})).first()
    if row is None:
        raise NotFound("That suggestion is not there.")
    return Locked(*row)


async def fix(unit: Unit, fix_id: FixId) -> SuggestedFix:
    """Raises `NotFound`."""
    row = await unit.session.scalar(
        select(SuggestedFix).where(SuggestedFix.account_id == unit.account_id, SuggestedFix.id == fix_id)
    )
    if row is None:
        raise NotFound("That suggestion is not there.")
    return row


async def fixes_of(unit: Unit, session_id: SessionId | UUID) -> Sequence[SuggestedFix]:
    """Every fix the session was offered, oldest first."""
    wanted = select(SuggestedFix).where(
        SuggestedFix.account_id == unit.account_id, SuggestedFix.session_id == session_id
    )
    return (await unit.session.scalars(wanted.order_by(SuggestedFix.id))).all()


async def titled(unit: Unit, session_id: UUID, title: str) -> Sequence[SuggestedFix]:
    """The fixes of one session with this title, the newest first."""
    wanted = select(SuggestedFix).where(
        SuggestedFix.account_id == unit.account_id,
        SuggestedFix.session_id == session_id,
        func.lower(SuggestedFix.title) == title.lower(),
    )
    return (await unit.session.scalars(wanted.order_by(SuggestedFix.id.desc()))).all()


async def success_of(unit: Unit, template_ids: Sequence[UUID]) -> dict[UUID, tuple[int, int]]:
    """How often the runs of each template worked, of those that were judged: its own runs, and the fix it was made from."""
    if not template_ids:
        return {}
    runs = select(Generation.template_id.label("template_id"), Generation.fix_id.label("fix_id")).where(
        Generation.account_id == unit.account_id,
        Generation.template_id.in_(template_ids),
        Generation.fix_id.is_not(None),
    )
    made_from = select(Template.id, Template.source_fix_id).where(
        Template.account_id == unit.account_id, Template.id.in_(template_ids), Template.source_fix_id.is_not(None)
    )
    fixes = union(runs, made_from).subquery()
    worked = func.sum(case((SuggestedFix.status == FixStatus.APPLIED_SUCCESS, 1), else_=0))
    wanted = (
        select(fixes.c.template_id, worked, func.count())
        .join(SuggestedFix, and_(SuggestedFix.account_id == unit.account_id, SuggestedFix.id == fixes.c.fix_id))
        .where(SuggestedFix.status.in_([FixStatus.APPLIED_SUCCESS, FixStatus.APPLIED_FAILED]))
        .group_by(fixes.c.template_id)
    )
    return {row[0]: (int(row[1]), int(row[2])) for row in await unit.session.execute(wanted)}


async def active_of(unit: Unit, session_ids: Sequence[UUID]) -> dict[UUID, SuggestedFix]:
    """The fix each of these sessions has before it now, by session."""
    wanted = select(SuggestedFix).where(
        SuggestedFix.account_id == unit.account_id,
        SuggestedFix.session_id.in_(session_ids),
        SuggestedFix.superseded_at.is_(None),
    )
    return {row.session_id: row for row in await unit.session.scalars(wanted)}


async def pending(unit: Unit, owner: UserId | None = None, number: int = 0) -> tuple[Sequence[Waiting], int]:
    """A page of the fixes that wait to be verified, oldest first, and how many there are (counted up to 1,000)."""
    condition = (SuggestedFix.account_id == unit.account_id) & (SuggestedFix.status == FixStatus.APPLIED_PENDING)
    its_session = and_(Session.account_id == SuggestedFix.account_id, Session.id == SuggestedFix.session_id)
    if owner is not None:
        condition &= Session.owner_id == owner
    counted = select(SuggestedFix.id).join(Session, its_session).where(condition).limit(1_000).subquery()
    total = await unit.session.scalar(select(func.count()).select_from(counted))
    wanted = (
        select(SuggestedFix, Session, User.name)
        .join(Session, its_session)
        .join(User, and_(User.account_id == Session.account_id, User.id == Session.owner_id))
        .where(condition)
        .order_by(SuggestedFix.applied_at, SuggestedFix.id)
        .offset(number * PAGE)
        .limit(PAGE)
    )
    rows = (await unit.session.execute(wanted)).all()
    asking = await nudges.asking(unit, [fix.id for fix, _, _ in rows])
    return [Waiting(fix, session, owner, asking.get(fix.id)) for fix, session, owner in rows], total or 0


async def past(unit: Unit, not_in: SessionId) -> Sequence[PastFix]:
    """What was judged in the account's other sessions, the latest first: at most 300, each with how often its like worked."""
    worked = func.sum(case((SuggestedFix.status == FixStatus.APPLIED_SUCCESS, 1), else_=0))
    tally = (
        select(SuggestedFix.title, worked.label("successes"), func.count().label("attempts"))
        .where(
            SuggestedFix.account_id == unit.account_id,
            SuggestedFix.verified_at.is_not(None),
            SuggestedFix.status != FixStatus.DISMISSED,
        )
        .group_by(SuggestedFix.title)
        .subquery()
    )
    wanted = (
        select(SuggestedFix, Session.problem, Session.psa_ticket_label, tally.c.successes, tally.c.attempts)
        .join(Session, and_(Session.account_id == SuggestedFix.account_id, Session.id == SuggestedFix.session_id))
        .join(tally, tally.c.title == SuggestedFix.title)
        .where(
            SuggestedFix.account_id == unit.account_id,
            SuggestedFix.verified_at.is_not(None),
            SuggestedFix.status != FixStatus.DISMISSED,
            SuggestedFix.session_id != not_in,
        )
        .order_by(SuggestedFix.verified_at.desc())
        .limit(PAST_LIMIT)
    )
    return [
        PastFix(
            problem=problem,
            title=fix.title,
            description=fix.description,
            script=fix.ai_drafted_script,
            outcome=fix.status.value,
            when=fix.verified_at or fix.created_at,
            ticket_ref=ticket,
            session_id=fix.session_id,
            successes=int(successes),
            attempts=int(attempts),
        )
        for fix, problem, ticket, successes, attempts in await unit.session.execute(wanted)
    ]


_PARKED = (
    select(
        SuggestedFix.id,
        SuggestedFix.status,
        SuggestedFix.title,
        SuggestedFix.pending_reason,
        SuggestedFix.applied_at,
        SuggestedFix.created_at,
        Session.owner_id,
        Session.last_active_at,
        Session.title.label("session_title"),
        Session.channel,
        Session.thread_ts,
        User.name.label("owner"),
        _RECORDER.label("recorder"),
    )
    .join(Session, and_(Session.account_id == SuggestedFix.account_id, Session.id == SuggestedFix.session_id))
    .join(User, and_(User.account_id == Session.account_id, User.id == Session.owner_id))
    .where(SuggestedFix.account_id == bindparam("account"), SuggestedFix.id.in_(bindparam("fixes", expanding=True)))
)


@dataclass(frozen=True)
class Parked:
    """What a reminder says of a fix: columns of the fix and its session, and the names of the owner and of who recorded its outcome."""

    id: UUID
    status: FixStatus
    title: str
    pending_reason: str | None
    applied_at: datetime | None
    created_at: datetime
    owner_id: UUID
    last_active_at: datetime
    session_title: str
    channel: str
    thread_ts: str | None
    owner: str
    recorder: str | None


async def parked(unit: Unit, ids: Sequence[UUID]) -> Sequence[Parked]:
    """These fixes, as far as they are there."""
    rows = await unit.session.execute(_PARKED, {"account": unit.account_id, "fixes": list(ids)})
    return [Parked(*row) for row in rows]


async def judged_since(unit: Unit, since: datetime) -> tuple[int, int]:
    """How many fixes were found to have worked since then, and how many not to."""
    tally = select(SuggestedFix.status, func.count()).where(
        SuggestedFix.account_id == unit.account_id, SuggestedFix.verified_at >= since
    )
    rows = await unit.session.execute(tally.group_by(SuggestedFix.status))
    counts = {row[0]: row[1] for row in rows}
    return counts.get(FixStatus.APPLIED_SUCCESS, 0), counts.get(FixStatus.APPLIED_FAILED, 0)
