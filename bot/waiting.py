"""A fix that waits to be verified, as lists show it: in App Home and in `/pilot pending`."""

from __future__ import annotations

from datetime import datetime

from bot import blocks
from bot.blocks import Block
from core.fixes.models import LABEL, Outcome
from core.fixes.pages import Waiting
from core.nudges.models import Answer
from core.nudges.queries import Asking
from core.text import shorten

OUTCOMES = {
    "It worked": Outcome.APPLIED_SUCCESS,
    "Didn't work…": Outcome.APPLIED_FAILED,
    "Partly…": Outcome.APPLIED_PARTIAL,
    "Still waiting…": Outcome.APPLIED_PENDING,
}


def entry(one: Waiting, url: str, now: datetime) -> list[Block]:
    """What waits, for what, since when and whose it is, with a link (below `url`, the workspace's address) and the outcome buttons."""
    fix, session = one.fix, one.session
    days = (now - (fix.applied_at or fix.created_at)).days
    age = "applied today" if days < 1 else f"applied {days} day{'s' if days > 1 else ''} ago"
    link = blocks.session_link(url, session.title, session.channel, session.thread_ts)
    text = (
        f"*{blocks.escape(shorten(fix.title, 150))}* · {LABEL[fix.status]} · {age} · {blocks.escape(one.owner)}\n"
        f"Waits for: {blocks.escape(shorten(fix.pending_reason or 'nothing named', 300))}\n{_asking(one.asking)}{link}"
    )
    buttons = [blocks.button(label, f"fixes.record.{outcome}", fix.id) for label, outcome in OUTCOMES.items()]
    return [blocks.section(text), blocks.actions(buttons, block_id=f"waiting.{fix.id}")]


def _asking(asking: Asking | None) -> str:
    """A line about its nudges: the next one, or why there is none."""
    if asking is None:
        return ""
    times = (
        ("", "Asked once · ", "Asked twice · ")[asking.times] if asking.times < 3 else f"Asked {asking.times} times · "
    )
    if asking.unsure:
        times += "the last time may not have arrived · "
    if asking.next_at is not None:
        return f"{times or 'Not asked yet · '}next reminder {blocks.when(asking.next_at)}\n"
    if asking.last is Answer.MUTED:
        return f"{times or 'Not asked · '}reminders are muted\n"
    return f"{times}*needs a decision*: there are no more reminders\n" if asking.times else ""
