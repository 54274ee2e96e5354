"""Facts."""

from __future__ import annotations

from collections.abc import Iterator

from bot import facts as form
from bot.features.facts import views as facts
from core.sessions.models import FactSource
from tests.house.rendered.data import URL, Data, Rendered


def facts_views(data: Data) -> Iterator[Rendered]:
    for source in FactSource:
        fact = data.fact()
        fact.source, fact.message_ts = source, "1.0"
        yield Rendered("facts.fact_modal", None, view=facts.fact_modal(fact, data.session(), data.name, URL))
    yield Rendered("facts.removed", None, view=facts.removed())
    yield Rendered("facts.add_modal", None, view=form.add_modal(data.session(), text=data.text, message_ts="1.0"))
