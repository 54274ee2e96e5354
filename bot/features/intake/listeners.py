"""Taking a call, and the lists of calls."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from bot.answers import Answer, Done, Later, Open, Reply, Show
from bot.features.intake import ticket_system, views
from bot.forms import command
from bot.interaction import Interaction
from core.errors import DomainError, Invalid
from core.ids import ProposalId, TicketId
from core.intake import service
from core.intake.commands import EscalateCall, TakeCall
from core.intake.outcomes import OutOfScope, Suggested, Taken, Walking
from core.intake.tickets import queries as tickets
from core.intake.tickets.models import TicketStatus
from core.intake.vocabulary import Category
from core.intake.walks import queries as walks
from core.llm.flows import Sorting
from core.psa import queries as psa_queries
from core.spending import service as spending
from core.unit import Unit


async def new(interaction: Interaction) -> Answer:
    """`/l1 new [problem]`: the form, with the problem in it."""
    return await _open(
        interaction, TakeCall(problem_statement=interaction.text.strip() or None, channel=interaction.channel or "")
    )


async def open_new(interaction: Interaction) -> Answer:
    """The button and the global shortcut *New L1 intake*."""
    return await _open(interaction, TakeCall(channel=interaction.channel or ""))


async def reopen(interaction: Interaction) -> Answer:
    """*Walk it again*: the form of a ticket that is open."""
    async with interaction.read() as unit:
        unit.scope.need_l1("take a call")
        ticket = await tickets.ticket(unit, TicketId(interaction.id_from_value()))
        looks_up = bool(await psa_queries.connections(unit))
    call = TakeCall(
        problem_statement=ticket.problem_statement,
        customer_name=ticket.customer_name,
        customer_contact=ticket.customer_contact,
        channel=ticket.channel,
        ticket_id=TicketId(ticket.id),
        looks_up=looks_up,
    )
    return Open(views.call_modal(call))


async def _open(interaction: Interaction, call: TakeCall) -> Answer:
    async with interaction.read() as unit:
        unit.scope.need_l1("take a call")
        shown = await ticket_system.looking_up(unit, call)
    interaction.desk.begin()
    return Open(views.call_modal(shown))


async def submit_new(interaction: Interaction) -> Answer:
    return await _take(interaction, _call(interaction))


async def build_anyway(interaction: Interaction) -> Answer:
    return await _take(interaction, _call(interaction), build_anyway=True)


async def take_up(interaction: Interaction) -> Answer:
    """An open ticket that is this call's already."""
    ticket_id = TicketId(interaction.id_from_value())
    return await _take(interaction, _call(interaction).model_copy(update={"ticket_id": ticket_id}))


async def use_flow(interaction: Interaction) -> Answer:
    flow_id, call = interaction.id_from_value(), _call(interaction)
    return await _begin(interaction, call, lambda unit, wanted: service.use_flow(unit, wanted, flow_id))


async def use_proposal(interaction: Interaction) -> Answer:
    proposal_id, call = ProposalId(interaction.id_from_value()), _call(interaction)
    return await _begin(interaction, call, lambda unit, wanted: service.use_proposal(unit, wanted, proposal_id))


async def adhoc(interaction: Interaction) -> Answer:
    return await _begin(interaction, _call(interaction), service.walk_adhoc)


def _call(interaction: Interaction) -> TakeCall:
    return command(TakeCall, interaction.view or {})


class NothingMade(Exception):  # an outcome: the unit ends without a trace, its receipt too
    """The call is not walked yet: a second delivery of the same click is to be answered again, not taken for done."""

    def __init__(self, taken: Taken) -> None:
        super().__init__()
        self.taken = taken


async def _take(interaction: Interaction, call: TakeCall, *, build_anyway: bool = False) -> Answer:
    placed, desk = await _placed(interaction, call), interaction.desk
    problem = placed.problem_statement or ""
    await desk.ready()
    taken = await _taken(interaction, placed, build_anyway=build_anyway)
    match taken:
        case OutOfScope(None):
            found = await _sorted(interaction, lambda: desk.judged(problem))
            if judged := next((category for category in Category if category in found.ids), None):
                taken = await _taken(interaction, placed, build_anyway=build_anyway, judged=judged)
        case Suggested(candidates) if len(candidates) > 1:
            found = await _sorted(interaction, lambda: desk.ordered(problem, candidates))
            taken = taken.in_order(found.ids)
        case _:
            pass
    return _answer(interaction, placed, taken)


async def _sorted(interaction: Interaction, ask: Callable[[], Awaitable[Sorting]]) -> Sorting:
    """What the model makes of it, within the month's budget; nothing where there is no model in this process."""
    if interaction.desk.composer is None:
        return Sorting()
    async with interaction.read() as unit:
        if (await spending.this_month(unit)).is_used_up:
            return Sorting()
    found = await ask()
    if found.usage is not None:
        async with interaction.read() as unit:
            spending.add(unit, found.usage, "intake")
    return found


