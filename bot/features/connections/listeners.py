"""Settings, *Ticket system*: connecting one is tested before anything is kept; statuses are proved to be the board's own."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from bot.answers import Answer, Meanwhile, Open, Show
from bot.blocks import View
from bot.features.connections import views
from bot.forms import command
from bot.interaction import Interaction, as_id
from core.errors import DomainError, Invalid, NotFound
from core.ids import ConnectionId
from core.psa import queries, service
from core.psa.address import AddressRefused
from core.psa.commands import ConnectConnectWise, ConnectRequestTracker
from core.psa.login import Login, system_of
from core.psa.models import PsaConnection, Target
from core.psa.provider import Board, KeysRefused, PsaAway, PsaRefused, System
from core.psa.trial import belonging, try_out
from core.tickets.lookup import in_time

WAIT = 1.4
"""Seconds for the answer to stand at its field; what takes longer is shown when it is there."""
SECRET = {System.CONNECTWISE: "private_key", System.REQUEST_TRACKER: "password"}
PLACE = {System.CONNECTWISE: "site", System.REQUEST_TRACKER: "url"}


class ChooseTargets(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    connection_id: UUID
    board_id: str
    resolved: str | None = None
    escalated: str | None = None


async def open_all(interaction: Interaction) -> Answer:
    """The section *Ticket system*."""
    async with interaction.read() as unit:
        unit.scope.need_admin("change the connection to a ticket system")
        connections = await queries.connections(unit)
    return Open(views.contents(connections))


async def open_form(interaction: Interaction) -> Answer:
    async with interaction.read() as unit:
        unit.scope.need_admin("connect a ticket system")
    interaction.psas.keyring.need()
    try:
        system = System(interaction.argument)
    except ValueError:
        raise Invalid("FlowPilot does not know this ticket system.") from None
    return Open(views.form(system))


async def save(interaction: Interaction) -> Answer:
    """Tests the login and keeps it. What is wrong stands at its field, if it is known in time."""
    async with interaction.read() as unit:
        unit.scope.need_admin("connect a ticket system")
    kind = ConnectConnectWise if interaction.argument == System.CONNECTWISE else ConnectRequestTracker
    login = command(kind, interaction.view or {}).login(interaction.psas.trusted)
    trying = asyncio.ensure_future(_try_and_keep(interaction, login))
    done, _ = await asyncio.wait({trying}, timeout=WAIT)
    if done:
        return Show(trying.result())

    async def end() -> View:
        return await trying

    return Meanwhile(views.testing(system_of(login)), end)


async def _try_and_keep(interaction: Interaction, login: Login) -> View:
    system = system_of(login)
    try:
        tried = await try_out(interaction.psas.trying(login))
    except DomainError as error:
        raise _at_its_field(system, error) from error
    async with interaction.unit() as unit:
        connection = await service.connect(unit, login, tried, interaction.psas.keyring)
    return views.connected(connection, tried, len(tried.by_mail))


def _at_its_field(system: System, error: DomainError) -> DomainError:
    """The same sentence, where the person can mend it."""
    match error:
        case KeysRefused():
            return Invalid(str(error), field=SECRET[system])
        case AddressRefused() | PsaAway():
            return Invalid(str(error), field=PLACE[system])
        case PsaRefused() if system is System.CONNECTWISE and "no company" in str(error):
            return Invalid(str(error), field="company")
        case _:
            return error


async def open_one(interaction: Interaction) -> Answer:
    """The boards of a connection, as the system lists them now."""
    connection = await _connection(interaction, interaction.id_from_value())
    return Open(views.statuses(connection, await in_time(interaction.psas.of(connection).boards())))


async def open_board(interaction: Interaction) -> Answer:
    connection_id, _, board_id = interaction.value.partition(":")
    connection = await _connection(interaction, as_id(connection_id))
    board = _one_of(await in_time(interaction.psas.of(connection).boards()), board_id)
    known = await in_time(interaction.psas.of(connection).statuses(board_id))
    return Show(
        views.targets(connection, board, known)
    )  # in its place: Slack stacks three modals, and this would be a fourth


async def save_targets(interaction: Interaction) -> Answer:
    wanted = command(ChooseTargets, interaction.view or {})
    connection = await _connection(interaction, wanted.connection_id)
    chosen = {
        kind: "" if value in {None, views.NONE} else str(value)
        for kind, value in ((Target.RESOLVED, wanted.resolved), (Target.ESCALATED, wanted.escalated))
    }
    boards = await in_time(interaction.psas.of(connection).boards())
    board = _one_of(boards, wanted.board_id)
    targets = await in_time(belonging(interaction.psas.of(connection), wanted.board_id, chosen))
    async with interaction.unit() as unit:
        row = await queries.connection_for_update(unit, ConnectionId(connection.id))
        service.aim(unit, row, board, targets)
    return Show(views.statuses(row, boards))


async def remove(interaction: Interaction) -> Answer:
    async with interaction.unit() as unit:
        row = await service.remove(unit, ConnectionId(interaction.id_from_value()))
        left = await queries.connections(unit)
    return Show(views.contents([one for one in left if one.id != row.id]))


async def _connection(interaction: Interaction, connection_id: UUID) -> PsaConnection:
    async with interaction.read() as unit:
        unit.scope.need_admin("change the connection to a ticket system")
        connection = await queries.connection(unit, connection_id)
    if connection.removed_at is not None:
        raise NotFound("That connection was removed.")
    return connection


def _one_of(boards: Sequence[Board], board_id: str) -> Board:
    found = next((one for one in boards if one.id == board_id), None)
    if found is None:
        raise NotFound("That board is not there any more.")
    return found
