"""Starting and steering sessions."""

from __future__ import annotations

from collections.abc import Sequence

from bot.answers import Answer, Done, Open, Reply, Show
from bot.blocks import INPUT
from bot.features.sessions import thread, ticket_views, views
from bot.features.sessions.words import is_problem, readable
from bot.forms import command, values
from bot.interaction import Interaction, as_id
from core.accounts import queries as people
from core.errors import DomainError, Invalid
from core.ids import SessionId, UserId
from core.psa import queries as psa_queries
from core.psa.references import named_in
from core.sessions import queries, service
from core.sessions.commands import AddFact, HandTo, RenameSession, StartSession
from core.sessions.models import Session
from core.sessions.pages import Page
from core.tickets import service as tickets
from core.unit import Unit

STARTED = "Started: the session's card appears here in a moment."


async def _about_the_same(interaction: Interaction, wanted: StartSession) -> Sequence[Session]:
    """The open sessions about a ticket that the new problem names; none for who has seen them and wants another one."""
    named = named_in(wanted.problem or "")
    if wanted.anyway or not (named or wanted.ticket) or len(wanted.problem or "") > INPUT:
        return []  # too long for a form that asks: it is pointed out in the thread
    async with interaction.read() as unit:
        unit.scope.need_engineer("start a session")
        return await tickets.already(unit, named, wanted.ticket)


async def _form(
    interaction: Interaction, *, channel: str | None, thread_ts: str | None = None, problem: str | None = None
) -> Answer:
    async with interaction.read() as unit:
        unit.scope.need_engineer("start a session")
        connected = bool(await psa_queries.connections(unit))
    return Open(views.new_modal(channel=channel, thread_ts=thread_ts, problem=problem, with_ticket=connected))


async def _start(interaction: Interaction, wanted: StartSession) -> Session:
    team = interaction.installation.team_id
    try:
        channel = await interaction.channels.fit_for_a_session(interaction.slack, team, wanted.channel)
    except DomainError:
        async with interaction.read() as unit:  # whoever may not start one at all is not sent to mend the channel first
            unit.scope.need_engineer("start a session")
        raise
    direct = wanted.channel.startswith("D")
    async with interaction.unit() as unit:
        return await service.start(
            unit, wanted.model_copy(update={"private_channel": channel.is_private and not direct})
        )


async def new(interaction: Interaction) -> Answer:
    """`/pilot new [problem]`: with a text the session starts, without one a form asks for it."""
    if not interaction.text.strip():
        return await _form(interaction, channel=interaction.channel)
    wanted = StartSession(problem=interaction.text, channel=interaction.channel or "")
    if others := await _about_the_same(interaction, wanted):
        already = ticket_views.also(others, interaction.installation.url)
        return Open(views.new_modal(channel=interaction.channel, problem=interaction.text, already=already))
    await _start(interaction, wanted)
    return Reply(STARTED)


async def open_new(interaction: Interaction) -> Answer:
    """The button and the global shortcut *New session*: in a message its channel is known, elsewhere the form asks."""
    return await _form(interaction, channel=interaction.channel)


async def start_here(interaction: Interaction) -> Answer:
    """The message shortcut *Start a session here*: the form, filled with the message's text; the session is the message's thread."""
    async with interaction.read() as unit:
        unit.scope.need_engineer("start a session")
    root = interaction.thread_ts or interaction.message_ts
    return Open(views.new_modal(channel=interaction.channel, thread_ts=root, problem=readable(interaction.text)))


async def submit_new(interaction: Interaction) -> Answer:
    wanted = command(StartSession, interaction.view or {})
    if others := await _about_the_same(interaction, wanted):
        already = ticket_views.also(others, interaction.installation.url)
        again = views.new_modal(
            channel=wanted.channel,
            thread_ts=wanted.thread_ts,
            problem=wanted.problem,
            ticket=wanted.ticket,
            already=already,
        )
        return Show(again)
    await _start(interaction, wanted)
    return Done()


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
    await _start(interaction, StartSession(problem=problem, channel=interaction.channel or "", thread_ts=root))
    return Done()


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
    await _start(interaction, StartSession(problem=text, channel=interaction.channel or "", thread_ts=root))
    return Done()


async def _of_thread(interaction: Interaction, channel: str, thread_ts: str) -> Session | None:
    async with interaction.read() as unit:
        unit.scope.need_engineer("work on a session")
        return await queries.in_thread(unit, channel, thread_ts)


async def mine(interaction: Interaction) -> Answer:
    return await _list(interaction, "mine", 0)


async def open_ones(interaction: Interaction) -> Answer:
    return await _list(interaction, "open", 0)


async def turn_page(interaction: Interaction) -> Answer:
    which, _, number = interaction.value.partition(":")
    if which not in {"mine", "open"} or not number.isdigit():
        raise Invalid("This button carries nothing FlowPilot knows. Please use the newest message.")
    return await _list(interaction, which, min(int(number), 100))


