"""`settings.open.l1`: what first-line staff may be walked through. Admins and owners change it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from bot.answers import Answer, Done, Open, Show
from bot.features.flows import catalogue_views as views
from bot.forms import values
from bot.interaction import Interaction
from core.accounts import preferences
from core.intake.flows import queries, service
from core.intake.flows.models import Flow
from core.intake.vocabulary import Category

WHAT = "change what L1 is walked through"


async def open_section(interaction: Interaction) -> Answer:
    async with interaction.read() as unit:
        unit.scope.need_admin(WHAT)
        now = await preferences.of(unit)
    return Open(views.section_modal(now.enabled_l1_categories))


async def save(interaction: Interaction) -> Answer:
    given = cast("list[object] | None", values(interaction.view or {}).get("enabled_l1_categories")) or []
    ticked = [category.value for category in Category if category.value in given]
    async with interaction.unit() as unit:
        # All of them is “every one there is”: one that a newer version brings is on, too.
        await preferences.change(unit, {"enabled_l1_categories": None if len(ticked) == len(Category) else ticked})
    return Done()


async def show(interaction: Interaction) -> Answer:
    """The list of flows, one page of it."""
    number = min(int(interaction.value), 100) if interaction.value.isdigit() else 0
    async with interaction.read() as unit:
        unit.scope.need_admin(WHAT)
        flows = await queries.listed(unit)
    view = views.catalogue(flows, number)
    return Show(view) if interaction.argument else Open(view)


async def switch(interaction: Interaction) -> Answer:
    flow_id = interaction.id_from_value()
    async with interaction.unit() as unit:
        flow = await (service.publish(unit, flow_id) if interaction.argument == "on" else service.retire(unit, flow_id))
        await unit.flush()
        flows = await queries.listed(unit)
    return Show(views.catalogue(flows, _page_of(flows, flow)))


def _page_of(flows: Sequence[Flow], flow: Flow) -> int:
    return next((n for n, one in enumerate(flows) if one.id == flow.id), 0) // views.PAGE
