"""The ticket systems' open tickets, under the calls of the queue. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from bot import blocks
from bot.blocks import Block
from core.intake.tickets.models import STATUS_LABEL, Ticket, TicketStatus
from core.text import shorten
from core.tickets.lookup import Found
from core.tickets.waiting import Waiting

SHOWN = 10
"""Tickets: the calls stand in the same message, and it holds only so much."""


def waiting(found: Waiting, calls: Mapping[tuple[UUID, str], Ticket], url: str) -> list[Block]:
    """`calls` are those that came from such a ticket already, by connection and ticket id; `url` is the workspace's address."""
    shown: list[Block] = [blocks.divider(), blocks.section("*Open in the ticket system*")]
    shown += [_row(one, calls.get((one.connection.id, one.ticket.id)), url) for one in found.found[:SHOWN]]
    if not found.found and not found.away:
        shown.append(blocks.context("None on the chosen boards."))
    if found.more or len(found.found) > SHOWN:
        shown.append(blocks.context("There are more; the ticket system has them all."))
    return [*shown, *(blocks.context(blocks.escape(shorten(sentence, 200))) for sentence in found.away[:3])]


def _row(found: Found, call: Ticket | None, url: str) -> Block:
    ticket = found.ticket
    whose = " · ".join(one.name for one in (ticket.company, ticket.contact) if one)
    about = " · ".join(one for one in (ticket.status.name, ticket.board.name, whose) if one)
    words = (
        f"{blocks.link(ticket.url, shorten(f'{ticket.label} {ticket.title}', 90))}\n{blocks.escape(shorten(about, 80))}"
    )
    if call is not None:
        thread = blocks.session_link(url, call.label, call.channel, call.thread_ts)
        words += f"\nTaken as {thread}, {STATUS_LABEL[call.status]}"
    if call is not None and call.status is not TicketStatus.RESOLVED:
        return blocks.section(words)
    return blocks.section(
        words, accessory=blocks.button("Take this call", "intake.take_ticket", f"{found.connection.id}:{ticket.id}")
    )
