"""Offering drafts after a resolve, keeping that offer true, and finding a draft's parameters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from bot.effects import House, NotYet, Outgoing, Posted
from bot.features.drafts import views
from bot.slack import Gone
from core.accounts import queries as people
from core.ids import SessionId
from core.outbox.events import DraftMade, DraftsChanged, SessionResolved
from core.scripts import extraction, queries, service
from core.scripts.models import Draft, DraftStatus
from core.sessions import queries as sessions
from core.unit import Event, Unit


async def compose_offer(unit: Unit, event: Event) -> Outgoing | None:
    session = await sessions.session(unit, cast("SessionResolved", event).session_id)
    waiting = await service.offered(unit, SessionId(session.id))
    if not waiting:
        return None
    if session.thread_ts is None:
        raise NotYet("the session's card is not posted yet")
    text, blocks = views.offer(await _with_reviewers(unit, waiting))
    return Outgoing(session.channel, text, blocks, session.thread_ts)


async def offer_posted(unit: Unit, event: Event, where: Posted) -> None:
    for draft in await queries.drafts_of(unit, cast("SessionResolved", event).session_id, lock=True):
        # Also one that somebody reviewed before this could be written down: it stands in the offer, which has to say so.
        if draft.status is DraftStatus.PENDING or draft.offer_ts is None:
            draft.offer_ts = where.ts
    unit.emit(DraftsChanged(cast("SessionResolved", event).session_id))


async def update_offer(house: House, event: Event) -> None:
    """Shows the present state of every offer of the session; one that somebody deleted is left deleted, since App Home has the drafts too."""
    async with house.unit() as unit:
        session = await sessions.session(unit, cast("DraftsChanged", event).session_id)
        drafts = await queries.drafts_of(unit, session.id)
        offers = {
            ts: views.offer(await _with_reviewers(unit, [draft for draft in drafts if draft.offer_ts == ts]))
            for ts in {draft.offer_ts for draft in drafts if draft.offer_ts}
        }
    for ts, (text, blocks) in offers.items():
        try:
            await house.slack.call("chat.update", channel=session.channel, ts=ts, text=text, blocks=blocks)
        except Gone:
            continue


async def _with_reviewers(unit: Unit, drafts: Sequence[Draft]) -> list[tuple[Draft, str | None]]:
    who = await people.users(unit, [draft.resolved_by for draft in drafts if draft.resolved_by])
    names = {person.id: person.name for person in who.values()}
    return [(draft, names.get(draft.resolved_by) if draft.resolved_by else None) for draft in drafts]


async def extract(house: House, event: Event) -> None:
    """Finds the parameters between two units. A draft that somebody has opened meanwhile stays as it is."""
    draft_id = cast("DraftMade", event).draft_id
    async with house.unit() as unit:
        wanted = await extraction.question(unit, draft_id)
    if wanted is None:
        return
    found = await house.provider.extract_parameters(wanted)
    async with house.unit() as unit:
        await extraction.keep(unit, draft_id, found)
