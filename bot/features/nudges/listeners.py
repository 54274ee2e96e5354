"""What people do about a reminder, beside recording how it went."""

from __future__ import annotations

from bot.answers import Answer, Done, Open
from bot.features.nudges import views
from bot.interaction import Interaction
from core.errors import Conflict, Invalid
from core.fixes import queries as fixes
from core.fixes.models import LABEL
from core.ids import FixId
from core.nudges import service
from core.nudges.policy import Kind
from core.nudges.service import Snooze


async def still_waiting(interaction: Interaction) -> Answer:
    """Asks for the reason and the time."""
    fix_id = FixId(interaction.id_from_value())
    async with interaction.read() as unit:
        unit.scope.need_engineer("record an outcome")
        fix = await fixes.fix(unit, fix_id)
        if fix.is_final:
            locked = await fixes.fix_for_update(unit, fix_id)
            raise Conflict(
                f"This fix was already recorded as “{LABEL[fix.status]}” by {locked.recorder or 'somebody'}."
            )
    return Open(views.still_waiting_modal(fix.id, fix.title, fix.pending_reason))


async def snooze(interaction: Interaction) -> Answer:
    return await _snoozed(interaction, interaction.argument)


async def mute(interaction: Interaction) -> Answer:
    async with interaction.unit() as unit:
        unit.scope.need_engineer("mute a reminder")
        await service.mute(unit, interaction.id_from_value())
    return Done()


async def menu(interaction: Interaction) -> Answer:
    """The overflow of a digest's entry."""
    verb = interaction.value.partition(":")[0]
    return await mute(interaction) if verb == "mute" else await _snoozed(interaction, verb)


async def _snoozed(interaction: Interaction, length: str) -> Answer:
    if length not in set(Snooze):
        raise Invalid("This button is one FlowPilot does not know. Please use the newest message.")
    async with interaction.unit() as unit:
        unit.scope.need_engineer("snooze a reminder")
        await service.snooze(unit, Kind.FIX, interaction.id_from_value(), Snooze(length))
    return Done()
