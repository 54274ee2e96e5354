"""Reviewing a draft, building a template, and the lists of drafts."""

from __future__ import annotations

from bot.answers import Answer, Done, Open, Reply, Show
from bot.blocks import View
from bot.features.drafts import views
from bot.forms import meta, values
from bot.interaction import Interaction, as_id
from core.accounts import preferences
from core.errors import Invalid
from core.fixes import queries as fixes
from core.fixes import service as fix_service
from core.fixes.commands import DecideFix
from core.fixes.models import LABEL, Decision, FixStatus
from core.fixes.templates import draft_from
from core.ids import DraftId, FixId, SheetId, TemplateId
from core.scripts import queries, service, sheets
from core.scripts.commands import RejectDraft
from core.scripts.sheets import Saved
from core.sessions import queries as sessions
from core.unit import Unit


async def review(interaction: Interaction) -> Answer:
    """*Review draft*, wherever it stands."""
    async with interaction.unit() as unit:
        shown = await sheets.review(unit, DraftId(interaction.id_from_value()))
        view = await _form(unit, shown)
    return Open(view)


async def build_from_fix(interaction: Interaction) -> Answer:
    """*Build template*: the decision, and the builder on the drafted script."""
    decided = DecideFix(fix_id=FixId(interaction.id_from_value()), decision=Decision.BUILD_TEMPLATE)
    async with interaction.unit() as unit:
        fix = await fix_service.decide(unit, decided)
        shown = await sheets.build(unit, draft_from(fix))
    return Open(views.builder_modal(shown))


async def build(interaction: Interaction) -> Answer:
    """`scripts.build`: on nothing ("new"), or on a template of the library."""
    async with interaction.unit() as unit:
        if interaction.value == "new":
            shown = await sheets.begin(unit)
        else:
            shown = await sheets.edit(unit, TemplateId(interaction.id_from_value()))
    return Open(views.builder_modal(shown))


async def turn_page(interaction: Interaction) -> Answer:
    """The next parameters, the previous ones, or these with a row for every new placeholder."""
    if not interaction.value.isdigit():
        raise Invalid("This button carries nothing FlowPilot knows. Please open the form again.")
    async with interaction.unit() as unit:
        shown = await sheets.turn(
            unit, _sheet(interaction), values(interaction.view or {}), min(int(interaction.value), 100)
        )
        view = await _form(unit, shown)
    return Show(view)


async def preview(interaction: Interaction) -> Answer:
    async with interaction.unit() as unit:
        script = await sheets.preview(unit, _sheet(interaction), values(interaction.view or {}))
    return Open(views.preview_modal(script))


async def save(interaction: Interaction) -> Answer:
    """`drafts.accept` and `scripts.publish`: into the library, or the form once more with what must be looked at."""
    async with interaction.unit() as unit:
        ended = await sheets.save(unit, _sheet(interaction), values(interaction.view or {}))
        if not isinstance(ended, Saved):
            return Show(await _form(unit, ended))
    if ended.following is None:
        return Show(views.saved_modal(ended.template))
    async with interaction.read() as unit:
        following = await sheets.review(unit, DraftId(ended.following.id))
        said = f"“{ended.template.name}” is in the library as {ended.template.slug}. The next draft of this session:"
        return Show(await _form(unit, sheets.saying(following, said)))


async def ask_to_reject(interaction: Interaction) -> Answer:
    """*Don't keep…*: the review turns into the question why."""
    async with interaction.unit() as unit:
        unit.scope.need_engineer("review a draft")
        draft = await queries.draft(unit, DraftId(interaction.id_from_value()))
        if interaction.view is not None:
            await sheets.kept(unit, _sheet(interaction), values(interaction.view))
    return Show(views.reject_modal(draft))


async def reject(interaction: Interaction) -> Answer:
    given = values(interaction.view or {})
    reason = given.get("reason")
    wanted = RejectDraft(draft_id=DraftId(as_id(given.get("draft_id"))), reason=str(reason) if reason else None)
    async with interaction.unit() as unit:
        draft = await service.reject(unit, wanted)
        if given.get("mute"):
            await preferences.change(unit, {"templatize_prompt_enabled": False})
            return Done()
        following = await service.next_draft(unit, draft.source_session_id)
        if following is None or following.id == draft.id:
            return Done()
    async with interaction.read() as unit:
        shown = await sheets.review(unit, DraftId(following.id))
        return Show(await _form(unit, sheets.saying(shown, "It is not kept. The next draft of this session:")))


async def listing(interaction: Interaction) -> Answer:
    """`/pilot drafts [all]`, and the button that turns its page."""
    which, _, number = (interaction.value or interaction.text).strip().lower().partition(":")
    if which not in {"", "all", "pending"}:
        raise Invalid("It is /pilot drafts for those to review, or /pilot drafts all.")
    async with interaction.read() as unit:
        unit.scope.need_engineer("see the drafts")
        page = await queries.drafts(unit, min(int(number), 100) if number.isdigit() else 0, all_of_them=which == "all")
        now = unit.now
    text, shown = views.listing(page, now, interaction.installation.url, all_of_them=which == "all")
    if interaction.view is None:
        return Reply(text, shown)
    modal = views.list_modal(shown)
    return Show(modal) if interaction.view.get("type") == "modal" else Open(modal)


def _sheet(interaction: Interaction) -> SheetId:
    return SheetId(as_id(meta(interaction.view or {}).get("sheet_id")))


async def _form(unit: Unit, shown: sheets.Open) -> View:
    if shown.draft is None:
        return views.builder_modal(shown)
    session = await sessions.session(unit, shown.draft.source_session_id)
    fix = await fixes.fix(unit, FixId(shown.draft.source_fix_id))
    applied = fix.status is FixStatus.PROPOSED and fix.applied_at
    return views.review_modal(shown, session, "applied, not judged yet" if applied else LABEL[fix.status])
