from __future__ import annotations

from bot.answers import Answer, Done, Reply
from bot.interaction import Interaction
from core.accounts import service
from core.errors import Invalid
from core.ids import RequestId
from core.scope import Role

APPROVED = {"engineer": Role.ENGINEER, "l1": Role.L1}


async def request(interaction: Interaction) -> Answer:
    """*Request access*: every owner and admin gets a card."""
    async with interaction.unit() as unit:
        await service.request_access(unit)
    return Reply("Your request is with the owners and admins. You will get a message here when it is decided.")


async def approve(interaction: Interaction) -> Answer:
    role = APPROVED.get(interaction.argument)
    if role is None:
        raise Invalid("This button is one FlowPilot does not know. Please use the newest card.")
    async with interaction.unit() as unit:
        await service.decide_access(unit, RequestId(interaction.id_from_value()), role)
    return Done()


async def decline(interaction: Interaction) -> Answer:
    async with interaction.unit() as unit:
        await service.decide_access(unit, RequestId(interaction.id_from_value()), None)
    return Done()
