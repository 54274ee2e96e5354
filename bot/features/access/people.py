"""Slack says that a person changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from bot.answers import Answer, Done
from bot.interaction import Interaction
from bot.people import profile_of
from core.accounts import queries, service


async def changed(interaction: Interaction) -> Answer:
    """`user_change`: who became a guest or left may do nothing from now on. People we never met stay unmet."""
    event = cast("Mapping[str, object]", interaction.body["event"])
    profile = profile_of(cast("Mapping[str, object]", event["user"]), interaction.installation)
    async with interaction.database.unit(interaction.installation.account_id, source="event:user_change") as unit:
        if await queries.user_by_slack_id(unit, profile.slack_user_id) is not None:
            await service.meet(unit, profile)
    return Done()
