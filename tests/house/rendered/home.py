"""App Home."""

from __future__ import annotations

from collections.abc import Iterator

from bot.features.home import views as home
from core.home import Home
from core.intake.overview import Calls
from core.scope import Role
from core.sessions.queries import Page
from tests.builders import NOON
from tests.house.rendered.data import URL, Data, Rendered
from tests.house.rendered.flows import proposal
from tests.house.rendered.intake import ticket, walk
from tests.house.rendered.notes import a_handoff


def home_views(data: Data) -> Iterator[Rendered]:
    requests = [(data.request(), data.name) for _ in range(20)]
    calls = Calls(
        takes_calls=True,
        walks=[(walk(data), ticket(data)) for _ in range(20)],
        proposals=[proposal(data) for _ in range(10)],
        proposals_total=1_000,
    )
    full = Home(
        data.waiting(),
        1_000,
        1,
        data.page(),
        requests,
        [data.in_question() for _ in range(20)],
        calls,
        100,
        [a_handoff(data)] * 10,
        11,
    )
    empty = Home([], 0, 0, Page([], 0, 0), [], [], Calls(takes_calls=True))
    for role in Role:
        for shown in (full, empty):
            yield Rendered("home.home", None, view=home.home(data.user(role), shown, URL, NOON))
    yield Rendered("home.welcome", None, view=home.welcome())
    yield Rendered("home.refused", None, view=home.refused(data.text))
