"""Settings."""

from __future__ import annotations

from collections.abc import Iterator

from bot.features.settings import views as settings
from core.accounts.preferences import Preferences
from core.scope import Role
from tests.house.rendered.data import Data, Rendered


def settings_views(data: Data) -> Iterator[Rendered]:
    for role in Role:
        yield Rendered("settings.contents", None, view=settings.contents(role))
        yield Rendered("settings.role_modal", None, view=settings.role_modal(data.user(role)))
    yield Rendered("settings.roles", None, view=settings.roles([data.user(role) for role in Role] * 20))
    yield Rendered("settings.team_modal", None, view=settings.team_modal(Preferences()))
