from __future__ import annotations

from typing import cast

from bot.effects import House
from bot.features.home import views
from bot.slack import Gone
from core import home as homes
from core.accounts import queries as people
from core.outbox.events import HomeChanged
from core.unit import Event


async def publish(house: House, event: Event) -> None:
    """Shows the present state to somebody who has opened App Home before."""
    async with house.unit() as unit:
        user = await people.user(unit, cast("HomeChanged", event).user_id)
        if user.home_opened_at is None:
            return
        shown = await homes.home(unit, user)
        now = unit.now
    try:
        await house.slack.call(
            "views.publish", user_id=user.slack_user_id, view=views.home(user, shown, house.installation.url, now)
        )
    except Gone:
        return  # a person who left has no App Home