async def _taken(
    interaction: Interaction, call: TakeCall, *, build_anyway: bool, judged: Category | None = None
) -> Taken:
    try:
        async with interaction.unit() as unit:
            taken = await service.take(unit, interaction.desk, call, build_anyway=build_anyway, judged=judged)
            return _made(taken)
    except NothingMade as nothing:
        return nothing.taken


def _made(taken: Taken) -> Walking:
    if not isinstance(taken, Walking):
        raise NothingMade(taken)
    return taken


def _answer(interaction: Interaction, call: TakeCall, taken: Taken) -> Answer:
    if not isinstance(taken, Walking):
        return Show(views.call_modal(call, taken))
    # A submitted form closes, and the card comes; one whose button was pressed cannot be closed, so it says what there is.
    return Done() if interaction.view is None or interaction.kind == "submission" else Show(views.begun(taken))


Begin = Callable[[Unit, TakeCall], Awaitable[Walking]]


async def _begin(interaction: Interaction, call: TakeCall, begin: Begin) -> Answer:
    placed = await _placed(interaction, call)
    async with interaction.unit() as unit:
        taken = await begin(unit, placed)
    return _answer(interaction, placed, taken)


async def _placed(interaction: Interaction, call: TakeCall) -> TakeCall:
    """The call with what its channel is. Raises what speaks against the channel, unless the person may not take calls at all."""
    if not call.channel:
        raise Invalid("Say in which channel it is worked on.", field="channel")
    team = interaction.installation.team_id
    try:
        channel = await interaction.channels.fit_for_a_session(interaction.slack, team, call.channel)
    except DomainError:
        async with interaction.read() as unit:
            unit.scope.need_l1("take a call")
        raise
    return call.model_copy(update={"private_channel": channel.is_private and not call.channel.startswith("D")})


async def escalate(interaction: Interaction) -> Answer:
    """`/l1 escalate [problem]`: the form with a reason."""
    call = EscalateCall(problem_statement=interaction.text.strip() or None, channel=interaction.channel or "")
    return await _open_escalate(interaction, call)


async def open_escalate(interaction: Interaction) -> Answer:
    """*Escalate without a walk…*, with what the intake form holds."""
    return await _open_escalate(interaction, EscalateCall(**_call(interaction).model_dump()))


async def _open_escalate(interaction: Interaction, call: EscalateCall) -> Answer:
    async with interaction.read() as unit:
        unit.scope.need_l1("escalate a call")
        looks_up = bool(await psa_queries.connections(unit))
    return Open(views.escalate_modal(call.model_copy(update={"looks_up": looks_up})))


async def submit_escalate(interaction: Interaction) -> Answer:
    call = command(EscalateCall, interaction.view or {})
    placed = EscalateCall(**{**call.model_dump(), **(await _placed(interaction, call)).model_dump()})
    async with interaction.unit() as unit:
        taken = await service.escalate_call(unit, placed)
    return Show(views.begun(taken))


async def queue(interaction: Interaction) -> Answer:
    """`/l1 queue [status]`."""
    word = interaction.text.strip().lower()
    if word and word not in {"all", *TicketStatus}:
        raise Invalid(f"A ticket is {', '.join(TicketStatus)}: /l1 queue open.")
    return await _queue(interaction, word or "all", 0)


async def choose_filter(interaction: Interaction) -> Answer:
    return await _queue(interaction, interaction.value, 0)


async def turn_page(interaction: Interaction) -> Answer:
    which, _, number = interaction.value.partition(":")
    if not number.isdigit():
        raise Invalid("This button carries nothing FlowPilot knows. Please use the newest message.")
    return await _queue(interaction, which, min(int(number), 100))


async def _queue(interaction: Interaction, which: str, number: int) -> Answer:
    status = TicketStatus(which) if which in set(TicketStatus) else None
    async with interaction.read() as unit:
        unit.scope.need_l1("see the calls")
        page = await tickets.page(unit, status, number)
        is_connected = bool(await psa_queries.connections(unit))
    if is_connected and number == 0 and status in {None, TicketStatus.OPEN}:
        return Later(lambda: ticket_system.beside(interaction, page, status))
    return Reply(*views.queue(page, status, interaction.installation.url))


async def mine(interaction: Interaction) -> Answer:
    """`/l1 mine`."""
    async with interaction.read() as unit:
        person = unit.scope.need_l1("walk calls")
        own = await walks.mine(unit, person.id)
    return Reply(*views.mine(own, interaction.installation.url))
