"""Settings of first-line work: the categories that steps may be built for, and the flows that are on. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from bot import blocks
from bot.blocks import Block, View
from bot.inputs import checkboxes
from core.intake.flows.models import Flow
from core.intake.vocabulary import CATEGORY_LABEL, Category
from core.text import shorten

PAGE = 40


def section_modal(enabled: Sequence[str] | None) -> View:
    options = [(CATEGORY_LABEL[one], one.value) for one in Category]
    ticked = [one.value for one in Category] if enabled is None else list(enabled)
    return blocks.modal(
        "settings.save.l1",
        "L1",
        [
            blocks.field(
                "enabled_l1_categories",
                "Steps may be built for",
                checkboxes(options, ticked),
                optional=True,
                hint="A published flow is always found, whatever is switched off here.",
            ),
            blocks.actions([blocks.button("Flows…", "settings.flows", "0")], block_id="flows"),
        ],
        submit="Save",
    )


def catalogue(flows: Sequence[Flow], page: int) -> View:
    """Every flow, to be switched on and off; walks under way are not touched."""
    shown = flows[page * PAGE : (page + 1) * PAGE]
    lines: list[Block] = [_flow(flow) for flow in shown] or [blocks.section("There are no flows yet.")]
    turn = [
        blocks.button(name, f"settings.flows.{name.lower()}", str(to))
        for name, to in (("Previous", page - 1), ("Next", page + 1))
        if to >= 0 and to * PAGE < len(flows)
    ]
    if turn:
        first = page * PAGE + 1
        lines += [blocks.context(f"{first} to {first + len(shown) - 1} of {len(flows)}"), blocks.actions(turn)]
    return blocks.modal("house.notice", "Flows", lines, close="Close")


def _flow(flow: Flow) -> Block:
    state = f"on, version {flow.published_version}" if flow.published else "off"
    category = f" · {CATEGORY_LABEL[flow.category]}" if flow.category else ""
    button = (
        blocks.button("Switch off", "settings.flow.off", flow.id)
        if flow.published
        else blocks.button("Switch on", "settings.flow.on", flow.id)
    )
    return blocks.section(f"{blocks.escape(shorten(flow.title, 120))}\n{state}{category}", accessory=button)
