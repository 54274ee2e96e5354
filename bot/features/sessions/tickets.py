"""Linking a session to its ticket, looking tickets up, following them, booking time, and showing what a link leads to."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import cast
from uuid import UUID

import structlog
from pydantic import BaseModel, ConfigDict

from bot.answers import Answer, Choices, Done, Open, Reply, Show
from bot.blocks import notice
from bot.features.sessions import ticket_views
from bot.forms import command
from bot.interaction import Interaction
from bot.slack import SlackFailed
from core.errors import DomainError, Forbidden, Invalid
from core.ids import ConnectionId, SessionId
from core.psa import queries as psa_queries
from core.psa.models import PsaConnection
from core.psa.provider import NewTime, PsaAway, PsaProvider, System
from core.psa.references import Reference, named_in, typed
from core.sessions import queries, service
from core.sessions.models import OPEN, Session
from core.text import required
from core.tickets import lookup
from core.tickets import queries as ticket_queries
from core.tickets import service as tickets
from core.tickets.lookup import PATIENCE, Found, in_time

log = structlog.get_logger()

LONGEST = 24 * 60


class LinkTicket(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    session_id: UUID | None = None
    ticket: str | None = None


class BookTime(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    session_id: UUID
    minutes: str | None = None
    started_at: datetime | None = None
    text: str | None = None


async def link(interaction: Interaction) -> Answer:
    """`/pilot link TICKET`: the session of this channel; a form where there are several, or where no ticket is named."""
    async with interaction.read() as unit:
        unit.scope.need_engineer("link a ticket")
        open_here = await queries.open_in(unit, interaction.channel or "")
        connections = await psa_queries.connections(unit)
    if not connections:
        raise Invalid(ticket_views.NOTHING_CONNECTED)
    if not open_here:
        raise Invalid("There is no session in this channel to link a ticket to. /pilot open lists where they are.")
    if not interaction.text.strip() or len(open_here) > 1:
        return Open(ticket_views.link_modal(open_here))
    reference = typed(interaction.text)
    if reference is None:
        raise Invalid("This names no ticket. It goes like this: /pilot link 12345, or with the ticket's address.")
    found = await in_time(lookup.the_one(interaction.psas, connections, reference))
    return Reply(*await _link(interaction, SessionId(open_here[0].id), found))


async def open_link(interaction: Interaction) -> Answer:
    """The card's button *Link ticket…*."""
    return await _open_link(interaction, SessionId(interaction.id_from_value()))


async def _open_link(interaction: Interaction, session_id: SessionId) -> Answer:
    async with interaction.read() as unit:
        unit.scope.need_engineer("link a ticket")
        session = await queries.session(unit, session_id)
        if not await psa_queries.connections(unit):
            raise Invalid(ticket_views.NOTHING_CONNECTED)
    return Open(ticket_views.link_modal([session]))


async def submit_link(interaction: Interaction) -> Answer:
    wanted = command(LinkTicket, interaction.view or {})
    if wanted.session_id is None:
        raise Invalid("Say which session is meant.", field="session_id")
    connection_id, number = service.chosen_ticket(wanted.ticket or "")
    async with interaction.read() as unit:
        unit.scope.need_engineer("link a ticket")
        connection = await psa_queries.connection(unit, connection_id)
    found = await in_time(lookup.the_one(interaction.psas, [connection], Reference(number, connection.system)))
    text, blocks = await _link(interaction, SessionId(wanted.session_id), found)
    return Show(notice("Linked", text, blocks[1:])) if len(blocks) > 2 else Done()


async def _link(interaction: Interaction, session_id: SessionId, found: Found) -> tuple[str, list[dict[str, object]]]:
    async with interaction.unit() as unit:
        session = await tickets.link(unit, session_id, ConnectionId(found.connection.id), found.ticket)
        others = await tickets.others(unit, session)
    return ticket_views.linked(session, others, interaction.installation.url)


async def search(interaction: Interaction) -> Answer:
    """The options of every ticket field, while the person types. Whatever cannot be asked in time is left out."""
    async with interaction.read() as unit:
        unit.scope.need_engineer("look up tickets")
        connections = await psa_queries.connections(unit)
    try:
        found = await in_time(lookup.offers(interaction.psas, connections, interaction.value[:200]))
    except DomainError as error:
        log.info("no tickets to offer", reason=str(error))
        found: Sequence[Found] = []
    return Choices(
        [(f"{one.ticket.label} · {one.ticket.title}", f"{one.connection.id}:{one.ticket.id}") for one in found]
    )


async def menu(interaction: Interaction) -> Answer:
    """The ticket's own menu on the card."""
    verb, session_id = interaction.value.partition(":")[0], SessionId(interaction.id_from_value())
    match verb:
        case "link":
            return await _open_link(interaction, session_id)
        case "time":
            return await _open_time(interaction, session_id)
        case "follow":
            return await _follow(interaction, session_id)
        case "unfollow":
            async with interaction.unit() as unit:
                await tickets.unfollow(unit, session_id)
            return Done()
        case "unlink":
            async with interaction.unit() as unit:
                await tickets.unlink(unit, session_id)
            return Done()
        case _:
            raise Invalid("This menu entry is one FlowPilot does not know. Please use the newest card.")


async def _follow(interaction: Interaction, session_id: SessionId) -> Answer:
    session, connection = await _linked(interaction, session_id, "follow a ticket")
    provider, number = interaction.psas.of(connection), session.psa_ticket_id or ""
    ticket = await in_time(provider.read_ticket(number))
    notes = await in_time(provider.notes_of(number))
    async with interaction.unit() as unit:
        await tickets.follow(unit, session_id, ticket, notes)
    return Reply(f"From now on this thread hears of what changes on {ticket.label}.")


