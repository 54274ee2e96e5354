"""First-line calls as App Home shows them."""

from __future__ import annotations

from bot import blocks
from bot.blocks import Block
from core.intake.overview import Calls
from core.intake.walks.package import along
from core.text import shorten

SHOWN = 5


def own_walks(calls: Calls, url: str) -> list[Block]:
    """The walks the person is on, with links (below `url`, the workspace's address); nothing for who takes no calls."""
    if not calls.takes_calls:
        return []
    lines: list[Block] = [blocks.divider(), blocks.header("My calls")]
    if not calls.walks:
        lines.append(blocks.section("You are on no call."))
    for walk, ticket in calls.walks[:SHOWN]:
        link = blocks.session_link(url, f"{ticket.label} {ticket.title}", ticket.channel, ticket.thread_ts)
        words = f"{link}\n{blocks.escape(shorten(along(walk), 150))} · last step {blocks.when(walk.last_step_at)}"
        lines.append(blocks.section(words, accessory=blocks.button("Resume", "walks.resume", walk.id)))
    if len(calls.walks) > SHOWN:
        lines.append(blocks.context(f"The newest {SHOWN}. */l1 mine* lists more."))
    lines.append(blocks.actions([blocks.button("New call", "intake.new", "new", style="primary")], block_id="new_call"))
    return lines


def to_review(calls: Calls) -> list[Block]:
    """Flows that grew out of walks and wait for an engineer."""
    lines = [
        blocks.section(
            f"A flow to review: {blocks.escape(shorten(proposal.title, 150))}",
            accessory=blocks.button("Review…", "flows.review", proposal.id),
        )
        for proposal in calls.proposals[:SHOWN]
    ]
    if calls.proposals_total > len(lines):
        lines.append(blocks.context(f"The oldest {len(lines)} of {calls.proposals_total} flows to review."))
    return lines
