"""The model's section of the settings: the month's budget. Pure."""

from __future__ import annotations

from bot import blocks
from bot.blocks import View
from core.spending.pages import MICRO, Budget


def budget_modal(budget: Budget) -> View:
    """What was spent this month, and the most that may be."""
    spent = budget.spent.cost_micro_usd / MICRO
    limit = blocks.field(
        "model_budget_usd",
        "The most that may be spent on the model in a calendar month, in US dollars",
        blocks.text_input(value=str(budget.limit_usd), limit=6),
        hint="When it is used up, FlowPilot composes without AI until the month is over. 0: no model is asked.",
    )
    so_far = f"This month so far: ${spent:,.2f} for {budget.spent.tokens:,} tokens."
    return blocks.modal("settings.save.model", "Model", [blocks.section(so_far), limit], submit="Save")
