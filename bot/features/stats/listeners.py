"""`/pilot stats`."""

from __future__ import annotations

from bot.answers import Answer, Reply
from bot.features.stats import views
from bot.interaction import Interaction
from core import home


async def show(interaction: Interaction) -> Answer:
    async with interaction.read() as unit:
        unit.scope.need_engineer("see the figures")
        stats = await home.stats(unit)
    return Reply(*views.shown(stats))
