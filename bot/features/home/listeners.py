from __future__ import annotations

from bot.answers import Answer, Done, Reply, Show
from bot.features.home import views
from bot.interaction import Interaction
from core import home as homes
from core.accounts import queries as people
from core.accounts import service as accounts
from core.errors import Forbidden, Invalid
from core.ids import DeliveryId
from core.outbox import service as outbox


async def opened(interaction: Interaction) -> Answer:
    """`app_home_opened`: published by the outbox, in turn with every other change of it, and kept true from now on."""
    event = interaction.body.get("event")
    if isinstance(event, dict) and event.get("tab", "home") != "home":  # pyright: ignore[reportUnknownMemberType]
        return Done()
    try:
        async with interaction.unit() as unit:
            await accounts.home_opened(unit)
    except Forbidden as refusal:
        return Show(views.refused(str(refusal)))
    return Done()


async def turn_page(interaction: Interaction) -> Answer:
    """`home.page`: the value holds both lists' pages."""
    waiting, _, sessions = interaction.value.partition(":")
    if not (waiting.isdigit() and sessions.isdigit()):
        raise Invalid("This button carries nothing FlowPilot knows. Please open App Home again.")
    async with interaction.read() as unit:
        user = await people.user(unit, unit.scope.actor.id)
        shown = await homes.home(unit, user, waiting_page=min(int(waiting), 100), sessions_page=min(int(sessions), 100))
        now = unit.now
    return Show(views.home(user, shown, interaction.installation.url, now))


async def send_again(interaction: Interaction) -> Answer:
    """A person looked, and the message is not there."""
    async with interaction.unit() as unit:
        await outbox.send_again(unit, DeliveryId(interaction.id_from_value()))
        await accounts.home_opened(unit)
    return Reply("It is being sent again.")
