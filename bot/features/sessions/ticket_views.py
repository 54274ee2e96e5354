"""What a session shows of its ticket, and the forms round it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot import blocks
from bot.blocks import Block, View
from core.fixes.overview import SessionCard
from core.psa.provider import Ticket
from core.sessions.models import Session

MINUTES = 24 * 60
NOTHING_CONNECTED = "No ticket system is connected yet. An admin can connect one: /pilot settings, *Ticket system*."


def card_line(card: SessionCard) -> list[Block]:
    """The ticket on the session's card, with a menu of its own."""
    session = card.session
    if session.psa_ticket_label is None:
        return []
    name = blocks.link(session.psa_ticket_url, session.psa_ticket_label)
    whose = " · ".join(blocks.escape(one) for one in (session.psa_company, session.psa_contact) if one)
    follow = ("Stop following", "unfollow") if card.follows else ("Follow its changes", "follow")
    options = [follow, ("Add time…", "time"), ("Link another…", "link"), ("Unlink", "unlink")]
    menu = blocks.menu("tickets.menu", [(label, f"{verb}:{session.id}") for label, verb in options])
    return [blocks.section(f"*Ticket* {name}{f' · {whose}' if whose else ''}", accessory=menu, block_id="ticket")]


def link_button(card: SessionCard) -> list[Block]:
    """On a card without a ticket, where the account has a ticket system."""
    if card.session.psa_ticket_label is not None or not card.can_link:
        return []
    return [blocks.button("Link ticket…", "sessions.link_ticket", card.session.id)]


def ticket_field(*, optional: bool) -> Block:
    """Looked up while the person types."""
    element: Block = {
        "type": "external_select",
        "action_id": "tickets.search",
        "min_query_length": 0,
        "placeholder": blocks.plain("Number, title or address", 150),
    }
    return blocks.field(
        "ticket", "Ticket", element, optional=optional, hint="Type a number, words of the title, or paste its address."
    )


def link_modal(sessions: Sequence[Session]) -> View:
    """Several sessions: the person says which one is meant."""
    if len(sessions) == 1:
        which = [blocks.said(sessions[0].title)]
        return blocks.modal(
            "sessions.link_ticket",
            "Link ticket",
            [*which, ticket_field(optional=False)],
            submit="Link",
            session_id=sessions[0].id,
        )
    choice = blocks.radio([(one.title, str(one.id)) for one in sessions[:10]])
    fields = [blocks.field("session_id", "Which session?", choice), ticket_field(optional=False)]
    return blocks.modal("sessions.link_ticket", "Link ticket", fields, submit="Link")


def time_modal(session: Session, now: datetime) -> View:
    fields = [
        blocks.said(f"{session.psa_ticket_label} · {session.title}"),
        blocks.field("minutes", "Minutes", blocks.text_input(value="15", limit=5)),
        blocks.field("started_at", "Started", blocks.moment(now)),
        blocks.field("text", "What was done", blocks.text_input(lines=True, limit=2_000)),
    ]
    return blocks.modal("tickets.time", "Add time", fields, submit="Book", session_id=session.id)


def linked(session: Session, others: Sequence[Session], url: str) -> tuple[str, list[Block]]:
    """Said to whoever linked it; another session about the same ticket is pointed out."""
    text = f"Linked {session.psa_ticket_label}."
    return text, [blocks.section(text), blocks.said(session.title), *also(others, url)]


def also(others: Sequence[Session], url: str) -> list[Block]:
    """Other open sessions about the same ticket."""
    if not others:
        return []
    links = "\n".join(
        f"• {blocks.session_link(url, one.title, one.channel, one.thread_ts)} ({blocks.escape(one.psa_ticket_label or '')})"
        for one in others
    )
    return [blocks.section(f"*There is an open session about this ticket already:*\n{links}")]


def unfurled(ticket: Ticket, session: Session | None, url: str) -> list[Block]:
    """The small card of a link to a ticket."""
    who = " · ".join(blocks.escape(one.name) for one in (ticket.company, ticket.contact) if one)
    head = f"*{blocks.link(ticket.url, ticket.label)}* · {blocks.escape(ticket.status.name)} · {blocks.escape(ticket.board.name)}"
    shown = [blocks.section(head), blocks.said(ticket.title)]
    if who:
        shown.append(blocks.context(who))
    if session is not None:
        shown.append(
            blocks.context(f"Session: {blocks.session_link(url, session.title, session.channel, session.thread_ts)}")
        )
    return shown
