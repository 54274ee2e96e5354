"""The account's figures. Pure."""

from __future__ import annotations

from bot import blocks
from bot.blocks import Block
from core.notes.overview import Figures


def shown(figures: Figures) -> tuple[str, list[Block]]:
    """A line for each figure; what has no data yet says so."""
    lines = [
        f"*Fixes that worked*  {_share(figures.worked, figures.judged)}",
        f"*Also*  {figures.partly} worked in part, {figures.waiting} wait to be verified",
        f"*Applied to verified*  {_hours(figures.hours_to_verify)}",
        f"*Notes as drafted*  {_share(figures.as_drafted, figures.notes)} went out without a change, since {blocks.when(figures.since)}",
    ]
    if figures.changed_pct is not None:
        lines.append(f"*Notes that were changed*  half of them in {figures.changed_pct:.0f} % of their words or more")
    text = "\n".join(lines)
    return text.replace("*", ""), [blocks.section(text)]


def _share(part: int, whole: int) -> str:
    return f"{part} of {whole} ({100 * part / whole:.0f} %)" if whole else "none yet"


def _hours(hours: float | None) -> str:
    if hours is None:
        return "nothing verified yet"
    if hours < 1:
        return f"half of them within {max(1, hours * 60):.0f} minutes"
    return f"half of them within {hours:.0f} hours" if hours < 48 else f"half of them within {hours / 24:.0f} days"
