"""Writing notes, showing them in the modals that wait, bringing them to their tickets, and saying what became of them."""

from __future__ import annotations

from datetime import timedelta
from typing import cast

from bot.effects import ComeAgain, House, NotYet, Outgoing, Posted
from bot.features.notes import card_views, views
from bot.slack import Gone
from core.fixes import queries as fixes
from core.fixes.models import FixStatus
from core.ids import PostingId, SessionId, UserId
from core.llm.notes import NoteKind
from core.notes import carrying, composing, endings, previews, queries, rewriting
from core.notes.models import WorkingCopy
from core.notes.overview import NoteCard, note_card
from core.notes.postings import OPENS_WITHIN
from core.outbox.events import DraftsChanged, FixChanged
from core.outbox.note_events import NoteConfirmed, NoteReady, PostingWanted, PreviewWanted, RewriteWanted
from core.unit import Event, Unit

SOON = timedelta(seconds=1)
NEXT = {
    FixStatus.APPLIED_SUCCESS: NoteKind.RESOLUTION,
    FixStatus.APPLIED_PARTIAL: NoteKind.RESOLUTION,
    FixStatus.APPLIED_PENDING: NoteKind.RESOLUTION,
    FixStatus.APPLIED_FAILED: NoteKind.ESCALATION,
}
"""Which note is probably wanted after an outcome."""


async def prefetch(house: House, event: Event) -> None:
    """An outcome was recorded: the note that probably follows is written before anybody asks."""
    changed = cast("FixChanged", event)
    async with house.unit() as unit:
        fix = await fixes.fix(unit, changed.fix_id)
        if fix.status in NEXT:
            await previews.prefetch(unit, changed.session_id, NEXT[fix.status])


async def write(house: House, event: Event) -> None:
    """Composes a draft, once, whoever is asked: the lease is the draft's own."""
    preview_id = cast("PreviewWanted", event).preview_id
    async with house.unit() as unit:
        assigned = await composing.assignment(unit, preview_id)
    if assigned == "busy":
        raise ComeAgain(SOON, "somebody else is writing it")
    if assigned == "settled":
        return
    writer = house.provider.offline if assigned.without_model else house.provider
    try:
        note = await writer.write_note(assigned.kind, assigned.bundle)
    except BaseException:
        async with house.unit() as unit:
            await queries.give_lease_back(unit, preview_id, assigned.token)
        raise
    async with house.unit() as unit:
        await composing.written(unit, assigned, note)


async def rewrite(house: House, event: Event) -> None:
    """Writes one section anew as somebody instructed."""
    wanted = cast("RewriteWanted", event)
    async with house.unit() as unit:
        asked = await rewriting.revision(unit, wanted.preview_id, wanted.user_id)
    if asked is None:
        return
    writer = house.provider.offline if asked.without_model else house.provider
    anew = await writer.rewrite_section(asked.kind, asked.bundle, asked.key, asked.text, asked.instruction)
    async with house.unit() as unit:
        await rewriting.rewritten(unit, asked, anew)


async def show(house: House, event: Event) -> None:
    """Fills the modals that wait for this draft. One that is not open yet is waited for a while, one that was closed is not."""
    preview_id = cast("NoteReady", event).preview_id
    async with house.unit() as unit:
        waiting = await queries.awaiting(unit, preview_id)
        now = unit.now
    early = False
    for copy in waiting:
        if copy.modal is None or not await _fill(house, copy, copy.modal):
            early = early or now - copy.updated_at < OPENS_WITHIN
            if now - copy.updated_at < OPENS_WITHIN:
                continue
        async with house.unit() as unit:
            mine = await queries.copy_of(unit, copy.session_id, copy.kind, copy.user_id)
            if mine is not None and _seen(mine) == _seen(copy):
                mine.awaits, mine.replaces = False, None
    if early:
        raise ComeAgain(SOON, "the modal is not open yet")


def _seen(copy: WorkingCopy) -> tuple[object, ...]:
    """What the modal was shown of it: if more has come since, it waits for that."""
    return copy.modal, copy.preview_id, copy.asked_section, copy.instruction, copy.revisions, copy.updated_at


async def _fill(house: House, copy: WorkingCopy, modal: str) -> bool:
    async with house.unit() as unit:
        page = await previews.page(unit, SessionId(copy.session_id), copy.kind, user_id=UserId(copy.user_id))
        news = await previews.news(unit, page, copy.replaces)
    view = views.preview_modal(page, modal, news=news) if page.draft is not None else views.writing_modal(page, modal)
    try:
        await house.slack.call("views.update", external_id=modal, view=view)
    except Gone:
        return False
    return True


# -- to the ticket ------------------------------------------------------------------------------------------------


async def carry(house: House, event: Event) -> None:
    """Brings a note to its ticket, from wherever it stands."""
    posting_id = cast("PostingWanted", event).posting_id
    later = await carrying.carry(house.unit, house.psas.of, posting_id)
    if later is not None:
        raise ComeAgain(later.after, later.why)


# -- what others see ----------------------------------------------------------------------------------------------


def _posting_of(event: Event) -> PostingId:
    return cast("NoteConfirmed", event).posting_id  # every event subscribed here names its posting


async def compose_card(unit: Unit, event: Event) -> Outgoing | None:
    card = await note_card(unit, _posting_of(event))
    if card.posting.card_ts is not None:
        return None
    if card.session.thread_ts is None:
        raise NotYet("the session's card is not posted yet")
    return Outgoing(
        card.session.channel, card_views.card_text(card), card_views.card_blocks(card), card.session.thread_ts
    )


async def card_posted(unit: Unit, event: Event, where: Posted) -> None:
    posting, _ = await queries.posting_for_update(unit, _posting_of(event))
    posting.card_ts = where.ts


async def update_card(house: House, event: Event) -> None:
    """Shows the present state."""
    async with house.unit() as unit:
        card = await note_card(unit, _posting_of(event))
    if card.posting.card_ts is None:
        return
    try:
        await house.slack.call(
            "chat.update",
            channel=card.session.channel,
            ts=card.posting.card_ts,
            text=card_views.card_text(card),
            blocks=card_views.card_blocks(card),
        )
    except Gone:
        return  # somebody deleted it; the session's card says the same in short


async def update_modal(house: House, event: Event) -> None:
    """The modal it was confirmed in, if it is still open."""
    async with house.unit() as unit:
        card = await note_card(unit, _posting_of(event))
    await _show_result(house, card)


async def update_offer(house: House, event: Event) -> None:
    """A draft was reviewed: the modal in which its session was resolved offers the next one, or none."""
    async with house.unit() as unit:
        posting = await queries.resolving(unit, cast("DraftsChanged", event).session_id)
        card = await note_card(unit, PostingId(posting.id)) if posting is not None else None
    if card is not None:
        await _show_result(house, card)


async def _show_result(house: House, card: NoteCard) -> None:
    """A window that was closed is found to be so once; one that is not open yet is waited for."""
    posting, modal = card.posting, card.posting.modal
    if modal is None:
        return
    try:
        await house.slack.call("views.update", external_id=modal, view=card_views.result_modal(card))
    except Gone:
        async with house.unit() as unit:
            if await endings.lost_window(unit, PostingId(posting.id), modal):
                return
        raise ComeAgain(SOON, "the window is not open yet") from None
