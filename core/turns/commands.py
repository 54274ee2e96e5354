from __future__ import annotations

from core.ids import SessionId, TurnId
from core.sessions.commands import Command


class Hear(Command):
    """Somebody wrote in a session's thread. `for_flowpilot`: nobody else is named, so an answer is wanted."""

    session_id: SessionId
    ts: str
    text: str
    files: tuple[str, ...] = ()
    for_flowpilot: bool = True


class GiveReason(Command):
    """Why what FlowPilot said in a turn was no good."""

    turn_id: TurnId
    reason: str | None = None
