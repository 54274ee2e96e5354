"""The script library: finding a template, filling it in, and its settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast
from uuid import UUID

from bot.answers import Answer, Done, Open, Reply, Show
from bot.features.scripts import views
from bot.forms import values
from bot.interaction import Interaction, as_id
from core.accounts import preferences
from core.errors import Invalid, NotFound
from core.fixes import queries as fixes
from core.fixes.library import library
from core.ids import CategoryId, FixId, SessionId, TemplateId
from core.scripts import boxes, queries
from core.scripts import library as shelf
from core.scripts.commands import FillTemplate
from core.scripts.models import Template
from core.scripts.parameters import ParameterType, parameters_of
from core.sessions import queries as sessions
from core.sessions.models import Session
from core.unit import Unit

OLD = "This button carries nothing FlowPilot knows. Please use the newest message."


async def find(interaction: Interaction) -> Answer:
    """`/pilot scripts [search]`."""
    return await _listed(interaction, interaction.text.strip()[:200])


async def search(interaction: Interaction) -> Answer:
    """The category menu of a list, and the button that asks for words."""
    if interaction.argument == "form":
        async with interaction.read() as unit:
            unit.scope.need_engineer("see the script library")
        return Open(views.search_modal(interaction.channel))
    return await _listed(interaction, "", interaction.value)


async def submit_search(interaction: Interaction) -> Answer:
    text = str(values(interaction.view or {}).get("text") or "").strip()[:200]
    async with interaction.read() as unit:
        found = await library(unit, text)
    return Show(views.found_modal(found, interaction.installation.url))


async def turn_page(interaction: Interaction) -> Answer:
    number, _, category = interaction.value.partition(":")
    if not number.isdigit():
        raise Invalid(OLD)
    return await _listed(interaction, "", category, min(int(number), 100))


async def _listed(interaction: Interaction, text: str, category: str = "all", number: int = 0) -> Answer:
    category_id = None if category in {"all", ""} else CategoryId(as_id(category))
    async with interaction.read() as unit:
        found = await library(unit, text, category_id, number)
    if interaction.view is not None:
        return Show(views.found_modal(found, interaction.installation.url))
    return Reply(*views.listing(found, interaction.installation.url))


async def versions(interaction: Interaction) -> Answer:
    template_id = TemplateId(interaction.id_from_value())
    async with interaction.read() as unit:
        unit.scope.need_engineer("see the script library")
        template = await queries.template(unit, template_id)
        view = views.versions_modal(template, await queries.versions(unit, template_id))
    return Show(view)


async def remove(interaction: Interaction) -> Answer:
    """Takes a template out of the library."""
    async with interaction.unit() as unit:
        template = await shelf.switch(unit, TemplateId(interaction.id_from_value()), active=False)
    return Show(views.removed_modal(template))


async def open_fill(interaction: Interaction) -> Answer:
    """The form of a template: `scripts.fill.template`, or `scripts.fill.fix` for the one that a fix uses."""
    if interaction.argument == "template":
        return await _fill(interaction, TemplateId(interaction.id_from_value()))
    async with interaction.read() as unit:
        unit.scope.need_engineer("fill in a script")
        fix = await fixes.fix(unit, FixId(interaction.id_from_value()))
        if fix.script_template_id is None:
            raise Invalid("This fix uses no template. Please use the newest card.")
    return await _fill(interaction, TemplateId(fix.script_template_id), fix.id, fix.session_id)


async def _fill(
    interaction: Interaction, template_id: TemplateId, fix_id: UUID | None = None, session_id: UUID | None = None
) -> Answer:
    async with interaction.read() as unit:
        person = unit.scope.need_engineer("fill in a script")
        template = await queries.template(unit, template_id)
        template.refuse_inactive()
        mine = [one.session for one in (await sessions.mine(unit, person.id)).items]
        here = await sessions.open_in(unit, interaction.channel or "")
    listed: dict[UUID, Session] = {one.id: one for one in (*here, *mine)}
    return Open(views.fill_modal(template, list(listed.values())[:30], fix_id=fix_id, session_id=session_id))


async def submit_fill(interaction: Interaction) -> Answer:
    """The script, for whoever filled it in: nothing of it leaves by another way."""
    given = values(interaction.view or {})
    async with interaction.unit() as unit:
        template = await queries.template(unit, TemplateId(as_id(given.get("template_id"))))
        wanted = await _wanted(unit, template, given)
        made = await shelf.generate(unit, wanted)
    return Show(views.generated_modal(made.template, made.script, holds_secret=made.holds_secret))


async def _wanted(unit: Unit, template: Template, given: Mapping[str, object]) -> FillTemplate:
    typed: dict[str, str | None] = {}
    for one in parameters_of(template.parameters_schema):
        value = given.get(f"values.{one.key}")
        text = None if value is None else str(value)
        if one.type is ParameterType.CHOICE and text is not None:
            place = int(text) if text.isdigit() else -1
            text = one.choices[place] if 0 <= place < len(one.choices) else text
        typed[one.key] = text if text is not None or not one.default else ""
    fix_id = as_id(given["fix_id"]) if given.get("fix_id") else None
    session = given.get("of_session") or given.get("session_id")
    session_id = as_id(session) if session else None
    if fix_id is not None and (await fixes.fix(unit, FixId(fix_id))).session_id != session_id:
        raise NotFound("That suggestion is not there.")
    return FillTemplate(
        template_id=TemplateId(template.id),
        values=typed,
        session_id=SessionId(session_id) if session_id else None,
        fix_id=FixId(fix_id) if fix_id else None,
    )


async def show_whole(interaction: Interaction) -> Answer:
    """A fix's script in a modal, where no snippet could be made of it."""
    async with interaction.read() as unit:
        unit.scope.need_engineer("run a script")
        fix = await fixes.fix(unit, FixId(interaction.id_from_value()))
    if not fix.ai_drafted_script:
        raise Invalid("This fix has no script of its own.")
    return Open(views.script_modal(fix.title, fix.ai_drafted_script))


async def open_settings(interaction: Interaction) -> Answer:
    async with interaction.read() as unit:
        unit.scope.need_admin("change the script library's settings")
        await boxes.stock(unit)
        now, categories = await preferences.of(unit), await queries.categories(unit, active_only=False)
    return Open(views.settings_modal(now, categories))


async def save_settings(interaction: Interaction) -> Answer:
    given = values(interaction.view or {})
    boxes_ticked = [
        cast("list[object]", chosen) for name, chosen in given.items() if name.startswith("categories_") and chosen
    ]
    ticked = [as_id(one) for chosen in boxes_ticked for one in chosen]
    wanted = ("script_publishers", "templatize_prompt_enabled", "starter_library_enabled")
    async with interaction.unit() as unit:
        await preferences.change(unit, {key: given[key] for key in wanted if given.get(key) is not None})
        await shelf.switch_categories(unit, ticked)
    return Done()
