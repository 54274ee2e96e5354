"""Walking a call: answers, notes, taking over, and the ends."""

from __future__ import annotations

from bot import blocks
from bot.answers import Answer, Done, Open, Reply, Show
from bot.features.walks import views
from bot.forms import command
from bot.interaction import Interaction
from core.errors import Invalid
from core.ids import WalkId
from core.intake.commands import EscalateWalk, NoteWalk, ResolveWalk
from core.intake.tickets.models import Ticket
from core.intake.walks import ends, queries, service
from core.intake.walks.models import NotesMoved, Walk


async def answer(interaction: Interaction) -> Answer:
    """An answer button: which one stands in its id, which visit of which walk in its value."""
    visit, walk_id = _visit(interaction)
    if not interaction.argument.isdigit():
        raise Invalid("This button is one FlowPilot does not know. Please use the newest card.")
    async with interaction.unit() as unit:
        await service.answer(unit, walk_id, visit, int(interaction.argument))
    return Done()


async def back(interaction: Interaction) -> Answer:
    visit, walk_id = _visit(interaction)
    async with interaction.unit() as unit:
        await service.back(unit, walk_id, visit)
    return Done()


def _visit(interaction: Interaction) -> tuple[int, WalkId]:
    visit = interaction.value.partition(":")[0]
    if not visit.isdigit() or len(visit) > 9:
        raise Invalid("This button carries nothing FlowPilot knows. Please use the newest card.")
    return int(visit), _walk_id(interaction)


def _walk_id(interaction: Interaction) -> WalkId:
    return WalkId(interaction.id_from_value())


async def _active(interaction: Interaction, what: str) -> tuple[Walk, Ticket]:
    """The walk for a form. Raises `Forbidden`, `Conflict` when it has ended."""
    async with interaction.read() as unit:
        unit.scope.need_l1(what)
        locked = await queries.walk_for_update(unit, _walk_id(interaction))
        locked.walk.need_active(locked.ender)
    return locked.walk, locked.ticket


async def open_note(interaction: Interaction) -> Answer:
    walk, _ = await _active(interaction, "note something")
    return Open(views.note_modal(walk))


async def submit_note(interaction: Interaction) -> Answer:
    """Saves the notes; when somebody was faster, the form shows both texts."""
    wanted = command(NoteWalk, interaction.view or {})
    try:
        async with interaction.unit() as unit:
            await service.note(unit, wanted)
    except NotesMoved:
        async with interaction.read() as unit:
            walk, _ = await queries.walk(unit, wanted.walk_id)
        return Show(views.note_modal(walk, typed=wanted.walk_notes or "", theirs=walk.walk_notes))
    return Done()


async def take_over(interaction: Interaction) -> Answer:
    async with interaction.unit() as unit:
        _, before = await service.take_over(unit, _walk_id(interaction))
    return Reply(f"It is yours now; {before} had it.")


async def resume(interaction: Interaction) -> Answer:
    """*Resume* in a list: the walk is the clicker's, and here is where it goes on."""
    async with interaction.unit() as unit:
        _, ticket, had = await service.resume(unit, _walk_id(interaction))
    link = blocks.session_link(
        interaction.installation.url, f"{ticket.label} {ticket.title}", ticket.channel, ticket.thread_ts
    )
    words = f"{ticket.label} goes on in its thread."
    if had:
        words = f"It is yours now; {had} had it. {words}"
    return Reply(words, [blocks.section(f"{blocks.escape(words)}\n{link}")])


async def open_resolve(interaction: Interaction) -> Answer:
    return Open(views.resolve_modal(*await _active(interaction, "resolve a call")))


async def submit_resolve(interaction: Interaction) -> Answer:
    wanted = command(ResolveWalk, interaction.view or {})
    async with interaction.unit() as unit:
        await ends.resolve(unit, wanted)
    return Done()


async def open_escalate(interaction: Interaction) -> Answer:
    return Open(views.escalate_modal(*await _active(interaction, "escalate a call")))


async def submit_escalate(interaction: Interaction) -> Answer:
    wanted = command(EscalateWalk, interaction.view or {})
    async with interaction.unit() as unit:
        await ends.escalate(unit, wanted)
    return Done()


async def go_on(interaction: Interaction) -> Answer:
    """*Continue as a session*: an engineer claims it; the session's card comes into the same channel."""
    async with interaction.unit() as unit:
        await ends.continue_as_session(unit, _walk_id(interaction))
    return Reply("It is yours. The session's card appears in this channel in a moment, with the walked steps as facts.")
