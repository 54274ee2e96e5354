"""`/pilot stats`."""

from __future__ import annotations

from bot.answers import Answer, Reply
from bot.features.stats import views
from bot.interaction import Interaction
from core.notes import overview


async def show(interaction: Interaction) -> Answer:
    async with interaction.read() as unit:
        unit.scope.need_engineer("see the figures")
        figures = await overview.figures(unit)
    return Reply(*views.shown(figures))
