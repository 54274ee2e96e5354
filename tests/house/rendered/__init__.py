"""Every view of the bot, rendered from data at its extremes."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import ModuleType
from typing import cast

from bot import blocks, errors
from bot.features.access import views as access
from bot.features.connections import views as connections
from bot.features.drafts import views as drafts
from bot.features.escalations import views as escalations
from bot.features.facts import views as facts
from bot.features.fixes import views as fixes
from bot.features.flows import catalogue_views as catalogue
from bot.features.flows import views as flows
from bot.features.home import views as home
from bot.features.intake import views as intake
from bot.features.model import views as model
from bot.features.notes import card_views as note_cards
from bot.features.notes import views as notes
from bot.features.nudges import settings_views as nudge_settings
from bot.features.nudges import views as nudges
from bot.features.scripts import views as scripts
from bot.features.sessions import ticket_views
from bot.features.sessions import views as sessions
from bot.features.settings import views as settings
from bot.features.stats import views as stats
from bot.features.turns import views as turns
from bot.features.walks import views as walks
from bot.sandbox.wire import Json, items, obj
from tests.house.rendered.access import access_views
from tests.house.rendered.connections import connections_views
from tests.house.rendered.data import Data, Rendered
from tests.house.rendered.drafts import drafts_views
from tests.house.rendered.facts import facts_views
from tests.house.rendered.fixes import fixes_views
from tests.house.rendered.flows import catalogue_views, flows_views
from tests.house.rendered.home import home_views
from tests.house.rendered.intake import intake_views, walks_views
from tests.house.rendered.model import model_views
from tests.house.rendered.notes import escalations_views, note_card_views, notes_views, stats_views
from tests.house.rendered.nudges import nudge_settings_views, nudges_views
from tests.house.rendered.scripts import scripts_views
from tests.house.rendered.sessions import sessions_views, ticket_views_rendered
from tests.house.rendered.settings import settings_views
from tests.house.rendered.turns import turns_views

FEATURES: Sequence[tuple[ModuleType, Callable[[Data], Iterator[Rendered]]]] = (
    (access, access_views),
    (connections, connections_views),
    (fixes, fixes_views),
    (escalations, escalations_views),
    (home, home_views),
    (notes, notes_views),
    (note_cards, note_card_views),
    (drafts, drafts_views),
    (facts, facts_views),
    (fixes, fixes_views),
    (catalogue, catalogue_views),
    (flows, flows_views),
    (home, home_views),
    (scripts, scripts_views),
    (nudges, nudges_views),
    (nudge_settings, nudge_settings_views),
    (model, model_views),
    (sessions, sessions_views),
    (ticket_views, ticket_views_rendered),
    (settings, settings_views),
    (stats, stats_views),
    (turns, turns_views),
    (intake, intake_views),
    (walks, walks_views),
)
TEXTS: Mapping[str, str] = {
    "nothing": "",
    "blank": "  \n ",
    "a word": "Printer",
    "8,000 characters": "x" * 8_000,
    "markup that grows when it is escaped": "<!channel> & <@U0ANA00001> *a* `b` |" * 220,
    "emoji": "👩\u200d💻🇩🇪❤️\u200d🔥" * 900,
    "lines": "one\n" * 2_000,
    "right to left": "الطابعة لا تعمل " * 500,
}


def rendered(text: str) -> Iterator[Rendered]:
    """Every view, with `text` in every place where a text of somebody's can stand."""
    data = Data(text)
    for _, views in FEATURES:
        yield from views(data)
    yield Rendered("notice", None, view=errors.notice("Not done", text))
    yield Rendered("blocks", None, view=blocks.notice("Not done", text))


def views_there_are() -> set[str]:
    """The public functions of the features' views that give blocks."""
    found: set[str] = set()
    for module, _ in FEATURES:
        for name, function in inspect.getmembers(module, inspect.isfunction):
            ours = function.__module__ == module.__name__ and not name.startswith("_")
            if ours and any(word in str(inspect.signature(function).return_annotation) for word in ("Block", "View")):
                found.add(f"{module.__name__.split('.')[-2]}.{name}")
    return found


def elements(value: object) -> Iterator[Json]:
    """Everything inside that has an action id."""
    if isinstance(value, dict):
        inside = obj(cast("object", value))
        if "action_id" in inside:
            yield inside
        for one in inside.values():
            yield from elements(one)
    else:
        for one in items(value):
            yield from elements(one)
