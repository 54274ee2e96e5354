"""Reviewing proposed flows: look, edit, publish, decline."""

from __future__ import annotations

import asyncio
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from bot import snippets
from bot.answers import Answer, Later, Open, Reply, Show
from bot.features.flows import views
from bot.forms import command, values
from bot.interaction import Interaction
from core.errors import Invalid
from core.ids import ProposalId
from core.intake.proposals import queries, service
from core.intake.proposals.models import FlowProposal
from core.intake.proposals.service import EditStep


class Publish(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    proposal_id: ProposalId
    revision: int
    title: str | None = None


async def review(interaction: Interaction) -> Answer:
    """*Review…*, in the thread or in App Home."""
    return Open(views.review_modal(await _pending(interaction, interaction.id_from_value())))


async def draw(interaction: Interaction) -> Answer:
    """*Draw it*: the flow as it stands now, as a picture in the thread.

    It is drawn when somebody asks: one that came by itself would be old after the first edit.
    """
    proposal = await _pending(interaction, interaction.id_from_value())
    tree, title = proposal.grown, proposal.title

    async def as_file() -> Reply:
        # Loaded now: a process that draws nothing carries no imaging library.
        from core.intake.flows.picture import png  # noqa: PLC0415

        drawn = await asyncio.to_thread(png, tree, title)
        shared = interaction.channel is not None and await snippets.share_picture(
            interaction.slack, interaction.channel, interaction.thread_ts, name="flow", title=title, png=drawn
        )
        if shared:
            return Reply("The picture is in the thread.")
        return Reply("The picture cannot be shared here. “Review…” lists every step and what follows it.")

    return Later(as_file)


async def _pending(interaction: Interaction, proposal_id: UUID) -> FlowProposal:
    async with interaction.read() as unit:
        service.may_review(unit.scope)
        locked = await queries.proposal_for_update(unit, ProposalId(proposal_id))
        locked.proposal.need_pending(locked.decider)
    return locked.proposal


async def turn_page(interaction: Interaction) -> Answer:
    number = interaction.value.partition(":")[0]
    if not number.isdigit():
        raise Invalid("This button carries nothing FlowPilot knows. Please open the review again.")
    proposal = await _titled(interaction)
    return Show(views.review_modal(proposal, min(int(number), 10)))


async def _titled(interaction: Interaction) -> FlowProposal:
    """The proposal, with the title that stands in the form kept: what somebody typed is not lost with the form."""
    typed = values(interaction.view or {}).get("title")
    async with interaction.unit() as unit:
        return await service.retitle(unit, ProposalId(interaction.id_from_value()), str(typed) if typed else None)


async def edit(interaction: Interaction) -> Answer:
    """*Edit…*: the review turns into the form of one step."""
    proposal = await _titled(interaction)
    node_id = interaction.value.partition(":")[0]
    if node_id not in proposal.grown:
        raise Invalid("This step is not in the flow any more. Please open the review again.")
    return Show(views.edit_modal(proposal, proposal.grown[node_id]))


async def submit_edit(interaction: Interaction) -> Answer:
    """Keeps the step, and shows the review again."""
    view = interaction.view or {}
    form = values(view)
    labels = tuple(str(form[name] or "") for name in sorted(form) if name.startswith("label_"))
    wanted = command(EditStep, view).model_copy(update={"labels": labels})
    async with interaction.unit() as unit:
        proposal = await service.edit_step(unit, wanted)
    return Show(views.review_modal(proposal))


async def publish(interaction: Interaction) -> Answer:
    wanted = command(Publish, interaction.view or {})
    async with interaction.unit() as unit:
        proposal, _ = await service.publish(unit, wanted.proposal_id, wanted.title, wanted.revision)
    return Show(views.decided(proposal))


async def decline(interaction: Interaction) -> Answer:
    async with interaction.unit() as unit:
        proposal = await service.decline(unit, ProposalId(interaction.id_from_value()))
    return Show(views.decided(proposal))
