"""Sessions on tickets, and notes confirmed for them, in core tests."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import text

from core.ids import PostingId, PreviewId, SessionId, new_id
from core.llm import notes_offline
from core.llm.notes import NoteKind
from core.notes import carrying, composing, previews, queries, service
from core.notes.commands import Answered, PostNote
from core.notes.models import Preview
from core.notes.postings import Posting
from core.notes.service import Asked, Confirmed
from core.notes.setbacks import ComeBack
from core.psa.models import PsaConnection, Target
from core.psa.provider import Board, System
from core.sessions.models import Session
from tests.builders import NOON, Account, a_session
from tests.core.notes.ticketing import ESCALATED, RESOLVED, Stumbled, Ticketing
from tests.patience import PATIENCE


async def a_connection(account: Account) -> PsaConnection:
    """One to a system with one board, both statuses chosen."""
    connection = PsaConnection(
        account_id=account.id,
        id=new_id(),
        system=System.CONNECTWISE,
        name="Desk",
        url="https://desk.example",
        login={},
        sealed_keys="",
        connected_at=NOON,
        changed_at=NOON,
    )
    connection.aim(Board("1", "Help Desk"), {Target.RESOLVED: RESOLVED, Target.ESCALATED: ESCALATED})
    async with account.unit() as unit:
        return unit.add(connection)


async def on_a_ticket(account: Account, connection: PsaConnection) -> Session:
    """A session of Ben's that is linked to the ticket."""
    session = await a_session(account)
    async with account.unit() as unit:
        row = await queries.opened(unit, SessionId(session.id), NoteKind.RESOLUTION, None)
        row.session.psa_connection_id, row.session.psa_ticket_id = connection.id, "99123"
        row.session.psa_ticket_label, row.session.psa_board_id = "CW #99123", "1"
    return await account.session(session.id)


async def drafted(account: Account, session: Session, kind: NoteKind, by: str = "ben") -> Preview:
    """The draft of the present state, composed as the effect does it."""
    async with account.unit(by) as unit:
        preview = await previews.want(unit, await previews.page(unit, SessionId(session.id), kind))
    return await written(account, preview)


async def written(account: Account, preview: Preview) -> Preview:
    preview_id = PreviewId(preview.id)
    async with account.unit() as unit:
        assigned = await composing.assignment(unit, preview_id)
    if isinstance(assigned, composing.Assignment):
        async with account.unit() as unit:
            await composing.written(unit, assigned, notes_offline.compose(assigned.kind, assigned.bundle))
    async with asyncio.timeout(PATIENCE):
        while True:
            async with account.unit() as unit:
                found = await queries.preview(unit, preview_id)
            if found.is_written or assigned != "busy":  # where a worker is about, it may be the one who writes it
                return found


async def confirm(
    account: Account,
    session: Session,
    preview: Preview,
    *,
    by: str = "ben",
    outcome: Answered | None = None,
    notes: str | None = None,
    outcomes: Mapping[UUID, tuple[Answered, str | None]] | None = None,
    **texts: str,
) -> Asked:
    """Confirms the draft with these sections changed."""
    async with account.unit(by) as unit:
        given: dict[str, object] = {
            "session_id": session.id,
            "kind": preview.kind,
            "preview_id": preview.id,
            "state_version": preview.state_version,
            "outcome": outcome,
            "outcome_notes": notes,
            "outcomes": outcomes or {},
        }
        return await service.confirm(unit, PostNote.model_validate({**given, **preview.texts(), **texts}))


async def confirmed(
    account: Account, session: Session, kind: NoteKind = NoteKind.RESOLUTION, **texts: str
) -> PostingId:
    """A note that was confirmed as it was drafted."""
    asked = await confirm(account, session, await drafted(account, session, kind))
    assert isinstance(asked, Confirmed)
    return PostingId(asked.posting.id)


@dataclass(frozen=True)
class Carrier:
    """What the outbox's worker does with a posting, with one ticket system at the other end."""

    account: Account
    ticketing: Ticketing

    async def carry(self, posting_id: PostingId) -> ComeBack | None:
        try:
            return await carrying.carry(self.account.unit, lambda _: self.ticketing, posting_id)
        except Stumbled:
            return ComeBack(timedelta(0), "the worker comes again")

    async def a_while_passes(self) -> None:
        """Nothing is under way any more: long enough that a look tells the truth."""
        self.ticketing.a_while_passes()
        async with self.account.unit() as unit:
            await unit.session.execute(
                text("update postings set sending_at = sending_at - cast(:hour as interval)"),
                {"hour": timedelta(hours=1)},
            )

    async def to_the_end(self, posting_id: PostingId) -> Posting:
        """Until there is nothing left to do without a person."""
        for _ in range(30):
            if await self.carry(posting_id) is None:
                return await self.posting(posting_id)
            await self.a_while_passes()
        raise AssertionError("it never ends")

    async def posting(self, posting_id: PostingId | UUID) -> Posting:
        async with self.account.unit() as unit:
            return await queries.posting(unit, posting_id)