async def _list(interaction: Interaction, which: str, number: int) -> Answer:
    async with interaction.read() as unit:
        person = unit.scope.need_engineer("see the sessions")
        page: Page = await (
            queries.mine(unit, person.id, number) if which == "mine" else queries.open_ones(unit, number)
        )
    title = "My open sessions" if which == "mine" else "Open sessions of the team"
    return Reply(*views.listing(title, page, interaction.installation.url, which=which))


async def find(interaction: Interaction) -> Answer:
    text = interaction.text.strip()[:200]
    if not text:
        raise Invalid("Say what to look for: /pilot find printer.")
    async with interaction.read() as unit:
        unit.scope.need_engineer("search the sessions")
        page = await queries.found(unit, text)
    return Reply(*views.listing(f"Sessions with “{text}”", page, interaction.installation.url, which=None))


async def pause(interaction: Interaction) -> Answer:
    return await _of_channel(interaction, "pause")


async def resume(interaction: Interaction) -> Answer:
    return await _of_channel(interaction, "resume")


async def _of_channel(interaction: Interaction, verb: str) -> Answer:
    async with interaction.unit() as unit:
        unit.scope.need_engineer(f"{verb} a session")
        sessions = [
            one
            for one in await queries.open_in(unit, interaction.channel or "")
            if (one.status.value == "paused") == (verb == "resume")
        ]
        if not sessions:
            raise Invalid(f"There is no session to {verb} in this channel. /pilot open lists where they are.")
        if len(sessions) > 1:
            return Reply(*views.chooser(verb, sessions))
        return Reply(f"{await _steer(unit, verb, SessionId(sessions[0].id))}: “{sessions[0].title}”.")


async def pick(interaction: Interaction) -> Answer:
    """The chooser's button."""
    verb = interaction.value.partition(":")[0]
    async with interaction.unit() as unit:
        return Reply(f"{await _steer(unit, verb, SessionId(interaction.id_from_value()))}.")


async def _steer(unit: Unit, verb: str, session_id: SessionId) -> str:
    match verb:
        case "pause":
            await service.pause(unit, session_id)
            return "Paused"
        case "resume":
            await service.resume(unit, session_id)
            return "Resumed"
        case "reopen":
            await service.reopen(unit, session_id)
            return "Reopened"
        case "unlink":
            await tickets.unlink(unit, session_id)
            return "Unlinked"
        case "take_over":
            await service.take_over(unit, session_id)
            return "It is yours now"
        case _:
            raise Invalid("This menu entry is one FlowPilot does not know. Please use the newest card.")


async def menu(interaction: Interaction) -> Answer:
    """The card's overflow: one id, the verb in the option's value."""
    verb = interaction.value.partition(":")[0]
    session_id = SessionId(interaction.id_from_value())
    if verb in {"add_fact", "rename", "hand_to"}:
        async with interaction.read() as unit:
            unit.scope.need_engineer("change a session")
            session = await queries.session(unit, session_id)
        form = {"add_fact": views.fact_modal, "rename": views.rename_modal, "hand_to": views.hand_to_modal}[verb]
        return Open(form(session))
    async with interaction.unit() as unit:
        await _steer(unit, verb, session_id)
    return Done()


async def submit_rename(interaction: Interaction) -> Answer:
    wanted = command(RenameSession, interaction.view or {})
    async with interaction.unit() as unit:
        await service.rename(unit, wanted)
    return Done()


async def submit_hand_to(interaction: Interaction) -> Answer:
    """Slack's picker gives a Slack user; the heir is the person the account knows by it."""
    form = values(interaction.view or {})
    chosen = str(form.get("user_id") or "")
    async with interaction.unit() as unit:
        heir = await people.user_by_slack_id(unit, chosen)
        if heir is None:
            raise Invalid("FlowPilot has not met this person yet; let them open its App Home once.", field="user_id")
        await service.hand_to(
            unit, HandTo(session_id=SessionId(as_id(form.get("session_id"))), user_id=UserId(heir.id))
        )
    return Done()


async def keep_fact(interaction: Interaction) -> Answer:
    """The message shortcut *Keep as fact*: the form, filled with the message's text."""
    session = await _of_thread(
        interaction, interaction.channel or "", interaction.thread_ts or interaction.message_ts or ""
    )
    if session is None:
        raise Invalid("This message is in no session's thread, so there is nothing to keep it for.")
    return Open(views.fact_modal(session, text=readable(interaction.text), message_ts=interaction.message_ts))


async def submit_fact(interaction: Interaction) -> Answer:
    wanted = command(AddFact, interaction.view or {})
    async with interaction.unit() as unit:
        await service.add_fact(unit, wanted)
    return Done()
