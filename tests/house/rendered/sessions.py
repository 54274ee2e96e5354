"""Sessions."""

from __future__ import annotations

from collections.abc import Iterator

from bot.features.sessions import ticket_views
from bot.features.sessions import views as sessions
from core.fixes.models import FixStatus
from core.fixes.overview import CatchUp, SessionCard
from core.ids import SessionId, new_id
from core.psa.provider import Board, Company, Contact, Status, Ticket
from core.sessions.models import Session, SessionStatus
from core.sessions.queries import Page
from core.sessions.similar import OpenOne
from core.spending.pages import Spent
from tests.house.rendered.data import NOON, URL, Data, Rendered, message
from tests.house.rendered.notes import a_handoff
from tests.house.rendered.turns import words


def sessions_views(data: Data) -> Iterator[Rendered]:
    for status in SessionStatus:
        for fix in (None, data.fix(), data.fix(FixStatus.APPLIED_PENDING, applied=True)):
            facts = [data.fact() for _ in range(40)] if fix else []
            handoff, note = (a_handoff(data), data.text[:300]) if fix else (None, None)
            card = SessionCard(
                data.session(status, private=fix is None),
                data.user(),
                facts,
                fix,
                note=note,
                spent=Spent(1_234_567, 12_000),
                handoff=handoff,
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


def a_linked_session(data: Data) -> Session:
    session = data.session()
    session.psa_ticket_id, session.psa_ticket_label = "99123", "CW #99123"
    session.psa_ticket_url = "https://na.myconnectwise.net/x?a=1&b=<2>|3"
    session.psa_company = session.psa_contact = data.text[:100]
    return session


def ticket_views_rendered(data: Data) -> Iterator[Rendered]:
    linked, other = a_linked_session(data), data.session()
    for session in (linked, other):
        for follows in (True, False):
            card = SessionCard(session, data.user(), [], None, can_link=True, follows=follows)
            yield message("sessions.card_blocks", (sessions.card_text(card), sessions.card_blocks(card)))
            shown = [*ticket_views.card_line(card), *ticket_views.link_button(card)]
            yield message("sessions.card_line", ("card", [one for one in shown if one["type"] != "button"]))
            yield message("sessions.link_button", ("card", []))
    yield Rendered("sessions.link_modal", None, view=ticket_views.link_modal([other]))
    yield Rendered("sessions.link_modal", None, view=ticket_views.link_modal([data.session() for _ in range(20)]))
    yield Rendered("sessions.ticket_field", None, view=ticket_views.link_modal([other]))
    yield Rendered("sessions.time_modal", None, view=ticket_views.time_modal(linked, NOON))
    yield message("sessions.linked", ticket_views.linked(linked, [linked] * 5, URL))
    yield message("sessions.also", ("also", ticket_views.also([linked] * 5, URL)))
    already = ticket_views.also([linked] * 5, URL)
    yield Rendered(
        "sessions.new_modal", None, view=sessions.new_modal(channel="C0HELPDESK", with_ticket=True, already=already)
    )
    name = data.text[:4_000]
    ticket = Ticket(
        "99123", "CW #99123", name, Status("1", name, closed=False), Board("1", name), "https://x.example/?a=1|2",
        Company("1", name), Contact("1", name), NOON,
    )  # fmt: skip
    yield message("sessions.unfurled", ("ticket", ticket_views.unfurled(ticket, linked, URL)))