async def _linked(interaction: Interaction, session_id: SessionId, what: str) -> tuple[Session, PsaConnection]:
    """A session's ticket system. Raises `Invalid` without a ticket, or when its connection was removed."""
    async with interaction.read() as unit:
        unit.scope.need_engineer(what)
        session = await queries.session(unit, session_id)
        if session.psa_connection_id is None:
            raise Invalid("No ticket is linked to this session.")
        connection = await psa_queries.connection(unit, session.psa_connection_id)
    if connection.removed_at is not None:
        raise Invalid("The connection to this ticket's system was removed. Link the ticket again, or unlink it.")
    return session, connection


async def open_time(interaction: Interaction) -> Answer:
    """The button *Add time…* on a note's result."""
    return await _open_time(interaction, SessionId(interaction.id_from_value()))


async def _open_time(interaction: Interaction, session_id: SessionId) -> Answer:
    session, _ = await _linked(interaction, session_id, "book time")
    return Open(ticket_views.time_modal(session, datetime.now(UTC)))


async def submit_time(interaction: Interaction) -> Answer:
    """Books the time once: nothing tells a lost answer from a lost call, so after one a person looks."""
    wanted = command(BookTime, interaction.view or {})
    minutes = _minutes(wanted.minutes)
    text = required(wanted.text, field="text", limit=2_000, empty="Say what was done.")
    if wanted.started_at is None:
        raise Invalid("Say when it was started.", field="started_at")
    session_id = SessionId(wanted.session_id)
    session, connection = await _linked(interaction, session_id, "book time")
    member = await _member(interaction, connection)
    async with interaction.unit() as unit:  # its receipt: the same click never books twice
        unit.audit("time.booking", session_id, minutes=minutes, ticket=session.psa_ticket_label)
    booking = NewTime(wanted.started_at, minutes, text, member)
    try:
        await _book(interaction.psas.of(connection), session.psa_ticket_id or "", booking)
    except DomainError as error:
        return Show(notice("Not booked", str(error)))
    except _AnswerLost as lost:
        look = f"Please look at {session.psa_ticket_label} before you book it again."
        return Show(notice("Perhaps booked", f"{lost} Nobody can tell whether the time was booked. {look}"))
    async with interaction.read() as unit:
        row = await queries.session(unit, session_id)
        service.say(unit, row, f"{unit.scope.actor.name} booked {minutes} minutes on {session.psa_ticket_label}.")
    return Done()


class _AnswerLost(Exception):
    """It may be booked."""


async def _book(psa: PsaProvider, ticket_id: str, booking: NewTime) -> None:
    """Raises `_AnswerLost`, or a `DomainError` when it surely was not booked."""
    try:
        async with asyncio.timeout(PATIENCE):
            await psa.add_time(ticket_id, booking)
    except TimeoutError:
        raise _AnswerLost(f"{psa.system.named} did not answer in time.") from None
    except PsaAway as away:
        if away.maybe_done:
            raise _AnswerLost(str(away)) from None
        raise


def _minutes(text: str | None) -> int:
    word = (text or "").strip()
    if not (word.isascii() and word.isdecimal()) or not 1 <= int(word[:6]) <= LONGEST:
        raise Invalid("Give the minutes as a number from 1 to 1440.", field="minutes")
    return int(word)


async def _member(interaction: Interaction, connection: PsaConnection) -> str | None:
    """Who the person is in the ticket system, by their e-mail address. Raises `Invalid` where time must be somebody's."""
    try:
        answer = await in_time(interaction.slack.call("users.info", user=interaction.slack_user))
    except SlackFailed:
        answer = {}
    profile = cast("Mapping[str, object]", cast("Mapping[str, object]", answer.get("user") or {}).get("profile") or {})
    mail = str(profile.get("email") or "")
    member = connection.member(mail) if mail else None
    if member is None and connection.system is System.CONNECTWISE:
        raise Invalid(
            f"{connection.system.named} has no active member with your address ({mail or 'Slack does not tell it'}), so the time would be nobody's.",
            field="minutes",
        )
    return member


async def unfurl(interaction: Interaction) -> Answer:
    """Somebody posted links to tickets: each becomes a small card. For people who may see tickets, and for nobody else."""
    event = cast("Mapping[str, object]", interaction.body.get("event") or {})
    links = [str(one.get("url") or "") for one in cast("Sequence[Mapping[str, object]]", event.get("links") or [])][:5]
    try:
        async with interaction.read() as unit:
            unit.scope.need_engineer("see tickets")
            connections = await psa_queries.connections(unit)
    except Forbidden:
        return Done()  # they asked for nothing
    cards: dict[str, object] = {}
    for url in links:
        for reference in named_in(url)[:1]:
            cards |= await _card_of(interaction, connections, url, reference)
    if cards:
        channel, ts = event.get("channel"), event.get("message_ts")
        try:
            await interaction.slack.call("chat.unfurl", channel=channel, ts=ts, unfurls=cards)
        except SlackFailed as error:
            log.info("a link was not shown", reason=str(error))
    return Done()


async def _card_of(
    interaction: Interaction, connections: Sequence[PsaConnection], url: str, reference: Reference
) -> dict[str, object]:
    try:
        found = await in_time(lookup.the_one(interaction.psas, connections, reference))
    except DomainError as error:
        log.info("a link was not shown", reason=str(error))
        return {}
    async with interaction.read() as unit:
        about = await ticket_queries.open_about(unit, [(found.connection.id, found.ticket.id)])
    session = next((one for one in about if one.status in OPEN), None)
    return {url: {"blocks": ticket_views.unfurled(found.ticket, session, interaction.installation.url)}}
