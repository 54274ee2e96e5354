"""Bringing a confirmed note to its ticket: one call, one short unit, and so on, from wherever the posting stands.

Nothing here holds a unit while it waits for the network. What the other side has done is found out by looking, never assumed: the note by its mark,
the status by reading it back.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import assert_never

from core.errors import Unavailable
from core.ids import PostingId
from core.notes import endings, queries, setbacks
from core.notes.postings import Ending, Posting, PostingState
from core.notes.previews import target_of
from core.notes.setbacks import CannotTell, ComeBack, Disconnected, Merged, Units
from core.psa import queries as connections
from core.psa.address import AddressRefused
from core.psa.models import PsaConnection
from core.psa.provider import (
    Audience,
    KeysRefused,
    NewNote,
    PsaAway,
    PsaProvider,
    PsaRefused,
    Status,
    Throttled,
    Ticket,
    TicketGone,
)
from core.unit import Again, Unit

Provider = Callable[[PsaConnection], PsaProvider]

PATIENCE = 40.0
"""Seconds for one run, well below a delivery's lease: who takes over must find nobody at it."""
STILL_AT_IT = timedelta(seconds=20)
"""After a lost answer the other side may still be working on the call: who looks too early finds nothing, and would post twice."""


@dataclass(frozen=True)
class Job:
    """A posting as it stands, and its connection. `too_early`: the call before may still be under way, for so long."""

    posting: Posting
    connection: PsaConnection
    too_early: timedelta

    @property
    def ticket_id(self) -> str:
        return self.posting.ticket_id or ""


async def carry(units: Units, provider_of: Provider, posting_id: PostingId) -> ComeBack | None:
    """Goes on with a posting until it is concluded or stands still. None: there is nothing left to do without a person.

    Raises what is a fault of ours; after `setbacks.MOST_STUMBLES` of these, too, it stands still, and a person is told.
    """
    try:
        async with asyncio.timeout(PATIENCE):
            while True:
                async with units() as unit:
                    job = await _job(unit, posting_id)
                if job is None:
                    return None
                if job.too_early > timedelta(0):
                    return ComeBack(job.too_early, "the call before may still be under way")
                await _step(units, provider_of, job, posting_id)
    except Throttled as pause:
        return await setbacks.put_off(units, posting_id, str(pause), timedelta(seconds=max(1.0, pause.retry_after)))
    except (PsaAway, TimeoutError) as away:
        return await setbacks.put_off(units, posting_id, str(away) or "it did not answer in time")
    except setbacks.FINAL as no:
        await setbacks.stop(units, posting_id, no)
    except Unavailable as away:
        return await setbacks.put_off(units, posting_id, str(away))
    except Again:
        raise
    except Exception:
        await setbacks.stumbled(units, posting_id)
        raise  # whoever called has it logged, and comes again
    return None


async def _job(unit: Unit, posting_id: PostingId) -> Job | None:
    posting = await queries.posting(unit, posting_id)
    if not posting.is_under_way or posting.connection_id is None:
        return None
    connection = await connections.connection(unit, posting.connection_id)
    too_early = timedelta(0)
    if posting.sending_at is not None and posting.state is PostingState.CLAIMED:
        too_early = posting.sending_at + STILL_AT_IT - await queries.database_now(unit)
    return Job(posting, connection, too_early)


async def _step(units: Units, provider_of: Provider, job: Job, posting_id: PostingId) -> None:
    posting = job.posting
    match posting.state:
        case PostingState.CLAIMED:
            await _note(units, _reached(provider_of, job), job, posting_id)
        case PostingState.NOTE_POSTED:
            await _status(units, _reached(provider_of, job), job, posting_id)
        case PostingState.STATUS_SET:
            # Set, and nobody wrote down what was read: it is read again.
            ticket = await _reached(provider_of, job).read_ticket(job.ticket_id)
            await _verify(units, job, posting_id, ticket.status)
        case PostingState.VERIFIED | PostingState.SKIPPED:
            ending = Ending.VERIFIED if posting.state is PostingState.VERIFIED else Ending.SKIPPED
            async with units() as unit:
                now, session = await queries.posting_for_update(unit, posting_id)
                if now.is_under_way:
                    await endings.close(unit, session, now, ending)
        case PostingState.CONCLUDED | PostingState.FAILED:
            return
        case _:
            assert_never(posting.state)


def _reached(provider_of: Provider, job: Job) -> PsaProvider:
    """Whoever talks to the ticket's system. Raises `Disconnected`, or `CannotTell` where a note may be there that nobody can look for."""
    if job.connection.removed_at is None:
        return provider_of(job.connection)
    posting = job.posting
    if posting.state is PostingState.CLAIMED and posting.sending_at is not None:
        raise CannotTell("the answer was lost, and then its connection was removed.")
    raise Disconnected(
        f"The connection to {posting.ticket_label} was removed. Leave this post with the button below; then link the session to a ticket "
        "of a connection that is there, or unlink it to close it locally, and confirm the note again."
    )


