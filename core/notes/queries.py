from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast
from uuid import UUID

from sqlalchemy import and_, bindparam, func, or_, select, true, update
from sqlalchemy.orm import aliased

from core.errors import NotFound
from core.fixes.models import FINAL, FixStatus, SuggestedFix
from core.ids import PostingId, PreviewId, SessionId, UserId, new_id
from core.llm.notes import NoteKind
from core.notes.answers import open_fixes
from core.notes.models import PROMPT_VERSION, Preview, WorkingCopy
from core.notes.postings import Ending, Posting, PostingState
from core.psa.models import PsaConnection
from core.sessions.models import Session
from core.unit import Unit

LEASE = timedelta(seconds=60)
CLOCK = func.clock_timestamp()
DRAFTS = 5
OPEN_FIXES = 20
"""More are not looked at."""


@dataclass(frozen=True)
class Opened:
    """What a preview is opened with, read at once; `fixes` are those whose outcome is open, `drafts` those of the present state."""

    session: Session
    fixes: Sequence[SuggestedFix]
    copy: WorkingCopy | None
    live: Posting | None
    connection: PsaConnection | None
    drafts: Sequence[Preview]


# Built once: building it anew costs a click more than running it.
# Applied, and not final. Lateral, so that only the session's own fixes are read: joined by the id of a subquery they would be hashed, all those of
# the account.
_OPEN_FIX = aliased(
    SuggestedFix,
    select(SuggestedFix)
    .where(
        SuggestedFix.account_id == Session.account_id,
        SuggestedFix.session_id == Session.id,
        SuggestedFix.status.not_in(FINAL),
        SuggestedFix.applied_at.is_not(None),
    )
    .order_by(SuggestedFix.superseded_at.is_not(None), SuggestedFix.id.desc())
    .limit(OPEN_FIXES)
    .correlate(Session)
    .lateral(),
)
_OPENED = (
    select(Session, _OPEN_FIX, WorkingCopy, Posting, PsaConnection, Preview)
    .select_from(Session)
    .outerjoin(_OPEN_FIX, true())
    .outerjoin(
        WorkingCopy,
        and_(
            WorkingCopy.account_id == Session.account_id,
            WorkingCopy.session_id == Session.id,
            WorkingCopy.kind == bindparam("kind"),
            WorkingCopy.user_id == bindparam("user"),
        ),
    )
    .outerjoin(
        Posting,
        and_(
            Posting.account_id == Session.account_id,
            Posting.session_id == Session.id,
            Posting.state != PostingState.CONCLUDED,
        ),
    )
    .outerjoin(
        PsaConnection,
        and_(PsaConnection.account_id == Session.account_id, PsaConnection.id == Session.psa_connection_id),
    )
    .outerjoin(
        Preview,
        and_(
            Preview.account_id == Session.account_id,
            Preview.session_id == Session.id,
            Preview.kind == bindparam("kind"),
            Preview.state_version == Session.state_version,
            Preview.prompt_version == PROMPT_VERSION,
        ),
    )
    .where(Session.account_id == bindparam("account"), Session.id == bindparam("session"))
)
_DRAFTS = (
    select(Preview)
    .where(
        Preview.account_id == bindparam("account"),
        Preview.session_id == bindparam("session"),
        Preview.kind == bindparam("kind"),
        Preview.prompt_version == PROMPT_VERSION,
    )
    .order_by(Preview.state_version.desc(), Preview.id.desc())
    .limit(DRAFTS)
)


