"""The account's figures. Pure."""

from __future__ import annotations

from bot import blocks
from bot.blocks import Block
from core.home import Stats
from core.intake.walks.models import WalkKind

KINDS = (
    ("matched a published flow", WalkKind.FLOW),
    ("matched a proposal", WalkKind.PROPOSAL),
    ("built on the way", WalkKind.AI_BUILD),
    ("ad hoc", WalkKind.ADHOC),
)


def shown(stats: Stats) -> tuple[str, list[Block]]:
    """A line for each figure; what has no data yet says so."""
    figures = stats.figures
    lines = [
        f"*Fixes that worked*  {_share(figures.worked, figures.judged)}",
        f"*Also*  {figures.partly} worked in part, {figures.waiting} wait to be verified",
        f"*Applied to verified*  {_hours(figures.hours_to_verify)}",
        f"*Notes posted as they were drafted*  {_share(figures.as_drafted, figures.notes)}, since {blocks.when(figures.since)}",
    ]
    if figures.changed_pct is not None:
        lines.append(f"*Notes that were changed*  half of them in {figures.changed_pct:.0f} % of their words or more")
    lines += [f"*Drafts to review*  {_drafts(stats)}", f"*Walks*  {_walks(stats)}"]
    text = "\n".join(lines)
    return text.replace("*", ""), [blocks.section(text)]


def _share(part: int, whole: int) -> str:
    return f"{part} of {whole} ({100 * part / whole:.0f} %)" if whole else "none yet"


def _hours(hours: float | None) -> str:
    return "nothing verified yet" if hours is None else f"half of them within {_long(hours)}"


def _long(hours: float) -> str:
    if hours < 1:
        return f"{max(1, hours * 60):.0f} minutes"
    return f"{hours:.0f} hours" if hours < 48 else f"{hours / 24:.0f} days"


def _drafts(stats: Stats) -> str:
    if stats.oldest_draft is None or stats.median_draft is None:
        return "none"
    count = "1,000 or more" if stats.drafts >= 1_000 else f"{stats.drafts}"
    oldest, middle = (_long(age.total_seconds() / 3_600) for age in (stats.oldest_draft, stats.median_draft))
    return f"{count}, the oldest for {oldest}" + (f", half of them for {middle} or longer" if stats.drafts > 1 else "")


def _walks(stats: Stats) -> str:
    told = [f"{count} {name}" for name, kind in KINDS if (count := stats.walks.get(kind, 0))]
    return f"{', '.join(told)}, since {blocks.when(stats.figures.since)}" if told else "none yet"