async def _note(units: Units, psa: PsaProvider, job: Job, posting_id: PostingId) -> None:
    posting = job.posting
    if posting.sending_at is not None:
        try:
            found = await psa.find_note(job.ticket_id, posting.id)
        except (PsaRefused, AddressRefused) as no:
            raise CannotTell(f"the answer was lost, and {no}") from None
        if found is not None:
            await _posted(units, posting_id, found)
            return
        async with units() as unit:
            now, _ = await queries.posting_for_update(unit, posting_id)
            now.never_arrived()
    ticket = await psa.read_ticket(job.ticket_id)
    if ticket.merged_into is not None:
        into = job.connection.system.label(ticket.merged_into)
        raise Merged(f"{ticket.label} was merged into {into}; link the session to that one.")
    async with units() as unit:
        now, _ = await queries.posting_for_update(unit, posting_id)
        if now.state is not PostingState.CLAIMED or now.sending_at is not None:
            return  # cancelled, or somebody else is at it
        now.sends(await queries.database_now(unit))
    note = NewNote(posting.text, posting.audience, posting.id, posting.notify)
    try:
        external_id = await psa.add_note(job.ticket_id, note)
    except (Throttled, KeysRefused, PsaRefused, AddressRefused, TicketGone):
        await _never_arrived(units, posting_id)
        raise
    except PsaAway as away:
        if not away.maybe_done:
            await _never_arrived(units, posting_id)
        raise
    await _posted(units, posting_id, external_id)


async def _posted(units: Units, posting_id: PostingId, external_id: str) -> None:
    async with units() as unit:
        now, session = await queries.posting_for_update(unit, posting_id)
        now.note_is(external_id, unit.now)
        await queries.forget_copies(unit, session.id, now.kind)
        if now.audience is Audience.CUSTOMER:
            session.resolution_note_posted_at, session.resolution_note_external_id = unit.now, external_id
        else:
            session.escalation_package_posted_at, session.escalation_package_external_id = unit.now, external_id
        unit.audit("note.posted", now.id, ticket=now.ticket_label, note=external_id)
        endings.show(unit, session, now)


async def _never_arrived(units: Units, posting_id: PostingId) -> None:
    async with units() as unit:
        now, _ = await queries.posting_for_update(unit, posting_id)
        now.never_arrived()


async def _status(units: Units, psa: PsaProvider, job: Job, posting_id: PostingId) -> None:
    ticket = await psa.read_ticket(job.ticket_id)
    wanted = job.connection.target(target_of(job.posting.kind), ticket.board.id)
    reason = _no_change(job, ticket, wanted)
    if reason is None and wanted is not None and wanted.id != ticket.status.id:
        reason = _not_of_the_board(wanted, ticket, await psa.statuses(ticket.board.id))
    if reason is not None or wanted is None:
        async with units() as unit:
            now, session = await queries.posting_for_update(unit, posting_id)
            now.skip(reason or "no status was chosen")
            unit.audit("note.status_skipped", now.id, reason=reason)
            endings.show(unit, session, now)
        return
    observed = ticket.status if ticket.status.id == wanted.id else (await psa.set_status(job.ticket_id, wanted)).status
    async with units() as unit:
        now, _ = await queries.posting_for_update(unit, posting_id)
        now.status_was_set(wanted, observed)
    await _verify(units, job, posting_id, observed)


def _no_change(job: Job, ticket: Ticket, wanted: Status | None) -> str | None:
    """Why the ticket keeps its status, None where it is to be set."""
    is_resolution = job.posting.audience is Audience.CUSTOMER
    if ticket.merged_into is not None:
        return f"the ticket was merged into {job.connection.system.label(ticket.merged_into)}"
    if wanted is None:
        verb = "resolved" if is_resolution else "escalated"
        return f"no status for {verb} tickets is chosen for the board “{ticket.board.name}”"
    if is_resolution and ticket.status.closed and ticket.status.id != wanted.id:
        return f"the ticket is closed already (“{ticket.status.name}”)"
    return None


def _not_of_the_board(wanted: Status, ticket: Ticket, statuses: Sequence[Status]) -> str | None:
    if wanted.id in {one.id for one in statuses}:
        return None
    return f"the chosen status “{wanted.name}” is not one of the board “{ticket.board.name}” any more"


async def _verify(units: Units, job: Job, posting_id: PostingId, observed: Status) -> None:
    """Raises `StatusNotVerified`."""
    async with units() as unit:
        now, _ = await queries.posting_for_update(unit, posting_id)
        now.observed_status = observed.name
        now.verify(observed.id, job.connection.system.named)
        unit.audit("note.status_verified", now.id, status=observed.name)
