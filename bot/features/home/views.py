"""App Home: what needs the person first. Pure."""

from __future__ import annotations

from datetime import datetime

from bot import blocks, calls, handoffs, waiting
from bot.blocks import Block, View
from core.accounts.models import User
from core.fixes.pages import PAGE
from core.home import Home
from core.scope import Role
from core.sessions.models import label
from core.text import shorten


def home(user: User, shown: Home, url: str, now: datetime) -> View:
    if user.role is Role.VIEWER:
        return welcome()
    page = [
        blocks.header("Needs you"),
        *_waiting(shown, url, now),
        *_handed_on(shown),
        *_drafts(shown),
        *_requests(shown),
        *_in_question(shown),
    ]
    page += calls.to_review(shown.calls)
    if not (
        shown.waiting or shown.handed_on or shown.drafts or shown.requests or shown.in_question or shown.calls.proposals
    ):
        page.append(blocks.section("Nothing waits for you."))
    page += calls.own_walks(shown.calls, url)
    if user.role is Role.L1:
        page.append(blocks.context("Your role is l1. */l1 help* lists every command."))
        return blocks.home(page)
    page += [blocks.divider(), blocks.header("My sessions"), *_sessions(shown, url)]
    doors = [
        blocks.button("New session", "sessions.new", "new", style="primary"),
        blocks.button("My reminders", "nudges.wishes", "me"),
    ]
    if user.role in {Role.ADMIN, Role.OWNER}:
        doors.append(blocks.button("Settings", "settings.open", "contents"))
    page.append(blocks.actions(doors, block_id="new"))
    page.append(blocks.context(f"Your role is {user.role}. */pilot help* lists every command."))
    return blocks.home(page)


def welcome() -> View:
    """What somebody without a role sees."""
    ask = blocks.button("Request access", "access.request", "me", style="primary")
    return blocks.home(
        [
            blocks.header("FlowPilot"),
            blocks.section(
                "FlowPilot helps engineers work a support ticket to its end inside Slack: it proposes a fix, a person decides, and what worked "
                "is kept.\nYou can look around; to work on sessions, ask an admin for access."
            ),
            blocks.actions([ask]),
        ]
    )


def refused(sentence: str) -> View:
    return blocks.home([blocks.header("FlowPilot"), blocks.said(sentence)])


def _waiting(shown: Home, url: str, now: datetime) -> list[Block]:
    lines: list[Block] = []
    for one in shown.waiting:
        lines += waiting.entry(one, url, now)
    if shown.waiting_total > PAGE:
        first = shown.waiting_page * PAGE + 1
        lines.append(
            blocks.context(
                f"{first} to {first + len(shown.waiting) - 1} of {shown.waiting_total} that wait to be verified"
            )
        )
        lines.append(_pages(shown.waiting_page, shown.waiting_total, "waiting", shown.sessions.number))
    return lines


def _drafts(shown: Home) -> list[Block]:
    if not shown.drafts:
        return []
    count = "100 drafts or more" if shown.drafts >= 100 else f"{shown.drafts} draft{'' if shown.drafts == 1 else 's'}"
    return [blocks.section(f"{count} ready to review", blocks.button("See drafts", "drafts.list", "pending:0"))]


def _handed_on(shown: Home) -> list[Block]:
    """What others escalated and nobody has claimed, the oldest first."""
    lines: list[Block] = []
    for one in shown.handed_on[:5]:
        escalation = one.escalation
        text = f"*Escalated* · {blocks.escape(shorten(escalation.title, 150))}\n{blocks.escape(one.raiser)}, {blocks.when(escalation.raised_at)}"
        lines += handoffs.entry(text, escalation)
    shown_here = len(shown.handed_on[:5])
    if shown.handed_on_total > shown_here:
        lines.append(
            blocks.context(f"{shown_here} of {shown.handed_on_total} escalations; */pilot escalations* has them all")
        )
    return lines


def _requests(shown: Home) -> list[Block]:
    lines: list[Block] = []
    for request, name in shown.requests:
        lines.append(blocks.section(f"*{blocks.escape(name)}* asks for access · {blocks.when(request.asked_at)}"))
        lines.append(
            blocks.actions(
                [
                    blocks.button("Approve as engineer", "access.approve.engineer", request.id, style="primary"),
                    blocks.button("Approve as L1", "access.approve.l1", request.id),
                    blocks.button("Decline", "access.decline", request.id),
                ],
                block_id=f"request.{request.id}",
            )
        )
    return lines


def _in_question(shown: Home) -> list[Block]:
    """Posts whose answer was lost and which nobody can look for: the person looks, and decides."""
    lines: list[Block] = []
    for delivery in shown.in_question[:5]:
        where = (delivery.target or {}).get("channel", "")
        place = f" in <#{where}>" if where.startswith(("C", "G")) else " to you"
        what = "A reminder" if delivery.effect == "nudges.post" else "A message"
        lines.append(
            blocks.section(
                f"{what}{place} may not have arrived: Slack's answer was lost. If you do not see it there, send it again.",
                accessory=blocks.button("Send again", "deliveries.send_again", delivery.id),
            )
        )
    return lines


def _sessions(shown: Home, url: str) -> list[Block]:
    if not shown.sessions.items:
        return [blocks.section("You have no open session.")]
    lines: list[Block] = []
    for listed in shown.sessions.items:
        session = listed.session
        link = blocks.session_link(url, session.title, session.channel, session.thread_ts)
        lines.append(blocks.section(f"{link}\n{label(session.status)} · {blocks.when(session.last_active_at)}"))
    if shown.sessions.total > PAGE:
        first = shown.sessions.number * PAGE + 1
        lines.append(blocks.context(f"{first} to {first + len(shown.sessions.items) - 1} of {shown.sessions.total}"))
        lines.append(_pages(shown.sessions.number, shown.sessions.total, "sessions", shown.waiting_page))
    return lines


def _pages(number: int, total: int, which: str, other: int) -> Block:
    turn: list[Block] = []
    for name, to in (("Previous", number - 1), ("Next", number + 1)):
        if to >= 0 and to * PAGE < total:
            value = f"{to}:{other}" if which == "waiting" else f"{other}:{to}"
            turn.append(blocks.button(name, f"home.page.{which}.{name.lower()}", value))
    return blocks.actions(turn, block_id=f"page.{which}")
