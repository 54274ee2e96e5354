"""Requests for access. Pure."""

from __future__ import annotations

from bot import blocks
from bot.blocks import Block
from core.accounts.models import AccessRequest, RequestState
from core.scope import Role

ROLE_NAME = {Role.ENGINEER: "engineer", Role.L1: "L1", Role.VIEWER: "viewer", Role.ADMIN: "admin", Role.OWNER: "owner"}


def card(request: AccessRequest, asker: str, asker_slack_id: str, decider: str | None) -> tuple[str, list[Block]]:
    """The card an owner or admin gets; once decided, it says by whom and keeps no button."""
    who = f"{blocks.escape(asker)} (<@{asker_slack_id}>)"
    if request.state is RequestState.OPEN:
        choices = [
            blocks.button("Approve as engineer", "access.approve.engineer", request.id, style="primary"),
            blocks.button("Approve as L1", "access.approve.l1", request.id),
            blocks.button("Decline", "access.decline", request.id, style="danger"),
        ]
        return f"{blocks.escape(asker)} asks for access to FlowPilot", [
            blocks.section(f"*Access requested*\n{who} asks to work with FlowPilot."),
            blocks.actions(choices),
        ]
    by = blocks.escape(decider or "somebody")
    how = f"approved as {ROLE_NAME[request.role]}" if request.role else "declined"
    when = f", {blocks.when(request.decided_at)}" if request.decided_at else ""
    return f"The request of {blocks.escape(asker)} was {how} by {by}", [
        blocks.section(f"*Access {how}*\n{who}: {how} by {by}{when}.")
    ]


def verdict(request: AccessRequest) -> tuple[str, list[Block]]:
    """What the asker is told."""
    if request.role is Role.ENGINEER:
        text = "You now have access to FlowPilot as engineer. Type /pilot new in a channel to start a session; /pilot help lists the rest."
    elif request.role is Role.L1:
        text = (
            "You now have access to FlowPilot as L1. Type /l1 new in a channel to take a call; /l1 help lists the rest."
        )
    else:
        text = "Your request for access to FlowPilot was declined. Your admin can tell you why."
    return text, [blocks.said(text)]
