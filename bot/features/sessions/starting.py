"""Every way into a session: the command, the form, a message; and what people say to FlowPilot."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import cast

from bot.answers import Answer, Done, Open, Reply, Show
from bot.blocks import INPUT
from bot.features.sessions import thread, ticket_views, views
from bot.forms import command
from bot.interaction import Interaction, Kind
from bot.slack import SlackFailed
from bot.words import is_problem, readable
from core.errors import DomainError
from core.outbox import queries as outbox
from core.psa import queries as connections
from core.psa.references import named_in
from core.sessions import queries, service
from core.sessions.commands import StartSession
from core.sessions.models import Session
from core.sessions.similar import OpenOne, alike
from core.text import clean
from core.tickets import service as tickets
from core.unit import Duplicate

STARTED = "Started: the session's card appears here in a moment."


async def _about_the_same(interaction: Interaction, wanted: StartSession) -> Sequence[Session]:
    """The open sessions about a ticket that the new problem names; none for who has seen them and wants another one."""
    named = named_in(wanted.problem or "")
    if wanted.anyway or not (named or wanted.ticket) or len(wanted.problem or "") > INPUT:
        return []  # too long for a form that asks: it is pointed out in the thread
    async with interaction.read() as unit:
        unit.scope.need_engineer("start a session")
        others = await tickets.already(unit, named, wanted.ticket)
        if others and await outbox.was_received(unit, interaction.receipt):
            raise Duplicate(interaction.receipt)  # the other one is what this very delivery started
        return others


async def _form(interaction: Interaction, *, thread_ts: str | None = None, problem: str | None = None) -> Answer:
    async with interaction.read() as unit:
        unit.scope.need_engineer("start a session")
        connected = bool(await connections.connections(unit))
    return Open(
        views.new_modal(channel=interaction.channel, thread_ts=thread_ts, problem=problem, with_ticket=connected)
    )


async def _start(interaction: Interaction, wanted: StartSession) -> Session | OpenOne:
    """The new session, or the open one that is so much like it that the person is asked first."""
    team = interaction.installation.team_id
    try:
        channel = await interaction.channels.fit_for_a_session(interaction.slack, team, wanted.channel)
    except DomainError:
        async with interaction.read() as unit:  # whoever may not start one at all is not sent to mend the channel first
            unit.scope.need_engineer("start a session")
        raise
    if not wanted.anyway and (known := await _like_it(interaction, wanted)):
        return known
    direct = wanted.channel.startswith("D")
    async with interaction.unit() as unit:
        return await service.start(
            unit, wanted.model_copy(update={"private_channel": channel.is_private and not direct})
        )


async def _like_it(interaction: Interaction, wanted: StartSession) -> OpenOne | None:
    async with interaction.read() as unit:
        unit.scope.need_engineer("start a session")
        open_ones = await queries.open_problems(unit)
        # Afterwards, so that a session which this very delivery started is never taken for another that is like it.
        if await outbox.was_received(unit, interaction.receipt):
            raise Duplicate(interaction.receipt)
    # In a thread: two hundred problems take some tens of milliseconds to compare, and other clicks must not wait for them.
    return await asyncio.to_thread(alike, clean(wanted.problem or ""), open_ones) if open_ones else None


async def new(interaction: Interaction) -> Answer:
    """`/pilot new [problem]`: with a text the session starts, without one a form asks for it."""
    if not interaction.text.strip():
        return await _form(interaction)
    wanted = StartSession(problem=interaction.text, channel=interaction.channel or "")
    if others := await _about_the_same(interaction, wanted):
        already = ticket_views.also(others, interaction.installation.url)
        return Open(views.new_modal(channel=interaction.channel, problem=interaction.text, already=already))
    started = await _start(interaction, wanted)
    return _ask_first(interaction, wanted, started) if isinstance(started, OpenOne) else Reply(STARTED)


def _ask_first(interaction: Interaction, wanted: StartSession, like: OpenOne) -> Answer:
    """The form with what was typed, and the session that is much like it above: one click starts it all the same."""
    url = interaction.installation.url
    form = views.new_modal(
        channel=wanted.channel,
        thread_ts=wanted.thread_ts,
        problem=wanted.problem,
        ticket=wanted.ticket,
        like=like,
        url=url,
    )
    return Show(form) if interaction.kind is Kind.SUBMISSION else Open(form)


async def open_new(interaction: Interaction) -> Answer:
    """The button and the global shortcut *New session*: in a message its channel is known, elsewhere the form asks."""
    return await _form(interaction)


async def start_here(interaction: Interaction) -> Answer:
    """The message shortcut *Start a session here*: the form, filled with the message's text; the session is the message's thread."""
    async with interaction.read() as unit:
        unit.scope.need_engineer("start a session")
    root = interaction.thread_ts or interaction.message_ts
    return Open(views.new_modal(channel=interaction.channel, thread_ts=root, problem=readable(interaction.text)))


async def submit_new(interaction: Interaction) -> Answer:
    wanted = command(StartSession, interaction.view or {})
    if others := await _about_the_same(interaction, wanted):
        again = views.new_modal(
            channel=wanted.channel,
            thread_ts=wanted.thread_ts,
            problem=wanted.problem,
            ticket=wanted.ticket,
            already=ticket_views.also(others, interaction.installation.url),
        )
        return Show(again)
    started = await _start(interaction, wanted)
    return _ask_first(interaction, wanted, started) if isinstance(started, OpenOne) else Done()


async def mention(interaction: Interaction) -> Answer:
    """`@FlowPilot …` in a channel: the session's thread is the message's own."""
    if known := await thread.session_of(interaction):
        return await thread.heard(interaction, known)
    problem = readable(interaction.text, without=interaction.installation.bot_user_id)
    if not problem:
        return Reply(
            "Tell me the problem in the same message: “@FlowPilot the printer on floor 2 prints blank pages”. /pilot help has more."
        )
    root = interaction.thread_ts or interaction.message_ts
    wanted = StartSession(problem=problem, channel=interaction.channel or "", thread_ts=root)
    return _told_of(interaction, await _start(interaction, wanted))


def _told_of(interaction: Interaction, started: Session | OpenOne) -> Answer:
    """A message opens no form, so who wrote one that is much like an open session gets a button."""
    if not isinstance(started, OpenOne):
        return Done()
    return Reply(*views.much_like(started, interaction.installation.url, interaction.message_ts or ""))


async def start_anyway(interaction: Interaction) -> Answer:
    """The button under a message that is much like an open session: the form, with what the message says where Slack lets us look."""
    ts = interaction.value
    async with interaction.read() as unit:
        unit.scope.need_engineer("start a session")
    text = await _message_at(interaction, ts)
    problem = readable(text, without=interaction.installation.bot_user_id) if text else None
    return Open(views.new_modal(channel=interaction.channel, thread_ts=ts or None, problem=problem, anyway=True))


async def _message_at(interaction: Interaction, ts: str) -> str | None:
    try:
        async with asyncio.timeout(1.0):
            page = await interaction.slack.call(
                "conversations.replies", channel=interaction.channel, ts=ts, latest=ts, inclusive=True, limit=1
            )
    except (SlackFailed, TimeoutError):
        return None
    found = cast("list[dict[str, object]]", page.get("messages") or [])
    return next((str(one.get("text") or "") for one in found if one.get("ts") == ts), None)


async def message(interaction: Interaction) -> Answer:
    """Every message that Slack tells of: to the app itself, in the thread of a session, or none of our business."""
    match interaction.name:
        case "message.changed":
            return await thread.changed(interaction)
        case "message.deleted":
            return await thread.deleted(interaction)
        case "message" if interaction.is_direct:
            return await _direct_message(interaction)
        case "message" if interaction.thread_ts:
            return await thread.reply(interaction)
        case _:
            return Done()


async def _direct_message(interaction: Interaction) -> Answer:
    """One that states a problem becomes a session in its thread, anything else gets an answer and a button."""
    if known := await thread.session_of(interaction):
        return await thread.heard(interaction, known)
    text = readable(interaction.text)
    if not is_problem(text):
        async with interaction.read() as unit:
            unit.scope.need_engineer("start a session")
        return Reply(*views.greeting())
    root = interaction.thread_ts or interaction.message_ts
    wanted = StartSession(problem=text, channel=interaction.channel or "", thread_ts=root)
    return _told_of(interaction, await _start(interaction, wanted))
