"""Previewing, editing and confirming notes, and deciding about one that stands still."""

from __future__ import annotations

from bot.answers import Answer, Done, Open, Reply, Show
from bot.features.notes import card_views, views
from bot.features.notes.form import Form, kind_of, new_modal
from bot.forms import command
from bot.interaction import Interaction
from core.errors import Conflict, DomainError, Invalid
from core.ids import PostingId, SessionId
from core.llm.notes import SECTIONS, NoteKind
from core.notes import endings, previews, queries, rewriting, service
from core.notes.commands import PostNote, RewriteSection
from core.notes.overview import note_card
from core.notes.previews import Page
from core.sessions import queries as sessions
from core.unit import Unit

MAY = {NoteKind.RESOLUTION: "close a session", NoteKind.ESCALATION: "escalate a session"}


async def open_preview(interaction: Interaction) -> Answer:
    """*Resolve…* and *Escalate…*."""
    kind = kind_of(interaction.argument)
    return await _open(interaction, SessionId(interaction.id_from_value()), kind)


async def resolve(interaction: Interaction) -> Answer:
    """`/pilot resolve`: the session of this channel."""
    return await _of_channel(interaction, NoteKind.RESOLUTION)


async def escalate(interaction: Interaction) -> Answer:
    """`/pilot escalate`: the session of this channel."""
    return await _of_channel(interaction, NoteKind.ESCALATION)


async def _of_channel(interaction: Interaction, kind: NoteKind) -> Answer:
    async with interaction.read() as unit:
        unit.scope.need_engineer(MAY[kind])
        found = await sessions.open_in(unit, interaction.channel or "", previews.FOLLOWS[kind])
    if not found:
        raise Invalid(f"There is no session to {views.VERB[kind]} in this channel. /pilot open lists where they are.")
    if len(found) > 1:
        return Reply(*views.chooser(kind, found))
    return await _open(interaction, SessionId(found[0].id), kind)


async def _open(interaction: Interaction, session_id: SessionId, kind: NoteKind) -> Answer:
    modal = new_modal()
    async with interaction.read() as unit:
        unit.scope.need_engineer(MAY[kind])
        page = await previews.page(unit, session_id, kind)
        if (
            page.live is not None and page.live.kind is kind and not page.live.is_unsent_failure
        ):  # somebody has confirmed it: how far it is
            if page.live.requested_by != unit.scope.actor.id:
                return Open(card_views.others_modal(await note_card(unit, PostingId(page.live.id)), had_typed=False))
            page.live.shown_in(modal, unit.now)  # the window before is lost, or closed
            return Open(card_views.result_modal(await note_card(unit, PostingId(page.live.id))))
        service.check(page)
        before = page.copy.preview_id if page.copy is not None and page.edited else None
        news = await previews.news(unit, page, before)
    if page.is_ready:
        return Open(views.preview_modal(page, modal, news=news))
    async with interaction.unit() as unit:
        await previews.want(unit, await previews.page(unit, session_id, kind, lock=True), modal=modal)
    return Open(views.writing_modal(page, modal))


async def typed(interaction: Interaction) -> Answer:
    """Something changed in an input: kept at once, so that a lost modal costs nothing. A section that fills up gets another input."""
    form = _form(interaction)
    async with interaction.read() as unit:
        page = await _keep(unit, form)
        return await _refilled(unit, page, form) if form.is_full else Done()


async def closed(interaction: Interaction) -> Answer:
    """The modal was closed: what stood in it stays."""
    form = _form(interaction)
    if form.texts:
        async with interaction.read() as unit:
            await _keep(unit, form)
    return Done()


async def refresh(interaction: Interaction) -> Answer:
    """A draft of the present state; what the person typed themselves stays."""
    form = _form(interaction)
    async with interaction.unit() as unit:
        page = await _keep(unit, form)
        draft = await previews.want(unit, page, modal=form.modal, over=form.preview_id)
        if not draft.is_written:
            return Show(views.writing_modal(page, form.modal))
        await unit.flush()
        return await _refilled(unit, await previews.page(unit, form.session_id, form.kind), form)


async def restore(interaction: Interaction) -> Answer:
    """*Back to the draft*, for one section."""
    form = _form(interaction)
    async with interaction.unit() as unit:
        page = await _keep(unit, form)
        if page.copy is not None:
            page.copy.replace(_section(form.kind, interaction.argument), None, unit.now)
        return await _refilled(unit, page, form)


async def ask_rewrite(interaction: Interaction) -> Answer:
    """*Rewrite with an instruction…*, for one section: a form on top asks how."""
    form = _form(interaction)
    key = _section(form.kind, interaction.argument)
    name = next(one for one in SECTIONS[form.kind] if one.key == key)
    async with interaction.read() as unit:
        page = await _keep(unit, form, always=True)
    return Open(views.rewrite_modal(page, name))


