"""What a person is, asked of Slack once at first sight, and followed by `user_change`."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import cast

from bot.installations import Installation
from bot.slack import Slack, SlackFailed
from core.accounts import service
from core.accounts.models import Kind
from core.accounts.service import Profile
from core.errors import Unavailable
from core.text import clean, shorten
from core.unit import Database

PATIENCE = 1.0


def profile_of(user: Mapping[str, object], installation: Installation) -> Profile:
    """Reads Slack's user object. Whoever is of another team, and of another organisation, is a stranger."""
    details = cast("Mapping[str, object]", user.get("profile") or {})
    enterprise = cast("Mapping[str, object]", user.get("enterprise_user") or {}).get("enterprise_id")
    at_home = user.get("team_id") in {None, installation.team_id} or (
        bool(installation.enterprise_id) and enterprise == installation.enterprise_id
    )
    if user.get("deleted"):
        kind = Kind.GONE
    elif user.get("is_bot"):
        kind = Kind.BOT
    elif user.get("is_stranger") or not at_home:
        kind = Kind.STRANGER
    elif user.get("is_restricted") or user.get("is_ultra_restricted"):
        kind = Kind.GUEST
    else:
        kind = Kind.MEMBER
    name = next(
        (str(n) for n in (user.get("real_name"), details.get("real_name"), user.get("name")) if n), str(user.get("id"))
    )
    return Profile(
        str(user.get("id")), shorten(clean(name), 80) or str(user.get("id")), kind, str(user.get("tz") or "")
    )


async def meet(database: Database, slack: Slack, installation: Installation, slack_user: str) -> None:
    """Asks Slack who this is and writes it down. Raises `Unavailable` when Slack does not say within a second."""
    try:
        async with asyncio.timeout(PATIENCE):
            answer = await slack.call("users.info", user=slack_user)
    except (SlackFailed, TimeoutError):
        raise Unavailable(
            "slack", "Slack did not say in time who you are, and only members may use FlowPilot. Please try again."
        ) from None
    profile = profile_of(cast("Mapping[str, object]", answer.get("user") or {"id": slack_user}), installation)
    async with database.unit(installation.account_id, source="people") as unit:
        await service.meet(unit, profile)
