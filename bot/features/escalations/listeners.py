"""The queue of handoffs: who takes what up."""

from __future__ import annotations

from bot.answers import Answer, Done, Reply
from bot.features.escalations import views
from bot.interaction import Interaction
from core.escalations import queries, service
from core.ids import EscalationId
from core.sessions import queries as sessions


async def show(interaction: Interaction) -> Answer:
    """`/pilot escalations`, and the button that turns its page."""
    number = min(int(interaction.value), 100) if interaction.value.isdigit() else 0
    async with interaction.read() as unit:
        unit.scope.need_engineer("see the escalations")
        found, total = await queries.waiting(unit, number)
        of = await sessions.several(unit, [one.escalation.session_id for one in found if one.escalation.session_id])
    return Reply(*views.listing(found, of, total, number, interaction.installation.url))


async def claim(interaction: Interaction) -> Answer:
    async with interaction.unit() as unit:
        escalation = await service.claim(unit, EscalationId(interaction.id_from_value()))
    return Reply(f"“{escalation.title}” is yours now.")


async def release(interaction: Interaction) -> Answer:
    async with interaction.unit() as unit:
        await service.release(unit, EscalationId(interaction.id_from_value()))
    return Done()
