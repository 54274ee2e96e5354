"""Stopping an answer, and saying whether it helped."""

from __future__ import annotations

from bot.answers import Answer, Done, Open, Reply
from bot.features.turns import views
from bot.forms import command
from bot.interaction import Interaction
from core.ids import TurnId
from core.turns import service
from core.turns.commands import GiveReason
from core.turns.models import Verdict


async def stop(interaction: Interaction) -> Answer:
    async with interaction.unit() as unit:
        await service.stop(unit, TurnId(interaction.id_from_value()))
    return Done()


async def helpful(interaction: Interaction) -> Answer:
    async with interaction.unit() as unit:
        await service.judge(unit, TurnId(interaction.id_from_value()), Verdict.UP)
    return Reply("Thank you, that is noted.")


async def not_helpful(interaction: Interaction) -> Answer:
    """Noted at once; the form asks why."""
    turn_id = TurnId(interaction.id_from_value())
    async with interaction.unit() as unit:
        await service.judge(unit, turn_id, Verdict.DOWN)
    return Open(views.reason_modal(turn_id))


async def submit_reason(interaction: Interaction) -> Answer:
    wanted = command(GiveReason, interaction.view or {})
    async with interaction.unit() as unit:
        await service.give_reason(unit, wanted)
    return Done()
