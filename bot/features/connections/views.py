"""Connecting ticket systems, and choosing which statuses their tickets are set to. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot import blocks
from bot.blocks import Block, View
from core.psa.models import PsaConnection, Target
from core.psa.provider import Board, Status, System
from core.psa.trial import Tried

NONE = "none"
"""The choice of leaving the status as it is."""
MOST = 80


def contents(connections: Sequence[PsaConnection]) -> View:
    """Every connection, and the way to a new one."""
    shown: list[Block] = []
    for one in connections[:20]:
        shown.append(blocks.section(f"*{blocks.escape(one.name)}*\n{blocks.escape(one.url)}"))
        remove = blocks.confirm(
            "Remove it?",
            "Its keys are deleted. Notes for its tickets stop, until their sessions are linked to a ticket again, or unlinked.",
            "Remove",
        )
        shown.append(
            blocks.actions(
                [
                    blocks.button(f"Statuses of {one.name}", "connections.open", one.id),
                    blocks.button("Remove", "connections.remove", one.id, style="danger", confirm=remove),
                ]
            )
        )
    if not connections:
        shown.append(blocks.section("No ticket system is connected. Sessions work all the same; notes then stay here."))
    shown.append(
        blocks.actions(
            [blocks.button(f"Connect {system.named}…", f"connections.new.{system}", system) for system in System]
        )
    )
    shown.append(blocks.context("To renew keys, connect the same place again: sessions and statuses stay."))
    return blocks.modal("house.notice", "Ticket system", shown, close="Close")


def form(system: System) -> View:
    """What it takes to connect. It is tried before it is kept."""
    match system:
        case System.CONNECTWISE:
            fields = [
                _line("site", "Site", "na.myconnectwise.net", "Where you sign in."),
                _line("company", "Company id", "northwind", "What you type as company when you sign in."),
                _line("public_key", "Public key", "", "Of an API member: System, Members, API Members, API Keys."),
                _line("private_key", "Private key", "", "Shown once when the key is made. It is kept encrypted."),
                _line("client_id", "Client id", "", "Yours from developer.connectwise.com."),
            ]
        case System.REQUEST_TRACKER:
            fields = [
                _line("url", "Address", "https://rt.example.com", "Where Request Tracker itself answers."),
                _line("user", "User", "flowpilot", "A privileged user with the right to see, comment and reply."),
                _line("password", "Password", "", "It is kept encrypted."),
            ]
    return blocks.modal(f"settings.save.psa.{system}", system.named, fields, submit="Test and connect")


def _line(name: str, label: str, example: str, hint: str) -> Block:
    return blocks.field(name, label, blocks.text_input(placeholder=example or None, limit=300), hint=hint)


def testing(system: System) -> View:
    return blocks.notice(
        f"{system.named}", "Testing: reading boards, statuses, members and a ticket. This takes a moment."
    )


def connected(connection: PsaConnection, tried: Tried, mapped: int) -> View:
    """What the test found, and the boards to choose statuses for."""
    seen = f", and read {tried.ticket.label}" if tried.ticket else ", and saw no open ticket"
    who = f"{len(tried.members)} members, {mapped} of them with an address to know engineers by"
    text = f"*Connected.* Found {len(tried.boards)} boards and {who}{seen}."
    return blocks.modal(
        "house.notice", "Ticket system", [blocks.section(text), *_boards(connection, tried.boards)], close="Close"
    )


def statuses(connection: PsaConnection, boards: Sequence[Board]) -> View:
    shown = [blocks.section(f"*{blocks.escape(connection.name)}*"), *_boards(connection, boards)]
    return blocks.modal("house.notice", "Statuses", shown, close="Close")


def _boards(connection: PsaConnection, boards: Sequence[Board]) -> list[Block]:
    shown: list[Block] = [
        blocks.context("What tickets are set to when their session ends; a board without a choice keeps its status.")
    ]
    for board in boards[:MOST]:
        chosen = [f"{kind.value} → {status.name}" for kind in Target if (status := connection.target(kind, board.id))]
        line = blocks.escape(", ".join(chosen)) or "no change of status"
        choose = blocks.button(f"Choose for {board.name}", "connections.board", f"{connection.id}:{board.id}")
        shown.append(blocks.section(f"*{blocks.escape(board.name)}*\n{line}", choose))
    if len(boards) > MOST:
        shown.append(blocks.context(f"and {len(boards) - MOST} more; `python -m bot connect` chooses for all by name."))
    return shown


def targets(connection: PsaConnection, board: Board, known: Sequence[Status]) -> View:
    """The statuses of one board, from its own list."""
    options = [("Leave it as it is", NONE), *((_named(one), one.id) for one in known)]
    labels: Mapping[Target, str] = {
        Target.RESOLVED: "When a session is resolved",
        Target.ESCALATED: "When a session is escalated",
    }
    fields: list[Block] = [blocks.said(f"{connection.name}: {board.name}")]
    for kind, label in labels.items():
        now = connection.target(kind, board.id)
        chosen = now.id if now and now.id in [one.id for one in known] else NONE
        fields.append(blocks.field(kind.value, label, blocks.select(options, chosen)))
    return blocks.modal(
        "connections.targets", "Statuses", fields, submit="Save", connection_id=connection.id, board_id=board.id
    )


def _named(status: Status) -> str:
    return f"{status.name} (closes it)" if status.closed else status.name
