"""What people do about a reminder, beside recording how it went."""

from __future__ import annotations

from uuid import UUID

from bot.answers import Answer, Done, Open
from bot.features.nudges import settings_views, views
from bot.forms import values
from bot.interaction import Interaction
from bot.subjects import SUBJECTS
from core.accounts import preferences
from core.accounts import queries as people
from core.errors import Conflict, Forbidden, Invalid
from core.fixes import queries as fixes
from core.fixes.models import LABEL
from core.ids import FixId
from core.nudges import service, wishes
from core.nudges.service import Snooze

EMPTY = {"nudge_lead_channel": "", "nudge_holidays": "", "nudge_timezone": ""}
SETTINGS = (
    "nudge_lead_channel",
    "nudge_weekly_digest",
    "nudge_days",
    "nudge_start",
    "nudge_end",
    "nudge_quiet_from",
    "nudge_quiet_until",
    "nudge_holidays",
    "nudge_timezone",
)


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
        await service.mute(unit, interaction.id_from_value())
    return Done()


async def menu(interaction: Interaction) -> Answer:
    """The overflow of a digest's entry."""
    verb = interaction.value.partition(":")[0]
    return await mute(interaction) if verb == "mute" else await _snoozed(interaction, verb)


async def open_wishes(interaction: Interaction) -> Answer:
    """How one wants to be reminded; everybody says so for themselves."""
    async with interaction.read() as unit:
        person = await people.user(unit, unit.scope.actor.id)
        account = await preferences.of(unit)
    return Open(settings_views.wishes_modal(wishes.of(person), account))


async def submit_wishes(interaction: Interaction) -> Answer:
    wanted = wishes.read(values(interaction.view or {}))
    await _fits(interaction, wanted.channel, "channel")
    async with interaction.unit() as unit:
        await service.wish(unit, wanted)
    return Done()


async def open_settings(interaction: Interaction) -> Answer:
    async with interaction.read() as unit:
        unit.scope.need_admin("change the preferences")
        now = await preferences.of(unit)
        cover = (await people.user(unit, UUID(now.nudge_cover))).slack_user_id if now.nudge_cover else None
    return Open(settings_views.settings_modal(now, cover))


async def save_settings(interaction: Interaction) -> Answer:
    given = values(interaction.view or {})
    typed = {name: given.get(name) or EMPTY.get(name) for name in SETTINGS}
    await _fits(interaction, typed["nudge_lead_channel"], "nudge_lead_channel")
    cover = given.get("nudge_cover")
    async with interaction.unit() as unit:
        await service.settle(unit, typed, cover=str(cover) if cover else None)
    return Done()


async def _fits(interaction: Interaction, channel: object, field: str) -> None:
    """Raises `Invalid` on the field when FlowPilot cannot post there, or others would read along."""
    if not channel:
        return
    team = interaction.installation.team_id
    try:
        await interaction.channels.fit_for_a_session(interaction.slack, team, str(channel))
    except (Forbidden, Conflict) as refused:
        raise Invalid(str(refused), field=field) from None


async def _snoozed(interaction: Interaction, length: str) -> Answer:
    if length not in set(Snooze):
        raise Invalid("This button is one FlowPilot does not know. Please use the newest message.")
    async with interaction.unit() as unit:
        await service.snooze(unit, SUBJECTS, interaction.id_from_value(), Snooze(length))
    return Done()
