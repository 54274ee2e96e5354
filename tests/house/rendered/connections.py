"""Connections to ticket systems."""

from __future__ import annotations

from collections.abc import Iterator

from bot.features.connections import views as connections
from core.ids import new_id
from core.psa.models import PsaConnection, Target
from core.psa.provider import Board, Member, Status, System, Ticket
from core.psa.trial import Tried
from tests.house.rendered.data import NOON, Data, Rendered


def a_connection(data: Data) -> PsaConnection:
    name = data.text[:4_000]
    made = PsaConnection(
        account_id=new_id(),
        id=new_id(),
        system=System.CONNECTWISE,
        name=name,
        url="https://na.myconnectwise.net",
        login={},
        sealed_keys="k1:x",
        connected_at=NOON,
        changed_at=NOON,
    )
    for board in boards(data)[:5]:
        made.aim(board, {Target.RESOLVED: Status("5", name, closed=True), Target.ESCALATED: None})
    return made


def boards(data: Data) -> list[Board]:
    return [Board(str(number), data.text[:4_000]) for number in range(200)]


def connections_views(data: Data) -> Iterator[Rendered]:
    connection, known = a_connection(data), boards(data)
    name = data.text[:4_000]
    statuses = [Status(str(number), name, closed=bool(number % 2)) for number in range(150)]
    ticket = Ticket("1", "CW #1", name, statuses[0], known[0], "https://x.example")
    for kept in ([], [connection] * 20):
        yield Rendered("connections.contents", None, view=connections.contents(kept))
    for system in System:
        yield Rendered("connections.form", None, view=connections.form(system))
        yield Rendered("connections.testing", None, view=connections.testing(system))
    for read in (None, ticket):
        tried = Tried(known, {}, [Member("1", name, None)] * 3, read)
        yield Rendered("connections.connected", None, view=connections.connected(connection, tried, 3))
    yield Rendered("connections.statuses", None, view=connections.statuses(connection, known))
    yield Rendered("connections.targets", None, view=connections.targets(connection, known[0], statuses))
