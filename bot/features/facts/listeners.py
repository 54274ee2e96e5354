"""What is known in a session: added, edited, removed."""

from __future__ import annotations

from bot import facts
from bot.answers import Answer, Done, Open, Show
from bot.features.facts import views
from bot.forms import command
from bot.interaction import Interaction
from bot.words import readable
from core.accounts import queries as people
from core.errors import Invalid
from core.ids import FactId, SessionId
from core.sessions import queries, service
from core.sessions.commands import AddFact, EditFact


async def add(interaction: Interaction) -> Answer:
    """The card's button."""
    async with interaction.read() as unit:
        unit.scope.need_engineer("add a fact")
        session = await queries.session(unit, SessionId(interaction.id_from_value()))
    return Open(facts.add_modal(session))


async def keep(interaction: Interaction) -> Answer:
    """The message shortcut *Keep as fact*: the form, filled with the message's text."""
    thread = interaction.thread_ts or interaction.message_ts or ""
    async with interaction.read() as unit:
        unit.scope.need_engineer("work on a session")
        session = await queries.in_thread(unit, interaction.channel or "", thread)
    if session is None:
        raise Invalid("This message is in no session's thread, so there is nothing to keep it for.")
    return Open(facts.add_modal(session, text=readable(interaction.text), message_ts=interaction.message_ts))


async def submit_add(interaction: Interaction) -> Answer:
    wanted = command(AddFact, interaction.view or {})
    async with interaction.unit() as unit:
        await service.add_fact(unit, wanted)
    return Done()


async def edit(interaction: Interaction) -> Answer:
    """The button beside a fact on the card: where it comes from, and what can be done with it."""
    async with interaction.read() as unit:
        unit.scope.need_engineer("edit a fact")
        fact = await queries.fact(unit, FactId(interaction.id_from_value()))
        session = await queries.session(unit, fact.session_id)
        author = await people.user(unit, fact.created_by)
    return Open(views.fact_modal(fact, session, author.name, interaction.installation.url))


async def submit_edit(interaction: Interaction) -> Answer:
    wanted = command(EditFact, interaction.view or {})
    async with interaction.unit() as unit:
        await service.edit_fact(unit, wanted)
    return Done()


async def remove(interaction: Interaction) -> Answer:
    async with interaction.unit() as unit:
        await service.remove_fact(unit, FactId(interaction.id_from_value()))
    return Show(views.removed())
