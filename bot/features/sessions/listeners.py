"""Listing and steering sessions."""

from __future__ import annotations

from bot import facts
from bot.answers import Answer, Done, Open, Reply
from bot.features.sessions import views
from bot.forms import command, values
from bot.interaction import Interaction, as_id
from core.accounts import queries as people
from core.errors import Invalid
from core.fixes import overview
from core.ids import SessionId, UserId
from core.sessions import queries, service
from core.sessions.commands import HandTo, RenameSession
from core.sessions.pages import Page
from core.tickets import service as tickets
from core.unit import Unit


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
        form = {"add_fact": facts.add_modal, "rename": views.rename_modal, "hand_to": views.hand_to_modal}[verb]
        return Open(form(session))
    async with interaction.unit() as unit:
        await _steer(unit, verb, session_id)
    return Done()


async def catch_up(interaction: Interaction) -> Answer:
    """The card's button: where the session stands, for who comes to it late."""
    async with interaction.read() as unit:
        unit.scope.need_engineer("see a session")
        state = await overview.catch_up(unit, SessionId(interaction.id_from_value()))
    return Reply(*views.catch_up(state))


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