async def submit_rewrite(interaction: Interaction) -> Answer:
    wanted = command(RewriteSection, interaction.view or {})
    async with interaction.unit() as unit:
        await rewriting.ask(unit, wanted)
    return Done()


async def submit_post(interaction: Interaction) -> Answer:
    """*Confirm and post*. Whatever is refused, what stood in the form is kept."""
    view = interaction.view or {}
    form = _form(interaction)
    try:
        wanted = command(PostNote, view).model_copy(update={"outcomes": form.others})
        async with interaction.unit() as unit:
            asked = await service.confirm(unit, wanted, modal=form.modal)
            if isinstance(asked, service.Confirmed):
                await unit.flush()
                card = await note_card(unit, PostingId(asked.posting.id))
                is_mine = card.posting.requested_by == unit.scope.actor.id
                result = (
                    {**card_views.result_modal(card), "external_id": form.modal}
                    if is_mine
                    else card_views.others_modal(card, had_typed=True)
                )
    except DomainError:
        async with interaction.read() as unit:
            await _keep(unit, form)
        raise
    match asked:
        case service.Confirmed():
            return Show(result)  # pyright: ignore[reportPossiblyUnboundVariable]
        case service.StateMoved(page=page, what=what, redrafted=redrafted):
            moved = f"The session changed while you looked: {'; '.join(what) or 'something was changed'}. "
            moved += f"The draft is of how it stands now; {_YOURS} " if redrafted else ""
            return Show(views.preview_modal(page, form.modal, form.layout, asks_again=[moved + _AGAIN]))
        case service.AnswerDiffers(page=page, ready=True):
            return Show(views.preview_modal(page, form.modal, form.layout, asks_again=[_REDRAFTED]))
        case service.AnswerDiffers(page=page):
            return Show(views.writing_modal(page, form.modal, why="Writing the note anew for the outcome you chose …"))
        case service.SecretsFound(page=page, kinds=kinds, fingerprint=fingerprint):
            return Show(views.preview_modal(page, form.modal, form.layout, secrets=(kinds, fingerprint)))


_YOURS, _AGAIN = "what you wrote yourself is as you left it.", "Please look again."
_REDRAFTED = f"The draft was of another outcome. Here it is for the one you chose; {_YOURS} {_AGAIN}"


# -- a note that is on its way ------------------------------------------------------------------------------------


async def retry_status(interaction: Interaction) -> Answer:
    async with interaction.unit() as unit:
        await endings.go_on(unit, PostingId(interaction.id_from_value()))
    return Done()


async def keep_open(interaction: Interaction) -> Answer:
    async with interaction.unit() as unit:
        await endings.keep_open(unit, PostingId(interaction.id_from_value()))
    return Done()


async def cancel(interaction: Interaction) -> Answer:
    async with interaction.unit() as unit:
        await endings.cancel(unit, PostingId(interaction.id_from_value()))
    return Done()


async def look(interaction: Interaction) -> Answer:
    """Whether the note is on the ticket: somebody has looked."""
    async with interaction.unit() as unit:
        await endings.found_on_ticket(
            unit, PostingId(interaction.id_from_value()), there=interaction.argument == "there"
        )
    return Done()


# -- the form -----------------------------------------------------------------------------------------------------


def _form(interaction: Interaction) -> Form:
    return Form(interaction.view or {})


async def _keep(unit: Unit, form: Form, *, always: bool = False) -> Page:
    """Keeps what stands in the form, and returns the page with it."""
    unit.scope.need_engineer(MAY[form.kind])
    page = await previews.page(unit, form.session_id, form.kind)
    copy = page.copy
    if form.texts:
        answers = form.answers(page.asked)
        copy = await previews.keep_typed(unit, page, form.texts, answers, draft_id=form.preview_id, modal=form.modal)
    if copy is None and always:
        copy = queries.new_copy(unit, page.session.id, form.kind, unit.scope.actor.id)
        copy.preview_id, copy.modal = form.preview_id, form.modal
    await unit.flush()
    return await previews.page(unit, form.session_id, form.kind)


async def _refilled(unit: Unit, page: Page, form: Form) -> Answer:
    """The form as it is now; where its draft is another one than before it says what changed."""
    news = await previews.news(unit, page, form.preview_id)
    return Show(views.preview_modal(page, form.modal, form.layout, news=news))


def _section(kind: NoteKind, key: str) -> str:
    if key not in {name.key for name in SECTIONS[kind]}:
        raise Conflict("This section is not part of the note any more. Please open the note again.")
    return key
