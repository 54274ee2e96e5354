"""App Home."""

from __future__ import annotations

from collections.abc import Iterator

from bot.features.home import views as home
from core.home import Home
from core.scope import Role
from core.sessions.queries import Page
from tests.builders import NOON
from tests.house.rendered.data import URL, Data, Rendered
from tests.house.rendered.notes import a_handoff


def home_views(data: Data) -> Iterator[Rendered]:
    requests = [(data.request(), data.name) for _ in range(20)]
    full = Home(
        data.waiting(),
        1_000,
        1,
        data.page(),
        requests,
        [data.in_question() for _ in range(20)],
        [a_handoff(data)] * 10,
        11,
    )
    empty = Home([], 0, 0, Page([], 0, 0), [], [])
    for role in Role:
        for shown in (full, empty):
            yield Rendered("home.home", None, view=home.home(data.user(role), shown, URL, NOON))
    yield Rendered("home.welcome", None, view=home.welcome())
    yield Rendered("home.refused", None, view=home.refused(data.text))