async def opened(
    unit: Unit, session_id: SessionId, kind: NoteKind, user_id: UserId | None, *, lock: bool = False
) -> Opened:
    """What a preview of the session shows beside the draft; `lock` holds the session until the unit ends. Raises `NotFound`."""
    if lock:
        # First the session, so that what is read with it is what the one before left behind.
        await unit.session.execute(
            select(Session.id).where(Session.account_id == unit.account_id, Session.id == session_id).with_for_update()
        )
    values = {"account": unit.account_id, "session": session_id, "kind": kind, "user": user_id}
    rows = (await unit.session.execute(_OPENED, values)).all()
    if not rows:
        raise NotFound("That session is not there.")
    session, _, copy, live, connection, _ = rows[0]
    # Each open fix comes with each draft.
    fixes = {one.id: one for one in (cast("SuggestedFix | None", row[1]) for row in rows) if one}
    drafted = {one.id: one for one in (cast("Preview | None", row[-1]) for row in rows) if one}
    return Opened(session, open_fixes(fixes.values()), copy, live, connection, list(drafted.values()))


async def drafts(unit: Unit, session: Session, kind: NoteKind) -> Sequence[Preview]:
    """The session's newest drafts of this kind, those of the latest state first; written or not."""
    values = {"account": unit.account_id, "session": session.id, "kind": kind}
    return (await unit.session.scalars(_DRAFTS, values)).all()


async def preview_if_there(unit: Unit, preview_id: PreviewId | UUID, *, lock: bool = False) -> Preview | None:
    """The draft, None where it is not there (any more); `lock` holds it until the unit ends."""
    wanted = select(Preview).where(Preview.account_id == unit.account_id, Preview.id == preview_id)
    return await unit.session.scalar(wanted.with_for_update() if lock else wanted)


async def preview(unit: Unit, preview_id: PreviewId | UUID, *, lock: bool = False) -> Preview:
    """Raises `NotFound`."""
    row = await preview_if_there(unit, preview_id, lock=lock)
    if row is None:
        raise NotFound("That draft is not there any more.")
    return row


async def take_lease(unit: Unit, preview_id: PreviewId, token: UUID) -> bool:
    """Whether this one may write the draft now; False while somebody else does, or when it is written."""
    wanted = (
        update(Preview)
        .where(Preview.account_id == unit.account_id, Preview.id == preview_id, Preview.sections.is_(None))
        .where(or_(Preview.lease_until.is_(None), Preview.lease_until < CLOCK))
        .values(lease_token=token, lease_until=CLOCK + LEASE)
        .execution_options(synchronize_session=False)
    )
    return (await unit.session.execute(wanted.returning(Preview.id))).first() is not None


async def give_lease_back(unit: Unit, preview_id: PreviewId, token: UUID) -> None:
    """It was not written: the next one may."""
    await unit.session.execute(
        update(Preview)
        .where(Preview.account_id == unit.account_id, Preview.id == preview_id, Preview.lease_token == token)
        .values(lease_until=None, lease_token=None)
        .execution_options(synchronize_session=False)
    )


async def copy_of(unit: Unit, session_id: UUID, kind: NoteKind, user_id: UUID) -> WorkingCopy | None:
    """What this person made of the note so far, locked until the unit ends."""
    wanted = select(WorkingCopy).where(
        WorkingCopy.account_id == unit.account_id,
        WorkingCopy.session_id == session_id,
        WorkingCopy.kind == kind,
        WorkingCopy.user_id == user_id,
    )
    return await unit.session.scalar(wanted.with_for_update())


async def awaiting(unit: Unit, preview_id: PreviewId) -> Sequence[WorkingCopy]:
    """The working copies whose modals wait for this draft."""
    wanted = select(WorkingCopy).where(
        WorkingCopy.account_id == unit.account_id, WorkingCopy.preview_id == preview_id, WorkingCopy.awaits
    )
    return (await unit.session.scalars(wanted.limit(20))).all()


async def forget_copies(unit: Unit, session_id: UUID, kind: NoteKind) -> None:
    """The note is out: what anybody typed for it is done with. Until then it stays, for one that is refused or taken back is written again."""
    wanted = select(WorkingCopy).where(
        WorkingCopy.account_id == unit.account_id, WorkingCopy.session_id == session_id, WorkingCopy.kind == kind
    )
    for copy in await unit.session.scalars(wanted):
        await unit.session.delete(copy)


