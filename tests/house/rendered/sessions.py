"""Sessions."""

from __future__ import annotations

from collections.abc import Iterator

from bot.features.sessions import views as sessions
from core.fixes.models import FixStatus
from core.fixes.overview import SessionCard
from core.sessions.models import SessionStatus
from core.sessions.queries import Page
from tests.house.rendered.data import URL, Data, Rendered, message
from tests.house.rendered.notes import a_handoff


def sessions_views(data: Data) -> Iterator[Rendered]:
    for status in SessionStatus:
        for fix in (None, data.fix(), data.fix(FixStatus.APPLIED_PENDING, applied=True)):
            facts = [data.fact() for _ in range(40)] if fix else []
            handoff, note = (a_handoff(data), data.text[:300]) if fix else (None, None)
            card = SessionCard(
                data.session(status, private=fix is None), data.user(), facts, fix, note=note, handoff=handoff
            )
            yield message("sessions.card_blocks", (sessions.card_text(card), sessions.card_blocks(card)))
    yield message("sessions.problem_text", sessions.problem_text(data.session()))
    yield message("sessions.message_blocks", ("message", sessions.message_blocks(data.text)))
    for channel, thread in ((None, None), ("C0HELPDESK", "1.0")):
        view = sessions.new_modal(channel=channel, thread_ts=thread, problem=data.text)
        yield Rendered("sessions.new_modal", None, view=view)
    yield Rendered("sessions.rename_modal", None, view=sessions.rename_modal(data.session()))
    yield Rendered("sessions.hand_to_modal", None, view=sessions.hand_to_modal(data.session()))
    yield Rendered(
        "sessions.fact_modal", None, view=sessions.fact_modal(data.session(), text=data.text, message_ts="1.0")
    )
    for which in ("mine", None):
        for page in (data.page(), Page([], 0, 0)):
            yield message("sessions.listing", sessions.listing(data.text[:150], page, URL, which=which))
    for verb in ("pause", "resume"):
        yield message("sessions.chooser", sessions.chooser(verb, [data.session() for _ in range(20)]))
    yield message("sessions.greeting", sessions.greeting())
