"""`/pilot settings`: looking is for every engineer, changing for admins and owners."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from bot.answers import Answer, Done, Open, Show
from bot.features.settings import views
from bot.forms import command, values
from bot.interaction import Interaction
from core.accounts import preferences, queries, service
from core.ids import UserId
from core.scope import Role


class SetRole(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    user_id: UserId
    role: Role
    can_cover_l1: bool = False


async def show(interaction: Interaction) -> Answer:
    async with interaction.read() as unit:
        person = unit.scope.need_engineer("see the settings")
    return Open(views.contents(person.role))


async def open_contents(interaction: Interaction) -> Answer:
    """The button in App Home."""
    return await show(interaction)


async def open_roles(interaction: Interaction) -> Answer:
    async with interaction.read() as unit:
        unit.scope.need_admin("change roles")
        people = await queries.members(unit)
    return Open(views.roles(people))


async def open_role(interaction: Interaction) -> Answer:
    async with interaction.read() as unit:
        unit.scope.need_admin("change roles")
        person = await queries.user(unit, UserId(interaction.id_from_value()))
    return Show(views.role_modal(person))


async def save_role(interaction: Interaction) -> Answer:
    wanted = command(SetRole, interaction.view or {})
    async with interaction.unit() as unit:
        await service.set_role(unit, wanted.user_id, wanted.role, cover_l1=wanted.can_cover_l1)
        people = await queries.members(unit)
    return Show(views.roles(people))


async def open_team(interaction: Interaction) -> Answer:
    async with interaction.read() as unit:
        unit.scope.need_admin("change the preferences")
        now = await preferences.of(unit)
    return Open(views.team_modal(now))


async def save_team(interaction: Interaction) -> Answer:
    async with interaction.unit() as unit:
        await preferences.change(unit, values(interaction.view or {}))
    return Done()
