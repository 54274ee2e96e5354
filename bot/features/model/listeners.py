"""The model's section of the settings."""

from __future__ import annotations

from bot.answers import Answer, Done, Open
from bot.features.model import views
from bot.forms import values
from bot.interaction import Interaction
from core.accounts import preferences
from core.spending import service


async def open_section(interaction: Interaction) -> Answer:
    async with interaction.read() as unit:
        unit.scope.need_admin("change the preferences")
        budget = await service.this_month(unit)
    return Open(views.budget_modal(budget))


async def save(interaction: Interaction) -> Answer:
    async with interaction.unit() as unit:
        await preferences.change(unit, values(interaction.view or {}))
    return Done()
