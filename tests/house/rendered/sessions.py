"""Sessions."""

from __future__ import annotations

from collections.abc import Iterator

from bot.features.sessions import views as sessions
from core.fixes.models import FixStatus
from core.fixes.overview import CatchUp, SessionCard
from core.ids import SessionId, new_id
from core.sessions.models import SessionStatus
from core.sessions.queries import Page
from core.sessions.similar import OpenOne
from core.spending.pages import Spent
from tests.house.rendered.data import URL, Data, Rendered, message
from tests.house.rendered.turns import words


def sessions_views(data: Data) -> Iterator[Rendered]:
    for status in SessionStatus:
        for fix in (None, data.fix(), data.fix(FixStatus.APPLIED_PENDING, applied=True)):
            facts = [data.fact() for _ in range(40)] if fix else []
            card = SessionCard(
                data.session(status, private=fix is None), data.user(), facts, fix, Spent(1_234_567, 12_000)
            )
            yield message("sessions.card_blocks", (sessions.card_text(card), sessions.card_blocks(card)))
    yield message("sessions.problem_text", sessions.problem_text(data.session()))
    for channel, thread in ((None, None), ("C0HELPDESK", "1.0")):
        view = sessions.new_modal(channel=channel, thread_ts=thread, problem=data.text)
        yield Rendered("sessions.new_modal", None, view=view)
    yield Rendered("sessions.rename_modal", None, view=sessions.rename_modal(data.session()))
    yield Rendered("sessions.hand_to_modal", None, view=sessions.hand_to_modal(data.session()))
    like = OpenOne(SessionId(new_id()), data.title[:150], data.text, data.name, "C0HELPDESK", "1.0")
    view = sessions.new_modal(channel="C0HELPDESK", problem=data.text, like=like, url=URL)
    yield Rendered("sessions.new_modal", None, view=view)
    yield message("sessions.much_like", sessions.much_like(like, URL, "1.0"))
    for facts, fixes in ((40, 9), (0, 0)):
        state = CatchUp(
            SessionCard(data.session(), data.user(), [data.fact() for _ in range(facts)], None),
            [data.fix(FixStatus.APPLIED_PARTIAL, applied=True) for _ in range(fixes)],
            [(data.name, words(data)) for _ in range(fixes)][:4],
        )
        yield message("sessions.catch_up", sessions.catch_up(state))
    for which in ("mine", None):
        for page in (data.page(), Page([], 0, 0)):
            yield message("sessions.listing", sessions.listing(data.text[:150], page, URL, which=which))
    for verb in ("pause", "resume"):
        yield message("sessions.chooser", sessions.chooser(verb, [data.session() for _ in range(20)]))
    yield message("sessions.greeting", sessions.greeting())