def new_copy(unit: Unit, session_id: UUID, kind: NoteKind, user_id: UserId) -> WorkingCopy:
    return unit.add(
        WorkingCopy(
            account_id=unit.account_id,
            id=new_id(),
            session_id=session_id,
            kind=kind,
            user_id=user_id,
            updated_at=unit.now,
        )
    )


async def posting(unit: Unit, posting_id: PostingId | UUID) -> Posting:
    """Raises `NotFound`."""
    row = await unit.session.scalar(
        select(Posting).where(Posting.account_id == unit.account_id, Posting.id == posting_id)
    )
    if row is None:
        raise NotFound("That post is not there.")
    return row


async def posting_for_update(unit: Unit, posting_id: PostingId | UUID) -> tuple[Posting, Session]:
    """The posting and its session, both locked until the unit ends. Raises `NotFound`."""
    wanted = (
        select(Posting, Session)
        .join(Session, and_(Session.account_id == Posting.account_id, Session.id == Posting.session_id))
        .where(Posting.account_id == unit.account_id, Posting.id == posting_id)
        .with_for_update(of=(Session, Posting))
    )
    row = (await unit.session.execute(wanted)).first()
    if row is None:
        raise NotFound("That post is not there.")
    return row[0], row[1]


async def revisions(unit: Unit, session_id: UUID, kind: NoteKind) -> int:
    """How many posts of this kind the session has had."""
    wanted = select(func.count()).where(
        Posting.account_id == unit.account_id, Posting.session_id == session_id, Posting.kind == kind
    )
    return await unit.session.scalar(wanted) or 0


async def live_posting(unit: Unit, session_id: UUID) -> Posting | None:
    """The session's posting that is not concluded."""
    return await unit.session.scalar(
        select(Posting).where(
            Posting.account_id == unit.account_id,
            Posting.session_id == session_id,
            Posting.state != PostingState.CONCLUDED,
        )
    )


async def resolving(unit: Unit, session_id: UUID) -> Posting | None:
    """The post that resolved the session last."""
    wanted = select(Posting).where(
        Posting.account_id == unit.account_id,
        Posting.session_id == session_id,
        Posting.kind == NoteKind.RESOLUTION,
        Posting.state == PostingState.CONCLUDED,
    )
    return await unit.session.scalar(wanted.order_by(Posting.id.desc()).limit(1))


async def database_now(unit: Unit):
    """The database's clock: what leases and spacing go by."""
    return (await unit.session.execute(select(CLOCK))).scalar_one()


async def judged(unit: Unit) -> Sequence[tuple[FixStatus, float | None]]:
    """Of every fix that was judged: how, and how many seconds lay between applying and verifying it."""
    seconds = func.extract("epoch", SuggestedFix.verified_at - SuggestedFix.applied_at)
    wanted = (
        select(SuggestedFix.status, seconds)
        .where(
            SuggestedFix.account_id == unit.account_id,
            SuggestedFix.applied_at.is_not(None),
            SuggestedFix.status.not_in([FixStatus.PROPOSED, FixStatus.DISMISSED]),
        )
        .order_by(SuggestedFix.id.desc())
        .limit(5_000)
    )
    rows = await unit.session.execute(wanted)
    return [(status, seconds and float(cast("float", seconds))) for status, seconds in rows]


async def notes_since(unit: Unit, since: datetime) -> Sequence[tuple[int, int]]:
    """Of every note that went out since then: how many words a person changed, and about how many there were."""
    words = func.cardinality(func.string_to_array(Posting.text, " "))
    wanted = select(Posting.words_changed, words).where(
        Posting.account_id == unit.account_id,
        Posting.state == PostingState.CONCLUDED,
        Posting.concluded_at >= since,
        Posting.ending != Ending.CANCELLED,
    )
    return [(row[0], row[1]) for row in await unit.session.execute(wanted.limit(5_000))]
